"""What-ifs against the base: by how many points each outcome changes, on the same futures."""

from __future__ import annotations

import textwrap
from typing import Any

from plots.style import BLACK, BLUE, GREY, VERMILLION, Chart, figure, head, house_style
from sim.analysis.odds import Difference


def compare_chart(
    changes: dict[str, dict[str, Difference]], titles: dict[str, str], title: str, source: str, size: str = "page"
) -> Chart:
    """A panel for each what-if, a row for each outcome; bars of change in points with twice the paired error."""
    outcomes = list(next(iter(changes.values())))
    subtitle = (
        "Change in the odds, percentage points, against the base on the same futures; "
        "lines: ± 2 standard errors; grey: no clear difference"
    )
    columns = min(3, len(changes))
    rows = -(-len(changes) // columns)
    table: dict[str, list[Any]] = {"what_if": [], "outcome": [], "change_points": [], "error_points": [], "clear": []}
    reach = max(abs(one.change) for panel in changes.values() for one in panel.values()) * 130 + 5
    with house_style():
        made = figure(size, taller=max(0.9, rows * 0.1 * len(outcomes)))
        panels = made.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, (name, panel) in zip(panels, changes.items(), strict=False):
            axes.grid(visible=False)
            axes.axvline(0, color=BLACK, linewidth=0.8)
            for row, outcome in enumerate(reversed(outcomes)):
                one = panel[outcome]
                shade = GREY if not one.clear else BLUE if one.change > 0 else VERMILLION
                axes.barh(row, one.change * 100, height=0.55, color=shade, alpha=0.9 if one.clear else 0.35)
                axes.plot(
                    [(one.change - 2 * one.error) * 100, (one.change + 2 * one.error) * 100],
                    [row, row],
                    color=BLACK,
                    linewidth=0.8,
                )
                if one.clear:
                    offset, side = (3, "left") if one.change > 0 else (-3, "right")
                    axes.annotate(
                        f"{one.change * 100:+.0f}",
                        (one.change * 100, row),
                        xytext=(offset, 0),
                        textcoords="offset points",
                        ha=side,
                        va="center",
                        fontsize=7.5,
                    )
                table["what_if"].append(name)
                table["outcome"].append(outcome)
                table["change_points"].append(round(one.change * 100, 2))
                table["error_points"].append(round(one.error * 100, 2))
                table["clear"].append(one.clear)
            axes.set_title("\n".join(textwrap.wrap(titles[name], 25)), fontsize=8.5, loc="left")
            axes.set_xlim(-reach, reach)
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(length=0, labelsize=7.5)
        for axes in panels[len(changes) :]:
            axes.set_visible(False)
        for axes in panels[::columns]:
            axes.set_yticks(
                range(len(outcomes)),
                ["\n".join(textwrap.wrap(titles[outcome], 32)) for outcome in reversed(outcomes)],
                color="#222222",
            )
        head(made, title, subtitle, source)
    clear = [
        f"{titles[name]}: {titles[o]} {one.change * 100:+.0f} points"
        for name, panel in changes.items()
        for o, one in panel.items()
        if one.clear
    ]
    return Chart("what_ifs", made, title, subtitle, "What-ifs against the base. " + "; ".join(clear[:8]), table)
