"""Imports that change their supplier: a row for each sector, bars by exporter to both sides of zero, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots.amounts import decimals, signed
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint

ROW, GAP, COLUMNS = 15.0, 9.0, 5
"""Points: least height of a row, between columns; columns of exporters at most, the others’ among them."""
OTHERS, ALL = "All others", "All imports"


def diverted_chart(
    sectors: Sequence[str],
    exporters: Sequence[str],
    before: NDArray[np.float64],
    change: NDArray[np.float64],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """Changes of one region's imports, [sector, exporter] bn USD a year; the exporters that change most stand apart."""
    heads, columns = _columns(exporters, change)
    values = np.array([[line[column].sum() for column in columns] for line in change])
    places = decimals(values.ravel(), 2)
    across = body_width(size)
    words = [balanced(name, 0.27 * across, LABEL) for name in sectors]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = (across - left - GAP * (len(columns) - 1)) / len(columns)
    over = [wrap(head, wide, SMALL, bold=True) for head in heads]
    above = max(height(one, SMALL) for one in over) + 8
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    spare = (room(size, title, subtitle, source) - above - 8) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    number = max(width(signed(float(value), places), SMALL) for value in values.ravel()) + 5
    fall, rise = max(0.0, -float(values.min())), max(0.0, float(values.max()))
    scale = _scale(wide, number, fall, rise)
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(highs) + 8)
        y = above
        for label, high in zip(words, highs, strict=True):
            made.text(0, y + high / 2, label)
            y += high
        for place, head in enumerate(over):
            x = left + place * (wide + GAP)
            made.text(x, above - 6 - height(head, SMALL), head, va="top", fontsize=SMALL, fontweight="bold")
            strong = 1.0 if heads[place] == ALL else 0.55
            _bars(made, values[:, place], highs, (x, above, wide), scale, places, strong)
    alt = f"{title}. Change of imports in bn USD a year. {_told(sectors, heads, values, places)}."
    shown = {"sector": list(sectors)} | {
        head: [signed(float(value), places) for value in values[:, place]] for place, head in enumerate(heads)
    }
    cues = (Cue(ALL, ACCENT), Cue("a supplier", tint(ACCENT, 0.55)))
    table = _table(sectors, exporters, before, change)
    return Chart("focus_diverted", made.figure, title, subtitle, alt, table, shown, made.head, cues)


def _columns(exporters: Sequence[str], change: NDArray[np.float64]) -> tuple[list[str], list[list[int]]]:
    """Heads, and the places of the exporters that each column adds up; the last is the sum of all."""
    size = np.abs(change).sum(axis=0)
    order = [int(place) for place in np.argsort(-size, kind="stable") if size[place] > 0]
    own = order if len(order) <= COLUMNS else order[: COLUMNS - 1]
    rest = [place for place in order if place not in own]
    heads = [exporters[place] for place in own] + ([OTHERS] if rest else []) + [ALL]
    return heads, [*([place] for place in own), *([rest] if rest else []), list(range(len(exporters)))]


def _bars(
    made: Sheet,
    values: NDArray[np.float64],
    highs: list[float],
    place: tuple[float, float, float],
    scale: tuple[float, float],
    places: int,
    strong: float,
) -> None:
    """The bars of a column at `place` (left, top, width); each number stands across zero, clear of its bar."""
    left, above, wide = place
    axes: Axes = made.canvas(left, above, wide, sum(highs))
    (zero, unit), top = scale, 0.0
    axes.plot([zero, zero], [0, sum(highs)], color=GREY, linewidth=0.8, zorder=3)
    for value, high in zip(values.tolist(), highs, strict=True):
        y = top + high / 2
        axes.plot([0, wide], [top + high] * 2, color=FAINT, linewidth=0.8, zorder=0)
        axes.barh(y, value * unit, left=zero, height=8, color=tint(ACCENT, strong), linewidth=0)
        side, shift = ("right", -3) if value > 0 else ("left", 3)
        made.text(left + zero + shift, above + y, signed(value, places), fontsize=SMALL, ha=side)
        top += high


def _scale(wide: float, number: float, fall: float, rise: float) -> tuple[float, float]:
    """Where zero lies in every column, and points for a bn USD; bars have room, and the numbers across zero."""
    unit = wide / ((fall + rise) or 1.0)
    zero = min(max(fall * unit, number if rise else 0.0), wide - number if fall or not rise else wide)
    return zero, min(unit, zero / fall if fall else unit, (wide - zero) / rise if rise else unit)


def _told(sectors: Sequence[str], heads: list[str], values: NDArray[np.float64], places: int) -> str:
    said = []
    for name, line in zip(sectors, values, strict=True):
        listed = ", ".join(
            f"{head} {signed(float(value), places)}" for head, value in zip(heads, line, strict=True) if value
        )
        said.append(f"{name}: {listed or 'no change'}")
    return "; ".join(said)


def _table(
    sectors: Sequence[str], exporters: Sequence[str], before: NDArray[np.float64], change: NDArray[np.float64]
) -> dict[str, list[Any]]:
    cells = [(j, i) for j in range(len(sectors)) for i in range(len(exporters)) if before[j, i] or change[j, i]]
    cells = cells or [(j, 0) for j in range(len(sectors))]
    return {
        "sector": [sectors[j] for j, _ in cells],
        "exporter": [exporters[i] for _, i in cells],
        "policy_held_bn_usd": [round(float(before[cell]), 3) for cell in cells],
        "change_bn_usd": [round(float(change[cell]), 3) for cell in cells],
        "change_percent": [
            round(float(change[cell] / before[cell]) * 100, 2) if before[cell] else "" for cell in cells
        ],
    }
