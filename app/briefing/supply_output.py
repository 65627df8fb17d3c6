"""The part of the briefing on output lost to shortage, in both forms of production, which are never averaged."""

from __future__ import annotations

import math

import numpy as np

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.briefing.supply import inner, opened, region
from plots.amounts import NEAR, decimals, told_level
from plots.numbers import long_date, number
from plots.style import Chart
from plots.two_forms import CES, LEONTIEF, Loss, digits, two_forms_chart
from sim.analysis.economy import band
from sim.analysis.supply import FORMS, Supply, TwoForms

REGIONS, ROWS = 2, 12
"""Regions that are drawn by sector, regions in a chart."""
UNIT = "weeks of output lost"
LEAST = 0.01
"""Weeks below which a loss is told as near nothing."""
ALIKE = 1.2
"""Ratio of two losses below which it is not told."""


def output_lost(found: Findings) -> list[Block]:
    """Charts by region and by sector, the table of value lost, what the two forms are."""
    supply = found.supply
    if supply is None:
        return []
    losses = supply.lost_by_region()
    if not any(one.leontief.high > 0 for one in losses.values()) and not supply.lost("leontief").any():
        said = f"No output is lost to shortage in any region, sector and future to {long_date(supply.last)}."
        return [Paragraph(f"{said}{_with_the_policy_held(supply)}")]
    charts = [_by_region(found, supply, losses), *_by_sector(found, supply)]
    return [*map(FigureBlock, charts), _table(supply, losses), Paragraph(_note(supply), note=True)]


def forms_drawn(supply: Supply) -> str:
    """Which form futures take where only one can be."""
    shares = str(supply.about["branches"])
    return (
        f"Each future takes one ({shares}) for what acts on policy and the economy"
        if "|" in shares
        else f"All futures take one ({shares}) for what acts on policy and the economy"
    )


def short(value: float) -> str:
    """A number of weeks in two digits that count."""
    return NEAR if 0 < value < LEAST else number(float(f"{value:.2g}"))


def gap(losses: TwoForms) -> str:
    """Both medians, and how many times the one is the other."""
    more, less = losses.leontief.middle, losses.ces.middle
    said = f"{short(more)} weeks of output if nothing can stand in for the missing material, {short(less)} if other "
    said += "inputs can"
    if min(more, less) < LEAST or max(more, less) < ALIKE * min(more, less):
        return said
    first, second = ("first", "second") if more > less else ("second", "first")
    return f"{said}; the {first} is {short(max(more, less) / min(more, less))} times the {second}"


def _note(supply: Supply) -> str:
    return (
        f"Two forms of production are followed in every future. {opened(LEONTIEF)}: a product lacks a part and is not "
        f"made, weighted by how critical the part is. {opened(CES)}: other parts and designs take its place, the "
        f"better the longer the shortage lasts. {forms_drawn(supply)}; which of them holds is not known, and their "
        "losses are not averaged. Output that is made up later is taken off."
    )


def _with_the_policy_held(supply: Supply) -> str:
    """What would be lost at the most under the reference, on average; nothing to say where that is nothing."""
    held = {form: supply.by_sector(f"held_lost_weeks_{form}").mean(axis=0) for form in FORMS}
    row, column = np.unravel_index(int(held["leontief"].argmax()), held["leontief"].shape)
    weeks = [short(float(held[form][row, column])) for form in FORMS]
    if held["leontief"][row, column] == 0:
        return ""
    return (
        f" With {supply.reference} {inner(supply.sector_names[supply.sectors[column]])} of "
        f"{region(supply, supply.regions[row])} would lose most, {weeks[0]} weeks on average if nothing can stand in "
        f"for the missing material, {weeks[1]} if other inputs can."
    )


def _over(supply: Supply) -> str:
    return f"from {long_date(supply.first)} to {long_date(supply.last)}"


def _by_region(found: Findings, supply: Supply, losses: dict[str, TwoForms]) -> Chart:
    order = supply.ranked[:ROWS]
    rows = [Loss(supply.region_names[code], losses[code]) for code in order]
    lead = max(order, key=lambda code: losses[code].leontief.middle)
    if losses[lead].leontief.middle == 0:
        one = losses[lead := order[0]]
        title = (
            f"No output is lost at the median; in 5 of 100 futures {region(supply, lead)} loses "
            f"{short(one.leontief.high)} weeks or more if nothing can stand in for the missing material, "
            f"{short(one.ces.high)} if other inputs can"
        )
    else:
        who = f"most is lost in {region(supply, lead)}" if len(order) > 1 else f"{region(supply, lead)} loses"
        title = opened(f"{who} at the median: {gap(losses[lead])}")
    subtitle = (
        f"Output of the sectors that use the materials, weeks lost {_over(supply)}. Dot: median; line: 5–95 % of "
        "futures"
    )
    if losses[lead].held_leontief is not None:
        subtitle += f"; tick: median with {supply.reference}"
    return two_forms_chart({"": rows}, UNIT, title, subtitle, found.source, called="supply_lost")


def _by_sector(found: Findings, supply: Supply) -> list[Chart]:
    losses = {code: supply.lost_by_sector(code) for code in supply.ranked[:REGIONS]}
    losses = {code: some for code, some in losses.items() if any(one.leontief.high > 0 for one in some.values())}
    if not losses:
        return []
    panels = {
        supply.region_names[code]: [Loss(supply.sector_names[sector], one) for sector, one in some.items()]
        for code, some in losses.items()
    }
    cells = [(code, sector) for code, some in losses.items() for sector in some]
    code, sector = max(cells, key=lambda cell: losses[cell[0]][cell[1]].leontief.middle)
    one = losses[code][sector]
    if one.leontief.middle == 0:
        code, sector = max(cells, key=lambda cell: losses[cell[0]][cell[1]].leontief.high)
        one = losses[code][sector]
        title = (
            f"No sector loses output at the median; in 5 of 100 futures {inner(supply.sector_names[sector])} of "
            f"{region(supply, code)} lose {short(one.leontief.high)} weeks or more if nothing can stand in for the "
            f"missing material, {short(one.ces.high)} if other inputs can"
        )
    else:
        title = f"{supply.sector_names[sector]} of {region(supply, code)} lose most at the median: {gap(one)}"
    subtitle = (
        f"Weeks of the sector’s output lost {_over(supply)}. Dot: median; line: 5–95 % of futures; tick: median with "
        f"{supply.reference}"
    )
    return [two_forms_chart(panels, UNIT, title, subtitle, found.source, called="supply_lost_sectors")]


def _table(supply: Supply, losses: dict[str, TwoForms]) -> Table:
    """Weeks and value added lost by region, in both forms."""
    values = {form: supply.value_lost(form) for form in FORMS}
    places = decimals((float(np.median(one[:, k])) for one in values.values() for k in range(one.shape[1])), 2)
    weeks = digits([Loss(code, one) for code, one in losses.items()])
    rows = []
    for code in supply.ranked:
        k = supply.regions.index(code)
        row = [supply.region_names[code]]
        row += [told_level(losses[code].leontief, weeks[0]), told_level(losses[code].ces, weeks[1])]
        row += [told_level(band(values[form][:, k]), places) for form in FORMS]
        share = supply.about["gdp_share_percent"][code]
        rows.append([*row, f"{share:.2g}" if math.isfinite(share) else "–"])
    names = [inner(LEONTIEF), inner(CES)]
    columns = ["Region", *(f"Weeks lost, {name}" for name in names), *(f"Bn USD lost, {name}" for name in names)]
    columns += ["The using sectors, % of GDP"]
    caption = f"Output and value added lost {_over(supply)}: medians and 5–95 % ranges"
    return Table(caption, columns, rows, folded=True)
