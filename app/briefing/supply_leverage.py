"""The part of the briefing on leverage: how little the seller earns beside what hangs on it, and how it decays."""

from __future__ import annotations

import numpy as np

from app.briefing.content import Block, FigureBlock, Paragraph
from app.briefing.findings import Findings
from app.briefing.supply import opened, region
from plots.amounts import decimals, level
from plots.at_stake import Amount, at_stake_chart
from plots.numbers import long_date, number
from plots.panels import Measure, Panel, panels_chart
from plots.style import Chart
from plots.two_forms import CES, LEONTIEF
from sim.analysis.economy import Band, band
from sim.analysis.supply import FORMS, Supply
from sim.analysis.supply_materials import Materials

ROWS, PANELS = 6, 6
"""Regions with a row of their own; regions whose leverage is drawn."""
STOP = Measure("weeks of output that a stop of 26 weeks costs", "weeks")


def what_hangs_on_it(found: Findings) -> list[Block]:
    """Sales beside the output that uses them; what a full stop would cost over time."""
    supply, materials = found.supply, found.materials
    if supply is None or materials is None:
        return []
    charts = [*_at_stake(found, supply, materials), *_leverage(found, supply)]
    note = (
        "Value added of the sectors that use the materials is what is exposed, not what is lost: stocks, other "
        "suppliers and substitutes stand between. A full stop is one of all Chinese tonnes from the day on, over "
        "26 weeks, in fixed proportions, without stockpiles or substitution beyond what is possible at once."
    )
    return [*map(FigureBlock, charts), Paragraph(note, note=True)]


# ── Sales and what hangs on them ─────────────────────────────────────────────────────────────────────


def _fixed(value: float) -> Band:
    return Band(value, value, value)


def _at_stake(found: Findings, supply: Supply, materials: Materials) -> list[Chart]:
    sales, hanging = materials.sales, materials.hanging
    if not all(value > 0 for value in (*sales.values(), *hanging.values())):
        return []
    order = sorted(hanging, key=lambda code: -hanging[code])
    rows = [Amount(f"Sales of China: {materials.names[code]}", _fixed(value), True) for code, value in sales.items()]
    if len(rows) > 1:
        rows.append(Amount("Sales of China: all of these", _fixed(sum(sales.values())), True))
    rows += [
        Amount(f"Output using them: {supply.region_names[code]}", _fixed(hanging[code]), False) for code in order[:ROWS]
    ]
    if len(order) > 1:
        rows.append(Amount("Output using them: all regions", _fixed(sum(hanging.values())), False))
    panels = {"A normal week, million USD": rows}
    lost = _lost(supply, materials)
    if any(row.amount.high > 0 for row in lost):
        panels[f"Lost by {long_date(supply.last)}, million USD"] = lost
    earned, whole = sum(sales.values()), sum(hanging.values())
    title = (
        f"China’s sales of these materials are {_money(earned)} a week; output of "
        f"{_money(whole)} a week hangs on them, {number(float(f'{whole / earned:.2g}'))} times as much"
    )
    subtitle = (
        "Export revenue of China beside value added of the sectors that use the materials, logarithmic scale. Dot: "
        "median; line: 5–95 % of futures"
    )
    return [at_stake_chart(panels, "million USD", title, subtitle, found.source)]


def _money(musd: float) -> str:
    """Million USD in words."""
    amount = float(f"{musd:.2g}")
    return f"{number(amount / 1000)} bn USD" if amount >= 1000 else f"{number(amount)} million USD"


def _lost(supply: Supply, materials: Materials) -> list[Amount]:
    revenue = materials.on("revenue_lost_musd", materials.last).sum(axis=1)
    more = " (below 0: it sells more)" if np.quantile(revenue, 0.05) < 0 else ""
    rows = [Amount(f"Sales of China{more}", band(revenue), True)]
    for form, name in zip(FORMS, (LEONTIEF, CES), strict=True):
        rows.append(Amount(f"Output, {name}", band(1000 * supply.value_lost(form).sum(axis=1)), False))
    return rows


# ── What a stop would cost ───────────────────────────────────────────────────────────────────────────


def _leverage(found: Findings, supply: Supply) -> list[Chart]:
    paths = {code: supply.path("stop_loss_weeks", code) for code in supply.regions}
    order = sorted(paths, key=lambda code: -float(paths[code].values[:, 0].mean()))
    chosen = [code for code in order if (paths[code].values > 0).any()][:PANELS]
    if not chosen:
        return []
    panels = [Panel(supply.region_names[code], STOP, paths[code].days, paths[code].values) for code in chosen]
    ends = [(float(np.median(paths[code].values[:, day])) for day in (0, -1)) for code in chosen[:1]]
    before, after = ends[0]
    places = decimals([before, after], 1)
    first, last = level(before, places), level(after, places)
    change = "the same" if first == last else f"{last}"
    title = opened(
        f"a full stop of 26 weeks would cost {region(supply, chosen[0])} {first} weeks of output on "
        f"{long_date(supply.first)} and {change} on {long_date(supply.last)} at the median"
    )
    if first != last and before > 0:
        title += f": leverage {'decays' if after < before else _grows(supply, chosen[0])}"
    left = len(supply.regions) - len(chosen)
    others = (
        f". {left} regions with less are not drawn"
        if left > 1
        else ". One region with less is not drawn"
        if left
        else ""
    )
    subtitle = (
        "Weeks of output of the using sectors that a stop of all Chinese tonnes from the day on would cost over 26 "
        f"weeks{others}"
    )
    return [panels_chart(panels, 3, title, subtitle, found.source, called="supply_leverage")]


def _grows(supply: Supply, code: str) -> str:
    """That leverage grows, and whether stocks have fallen meanwhile."""
    place = supply.regions.index(code)
    first, last = (float(np.median(supply.on("cover_weeks", day)[:, place])) for day in (supply.first, supply.last))
    return "grows as stocks run down" if last < first else "grows"
