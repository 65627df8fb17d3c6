"""Monthly exports of magnets: what was published beside what the supply layer makes of it, one panel a destination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots import key
from plots.lettering import balanced, height, spread, width
from plots.numbers import long_date
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, GREY, LABEL, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis
from sim.days import date

Numbers = NDArray[np.float64]

GAP, AXIS, MARKS, LEAST = 12.0, 26.0, 11.0, 150.0
"""Points: between panels, for the dates below, for the numbers of events above, height of a panel at least."""
BAND = 0.3
"""Strength of the colour of the range."""
_DASHED = (0, (3, 1.6))


@dataclass(frozen=True)
class Exports:
    """One destination; all series in per cent of a normal month, [month]."""

    title: str
    colour: str
    starts: NDArray[np.int32]
    """[month + 1] first days of the months, and the day after the last"""
    published: Numbers
    simulated: Numbers
    low: Numbers
    high: Numbers


def magnet_exports_chart(
    panels: list[Exports],
    events: dict[int, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    name: str = "magnet_exports",
) -> Chart:
    """Steps by month on one scale; `events` are days with their words, numbered in the panels and told below."""
    across = body_width(size)
    values = _grid(panels)
    indent = max(width(f"{value:,.0f}", SMALL) for value in values) + 4
    wide = (across - indent - GAP * (len(panels) - 1)) / len(panels)
    heads = [balanced(panel.title, wide - 4, LABEL, bold=True) for panel in panels]
    items = _key(panels)
    first = key.height(items, across) + 6
    above = first + max(height(head, LABEL) for head in heads) + MARKS + 4
    notes = [f"{k + 1}  {long_date(day)}: {words}" for k, (day, words) in enumerate(sorted(events.items()))]
    wrapped = [balanced(note, across - 4, SMALL) for note in notes]
    below = sum(height(note, SMALL) + 2 for note in wrapped) + (4 if notes else 0)
    tall = max(LEAST, room(size, title, subtitle, source) - above - AXIS - below)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + AXIS + below)
        key.draw(made, items, 0)
        for place, (panel, head) in enumerate(zip(panels, heads, strict=True)):
            left = indent + place * (wide + GAP)
            made.text(left, first, head, va="top", fontweight="bold")
            axes = made.axes(left, above, wide, tall)
            axes.set_ylim(0, _top(panels))
            _draw(axes, panel, wide, values)
            _events(made, axes, sorted(events), (left, above, wide))
        for value in values:
            y = above + tall * (1 - value / _top(panels))
            made.text(indent - 3, y, f"{value:,.0f}", fontsize=SMALL, color=GREY, ha="right")
        y = above + tall + AXIS + 4
        for note in wrapped:
            made.text(0, y, note, va="top", fontsize=SMALL, color=GREY)
            y += height(note, SMALL) + 2
    own = (cue for panel, head in zip(panels, heads, strict=True) for cue in _cues(panel, head))
    cues = (*own, Cue("published", BLACK, shape="dashed"))
    table = _table(panels)
    return Chart(name, made.figure, title, subtitle, _alt(title, panels), table, table, made.head, cues)


def _cues(panel: Exports, head: str) -> Iterator[Cue]:
    yield Cue(f"{panel.title}: simulated", panel.colour, head, "solid")
    yield Cue(f"{panel.title}: range", tint(panel.colour, BAND), head)


def _top(panels: list[Exports]) -> float:
    highest = max(float(np.max([panel.published, panel.simulated, panel.high])) for panel in panels)
    return 1.06 * max(highest, 1.0)


def _grid(panels: list[Exports]) -> list[float]:
    top = _top(panels)
    return [value for value in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top) if 0 <= value < top]


def _stairs(axes: Axes, panel: Exports, values: Numbers, **look: Any) -> None:
    axes.stairs(values, panel.starts, baseline=None, **look)


def _draw(axes: Axes, panel: Exports, wide: float, values: list[float]) -> None:
    date_axis(axes, int(panel.starts[0]), int(panel.starts[-1]) - 1, wide)
    axes.set_yticks(values, [""] * len(values))
    axes.grid(visible=True, axis="y")
    low, high = (np.r_[series, series[-1]] for series in (panel.low, panel.high))
    axes.fill_between(panel.starts, low, high, step="post", color=tint(panel.colour, BAND), linewidth=0)
    _stairs(axes, panel, panel.simulated, color=panel.colour, linewidth=2.0, zorder=3)
    _stairs(axes, panel, panel.published, color=BLACK, linewidth=1.2, linestyle=_DASHED, zorder=4)


def _events(made: Sheet, axes: Axes, days: list[int], place: tuple[float, float, float]) -> None:
    """A dotted line for each event, its number above; numbers that would touch are moved apart."""
    left, top, wide = place
    first, last = axes.get_xlim()
    within = [day for day in days if first <= day <= last]
    for day in within:
        axes.axvline(day, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=2)
    wanted = [left + wide * (day - first) / (last - first) for day in within]
    gap = width("00", SMALL)
    for day, x in zip(within, spread(wanted, gap, left + gap / 2, left + wide - gap / 2), strict=True):
        made.text(x, top - MARKS / 2, f"{days.index(day) + 1}", fontsize=SMALL, color=GREY, ha="center")


def _key(panels: list[Exports]) -> list[key.Item]:
    own = list(dict.fromkeys(panel.colour for panel in panels))

    def solid(axes: Axes, x: float, y: float) -> None:
        for place, colour in enumerate(own):
            axes.plot([x + 16 * place, x + 16 * place + 13], [y, y], color=colour, linewidth=2.0)

    def shade(axes: Axes, x: float, y: float) -> None:
        for place, colour in enumerate(own):
            axes.fill_between(
                [x + 16 * place, x + 16 * place + 13], y - 4, y + 4, color=tint(colour, BAND), linewidth=0
            )

    def dashed(axes: Axes, x: float, y: float) -> None:
        axes.plot([x, x + 16], [y, y], color=BLACK, linewidth=1.2, linestyle=_DASHED)

    wide = 16.0 * len(own) - 3
    return [
        (16.0, dashed, "published"),
        (wide, solid, "simulated, medians"),
        (wide, shade, "90 of 100 draws"),
    ]


def _table(panels: list[Exports]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"destination": [], "month": []}
    columns = ("published", "simulated", "low", "high")
    names = ("published_percent", "simulated_percent", "p05_percent", "p95_percent")
    table |= {name: [] for name in names}
    for panel in panels:
        table["destination"] += [panel.title] * len(panel.published)
        table["month"] += [f"{date(int(day)):%Y-%m}" for day in panel.starts[:-1]]
        for column, name in zip(columns, names, strict=True):
            table[name] += np.round(getattr(panel, column), 1).tolist()
    return table


def _alt(title: str, panels: list[Exports]) -> str:
    told = []
    for panel in panels:
        least = int(np.argmin(panel.published))
        month = f"{date(int(panel.starts[least])):%B %Y}"
        told.append(
            f"{panel.title}: lowest in {month}, published {panel.published[least]:.0f} %, "
            f"simulated {panel.simulated[least]:.0f} % of a normal month"
        )
    return f"{title}. Steps by month. {'; '.join(told)}."
