"""House style: one look for every chart, on page and slide, and the form in which a chart leaves this package."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from plots.lettering import FAMILY

# On white, each of these has a contrast of at least 3 : 1 (WCAG 1.4.11) and they stay apart with red-green and
# blue-yellow blindness (after Okabe and Ito 2008; their orange, sky blue, yellow and light purple do not).
BLUE, VERMILLION, GREEN, VIOLET, BLACK = "#0072B2", "#D55E00", "#009E73", "#600090", "#000000"
GREY, PALE, FAINT, INK = "#595959", "#D9D9D9", "#EFEFEF", "#222222"
PALETTE = (BLUE, VERMILLION, GREEN, VIOLET)
"""For whoever moves things, in order; the others are grey."""
BYSTANDER = "#6B6B6B"
ACCENT = "#334155"
"""For what is nobody's: odds, agreements, differences."""

SMALL, LABEL = 7.0, 8.0
"""Sizes of letters in points: axes and sources; what is read."""

_RC: dict[Any, Any] = {
    "svg.hashsalt": "parley",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.family": "sans-serif",
    "font.sans-serif": FAMILY[:-1],
    "font.size": LABEL,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Cue:
    """One of the things that a chart tells apart by colour, and what tells it where colours fail."""

    thing: str
    colour: str | tuple[float, float, float]
    label: str = ""
    """words that stand beside it on the chart, as they are set there"""
    shape: str = ""
    """its dash, or the sign with which its numbers begin, if no other thing of the chart has the same"""


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
    key_values: dict[str, list[Any]] = field(default_factory=dict)
    """a table for a reader, where the data are too many to read"""
    head: float = 0.0
    """height in points of title and subtitle, which a page may print itself"""
    cues: tuple[Cue, ...] = ()
    """everything that has a colour of its own"""

    def values(self) -> dict[str, list[Any]]:
        """What stands beside the picture for who would rather read it."""
        return self.key_values or self.table


RESERVED = {"USA": BLUE, "CHN": VERMILLION}
"""Region → the colour of whoever speaks for it: the same in every scenario and chart."""


def colours(
    movers: Iterable[str], others: Iterable[str] = (), speaks_for: Mapping[str, Iterable[str]] | None = None
) -> dict[str, str]:
    """A colour for each actor: its region's, else the palette's next in the order of the movers; the rest are grey.

    `speaks_for` gives the regions of actors. Where somebody speaks for a region of :data:`RESERVED`, nobody else has
    any of its colours; in a world without these regions the movers have the whole palette.
    """
    chosen = dict.fromkeys([*movers, *others], BYSTANDER)
    own: dict[str, str] = {}
    for name in chosen:
        for region in (speaks_for or {}).get(name, ()):
            if region in RESERVED and RESERVED[region] not in own.values():
                own.setdefault(name, RESERVED[region])
    left = [colour for colour in PALETTE if not own or colour not in RESERVED.values()]
    return chosen | dict(zip((name for name in movers if name not in own), left, strict=False)) | own


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour mixed with white; opaque, so that neighbouring areas show no seam."""
    red, green, blue = (1 - strength * (1 - int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def ink_on(fill: tuple[float, float, float]) -> str:
    """Dark or white letters, whichever has the higher contrast (WCAG) on a fill."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in fill]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.066 else INK


@contextmanager
def house_style() -> Iterator[None]:
    """Everything drawn inside has the house style."""
    with matplotlib.rc_context(_RC):
        yield


def write(chart: Chart, folder: Path) -> None:
    """Write `name.svg`, `name.png` (200 dpi) and `name.csv`; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in (".svg", ".png"):
        _write_figure(chart, folder / f"{chart.name}{suffix}")
    _write_table(chart, folder / f"{chart.name}.csv")


def write_as(chart: Chart, file: Path) -> None:
    """Write the chart to a file, by its ending .svg, .png (200 dpi) or .pdf, and its data as CSV beside it."""
    _write_figure(chart, file)
    _write_table(chart, file.with_suffix(".csv"))


_METADATA: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None, "Creator": "Parley"},
    ".png": {"Software": "Parley"},
    ".pdf": {"CreationDate": None, "Creator": "Parley", "Producer": "Parley"},
}
"""What says who made a file; no dates, so that the same chart has the same bytes."""


def _write_figure(chart: Chart, file: Path) -> None:
    suffix = file.suffix.lower()
    title = {} if suffix == ".png" else {"Title": chart.title}
    with house_style():
        chart.figure.savefig(file, metadata=_METADATA[suffix] | title, dpi=200 if suffix == ".png" else "figure")


def _write_table(chart: Chart, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(chart.table)
        writer.writerows(zip(*chart.table.values(), strict=True))
