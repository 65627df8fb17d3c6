"""Builds the briefing from results: its parts in their order, charts written beside the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.briefing import (
    actors,
    economy_revenue,
    economy_trade,
    futures,
    in_force,
    inputs,
    record,
    supply,
    supply_capacity,
    supply_exports,
    supply_leverage,
    supply_output,
)
from app.briefing.answer import answer
from app.briefing.beliefs import if_you_believe
from app.briefing.comparisons import comparisons
from app.briefing.content import Block, Briefing, Section
from app.briefing.economy import gains_and_losses
from app.briefing.findings import Findings
from app.briefing.focus import focus_page
from app.briefing.html import render
from app.briefing.must_be_true import what_must_be_true
from app.briefing.partings import partings
from app.briefing.seen import Focus
from app.briefing.threats import threat_lanes
from app.briefing.what_if_paths import what_if_paths
from app.briefing.what_ifs import what_ifs
from plots.numbers import long_date
from plots.style import write
from sim.analysis.belief import Believed
from sim.results.result import Result

Part = Callable[[Findings], list[Block]]
SECTIONS: dict[str, tuple[Part, ...]] = {
    "Odds": (futures.odds,),
    "If you believe": (if_you_believe,),
    "What must be true": (what_must_be_true,),
    "What happens when": (partings, futures.calendar, futures.agreements),
    "What is in force": (in_force.in_force,),
    "Tariff paths": (futures.tariffs,),
    "Who gains and loses": (gains_and_losses,),
    "Trade before and after": (economy_trade.trade,),
    "Revenue and prices": (economy_revenue.revenue_and_prices,),
    "Sectors most hit": (economy_trade.sectors_hit,),
    "Weeks to a stoppage": (supply.weeks_to_a_stoppage,),
    "Output lost to shortage": (supply_output.output_lost,),
    "Licences and exports": (supply_exports.licences_and_exports,),
    "Prices of materials": (supply_exports.prices,),
    "How soon without China": (supply_capacity.how_soon,),
    "What hangs on the sales": (supply_leverage.what_hangs_on_it,),
    "Who moves": (threat_lanes, actors.moves, actors.table),
    "What if": (what_ifs, what_if_paths),
    "Last days to act": (actors.deadlines,),
    "Other measures": (inputs.measures,),
    "Beside published figures": (comparisons,),
    "Assumptions": (inputs.assumptions,),
    "What is left out": (inputs.left_out,),
    "How this was made": (inputs.made,),
}
RECORD: dict[str, tuple[Part, ...]] = {
    "Tariff paths": (record.tariffs,),
    "What happened when": (record.calendar, record.chronicle),
    "Threats": (threat_lanes, record.threats),
    "In force on the last day": (in_force.in_force, record.standing),
    "Beside published figures": (comparisons,),
    "Who moves": (actors.table,),
    "Other measures": (record.measures,),
    "Sources": (record.sources, inputs.assumptions),
    "What is left out": (inputs.left_out,),
    "How this was made": (inputs.made,),
}
"""The briefing of a past that is replayed, with nothing ahead: no odds, no what-ifs, no last days to act."""


CHARTS = "charts"
"""Folder of the charts, beside the page."""


PAGE = "briefing.html"


def write_briefing(
    result: Result,
    others: list[Result],
    folder: Path,
    command: str,
    focus: Focus | None = None,
    believed: Believed | None = None,
    charts: str = CHARTS,
) -> Path:
    """Write `briefing.html` and its charts into the folder; returns the page. `others` are the what-ifs.

    With a focus its page is written too, and the two link to each other.
    """
    found = Findings(result, others, command, believed)
    pages = {PAGE: build(found, focus)}
    if focus is not None:
        pages[focus.page] = focus_page(found, focus)
    for name, briefing in pages.items():
        for chart in briefing.charts():
            write(chart, folder / charts)
        (folder / name).write_text(render(briefing, folder / charts), encoding="utf-8")
    return folder / PAGE


def build(found: Findings, focus: Focus | None = None) -> Briefing:
    """The content of the briefing; sections that hold nothing are left out."""
    past = found.scenario.is_record
    chosen = RECORD if past else SECTIONS
    sections = [Section(title, [block for part in parts for block in part(found)]) for title, parts in chosen.items()]
    as_of, horizon = long_date(found.plan.as_of), long_date(found.plan.horizon)
    return Briefing(
        found.scenario.title,
        found.scenario.question or "",
        record.answer(found) if past else answer(found),
        f"The record, {long_date(found.plan.start)} to {as_of}" if past else f"As of {as_of} · to {horizon}",
        [section for section in sections if section.blocks],
        {} if focus is None else {focus.page: f"A page for {focus.title}"},
    )
