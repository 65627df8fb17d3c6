"""From the tariff of the law to what is collected: three dots a region on one scale, and the revenue beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.amounts import level, of_bands, of_steps, told
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS, DOT = 17.0, 10.0, 30.0, 7.0
"""Points: least height of a row, between columns, for the scale and its unit, width of a dot."""
SHADES = (1.0, 0.5, 0.0)
"""Strength of the colour inside the dots: by law, applied, collected."""
STEPS = ("by law", "applied", "collected")
UNIT = "average rate on goods, %"


@dataclass(frozen=True)
class Rate:
    """A region: its average rates on imports in per cent, medians, and its revenue in bn USD a year."""

    name: str
    steps: tuple[float, float, float]
    """by law, applied, collected"""
    revenue: Band
    change: Band
    """of revenue, against the reference"""


def collected_chart(rows: list[Rate], title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """Rows in the order given, on one scale that begins at 0."""
    across = body_width(size)
    amounts, changes = of_bands((row.revenue for row in rows), 1), of_bands((row.change for row in rows), 1)
    cells = [
        (*(f"{step:.1f}" for step in row.steps), level(row.revenue.middle, amounts), told(row.change, changes))
        for row in rows
    ]
    heads = [wrap(words, 84, SMALL) for words in (*STEPS, "revenue, bn USD", "against the policy held, bn USD")]
    wides = [
        max(width(head, SMALL), *(width(one[k], LABEL, k == 2) for one in cells)) + GAP for k, head in enumerate(heads)
    ]
    words = [balanced(row.name, 0.24 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    above = max(height(head, SMALL) for head in heads) + DOT + 8
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    spare = (room(size, title, subtitle, source) - above - AXIS) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    reach = max(max(row.steps) for row in rows) or 1.0
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(highs) + AXIS)
        edges = [left + wide + sum(wides[: k + 1]) for k in range(len(wides))]
        _column_heads(made, heads, edges, above)
        _dots(made.canvas(left, above, wide, sum(highs)), rows, highs, wide, reach)
        y = above
        for label, cell, high in zip(words, cells, highs, strict=True):
            made.text(0, y + high / 2, label)
            for k, (edge, text) in enumerate(zip(edges, cell, strict=True)):
                look: dict[str, Any] = {"fontweight": "bold"} if k == 2 else {"color": GREY}
                made.text(edge, y + high / 2, text, ha="right", **look)
            y += high
        _scale(made, (left, y, wide), reach)
    listed = "; ".join(
        f"{row.name} {', '.join(f'{step:.1f} {name}' for step, name in zip(row.steps, STEPS, strict=True))}"
        for row in rows
    )
    alt = f"{title}. Average tariff rates on goods in per cent: {listed}."
    cues = [Cue("outline", ACCENT)] + [
        Cue(name, tint(ACCENT, strong), head)
        for name, strong, head in zip(STEPS[1:2], SHADES[1:2], heads[1:2], strict=True)
    ]
    names = ("by law, %", "applied, %", "collected, %", "revenue, bn USD a year", "change, bn USD a year")
    shown: dict[str, list[Any]] = {"region": [row.name for row in rows]}
    shown |= {name: list(values) for name, values in zip(names, zip(*cells, strict=True), strict=True)}
    return Chart("economy_revenue", made.figure, title, subtitle, alt, _table(rows), shown, made.head, tuple(cues))


def _column_heads(made: Sheet, heads: list[str], edges: list[float], above: float) -> None:
    """What each column is, with the dot that shows it."""
    for place, (words, edge) in enumerate(zip(heads, edges, strict=True)):
        look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
        made.text(edge, above - DOT - 6 - height(words, SMALL), words, fontsize=SMALL, color=GREY, **look)
        if place < len(SHADES):
            _dot(made.canvas(edge - DOT, above - DOT - 2, DOT, DOT), DOT / 2, DOT / 2, SHADES[place])


def _dot(axes: Axes, x: float, y: float, strong: float) -> None:
    look: dict[str, Any] = {"markeredgecolor": ACCENT, "markeredgewidth": 1.1, "markersize": 5.5, "clip_on": False}
    axes.plot(x, y, "o", color=tint(ACCENT, strong) if strong else "white", zorder=3, **look)


def _dots(axes: Axes, rows: list[Rate], highs: list[float], wide: float, reach: float) -> None:
    """The dot of the law is drawn last: where nothing is lost on the way it covers the others."""
    axes.set_clip_on(False)
    scale, top = (wide - 8) / reach, 0.0
    for row, high in zip(rows, highs, strict=True):
        y = top + high / 2
        axes.plot([0, wide], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        ends = [4 + min(row.steps) * scale, 4 + max(row.steps) * scale]
        axes.plot(ends, [y, y], color=GREY, linewidth=0.9, zorder=1)
        for step, strong in list(zip(row.steps, SHADES, strict=True))[::-1]:
            _dot(axes, 4 + step * scale, y, strong)
        top += high


def _scale(made: Sheet, place: tuple[float, float, float], reach: float) -> None:
    left, y, wide = place
    nbins = max(1, int(wide / max(28.0, 1.6 * width(f"{reach:,.0f}", SMALL))))
    values = [value for value in MaxNLocator(nbins=nbins, steps=[1, 2, 5, 10]).tick_values(0, reach) if value <= reach]
    for value in values:
        words = level(float(value), of_steps(values)) if value else "0"
        made.text(left + 4 + value / reach * (wide - 8), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide / 2, y + 20, UNIT, ha="center", fontsize=SMALL, color=GREY)


def _table(rows: list[Rate]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"region": [row.name for row in rows]}
    for place, name in enumerate(("statutory", "applied", "collected")):
        table[f"{name}_percent"] = [round(row.steps[place], 3) for row in rows]
    for name, bands in {"revenue": [row.revenue for row in rows], "change": [row.change for row in rows]}.items():
        table[f"{name}_p5_bn_usd"] = [round(one.low, 3) for one in bands]
        table[f"{name}_p50_bn_usd"] = [round(one.middle, 3) for one in bands]
        table[f"{name}_p95_bn_usd"] = [round(one.high, 3) for one in bands]
    return table
