"""When the truce ends: how many futures have seen it lapse or be left by a date, and when it expires in the end."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.dates import DateFormatter, MonthLocator
from numpy.typing import NDArray

from plots.style import BLUE, GREY, PALE, Chart, figure, head, house_style, value_axis_right
from sim.days import MISSING, date


def truce_end_chart(
    ended_on: NDArray[np.int32],
    expires: NDArray[np.int32],
    days: NDArray[np.int32],
    name: str,
    title: str,
    source: str,
    size: str = "page",
) -> Chart:
    """Cumulative share of futures in which the agreement has ended, and the share in which it then runs, by day.

    `ended_on` is [run] the first day without it (MISSING: never), `expires` [run] its last day as things stand at
    the horizon, `days` [day] those drawn.
    """
    ended = np.array([(ended_on <= day).mean() for day in days])
    running = np.array([((expires >= day) | ((ended_on < MISSING) & (ended_on > day))).mean() for day in days])
    dates: list[Any] = [date(day) for day in days]
    with house_style():
        made = figure(size)
        axes = made.subplots()
        axes.fill_between(dates, 0, ended * 100, step="post", color=PALE)
        axes.step(dates, ended * 100, where="post", color=BLUE, linewidth=2)
        axes.annotate(
            f"{ended[-1] * 100:.0f} % by the horizon",
            (dates[-1], ended[-1] * 100),
            xytext=(-4, 6),
            textcoords="offset points",
            ha="right",
            fontsize=9,
            fontweight="bold",
            color=BLUE,
        )
        axes.set_ylim(0, 100)
        axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axes.xaxis.set_major_locator(MonthLocator(interval=2))
        axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
        axes.tick_params(axis="x", colors=GREY)
        value_axis_right(axes)
        subtitle = f"{name}: share of futures in which it has lapsed or been left at least once, by date"
        head(made, title, subtitle, source)
    table = {
        "date": dates,
        "ended_percent": np.round(ended * 100, 2).tolist(),
        "running_percent": np.round(running * 100, 2).tolist(),
    }
    alt = f"By {dates[-1]} {name} has ended at least once in {ended[-1] * 100:.0f} % of futures."
    return Chart("truce_end", made, title, subtitle, alt, table)
