"""Real income over time: a fan for each region around a line at zero, side by side on one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots.amounts import of_bands, of_steps, signed, span
from plots.fan import BANDS, LEVELS, bands
from plots.lettering import balanced, height, spread, width
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, GREY, INK, LABEL, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis, sample
from sim.analysis.economy import Band
from sim.days import date
from sim.results.result import Steps

GAP, AXIS, LOW = 8.0, 26.0, 130.0
"""Points: between panels, for the dates below, least height of a panel."""
DAYS = 6
"""Days of a region in a reader's table."""


def income_paths_chart(
    paths: dict[str, Steps], titles: dict[str, str], title: str, subtitle: str, source: str, size: str = "page"
) -> Chart:
    """A panel for each region of `paths` (per cent against the reference). `titles` are by region."""
    fans = {name: np.quantile(path.values, LEVELS, axis=0) for name, path in paths.items()}
    ends = {name: Band(float(fan[0, -1]), float(fan[2, -1]), float(fan[4, -1])) for name, fan in fans.items()}
    places = of_bands(ends.values())
    labels = {name: _labels(one, places) for name, one in ends.items()}
    across = body_width(size)
    beside = max(width(words, SMALL, bold=True) for found in labels.values() for _, words in found) + 6
    least, most = _scale(fans)
    values = _gridded(least, most)
    indent = max(width(signed(value, of_steps(values)), SMALL) for value in values) + 3
    wide = (across - indent - GAP * (len(paths) - 1)) / len(paths) - beside
    heads = {name: balanced(titles[name], wide + beside - 4, LABEL, bold=True) for name in paths}
    above = max(height(words, LABEL) for words in heads.values()) + 8
    tall = max(LOW, room(size, title, subtitle, source) - above - AXIS - 10)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + AXIS)
        for place, (name, path) in enumerate(paths.items()):
            left = indent + place * (wide + beside + GAP)
            made.text(left, 0, heads[name], va="top", fontweight="bold")
            axes = made.axes(left, above, wide, tall)
            date_axis(axes, int(path.days[0]), int(path.days[-1]), wide)
            axes.set_ylim(least, most)
            bands(axes, path.days, fans[name], ACCENT)
            _grid(made, axes, values, (left, above, tall), numbered=place == 0)
            _ends(made, labels[name], (left + wide + 4, above, tall), (least, most))
    told = "; ".join(
        f"{titles[name]}: median {signed(one.middle, places)} on the last day, 90 of 100 futures {span(one, places)}"
        for name, one in ends.items()
    )
    alt = f"{title}. Per cent of real income by day. {told}."
    table = _table(paths, fans, titles)
    key_values = _key_values(paths, fans, titles, places)
    cues = (Cue("median", ACCENT), *(Cue(words, tint(ACCENT, strong)) for words, strong in BANDS.items()))
    return Chart("economy_paths", made.figure, title, subtitle, alt, table, key_values, made.head, cues)


def _scale(fans: dict[str, NDArray[np.float64]]) -> tuple[float, float]:
    """Lowest and highest value drawn with air around, zero within."""
    lowest = min(0.0, *(float(fan.min()) for fan in fans.values()))
    highest = max(0.0, *(float(fan.max()) for fan in fans.values()))
    if lowest == highest == 0:
        return -1.0, 1.0
    air = 0.06 * (highest - lowest)
    return lowest - air, highest + air


def _gridded(least: float, most: float) -> list[float]:
    """Round values for horizontal lines; zero alone where nothing is drawn."""
    if (least, most) == (-1.0, 1.0):
        return [0.0]
    values = MaxNLocator(nbins=7, steps=[1, 2, 5, 10]).tick_values(least, most)
    return [0.0 if abs(value) < 1e-12 else float(value) for value in values if least < value < most]


def _grid(made: Sheet, axes: Axes, values: list[float], place: tuple[float, float, float], numbered: bool) -> None:
    """Horizontal lines on round values, a darker one at zero; the numbers stand on them in the first panel."""
    left, above, tall = place
    axes.set_yticks(values, [""] * len(values))
    axes.grid(visible=True, axis="y")
    axes.axhline(0, color=GREY, linewidth=0.9, zorder=1)
    least, most = axes.get_ylim()
    for value in values if numbered else ():
        y = above + tall * (1 - (value - least) / (most - least))
        made.text(left - 2, y, signed(value, of_steps(values)), fontsize=SMALL, color=GREY, ha="right")


def _labels(one: Band, places: int) -> list[tuple[float, str]]:
    """Value and words of the labels at the end: the median, and the band at its edge where it is more than a line."""
    words = f"median {signed(one.middle, places)}"
    ends = [signed(value, places) for value in (one.low, one.high)]
    if ends[0] == ends[1]:
        return [(one.middle, words)]
    return [(one.high, f"95 %: {ends[1]}"), (one.middle, words), (one.low, f"5 %: {ends[0]}")]


def _ends(
    made: Sheet, labels: list[tuple[float, str]], place: tuple[float, float, float], span_: tuple[float, float]
) -> None:
    """Labels beside the end of the paths, apart from each other and in their order."""
    left, above, tall = place
    wanted = [above + tall * (1 - (value - span_[0]) / (span_[1] - span_[0])) + k * 1e-6
              for k, (value, _) in enumerate(labels)]  # fmt: skip
    for y, (_, words) in zip(spread(wanted, 10, above + 4, above + tall - 3), labels, strict=True):
        bold = words.startswith("median")
        made.text(left, y, words, fontsize=SMALL, color=INK if bold else GREY, fontweight="bold" if bold else "normal")


def _table(
    paths: dict[str, Steps], fans: dict[str, NDArray[np.float64]], titles: dict[str, str]
) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"region": [], "date": []}
    for name, path in paths.items():
        table["region"] += [titles[name]] * len(path.days)
        table["date"] += [date(day) for day in path.days]
    for place, level in enumerate(LEVELS):
        values = np.concatenate([fans[name][place] for name in paths])
        table[f"p{int(level * 100)}_percent"] = np.round(values, 5).tolist()
    return table


def _key_values(
    paths: dict[str, Steps], fans: dict[str, NDArray[np.float64]], titles: dict[str, str], places: int
) -> dict[str, list[Any]]:
    """Some days of each region, written as on the chart."""
    found: dict[str, list[Any]] = {"region": [], "date": [], "median, %": [], "5 to 95 % of futures, %": []}
    for name, path in paths.items():
        for day in sample(len(path.days), DAYS):
            low, middle, high = (float(fans[name][place, day]) for place in (0, 2, 4))
            cells = (titles[name], date(path.days[day]), signed(middle, places), span(Band(low, middle, high), places))
            for column, cell in zip(found.values(), cells, strict=True):
                column.append(cell)
    return found
