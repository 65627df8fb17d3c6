"""A price on record, at the dates for which it is known, beside the path that the supply layer gives it; log scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

from plots import key
from plots.amounts import level
from plots.lettering import balanced, height, width
from plots.numbers import long_date
from plots.sheet import body_width, room, sheet
from plots.style import ACCENT, BLACK, GREY, PALE, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis, sample
from sim.days import date

Numbers = NDArray[np.float64]

AXIS, SPAN, LEAST, RIGHT, AIR = 26.0, 12.0, 170.0, 14.0, 1.25
"""Points: for the dates, for a span above, height of the axes at least, for half a date at their right; ratio
above the highest value."""
BAND = 0.3
"""Strength of the colour of the range."""
MOST = 12
"""Rows of a reader's table."""
STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class PricePath:
    """A price as a multiple of that before the shock."""

    days: NDArray[np.int32]
    middle: Numbers
    low: Numbers
    high: Numbers
    """[day] simulated, above 0"""
    on_record: dict[int, float]
    """day → value"""
    spans: dict[str, tuple[int, int]]
    """what lasted, with its first and last day"""


def price_path_chart(path: PricePath, title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """Line and range from the first to the last day, squares where the record has a value."""
    across = body_width(size)
    least, most = _ends(path)
    values = gridded(least, most)
    indent = max(width(_times(value), SMALL) for value in values) + 4
    wide = across - indent - RIGHT
    items = _key()
    notes = [
        balanced(f"{place}  {long_date(first)} to {long_date(last)}: {words}", across - 4, SMALL)
        for place, (words, (first, last)) in enumerate(path.spans.items(), start=1)
    ]
    below = sum(height(note, SMALL) + 2 for note in notes) + (4 if notes else 0)
    top = key.height(items, across) + 6
    above = top + SPAN * len(path.spans) + 2
    tall = max(LEAST, room(size, title, subtitle, source) - above - AXIS - below)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + AXIS + below)
        key.draw(made, items, 0)
        axes = made.axes(indent, above, wide, tall)
        first, last = _span(path)
        date_axis(axes, first, last, wide)
        axes.set_yscale("log")
        axes.set_ylim(least, most)
        axes.yaxis.set_major_locator(FixedLocator(values))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(NullFormatter())
        axes.grid(visible=True, axis="y")
        for value in values:
            y = above + tall * (1 - math.log(value / least) / math.log(most / least))
            made.text(indent - 3, y, _times(value), fontsize=SMALL, color=GREY, ha="right")
        strip = made.canvas(indent, top, wide, above - top)
        strip.set_clip_on(False)
        for place, span in enumerate(path.spans.values(), start=1):
            begins, ends = (wide * (one - first) / (last - first) for one in span)
            y = SPAN * (place - 0.5)
            strip.fill_between([begins, max(ends, begins + 2)], y - 3, y + 3, color=PALE, linewidth=0)
            made.text(indent + begins - 3, top + y, f"{place}", fontsize=SMALL, color=GREY, ha="right")
        axes.fill_between(path.days, path.low, path.high, color=tint(ACCENT, BAND), linewidth=0, zorder=2)
        axes.plot(path.days, path.middle, color=ACCENT, linewidth=2.0, zorder=3)
        days = list(path.on_record)
        axes.plot(days, list(path.on_record.values()), "s", color=BLACK, markersize=4.5, clip_on=False, zorder=4)
        y = above + tall + AXIS + 4
        for note in notes:
            made.text(0, y, note, va="top", fontsize=SMALL, color=GREY)
            y += height(note, SMALL) + 2
    cues = (
        Cue("simulated", ACCENT, shape="line"),
        Cue("range", tint(ACCENT, BAND), "90 of 100 draws"),
        Cue("record", BLACK, shape="■"),
    )
    table = _table(path)
    places = sample(len(table["date"]), MOST)
    shown = {column: [cells[place] for place in places] for column, cells in table.items()}
    return Chart("price_path", made.figure, title, subtitle, _alt(title, path), table, shown, made.head, cues)


def _span(path: PricePath) -> tuple[int, int]:
    days = [int(path.days[0]), int(path.days[-1]), *path.on_record]
    return min(days), max(days)


def _ends(path: PricePath) -> tuple[float, float]:
    """Lowest and highest value of the scale, both beyond what is drawn."""
    values = np.concatenate([path.low, path.high, path.middle, list(path.on_record.values())])
    return float(values.min()) / AIR, float(values.max()) * AIR


def gridded(least: float, most: float) -> list[float]:
    """Round values between two that are above 0: 1, 2, 5, 10, or of a wide range powers of ten alone."""
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = STEPS if len(decades) <= 4 else STEPS[:1]
    every = max(1, len(decades) // 6)
    values = [step * 10.0**power for power in list(decades)[::every] for step in steps]
    return [value for value in values if least <= value <= most] or [least]


def _times(value: float) -> str:
    return level(value, max(0, -math.floor(math.log10(value))))


def _key() -> list[key.Item]:
    def line(axes: Axes, x: float, y: float) -> None:
        axes.plot([x, x + 14], [y, y], color=ACCENT, linewidth=2.0)

    def shade(axes: Axes, x: float, y: float) -> None:
        axes.fill_between([x, x + 13], y - 4, y + 4, color=tint(ACCENT, BAND), linewidth=0)

    def square(axes: Axes, x: float, y: float) -> None:
        axes.plot(x + 3, y, "s", color=BLACK, markersize=4.5)

    return [(6.0, square, "on record"), (14.0, line, "simulated"), (13.0, shade, "90 of 100 draws")]


def _table(path: PricePath) -> dict[str, list[Any]]:
    """Every day that is simulated or on record; per cent of the price before."""
    places = {int(day): place for place, day in enumerate(path.days)}
    days = sorted({*places, *path.on_record})
    table: dict[str, list[Any]] = {"date": [date(day) for day in days]}
    for name in ("middle", "low", "high"):
        column = {"middle": "simulated_percent", "low": "p05_percent", "high": "p95_percent"}[name]
        series = getattr(path, name)
        table[column] = [round(100 * float(series[places[day]]), 1) if day in places else "" for day in days]
    table["record_percent"] = [round(100 * path.on_record[day], 1) if day in path.on_record else "" for day in days]
    return table


def _alt(title: str, path: PricePath) -> str:
    top = int(np.argmax(path.middle))
    told = f"Simulated: at most {path.middle[top]:.1f} times the price before, on {long_date(int(path.days[top]))}"
    known = "; ".join(f"{long_date(day)} {value:.1f} times" for day, value in path.on_record.items())
    return f"{title}. {told}." + (f" On record: {known}." if known else "")
