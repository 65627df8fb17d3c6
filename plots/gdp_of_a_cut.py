"""What a near-total cut would cost in GDP, by country: our branches as dots with ranges, studies as squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots import key
from plots.amounts import level, of_steps
from plots.lettering import balanced, height, width
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, BLACK, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint

ROW, GAP, AXIS, HEAD = 14.0, 12.0, 30.0, 10.0
"""Points: least height of a row, between columns, for the scale and its unit, above the name of a country."""
RANGE = 0.4
"""Strength of the colour of a range."""
UNIT = "change of GDP in the year of the cut, %"
Scale = tuple[float, float, float]
"""Width in points, lowest and highest value."""


@dataclass(frozen=True)
class Loss:
    """A row, in per cent of GDP, losses negative."""

    name: str
    low: float
    middle: float
    high: float
    study: bool
    """somebody else's figure; from `low` to `high`, where they differ"""


def gdp_of_a_cut_chart(
    countries: dict[str, list[Loss]], title: str, subtitle: str, source: str, size: str = "page"
) -> Chart:
    """Rows by country, in the order given, on one scale that holds 0."""
    rows = [row for some in countries.values() for row in some]
    across = body_width(size)
    told = [_told(row) for row in rows]
    words = [balanced(row.name, 0.4 * across, LABEL) for row in rows]
    tops = [balanced(name, across, LABEL, bold=True) for name in countries]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - max(width(one, LABEL) for one in told) - GAP
    scale = (wide, *_ends(rows))
    items = _key(rows)
    above = key.height(items, across) + 2
    fixed = above + AXIS + sum(height(top, LABEL) + HEAD for top in tops)
    highs = [max(ROW, height(one, LABEL) + 4) for one in words]
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        key.draw(made, items, 0)
        y, place = above, 0
        for top, some in zip(tops, countries.values(), strict=True):
            made.text(0, y + HEAD - 4, top, fontweight="bold", va="top")
            y += height(top, LABEL) + HEAD
            own = slice(place, place + len(some))
            _marks(made.canvas(left, y, wide, sum(highs[own])), some, highs[own], scale)
            for label, value, high in zip(words[own], told[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                made.text(across, y + high / 2, value, ha="right", color=GREY)
                y += high
            place += len(some)
        _axis(made, (left, y), scale)
    alt = f"{title}. Change of GDP, %: " + "; ".join(
        f"{name}: " + ", ".join(f"{row.name} {_told(row)}" for row in some) for name, some in countries.items()
    )
    cues = (
        Cue("simulated", ACCENT, shape="●"),
        Cue("range", tint(ACCENT, RANGE), "90 of 100 draws"),
        Cue("study", BLACK, shape="■"),
    )
    table = _table(countries)
    return Chart("gdp_of_a_cut", made.figure, title, subtitle, f"{alt}.", table, table, made.head, cues)


def _told(row: Loss) -> str:
    low, middle, high = (level(value, 1 if abs(value) >= 0.95 or value == 0 else 2) for value in _values(row))
    if row.study:
        return low if low == high else f"{low} to {high}"
    return middle if low == high else f"{middle} ({low} to {high})"


def _values(row: Loss) -> tuple[float, float, float]:
    return row.low, row.middle, row.high


def _ends(rows: list[Loss]) -> tuple[float, float]:
    values = [value for row in rows for value in _values(row)]
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if high > low else (low - 1.0, high)


def _at(value: float, scale: Scale) -> float:
    """Where a value lies, in points; marks at the ends stay whole."""
    wide, low, high = scale
    return 5 + (value - low) / (high - low) * (wide - 10)


def _marks(axes: Axes, rows: list[Loss], highs: list[float], scale: Scale) -> None:
    axes.set_clip_on(False)
    for value in _ticks(scale):
        axes.plot([_at(value, scale)] * 2, [0, sum(highs)], color=FAINT, linewidth=0.8, zorder=0)
    axes.plot([_at(0, scale)] * 2, [0, sum(highs)], color=GREY, linewidth=0.9, zorder=1)
    top = 0.0
    for row, high in zip(rows, highs, strict=True):
        low, middle, upper = (_at(value, scale) for value in _values(row))
        _mark(axes, (low, middle, upper), top + high / 2, row.study)
        top += high


def _mark(axes: Axes, places: tuple[float, float, float], y: float, study: bool) -> None:
    low, middle, high = places
    if study:
        axes.plot([low, high], [y, y], "s-", color=BLACK, markersize=4, linewidth=1.2, clip_on=False, zorder=3)
    else:
        axes.plot([low, high], [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=2)
        axes.plot(middle, y, "o", color=ACCENT, markersize=5.5, clip_on=False, zorder=3)


def _ticks(scale: Scale) -> list[float]:
    wide, low, high = scale
    values = MaxNLocator(nbins=max(1, int(wide / 40)), steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(value) for value in values if low - 1e-12 <= value <= high + 1e-12] or [0.0]


def _axis(made: Sheet, place: tuple[float, float], scale: Scale) -> None:
    left, y = place
    values = _ticks(scale)
    for value in values:
        words = "0" if abs(value) < 1e-12 else level(value, of_steps(values))
        made.text(left + _at(value, scale), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + scale[0] / 2, y + 20, UNIT, ha="center", fontsize=SMALL, color=GREY)


def _key(rows: list[Loss]) -> list[key.Item]:
    def ours(axes: Axes, x: float, y: float) -> None:
        _mark(axes, (x, x + 12, x + 24), y, study=False)

    def theirs(axes: Axes, x: float, y: float) -> None:
        _mark(axes, (x + 2, x + 8, x + 14), y, study=True)

    items: list[key.Item] = []
    if any(not row.study for row in rows):
        items.append((24.0, ours, "simulated, central assumptions, and 90 of 100 draws"))
    if any(row.study for row in rows):
        items.append((16.0, theirs, "study"))
    return items


def _table(countries: dict[str, list[Loss]]) -> dict[str, list[Any]]:
    lines = [(name, row) for name, some in countries.items() for row in some]
    return {
        "country": [name for name, _ in lines],
        "what": [row.name for _, row in lines],
        "study": ["yes" if row.study else "no" for _, row in lines],
        "low_percent": [round(row.low, 3) for _, row in lines],
        "middle_percent": [round(row.middle, 3) for _, row in lines],
        "high_percent": [round(row.high, 3) for _, row in lines],
    }
