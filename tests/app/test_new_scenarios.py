"""Scenarios that the page of the language is enough to write: they validate, play, and are told by every command."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main

FOLDER = Path(__file__).parent / "scenarios"
NAMES = ["oil_for_grain", "buenos_aires", "two_mirrors"]


def parley(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_command_reads_it(name, tmp_path):
    file = FOLDER / f"{name}.yaml"
    assert "valid, 0 warning(s)" in parley("validate", file, "--strict")
    assert "Calendar" in parley("show", file)
    assert "days_to(date)" in parley("names", file)
    assert "ends in" in parley("explain", file, "--typical", "--runs", 20)
    assert "(against: " in parley("compare", file, "--runs", 20)
    assert "digest" in parley("run", file, "--runs", 20, "--out", tmp_path)
    assert (tmp_path / name / "briefing.html").exists()


def test_an_embargo_is_paused_only_where_somebody_mediates():
    paused = json.loads(parley("compare", FOLDER / "oil_for_grain.yaml", "--runs", 100, "--json"))["no_mediator"][
        "paused"
    ]
    assert paused["base"] > 0.3
    assert paused["variant"] == 0


def test_the_truce_of_buenos_aires_ends_as_it_did_when_the_scripts_say_so():
    story = parley("explain", FOLDER / "buenos_aires.yaml", "--run", 0, "--what-if", "history")
    told = re.split(r"^\w{3} (\d\d \w{3} \d{4})$", story, flags=re.MULTILINE)[1:]
    days = dict(zip(told[::2], told[1::2], strict=True))
    assert list(days)[-4:] == ["24 Feb 2019", "08 May 2019", "10 May 2019", "13 May 2019"]
    assert "List 3 at 25 points" in days["10 May 2019"]
    assert "force" in days["10 May 2019"]


def test_the_stack_of_a_list_3_good_rises_from_10_to_25_points():
    file = FOLDER / "buenos_aires.yaml"
    assert "10.0 pp over MFN = list_3_base 10" in parley("show", file)
    enacted = ["instruments.list_3_rise.enacted=2018-12-01", "instruments.list_3_rise.effective=2019-05-10"]
    text = parley("show", file, "--on", "2019-05-10", "--set", enacted[0], "--set", enacted[1])
    assert "25.0 pp over MFN = list_3_rise 25" in text


def test_mirrors_that_answer_with_less_settle_and_with_more_escalate():
    escalate = json.loads(parley("compare", FOLDER / "two_mirrors.yaml", "--runs", 40, "--json"))["escalate"]
    assert escalate["high"]["base"] < escalate["low"]["base"]
    assert (escalate["high"]["variant"], escalate["low"]["variant"]) == (1, 0)
