"""A line of dates: as many ticks as there is room for, from days to decades. Places are days since 1970-01-01."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.days import date, day

_DAYS, _MONTHS, _YEARS = (1, 2, 7, 14), (1, 2, 3, 6), (1, 2, 5, 10, 25)
_DAY_ROOM, _MONTH_ROOM = 34.0, 20.0
"""Points that a label takes with a space after it."""


def date_axis(axes: Axes, first: int, last: int, width: float, top: bool = False) -> None:
    """Ticks and labels on axes `width` points wide, below them or on top."""
    axes.set_xlim(first, max(last, first + 1))
    places, form = ticks(first, last, width)
    axes.set_xticks(places, _labelled(places, form, top))
    if top:
        axes.xaxis.tick_top()
        axes.spines["bottom"].set_visible(False)


def ticks(first: int, last: int, width: float) -> tuple[list[int], str]:
    """Days so far apart that their labels do not touch, and the form of the labels."""
    span = max(1, last - first)
    for step in _DAYS:
        if span / step * _DAY_ROOM <= width:
            return list(_every(first, last, step)), "day"
    for months in (*_MONTHS, *(12 * years for years in _YEARS)):
        if span / 30.4 / months * _MONTH_ROOM <= width:
            break
    return list(_month_starts(first, last, months)), "month" if months < 12 else "year"


def _every(first: int, last: int, step: int) -> Iterator[int]:
    """Days; weeks begin on Mondays."""
    start = first + (-(first + 3) % 7 if step % 7 == 0 else 0)
    yield from range(start, last + 1, step)


def _month_starts(first: int, last: int, step: int) -> Iterator[int]:
    opening = date(first)
    count = opening.year * 12 + opening.month - 1
    count += -count % step
    while (start := day(datetime.date(count // 12, count % 12 + 1, 1))) <= last:
        if start >= first:
            yield start
        count += step


def _labelled(places: list[int], form: str, top: bool) -> list[str]:
    """The year stands at the first label and where it changes, on the side away from the axes."""
    labels, year = [], None
    for place in places:
        one = date(place)
        label = {"day": f"{one.day} {one:%b}", "month": f"{one:%b}", "year": f"{one.year}"}[form]
        if form != "year":  # a blank stands in for the year, so that all labels keep one line
            under = f"{one.year}" if one.year != year else " "
            label = f"{under}\n{label}" if top else f"{label}\n{under}"
        labels.append(label)
        year = one.year
    return labels


def stepped(places: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Corners of a line that keeps each value until the next place; only where it changes."""
    kept = np.flatnonzero(np.r_[True, np.diff(values) != 0])
    return np.r_[np.repeat(places[kept], 2)[1:], places[-1]], np.repeat(values[kept], 2)


def sample(count: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many of `count` rows, evenly apart, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
