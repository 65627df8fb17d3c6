"""A finished folder opened again: it needs nothing but itself, and says so where it is not whole."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from app.cli import main
from sim.results.folder import ResultError, reopen, variants
from sim.scenario.provenance import provenance, scenario_hash
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A scenario that extends another, played with a setting; then both files go."""
    home = tmp_path_factory.mktemp("played")
    shutil.copy(SMALL, home / "below.yaml")
    mine = home / "mine.yaml"
    mine.write_text(
        "extends: below.yaml\ntitle: Mine\n"
        "milestones: {leaders_meeting: {takes_place: {value: 60 %, source: 'assumption: of my own'}}}\n",
        encoding="utf-8",
    )
    setting = "actors.china.policy.rules.accept.probability=50 %"
    played = CliRunner().invoke(
        main, ["run", str(mine), "--runs", "40", "--set", setting, "--what-ifs", "--out", str(home / "out")]
    )
    assert played.exit_code == 0, played.output
    scenario = sim.load(str(mine), sets=[setting])
    for file in home.glob("*.yaml"):
        file.unlink()
    return home / "out" / "mine", scenario


def test_a_folder_holds_the_scenario_with_all_that_was_laid_over_it(played):
    folder, scenario = played
    again = reopen(folder).scenario
    assert scenario_hash(again) == scenario_hash(scenario)
    assert again.title == "Mine"
    sources = {path: (one.source, one.known) for path, one in provenance(scenario).items()}
    assert {path: (one.source, one.known) for path, one in provenance(again).items()} == sources
    assert sources["milestones.leaders_meeting.takes_place"][0] == "assumption: of my own"


def test_what_ifs_are_opened_as_such(played):
    folder, _ = played
    assert [reopen(path).what_if for path in variants(folder)] == ["no_offer", "same"]
    assert reopen(folder).what_if is None


def test_python_opens_it_too(played):
    result = sim.reopen(str(played[0]))
    assert sum(one.mean for one in sim.odds(result).values()) == pytest.approx(1)


def test_no_path_of_the_machine_is_kept(played):
    folder, _ = played
    kept = json.loads((folder / "results" / "base" / "scenario.json").read_text(encoding="utf-8"))
    assert [name for name, _ in kept["files"]] == ["mine.yaml", "below.yaml"]


def lose_a_block(base):
    shutil.rmtree(next(base.glob("block-*")))


def change_the_text(base):
    file = base / "scenario.json"
    file.write_text(file.read_text(encoding="utf-8").replace("60 %", "61 %"), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lose_a_block, "does not hold the runs"),
        (change_the_text, "the futures of another scenario"),
        (lambda base: (base / "scenario.json").unlink(), "before results kept their scenario"),
        (lambda base: (base / "scenario.json").write_text("[1"), "keeps no scenario"),
        (lambda base: (base / "scenario.json").write_text('{"files": []}'), "keeps no scenario"),
        (lambda base: (base / "manifest.json").unlink(), "holds no result"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(harm, says, played, tmp_path):
    harmed = Path(shutil.copytree(played[0], tmp_path / "harmed"))
    harm(harmed / "results" / "base")
    with pytest.raises(ResultError, match=says):
        reopen(harmed)
