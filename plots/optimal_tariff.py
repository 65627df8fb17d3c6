"""Optimal tariffs by region: a dot with its range over sets of elasticities, and a hollow one where all respond."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.amounts import decimals, level, of_steps, signed
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint

ROW, GAP, AXIS, DOT = 16.0, 12.0, 30.0, 7.0
"""Points: least height of a row, between columns, for the scale and its unit, width of a dot."""
RANGE = 0.4
"""Strength of the colour of a range."""
UNIT = "tariff on imports, %"


@dataclass(frozen=True)
class Optimum:
    """The best uniform tariff of a region, all in per cent."""

    name: str
    rate: float
    """while nobody responds, under the middle set of elasticities"""
    low: float
    high: float
    """lowest and highest under any of the sets"""
    nash: float | None
    """where all respond to each other; None where it was not asked for"""
    gain: float
    """of own real income at `rate`"""
    others: float
    """change of the real income of all others together"""


def optimal_tariff_chart(rows: list[Optimum], title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """Rows by their optimum, the highest first; on one scale that holds 0."""
    rows = sorted(rows, key=lambda row: -round(row.rate, 1))  # as they are shown
    across, columns = body_width(size), _columns(rows)
    heads = [wrap(head, 66, SMALL) for head, _ in columns]
    wides = [
        max(width(head, SMALL), *(width(cell, LABEL, k == 0) for cell in cells)) + GAP
        for k, (head, (_, cells)) in enumerate(zip(heads, columns, strict=True))
    ]
    words = [balanced(row.name, 0.3 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    above = max(height(head, SMALL) for head in heads) + DOT + 8
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    spare = (room(size, title, subtitle, source) - above - AXIS) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    ends = _ends(rows)
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(highs) + AXIS)
        edges = [left + wide + sum(wides[: k + 1]) for k in range(len(columns))]
        _column_heads(made, heads, edges, above, rows[0].nash is not None)
        _dots(made.canvas(left, above, wide, sum(highs)), rows, highs, (wide, ends))
        y = above
        for k, (label, high) in enumerate(zip(words, highs, strict=True)):
            made.text(0, y + high / 2, label)
            for place, (edge, (_, cells)) in enumerate(zip(edges, columns, strict=True)):
                look: dict[str, Any] = {"color": GREY} if place else {"fontweight": "bold"}
                made.text(edge, y + high / 2, cells[k], ha="right", **look)
            y += high
        _scale(made, (left, y, wide), ends)
    listed = "; ".join(f"{row.name} {level(row.rate, 1)} ({level(row.low, 1)} to {level(row.high, 1)})" for row in rows)
    alt = f"{title}. Optimal tariff in % and its range over elasticities: {listed}."
    cues = (Cue("optimum", ACCENT), Cue("range", tint(ACCENT, RANGE)))
    shown = {"region": [row.name for row in rows]} | dict(columns)
    return Chart("optimal_tariff", made.figure, title, subtitle, alt, _table(rows), shown, made.head, cues)


def _columns(rows: list[Optimum]) -> list[tuple[str, list[str]]]:
    """Heads with their cells; the trade war's only where there is one."""
    places = max(2, decimals(row.gain for row in rows))
    found = [("optimum, %", [level(row.rate, 1) for row in rows])]
    found.append(("over elasticities", [f"{level(row.low, 1)} to {level(row.high, 1)}" for row in rows]))
    if rows[0].nash is not None:
        found.append(("if all respond, %", ["" if row.nash is None else level(row.nash, 1) for row in rows]))
    return [*found, ("own gain, % of real income", [signed(row.gain, places) for row in rows])]


def _column_heads(made: Sheet, heads: list[str], edges: list[float], above: float, war: bool) -> None:
    """What each column is, with the mark that shows it."""
    for place, (words, edge) in enumerate(zip(heads, edges, strict=True)):
        look: dict[str, Any] = {"ha": "right", "va": "bottom", "multialignment": "right"}
        made.text(edge, above - DOT - 6, words, fontsize=SMALL, color=GREY, **look)
        axes = made.canvas(edge - 2 * DOT, above - DOT - 2, 2 * DOT, DOT)
        if place == 1:
            _range(axes, 0, 2 * DOT, DOT / 2)
        elif place == 0 or (place == 2 and war):
            _dot(axes, 1.5 * DOT, DOT / 2, filled=place == 0)


def _dot(axes: Axes, x: float, y: float, filled: bool) -> None:
    look: dict[str, Any] = {"markeredgecolor": ACCENT, "markeredgewidth": 1.1, "clip_on": False}
    shape, large = ("o", 5.5) if filled else ("D", 4.6)
    axes.plot(x, y, shape, color=ACCENT if filled else "white", markersize=large, zorder=3 if filled else 4, **look)


def _range(axes: Axes, low: float, high: float, y: float) -> None:
    axes.plot([low, high], [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=1)


def _ends(rows: list[Optimum]) -> tuple[float, float]:
    """The ends of the scale, zero within it."""
    values = [value for row in rows for value in (row.rate, row.low, row.high, row.nash or 0.0)]
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if high > low else (low, low + 1.0)


def _at(value: float, scale: tuple[float, tuple[float, float]]) -> float:
    """Where a value lies, in points; marks at the ends stay whole."""
    wide, (low, high) = scale
    return 4 + (value - low) / (high - low) * (wide - 8)


def _dots(axes: Axes, rows: list[Optimum], highs: list[float], scale: tuple[float, tuple[float, float]]) -> None:
    axes.set_clip_on(False)
    top = 0.0
    for value in _ticks(*scale):
        axes.plot([_at(value, scale)] * 2, [0, sum(highs)], color=FAINT, linewidth=0.8, zorder=0)
    for row, high in zip(rows, highs, strict=True):
        y = top + high / 2
        axes.plot([0, scale[0]], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        _range(axes, _at(row.low, scale), _at(row.high, scale), y)
        _dot(axes, _at(row.rate, scale), y, filled=True)
        if row.nash is not None:
            _dot(axes, _at(row.nash, scale), y, filled=False)
        top += high


def _ticks(wide: float, ends: tuple[float, float]) -> Iterator[float]:
    """Round values within the scale, as many as have room."""
    room_ = max(36.0, 1.6 * max(width(level(value, 1), SMALL) for value in ends))
    for value in MaxNLocator(nbins=max(1, int(wide / room_)), steps=[1, 2, 5, 10]).tick_values(*ends):
        if ends[0] - 1e-12 <= value <= ends[1] + 1e-12:
            yield float(value)


def _scale(made: Sheet, place: tuple[float, float, float], ends: tuple[float, float]) -> None:
    """The values of the axis, and under them what they are."""
    left, y, wide = place
    values = list(_ticks(wide, ends))
    for value in values:
        words = "0" if abs(value) < 1e-12 else level(value, of_steps(values))
        made.text(left + _at(value, (wide, ends)), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide / 2, y + 20, UNIT, ha="center", fontsize=SMALL, color=GREY)


def _table(rows: list[Optimum]) -> dict[str, list[Any]]:
    return {
        "region": [row.name for row in rows],
        "optimum_percent": [round(row.rate, 4) for row in rows],
        "lowest_percent": [round(row.low, 4) for row in rows],
        "highest_percent": [round(row.high, 4) for row in rows],
        "if_all_respond_percent": ["" if row.nash is None else round(row.nash, 4) for row in rows],
        "own_gain_percent": [round(row.gain, 6) for row in rows],
        "others_percent": [round(row.others, 6) for row in rows],
    }
