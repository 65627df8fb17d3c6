"""The briefing of a record: sentences from the replay, lines since the start, no odds and nothing about futures."""

import json
import re

import pytest

import sim
from app.briefing.build import RECORD, SECTIONS, build, write_briefing
from app.briefing.comparisons import finding
from app.briefing.content import FigureBlock, Table
from app.briefing.findings import Findings
from tests.app.test_briefing import Page
from tests.app.test_new_scenarios import FOLDER, parley

TWO_YEARS = FOLDER / "two_years.yaml"


@pytest.fixture(scope="module")
def found():
    return Findings(sim.simulate(sim.load(str(TWO_YEARS))), [], "parley run two_years")


@pytest.fixture(scope="module")
def briefing(found):
    return build(found)


@pytest.fixture(scope="module")
def words(found, tmp_path_factory):
    page = write_briefing(found.result, [], tmp_path_factory.mktemp("record"), found.command)
    return " ".join(Page(page.read_text(encoding="utf-8")).text).replace("\u00a0", " ")


def block_of(briefing, section, kind):
    return next(
        block for one in briefing.sections if one.title == section for block in one.blocks if isinstance(block, kind)
    )


def test_every_command_reads_it(tmp_path):
    assert "valid, 0 warning(s)" in parley("validate", TWO_YEARS, "--strict")
    assert "25.0 pp over MFN = list_3_rise 25" in parley("show", TWO_YEARS)  # facts are replayed
    assert "China withdraws Duty on American cars" in parley("explain", TWO_YEARS, "--run", 0)
    told = parley("run", TWO_YEARS, "--out", tmp_path)
    assert "%" not in told
    assert json.loads(parley("run", TWO_YEARS, "--out", tmp_path, "--json"))["digest"] in told


def test_the_answer_counts_acts_what_stands_and_threats(briefing):
    told = [sentence.replace("\u00a0", " ") for sentence in briefing.answer]
    assert told == [
        "From 1 July 2018 to 15 January 2020 a tariff entered into force or changed its rate 8 times: 4 times by China "
        "and 4 times by the United States.",
        "On the last day five tariffs and one export control are in force.",
        "Pumps from China (List 1): 25 points over the MFN rate now, the highest so far, reached on 6 July 2018.",
        "Luggage from China (List 3): 25 points over the MFN rate now, the highest so far, reached on 10 May 2019.",
        "Three threats were made: one was carried out and two were withdrawn.",
        "Both tariff series stay within tolerance of the published figures; mean gaps are 0.6 to 0.9 points.",
    ]


def test_nothing_is_said_of_odds_or_futures(words):
    assert not re.search(r"\bfutures?\b|\bodds\b|\blikely\b|No forecast|what-if|median", words, re.IGNORECASE)


def test_a_scenario_with_something_ahead_has_the_other_briefing(small):
    other = Findings(sim.simulate(small, runs=20), [], "")
    titles = [section.title for section in build(other).sections]
    assert titles == [title for title in SECTIONS if title in titles]
    assert "Odds" in titles
    assert "Odds" not in RECORD


def test_tariff_paths_begin_at_the_start_and_are_lines(briefing):
    chart = block_of(briefing, "Tariff paths", FigureBlock).chart
    assert str(chart.table["date"][0]) == "2018-07-01"
    assert set(chart.table) == {"series", "date", "rate_pp"}
    assert "median" not in chart.subtitle


def test_the_calendar_says_when_each_stood_and_what_has_become_of_it(briefing):
    told = block_of(briefing, "What happened when", FigureBlock).chart.key_values
    rows = {row[0]: row[1:] for row in zip(*told.values(), strict=True)}
    plain = [cell.replace("\u00a0", " ") for cell in rows["List 3 at 25 points"]]
    assert plain == ["United States", "1 December 2018", "10 May 2019 to 15 January 2020", "in force"]
    assert rows["List 4B"][2:] == ("never", "not enacted")


def test_the_comparison_names_its_source_its_windows_and_why(briefing):
    table = block_of(briefing, "Beside published figures", Table)
    us = [cell.replace("\u00a0", " ") for cell in table.rows[0]]
    assert us[0] == "United States on China"
    assert us[5] == "1: 10 May 2019 to 14 June 2019 (+5.5), goods on the water until 14 June 2019 paid the old rate"
    assert us[6].startswith("Round figures")


def test_one_comparison_is_told_by_how_far_it_runs_above_or_below(found):
    us, china = found.comparisons
    assert finding([us]).replace("\u00a0", " ") == (
        "United States on China: 0.1 points above the published rate on average, 0.5 points apart at most outside one "
        "explained window"
    )
    assert finding([china]).replace("\u00a0", " ") == (
        "China on the United States: 0.2 points above the published rate on average, 5.5 points apart at most"
    )


def test_figures_published_only_after_as_of_are_named_as_not_compared(tmp_path):
    text = TWO_YEARS.read_text(encoding="utf-8").replace("values: {2018-07-06: 17 pp", "values: {2020-03-01: 17 pp")
    text = re.sub(r"(2020-03-01: 17 pp), .*}", r"\1}", text)
    file = tmp_path / "later.yaml"
    file.write_text(text, encoding="utf-8")
    section = build(Findings(sim.simulate(sim.load(str(file))), [], "")).sections
    last = next(one for one in section if one.title == "Beside published figures").blocks[-1]
    assert last.text.endswith("start and as_of: China on the United States.")


def test_many_comparisons_and_many_rows_are_drawn_in_charts_of_a_readable_size(found, monkeypatch):
    monkeypatch.setattr("app.briefing.comparisons.MOST_PANELS", 1)
    monkeypatch.setattr("app.briefing.record.MOST_ROWS", 5)
    charts = {chart.name: chart for chart in build(found).charts()}
    assert [name for name in charts if name.endswith("_2")] == ["calendar_2", "published_2"]
    drawn = [row for name in ("calendar", "calendar_2") for row in charts[name].key_values["row"]]
    assert len(set(drawn)) == len(drawn) == 8
    assert charts["calendar_2"].title == (
        "United States and China: of two instruments and agreements that have stood, two still do"
    )
    assert charts["published_2"].title.startswith("China on the United States: 0.2")
