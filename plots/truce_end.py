"""Whether an agreement holds: how many futures have seen it end by a date, and in how many it is live on that day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plots.lettering import spread, width
from plots.numbers import percent
from plots.sheet import body_width, room, sheet
from plots.style import ACCENT, GREY, LABEL, SMALL, Chart, Cue, house_style
from plots.timeline import date_axis, sample, stepped
from sim.days import date

INDENT, AXIS, AIR = 14.0, 26.0, 6.0
_LIVE, _ENDED = "live on that day", "has ended at least once"


def truce_end_chart(
    ended: NDArray[np.float64],
    live: NDArray[np.float64],
    days: NDArray[np.int32],
    name: str,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """Two lines by day: the share of futures in which `name` has ended at least once, and in which it is live.

    All three arrays are [day]; an agreement that has ended may be revived, so the lines need not add up.
    """
    lines = {_LIVE: (live, ACCENT, "-"), _ENDED: (ended, GREY, (0, (5, 2)))}
    across = body_width(size)
    ends = {words: f"{words} in {percent(float(values[-1]))}" for words, (values, _, _) in lines.items()}
    beside = max(width(words, SMALL) for words in lines) + 8
    wide = across - INDENT - beside - AIR
    tall = max(150.0, room(size, title, subtitle, source) - AXIS - 4)
    with house_style():
        made = sheet(size, title, subtitle, source, tall + AXIS)
        axes = made.axes(INDENT, 0, wide, tall)
        date_axis(axes, int(days[0]), int(days[-1]), wide)
        axes.set_ylim(0, 104)
        axes.set_yticks([0, 25, 50, 75, 100], [""] * 5)
        axes.grid(visible=True, axis="y")
        for share in (25, 50, 75, 100):
            made.text(INDENT - 2, tall * (1 - share / 104), f"{share}", fontsize=SMALL, color=GREY, ha="right")
        for values, shade, dash in lines.values():
            axes.plot(*stepped(days, values * 100), color=shade, linewidth=2, linestyle=dash)
        wanted = [tall * (1 - float(values[-1]) * 100 / 104) for values, _, _ in lines.values()]
        for y, (words, (values, shade, _)) in zip(spread(wanted, 24, 10, tall - 10), lines.items(), strict=True):
            left = INDENT + wide + AIR
            made.text(left, y - 5, percent(float(values[-1])), fontsize=LABEL + 1, fontweight="bold", color=shade)
            made.text(left, y + 6, words, fontsize=SMALL, color=shade)
    table = {
        "date": [date(day) for day in days],
        "ended_percent": np.round(ended * 100, 2).tolist(),
        "live_percent": np.round(live * 100, 2).tolist(),
    }
    cues = (Cue(_LIVE, ACCENT, label=_LIVE, shape="solid"), Cue(_ENDED, GREY, label=_ENDED, shape="dashed"))
    alt = f"{title}. On {date(days[-1])}: {name} {'; '.join(ends.values())}."
    key_values = {column: [values[k] for k in sample(len(days), 15)] for column, values in table.items()}
    return Chart("truce_end", made.figure, title, subtitle, alt, table, key_values, made.head, cues)
