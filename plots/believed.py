"""Odds under a reader's own beliefs, against those that were simulated."""

from __future__ import annotations

from typing import Any

from plots.numbers import percent, points
from plots.odds import ranked_shares
from plots.pairs import Heads, Pair, pairs_sheet
from plots.style import Chart
from sim.analysis.belief import Shift

NO_CLEAR = "no clear difference"


def believed_chart(
    shifts: dict[str, Shift], titles: dict[str, str], title: str, subtitle: str, source: str, size: str = "page"
) -> Chart:
    """A row for each outcome that occurs, the likeliest under the beliefs first. `titles` gives the words of each."""
    names = ranked_shares({name: one.share for name, one in shifts.items()})
    shown = [name for name in names if shifts[name].share > 0 or shifts[name].base > 0]
    rows = [
        Pair(titles[name], shifts[name].share, shifts[name].base, said(shifts[name]), shifts[name].clear)
        for name in shown
    ]
    heads = Heads("if you are right", "as simulated", "change in points")
    made = pairs_sheet({"": rows}, heads, title, subtitle, source, size)
    told = "; ".join(
        f"{titles[name]}: {percent(shifts[name].share)}, simulated {percent(shifts[name].base)}" for name in shown
    )
    table: dict[str, list[Any]] = {
        "outcome": names,
        "title": [titles[name] for name in names],
        "simulated_percent": [round(shifts[name].base * 100, 2) for name in names],
        "believed_percent": [round(shifts[name].share * 100, 2) for name in names],
        "believed_error_points": [round(shifts[name].error * 100, 2) for name in names],
        "change_points": [round(shifts[name].change * 100, 2) for name in names],
        "change_error_points": [round(shifts[name].change_error * 100, 2) for name in names],
        "clear": [shifts[name].clear for name in names],
    }
    alt = f"{title}. Odds by outcome if the beliefs hold. {told}."
    return Chart("believed", made.figure, title, subtitle, alt, table, head=made.head)


def said(one: Shift) -> str:
    """The change in points, where there is one."""
    return points(one.change) if one.clear else NO_CLEAR
