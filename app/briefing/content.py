"""What a briefing holds, whatever it is rendered to: sections of words, numbers bound to results, figures, tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from plots.numbers import whole
from plots.style import Chart

ODDS_WORDS = (
    (0.95, "almost certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.05, "very unlikely"),
    (0.0, "remote"),
)
"""The one scale of odds words: each holds from its share upwards (after the calibrated language of the IPCC)."""


def odds_word(share: float) -> str:
    """The word for a share on the stated scale: that of the number that stands beside it, rounded."""
    shown = share if share < 0.01 or share > 0.99 else whole(share * 100) / 100
    return next(word for least, word in ODDS_WORDS if shown >= least)


def scale() -> str:
    """The scale in one sentence, for the footnote."""
    ends = [1.0, *(least for least, _ in ODDS_WORDS)]
    parts = [
        f"{word} {least * 100:.0f}–{end * 100:.0f} %" for (least, word), end in zip(ODDS_WORDS, ends, strict=False)
    ]
    return "Odds words: " + ", ".join(parts) + "."


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    note: bool = False
    """set smaller: a footnote or a caution"""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: list[str]


@dataclass(frozen=True)
class Table:
    """A table with a caption; cells are text."""

    caption: str
    columns: list[str]
    rows: list[list[str]]
    folded: bool = False
    """shown on request"""


@dataclass(frozen=True)
class FigureBlock:
    """A chart with its words and its data."""

    chart: Chart


Block = Paragraph | Bullets | Table | FigureBlock


@dataclass(frozen=True)
class Section:
    """A part of the briefing."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Name within the page."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.title.lower()).strip("-")


@dataclass(frozen=True)
class Briefing:
    """The whole."""

    title: str
    question: str
    answer: list[str]
    """sentences"""
    dated: str
    sections: list[Section]
    beside: dict[str, str] = field(default_factory=dict)
    """other pages: file → what it is called"""
    compact: bool = False
    """set close when printed, to fit on two sheets"""

    def charts(self) -> list[Chart]:
        """Every chart, in order."""
        return [block.chart for section in self.sections for block in section.blocks if isinstance(block, FigureBlock)]
