"""First stoppages as a heat map, regions across and sectors down: how often, and in which week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent
from plots.sheet import body_width, room, sheet
from plots.style import ACCENT, GREY, LABEL, PALE, SMALL, Chart, Cue, house_style, ink_on, tint
from plots.weeks_left import between, weeks
from sim.analysis.economy import Band

WIDEST, ROW = 84.0, 27.0
"""Points: of a column; least height of a row."""
_FAINTEST = 0.06


@dataclass(frozen=True)
class Stops:
    """First stoppages of sectors in regions."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    shares: NDArray[np.float64]
    """[sector, region] share of futures with a stoppage, 0–1; not a number where the sector uses nothing"""
    weeks: list[list[Band]]
    """[sector][region] weeks from as_of to the first, over the futures with one"""


def stoppages_chart(
    stops: Stops, title: str, subtitle: str, source: str, size: str = "page", called: str = "supply_stoppages"
) -> Chart:
    """The darker, the more futures see a stoppage. Under the share stands the median week of the first."""
    across = body_width(size)
    names = [balanced(words, 0.26 * across, LABEL) for words in stops.sectors]
    left = max(width(words, LABEL) for words in names) + 10
    wide = min(WIDEST, (across - left) / len(stops.regions))
    heads = [wrap(words, wide - 4, SMALL) for words in stops.regions]
    above = max(height(words, SMALL) for words in heads) + 6
    highs = [max(ROW, height(words, LABEL) + 4) for words in names]
    if size == "slide":
        spare = (room(size, title, subtitle, source) - above) / len(highs)
        highs = [max(high, min(spare, 1.4 * ROW)) for high in highs]
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(highs))
        for place, words in enumerate(heads):
            x = left + place * wide + wide / 2
            made.text(x, above - 4, words, fontsize=SMALL, va="bottom", ha="center")
        canvas = made.canvas(left, above, len(heads) * wide, sum(highs))
        y = 0.0
        for row, (name, high) in enumerate(zip(names, highs, strict=True)):
            made.text(0, above + y + high / 2, name)
            for column, share in enumerate(stops.shares[row]):
                colour = _fill(float(share))
                box = Rectangle((column * wide, y), wide - 1, high - 1, facecolor=colour, edgecolor=PALE, linewidth=0.4)
                canvas.add_patch(box)
                _cell(made, left + (column + 0.5) * wide, above + y + high / 2, float(share), stops.weeks[row][column])
            y += high
    alt = f"{title}. Share of futures with a stoppage, and weeks to the first at the median. {_told(stops)}."
    cues = (Cue("share of futures with a stoppage", ACCENT),)
    return Chart(called, made.figure, title, subtitle, alt, _table(stops), _key_values(stops), made.head, cues)


def _fill(share: float) -> tuple[float, float, float]:
    if np.isnan(share) or share == 0:
        return (1.0, 1.0, 1.0)
    return tint(ACCENT, _FAINTEST + (1 - _FAINTEST) * share)


def _cell(made: Any, x: float, y: float, share: float, first: Band) -> None:
    """The share in bold, the median week under it."""
    look: dict[str, Any] = {"ha": "center", "fontsize": SMALL, "color": ink_on(_fill(share))}
    if np.isnan(share):
        made.text(x, y, "–", **look | {"color": GREY})
    elif share == 0:
        made.text(x, y, "none", **look | {"color": GREY})
    else:
        made.text(x, y - 5, percent(share).replace("under ", "<").replace("over ", ">"), fontweight="bold", **look)
        made.text(x, y + 5, f"wk {weeks(first.middle).replace('under 1', '0')}", **look)


def _told(stops: Stops) -> str:
    """The cell of each region with the most stoppages."""
    said = []
    for column, region in enumerate(stops.regions):
        shares = stops.shares[:, column]
        if not np.isnan(shares).all() and np.nanmax(shares) > 0:
            row = int(np.nanargmax(shares))
            middle = weeks(stops.weeks[row][column].middle)
            said.append(f"{region}: most often {stops.sectors[row]}, {percent(float(shares[row]))}, week {middle}")
        else:
            said.append(f"{region}: none")
    return "; ".join(said)


def _table(stops: Stops) -> dict[str, list[Any]]:
    cells = [(row, column) for column in range(len(stops.regions)) for row in range(len(stops.sectors))]
    cells = [(row, column) for row, column in cells if not np.isnan(stops.shares[row, column])]
    table: dict[str, list[Any]] = {
        "region": [stops.regions[column] for _, column in cells],
        "sector": [stops.sectors[row] for row, _ in cells],
        "futures_percent": [round(100 * float(stops.shares[cell]), 3) for cell in cells],
    }
    for ending, part in (("p5", "low"), ("p50", "middle"), ("p95", "high")):
        values = [getattr(stops.weeks[row][column], part) for row, column in cells]
        table[f"{ending}_weeks"] = ["" if np.isnan(value) else round(value, 3) for value in values]
    return table


def _key_values(stops: Stops) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"sector": list(stops.sectors)}
    for column, region in enumerate(stops.regions):
        found[region] = [
            _shown(float(stops.shares[row, column]), stops.weeks[row][column]) for row in range(len(stops.sectors))
        ]
    return found


def _shown(share: float, first: Band) -> str:
    if np.isnan(share):
        return "–"
    return "none" if share == 0 else f"{percent(share)}, week {between(first)}"
