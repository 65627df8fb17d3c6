"""Years until those outside China make their own: dots with ranges by stage and share, above what took how long before.

For pages and briefings alike: rows are plain numbers, from a study of growth rates or from the futures of a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from math import inf, isfinite
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, BLACK, FAINT, GREY, LABEL, PALE, SMALL, VIOLET, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS, MARK = 17.0, 12.0, 30.0, 8.0
"""Points: least height of a row, between columns, for the scale and its unit, width of a mark."""
APART = 3.6
"""Points that the two ways of a row lie above and below its middle."""
RANGE = 0.4
"""Strength of the colour of a range."""
LOOKS = ((ACCENT, "o", 5.2), (VIOLET, "D", 4.2))
"""Colour, sign and size of the first and of the second way."""
REGIMES = ("with Chinese experts as now", "without Chinese technology and experts")
OF_NEED = "of need"
BEFORE = "What it rests on: how long it took before"


@dataclass(frozen=True)
class Reach:
    """Years from a common day until a share of the need outside China is met without China at one stage.

    Each way is a :class:`Band` of years, its low end the soonest: 0 where the share is met already, inf where it is not
    met within the horizon of the chart. Rows of a stage stand together in the order given.
    """

    stage: str
    """its name; of several materials, with the material"""
    share: float
    """per cent of need: 25, 50 or 75"""
    first: Band
    """such as with Chinese experts as now"""
    second: Band | None = None
    """such as without them; None in every row where there is one way only"""


@dataclass(frozen=True)
class Case:
    """What took how long: years from `low` to `high`, the same where there is one number."""

    name: str
    low: float
    high: float
    known: str
    """date by which it was publicly known"""


LEAD_TIMES = (
    Case("VAC in South Carolina (long a maker): site to first magnets", 2.0, 2.0, "2025-12-31"),
    Case("MP (new to it): construction to commercial magnets", 3.7, 3.7, "2025-12-31"),
    Case("Iluka: decision to separated oxides, planned 2027", 5.2, 5.2, "2024-12-31"),
    Case("Lynas: first mining to first separated product", 5.7, 5.7, "2013-02-27"),
    Case("MP: restart of the mine to 43 % of its aim in separation", 8.0, 8.0, "2026-02-26"),
    Case("Lynas: first product to 85 % of nameplate", 10.0, 10.0, "2023-08-31"),
    Case("Japan: from 10 to 40 % of imports from elsewhere", 8.0, 14.0, "2025-06-24"),
)
"""Lynas, MP, Iluka: company reports of 2007 to 2026; VAC: eVAC December 2023 to December 2025, trade press; Japan: 2010
to 2018, and 2024 still at 37 to 40 %, Nikkei and JOGMEC. Iluka's end is a plan."""


@dataclass(frozen=True)
class _Scale:
    """Where years lie on a canvas of a width."""

    wide: float
    most: float

    def at(self, years: float) -> float:
        """In points; what lies beyond the scale is at its end, and marks at the ends stay whole."""
        return 4 + min(years, self.most) / self.most * (self.wide - 8)

    def ticks(self) -> list[float]:
        nbins = max(1, int(self.wide / 30))
        values = MaxNLocator(nbins=nbins, steps=[1, 2, 5, 10], integer=True).tick_values(0, self.most)
        return [float(value) for value in values if 0 <= value <= self.most]


@dataclass(frozen=True)
class _Plan:
    """What stands where, in points."""

    groups: list[list[Reach]]
    """rows by stage"""
    stages: list[str]
    """their names, in lines"""
    highs: list[float]
    """height of a row, by stage"""
    heads: list[str]
    edges: list[float]
    """right edges of the columns of numbers"""
    left: float
    """of the marks"""
    above: float
    heading: str
    gap: float
    """height of the heading of the cases"""
    labels: list[str]
    """of the cases"""
    lows: list[float]
    """heights of the cases"""
    scale: _Scale

    @property
    def reached(self) -> float:
        """Height of the rows."""
        return sum(high * len(some) for high, some in zip(self.highs, self.groups, strict=True))

    @property
    def tall(self) -> float:
        """Height of rows and cases."""
        return self.reached + self.gap + sum(self.lows)

    def filling(self, free: float) -> _Plan:
        """The same with rows that take up what height is free, within reason."""
        spare = (free - self.above - AXIS - self.tall + self.reached) / self.reached
        return replace(self, highs=[high * min(1.6, max(1.0, spare)) for high in self.highs])


def _plan(
    rows: list[Reach],
    cells: list[list[str]],
    cases: tuple[Case, ...],
    horizon: float,
    size: str,
    regimes: tuple[str, str],
    before: str,
) -> _Plan:
    across = body_width(size)
    heads = [balanced(name, 84, SMALL) for name in regimes[: len(cells[0])]]
    wides = [max(width(head, SMALL), *(width(line[k], LABEL) for line in cells)) + GAP for k, head in enumerate(heads)]
    groups = [list(some) for _, some in groupby(rows, key=lambda row: row.stage)]
    stages = [balanced(some[0].stage, 0.2 * across, LABEL, bold=True) for some in groups]
    shares = max(width(OF_NEED, SMALL), *(width(_percent(row.share), LABEL) for row in rows)) + GAP
    left = max(max(width(one, LABEL, bold=True) for one in stages) + GAP + shares, 0.28 * across if cases else 0.0)
    labels = [balanced(one.name, left - GAP, SMALL) for one in cases]
    heading = wrap(before, across, LABEL, bold=True)
    return _Plan(
        groups=groups,
        stages=stages,
        highs=[max(ROW, (height(name, LABEL) + 5) / len(some)) for name, some in zip(stages, groups, strict=True)],
        heads=heads,
        edges=[across - sum(wides[k + 1 :]) for k in range(len(wides))],
        left=left,
        above=max(height(head, SMALL) for head in heads) + MARK + 8,
        heading=heading,
        gap=height(heading, LABEL) + 14 if cases else 0.0,
        labels=labels,
        lows=[max(ROW - 3, height(one, SMALL) + 4) for one in labels],
        scale=_Scale(across - left - sum(wides), _most(rows, cases, horizon)),
    )


def diversification_chart(
    rows: list[Reach],
    cases: tuple[Case, ...],
    horizon: float,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    regimes: tuple[str, str] = REGIMES,
    before: str = BEFORE,
) -> Chart:
    """A row for each stage and share, a block below for `cases` (none: no block), all on one scale of years.

    `horizon` in years: what is not met by then is shown as beyond it. `regimes` name the two ways, `before` the block.
    """
    cells = [[_told(one, horizon) for one in (row.first, row.second) if one is not None] for row in rows]
    plan = _plan(rows, cells, cases, horizon, size, regimes, before)
    plan = plan.filling(room(size, title, subtitle, source)) if size == "slide" else plan
    with house_style():
        made = sheet(size, title, subtitle, source, plan.above + plan.tall + AXIS)
        axes = made.canvas(plan.left, plan.above, plan.scale.wide, plan.tall)
        axes.set_clip_on(False)
        _heads(made, plan)
        _stages(made, axes, plan, cells)
        if cases:
            _cases(made, axes, plan, cases)
        _axis(made, plan)
    alt = f"{title}. Years until shares of the need outside China are met: {_in_words(rows, cells, regimes)}."
    if cases:
        alt += f" {before}: {'; '.join(f'{one.name} {_case(one)}' for one in cases)} years."
    table, shown = _table(rows, cases, regimes, horizon), _key_values(rows, cells, cases, regimes)
    cues = _cues(plan.heads, plan.heading if cases else "")
    return Chart("diversification", made.figure, title, subtitle, alt, table, shown, made.head, cues)


# ── Marks ────────────────────────────────────────────────────────────────────────────────────────────


def _most(rows: list[Reach], cases: tuple[Case, ...], horizon: float) -> float:
    """The end of the scale: the horizon, or less where everything is sooner."""
    bands = [band for row in rows for band in (row.first, row.second) if band is not None]
    latest = max(*(band.high for band in bands), *(one.high for one in cases), 1.0)
    return min(latest, max(horizon, *(one.high for one in cases), 0.0))


def _ways(axes: Axes, row: Reach, y: float, scale: _Scale) -> None:
    """The ways of a row, one above the other where there are two."""
    bands = [band for band in (row.first, row.second) if band is not None]
    places = [y] if len(bands) == 1 else [y - APART, y + APART]
    for band, place, (colour, sign, large) in zip(bands, places, LOOKS, strict=False):
        beyond = band.high > scale.most
        low, high = scale.at(band.low), scale.wide if beyond else scale.at(band.high)
        axes.plot([low, high], [place] * 2, color=tint(colour, RANGE), linewidth=3.6, solid_capstyle="butt", zorder=2)
        if beyond:
            _mark(axes, ">", high, place, tint(colour, RANGE), 4.2)
        if band.middle <= scale.most:
            _mark(axes, sign, scale.at(band.middle), place, colour, large)


def _mark(axes: Axes, sign: str, x: float, y: float, colour: Any, large: float) -> None:
    axes.plot(x, y, sign, color=colour, markersize=large, markeredgewidth=0, clip_on=False, zorder=3)


def _heads(made: Sheet, plan: _Plan) -> None:
    """What each column of numbers is, with the mark that shows it."""
    look: dict[str, Any] = {"ha": "right", "va": "bottom", "multialignment": "right", "fontsize": SMALL, "color": GREY}
    for words, edge, (colour, sign, large) in zip(plan.heads, plan.edges, LOOKS, strict=False):
        made.text(edge, plan.above - MARK - 6, words, **look)
        axes = made.canvas(edge - 3 * MARK, plan.above - MARK - 3, 3 * MARK, MARK)
        shade = tint(colour, RANGE)
        axes.plot([0, 3 * MARK], [MARK / 2] * 2, color=shade, linewidth=3.6, solid_capstyle="butt")
        _mark(axes, sign, 1.5 * MARK, MARK / 2, colour, large)
    made.text(plan.left - GAP, plan.above - 3, OF_NEED, **look)


def _stages(made: Sheet, axes: Axes, plan: _Plan, cells: list[list[str]]) -> None:
    """Rows by stage: its name, shares, marks and numbers."""
    y, lines = 0.0, iter(cells)
    for name, some, high in zip(plan.stages, plan.groups, plan.highs, strict=True):
        made.text(0, plan.above + y + high * len(some) / 2, name, fontweight="bold")
        axes.plot([0, plan.scale.wide], [y, y], color=PALE, linewidth=0.6, zorder=0)
        for row in some:
            middle = y + high / 2
            made.text(plan.left - GAP, plan.above + middle, _percent(row.share), ha="right")
            _ways(axes, row, middle, plan.scale)
            for words, edge in zip(next(lines), plan.edges, strict=True):
                made.text(edge, plan.above + middle, words, ha="right")
            y += high
    _rule(axes, plan.scale, (0, y))


def _cases(made: Sheet, axes: Axes, plan: _Plan, cases: tuple[Case, ...]) -> None:
    """Cases as squares, or as bars between two numbers, with their years beside them."""
    y = plan.reached + plan.gap
    _rule(axes, plan.scale, (y, plan.tall))
    made.text(0, plan.above + plan.reached + plan.gap / 2 + 2, plan.heading, fontweight="bold")
    for one, words, low in zip(cases, plan.labels, plan.lows, strict=True):
        middle = y + low / 2
        made.text(0, plan.above + middle, words, fontsize=SMALL)
        axes.plot([0, plan.scale.wide], [middle] * 2, color=FAINT, linewidth=0.6, zorder=0)
        ends = plan.scale.at(one.low), plan.scale.at(one.high)
        axes.plot(ends, [middle] * 2, color=BLACK, linewidth=1.4, zorder=2)
        for end in ends:
            _mark(axes, "s", end, middle, BLACK, 4.0)
        beside = plan.left + plan.scale.wide + 6
        made.text(beside, plan.above + middle, _case(one), fontsize=SMALL, color=GREY)
        y += low


def _rule(axes: Axes, scale: _Scale, ends: tuple[float, float]) -> None:
    for value in scale.ticks():
        axes.plot([scale.at(value)] * 2, ends, color=FAINT, linewidth=0.8, zorder=0)


def _axis(made: Sheet, plan: _Plan) -> None:
    """The values of the scale, and under them what they are."""
    y = plan.above + plan.tall
    for value in plan.scale.ticks():
        made.text(plan.left + plan.scale.at(value), y + 8, f"{value:.0f}", ha="center", fontsize=SMALL, color=GREY)
    made.text(plan.left + plan.scale.wide / 2, y + 20, "years", ha="center", fontsize=SMALL, color=GREY)


def _cues(heads: list[str], heading: str) -> tuple[Cue, ...]:
    """Each way with its range, told apart by the words over its column."""
    ways = [
        cue
        for words, (colour, _, _) in zip(heads, LOOKS, strict=False)
        for cue in (Cue(words, colour, words), Cue(f"range, {words}", tint(colour, RANGE), words))
    ]
    return (*ways, Cue("cases", BLACK, heading)) if heading else tuple(ways)


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _percent(share: float) -> str:
    return f"{share:.0f}\u00a0%"


def _years(years: float, horizon: float) -> str:
    """Whole years; whether the share is met now, or not within the horizon."""
    if years <= 0:
        return "met"
    if years > horizon or not isfinite(years):
        return f"over {horizon:.0f}"
    return f"{years:.0f}" if years >= 0.5 else "under 1"


def _told(band: Band, horizon: float) -> str:
    """The middle with its range: 12 (8 to 19)."""
    low, middle, high = (_years(years, horizon) for years in (band.low, band.middle, band.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def _case(one: Case) -> str:
    return f"{one.low:.1f}" if one.low == one.high else f"{one.low:.0f} to {one.high:.0f}"


def _in_words(rows: list[Reach], cells: list[list[str]], regimes: tuple[str, str]) -> str:
    said = []
    for row, line in zip(rows, cells, strict=True):
        ways = ", ".join(f"{cell} {name}" for cell, name in zip(line, regimes, strict=False))
        said.append(f"{row.stage} {_percent(row.share)} {ways}")
    return "; ".join(said)


def _table(
    rows: list[Reach], cases: tuple[Case, ...], regimes: tuple[str, str], horizon: float
) -> dict[str, list[Any]]:
    """A line for each row and way, then one for each case."""
    names = ("stage_or_case", "share_percent", "way", "low_years", "middle_years", "high_years")
    lines: list[tuple[Any, ...]] = []
    for row in rows:
        for band, way in zip((row.first, row.second), regimes, strict=True):
            if band is not None:
                ends = (band.low, band.middle, band.high)
                lines.append((row.stage, row.share, way, *(_number(years, horizon) for years in ends)))
    lines += [(one.name, "", "", _number(one.low, inf), "", _number(one.high, inf)) for one in cases]
    return dict(zip(names, map(list, zip(*lines, strict=True)), strict=True))


def _number(years: float, horizon: float) -> Any:
    return round(years, 3) if isfinite(years) and years <= horizon else f"over {horizon:.0f}"


def _key_values(
    rows: list[Reach], cells: list[list[str]], cases: tuple[Case, ...], regimes: tuple[str, str]
) -> dict[str, list[Any]]:
    """The same, written as on the chart."""
    shown: dict[str, list[Any]] = {
        "stage": [row.stage for row in rows] + [one.name for one in cases],
        "share of need": [_percent(row.share) for row in rows] + [""] * len(cases),
    }
    for place, way in enumerate(regimes[: len(cells[0])]):
        shown[f"years {way}"] = [line[place] for line in cells] + [""] * len(cases)
    return shown | ({"years it took": [""] * len(rows) + [_case(one) for one in cases]} if cases else {})
