"""Output lost in both forms of production, side by side: two dots with their ranges in a row, never one for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from plots import key
from plots.amounts import decimals, level, of_steps, told_level
from plots.lettering import balanced, height, width, wrap
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, BLACK, FAINT, GREY, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from sim.analysis.economy import Band
from sim.analysis.supply import TwoForms

ROW, GAP, AXIS, APART = 24.0, 12.0, 30.0, 9.0
"""Points: least height of a row, between columns, for the scale and its unit, between the two dots of a row."""
RANGE = 0.35
LEONTIEF, CES = "fixed proportions (Leontief)", "other inputs stand in (CES)"
HEADS = ("fixed proportions", "other inputs stand in", "policy held, both")


@dataclass(frozen=True)
class Loss:
    """A row."""

    name: str
    forms: TwoForms


def two_forms_chart(
    panels: dict[str, list[Loss]],
    unit: str,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "two_forms",
) -> Chart:
    """A panel for each heading (none for an empty one), all on one scale that begins at 0."""
    rows = [row for some in panels.values() for row in some]
    places = digits(rows)
    across = body_width(size)
    cells = [_cells(row, places) for row in rows]
    heads = [wrap(words, 74, SMALL) for words in HEADS[: 2 + any(cell[2] for cell in cells)]]
    wides = [max(width(head, SMALL), *(width(one[k], LABEL) for one in cells)) + GAP for k, head in enumerate(heads)]
    words = [balanced(row.name, 0.24 * across, LABEL) for row in rows]
    left = max(width(one, LABEL) for one in words) + GAP
    wide = across - left - sum(wides)
    tops = {name: balanced(name, across, LABEL, bold=True) if name else "" for name in panels}
    items = _key(any(cell[2] for cell in cells))
    above = key.height(items, across) + max(height(head, SMALL) for head in heads) + 10
    highs = [max(ROW, height(one, LABEL) + 5) for one in words]
    fixed = above + AXIS + sum(height(one, LABEL) + 10 for one in tops.values() if one)
    spare = (room(size, title, subtitle, source) - fixed) / sum(highs)
    highs = [high * min(1.6, max(1.0, spare)) for high in highs] if size == "slide" else highs
    reach = max([*_ends(rows), 1e-9])
    with house_style():
        made = sheet(size, title, subtitle, source, fixed + sum(highs))
        key.draw(made, items, 0)
        edges = [left + wide + sum(wides[: k + 1]) for k in range(len(heads))]
        look: dict[str, Any] = {"ha": "right", "va": "top", "multialignment": "right"}
        for head, edge in zip(heads, edges, strict=True):
            made.text(edge, above - 4 - height(head, SMALL), head, fontsize=SMALL, color=GREY, **look)
        y, place = above, 0
        for name, some in panels.items():
            if tops[name]:
                made.text(0, y + 8, tops[name], fontweight="bold", va="top")
                y += height(tops[name], LABEL) + 10
            own = slice(place, place + len(some))
            _dots(made.canvas(left, y, wide, sum(highs[own])), some, highs[own], wide, reach)
            for label, cell, high in zip(words[own], cells[own], highs[own], strict=True):
                made.text(0, y + high / 2, label)
                for edge, text in zip(edges, cell, strict=False):
                    made.text(edge, y + high / 2, text, ha="right", color=GREY)
                y += high
            place += len(some)
        _scale(made, unit, (left, y, wide), reach)
    alt = f"{title}. Median and 5–95 % range, {unit}. {_told(panels, places)}."
    held = (Cue("policy held", BLACK),) if any(cell[2] for cell in cells) else ()
    cues = (Cue("median", ACCENT), Cue("range", tint(ACCENT, RANGE)), *held)
    table, shown = _table(panels), _key_values(panels, cells)
    return Chart(called, made.figure, title, subtitle, alt, table, shown, made.head, cues)


def _ends(rows: list[Loss]) -> list[float]:
    """What must have room: the upper ends, and the medians with the policy held."""
    found = [band.high for row in rows for band in (row.forms.leontief, row.forms.ces)]
    held = [value for row in rows for value in (row.forms.held_leontief, row.forms.held_ces)]
    return [*found, *(value for value in held if value is not None)]


def digits(rows: list[Loss]) -> tuple[int, int]:
    """Decimals of each form in a chart: two digits of its largest median count, one of its largest range."""
    found = []
    for form in ("leontief", "ces"):
        bands = [getattr(row.forms, form) for row in rows]
        found.append(max(decimals((one.middle for one in bands), 2), decimals((one.high for one in bands), 2) - 1))
    return found[0], found[1]


def _cells(row: Loss, places: tuple[int, int]) -> tuple[str, str, str]:
    forms = row.forms
    held = zip((forms.held_leontief, forms.held_ces), places, strict=True)
    known = [level(one, digits_) for one, digits_ in held if one is not None]
    return told_level(forms.leontief, places[0]), told_level(forms.ces, places[1]), "; ".join(known)


def _dots(axes: Axes, rows: list[Loss], highs: list[float], wide: float, reach: float) -> None:
    axes.set_clip_on(False)
    top, tall = 0.0, sum(highs)
    for value in _ticks(wide, reach):
        axes.plot([_at(value, wide, reach)] * 2, [0, tall], color=FAINT, linewidth=0.8, zorder=0)
    for k, (row, high) in enumerate(zip(rows, highs, strict=True)):
        if k:
            axes.plot([0, wide], [top, top], color=PALE, linewidth=0.5, zorder=0)
        middle = top + high / 2
        top += high
        sides = ((row.forms.leontief, row.forms.held_leontief, True), (row.forms.ces, row.forms.held_ces, False))
        for (one, held, filled), y in zip(sides, (middle - APART / 2, middle + APART / 2), strict=True):
            _range(axes, one, y, wide, reach)
            dot(axes, _at(one.middle, wide, reach), y, filled)
            if held is not None:
                _tick(axes, _at(held, wide, reach), y)


def _range(axes: Axes, one: Band, y: float, wide: float, reach: float) -> None:
    ends = [_at(one.low, wide, reach), _at(one.high, wide, reach)]
    axes.plot(ends, [y, y], color=tint(ACCENT, RANGE), linewidth=4, solid_capstyle="butt", zorder=2)


def dot(axes: Axes, x: float, y: float, filled: bool) -> None:
    """Filled: fixed proportions; hollow: other inputs stand in."""
    inside = ACCENT if filled else "white"
    look: dict[str, Any] = {"markeredgecolor": ACCENT, "markeredgewidth": 1.2, "clip_on": False}
    axes.plot(x, y, "o", color=inside, markersize=5.5, zorder=4, **look)


def _tick(axes: Axes, x: float, y: float) -> None:
    """The median with the policy held."""
    axes.plot([x, x], [y - 4, y + 4], color=BLACK, linewidth=1.2, zorder=5, clip_on=False)


def _at(value: float, wide: float, reach: float) -> float:
    return 4 + value / reach * (wide - 8)


def _ticks(wide: float, reach: float) -> list[float]:
    if reach <= 1e-9:
        return [0.0]
    values = MaxNLocator(nbins=max(1, int(wide / 36)), steps=[1, 2, 5, 10]).tick_values(0, reach)
    return [float(value) for value in values if value <= reach * (1 + 1e-9)]


def _scale(made: Sheet, unit: str, place: tuple[float, float, float], reach: float) -> None:
    left, y, wide = place
    values = _ticks(wide, reach)
    for value in values:
        words = level(value, of_steps(values)) if value else "0"
        made.text(left + _at(value, wide, reach), y + 8, words, ha="center", fontsize=SMALL, color=GREY)
    made.text(left + wide / 2, y + 20, unit, ha="center", fontsize=SMALL, color=GREY)


def _key(held: bool) -> list[key.Item]:
    def drawn(filled: bool) -> key.Drawing:
        return lambda axes, x, y: dot(axes, x + 3, y, filled)

    items: list[key.Item] = [(6.0, drawn(True), LEONTIEF), (6.0, drawn(False), CES)]
    return [*items, (4.0, lambda axes, x, y: _tick(axes, x + 2, y), "median, policy held")] if held else items


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _told(panels: dict[str, list[Loss]], places: tuple[int, int]) -> str:
    said = []
    for name, rows in panels.items():
        listed = "; ".join(
            f"{row.name}: {LEONTIEF} {told_level(row.forms.leontief, places[0])}, "
            f"{CES} {told_level(row.forms.ces, places[1])}"
            for row in rows
        )
        said.append(f"{name}: {listed}" if name else listed)
    return ". ".join(said)


def _table(panels: dict[str, list[Loss]]) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    table: dict[str, list[Any]] = {"panel": [name for name, _ in lines]} if any(panels) else {}
    table["name"] = [row.name for _, row in lines]
    for form in ("leontief", "ces"):
        for ending, part in (("p5", "low"), ("p50", "middle"), ("p95", "high")):
            values = [getattr(getattr(row.forms, form), part) for _, row in lines]
            table[f"{form}_{ending}_weeks"] = [round(value, 5) for value in values]
        held = [getattr(row.forms, f"held_{form}") for _, row in lines]
        if any(value is not None for value in held):
            table[f"policy_held_{form}_weeks"] = ["" if value is None else round(value, 5) for value in held]
    return table


def _key_values(panels: dict[str, list[Loss]], cells: list[tuple[str, str, str]]) -> dict[str, list[Any]]:
    lines = [(name, row) for name, rows in panels.items() for row in rows]
    found: dict[str, list[Any]] = {"panel": [name for name, _ in lines]} if any(panels) else {}
    found["name"] = [row.name for _, row in lines]
    for k, head in enumerate((LEONTIEF, CES, HEADS[2])):
        column = [cell[k] for cell in cells]
        found |= {head: column} if any(column) else {}
    return found
