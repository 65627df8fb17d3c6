"""Charts: the same bytes every time, words and data beside each picture, how each is laid out."""

import csv
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

from plots.calendar import Life, busy_since, first_weeks, folded
from plots.lettering import spread, width, wrap
from plots.numbers import percent, points, span
from plots.odds import odds_chart
from plots.style import BLUE, write
from plots.timeline import ticks
from sim.analysis.odds import Odds
from sim.days import day
from tests.plots.awkward import FIRST, LONG
from tests.plots.awkward_branches import CASES
from tests.plots.labelling import labels

DRAWN_TWICE = ["calendar", "fan of three", "heat of many, long", "six what-ifs", "twelve comparisons", "eight threats"]


@pytest.mark.parametrize("case", DRAWN_TWICE)
def test_a_chart_is_written_with_its_data_and_the_same_every_time(case, tmp_path):
    for folder in ("one", "two"):
        chart = CASES[case]("page")
        write(chart, tmp_path / folder)
    for suffix in ("svg", "png", "csv"):
        first, second = ((tmp_path / folder / f"{chart.name}.{suffix}").read_bytes() for folder in ("one", "two"))
        assert first == second
    with (tmp_path / "one" / f"{chart.name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(chart.table)
    assert len(rows) == len(next(iter(chart.table.values())))
    ET.parse(tmp_path / "one" / f"{chart.name}.svg")


def test_writing_a_chart_twice_leaves_the_same_bytes(tmp_path):
    chart = CASES["calendar"]("page")
    write(chart, tmp_path)
    before = (tmp_path / "calendar.svg").read_bytes()
    write(chart, tmp_path)
    assert (tmp_path / "calendar.svg").read_bytes() == before


def test_an_svg_names_fonts_that_readers_have(tmp_path):
    chart = CASES["truce"]("page")
    write(chart, tmp_path)
    text = (tmp_path / "truce_end.svg").read_text(encoding="utf-8")
    assert "Verdana" in text
    assert "sans-serif" in text


def test_the_likeliest_outcome_comes_first_and_what_is_left_over_last():
    chart = CASES["twelve outcomes, long"]("page")
    *shares, left_over = chart.table["mean_percent"]
    assert shares == sorted(shares, reverse=True)
    assert chart.table["outcome"][-1] == "other"
    assert left_over == 0
    assert "Else" not in {text for text, _ in labels(chart.figure)}


def test_a_spike_of_the_band_is_not_cut():
    chart = CASES["fan of three"]("page")
    assert min(axes.get_ylim()[1] for axes in chart.figure.axes) > max(chart.table["p95_pp"])


def test_signs_in_a_title_are_only_signs(tmp_path):
    title = "Duties of $5 bn & more: <100 % of $6 bn, a_b^c"
    chart = odds_chart({"o": Odds(1.0, None, None, 0.0, 10)}, {"o": title}, title, "Source")
    write(chart, tmp_path)
    root = ET.parse(tmp_path / "odds.svg").getroot()
    told = {"".join(text.itertext()).replace("\u00a0", " ") for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert title in told


def life(title, share, **more):
    return Life(title, "Holder", BLUE, np.asarray(share, dtype=float), **more)


def test_instruments_with_the_same_life_share_a_row():
    rows = folded([life("A", [0, 0.5]), life("B", [0, 0.501]), life("C", [0, 0.6]), life("D", [0, 0.5])])
    assert [row.words for row in rows] == ["A and 2 others", "C"]
    assert rows[0].others == ("B", "D")


def test_instruments_that_stand_otherwise_today_do_not_share_a_row():
    assert len(folded([life("A", [0, 1], state="enacted"), life("B", [0, 1], state="possible")])) == 2
    assert len(folded([life("A", [0, 1], planned=FIRST), life("B", [0, 1], planned=FIRST + 1)])) == 2


@pytest.mark.parametrize(
    ("dates", "horizon", "end"),
    [
        ([1, 13, 16, 17, 26, 243, 400], 442, 26 + 14),  # longer-roll: six dates in four weeks, then nothing for months
        ([1, 5, 10], 21, None),  # three weeks: all of it is crowded
        ([30, 120, 210, 300, 390], 442, None),  # evenly spread
        ([10], 442, None),
        ([], 442, None),
        ([1, 13, 16, 17, 26, 243, 400], 2190, 26 + 14),  # years after that change nothing
    ],
)
def test_the_first_weeks_are_drawn_apart_where_they_are_crowded(dates, horizon, end):
    found = first_weeks([FIRST + day for day in dates], FIRST, FIRST + horizon)
    assert found == (None if end is None else FIRST + end)


def since(begins, first="2018-03-01", last="2026-10-10"):
    span = np.arange(day(first), day(last) + 1, dtype=np.int32)
    return busy_since([life("A", span >= day(one)) for one in begins], span)


def test_a_past_is_spread_out_from_the_year_since_which_most_happened():
    late = ["2019-05-01", "2025-02-04", "2025-04-09", "2025-11-10", "2026-02-24"]
    assert since(late) == day("2025-01-01")
    assert since(["2018-07-01", "2019-05-01", "2021-02-04", "2023-11-10", "2026-02-24"]) is None
    assert since([]) is None
    assert since(["2018-07-06"], last="2018-12-31") is None


@pytest.mark.parametrize("span_", [1, 5, 21, 100, 442, 2190, 20_000])
@pytest.mark.parametrize("room", [60.0, 130.0, 400.0])
def test_dates_on_an_axis_are_in_order_and_within_it(span_, room):
    places, _ = ticks(FIRST, FIRST + span_, room)
    assert all(FIRST <= place <= FIRST + span_ for place in places)
    assert all(one < other for one, other in pairwise(places))


def test_lines_are_no_wider_than_their_room():
    for room in (40.0, 90.0, 200.0):
        assert all(width(line, 8.0) <= room + 0.001 for line in wrap(LONG, room, 8.0).split("\n"))


def test_words_fit_in_the_room_made_for_them():
    assert wrap("United States", width("United States", 8.0, True) + 8 - 8, 8.0, True) == "United States"


def test_a_per_cent_sign_stays_with_its_number():
    assert "%" not in [line[:1] for line in wrap("It takes 100 % of it", 45.0, 8.0).split("\n")]


@pytest.mark.parametrize("wanted", [[5.0, 5.0, 5.0], [0.0, 99.0], [50.0], [98.0, 99.0, 100.0], [10.0, 12.0, 80.0]])
def test_labels_are_spread_apart_within_their_room_and_keep_their_order(wanted):
    found = spread(wanted, 10.0, 0.0, 100.0)
    ordered = sorted(zip(wanted, found, strict=True))
    assert all(second - first >= 10 - 1e-9 for (_, first), (_, second) in pairwise(ordered))
    assert min(found) >= 0
    assert max(found) <= 100


def test_labels_with_room_stay_where_they_belong():
    assert spread([10.0, 50.0, 90.0], 10.0, 0.0, 100.0) == [10.0, 50.0, 90.0]


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (0.004, "under 1 %"), (0.566, "57 %"), (0.996, "over 99 %"), (1, "100 %")]
)
def test_shares_are_rounded_without_false_certainty(share, words):
    assert percent(share).replace("\u00a0", " ") == words


def test_a_span_of_equal_ends_is_said_once():
    assert span(0.031, 0.033) == percent(0.03)


@pytest.mark.parametrize(("change", "words"), [(-0.573, "−57"), (0.082, "+8"), (0.003, "+0.3"), (0.0, "0")])
def test_changes_have_a_sign_and_are_never_rounded_away(change, words):
    assert points(change) == words
