"""Tariff paths as fans: median, 50 % and 90 % bands, in steps; one panel for each series, never overlaid."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.dates import DateFormatter, MonthLocator

from plots.style import GREY, Chart, figure, head, house_style, value_axis_right
from sim.days import date
from sim.results.result import Steps

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def fan_chart(
    paths: dict[str, Steps],
    titles: dict[str, str],
    colours: dict[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """A panel for each series of `paths` (percentage points), on one scale. `titles` and `colours` are by series."""
    table: dict[str, list[Any]] = {"series": [], "date": [], **{f"p{int(level * 100)}_pp": [] for level in LEVELS}}
    with house_style():
        made = figure(size, taller=1.05)
        panels = made.subplots(1, len(paths), sharey=True, squeeze=False)[0]
        for axes, (name, path) in zip(panels, paths.items(), strict=True):
            quantiles = np.quantile(path.values, LEVELS, axis=0)
            dates = [date(day) for day in path.days]
            low, lower, middle, upper, high = quantiles
            axes.fill_between(dates, low, high, step="post", color=colours[name], alpha=0.18, linewidth=0)
            axes.fill_between(dates, lower, upper, step="post", color=colours[name], alpha=0.38, linewidth=0)
            axes.step(dates, middle, where="post", color=colours[name], linewidth=1.8)
            axes.set_title(titles[name], fontsize=9, loc="left")
            axes.annotate(
                f"{middle[-1]:.0f}",
                (dates[-1], middle[-1]),
                xytext=(-3, 4),
                textcoords="offset points",
                ha="right",
                fontsize=8,
                fontweight="bold",
            )
            axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 4, 7, 10)))
            axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
            axes.tick_params(axis="x", labelsize=7.5, colors=GREY)
            axes.set_ylim(bottom=0)
            table["series"] += [name] * len(dates)
            table["date"] += dates
            for level, values in zip(LEVELS, quantiles, strict=True):
                table[f"p{int(level * 100)}_pp"] += np.round(values, 3).tolist()
        for axes in panels:
            value_axis_right(axes)
            axes.tick_params(axis="y", labelleft=False, labelright=axes is panels[-1])
        head(made, title, subtitle + " Line: median; dark: 50 of 100 futures; light: 90 of 100.", source)
    ends = "; ".join(
        f"{titles[name]}: median {np.median(path.values[:, -1]):.0f} at the end" for name, path in paths.items()
    )
    return Chart("tariff_path", made, title, subtitle, f"Fans of tariff paths. {ends}.", table)
