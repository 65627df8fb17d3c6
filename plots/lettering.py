"""Lettering: how wide words are, where their lines break, and how labels keep clear of each other.

All lengths are in points, measured on the font's outlines: the same on every machine and in every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

FAMILY = ["DejaVu Sans", "Verdana", "Geneva", "Liberation Sans", "Arial", "sans-serif"]
"""The first is measured. An SVG names them all: a reader without it gets the next, of nearly the same widths."""
LEADING = 1.2
"""Distance of lines, in sizes of the font."""
_HAIR = 1e-6
"""Words that were measured to make room for them fit in it, whatever has been added and taken away since."""


@lru_cache(maxsize=4096)
def width(words: str, size: float, bold: bool = False) -> float:
    """Width of the widest line."""
    font = _font(size, bold)
    lines = words.split("\n")
    return max(float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]) for line in lines)


@lru_cache(maxsize=64)
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=FAMILY[0], size=size, weight="bold" if bold else "normal")


def height(words: str, size: float) -> float:
    """Height of all lines."""
    return (words.count("\n") + 1) * size * LEADING


def wrap(words: str, room: float, size: float, bold: bool = False) -> str:
    """The words in lines of at most `room`; a single word that is wider is cut."""
    lines: list[str] = []
    for word in words.replace(" %", "\u00a0%").split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold) <= room + _HAIR:
            lines[-1] = joined
        else:
            lines += _cut(word, room, size, bold)
    return "\n".join(lines)


def balanced(words: str, room: float, size: float, bold: bool = False) -> str:
    """The words in as few lines as they need, of about the same length."""
    shown = wrap(words, room, size, bold)
    for share in (0.92, 0.84, 0.76, 0.68, 0.6):
        tighter = wrap(words, share * room, size, bold)
        if tighter.count("\n") > shown.count("\n") or "-\n" in tighter:
            break
        shown = tighter
    return shown


def _cut(word: str, room: float, size: float, bold: bool) -> list[str]:
    """A word in pieces that fit; one with a hyphen is parted there if it can be."""
    pieces = [word]
    while len(pieces[-1]) > 1 and width(pieces[-1], size, bold) > room + _HAIR:
        last = pieces.pop()
        fits = next((end for end in range(len(last) - 1, 1, -1) if width(last[:end] + "-", size, bold) <= room), 1)
        hyphen = last.rfind("-", 1, fits + 1) + 1
        pieces += [last[:hyphen], last[hyphen:]] if 0 < hyphen < len(last) else [last[:fits] + "-", last[fits:]]
    return pieces


def spread(wanted: Sequence[float], gap: float, least: float, most: float) -> list[float]:
    """Places at least `gap` apart, as near to the wanted ones as can be, within `least` to `most` if there is room."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[float]] = []
    for i in order:  # neighbours that would touch stand together around their common middle
        groups.append([wanted[i], 1])
        while len(groups) > 1 and _end(groups[-2], gap) > _start(groups[-1], gap) + 1e-9:
            (first, n), (second, m) = groups[-2:]
            groups[-2:] = [[(first * n + second * m) / (n + m), n + m]]
    places: list[float] = []
    for middle, count in groups:
        places += [middle + gap * (k - (count - 1) / 2) for k in range(int(count))]
    for k, place in enumerate(places):
        places[k] = max(place, least + k * gap)
    for back, k in enumerate(reversed(range(len(places)))):
        places[k] = min(places[k], most - back * gap)
    result = [0.0] * len(wanted)
    for place, i in zip(places, order, strict=True):
        result[i] = place
    return result


def _start(group: list[float], gap: float) -> float:
    return group[0] - gap * group[1] / 2


def _end(group: list[float], gap: float) -> float:
    return group[0] + gap * group[1] / 2
