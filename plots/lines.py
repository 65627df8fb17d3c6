"""Tariff paths of a past: a step line for each series on a row of its own, one scale, with its peak in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plots.fan import changes, gridded, scale
from plots.lettering import balanced, height, width
from plots.numbers import rate
from plots.sheet import body_width, room, sheet
from plots.style import GREY, LABEL, SMALL, Chart, Cue, house_style
from plots.timeline import date_axis, sample, stepped
from sim.days import date
from sim.results.result import Steps

GAP, AXIS, LEAST = 9.0, 26.0, 46.0
"""Points: between rows, for the dates below the last, height of a row's axes at least."""
MOST_CHANGES = 30
"""Rows of a series in a reader's table."""


def lines_chart(
    paths: dict[str, Steps],
    titles: dict[str, str],
    peaks: dict[str, str],
    colours: dict[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """A row for each series of `paths` (percentage points; the median over runs), all over the same days.

    `titles`, `colours` and `peaks` (words that stand at the right of a row's head) are by series.
    """
    across = body_width(size)
    values = {name: np.median(path.values, axis=0) for name, path in paths.items()}
    ends = {name: rate(float(series[-1])) for name, series in values.items()}
    beside = max(width(words, LABEL, bold=True) for words in ends.values()) + 8
    least, most = scale(values)
    indent = max(width(f"{value:,.0f}", SMALL) for value in gridded(most)) + 3
    wide = across - indent - beside
    heads = {
        name: (balanced(titles[name], max(0.3 * across, across - width(peaks[name], SMALL) - 14), LABEL, bold=True))
        for name in paths
    }
    head = {name: height(words, LABEL) + 4 for name, words in heads.items()}
    free = room(size, title, subtitle, source) - sum(head.values()) - AXIS - GAP * (len(paths) - 1)
    tall = max(LEAST, free / len(paths))
    body = sum(head.values()) + len(paths) * tall + GAP * (len(paths) - 1) + AXIS
    with house_style():
        made = sheet(size, title, subtitle, source, body)
        top = 0.0
        for place, (name, path) in enumerate(paths.items()):
            made.text(0, top, heads[name], va="top", fontweight="bold")
            made.text(across, top + 1, peaks[name], va="top", ha="right", fontsize=SMALL, color=GREY)
            top += head[name]
            axes = made.axes(indent, top, wide, tall)
            date_axis(axes, int(path.days[0]), int(path.days[-1]), wide)
            if place < len(paths) - 1:
                axes.set_xticklabels([])
            axes.set_ylim(least, most)
            axes.set_yticks(gridded(most), [""] * len(gridded(most)))
            axes.grid(visible=True)
            axes.plot(*stepped(path.days, values[name]), color=colours[name], linewidth=1.8)

            def y(value: float, top: float = top) -> float:
                return top + tall * (1 - (value - least) / (most - least))

            for value in gridded(most):
                made.text(indent - 2, y(value), f"{value:,.0f}", fontsize=SMALL, color=GREY, ha="right")
            made.text(indent + wide + 4, y(float(values[name][-1])), ends[name], fontweight="bold")
            top += tall + GAP
    told = "; ".join(f"{titles[name]}: {ends[name]} points on the last day, {peaks[name]}" for name in paths)
    return Chart(
        "tariff_path",
        made.figure,
        title,
        subtitle,
        f"{title}. Step lines. {told}.",
        _table(paths, values, titles),
        _key_values(paths, values, titles),
        made.head,
        tuple(Cue(titles[name], colours[name], heads[name]) for name in paths),
    )


def _table(
    paths: dict[str, Steps], values: dict[str, NDArray[np.float64]], titles: dict[str, str]
) -> dict[str, list[Any]]:
    """Every change of every series."""
    table: dict[str, list[Any]] = {"series": [], "date": [], "rate_pp": []}
    for name, path in paths.items():
        places = changes(values[name])
        table["series"] += [titles[name]] * len(places)
        table["date"] += [date(int(path.days[place])) for place in places]
        table["rate_pp"] += np.round(values[name][places], 3).tolist()
    return table


def _key_values(
    paths: dict[str, Steps], values: dict[str, NDArray[np.float64]], titles: dict[str, str]
) -> dict[str, list[Any]]:
    """The same, of a long story some."""
    whole, chosen, before = _table(paths, values, titles), [], 0
    for name in paths:
        count = len(changes(values[name]))
        chosen += [before + int(place) for place in sample(count, MOST_CHANGES)]
        before += count
    return {column: [cells[place] for place in chosen] for column, cells in whole.items()}
