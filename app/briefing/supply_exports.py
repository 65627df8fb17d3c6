"""The parts of the briefing on licences and exports, and on the prices of materials."""

from __future__ import annotations

import numpy as np

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.briefing.supply import bracketed, inner, named, opened
from plots.numbers import long_date, number, whole
from plots.panels import Measure, Panel, panels_chart
from plots.style import Chart
from sim.analysis.economy import Band, band
from sim.analysis.supply import times
from sim.analysis.supply_materials import Materials

DRAWN = 4
"""Materials that are drawn."""
NORMAL = 99.5
"""Per cent of normal exports above which they are told as normal."""
TWICE = 2.0
"""Ratio from which a price is told as times, below as per cent more."""
EXPORTS = Measure("exports, % of normal", "percent", base=100.0)
BACKLOG = Measure("weeks of normal exports that wait for a licence", "weeks")
RATIO = Measure("price, times what it was", "times", log=True, base=1.0)


def licences_and_exports(found: Findings) -> list[Block]:
    """Chinese exports and licences that wait, by material over time; a table."""
    materials = found.materials
    if materials is None:
        return []
    if not materials.curbed:
        last = long_date(materials.last)
        return [Paragraph(f"China exports as much of {named(found)} as in normal times in every future to {last}.")]
    return [FigureBlock(_exports(found, materials)), _exports_table(materials)]


def prices(found: Findings) -> list[Block]:
    """What is quoted and what is paid on average, apart; a table."""
    materials = found.materials
    if materials is None:
        return []
    if not materials.dearer:
        last = long_date(materials.last)
        return [Paragraph(f"Prices of {named(found)} outside China stay as they are in every future to {last}.")]
    note = (
        "A quote is what the few who must buy at once are asked; most tonnes move under contracts. What is paid is the "
        "mean over all tonnes."
    )
    return [FigureBlock(_prices(found, materials)), _prices_table(materials), Paragraph(note, note=True)]


# ── Exports ──────────────────────────────────────────────────────────────────────────────────────────


def _exports(found: Findings, materials: Materials) -> Chart:
    chosen = materials.curbed[:DRAWN]
    panels = []
    for code in chosen:
        name = materials.names[code]
        shipped, waiting = (materials.path(column, code) for column in ("exports_percent", "backlog_weeks"))
        held = materials.path("held_exports_percent", code).values
        panels.append(Panel(f"{name}: exports, % of normal", EXPORTS, shipped.days, shipped.values, held))
        panels.append(Panel(f"{name}: waiting for a licence, weeks of exports", BACKLOG, waiting.days, waiting.values))
    subtitle = (
        f"Chinese exports against normal ones and applications that wait, by material, every 28 days to "
        f"{long_date(materials.last)}{_others(materials.curbed)}"
    )
    title = _exports_finding(materials, chosen[0])
    reference = f"median with {materials.reference}"
    return panels_chart(panels, 2, title, subtitle, found.source, called="supply_exports", reference=reference)


def _exports_finding(materials: Materials, code: str) -> str:
    place = materials.materials.index(code)
    lowest, waiting = (
        band(materials.least("exports_percent")[:, place]),
        band(materials.peak("backlog_weeks")[:, place]),
    )
    name = inner(materials.names[code])
    if lowest.low > NORMAL:
        held = float(np.median(materials.least("held_exports_percent")[:, place]))
        fall = f"with {materials.reference} they fall to {_percent(held)} of normal at the median"
        return f"Exports of {name} stay normal in 95 of 100 futures; {fall}"
    if lowest.middle > NORMAL:
        return f"Exports of {name} stay normal at the median; in 5 of 100 futures they fall to {_percent(lowest.low)}"
    stops = _percent(lowest.middle) == _percent(0)
    said = f"Exports of {name} {'stop' if stops else f'fall to {_percent(lowest.middle)} of normal'} at the median"
    if _percent(lowest.low) != _percent(lowest.high):
        said += f", {whole(lowest.low):.0f} to {_percent(lowest.high)} in 90 of 100 futures"
    return f"{said}; up to {_in_weeks(waiting.middle)} of exports wait for a licence"


def _percent(value: float) -> str:
    return f"{whole(value):.0f} %"


def _in_weeks(value: float) -> str:
    words = number(float(f"{value:.2g}"))
    return f"{words} week{'' if words == '1' else 's'}"


def _others(moved: list[str]) -> str:
    """How many are left to the table."""
    left = len(moved) - DRAWN
    return f". {left} more in the table" if left > 0 else ""


def _exports_table(materials: Materials) -> Table:
    lowest, held = (materials.least(column) for column in ("exports_percent", "held_exports_percent"))
    backlog, wait = (materials.peak(column) for column in ("backlog_weeks", "wait_weeks"))
    last = materials.on("exports_percent", materials.last)
    rows = []
    for code in materials.materials:
        k = materials.materials.index(code)
        row = [materials.names[code], _levels(band(lowest[:, k])), f"{whole(float(np.median(held[:, k]))):.0f}"]
        row += [_levels(band(last[:, k])), _levels(band(backlog[:, k]), 1)]
        rows.append([*row, bracketed(times(wait[:, k]))])
    columns = ["Material", "Lowest exports, % of normal", "Lowest with the policy held", "Exports on the last day, %"]
    columns += ["Most that waits, weeks of exports", "Longest wait for a licence, weeks"]
    return Table("Exports and licences by material: medians and 5–95 % ranges", columns, rows, folded=True)


def _levels(one: Band, places: int = 0) -> str:
    low, middle, high = (f"{value:,.{places}f}" for value in (one.low, one.middle, one.high))
    return middle if low == high else f"{middle} ({low} to {high})"


# ── Prices ───────────────────────────────────────────────────────────────────────────────────────────


def _prices(found: Findings, materials: Materials) -> Chart:
    panels = []
    for code in materials.dearer[:DRAWN]:
        for column, what in (("quoted_ratio", "quoted"), ("transacted_ratio", "paid on average")):
            path = materials.path(column, code)
            panels.append(Panel(f"{materials.names[code]}: {what}", RATIO, path.days, path.values))
    code = materials.dearer[0]
    place = materials.materials.index(code)
    quoted, paid = (band(materials.peak(column)[:, place]) for column in ("quoted_ratio", "transacted_ratio"))
    title = opened(
        f"the quote for {inner(materials.names[code])} outside China {rise(quoted.middle)} at the median"
        f"{_up_to(quoted)}; what is paid on average {rise(paid.middle)}"
    )
    subtitle = (
        f"Price outside China, times the price of {long_date(materials.first)}, logarithmic scale, every 28 days to "
        f"{long_date(materials.last)}{_others(materials.dearer)}"
    )
    return panels_chart(panels, 2, title, subtitle, found.source, called="supply_prices")


def rise(ratio: float) -> str:
    """What a price does that peaks at a ratio to what it was."""
    if ratio >= TWICE:
        return f"peaks at {number(float(f'{ratio:.2g}'))} times what it was"
    return "stays as it is" if ratio < 1.005 else f"rises by up to {whole(100 * (ratio - 1)):.0f} %"


def _up_to(one: Band) -> str:
    if one.low == one.high:
        return ""
    much = (
        f"{number(float(f'{one.high:.2g}'))} times"
        if one.high >= TWICE
        else f"{whole(100 * (one.high - 1)):.0f} % more"
    )
    return f", {much} in 5 of 100 futures"


def _prices_table(materials: Materials) -> Table:
    rows = []
    for k, code in enumerate(materials.materials):
        row = [materials.names[code]]
        row += [_levels(band(materials.peak(f"{kind}_ratio")[:, k]), 2) for kind in ("quoted", "transacted")]
        rows.append([*row, _levels(band(materials.least("chinese_ratio")[:, k]), 2)])
    columns = ["Material", "Highest quote outside China", "Highest price paid, mean of all tonnes"]
    columns += ["Lowest price in China"]
    return Table("Prices, times those of the first day: medians and 5–95 % ranges", columns, rows, folded=True)
