"""How futures part: a column for each date, a block for each state, ribbons as thick as the share of futures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from plots.lettering import balanced, height, spread, width, wrap
from plots.numbers import long_date, percent, short_date
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import GREY, INK, LABEL, SMALL, Chart, Cue, house_style, tint
from sim.days import date


@dataclass(frozen=True)
class State:
    """What a future has come to."""

    title: str
    colour: str
    strength: float = 1.0
    """of the colour, so that two states of one holder differ in grey as well"""


@dataclass(frozen=True)
class Column:
    """A date, the share of futures in each state by its end, and where they come from."""

    title: str
    days: tuple[int, int]
    """first and last day on which it is likely to fall"""
    shares: NDArray[np.float64]
    """[state]"""
    flows: NDArray[np.float64]
    """[state at the column before, state now]; zeros in the first column"""


BLOCK, GAP, LEAST = 8.0, 4.0, 10.0
"""Points: width of a block, space between two blocks of a column, least height kept free for its number."""
RIBBON, PALEST = 0.4, 0.2
"""Strength of a ribbon's colour, as a share of that of its state, and the least."""
SAID = 0.02
"""A ribbon that changes its state says its number from this share of futures on."""
TALL = 235.0
"""Points: least height of the columns."""

Place = tuple[float, float]
"""Top and height of a block."""


def parting_chart(columns: list[Column], states: list[State], title: str, source: str, size: str = "page") -> Chart:
    """Ribbons between columns; `states` from the top down, every column in the same order. The first one starts."""
    subtitle = (
        f"Share of futures, %, by the latest of these turns, at the end of each date, {long_date(columns[0].days[0])} "
        f"to {long_date(columns[-1].days[1])}"
    )
    across = body_width(size)
    ever = [k for k in range(len(states)) if max(column.shares[k] for column in columns) > 0]
    words = {k: wrap(states[k].title, 0.24 * across, SMALL) for k in ever}
    numbers = {k: _number(columns[-1].shares[k]) for k in ever}
    number = max(width(one, LABEL + 1, bold=True) for one in numbers.values()) + 6
    beside = max(width(lines, SMALL) for lines in words.values()) + number + 16
    step = (across - beside - BLOCK) / (len(columns) - 1)
    heads = [balanced(column.title, (step if k < len(columns) - 1 else beside) - 7, SMALL, bold=True)
             for k, column in enumerate(columns)]  # fmt: skip
    dates = [wrap(words_, step - 5, SMALL) for words_ in _dates(columns)]
    above = max(height(h, SMALL) + height(d, SMALL) for h, d in zip(heads, dates, strict=True)) + 8
    labels = sum(height(lines, SMALL) + 4 for lines in words.values())
    tall = max(TALL, labels, room(size, title, subtitle, source) - above - 4)
    places = _places(columns, ever, tall)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + 4)
        axes = made.canvas(0, above, across, tall)
        for k in range(len(columns)):
            made.text(k * step, 0, heads[k], va="top", fontsize=SMALL, fontweight="bold")
            made.text(k * step, height(heads[k], SMALL) + 1, dates[k], va="top", fontsize=SMALL, color=GREY)
        for k in range(1, len(columns)):
            _ribbons(made, axes, columns[k], states, (places[k - 1], places[k]), (k - 1) * step, step, above)
        for k, column in enumerate(columns):
            last = k == len(columns) - 1
            _blocks(made, axes, column, states, places[k], k * step, above, numbered=not last)
        left = (len(columns) - 1) * step + BLOCK
        _labels(made, axes, states, places[-1], words, numbers, (left, above, tall, number))
    cues = tuple(Cue(states[k].title, tint(states[k].colour, states[k].strength), label=words[k]) for k in ever)
    return Chart(
        "parting",
        made.figure,
        title,
        subtitle,
        _alt(title, columns, states),
        _table(columns, states),
        _key_values(columns, states, ever),
        made.head,
        cues,
    )


def _number(share: float) -> str:
    return percent(float(share)).replace("under", "<").replace("over", ">")


def _when(days: tuple[int, int]) -> str:
    """On which days it falls."""
    first, last = days
    if first == last:
        return f"{short_date(first)} {date(first).year}"
    one, other = date(first), date(last)
    begins = f"{one.day}" if (one.year, one.month) == (other.year, other.month) else short_date(first)
    return f"{begins}–{short_date(last)} {other.year}"


def _dates(columns: list[Column]) -> list[str]:
    """The days of each column; the year where it is not that of the column before."""
    found, year = [], ""
    for column in columns:
        words = _when(column.days)
        found.append(words.removesuffix(f" {year}") if year else words)
        year = words[-4:]
    return found


def _places(columns: list[Column], ever: list[int], tall: float) -> list[dict[int, Place]]:
    """Where each block of each column stands: heights on one scale, room for a number beside the thinnest."""

    def needed(scale: float, column: Column) -> float:
        there = [k for k in ever if column.shares[k] > 0]
        return sum(max(scale * float(column.shares[k]), LEAST) + GAP for k in there) - GAP

    low, high = 0.0, tall
    for _ in range(40):
        middle = (low + high) / 2
        fits = all(needed(middle, column) <= tall for column in columns)
        low, high = (middle, high) if fits else (low, middle)
    found = []
    for column in columns:
        top, blocks = (tall - needed(low, column)) / 2, {}
        for k in ever:
            share = float(column.shares[k])
            if share > 0:
                slot = max(low * share, LEAST)
                blocks[k] = (top + (slot - low * share) / 2, low * share)
                top += slot + GAP
        found.append(blocks)
    return found


def _ribbons(
    made: Sheet,
    axes: Axes,
    column: Column,
    states: list[State],
    places: tuple[dict[int, Place], dict[int, Place]],
    left: float,
    step: float,
    above: float,
) -> None:
    """From the blocks of one column to those of the next; the numbers of those that change their state."""
    before, after = places
    scale = sum(high for _, high in after.values())
    out = {k: top for k, (top, _) in before.items()}
    into = {k: top for k, (top, _) in after.items()}
    said: list[tuple[float, str]] = []
    for start in before:
        for end in after:
            share = float(column.flows[start, end])
            if share == 0:
                continue
            high = share * scale
            corners = (out[start], into[end])
            out[start] += high
            into[end] += high
            shade = tint(states[end].colour, max(PALEST, RIBBON * states[end].strength))
            shape = _band(left + BLOCK, left + step, corners, high)
            axes.add_patch(PathPatch(shape, facecolor=shade, linewidth=0, zorder=2 - share))
            if start != end and share >= SAID:
                said.append((corners[1] + high / 2, _number(share).replace("\u00a0%", "")))
    # Near its end a ribbon has the height of the block that it joins, so the numbers keep the blocks' distances.
    for (_, words), y in zip(said, spread([y for y, _ in said], 9.0, 4.0, 1e6), strict=True):
        made.text(left + step - 5, above + y, words, fontsize=SMALL, ha="right")


def _band(left: float, right: float, tops: tuple[float, float], high: float) -> Path:
    """A ribbon whose edges leave and arrive level."""
    middle = (left + right) / 2
    one, other = tops
    corners = [
        (left, one), (middle, one), (middle, other), (right, other),
        (right, other + high), (middle, other + high), (middle, one + high), (left, one + high), (left, one),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(corners, codes)


def _blocks(
    made: Sheet,
    axes: Axes,
    column: Column,
    states: list[State],
    places: dict[int, Place],
    x: float,
    above: float,
    numbered: bool,
) -> None:
    """The states at a date, each with its share beside it."""
    for k, (top, high) in places.items():
        shade = tint(states[k].colour, states[k].strength)
        axes.add_patch(Rectangle((x, top), BLOCK, max(high, 1.0), facecolor=shade, linewidth=0, zorder=4))
        if numbered:
            words = _number(float(column.shares[k])).replace("\u00a0%", "")
            made.text(x + BLOCK + 3, above + top + high / 2, words, fontsize=SMALL, fontweight="bold")


def _labels(
    made: Sheet,
    axes: Axes,
    states: list[State],
    places: dict[int, Place],
    words: dict[int, str],
    numbers: dict[int, str],
    room_: tuple[float, float, float, float],
) -> None:
    """Number and name of each state at the right, joined to its block; those that nobody is left in say so as well."""
    left, above, tall, number = room_
    order = sorted(words)
    wanted, last = [], 0.0
    for k in order:
        top, high = places.get(k, (last, 0.0))
        wanted.append(top + high / 2)
        last = top + high
    high_of = [height(words[k], SMALL) + 4 for k in order]
    for k, y, middle in zip(order, _stacked(wanted, high_of, tall), wanted, strict=True):
        if k in places:
            axes.plot([left + 1, left + 10], [middle, y], color=GREY, linewidth=0.6)
        made.text(left + 13, above + y, numbers[k], fontsize=LABEL + 1, fontweight="bold")
        made.text(left + 13 + number, above + y, words[k], fontsize=SMALL, color=INK)


def _stacked(wanted: list[float], high: list[float], tall: float) -> list[float]:
    """Middles of labels of different heights, in order, as near to the wanted places as they can be."""
    found: list[float] = []
    for k, middle in enumerate(wanted):
        least = found[-1] + (high[k - 1] + high[k]) / 2 if found else high[k] / 2
        found.append(max(middle, least))
    most = tall
    for k in reversed(range(len(found))):
        found[k] = min(found[k], most - high[k] / 2)
        most = found[k] - high[k] / 2
    return found


def _alt(title: str, columns: list[Column], states: list[State]) -> str:
    told = []
    for column in columns[1:]:
        listed = [f"{states[k].title} {percent(float(share))}" for k, share in enumerate(column.shares) if share > 0]
        told.append(f"{column.title}, {_when(column.days)}: {', '.join(listed)}")
    return f"{title}. Shares of futures by state. {'; '.join(told)}."


def _table(columns: list[Column], states: list[State]) -> dict[str, list[Any]]:
    """Every flow; the first column as flows from itself."""
    table: dict[str, list[Any]] = {"date": [], "days": [], "from": [], "to": [], "futures_percent": []}
    for place, column in enumerate(columns):
        flows = column.flows if place else np.diag(column.shares)
        for start, end in np.argwhere(flows > 0):
            days = f"{date(column.days[0])} to {date(column.days[1])}"
            row = (column.title, days, states[start].title, states[end].title, round(float(flows[start, end]) * 100, 2))
            for name, value in zip(table, row, strict=True):
                table[name].append(value)
    return table


def _key_values(columns: list[Column], states: list[State], ever: list[int]) -> dict[str, list[Any]]:
    """A row for each state, a column for each date."""
    table: dict[str, list[Any]] = {"state": [states[k].title for k in ever]}
    for column in columns:
        table[f"{column.title}, {_when(column.days)}"] = [
            percent(float(column.shares[k])) if column.shares[k] else "–" for k in ever
        ]
    return table
