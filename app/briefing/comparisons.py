"""The part of the briefing on published figures: how far tariff series of the scenario lie from them, and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.briefing.answer import count
from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from plots.numbers import NARROW, long_date, rate, signed
from plots.published import numbered, published_chart
from plots.style import Chart
from sim.analysis.published import Comparison
from sim.days import day
from sim.scenario.model import Published
from sim.scenario.provenance import cited

TABLES = {
    "us_tariff_by_partner": "The Budget Lab at Yale, tariff rate tracker, with two corrections (see sim/data/DATA.md)",
}
"""What the shipped tables are called where the file names no source."""
MOST_PANELS = 12
"""Comparisons of one chart."""


def comparisons(found: Findings) -> list[Block]:
    """Chart and table of the comparisons; what could not be compared is named."""
    compared = found.comparisons
    blocks: list[Block] = []
    if compared:
        blocks = [
            *(FigureBlock(chart) for chart in _charts(found, compared)),
            _table(found, compared),
            Paragraph(_meaning(compared), note=True),
        ]
    there = {one.name for one in compared}
    without = [part.title for name, part in found.scenario.published.items() if name not in there]
    if without:
        text = f"Not compared, for want of published figures between start and as_of: {'; '.join(without)}."
        blocks.append(Paragraph(text, note=True))
    return blocks


def _charts(found: Findings, compared: list[Comparison]) -> Iterator[Chart]:
    """As many as are needed, of about the same number of panels."""
    numbers = numbered(compared)
    charts = -(-len(compared) // MOST_PANELS)
    for place, part in enumerate(np.array_split(np.arange(len(compared)), charts), start=1):
        drawn = [compared[k] for k in part]
        colours = [found.colours[_importer(found, one.part)] for one in drawn]
        name = "published" if place == 1 else f"published_{place}"
        yield published_chart(drawn, colours, finding(drawn), found.source, numbers=numbers, name=name)


def _importer(found: Findings, part: Published) -> str:
    """The actor whose tariff the series is."""
    kind, _, rest = part.series.partition(".")
    return rest.partition(".")[0] if kind == "average" else found.scenario.goods[rest].importer


def finding(compared: list[Comparison]) -> str:
    """How near the series run to what is published."""
    if len(compared) == 1:
        return f"{compared[0].part.title}: {_course(compared[0])}"
    near = sum(one.within for one in compared)
    means = sorted(one.mean for one in compared)
    low, high = rate(means[0]), rate(means[-1])
    gaps = f"{low}{NARROW}points" if low == high else f"{low} to {high}{NARROW}points"
    if near == len(compared):
        every = "Both" if near == 2 else f"All {count(near)}"
        return f"{every} tariff series stay within tolerance of the published figures; mean gaps are {gaps}"
    subject = f"{count(near).capitalize()} of {count(len(compared))} tariff series"
    stay = "stays" if near == 1 else "stay"
    return f"{subject} {stay} within tolerance of the published figures; mean gaps are {gaps}"


def _course(one: Comparison) -> str:
    """In words, how one series runs beside what is published."""
    side = "above" if one.bias > 0 else "below"
    level = round(abs(one.bias), 1) == 0
    said = (
        "level with the published rate on average"
        if level
        else (f"{rate(abs(one.bias))}{NARROW}points {side} the published rate on average")
    )
    if one.largest is None:
        return f"{said}; every day lies in a window that explains the gap"
    most = f"{rate(abs(one.largest[1]))}{NARROW}points apart at most"
    windows = len(numbered([one]))
    if windows:
        most += f" outside {count(windows)} explained window{'s' if windows > 1 else ''}"
    return f"{said}, {most}"


def _table(found: Findings, compared: list[Comparison]) -> Table:
    numbers = numbered(compared)
    rows = [
        [
            one.part.title,
            rate(one.mean),
            signed(one.bias),
            _at(one.largest),
            f"{rate(float(one.part.tolerance.value))}{'' if one.within else ', passed'}",
            _windows(one, numbers),
            source(found, one.part),
        ]
        for one in compared
    ]
    columns = [
        "Comparison",
        "Mean gap",
        "With its sign",
        "Largest gap outside windows",
        "Tolerance",
        "Windows, the largest gap in each, and why",
        "Published by",
    ]
    return Table("Beside published figures, percentage points", columns, rows)


def _at(gap: tuple[int, float] | None) -> str:
    return "–" if gap is None else f"{signed(gap[1])} on {long_date(gap[0])}" if round(gap[1], 1) else "0"


def _windows(one: Comparison, numbers: dict[str, int]) -> str:
    said = []
    for window in one.part.windows:
        inside = (day(window.from_) <= one.days) & (one.days <= day(window.to))
        if inside.any():
            gaps = one.gap[inside]
            number = f"{numbers[window.why]}: "
            span = " to ".join(dict.fromkeys(long_date(day(date)) for date in (window.from_, window.to)))
            said.append(f"{number}{span} ({signed(float(gaps[np.abs(gaps).argmax()]))}), {window.why}")
    return "; ".join(said) or "–"


def source(found: Findings, part: Published) -> str:
    """Who has published the figures."""
    given = part.source or (None if part.data else found.scenario.source)
    return cited(given, found.scenario) or TABLES.get(part.data or "", "–")


def _meaning(compared: list[Comparison]) -> str:
    first = min(int(one.days[0]) for one in compared)
    last = max(int(one.days[-1]) for one in compared)
    return (
        "Gaps are the scenario’s rate less the published one, in percentage points, on every day from "
        f"{long_date(first)} to {long_date(last)} on which both are there; a published rate holds until the next. The "
        "mean is that of the gap without its sign over all days, those in windows too. Figures for days after as_of "
        "are not used, and no simulated number rests on any of these."
    )
