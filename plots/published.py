"""Tariff series beside published figures: a panel for each comparison, both as steps, explained gaps numbered below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots import key
from plots.lettering import balanced, height, spread, width, wrap
from plots.numbers import long_date, rate, signed
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, GREY, INK, LABEL, PALE, SMALL, Chart, Cue, house_style
from plots.timeline import date_axis, sample, stepped
from sim.analysis.published import Comparison
from sim.days import date, day

GAP, AXIS, NUMBERS = 14.0, 26.0, 11.0
"""Points: between panels, for the dates below one, for the numbers of the windows above it."""
LEAST = 74.0
"""Points: height of the axes of a panel."""
_DASHED = (0, (3, 1.6))


@dataclass(frozen=True)
class _Place:
    """Where a panel stands, in points of the body: its left edge, top of its head, top of its axes, their size."""

    left: float
    top: float
    axes: float
    wide: float
    tall: float


def published_chart(
    comparisons: list[Comparison],
    colours: list[str],
    title: str,
    source: str,
    size: str = "page",
    numbers: dict[str, int] | None = None,
    name: str = "published",
) -> Chart:
    """A panel for each comparison, each on a scale of its own; `colours` are those of the importers, by comparison.

    `numbers` are those of the explanations where this is one of several charts; `name` is that of its files.
    """
    first = min(int(one.days[0]) for one in comparisons)
    last = max(int(one.days[-1]) for one in comparisons)
    subtitle = (
        f"Tariff rates, percentage points, {long_date(first)} to {long_date(last)}"
        f"{'; every panel on its own scale' if len(comparisons) > 1 else ''}. Gap: this scenario less published"
    )
    across = body_width(size)
    windows = numbered(comparisons) if numbers is None else numbers
    notes = [wrap(f"{number}  {words}", across - 4, SMALL) for number, words in _notes(comparisons, windows)]
    below = sum(height(lines, SMALL) + 2 for lines in notes) + (6 if notes else 0)
    items = _key(comparisons, colours)
    above = key.height(items, across) + 6
    columns = _columns(len(comparisons), size)
    wide = (across - GAP * (columns - 1)) / columns
    heads = [
        (balanced(one.part.title, wide - 2, LABEL, bold=True), wrap(told(one), wide - 2, SMALL)) for one in comparisons
    ]
    free = room(size, title, subtitle, source) - above - below
    places = list(_places(heads, columns, wide, above, free))
    tall = max(place.axes + place.tall for place in places) + AXIS
    with house_style():
        made = sheet(size, title, subtitle, source, tall + below)
        key.draw(made, items, 0)
        for one, colour, head, place in zip(comparisons, colours, heads, places, strict=True):
            _panel(made, one, colour, head, place, windows)
        y = tall + 6
        for lines in notes:
            made.text(0, y, lines, va="top", fontsize=SMALL, color=GREY)
            y += height(lines, SMALL) + 2
    own = (
        Cue(one.part.title, colour, head, "solid")
        for one, colour, (head, _) in zip(comparisons, colours, heads, strict=True)
    )
    cues = (*own, Cue("published", BLACK, shape="dashed"))
    alt = f"{title}. " + "; ".join(f"{one.part.title}: {told(one).replace(chr(10), ' ')}" for one in comparisons) + "."
    return Chart(
        name, made.figure, title, subtitle, alt, _table(comparisons), _key_values(comparisons), made.head, cues
    )


def told(one: Comparison) -> str:
    """What a comparison comes to: the mean gap, the largest one and its day."""
    words = f"mean gap {rate(one.mean)}"
    if one.largest is None:
        return f"{words}; all of it explained"
    on, gap = one.largest
    if round(abs(gap), 1) == 0:
        return f"{words}; none larger" + (" outside windows" if one.explained.any() else "")
    outside = " outside windows" if one.explained.any() else ""
    return f"{words}; largest{outside} {signed(gap)} on {long_date(on)}"


def numbered(comparisons: list[Comparison]) -> dict[str, int]:
    """Explanation → number, in the order in which they are met; the same words have the same number everywhere."""
    reasons = dict.fromkeys(window.why for one in comparisons for window in one.part.windows if _shown(one, window))
    return {why: number for number, why in enumerate(reasons, start=1)}


def _shown(one: Comparison, window: Any) -> bool:
    """Whether a window holds a day that is compared."""
    return day(window.from_) <= int(one.days[-1]) and day(window.to) >= int(one.days[0])


def _notes(comparisons: list[Comparison], windows: dict[str, int]) -> Iterator[tuple[int, str]]:
    """Number of each explanation with the days that it is for."""
    for why, number in windows.items():
        spans = dict.fromkeys(
            (day(window.from_), min(day(window.to), int(one.days[-1])))
            for one in comparisons
            for window in one.part.windows
            if window.why == why and _shown(one, window)
        )
        if spans:
            yield number, f"{'; '.join(_span(*span) for span in spans)}: {why}"


def _span(first: int, last: int) -> str:
    return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"


def _columns(count: int, size: str) -> int:
    most = {"page": (1, 2, 2, 2, 3), "slide": (1, 2, 3, 2, 3)}[size]
    return most[count - 1] if count <= len(most) else {"page": 3, "slide": 4 if count > 6 else 3}[size]


def _places(heads: list[tuple[str, str]], columns: int, wide: float, above: float, free: float) -> Iterator[_Place]:
    """Panels row by row; they share what height there is, and a row's axes begin at the same height."""
    rows = [heads[first : first + columns] for first in range(0, len(heads), columns)]
    head = [max(height(one, LABEL) + height(two, SMALL) for one, two in row) + 5 + NUMBERS for row in rows]
    tall = max(LEAST, (free - sum(head) - len(rows) * (AXIS + GAP) + GAP) / len(rows))
    top = above
    for row, headed in zip(rows, head, strict=True):
        for column in range(len(row)):
            yield _Place(column * (wide + GAP), top, top + headed, wide, tall)
        top += headed + tall + AXIS + GAP


def _panel(
    made: Sheet, one: Comparison, colour: str, head: tuple[str, str], place: _Place, windows: dict[str, int]
) -> None:
    title, stats = head
    made.text(place.left, place.top, title, va="top", fontweight="bold")
    made.text(place.left, place.top + height(title, LABEL) + 2, stats, va="top", fontsize=SMALL, color=INK)
    least, most, values = _scale(one)
    indent = max(width(f"{value:,.0f}", SMALL) for value in values) + 3
    wide = place.wide - indent
    axes = made.axes(place.left + indent, place.axes, wide, place.tall)
    first, last = int(one.days[0]), int(one.days[-1])
    date_axis(axes, first, last, wide)
    axes.set_ylim(least, most)
    axes.set_yticks(values, [""] * len(values))
    axes.grid(visible=True, axis="y")
    for value in values:
        y = place.axes + place.tall * (1 - (value - least) / (most - least))
        made.text(place.left + indent - 2, y, f"{value:,.0f}", fontsize=SMALL, color=GREY, ha="right")
    _windows(made, axes, one, windows, (place.left + indent, place.axes, wide))
    axes.plot(*stepped(one.days, one.ours), color=colour, linewidth=2.0, zorder=3)
    axes.plot(*stepped(one.days, one.theirs), color=BLACK, linewidth=1.1, linestyle=_DASHED, zorder=4)
    if one.largest is not None and round(abs(one.largest[1]), 1) > 0:
        on = one.largest[0]
        ends = [float(series[on - first]) for series in (one.ours, one.theirs)]
        axes.plot([on, on], ends, color=BLACK, linewidth=1.2, marker="_", markersize=5, zorder=5, clip_on=False)


def _windows(
    made: Sheet, axes: Axes, one: Comparison, windows: dict[str, int], place: tuple[float, float, float]
) -> None:
    """Shaded spans, each with its number above; numbers that would touch are moved apart."""
    left, top, wide = place
    first, last = int(one.days[0]), int(one.days[-1])
    shown = [window for window in one.part.windows if _shown(one, window)]
    middles = []
    for window in shown:
        begins, ends = max(day(window.from_), first), min(day(window.to) + 1, last)
        least = (last - first) * 1.5 / wide  # a day must be seen too
        axes.axvspan(begins, max(ends, begins + least), color=PALE, linewidth=0, zorder=1)
        middles.append(left + wide * ((begins + ends) / 2 - first) / max(1, last - first))
    gap = max((width(str(number), SMALL) for number in windows.values()), default=0.0) + 3
    for window, x in zip(shown, spread(middles, gap, left + gap / 2, left + wide - gap / 2), strict=True):
        made.text(x, top - 5, str(windows[window.why]), fontsize=SMALL, color=INK, ha="center")


def _scale(one: Comparison) -> tuple[float, float, list[float]]:
    """Lowest and highest value drawn and the round values between them; zero is always there."""
    both = np.concatenate([one.ours, one.theirs])
    highest = max(float(both.max()), 1.0)
    lowest = min(0.0, float(both.min()))
    most = highest + 0.06 * (highest - lowest)
    locator = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=True)
    values = [value for value in locator.tick_values(lowest, most) if lowest <= value < most]
    return lowest, most, values


def _key(comparisons: list[Comparison], colours: list[str]) -> list[key.Item]:
    """What lines, shades and marks mean; only what the chart holds."""
    own = list(dict.fromkeys(colours))

    def solid(axes: Axes, x: float, y: float) -> None:
        for place, colour in enumerate(own):
            axes.plot([x + 16 * place, x + 16 * place + 13], [y, y], color=colour, linewidth=2.0)

    def dashed(axes: Axes, x: float, y: float) -> None:
        axes.plot([x, x + 16], [y, y], color=BLACK, linewidth=1.1, linestyle=_DASHED)

    def shade(axes: Axes, x: float, y: float) -> None:
        axes.fill_between([x, x + 12], y - 4, y + 4, color=PALE, linewidth=0)

    def bar(axes: Axes, x: float, y: float) -> None:
        axes.plot([x + 3, x + 3], [y - 4, y + 4], color=BLACK, linewidth=1.2, marker="_", markersize=5)

    items: list[key.Item] = [
        (16.0 * len(own) - 3, solid, "this scenario" + (", in the importer’s colour" if len(own) > 1 else "")),
        (16.0, dashed, "published"),
    ]
    if any(one.largest is not None and round(abs(one.largest[1]), 1) > 0 for one in comparisons):
        items.append((6.0, bar, "largest gap" + (" outside windows" if numbered(comparisons) else "")))
    if numbered(comparisons):
        items.append((12.0, shade, "window: gap explained below, by number"))
    return items


def _changes(one: Comparison) -> NDArray[np.int64]:
    """Places of the days on which either series changes, and of the last one."""
    both = np.stack([one.ours, one.theirs])
    changed = np.flatnonzero(np.r_[True, (np.diff(both, axis=1) != 0).any(axis=0)])
    return np.unique(np.r_[changed, len(one.days) - 1])


def _table(comparisons: list[Comparison]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"comparison": [], "date": [], "scenario_pp": [], "published_pp": [], "gap_pp": []}
    for one in comparisons:
        places = _changes(one)
        table["comparison"] += [one.part.title] * len(places)
        table["date"] += [date(on) for on in one.days[places]]
        for column, values in (("scenario_pp", one.ours), ("published_pp", one.theirs), ("gap_pp", one.gap)):
            table[column] += np.round(values[places], 3).tolist()
    return table


def _key_values(comparisons: list[Comparison]) -> dict[str, list[Any]]:
    """A few dates of each comparison: the first, the last, and those between them evenly apart."""
    table: dict[str, list[Any]] = {"comparison": [], "date": [], "scenario, points": [], "published, points": []}
    for one in comparisons:
        places = _changes(one)
        for place in places[sample(len(places), 8)]:
            row = (one.part.title, long_date(int(one.days[place])), rate(one.ours[place]), rate(one.theirs[place]))
            for column, value in zip(table, row, strict=True):
                table[column].append(value)
    return table
