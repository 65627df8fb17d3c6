"""The sheet a chart is drawn on: title, subtitle and source around a body whose parts are placed in points.

Nothing is left to a layout engine: widths are measured first (:mod:`plots.lettering`), so labels cannot collide
and a second rendering is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.lettering import LEADING, balanced, height, wrap
from plots.style import GREY, INK, LABEL, SMALL

INCH = 72.0
WIDTHS = {"page": 7.2, "slide": 10.0}
HEIGHTS = {"page": 4.2, "slide": 5.2}
"""Inches. Pages grow with the rows of a chart; a slide is at least this high."""
MARGIN = 6.0
HEADING = "heading"
"""Identifier, within an SVG, of the title and of the subtitle."""
_TITLE, _SUBTITLE = 11.0, 8.0


@dataclass(frozen=True)
class Sheet:
    """A figure; places in its body are points from the body's top left corner, y downwards."""

    figure: Figure
    width: float
    """of the body"""
    body: float
    """height of the body"""
    head: float
    """height of what is above it"""

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes at a place of the body; nothing but the bottom line is drawn yet."""
        whole_width, whole_height = self.figure.get_size_inches() * INCH
        bottom = whole_height - self.head - top - height
        made = self.figure.add_axes(
            (
                (MARGIN + left) / whole_width,
                bottom / whole_height,
                width / whole_width,
                height / whole_height,
            )
        )
        made.set_yticks([])
        return made

    def canvas(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes whose data are points, y downwards: for rows, keys and marks."""
        made = self.axes(left, top, width, height)
        made.set_xlim(0, width)
        made.set_ylim(height, 0)
        made.set_xticks([])
        made.spines["bottom"].set_visible(False)
        return made

    def text(self, x: float, y: float, words: str, **look: Any) -> None:
        """Words at a place of the body; by default they begin at x and are centred on y."""
        whole_width, whole_height = self.figure.get_size_inches() * INCH
        chosen: dict[str, Any] = {
            "ha": "left",
            "va": "center",
            "fontsize": LABEL,
            "color": INK,
            "linespacing": LEADING,
        } | look
        place = ((MARGIN + x) / whole_width, 1 - (self.head + y) / whole_height)
        self.figure.text(*place, words.replace(" %", "\u00a0%"), **chosen)


def room(size: str, title: str, subtitle: str, source: str) -> float:
    """Height of the body on a sheet of the usual height."""
    return HEIGHTS[size] * INCH - _head(size, title, subtitle)[2] - _foot(wrap(source, body_width(size), SMALL))


def body_width(size: str) -> float:
    """Width of the body in points."""
    return WIDTHS[size] * INCH - 2 * MARGIN


def sheet(size: str, title: str, subtitle: str, source: str, body: float) -> Sheet:
    """A sheet with title, subtitle and source, and a body of at least the height asked for."""
    finding, measure, head = _head(size, title, subtitle)
    shown = wrap(source, body_width(size), SMALL)
    body = max(body, room(size, title, subtitle, source)) if size == "slide" else body
    whole = head + body + _foot(shown)
    made = Sheet(Figure(figsize=(WIDTHS[size], whole / INCH)), body_width(size), body, head)
    made.text(0, MARGIN - head, finding, va="top", fontsize=_TITLE, fontweight="bold", gid=HEADING)
    below = MARGIN + height(finding, _TITLE) + 2
    made.text(0, below - head, measure, va="top", fontsize=_SUBTITLE, color=GREY, gid=HEADING)
    made.text(0, body + 6, shown, va="top", fontsize=SMALL, color=GREY)
    return made


def _head(size: str, title: str, subtitle: str) -> tuple[str, str, float]:
    """Title and subtitle in lines, and their height."""
    across = body_width(size)
    finding = balanced(title, across - 8, _TITLE, bold=True)
    measure = wrap(subtitle, across - 8, _SUBTITLE)
    return finding, measure, MARGIN + height(finding, _TITLE) + 2 + height(measure, _SUBTITLE) + 8


def _foot(source: str) -> float:
    """Height of the source line."""
    return 6 + height(source, SMALL) + MARGIN
