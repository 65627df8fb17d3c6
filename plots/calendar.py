"""The calendar: milestones and the lives of instruments, each as the share of futures in which it is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.dates import DateFormatter, MonthLocator, date2num
from numpy.typing import NDArray

from plots.style import BLACK, GREY, INK, Chart, colour, figure, head, house_style
from sim.days import date


@dataclass(frozen=True)
class Life:
    """One instrument: who holds it, and on each day the share of futures in which it is in force."""

    title: str
    actor: str
    days: NDArray[np.int32]
    share: NDArray[np.float64]
    planned: int | None = None
    """day for which it is threatened or enacted at the start"""


@dataclass(frozen=True)
class Mark:
    """A milestone: its earliest and latest day, and the share of futures in which it takes place."""

    title: str
    first: int
    last: int
    share: float


def calendar_chart(
    lives: list[Life], marks: list[Mark], expires: dict[str, int], title: str, source: str, size: str = "page"
) -> Chart:
    """Rows of instruments, shaded by share in force, under a band of milestones; agreements' last days as lines."""
    subtitle = (
        "Bars: share of futures in which the instrument is in force (darker: more). "
        "Diamonds: milestones, with the share in which they take place."
    )
    rows = len(lives) + len(marks)
    table: dict[str, list[Any]] = {"row": [], "date": [], "share_percent": []}
    with house_style():
        made = figure(size, taller=max(0.8, 0.055 * rows + 0.3))
        axes = made.subplots()
        axes.grid(visible=False)
        for row, mark in enumerate(marks):
            first, last = (date2num(date(day)) for day in (mark.first, mark.last))
            axes.plot([first, last], [row, row], color=GREY, linewidth=2, solid_capstyle="butt")
            axes.plot((first + last) / 2, row, "D", color=BLACK, markersize=4.5)
            axes.text(last + 5, row, f"{mark.share * 100:.0f} %", va="center", fontsize=7, color=GREY)
            table["row"].append(mark.title)
            table["date"].append(date(mark.first))
            table["share_percent"].append(round(mark.share * 100, 1))
        for place, life in enumerate(lives):
            _bar(axes, len(marks) + place, life)
            table["row"] += [life.title] * len(life.days)
            table["date"] += [date(day) for day in life.days]
            table["share_percent"] += np.round(life.share * 100, 1).tolist()
        for name, day in expires.items():
            axes.axvline(date2num(date(day)), color=BLACK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.annotate(
                f"{name} expires {date(day).day} {date(day):%b}",
                (date2num(date(day)), rows - 0.45),
                xytext=(3, 0),
                textcoords="offset points",
                fontsize=7,
                va="bottom",
            )
        axes.set_yticks(
            range(rows), [*(mark.title for mark in marks), *(life.title for life in lives)], fontsize=7.5, color=INK
        )
        axes.set_ylim(rows + 0.2, -0.7)
        axes.axhline(len(marks) - 0.5, color=GREY, linewidth=0.6)
        axes.xaxis_date()
        axes.xaxis.set_major_locator(MonthLocator(interval=2))
        axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
        axes.tick_params(length=0)
        head(made, title, subtitle, source)
    alt = "Calendar of milestones and instruments. " + "; ".join(
        f"{life.title}: in force in {life.share[-1] * 100:.0f} % of futures at the end" for life in lives
    )
    return Chart("calendar", made, title, subtitle, alt, table)


SHADES = 50
"""Steps of strength of a bar: finer ones cannot be told apart."""


def _bar(axes: Any, row: int, life: Life) -> None:
    """A strip whose strength is the share of futures; a hollow mark where it is planned to begin."""
    edges = np.array([date2num(date(day)) for day in life.days])
    shades = np.rint(life.share * SHADES)
    starts = np.flatnonzero(np.diff(shades, prepend=-1.0))
    for first, after in zip(starts, [*starts[1:], len(shades) - 1], strict=True):
        if shades[first] > 0 and after > first:
            strength = 0.12 + 0.88 * shades[first] / SHADES
            width = edges[after] - edges[first]
            axes.barh(row, width, left=edges[first], height=0.62, color=colour(life.actor), alpha=strength, linewidth=0)
    if life.planned is not None:
        axes.plot(
            date2num(date(life.planned)), row, ">", color="white", markeredgecolor=colour(life.actor), markersize=6
        )
