"""Weeks until something happens that may never happen: dots with ranges, and a strip at the right for never."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent, whole
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS, STRIP = 16.0, 12.0, 30.0, 38.0
"""Points: least height of a row, between columns, for the scale and its unit, width of the strip."""
RANGE = 0.4
NEVER = "never"
LONGEST = 156.0
"""Weeks at which the scale ends at the latest; what takes longer is told, and drawn at its end."""


@dataclass(frozen=True)
class Wait:
    """A row: its name, the weeks (infinite: never), the share of futures in which it never happens, an aside."""

    name: str
    weeks: Band
    never: float
    aside: str = ""


def weeks(value: float) -> str:
    """9, under 1, never."""
    if not math.isfinite(value):
        return NEVER if value > 0 else "–"
    return "0" if value == 0 else "under 1" if value < 0.5 else f"{whole(value):,.0f}"


def in_weeks(value: float) -> str:
    """9 weeks, 1 week, under 1 week, never."""
    words = weeks(value)
    return words if words in (NEVER, "–") else f"{words}\u00a0week{'' if words in ('1', 'under 1') else 's'}"


def between(one: Band) -> str:
    """From the lower to the upper end."""
    low, high = weeks(one.low), weeks(one.high)
    return low if low == high else f"{low} to {high}"


def weeks_chart(
    panels: dict[str, list[Wait]],
    unit: str,
    aside: str,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "weeks_left",
) -> Chart:
    """A panel for each heading (none for an empty one), all on one scale. `aside` heads the last column, if any."""
    rows = [row for some in panels.values() for row in some]
    across = body_width(size)
    cells = [(weeks(row.weeks.middle), between(row.weeks), percent(row.never), row.aside) for row in rows]
    heads = [wrap(words, 64, SMALL) for words in ("median", "90 of 100 futures", "never, of futures", aside) if words]
    wides = [
        max(width(head, SMALL), *(width(one[k], LABEL, k == 0) for one in cells)) + GAP for k, head in enumerate(heads)
    ]
    words = [balanced(row.name, 0.3 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    tops = {name: balanced(name, across, LABEL, bold=True) if name else "" for name in panels}
    above = max(height(head, SMALL) for head in heads) + 6
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    fixed = above + AXIS + sum(height(one, LABEL) + 10 for one in tops.values() if one)
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    reach = _reach(rows)
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        edges = [left + wide + sum(wides[: k + 1]) for k in range(len(heads))]
        look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
        for head, edge in zip(heads, edges, strict=True):
            made.text(edge, above - 4 - height(head, SMALL), head, fontsize=SMALL, color=GREY, **look)
        y, place = above, 0
        for name, some in panels.items():
            if tops[name]:
                made.text(0, y + 8, tops[name], fontweight="bold", va="top")
                y += height(tops[name], LABEL) + 10
            own = slice(place, place + len(some))
            _dots(made.canvas(left, y, wide, sum(highs[own])), some, highs[own], wide, reach)
            for label, cell, high in zip(words[own], cells[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                for k, (edge, text) in enumerate(zip(edges, cell, strict=False)):
                    bold: dict[str, Any] = {"color": GREY} if k else {"fontweight": "bold"}
                    made.text(edge, y + high / 2, text, ha="right", **bold)
                y += high
            place += len(some)
        _scale(made, unit, (left, y, wide), reach)
    cues = (Cue("median", ACCENT), Cue("range", tint(ACCENT, RANGE)))
    table = _table(panels, aside)
    shown = _key_values(panels, aside)
    return Chart(called, made.figure, title, subtitle, f"{title}. {_told(panels)}.", table, shown, made.head, cues)


def _reach(rows: list[Wait]) -> float:
    """The longest time drawn."""
    ends = [
        value for row in rows for value in (row.weeks.middle, row.weeks.high, row.weeks.low) if math.isfinite(value)
    ]
    return min(LONGEST, max([4.0, *ends]))


def _at(value: float, wide: float, reach: float) -> float:
    """Where a time lies, in points: never is in the middle of the strip."""
    if not math.isfinite(value):
        return wide - STRIP / 2
    return 4 + min(value, reach) / reach * (wide - STRIP - 10)


def _dots(axes: Axes, rows: list[Wait], highs: list[float], wide: float, reach: float) -> None:
    axes.set_clip_on(False)
    top, tall = 0.0, sum(highs)
    for value in _ticks(wide, reach):
        axes.plot([_at(value, wide, reach)] * 2, [0, tall], color=FAINT, linewidth=0.8, zorder=0)
    axes.plot([wide - STRIP] * 2, [0, tall], color=PALE, linewidth=0.9, zorder=0)
    for row, high in zip(rows, highs, strict=True):
        y, one = top + high / 2, row.weeks
        top += high
        axes.plot([0, wide], [y, y], color=PALE, linewidth=0.5, zorder=0)
        if math.isnan(one.middle):
            continue
        low, middle, upper = (_at(value, wide, reach) for value in (one.low, one.middle, one.high))
        axes.plot([low, upper], [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=2)
        beyond = reach < one.middle < math.inf
        axes.plot(middle, y, ">" if beyond else "o", color=ACCENT, markersize=6, clip_on=False, zorder=3)


def _ticks(wide: float, reach: float) -> list[float]:
    bins = max(1, int((wide - STRIP) / 34))
    values = MaxNLocator(nbins=bins, steps=[1, 2, 5, 10], integer=True).tick_values(0, reach)
    return [float(value) for value in values if value <= reach]


def _scale(made: Sheet, unit: str, place: tuple[float, float, float], reach: float) -> None:
    left, y, wide = place
    for value in _ticks(wide, reach):
        at = left + _at(value, wide, reach)
        made.text(at, y + 8, f"{value:,.0f}", ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide - STRIP / 2, y + 8, NEVER, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + (wide - STRIP) / 2, y + 20, unit, ha="center", fontsize=SMALL, color=GREY)


def _told(panels: dict[str, list[Wait]]) -> str:
    said = []
    for name, rows in panels.items():
        listed = "; ".join(
            f"{row.name} {in_weeks(row.weeks.middle)} ({between(row.weeks)}), never in {percent(row.never)} of futures"
            for row in rows
        )
        said.append(f"{name}: {listed}" if name else listed)
    return ". ".join(said)


def _table(panels: dict[str, list[Wait]], aside: str) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    table: dict[str, list[Any]] = {"panel": [name for name, _ in lines]} if any(panels) else {}
    table["name"] = [row.name for _, row in lines]
    for ending, key in (("p5", "low"), ("p50", "middle"), ("p95", "high")):
        table[f"{ending}_weeks"] = [round(getattr(row.weeks, key), 3) for _, row in lines]
    table["never_percent"] = [round(100 * row.never, 3) for _, row in lines]
    return table | ({aside: [row.aside for _, row in lines]} if aside else {})


def _key_values(panels: dict[str, list[Wait]], aside: str) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    found: dict[str, list[Any]] = {"panel": [name for name, _ in lines]} if any(panels) else {}
    found |= {
        "name": [row.name for _, row in lines],
        "median, weeks": [weeks(row.weeks.middle) for _, row in lines],
        "5 to 95 % of futures": [between(row.weeks) for _, row in lines],
        "never": [percent(row.never) for _, row in lines],
    }
    return found | ({aside: [row.aside for _, row in lines]} if aside else {})
