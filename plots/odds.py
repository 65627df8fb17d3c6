"""Odds of each outcome: a dot, the band over assumptions, the numbers; the likeliest first."""

from __future__ import annotations

import math
from typing import Any

from plots.lettering import balanced, height, width
from plots.numbers import percent, span
from plots.sheet import body_width, room, sheet
from plots.style import ACCENT, GREY, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from sim.analysis.odds import Odds
from sim.scenario.model import OTHER


def ranked(odds: dict[str, Odds]) -> list[str]:
    """Outcomes by their odds, the highest first; what is left over comes last."""
    return ranked_shares({name: one.mean for name, one in odds.items()})


def ranked_shares(shares: dict[str, float]) -> list[str]:
    """The same from the shares of futures alone."""
    return sorted(shares, key=lambda name: (name == OTHER, -shares[name]))


def odds_chart(odds: dict[str, Odds], titles: dict[str, str], title: str, source: str, size: str = "page") -> Chart:
    """A row for each outcome that occurs. `titles` gives the words of each."""
    names = ranked(odds)
    shown = [name for name in names if odds[name].mean > 0]
    banded = any(odds[name].low is not None for name in shown)
    subtitle = "Share of futures, %" + ("; line: 5th to 95th percentile over the assumptions" if banded else "")
    across = body_width(size)
    words = {name: balanced(titles[name], 0.36 * across, LABEL) for name in shown}
    numbers = {name: _numbers(odds[name]) for name in shown}
    left = max(width(text, LABEL) for text in words.values()) + 10
    right = max(width(number, LABEL + 1, bold=True) + width(band, LABEL) for number, band in numbers.values()) + 16
    spare = (room(size, title, subtitle, source) - 20) / len(shown)
    rows = [max(height(text, LABEL) + 6, min(spare, 24.0 if size == "page" else 34.0)) for text in words.values()]
    reach = _reach(max(max(odds[name].high or 0.0, odds[name].mean) for name in shown))
    with house_style():
        made = sheet(size, title, subtitle, source, sum(rows) + 20)
        scale = (across - left - right) / reach
        axes = made.canvas(left, 0, across - left, sum(rows))
        axes.set_clip_on(False)
        top = 0.0
        for name, row in zip(shown, rows, strict=True):
            one, y = odds[name], top + row / 2
            axes.plot([0, one.mean * scale], [y, y], color=PALE, linewidth=0.8, zorder=0)
            if one.low is not None and one.high is not None:
                ends = [one.low * scale, one.high * scale]
                axes.plot(ends, [y, y], color=tint(ACCENT, 0.35), linewidth=4, solid_capstyle="butt")
            axes.plot(one.mean * scale, y, "o", color=ACCENT, markersize=6, clip_on=False)
            made.text(0, y, words[name])
            x = left + max(one.high or 0.0, one.mean) * scale + 7
            number, band = numbers[name]
            made.text(x, y, number, fontsize=LABEL + 1, fontweight="bold")
            made.text(x + width(number, LABEL + 1, bold=True) + 6, y, band, color=GREY)
            top += row
        _scale(made, left, top, reach, scale)
    listed = "; ".join(f"{titles[name]}: {percent(odds[name].mean)}" for name in names)
    return Chart(
        "odds",
        made.figure,
        title,
        subtitle,
        f"{title}. Odds by outcome: {listed}.",
        _table(odds, titles),
        head=made.head,
        cues=(Cue("mean", ACCENT), Cue("band over the assumptions", tint(ACCENT, 0.35))),
    )


def _numbers(one: Odds) -> tuple[str, str]:
    """The number beside a row, and its band."""
    number, band = percent(one.mean), "" if one.low is None or one.high is None else span(one.low, one.high)
    return number, "" if band == number else band


def _reach(highest: float) -> float:
    """The end of the scale: a round share at or above the highest value."""
    return min(1.0, math.ceil(round(highest * 10, 6)) / 10)


def _scale(made: Any, left: float, top: float, reach: float, scale: float) -> None:
    """The values of the axis, under the rows."""
    step = 0.1 if reach <= 0.5 else 0.25
    for k in range(int(reach / step + 1e-9) + 1):
        words = f"{k * step * 100:.0f}" + (" %" if k == 0 else "")
        made.text(left + k * step * scale, top + 8, words, ha="center", fontsize=SMALL, color=GREY)


def _table(odds: dict[str, Odds], titles: dict[str, str]) -> dict[str, list[Any]]:
    """The data, outcomes of zero included."""
    names = ranked(odds)
    return {
        "outcome": names,
        "title": [titles[name] for name in names],
        "mean_percent": [round(odds[name].mean * 100, 2) for name in names],
        "low_5_percent": ["" if (low := odds[name].low) is None else round(low * 100, 2) for name in names],
        "high_95_percent": ["" if (high := odds[name].high) is None else round(high * 100, 2) for name in names],
        "sampling_error_points": [round(odds[name].error * 100, 2) for name in names],
    }
