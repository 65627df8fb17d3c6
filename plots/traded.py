"""Trade before and after: a row for each pair, a hollow dot with the reference, a filled one with its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.amounts import decimals, level, of_bands, of_steps, told, told_level
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS, DOT = 16.0, 12.0, 30.0, 7.0
"""Points: least height of a row, between columns, for the scale and its unit, width of a dot."""
RANGE = 0.4
UNIT = "bn USD a year"


@dataclass(frozen=True)
class Trade:
    """What one region buys of another, bn USD a year."""

    name: str
    before: float
    after: Band
    change: Band
    """per cent of what it was"""


def traded_chart(rows: list[Trade], title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """Rows in the order given, on one scale that begins at 0."""
    across = body_width(size)
    amounts = decimals([*(row.before for row in rows), *(row.after.high for row in rows)], 1)
    changes = of_bands((row.change for row in rows), 1)
    cells = [
        (
            level(row.before, amounts),
            level(row.after.middle, amounts),
            told(row.change, changes),
        )
        for row in rows
    ]
    heads = [wrap(words, 62, SMALL) for words in ("policy held", "median", "change, %")]
    wides = [
        max(width(head, SMALL), *(width(one[k], LABEL, k == 1) for one in cells)) + GAP for k, head in enumerate(heads)
    ]
    words = [balanced(row.name, 0.3 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    above = max(height(head, SMALL) for head in heads) + DOT + 8
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    spare = (room(size, title, subtitle, source) - above - AXIS) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    reach = max([row.before for row in rows] + [row.after.high for row in rows]) or 1.0
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(highs) + AXIS)
        edges = [left + wide + sum(wides[: k + 1]) for k in range(3)]
        _column_heads(made, heads, edges, above)
        _dots(made.canvas(left, above, wide, sum(highs)), rows, highs, wide, reach)
        y = above
        for label, cell, high in zip(words, cells, highs, strict=True):
            made.text(0, y + high / 2, label)
            for k, (edge, text) in enumerate(zip(edges, cell, strict=True)):
                look: dict[str, Any] = {"fontweight": "bold"} if k == 1 else {"color": GREY}
                made.text(edge, y + high / 2, text, ha="right", **look)
            y += high
        _scale(made, (left, y, wide), reach)
    listed = "; ".join(
        f"{row.name} from {level(row.before, amounts)} to {level(row.after.middle, amounts)}" for row in rows
    )
    alt = f"{title}. {UNIT}: {listed}."
    cues = (Cue("after", ACCENT), Cue("range", tint(ACCENT, RANGE)))
    bands = [(row.name, level(row.before, amounts), told_level(row.after, amounts), cell[-1])
             for row, cell in zip(rows, cells, strict=True)]  # fmt: skip
    names = ("pair", "policy held, bn USD", "median and 5–95 % range, bn USD", "change, %")
    shown: dict[str, list[Any]] = {
        name: list(values) for name, values in zip(names, zip(*bands, strict=True), strict=True)
    }
    return Chart("economy_trade", made.figure, title, subtitle, alt, _table(rows), shown, made.head, cues)


def _column_heads(made: Sheet, heads: list[str], edges: list[float], above: float) -> None:
    """What each column is, with the dot that shows it."""
    for place, (words, edge) in enumerate(zip(heads, edges, strict=True)):
        look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
        made.text(edge, above - DOT - 6 - height(words, SMALL), words, fontsize=SMALL, color=GREY, **look)
        if place < 2:
            _dot(made.canvas(edge - DOT, above - DOT - 2, DOT, DOT), DOT / 2, DOT / 2, filled=place == 1)


def _dot(axes: Axes, x: float, y: float, filled: bool) -> None:
    look: dict[str, Any] = {"markeredgecolor": ACCENT, "markeredgewidth": 1.1, "markersize": 5.5, "clip_on": False}
    axes.plot(x, y, "o", color=ACCENT if filled else "white", zorder=3, **look)


def _dots(axes: Axes, rows: list[Trade], highs: list[float], wide: float, reach: float) -> None:
    axes.set_clip_on(False)
    scale, top = (wide - 8) / reach, 0.0
    for row, high in zip(rows, highs, strict=True):
        y = top + high / 2
        ends = [4 + row.after.low * scale, 4 + row.after.high * scale]
        axes.plot([0, wide], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        axes.plot(ends, [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=1)
        axes.plot([4 + row.before * scale, 4 + row.after.middle * scale], [y, y], color=GREY, linewidth=0.9, zorder=2)
        _dot(axes, 4 + row.before * scale, y, filled=False)
        _dot(axes, 4 + row.after.middle * scale, y, filled=True)
        top += high


def _scale(made: Sheet, place: tuple[float, float, float], reach: float) -> None:
    left, y, wide = place
    nbins = max(1, int(wide / max(30.0, 1.6 * width(f"{reach:,.0f}", SMALL))))
    values = [value for value in MaxNLocator(nbins=nbins, steps=[1, 2, 5, 10]).tick_values(0, reach) if value <= reach]
    for value in values:
        words = level(float(value), of_steps(values)) if value else "0"
        made.text(left + 4 + value / reach * (wide - 8), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide / 2, y + 20, UNIT, ha="center", fontsize=SMALL, color=GREY)


def _table(rows: list[Trade]) -> dict[str, list[Any]]:
    return {
        "pair": [row.name for row in rows],
        "policy_held_bn_usd": [round(row.before, 3) for row in rows],
        "p5_bn_usd": [round(row.after.low, 3) for row in rows],
        "p50_bn_usd": [round(row.after.middle, 3) for row in rows],
        "p95_bn_usd": [round(row.after.high, 3) for row in rows],
        "change_p5_percent": [round(row.change.low, 3) for row in rows],
        "change_p50_percent": [round(row.change.middle, 3) for row in rows],
        "change_p95_percent": [round(row.change.high, 3) for row in rows],
    }
