"""Shares of demand met without China by stage of the chain: hollow on the first day, filled on the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from plots.amounts import level, levels, of_bands, told_level
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS, DOT = 15.0, 12.0, 30.0, 7.0
"""Points: least height of a row, between columns, for the scale and its unit, width of a dot."""
RANGE = 0.4
UNIT = "% of the demand outside China"


@dataclass(frozen=True)
class Share:
    """A stage: its share on the first day, per cent, and on the last."""

    name: str
    first: float
    last: Band


def stages_chart(
    panels: dict[str, list[Share]],
    moments: tuple[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "supply_stages",
) -> Chart:
    """A panel for each material, all on one scale from 0 to 100 %. `moments` are what the two days are called."""
    rows = [row for some in panels.values() for row in some]
    places = min(1, of_bands([row.last for row in rows]))
    across = body_width(size)
    cells = [(level(row.first, places), level(row.last.middle, places), levels(row.last, places)) for row in rows]
    heads = [wrap(words, 84, SMALL) for words in (*moments, "90 of 100 futures")]
    wides = [
        max(width(head, SMALL), *(width(one[k], LABEL, k == 1) for one in cells)) + GAP for k, head in enumerate(heads)
    ]
    words = [balanced(row.name, 0.3 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    tops = {name: balanced(name, across, LABEL, bold=True) for name in panels}
    above = max(height(head, SMALL) for head in heads) + DOT + 6
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    fixed = above + AXIS + sum(height(one, LABEL) + 9 for one in tops.values())
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        edges = [left + wide + sum(wides[: k + 1]) for k in range(3)]
        _column_heads(made, heads, edges, above)
        y, place = above, 0
        for name, some in panels.items():
            made.text(0, y + 7, tops[name], fontweight="bold", va="top")
            y += height(tops[name], LABEL) + 9
            own = slice(place, place + len(some))
            _dots(made.canvas(left, y, wide, sum(highs[own])), some, highs[own], wide)
            for label, cell, high in zip(words[own], cells[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                for k, (edge, text) in enumerate(zip(edges, cell, strict=True)):
                    look: dict[str, Any] = {"fontweight": "bold"} if k == 1 else {"color": GREY}
                    made.text(edge, y + high / 2, text, ha="right", **look)
                y += high
            place += len(some)
        for value in (0, 25, 50, 75, 100):
            made.text(left + _at(value, wide), y + 8, f"{value}", ha="center", fontsize=SMALL, color=GREY)
        made.text(left + wide / 2, y + 20, UNIT, ha="center", fontsize=SMALL, color=GREY)
    said = ". ".join(
        f"{name}: "
        + "; ".join(f"{one.name} from {level(one.first, places)} to {told_level(one.last, places)}" for one in some)
        for name, some in panels.items()
    )
    cues = (Cue("median", ACCENT), Cue("range", tint(ACCENT, RANGE)))
    table, shown = _table(panels), _key_values(panels, moments, cells)
    return Chart(
        called,
        made.figure,
        title,
        subtitle,
        f"{title}. Per cent of the demand outside China by stage. {said}.",
        table,
        shown,
        made.head,
        cues,
    )


def _column_heads(made: Sheet, heads: list[str], edges: list[float], above: float) -> None:
    """What each column is, with the dot that shows it."""
    for place, (words, edge) in enumerate(zip(heads, edges, strict=True)):
        look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
        made.text(edge, above - DOT - 4 - height(words, SMALL), words, fontsize=SMALL, color=GREY, **look)
        if place < 2:
            _dot(made.canvas(edge - DOT, above - DOT, DOT, DOT), DOT / 2, DOT / 2, filled=place == 1)


def _dot(axes: Axes, x: float, y: float, filled: bool) -> None:
    look: dict[str, Any] = {"markeredgecolor": ACCENT, "markeredgewidth": 1.1, "markersize": 5.5, "clip_on": False}
    axes.plot(x, y, "o", color=ACCENT if filled else "white", zorder=3, **look)


def _at(value: float, wide: float) -> float:
    return 4 + value / 100 * (wide - 8)


def _dots(axes: Axes, rows: list[Share], highs: list[float], wide: float) -> None:
    axes.set_clip_on(False)
    top = 0.0
    for value in (25, 50, 75):
        axes.plot([_at(value, wide)] * 2, [0, sum(highs)], color=FAINT, linewidth=0.9, zorder=0)
    for row, high in zip(rows, highs, strict=True):
        y = top + high / 2
        axes.plot([0, wide], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        ends = [_at(row.last.low, wide), _at(row.last.high, wide)]
        axes.plot(ends, [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=1)
        axes.plot([_at(row.first, wide), _at(row.last.middle, wide)], [y, y], color=GREY, linewidth=0.9, zorder=2)
        _dot(axes, _at(row.first, wide), y, filled=False)
        _dot(axes, _at(row.last.middle, wide), y, filled=True)
        top += high


def _table(panels: dict[str, list[Share]]) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    table: dict[str, list[Any]] = {
        "material": [name for name, _ in lines],
        "stage": [row.name for _, row in lines],
        "first_day_percent": [round(row.first, 3) for _, row in lines],
    }
    for ending, part in (("p5", "low"), ("p50", "middle"), ("p95", "high")):
        table[f"last_day_{ending}_percent"] = [round(getattr(row.last, part), 3) for _, row in lines]
    return table


def _key_values(
    panels: dict[str, list[Share]], moments: tuple[str, str], cells: list[tuple[str, str, str]]
) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    columns = zip((*(f"{one}, %" for one in moments), "5 to 95 % of futures"), zip(*cells, strict=True), strict=True)
    return {
        "material": [name for name, _ in lines],
        "stage": [row.name for _, row in lines],
        **{head: list(values) for head, values in columns},
    }
