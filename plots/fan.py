"""Tariff paths as fans: median, 50 % and 90 % bands, in steps; one panel for each series, never overlaid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots.lettering import balanced, height, spread, width
from plots.numbers import number, rate, whole
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, GREY, INK, LABEL, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis, sample, stepped
from sim.days import date
from sim.results.result import Steps

BANDS = {"90 of 100": 0.2, "50 of 100": 0.5}
"""Strength of the colour of each band."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_CHANGES = 30
"""Rows of a single run in a reader's table."""
GAP, AXIS = 8.0, 26.0
"""Points: between panels, for the dates below."""


def fan_chart(
    paths: dict[str, Steps],
    titles: dict[str, str],
    colours: dict[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    marked: int | None = None,
) -> Chart:
    """A panel for each series of `paths` (percentage points), on one scale. `titles` and `colours` are by series.

    A single run is drawn as a line, without a word of bands.
    `marked` is a day to draw a dotted line on; the subtitle says what it is.
    """
    fans = {name: np.quantile(path.values, LEVELS, axis=0) for name, path in paths.items()}
    single = all(len(path.values) == 1 for path in paths.values())
    subtitle += "" if single else " Line: median; dark: 50 of 100 futures; light: 90 of 100"
    across = body_width(size)
    labels = {name: _labels(fan[:, -1], single) for name, fan in fans.items()}
    beside = max(width(words, SMALL, bold=True) for found in labels.values() for _, words in found) + 6
    least, most = scale(fans)
    indent = max(width(f"{value:,.0f}", SMALL) for value in gridded(most)) + 3
    wide = (across - indent - GAP * (len(paths) - 1)) / len(paths) - beside
    heads = {name: balanced(titles[name], wide + beside - 4, LABEL, bold=True) for name in paths}
    above = max(height(words, LABEL) for words in heads.values()) + 8
    tall = max(150.0, room(size, title, subtitle, source) - above - AXIS - 10)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + AXIS)
        for place, (name, path) in enumerate(paths.items()):
            left = indent + place * (wide + beside + GAP)
            made.text(left, 0, heads[name], va="top", fontweight="bold")
            axes = made.axes(left, above, wide, tall)
            date_axis(axes, int(path.days[0]), int(path.days[-1]), wide)
            axes.set_ylim(least, most)
            bands(axes, path.days, fans[name], colours[name])
            if marked is not None and path.days[0] < marked < path.days[-1]:
                axes.axvline(marked, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=4)
            _ends(made, labels[name], (left + wide + 4, above, tall), (least, most))
            _grid(made, axes, (left, above, tall) if place == 0 else None, most)
    ends = "; ".join(f"{titles[name]}: {_told(fan, single)}" for name, fan in fans.items())
    table = _table(paths, fans, single)
    chosen, before = [], 0
    for name, path in paths.items():
        chosen += [before + k for k in _telling(fans[name], single)]
        before += len(path.days)
    key_values = {column: [values[k] for k in chosen] for column, values in table.items()}
    cues = tuple(cue for name in paths for cue in _cues(titles[name], colours[name], heads[name], single))
    return Chart("tariff_path", made.figure, title, subtitle, f"{title}. {ends}.", table, key_values, made.head, cues)


def _telling(fan: NDArray[np.float64], single: bool) -> NDArray[np.int64]:
    """Places of the days that a reader's table shows: evenly apart; of a single run where it changes, and the last."""
    places = changes(fan[2]) if single else np.arange(fan.shape[1])
    return places[sample(len(places), MOST_CHANGES if single else 9)]


def _cues(name: str, shade: str, label: str, single: bool) -> Iterator[Cue]:
    """Line and bands of a panel: of one hue, apart by their lightness; panels by what stands over them."""
    yield Cue(f"{name}: median", shade, label)
    for words, strong in ({} if single else BANDS).items():
        yield Cue(f"{name}: {words}", tint(shade, strong), label)


def changes(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places of the first value, of those that differ from the one before, and of the last."""
    return np.unique(np.r_[0, 1 + np.flatnonzero(np.diff(values)), len(values) - 1])


def scale(fans: dict[str, NDArray[np.float64]]) -> tuple[float, float]:
    """Lowest and highest value drawn of all series, with air above the highest spike; zero is always there."""
    lowest = min(float(fan.min()) for fan in fans.values())
    highest = max(float(fan.max()) for fan in fans.values())
    air = 0.06 * max(highest - lowest, 1.0)
    return min(0.0, lowest - air if lowest < 0 else 0.0), max(highest, 1.0) + air


def bands(axes: Axes, days: NDArray[np.int32], fan: NDArray[np.float64], shade: str) -> None:
    """A fan [level, day] in steps: the 90 % band, the 50 % band on it, the median."""
    for low, high, strong in zip((0, 1), (4, 3), BANDS.values(), strict=True):
        both = np.flatnonzero(np.r_[True, (np.diff(fan[[low, high]], axis=1) != 0).any(axis=0)])
        x = np.r_[days[both], days[-1]]
        lower, upper = (np.r_[fan[k, both], fan[k, -1]] for k in (low, high))
        axes.fill_between(x, lower, upper, step="post", color=tint(shade, strong), linewidth=0)
    axes.plot(*stepped(days, fan[2]), color=shade, linewidth=1.8)


def _grid(made: Sheet, axes: Axes, numbered: tuple[float, float, float] | None, most: float) -> None:
    """Horizontal lines on round values; the numbers stand on them in the first panel."""
    values = gridded(most)
    axes.set_yticks(values, [""] * len(values))
    axes.grid(visible=True, axis="y")
    if numbered is not None:
        left, above, tall = numbered
        least = axes.get_ylim()[0]
        for value in values[1:]:
            y = above + tall * (1 - (value - least) / (most - least))
            made.text(left - 2, y, f"{value:,.0f}", fontsize=SMALL, color=GREY, ha="right")


def gridded(most: float) -> list[float]:
    """Round values for horizontal lines, zero among them."""
    locator = MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True)
    return [value for value in locator.tick_values(0, most) if value < most]


def _labels(ends: NDArray[np.float64], single: bool) -> list[tuple[float, str]]:
    """Value and words of the labels at the end: the median, and each band that is more than a line, at its edge."""
    if single:
        return [(float(ends[2]), rate(float(ends[2])))]
    written = [number(whole(value)) for value in ends]
    to = " to " if ends[0] < 0 else "–"
    said = [(float(ends[2]), f"median {rate(float(ends[2]))}")]
    for words, low, high in (("50 %", 1, 3), ("90 %", 0, 4)):
        if written[low] != written[high]:
            edge = high if written[high] != written[2] else low
            said.append((float(ends[edge]), f"{words}: {written[low]}{to}{written[high]}"))
    return said


def _ends(
    made: Sheet, labels: list[tuple[float, str]], place: tuple[float, float, float], scale: tuple[float, float]
) -> None:
    """Labels beside the end of the paths, apart from each other."""
    left, above, tall = place
    wanted = [above + tall * (1 - (value - scale[0]) / (scale[1] - scale[0])) for value, _ in labels]
    for y, (_, words) in zip(spread(wanted, 10, above + 4, above + tall - 3), labels, strict=True):
        bold = words.startswith("median") or len(labels) == 1
        made.text(left, y, words, fontsize=SMALL, color=INK if bold else GREY, fontweight="bold" if bold else "normal")


def _told(fan: NDArray[np.float64], single: bool) -> str:
    start, middle = f"{rate(fan[2, 0])} points", rate(fan[2, -1])
    lowest, low, _, high, highest = (number(whole(value)) for value in fan[:, -1])
    if single:
        return f"{rate(fan[2, 0])} points at first, at most {rate(fan[2].max())}, {rate(fan[2, -1])} at the end"
    return (
        f"median {start} at first, {middle} at the end; then 50 of 100 futures lie between {low} and {high}, "
        f"90 between {lowest} and {highest}"
    )


def _table(paths: dict[str, Steps], fans: dict[str, NDArray[np.float64]], single: bool) -> dict[str, list[Any]]:
    columns = {"rate_pp": 2} if single else {f"p{int(level * 100)}_pp": place for place, level in enumerate(LEVELS)}
    table: dict[str, list[Any]] = {"series": [], "date": [], **{column: [] for column in columns}}
    for name, path in paths.items():
        table["series"] += [name] * len(path.days)
        table["date"] += [date(day) for day in path.days]
        for column, place in columns.items():
            table[column] += np.round(fans[name][place], 3).tolist()
    return table
