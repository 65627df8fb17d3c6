"""The part of the briefing on the slow way out: who else supplies the materials, by stage, and how soon."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Paragraph
from app.briefing.findings import Findings
from app.briefing.supply import inner, opened
from plots.amounts import level
from plots.numbers import long_date
from plots.stages import Share, stages_chart
from plots.style import Chart
from sim.analysis.supply_materials import Materials


def how_soon(found: Findings) -> list[Block]:
    """Shares by stage on the first and last day; years to a quarter, half and three quarters of the demand."""
    materials = found.materials
    if materials is None:
        return []
    chart = _shares(found, materials)
    return [FigureBlock(chart), Paragraph(_note(materials), note=True)] if chart else []


def _note(materials: Materials) -> str:
    return (
        "A chain without China is as wide as its narrowest stage. Shares follow named projects as long as they are "
        f"known, then growth as it was seen; after {long_date(materials.last)} the policy of that day is held, to "
        f"{materials.about['horizon'][:4]}. Years beyond that are told as never."
    )


def _shares(found: Findings, materials: Materials) -> Chart | None:
    shares = {code: materials.shares(code) for code in materials.materials}
    panels = {
        materials.names[code]: [Share(materials.stage_names[stage], *one) for stage, one in by_stage.items()]
        for code, by_stage in shares.items()
        if by_stage
    }
    if not panels:
        return None
    cells = [(code, stage) for code, by_stage in shares.items() for stage in by_stage]
    code, stage = min(cells, key=lambda cell: shares[cell[0]][cell[1]][1].middle)
    first, last = shares[code][stage]
    stays = level(first, 0) == level(last.middle, 0)
    change = f"stays at {level(first, 0)} %" if stays else f"goes from {level(first, 0)} % to {level(last.middle, 0)} %"
    title = opened(
        f"least of {inner(materials.names[code])} comes from elsewhere at the stage “{materials.stage_names[stage]}”: "
        f"its share {change} by {long_date(materials.last)} at the median"
    )
    subtitle = (
        f"Share of the demand outside China that other suppliers can meet, %, by stage, on {long_date(materials.first)} "
        f"and {long_date(materials.last)}. Dots: medians; line: 5–95 % of futures"
    )
    moments = (long_date(materials.first), long_date(materials.last))
    return stages_chart(panels, moments, title, subtitle, found.source)
