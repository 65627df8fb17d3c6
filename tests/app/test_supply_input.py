"""Defaults of the supply layer as a user meets them: listed, shown, and changed in the file or a workbook."""

import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import sim
from app.briefing.must_be_true import assumption_title
from app.cli import main
from sim.scenario.provenance import collect_scalars

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
TEXT = f"{SMALL}supply: {{materials: {{heavy_rare_earths: {{}}}}}}\n"
COVER = "supply.regions.us.cover.autos"
NEED = "supply.materials.heavy_rare_earths.need.us.autos"


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def book(mine):
    file = mine.with_suffix(".xlsx")
    result = parley("assumptions", mine, "--xlsx", file)
    assert result.exit_code == 0, result.output
    return file


def rows(book):
    paper = load_workbook(book)["Assumptions"]
    header = [cell.value for cell in paper[1]]
    return {row[0].value: dict(zip(header, (cell.value for cell in row), strict=True)) for row in paper.iter_rows(2)}


def test_a_default_has_a_row_that_says_what_it_is_and_since_when_it_was_known(book):
    row = rows(book)[COVER]
    assert row["What it is"] == "United States: cover: Cars"
    assert (row["Shape"], row["Middle"], row["Spread"], row["Unit"]) == ("lognormal", 11, 0.3, "weeks")
    assert row["Known"] == datetime.datetime(2025, 7, 31)
    assert row["Source"].startswith("assumption: ")
    assert row["Where"].startswith("supply.yaml:")
    assert rows(book)[NEED]["What it is"] == "Heavy rare earths, in magnets: need: United States: Cars"
    assert all(row["What it is"] for row in rows(book).values())


def test_every_number_of_a_default_is_a_number_in_the_workbook(book):
    for path, row in rows(book).items():
        if path.startswith("supply.") and row["Shape"] in ("triangular", "pert", "uniform", "lognormal", "normal"):
            told = [row[name] for name in ("Least", "Most likely", "Most", "Middle", "Spread") if row[name] is not None]
            assert all(isinstance(number, int | float) for number in told), path


def test_a_change_in_the_workbook_is_written_into_the_file(mine, book):
    workbook = load_workbook(book)
    paper = workbook["Assumptions"]
    header = [cell.value for cell in paper[1]]
    row = next(row for row in paper.iter_rows(2) if row[0].value == COVER)
    row[header.index("Middle")].value = 7
    row[header.index("Source")].value = "assumption: a survey of my own"
    workbook.save(book)
    result = parley("assumptions", mine, "--from", book)
    assert result.exit_code == 0, result.output
    scalar = collect_scalars(sim.load(str(mine)))[COVER]
    assert scalar.describe() == "7 weeks ± 0.3 (log) (lognormal)"
    assert scalar.source == "assumption: a survey of my own"


def test_a_default_is_set_and_a_project_taken_out_in_the_file(mine):
    result = parley("set", mine, f"{COVER}=8 weeks", "supply.projects.mp_10x=null", "supply.holding.transit=14 d")
    assert result.exit_code == 0, result.output
    supply = sim.load(str(mine)).supply
    assert supply.regions["us"].cover["autos"].value == 8
    assert supply.holding.transit.value == 2
    assert "mp_10x" not in supply.projects
    assert "caremag" in supply.projects


def test_titles_of_defaults_read_well_in_a_sentence(mine):
    scenario = sim.load(str(mine))
    assert assumption_title(scenario, COVER) == "United States: cover Cars"
    assert assumption_title(scenario, NEED) == "Heavy rare earths, in magnets: need United States Cars"
    assert assumption_title(scenario, "supply.holding.triage") == "holding triage"
    assert assumption_title(scenario, "supply.starting_cover") == "starting cover"


def test_defaults_are_shown_with_their_sources(mine):
    shown = parley("show", mine)
    assert shown.exit_code == 0, shown.output
    (line,) = [line for line in shown.output.splitlines() if COVER in line]
    assert "11 weeks ± 0.3 (log)" in line
    assert "Financial Times, April 2025" in line
