"""Years until those outside China make their own: what is met, what is beyond the horizon, and what it is told by."""

from math import inf

from matplotlib.text import Text

from plots.diversification import LEAD_TIMES, REGIMES, Reach, diversification_chart
from sim.analysis.economy import Band

HORIZON = 30.0
ROWS = [
    Reach("Magnet", 25.0, Band(0, 0, 0), Band(0, 0, 1.2)),
    Reach("Magnet", 50.0, Band(4.2, 7.0, 10.5), Band(4.8, 10.4, 33.0)),
    Reach("End to end", 50.0, Band(8.1, 12.2, 18.8), Band(9.4, inf, inf)),
]


def drawn(rows=ROWS, cases=LEAD_TIMES, **own):
    return diversification_chart(rows, cases, HORIZON, "A finding", "A measure", "A source", **own)


def on(chart):
    return {text.get_text().replace("\u00a0", " ") for text in chart.figure.findobj(Text)}


def test_years_are_told_with_what_is_met_and_what_is_beyond_the_horizon():
    assert {"met", "met (met to 1)", "7 (4 to 10)", "10 (5 to over 30)", "over 30 (9 to over 30)"} <= on(drawn())


def test_a_range_beyond_the_horizon_ends_in_an_arrow_and_has_no_dot_there():
    lines = drawn().figure.axes[0].lines
    count = {sign: sum(line.get_marker() == sign for line in lines) for sign in (">", "o", "D", "s")}
    assert count == {">": 2, "o": 3, "D": 2, "s": 2 * len(LEAD_TIMES)}


def test_cases_stand_on_the_scale_of_the_years_and_beside_it():
    chart = drawn()
    assert {"2.0", "5.7", "8 to 14"} <= on(chart)
    assert "Lynas: first mining to first separated product 5.7" in chart.alt
    assert chart.table["middle_years"].count("") == len(LEAD_TIMES)
    assert "What it rests on" not in " ".join(on(drawn(cases=())))


def test_the_table_has_a_line_for_each_way():
    table = drawn(cases=()).table
    assert table["way"] == list(REGIMES) * 3
    assert table["middle_years"] == [0, 0, 7.0, 10.4, 12.2, "over 30"]


def test_one_way_has_one_column_and_own_words():
    alone = [Reach(row.stage, row.share, row.first) for row in ROWS]
    chart = drawn(alone, cases=(), regimes=("in 90 of 100 futures", ""))
    assert "in 90 of 100 futures" in {words.replace("\n", " ") for words in on(chart)}
    assert set(chart.table["way"]) == {"in 90 of 100 futures"}
    assert len(chart.cues) == 2


def test_a_scale_ends_where_everything_is_over():
    early = [Reach("Magnet", 25.0, Band(1, 2, 3), Band(1, 2, 4))]
    ticks = {words for words in on(drawn(early, cases=())) if words.isdigit()}
    assert max(int(words) for words in ticks) <= 4
