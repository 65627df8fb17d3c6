"""A key: small drawings with their words, set one after the other over as many lines as they need."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes

from plots.lettering import width
from plots.sheet import Sheet
from plots.style import GREY, SMALL

Drawing = Callable[[Axes, float, float], None]
"""Draws on axes in points, from x, around y; it may be as wide as the item says."""
Item = tuple[float, Drawing, str]
"""Width of the drawing, the drawing, its words."""
LINE, _AFTER, _BETWEEN = 12.0, 4.0, 14.0


def places(items: list[Item], room: float) -> list[tuple[float, float]]:
    """Where each item begins: x, and y of its middle."""
    found: list[tuple[float, float]] = []
    x, y = 0.0, LINE / 2
    for wide, _, words in items:
        needed = wide + _AFTER + width(words, SMALL)
        if found and x + needed > room:
            x, y = 0.0, y + LINE
        found.append((x, y))
        x += needed + _BETWEEN
    return found


def height(items: list[Item], room: float) -> float:
    """Height of the key."""
    return places(items, room)[-1][1] + LINE if items else 0.0


def draw(made: Sheet, items: list[Item], top: float) -> None:
    """Draw the key across the sheet, beginning at `top` of its body."""
    if not items:
        return
    axes = made.canvas(0, top, made.width, height(items, made.width))
    for (x, y), (wide, drawing, words) in zip(places(items, made.width), items, strict=True):
        drawing(axes, x, y)
        made.text(x + wide + _AFTER, top + y, words, fontsize=SMALL, color=GREY)
