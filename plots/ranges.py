"""Changes as dots with their 5–95 % ranges around a line at zero, a row each, in panels on one scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots.amounts import of_bands, of_steps, signed, span, told
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band

ROW, GAP, AXIS = 15.0, 12.0, 30.0
"""Points: least height of a row, between columns, for the scale and its unit."""
RANGE = 0.4
"""Strength of the colour of a range."""


@dataclass(frozen=True)
class Row:
    """A row: its name, the change, and what is said aside of it."""

    name: str
    change: Band
    aside: str = ""


@dataclass(frozen=True)
class Measure:
    """What is drawn."""

    unit: str
    """stands under the scale: % of real income"""
    aside: str = ""
    """head of the last column; none without"""
    group: str = "region"
    """what a panel or a row is, for the table"""


def ranges_chart(
    panels: dict[str, list[Row]],
    measure: Measure,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "ranges",
) -> Chart:
    """A panel for each heading (none for an empty one). Changes are in per cent. `called` names the chart's files."""
    rows = [row for some in panels.values() for row in some]
    places = of_bands(row.change for row in rows)
    across = body_width(size)
    cells = [(signed(row.change.middle, places), span(row.change, places), row.aside) for row in rows]
    heads = _heads(measure, cells)
    cells = [(middle, ends if heads[1] else "", aside) for middle, ends, aside in cells]
    columns = [max(width(one[k], LABEL, k == 0) for one in [*cells, ("", "", "")]) for k in range(3)]
    wides = [max(wide, width(head, SMALL)) + GAP if head else 0.0 for wide, head in zip(columns, heads, strict=True)]
    words = [balanced(row.name, 0.34 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    tops = {name: balanced(name, across, LABEL, bold=True) if name else "" for name in panels}
    above = max(height(head, SMALL) for head in heads) + 6
    fixed = above + AXIS + sum(height(one, LABEL) + 10 for one in tops.values() if one)
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.8, max(1.0, spare)) for high in highs] if size == "slide" else highs
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        edges = [left + wide + sum(wides[: k + 1]) for k in range(3)]
        for head, edge in zip(heads, edges, strict=True):
            look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
            made.text(edge, above - 4 - height(head, SMALL), head, fontsize=SMALL, color=GREY, **look)
        ends = _ends(rows)
        y, place = above, 0
        for name, some in panels.items():
            if tops[name]:
                made.text(0, y + 8, tops[name], fontweight="bold", va="top")
                y += height(tops[name], LABEL) + 10
            own = slice(place, place + len(some))
            axes = made.canvas(left, y, wide, sum(highs[own]))
            _dots(axes, some, highs[own], wide, ends)
            for label, cell, high in zip(words[own], cells[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                for edge, text, bold in zip(edges, cell, (True, False, False), strict=True):
                    look = {"fontweight": "bold"} if bold else {"color": GREY}
                    made.text(edge, y + high / 2, text, ha="right", **look)
                y += high
            place += len(some)
        _scale(made, measure.unit, (left, y, wide), ends)
    alt = f"{title}. {_told(panels, measure, places)}."
    table = _table(panels, measure)
    cues = (Cue("median", ACCENT), Cue("5–95 % range", tint(ACCENT, RANGE)))
    return Chart(called, made.figure, title, subtitle, alt, table, _key_values(table, panels, places), made.head, cues)


def _heads(measure: Measure, cells: list[tuple[str, str, str]]) -> list[str]:
    """What stands over the columns; nothing over one that is empty."""
    banded = any(middle != ends for middle, ends, _ in cells)
    aside = wrap(measure.aside, 74, SMALL) if measure.aside else ""
    return ["median", "90 of 100 futures" if banded else "", aside]


def _ends(rows: list[Row]) -> tuple[float, float]:
    """The ends of the scale, zero within it."""
    low = min([0.0, *(row.change.low for row in rows)])
    high = max([0.0, *(row.change.high for row in rows)])
    return (low, high) if high > low else (-1.0, 1.0)


def _at(value: float, wide: float, ends: tuple[float, float]) -> float:
    """Where a value lies, in points; dots at the ends stay whole."""
    return 4 + (value - ends[0]) / (ends[1] - ends[0]) * (wide - 8)


def _dots(axes: Axes, rows: list[Row], highs: list[float], wide: float, ends: tuple[float, float]) -> None:
    axes.set_clip_on(False)
    top = 0.0
    for value in _ticks(wide, ends):
        axes.plot([_at(value, wide, ends)] * 2, [0, sum(highs)], color=FAINT, linewidth=0.8, zorder=0)
    axes.plot([_at(0, wide, ends)] * 2, [0, sum(highs)], color=GREY, linewidth=0.9, zorder=1)
    for row, high in zip(rows, highs, strict=True):
        y, one = top + high / 2, row.change
        low, middle, upper = (_at(value, wide, ends) for value in (one.low, one.middle, one.high))
        axes.plot([0, wide], [y, y], color=PALE, linewidth=0.5, zorder=0)
        axes.plot([low, upper], [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=2)
        axes.plot(middle, y, "o", color=ACCENT, markersize=6, clip_on=False, zorder=3)
        top += high


def _ticks(wide: float, ends: tuple[float, float]) -> list[float]:
    """Round values within the scale, as many as have room; of a scale with nothing on it zero alone."""
    if ends == (-1.0, 1.0):
        return [0.0]
    values = MaxNLocator(nbins=max(1, int(wide / 36)), steps=[1, 2, 5, 10]).tick_values(*ends)
    return [float(value) for value in values if ends[0] - 1e-12 <= value <= ends[1] + 1e-12] or [0.0]


def _scale(made: Sheet, unit: str, place: tuple[float, float, float], ends: tuple[float, float]) -> None:
    """The values of the axis, and under them what they are."""
    left, y, wide = place
    values = _ticks(wide, ends)
    digits = of_steps(values)
    for value in values:
        words = "0" if abs(value) < 1e-12 else signed(value, digits)
        made.text(left + _at(value, wide, ends), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide / 2, y + 20, unit, ha="center", fontsize=SMALL, color=GREY)


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _told(panels: dict[str, list[Row]], measure: Measure, places: int) -> str:
    """Every row in words."""
    said = []
    for name, rows in panels.items():
        listed = "; ".join(f"{row.name} {told(row.change, places)}" for row in rows)
        said.append(f"{name}: {listed}" if name else listed)
    return f"Median and 5–95 % range, {measure.unit}. {'. '.join(said)}"


def _lines(panels: dict[str, list[Row]]) -> Iterator[tuple[str, Row]]:
    for name, rows in panels.items():
        yield from ((name, row) for row in rows)


def _table(panels: dict[str, list[Row]], measure: Measure) -> dict[str, list[Any]]:
    lines = list(_lines(panels))
    table: dict[str, list[Any]] = {}
    if any(name for name, _ in lines):
        table["panel"] = [name for name, _ in lines]
    table[measure.group] = [row.name for _, row in lines]
    for key in ("low", "middle", "high"):
        level = {"low": "p5", "middle": "p50", "high": "p95"}[key]
        table[f"{level}_percent"] = [round(getattr(row.change, key), 6) for _, row in lines]
    if measure.aside:
        table[measure.aside] = [row.aside for _, row in lines]
    return table


def _key_values(table: dict[str, list[Any]], panels: dict[str, list[Row]], places: int) -> dict[str, list[Any]]:
    """The same, written as on the chart."""
    rows = [row for _, row in _lines(panels)]
    shown = {name: values for name, values in table.items() if not name.endswith("_percent")}
    *first, last = shown
    return {
        **{name: shown[name] for name in (first if rows and rows[0].aside else shown)},
        "median, %": [signed(row.change.middle, places) for row in rows],
        "5 to 95 % of futures, %": [span(row.change, places) for row in rows],
        **({last: shown[last]} if rows and rows[0].aside else {}),
    }
