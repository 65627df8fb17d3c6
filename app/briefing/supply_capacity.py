"""The part of the briefing on the slow way out: who else supplies the materials, by stage, and how soon."""

from __future__ import annotations

import math

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.briefing.supply import inner, opened
from plots.diversification import LEAD_TIMES, Reach, diversification_chart
from plots.numbers import long_date, number, percent
from plots.stages import Share, stages_chart
from plots.style import Chart
from sim.analysis.economy import Band
from sim.analysis.supply_materials import QUARTILES, Materials
from sim.days import day

END_TO_END = "end_to_end"
"""Stage of a chain without any Chinese step."""
RARE_EARTHS = ("light_rare_earths", "heavy_rare_earths", "yttrium")
"""Materials beside which the lead times of other mines and plants stand."""
DAYS_A_YEAR = 365.25


def how_soon(found: Findings) -> list[Block]:
    """Shares by stage on the first and last day; years to a quarter, half and three quarters of the demand."""
    materials = found.materials
    if materials is None:
        return []
    chart = _shares(found, materials)
    if chart is None:
        return []
    charts = [chart, *_years(found, materials)]
    return [*map(FigureBlock, charts), _years_table(materials), Paragraph(_note(materials), note=True)]


def years_told(one: Band, end: str) -> str:
    """Years in words, infinite ones as beyond the year to which capacity is followed: 12 years (7 to 18)."""

    def of(value: float) -> str:
        return f"beyond {end}" if math.isinf(value) else number(float(f"{value:.2g}"))

    middle, low, high = (of(value) for value in (one.middle, one.low, one.high))
    if math.isinf(one.middle):
        return middle if low == high else f"{middle} ({low} years to {high})"
    years = f"{middle} year{'' if middle == '1' else 's'}"
    return years if low == high else f"{years} ({low} to {high})"


def _note(materials: Materials) -> str:
    return (
        "A chain without China is as wide as its narrowest stage. Shares follow named projects as long as they are "
        f"known, then growth as it was seen; after {long_date(materials.last)} the policy of that day is held, to "
        f"{materials.about['horizon'][:4]}. What comes later is told as beyond that year."
    )


def slowest(materials: Materials) -> str | None:
    """The material for which half of the demand takes longest from end to end; None where no chain is told so."""
    if END_TO_END not in materials.stages:
        return None
    waits = {code: materials.years(code, END_TO_END, 50).middle for code in materials.materials}
    told = [code for code, years in waits.items() if not math.isnan(years)]
    return max(told, key=lambda code: waits[code]) if told else None


def _years(found: Findings, materials: Materials) -> list[Chart]:
    """Years to each share by stage, of the material that takes longest, above what took how long before."""
    code = slowest(materials)
    if code is None:
        return []
    name, last = inner(materials.names[code]), materials.about["horizon"]
    rows = [
        Reach(opened(materials.stage_names[stage]), float(part), materials.years(code, stage, part))
        for stage in materials.shares(code)
        for part in QUARTILES
    ]
    horizon = (day(last) - materials.first) / DAYS_A_YEAR
    half, held = (materials.years(code, END_TO_END, 50, held) for held in (False, True))
    title = (
        f"Half of the demand for {name} can be met without China from end to end {after(half, last[:4])} at the median"
    )
    if years_told(half, last[:4]) != years_told(held, last[:4]):
        title += f"; with {materials.reference} {after(held, last[:4])}"
    subtitle = (
        f"Years from {long_date(materials.first)} until suppliers outside China can meet shares of the demand outside "
        f"China for {name}, by stage; after {long_date(materials.last)} the policy of that day is held. Dot: median; "
        "line: 5–95 % of futures"
    )
    past = tuple(case for case in LEAD_TIMES if day(case.known) <= materials.first)  # nothing learnt after as_of
    cases = past if code in RARE_EARTHS else ()
    ways = ("years, as the futures go", "")
    return [diversification_chart(rows, cases, horizon, title, subtitle, found.source, regimes=ways)]


def after(one: Band, end: str) -> str:
    """When: after 12 years (7 to 18), only beyond 2045."""
    return f"{'only' if math.isinf(one.middle) else 'after'} {years_told(one, end)}"


def _years_table(materials: Materials) -> Table:
    """Years to each share of the demand by material and stage; to half of it with the policy of as_of held too."""
    end = materials.about["horizon"][:4]
    rows = []
    for code in materials.materials:
        for stage in materials.shares(code):
            row = [materials.names[code], opened(materials.stage_names[stage])]
            row += [years_told(materials.years(code, stage, part), end) for part in QUARTILES]
            rows.append([*row, years_told(materials.years(code, stage, 50, held=True), end)])
    columns = ["Material", "Stage", *(f"Years to {part} %" for part in QUARTILES), "To 50 %, policy held"]
    caption = f"Years from {long_date(materials.first)} until others can meet a share of the demand outside China"
    return Table(f"{caption}: medians and 5–95 % ranges", columns, rows, folded=True)


def _shares(found: Findings, materials: Materials) -> Chart | None:
    shares = {code: materials.shares(code) for code in materials.materials}
    panels = {
        materials.names[code]: [Share(opened(materials.stage_names[stage]), *one) for stage, one in by_stage.items()]
        for code, by_stage in shares.items()
        if by_stage
    }
    if not panels:
        return None
    cells = [(code, stage) for code, by_stage in shares.items() for stage in by_stage]
    code, stage = min(cells, key=lambda cell: shares[cell[0]][cell[1]][0])
    first, last = shares[code][stage]
    now, then = (percent(value / 100) for value in (first, last.middle))
    later = "the same" if now == then else then
    title = (
        f"Other suppliers can meet {now} of the demand for {inner(materials.names[code])} at the narrowest stage, "
        f"{inner(materials.stage_names[stage])}, and {later} on {long_date(materials.last)} at the median"
    )
    subtitle = (
        "Share of the demand outside China that other suppliers can meet, %, by stage, on "
        f"{long_date(materials.first)} and {long_date(materials.last)}. Dots: medians; line: 5–95 % of futures"
    )
    moments = (long_date(materials.first), long_date(materials.last))
    return stages_chart(panels, moments, title, subtitle, found.source)
