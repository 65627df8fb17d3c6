"""Fans over time in a grid of panels: each measure on one scale, the median under the reference as a dashed line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from plots import key
from plots.amounts import level, levels, of_bands, of_steps
from plots.fan import BANDS, LEVELS
from plots.lettering import balanced, height, spread, width
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, BLACK, GREY, INK, LABEL, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis, sample
from sim.analysis.economy import Band
from sim.days import date

GAP, AXIS, LOW = 12.0, 26.0, 78.0
"""Points: between panels, for the dates below, least height of a panel."""
DASH = (0, (4, 2))
DAYS = 4
"""Days of a panel in a reader's table."""
AIR = 0.06
NARROW, WIDE = 4.0, 200.0
"""Highest over lowest ratio of a logarithmic scale below which lines stand evenly, above which at powers of ten."""


@dataclass(frozen=True)
class Measure:
    """What panels show."""

    unit: str
    """as it is said: % of users"""
    column: str
    """ending of its columns in the data: percent"""
    log: bool = False
    """ratios to what was, on a logarithmic scale; else the scale begins at 0"""
    base: float = 0.0
    """the value at which a darker line stands"""


@dataclass(frozen=True)
class Panel:
    """A quantity over the recorded days."""

    title: str
    measure: Measure
    days: NDArray[np.int32]
    values: NDArray[np.float64]
    """[run, day]"""
    held: NDArray[np.float64] | None = None
    """[run, day] under the reference"""


@dataclass(frozen=True)
class _Scale:
    """Ends of a scale, and the values at which lines stand."""

    low: float
    high: float
    log: bool
    values: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value lies, 0 at the bottom to 1 at the top."""
        if self.log:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def panels_chart(
    panels: list[Panel],
    columns: int,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    called: str = "panels",
    reference: str = "median under the reference",
) -> Chart:
    """Panels line by line, `columns` to a line. Panels of one measure share a scale."""
    fans = [np.quantile(panel.values, LEVELS, axis=0) for panel in panels]
    held = [None if panel.held is None else np.median(panel.held, axis=0) for panel in panels]
    places = _places(panels, fans)
    scales = _scales(panels, fans, held)
    labels = [_labels(fan[:, -1], places[panel.measure]) for panel, fan in zip(panels, fans, strict=True)]
    across = body_width(size)
    columns = min(columns, len(panels))
    indent = max(width(words, SMALL) for scale in scales.values() for words in _numbers(scale)) + 3
    beside = max(width(words, SMALL, bold=True) for some in labels for _, words in some) + 5
    wide = (across - GAP * (columns - 1)) / columns - indent - beside
    heads = [balanced(panel.title, indent + wide + beside - 4, LABEL, bold=True) for panel in panels]
    lines = [list(range(k, min(k + columns, len(panels)))) for k in range(0, len(panels), columns)]
    above = [max(height(heads[k], LABEL) for k in line) + 6 for line in lines]
    items = _key(any(len(panel.values) > 1 for panel in panels), any(one is not None for one in held), reference)
    top = key.height(items, across) + 6 if items else 0.0
    spare = room(size, title, subtitle, source) - top - sum(above) - len(lines) * AXIS
    tall = min(max(LOW, spare / len(lines)), 190.0 if len(lines) == 1 else 130.0)
    with house_style():
        made = sheet(size, title, subtitle, source, top + sum(above) + len(lines) * (tall + AXIS))
        key.draw(made, items, 0)
        for line, head in zip(lines, above, strict=True):
            for place, k in enumerate(line):
                left = place * (indent + wide + beside + GAP)
                made.text(left, top, heads[k], va="top", fontweight="bold")
                spot = (left + indent, top + head, wide, tall)
                _panel(made, panels[k], fans[k], held[k], scales[panels[k].measure], labels[k], spot)
            top += head + tall + AXIS
    said = "; ".join(_told(*one, places) for one in zip(panels, fans, held, strict=True))
    cues = [Cue("median", ACCENT, shape="solid")]
    cues += [Cue(words, tint(ACCENT, strong)) for words, strong in BANDS.items()]
    cues += [Cue("reference", BLACK, shape="dashed")] if any(one is not None for one in held) else []
    table = _table(panels, fans, held)
    shown = _key_values(panels, fans, held, places)
    return Chart(called, made.figure, title, subtitle, f"{title}. {said}.", table, shown, made.head, tuple(cues))


# ── Scales ───────────────────────────────────────────────────────────────────────────────────────────


def _places(panels: list[Panel], fans: list[NDArray[np.float64]]) -> dict[Measure, int]:
    """Measure → decimals of its labels, by the last day; a ratio is told by what is over one."""
    found: dict[Measure, list[Band]] = {}
    for panel, fan in zip(panels, fans, strict=True):
        found.setdefault(panel.measure, []).append(Band(*fan[[0, 2, 4], -1].tolist()))
    return {measure: 2 if measure.log else min(2, of_bands(bands, 2)) for measure, bands in found.items()}


def _scales(
    panels: list[Panel], fans: list[NDArray[np.float64]], held: list[NDArray[np.float64] | None]
) -> dict[Measure, _Scale]:
    """Measure → the scale on which all its panels have room."""
    found: dict[Measure, list[NDArray[np.float64]]] = {}
    for panel, fan, line in zip(panels, fans, held, strict=True):
        found.setdefault(panel.measure, []).extend([fan.ravel(), *([] if line is None else [line])])
    return {measure: _scale(measure, np.concatenate(values)) for measure, values in found.items()}


def _scale(measure: Measure, values: NDArray[np.float64]) -> _Scale:
    there = values[np.isfinite(values)]
    low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 0.0)
    if measure.log:
        low, high = min(low, 1 / 1.1), max(high, 1.1)
        low, high = low / (high / low) ** AIR, high * (high / low) ** AIR
        if high / low < NARROW:
            ticks = MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(low, high)
        else:
            ticks = LogLocator(base=10, subs=(1, 2, 5) if high / low < WIDE else (1,)).tick_values(low, high)
        return _Scale(low, high, True, tuple(float(one) for one in ticks if low < one < high) or (1.0,))
    low, high = min(0.0, measure.base, low), max(measure.base, high)
    high = high if high > low else low + 1.0
    air = AIR * (high - low)
    high, low = high + air, low - air if low < 0 else low
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low, high)
    return _Scale(
        low, high, False, tuple(0.0 if abs(one) < 1e-12 else float(one) for one in ticks if low <= one < high)
    )


def _numbers(scale: _Scale) -> list[str]:
    """What stands at the lines of a scale."""
    if scale.log:
        return [f"{value:,.3g}×" for value in scale.values]
    digits = of_steps(scale.values)
    return [level(value, digits) if value else "0" for value in scale.values]


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────


def _panel(
    made: Sheet,
    panel: Panel,
    fan: NDArray[np.float64],
    held: NDArray[np.float64] | None,
    scale: _Scale,
    labels: list[tuple[float, str]],
    place: tuple[float, float, float, float],
) -> None:
    left, above, wide, tall = place
    axes = made.axes(left, above, wide, tall)
    date_axis(axes, int(panel.days[0]), int(panel.days[-1]), wide)
    if scale.log:
        axes.set_yscale("log")
        axes.minorticks_off()
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(list(scale.values), [""] * len(scale.values))
    axes.grid(visible=True, axis="y")
    axes.axhline(panel.measure.base, color=GREY, linewidth=0.9, zorder=1)
    _fan(axes, panel.days, fan)
    if held is not None:
        axes.plot(panel.days, held, color=BLACK, linewidth=1.1, linestyle=DASH, zorder=4)
    for value, words in zip(scale.values, _numbers(scale), strict=True):
        made.text(left - 2, above + tall * (1 - scale.at(value)), words, fontsize=SMALL, color=GREY, ha="right")
    wanted = [above + tall * (1 - scale.at(value)) + k * 1e-6 for k, (value, _) in enumerate(labels)]
    for y, (_, words) in zip(spread(wanted, 9.5, above + 4, above + tall - 3), labels, strict=True):
        bold = words.startswith("median") or len(labels) == 1
        look: dict[str, Any] = {"color": INK, "fontweight": "bold"} if bold else {"color": GREY}
        made.text(left + wide + 4, y, words, fontsize=SMALL, **look)


def _fan(axes: Axes, days: NDArray[np.int32], fan: NDArray[np.float64]) -> None:
    """Straight from one recorded day to the next; a single day is a short line."""
    for low, high, strong in zip((0, 1), (4, 3), BANDS.values(), strict=True):
        axes.fill_between(days, fan[low], fan[high], color=tint(ACCENT, strong), linewidth=0)
    axes.plot(days, fan[2], color=ACCENT, linewidth=1.8)


def _labels(ends: NDArray[np.float64], places: int) -> list[tuple[float, str]]:
    """Value and words at the end, from the top: the median, and the band where it is more than a line."""
    low, middle, high = (level(float(ends[k]), places) for k in (0, 2, 4))
    if low == high:
        return [(float(ends[2]), middle)]
    return [(float(ends[4]), f"95 %: {high}"), (float(ends[2]), f"median {middle}"), (float(ends[0]), f"5 %: {low}")]


def _key(fans: bool, held: bool, reference: str) -> list[key.Item]:
    def line(colour: str, thick: float, dash: Any) -> key.Drawing:
        def drawing(axes: Axes, x: float, y: float) -> None:
            axes.plot([x, x + 20], [y, y], color=colour, linewidth=thick, linestyle=dash)

        return drawing

    def band(strong: float) -> key.Drawing:
        def drawing(axes: Axes, x: float, y: float) -> None:
            axes.fill_between([x, x + 14], y - 4, y + 4, color=tint(ACCENT, strong), linewidth=0)

        return drawing

    bands = [(14.0, band(0.5), "50 of 100 futures"), (14.0, band(0.2), "90 of 100")] if fans else []
    dashed = [(20.0, line(BLACK, 1.1, DASH), reference)] if held else []
    return [(20.0, line(ACCENT, 1.8, "-"), "median"), *bands, *dashed] if bands or dashed else []


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _told(panel: Panel, fan: NDArray[np.float64], held: NDArray[np.float64] | None, places: dict[Measure, int]) -> str:
    digits = places[panel.measure]
    first, last = (Band(*fan[[0, 2, 4], day].tolist()) for day in (0, -1))
    said = (
        f"{panel.title}, {panel.measure.unit}: median {level(first.middle, digits)} at first, "
        f"{level(last.middle, digits)} on the last day, 90 of 100 futures {levels(last, digits)}"
    )
    return said if held is None else f"{said}; {level(float(held[-1]), digits)} with the policy held"


def _table(
    panels: list[Panel], fans: list[NDArray[np.float64]], held: list[NDArray[np.float64] | None]
) -> dict[str, list[Any]]:
    """Every recorded day of every panel; columns by measure, empty where a panel has another."""
    table: dict[str, list[Any]] = {"panel": [], "date": []}
    for panel in panels:
        table["panel"] += [panel.title] * len(panel.days)
        table["date"] += [date(int(day)) for day in panel.days]
    endings = dict.fromkeys(panel.measure.column for panel in panels)
    for ending in endings:
        for k, name in enumerate([*(f"p{round(one * 100)}" for one in LEVELS), "policy_held"]):
            cells: list[Any] = []
            for panel, fan, line in zip(panels, fans, held, strict=True):
                own = line if k == len(LEVELS) else fan[k]
                shown = own is not None and panel.measure.column == ending
                cells += np.round(own, 5).tolist() if own is not None and shown else [""] * len(panel.days)
            if any(cell != "" for cell in cells):
                table[f"{name}_{ending}"] = cells
    return table


def _key_values(
    panels: list[Panel],
    fans: list[NDArray[np.float64]],
    held: list[NDArray[np.float64] | None],
    places: dict[Measure, int],
) -> dict[str, list[Any]]:
    """Some days of each panel, written as on the chart."""
    names = ["panel", "date", "measure", "median", "5 to 95 % of futures", "policy held, median"]
    found: dict[str, list[Any]] = {name: [] for name in names[: len(names) - all(one is None for one in held)]}
    for panel, fan, line in zip(panels, fans, held, strict=True):
        digits = places[panel.measure]
        for day in sample(len(panel.days), DAYS):
            one = Band(*fan[[0, 2, 4], day].tolist())
            cells = [panel.title, date(int(panel.days[day])), panel.measure.unit, level(one.middle, digits)]
            cells += [levels(one, digits), "–" if line is None else level(float(line[day]), digits)]
            for column, cell in zip(found.values(), cells, strict=False):
                column.append(cell)
    return found
