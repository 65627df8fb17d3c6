"""What one country faces on each branch: the tariff on its goods at the end, and the controls in force on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import FAINT, GREY, INK, LABEL, PALE, SMALL, Chart, Cue, house_style, tint

AXIS, GAP, BAR = 16.0, 14.0, 7.0
"""Points: room for the scale, between columns, height of the bars of controls."""
PANEL, TICK = 1.3, 26.0
"""Width of the tariffs in columns of controls; points that a number of the scale takes."""


@dataclass(frozen=True)
class Faced:
    """A branch, as one country sees it."""

    title: str
    share: float
    """of all futures"""
    tariff: tuple[float, float, float] | None
    """5 %, 50 % and 95 % points on the last day, percentage points; None where no tariff is followed"""
    controls: tuple[float, ...]
    """share of the branch's futures in which each control is in force on the country on the last day"""


@dataclass(frozen=True)
class Measured:
    """What the columns of the chart are."""

    tariff: str
    """what the tariff is, with its unit"""
    today: float
    """the same on as_of"""
    colour: str
    controls: tuple[str, ...]
    colours: tuple[str, ...]


def facing_chart(
    rows: list[Faced], measured: Measured, title: str, subtitle: str, source: str, size: str = "page"
) -> Chart:
    """A row for each branch: its share of futures, the tariff (dot, 5–95 % range), a bar for each control."""
    across = body_width(size)
    tariffs = [row.tariff for row in rows if row.tariff is not None]
    words = [balanced(row.title, 0.27 * across, LABEL) for row in rows]
    odds = [percent(row.share) for row in rows]
    left = max(width(one, LABEL) for one in words) + 10
    left += max(width(one, LABEL, bold=True) for one in odds) + GAP
    beside = max((width(_range(one), SMALL, bold=True) + 6 + GAP for one in tariffs), default=0.0)
    count = len(measured.controls)
    free = across - left - beside - GAP * max(0, count - 1)
    wide = min(110.0, free / (count + (PANEL if tariffs else 0.0)))
    panel = free - count * wide if tariffs else 0.0
    heads = [wrap(one, wide, SMALL, bold=True) for one in measured.controls]
    over = wrap(measured.tariff, panel + beside - GAP, SMALL, bold=True) if tariffs else ""
    above = max(height(one, SMALL) for one in [*heads, over, ""]) + (16 if tariffs else 8)
    spare = (room(size, title, subtitle, source) - above - AXIS) / len(rows)
    high = [max(height(one, LABEL) + 8, min(spare, 26.0 if size == "page" else 40.0)) for one in words]
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(high) + AXIS)
        lines = made.canvas(0, above, across, sum(high))
        middle, top = [], 0.0
        for one, share, row in zip(words, odds, high, strict=True):
            made.text(0, above + top + row / 2, one)
            made.text(left - GAP, above + top + row / 2, share, ha="right", fontweight="bold")
            middle.append(top + row / 2)
            top += row
            lines.plot([0, across], [top, top], color=FAINT, linewidth=0.8)
        made.text(left - GAP, above - 6, "odds", ha="right", fontsize=SMALL, color=GREY)
        if tariffs:
            made.text(left, above - 16, over, va="bottom", fontsize=SMALL, fontweight="bold")
            _dots(made, rows, middle, measured, (left, above, panel, sum(high)))
        for place, head in enumerate(heads):
            x = left + panel + beside + place * (wide + GAP)
            made.text(x, above - 6, head, va="bottom", fontsize=SMALL, fontweight="bold")
            canvas = made.canvas(x, above, wide, sum(high))
            canvas.patch.set_visible(False)
            shares = [row.controls[place] for row in rows]
            _bars(made, canvas, shares, middle, measured.colours[place], (x, above, wide))
    return Chart("focus_branches", made.figure, title, subtitle, _alt(title, rows, measured), _table(rows, measured),
                 head=made.head, cues=tuple(_cues(measured, over, heads)))  # fmt: skip


def _cues(measured: Measured, over: str, heads: list[str]) -> Iterator[Cue]:
    """The columns, by what stands over them; a dot and its range by their lightness."""
    if over:
        yield Cue("median", measured.colour, over)
        yield Cue("range", tint(measured.colour, 0.4), over)
    for name, colour, head in zip(measured.controls, measured.colours, heads, strict=True):
        yield Cue(name, colour, head)


def _dots(
    made: Sheet, rows: list[Faced], middle: list[float], measured: Measured, place: tuple[float, float, float, float]
) -> None:
    """Dots with their ranges at `place` (left, top, width, height), today's rate as a dashed line, a scale below."""
    left, above, wide, tall = place
    most = max([measured.today, *(row.tariff[2] for row in rows if row.tariff is not None), 1.0])
    least = min([0.0, *(row.tariff[0] for row in rows if row.tariff is not None)])
    scale = (wide - 6) / (most - least)

    def at(value: float) -> float:
        return 3 + (value - least) * scale

    axes = made.canvas(left, above, wide, tall)
    axes.patch.set_visible(False)
    for value in MaxNLocator(nbins=max(1, int(wide / TICK)), steps=[1, 2, 5, 10], integer=True).tick_values(
        least, most
    ):
        if least <= value <= most:
            axes.plot([at(value)] * 2, [0, tall], color=PALE, linewidth=0.6, zorder=0)
            made.text(left + at(value), above + tall + 7, f"{value:,.0f}", ha="center", fontsize=SMALL, color=GREY)
    axes.plot([at(measured.today)] * 2, [-3, tall], color=GREY, linewidth=0.9, linestyle=(0, (3, 2)), clip_on=False)
    told = f"today {measured.today:.1f}"
    x = min(max(at(measured.today), width(told, SMALL) / 2), wide - width(told, SMALL) / 2)
    made.text(left + x, above - 8, told, ha="center", fontsize=SMALL, color=GREY)
    for row, y in zip(rows, middle, strict=True):
        if row.tariff is not None:
            low, median, high = (at(value) for value in row.tariff)
            axes.plot([low, high], [y, y], color=tint(measured.colour, 0.4), linewidth=4, solid_capstyle="butt")
            axes.plot(median, y, "o", color=measured.colour, markersize=6, clip_on=False)
            told = _range(row.tariff)
            made.text(left + wide + 4, above + y, told, fontsize=SMALL, fontweight="bold", color=INK)


def _bars(
    made: Sheet, axes: Axes, shares: list[float], middle: list[float], colour: str, place: tuple[float, float, float]
) -> None:
    """A bar for each share, on a pale one that is the whole, and its number."""
    left, above, wide = place
    whole = wide - max(width(percent(one), SMALL) for one in (*shares, 0.995)) - 5
    for share, y in zip(shares, middle, strict=True):
        axes.barh(y, whole, height=BAR, color=FAINT, linewidth=0)
        axes.barh(y, whole * share, height=BAR, color=colour, linewidth=0)
        made.text(left + whole + 4, above + y, percent(share), fontsize=SMALL)


def _range(tariff: tuple[float, float, float]) -> str:
    low, median, high = (f"{value:.1f}" for value in tariff)
    return median if low == high else f"{median} ({low}–{high})"


def _alt(title: str, rows: list[Faced], measured: Measured) -> str:
    told = []
    for row in rows:
        said = [f"{percent(row.share)} of futures"]
        if row.tariff is not None:
            said.append(f"{measured.tariff} {_range(row.tariff)}, today {measured.today:.1f}")
        said += [f"{name} in {percent(one)}" for name, one in zip(measured.controls, row.controls, strict=True)]
        told.append(f"{row.title}: {', '.join(said)}")
    return f"{title}. {'; '.join(told)}."


def _table(rows: list[Faced], measured: Measured) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {
        "branch": [row.title for row in rows],
        "share_of_futures_percent": [round(row.share * 100, 2) for row in rows],
    }
    if any(row.tariff is not None for row in rows):
        table["tariff_today_pp"] = [round(measured.today, 3)] * len(rows)
        for place, level in enumerate(("p5", "p50", "p95")):
            values = [np.nan if row.tariff is None else round(row.tariff[place], 3) for row in rows]
            table[f"tariff_last_day_{level}_pp"] = values
    for place, name in enumerate(measured.controls):
        table[f"{name}, in force on the last day_percent"] = [round(row.controls[place] * 100, 2) for row in rows]
    return table
