"""Sales beside the output that hangs on them, on a logarithmic scale: how small the one is against the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from plots.amounts import decimals, level, levels
from plots.lettering import balanced, height, width
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, SMALL, VERMILLION, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS = 16.0, 12.0, 30.0
"""Points: least height of a row, between columns, for the scale and its unit."""
RANGE = 0.4
LEAST = 0.1
"""Million USD at which the scale begins at the earliest."""


@dataclass(frozen=True)
class Amount:
    """A row, million USD: what the seller earns, or what hangs on it."""

    name: str
    amount: Band
    seller: bool


def at_stake_chart(
    panels: dict[str, list[Amount]],
    unit: str,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "supply_at_stake",
) -> Chart:
    """A panel for each heading, all on one scale. An amount of nothing has no dot."""
    rows = [row for some in panels.values() for row in some]
    across = body_width(size)
    cells = [_cell(row.amount) for row in rows]
    banded = any(cell[1] for cell in cells)
    heads = ["median" if banded else "", "90 of 100 futures" if banded else ""]
    wides = [
        max(width(head, SMALL) if head else 0.0, *(width(one[k], LABEL, k == 0) for one in cells)) + GAP
        for k, head in enumerate(heads)
    ][: 1 + banded]
    words = [balanced(row.name, 0.36 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    tops = {name: balanced(name, across, LABEL, bold=True) for name in panels}
    above = height("x", SMALL) + 6 if banded else 2.0
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    fixed = above + AXIS + sum(height(one, LABEL) + 9 for one in tops.values())
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    ends = _ends(rows)
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        edges = [left + wide + sum(wides[: k + 1]) for k in range(len(wides))]
        for head, edge in zip(heads, edges, strict=False):
            made.text(edge, above - 10, head, fontsize=SMALL, color=GREY, ha="right")
        y, place = above, 0
        for name, some in panels.items():
            made.text(0, y + 7, tops[name], fontweight="bold", va="top")
            y += height(tops[name], LABEL) + 9
            own = slice(place, place + len(some))
            _dots(made.canvas(left, y, wide, sum(highs[own])), some, highs[own], wide, ends)
            for label, cell, high in zip(words[own], cells[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                for k, (edge, text) in enumerate(zip(edges, cell, strict=False)):
                    look: dict[str, Any] = {"color": GREY} if k else {"fontweight": "bold"}
                    made.text(edge, y + high / 2, text, ha="right", **look)
                y += high
            place += len(some)
        _scale(made, unit, (left, y, wide), ends)
    said = ". ".join(
        f"{name}: " + "; ".join(f"{row.name} {_between(row.amount)}" for row in some) for name, some in panels.items()
    )
    alt, table = f"{title}. {unit}. {said}.", _table(panels)
    shown = {
        "panel": table["panel"],
        "name": table["name"],
        unit: [one for one, _ in cells],
        "5 to 95 % of futures": [two or "–" for _, two in cells],
    }
    return Chart(called, made.figure, title, subtitle, alt, table, shown, made.head, _cues(rows, words, banded))


def _cues(rows: list[Amount], words: list[str], banded: bool) -> tuple[Cue, ...]:
    """The seller's colour and that of what hangs on its sales, told apart by the words of their rows."""
    found: dict[bool, str] = {}
    for row, label in zip(rows, words, strict=True):
        found.setdefault(row.seller, label)
    pairs = [(VERMILLION if seller else ACCENT, label) for seller, label in found.items()]
    ranges = [Cue(f"{label}, range", tint(shade, RANGE), label) for shade, label in pairs] if banded else []
    return (*(Cue(label, shade, label) for shade, label in pairs), *ranges)


def _cell(one: Band) -> tuple[str, str]:
    """The median, and the range where there is one."""
    return _amount(one.middle), "" if one.low == one.high else _between(one)


def _amount(value: float) -> str:
    """In three digits that count."""
    return level(float(f"{value:.3g}"), decimals([value], 1))


def _between(one: Band) -> str:
    ends = Band(*(float(f"{value:.3g}") for value in (one.low, one.middle, one.high)))
    return levels(ends, decimals([one.middle], 1))


def _ends(rows: list[Amount]) -> tuple[float, float]:
    """Powers of ten around all amounts."""
    there = [value for row in rows for value in (row.amount.low, row.amount.middle, row.amount.high) if value >= LEAST]
    low = 10.0 ** math.floor(math.log10(min(there, default=1.0)) + 1e-9)
    high = 10.0 ** math.ceil(math.log10(max(there, default=10.0)) - 1e-9)
    return low, max(high, 10 * low)


def _at(value: float, wide: float, ends: tuple[float, float]) -> float:
    share = math.log(max(value, ends[0]) / ends[0]) / math.log(ends[1] / ends[0])
    return 4 + share * (wide - 8)


def _dots(axes: Axes, rows: list[Amount], highs: list[float], wide: float, ends: tuple[float, float]) -> None:
    axes.set_clip_on(False)
    top = 0.0
    for value in _powers(ends):
        axes.plot([_at(value, wide, ends)] * 2, [0, sum(highs)], color=FAINT, linewidth=0.9, zorder=0)
    for row, high in zip(rows, highs, strict=True):
        y, shade, one = top + high / 2, VERMILLION if row.seller else ACCENT, row.amount
        top += high
        axes.plot([0, wide], [y, y], color=FAINT, linewidth=0.8, zorder=0)
        if one.high >= LEAST and one.high > one.low:
            reach = [_at(one.low, wide, ends), _at(one.high, wide, ends)]
            axes.plot(reach, [y, y], color=tint(shade, RANGE), linewidth=4, solid_capstyle="butt", zorder=1)
        if one.middle >= LEAST:
            axes.plot(_at(one.middle, wide, ends), y, "o", color=shade, markersize=6, clip_on=False, zorder=2)


def _powers(ends: tuple[float, float]) -> list[float]:
    low, high = (round(math.log10(end)) for end in ends)
    return [10.0**power for power in range(low, high + 1)]


def _scale(made: Sheet, unit: str, place: tuple[float, float, float], ends: tuple[float, float]) -> None:
    left, y, wide = place
    powers = _powers(ends)
    step = max(1, math.ceil(len(powers) * max(width(_power(value), SMALL) for value in powers[-1:]) * 1.2 / wide))
    for value in powers[::step]:
        made.text(left + _at(value, wide, ends), y + 8, _power(value), ha="center", fontsize=SMALL, color=GREY)
    made.text(
        left + wide / 2, y + 20, f"{unit}, each line ten times the one before", ha="center", fontsize=SMALL, color=GREY
    )


def _power(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _table(panels: dict[str, list[Amount]]) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    table: dict[str, list[Any]] = {"panel": [name for name, _ in lines], "name": [row.name for _, row in lines]}
    for ending, part in (("p5", "low"), ("p50", "middle"), ("p95", "high")):
        table[f"{ending}_musd"] = [round(getattr(row.amount, part), 3) for _, row in lines]
    return table
