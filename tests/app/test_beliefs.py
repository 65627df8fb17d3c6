"""`parley odds` and `parley brief`: a finished folder read again, under a user's own odds, and nothing played."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from sim.engine.simulation import Simulation
from tests.conftest import SMALL


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("played")
    done = parley("run", SMALL, "--runs", 600, "--what-ifs", "--out", out)
    assert done.exit_code == 0, done.output
    return out / "small"


@pytest.fixture
def copy(folder, tmp_path):
    return Path(shutil.copytree(folder, tmp_path / "small"))


def test_without_a_belief_the_odds_are_those_of_the_run(folder):
    told = json.loads(parley("odds", folder, "--json").stdout)
    assert sum(one["mean"] for one in told["odds"].values()) == pytest.approx(1)
    assert told["digest"] == json.loads((folder / "manifest.json").read_text())["digest"]
    assert "believed" not in told
    assert "5–95 % of assumptions" in parley("odds", folder).stdout


def test_a_belief_gives_odds_before_and_after_and_what_they_rest_on(folder):
    told = json.loads(parley("odds", folder, "--believe", "leaders_meeting=0.3", "--json").stdout)
    assert told["believe"][0]["name"] == "leaders_meeting.held"
    assert told["effective"] < 600
    assert told["believed"]["roll"]["share"] < told["odds"]["roll"]["mean"]
    assert sum(one["share"] for one in told["believed"].values()) == pytest.approx(1)
    text = parley("odds", folder, "--believe", "leaders_meeting=0.3").stdout
    assert f"600 futures count as {round(told['effective'])}." in text
    assert "You believe: “m” takes place in 30\u00a0% of futures" in text


def test_believing_what_was_simulated_changes_nothing(folder):
    told = json.loads(parley("odds", folder, "--believe", "leaders_meeting=0.3", "--json").stdout)
    base = told["believe"][0]["simulated"]
    same = json.loads(parley("odds", folder, "--believe", f"leaders_meeting={base!r}", "--json").stdout)
    assert same["effective"] == 600
    assert all(one["change"] == 0 and not one["clear"] for one in same["believed"].values())
    text = parley("odds", folder, "--believe", f"leaders_meeting={base!r}").stdout
    assert "All 600 futures count in full." in text
    assert text.count("no clear difference") == len(same["believed"])


def test_few_futures_are_a_caution(folder):
    assert "rough" in parley("odds", folder, "--believe", "leaders_meeting=0.01").stdout
    assert "rough" not in parley("odds", folder, "--believe", "leaders_meeting=0.7").stdout


def test_a_what_if_has_odds_of_its_own(folder):
    told = json.loads(parley("odds", folder / "results" / "what_ifs" / "no_offer", "--json").stdout)
    assert told["odds"]["roll"]["mean"] == 0


WRONG = {
    "no such name": (["leader_meeting=0.3"], "did you mean 'leaders_meeting"),
    "no share": (["leaders_meeting=often"], "a share"),
    "never": (["fentanyl.withdrawn=0.1"], "in none of the 600 futures; more runs, or a what-if, would be needed"),
    "together": (["leaders_meeting=0.1", "longer_roll=0.9"], "meets these together: leaders_meeting.held=0.1"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("command", ["odds", "brief"])
def test_what_cannot_be_believed_is_told_and_nothing_is_written(case, command, copy):
    beliefs, says = WRONG[case]
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    done = parley(command, copy, *(f"--believe={belief}" for belief in beliefs))
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("command", ["odds", "brief"])
def test_what_is_no_result_is_refused(command, tmp_path):
    for place in (tmp_path, tmp_path / "nothing", SMALL):
        done = parley(command, place)
        assert done.exit_code == 2
        assert "holds no result" in done.output


def test_a_briefing_written_again_is_the_same_to_the_byte(copy):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    (copy / "briefing.html").unlink()
    done = parley("brief", copy)
    assert done.exit_code == 0, done.output
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_briefing_under_beliefs_says_so_and_its_links_lead_to_files(copy, tmp_path):
    page = tmp_path / "mine" / "page two.html"
    done = parley("brief", copy, "--believe", "leaders_meeting=0.3", "--out", page)
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "If you believe" in text
    assert "takes place in 30\u00a0% of futures" in text
    assert 'href="page%20two_charts/believed.csv"' in text
    assert (page.parent / "page two_charts" / "believed.csv").is_file()
    assert sorted(path.name for path in page.parent.iterdir()) == ["page two.html", "page two_charts"]
    assert "If you believe" not in (copy / "briefing.html").read_text(encoding="utf-8")


def test_a_variant_alone_has_no_briefing(folder):
    done = parley("brief", folder / "results" / "base")
    assert done.exit_code == 2
    assert "give the folder that parley run has left" in done.output


def test_no_future_is_played_again_for_odds(folder, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a future was played")

    monkeypatch.setattr(Simulation, "advance", refuse)
    assert parley("odds", folder, "--believe", "leaders_meeting=0.3").exit_code == 0
