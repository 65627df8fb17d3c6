"""Odds of each outcome: a dot, the band over assumptions, the number."""

from __future__ import annotations

import textwrap
from typing import Any

from plots.style import BLUE, GREY, Chart, figure, head, house_style
from sim.analysis.odds import Odds


def odds_chart(odds: dict[str, Odds], titles: dict[str, str], title: str, source: str, size: str = "page") -> Chart:
    """A row for each outcome, in the order given. `titles` gives the words of each."""
    names = list(odds)
    banded = any(o.low is not None for o in odds.values())
    subtitle = "Share of futures, %" + ("; line: 5th to 95th percentile over the assumptions" if banded else "")
    with house_style():
        made = figure(size, taller=max(0.6, 0.13 * len(names) + 0.25))
        axes = made.subplots()
        axes.grid(visible=False)
        axes.set_xlim(0, 100)
        for row, name in enumerate(reversed(names)):
            one = odds[name]
            axes.axhline(row, color="#EFEFEF", linewidth=0.8, zorder=0)
            if one.low is not None and one.high is not None:
                axes.plot(
                    [one.low * 100, one.high * 100],
                    [row, row],
                    color=BLUE,
                    linewidth=3,
                    alpha=0.45,
                    solid_capstyle="butt",
                )
            axes.plot(one.mean * 100, row, "o", color=BLUE, markersize=6, clip_on=False)
            right = max(one.high or 0.0, one.mean) * 100
            axes.text(min(right + 2, 94), row, percent(one.mean), va="center", fontsize=9, fontweight="bold")
        axes.set_yticks(
            range(len(names)), ["\n".join(textwrap.wrap(titles[name], 34)) for name in reversed(names)], color="#222222"
        )
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", colors=GREY, length=0)
        head(made, title, subtitle, source)
    listed = "; ".join(f"{titles[name]}: {percent(odds[name].mean)}" for name in names)
    table: dict[str, list[Any]] = {
        "outcome": names,
        "title": [titles[name] for name in names],
        "mean_percent": [round(o.mean * 100, 2) for o in odds.values()],
        "low_5_percent": ["" if o.low is None else round(o.low * 100, 2) for o in odds.values()],
        "high_95_percent": ["" if o.high is None else round(o.high * 100, 2) for o in odds.values()],
        "sampling_error_points": [round(o.error * 100, 2) for o in odds.values()],
    }
    return Chart("odds", made, title, subtitle, f"Odds by outcome. {listed}.", table)


def percent(share: float) -> str:
    """A share in words: whole per cent, and no false zero or certainty."""
    if share in (0, 1):
        words = f"{share * 100:.0f} %"
    elif share < 0.01:
        words = "under 1 %"
    else:
        words = "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"
    return words.replace(" %", "\u00a0%")
