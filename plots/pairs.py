"""Pairs of shares: two dots a row on one scale, filled and hollow, with their numbers in columns; in panels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes

from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, house_style, tint

ROW, HEADING, AXIS, DOT = 14.0, 17.0, 19.0, 7.0
"""Points: least height of a row, height of a heading line, of the scale under a panel, width of a dot."""
COLUMN = 12.0
"""Points between columns."""


@dataclass(frozen=True)
class Pair:
    """A row: two shares, and what is said aside of them."""

    words: str
    filled: float
    hollow: float
    aside: str
    clear: bool = True
    """whether they differ by more than chance; the line between them is drawn only then"""


@dataclass(frozen=True)
class Heads:
    """What the three columns of numbers are: under the filled dot, under the hollow one, aside."""

    filled: str
    hollow: str
    aside: str


def pairs_sheet(
    panels: dict[str, list[Pair]], heads: Heads, title: str, subtitle: str, source: str, size: str = "page"
) -> Sheet:
    """The sheet with a panel for each heading (none for an empty one), each on a scale of its own that begins at 0."""
    across = body_width(size)
    rows = [row for pairs in panels.values() for row in pairs]
    columns = [(heads.filled, [percent(row.filled) for row in rows], True)]
    columns += [(heads.hollow, [percent(row.hollow) for row in rows], False)]
    columns += [(heads.aside, [row.aside for row in rows], False)]
    wides = [
        max(min(58.0, width(head, SMALL)), *(width(cell, LABEL, bold) for cell in cells)) + COLUMN
        for head, cells, bold in columns
    ]
    shown = [wrap(head, wide - COLUMN + 2, SMALL) for (head, _, _), wide in zip(columns, wides, strict=True)]
    words = {row.words: balanced(row.words, 0.4 * across, LABEL) for row in rows}
    left = max(width(lines, LABEL) for lines in words.values()) + COLUMN
    wide = across - left - sum(wides) - DOT
    above = max(height(lines, SMALL) for lines in shown) + DOT + 8
    tops = {name: balanced(name, across, LABEL, bold=True) if name else "" for name in panels}
    fixed = above + sum(height(lines, LABEL) + 8 if lines else 4 for lines in tops.values()) + AXIS * len(panels)
    highs = {row.words: max(ROW, height(words[row.words], LABEL) + 5) for row in rows}
    if size == "slide":
        spare = (room(size, title, subtitle, source) - fixed) / sum(highs[row.words] for row in rows)
        highs = {name: high * min(1.8, max(1.0, spare)) for name, high in highs.items()}
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs[row.words] for row in rows))
        edges = [left + wide + DOT + sum(wides[: k + 1]) for k in range(3)]
        _column_heads(made, shown, edges, above)
        y = above
        for name, pairs in panels.items():
            if tops[name]:
                made.text(0, y + 2, tops[name], fontweight="bold", va="top")
            y += height(tops[name], LABEL) + 8 if tops[name] else 4
            tall = sum(highs[row.words] for row in pairs)
            reach = _reach(max(max(row.filled, row.hollow) for row in pairs))
            axes = made.canvas(left, y, wide, tall)
            _rows(axes, pairs, highs, (wide, reach))
            for row in pairs:
                middle = y + highs[row.words] / 2
                made.text(0, middle, words[row.words])
                for edge, text, bold in zip(
                    edges, (percent(row.filled), percent(row.hollow), row.aside), (True, False, False), strict=True
                ):
                    look = {"fontweight": "bold"} if bold else {"color": GREY}
                    made.text(edge, middle, text, ha="right", **look)
                y += highs[row.words]
            _scale(made, left, y + 7, wide, reach)
            y += AXIS
    return made


def _column_heads(made: Sheet, heads: list[str], edges: list[float], above: float) -> None:
    """What each column is, with the dot that shows it."""
    for place, (words, edge) in enumerate(zip(heads, edges, strict=True)):
        made.text(
            edge, above - DOT - 6, words, ha="right", va="bottom", fontsize=SMALL, color=GREY, multialignment="right"
        )
        if place < 2:
            axes = made.canvas(edge - DOT, above - DOT - 2, DOT, DOT)
            _dot(axes, DOT / 2, DOT / 2, filled=place == 0)


def _dot(axes: Axes, x: float, y: float, filled: bool) -> None:
    inside = ACCENT if filled else "white"
    axes.plot(x, y, "o", color=inside, markeredgecolor=ACCENT, markeredgewidth=1.1, markersize=5.5, clip_on=False)


def _rows(axes: Axes, pairs: list[Pair], highs: dict[str, float], scale: tuple[float, float]) -> None:
    wide, reach = scale
    axes.set_clip_on(False)
    top = 0.0
    for row in pairs:
        high = highs[row.words]
        y, one, other = top + high / 2, row.filled / reach * wide, row.hollow / reach * wide
        axes.plot([0, wide], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        if row.clear:
            axes.plot([one, other], [y, y], color=tint(ACCENT, 0.35), linewidth=3, solid_capstyle="butt", zorder=1)
        _dot(axes, other, y, filled=False)
        _dot(axes, one, y, filled=True)
        top += high


def _scale(made: Sheet, left: float, y: float, wide: float, reach: float) -> None:
    """The ends and the middle of the scale."""
    for k in (0, 0.5, 1):
        words = f"{k * reach * 100:.3g}" + (" %" if k == 1 else "")
        made.text(left + k * wide, y, words, ha="center", fontsize=SMALL, color=GREY)


def _reach(highest: float) -> float:
    """A round share at or above the highest."""
    for reach in (0.02, 0.04, 0.06, 0.1, 0.2):
        if highest <= reach:
            return reach
    return min(1.0, math.ceil(round(highest * 5, 6)) / 5)
