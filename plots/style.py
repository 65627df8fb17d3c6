"""House style: one look for every chart, on page and slide, and the form in which a chart leaves this package."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# On white, each of these has a contrast of at least 3 : 1 (WCAG 1.4.11) and they stay apart with red-green and
# blue-yellow blindness (Okabe and Ito 2008; orange, sky blue and yellow do not reach the contrast).
BLUE, VERMILLION, GREEN, PURPLE, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"
GREY, PALE, INK = "#6B6B6B", "#D9D9D9", "#222222"
ACTORS = {"us": BLUE, "china": VERMILLION, "eu": GREEN, "g7": PURPLE, "allies": PURPLE}
"""Colours of actors, the same in every chart; whoever is not named here is dark grey."""

SIZES = {"page": (7.2, 4.2), "slide": (10.0, 5.2)}
"""Inches."""
_RC: dict[Any, Any] = {
    "svg.hashsalt": "parley",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "ytick.major.size": 0,
    "figure.facecolor": "white",
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True)
class Chart:
    """A figure with what must go wherever it goes: words, a text alternative and the data."""

    name: str
    figure: Figure
    title: str
    """the finding, as a sentence"""
    subtitle: str
    """measure, unit, place, period"""
    alt: str
    """says in words what the chart shows"""
    table: dict[str, list[Any]] = field(default_factory=dict)
    """tidy data; units in the names of the columns"""


def colour(actor: str) -> str:
    """The colour of an actor."""
    return ACTORS.get(actor, "#4D4D4D")


@contextmanager
def house_style() -> Iterator[None]:
    """Everything drawn inside has the house style."""
    with matplotlib.rc_context(_RC):
        yield


def figure(size: str = "page", taller: float = 1.0) -> Figure:
    """An empty figure; `taller` stretches its height for charts with many rows."""
    width, height = SIZES[size]
    return Figure(figsize=(width, height * taller), layout="constrained")


def head(made: Figure, title: str, subtitle: str, source: str) -> None:
    """Title, subtitle and source, flush left."""
    width = int(made.get_figwidth() * 10)
    lines = textwrap.wrap(title, width)
    under = textwrap.wrap(subtitle, int(made.get_figwidth() * 14))
    inches = 0.2 * len(lines) + 0.16 * len(under) + 0.12
    top = 1 - inches / made.get_figheight()
    layout: Any = made.get_layout_engine()
    layout.set(rect=(0.0, 0.05, 1.0, top - 0.05))
    made.text(0.012, 0.985, "\n".join(lines), ha="left", va="top", fontsize=11, fontweight="bold")
    made.text(
        0.012,
        0.985 - 0.2 * len(lines) / made.get_figheight(),
        "\n".join(under),
        ha="left",
        va="top",
        fontsize=8.5,
        color=GREY,
    )
    made.text(0.012, 0.012, source, ha="left", va="bottom", fontsize=7, color=GREY)


def value_axis_right(axes: Axes) -> None:
    """Values are read at the right, where a time series ends."""
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")


def write(chart: Chart, folder: Path) -> None:
    """Write `name.svg`, `name.png` (200 dpi) and `name.csv`; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    with house_style():
        chart.figure.savefig(
            folder / f"{chart.name}.svg", metadata={"Date": None, "Creator": "Parley", "Title": chart.title}
        )
        chart.figure.savefig(folder / f"{chart.name}.png", dpi=200, metadata={"Software": "Parley"})
    with (folder / f"{chart.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(chart.table)
        writer.writerows(zip(*chart.table.values(), strict=True))
