"""Builds the briefing from results: its parts in their order, charts written beside the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.briefing import actors, futures, inputs
from app.briefing.answer import answer
from app.briefing.content import Block, Briefing, Section
from app.briefing.findings import Findings
from app.briefing.focus import focus_page
from app.briefing.html import render
from app.briefing.seen import Focus
from app.briefing.what_ifs import what_ifs
from plots.numbers import long_date
from plots.style import write
from sim.results.result import Result

Part = Callable[[Findings], list[Block]]
SECTIONS: dict[str, tuple[Part, ...]] = {
    "Odds": (futures.odds,),
    "What happens when": (futures.calendar, futures.agreements),
    "Tariff paths": (futures.tariffs,),
    "Who moves": (actors.moves, actors.table),
    "What if": (what_ifs,),
    "Last days to act": (actors.deadlines,),
    "Other measures": (inputs.measures,),
    "Assumptions": (inputs.assumptions,),
    "What is left out": (inputs.left_out,),
    "How this was made": (inputs.made,),
}


PAGE = "briefing.html"


def write_briefing(
    result: Result, others: list[Result], folder: Path, command: str, focus: Focus | None = None
) -> Path:
    """Write `briefing.html` and `charts/` into the folder; returns the page. `others` are the what-ifs.

    With a focus its page is written too, and the two link to each other.
    """
    found = Findings(result, others, command)
    pages = {PAGE: build(found, focus)}
    if focus is not None:
        pages[focus.page] = focus_page(found, focus)
    for name, briefing in pages.items():
        for chart in briefing.charts():
            write(chart, folder / "charts")
        (folder / name).write_text(render(briefing, folder / "charts"), encoding="utf-8")
    return folder / PAGE


def build(found: Findings, focus: Focus | None = None) -> Briefing:
    """The content of the briefing; sections that hold nothing are left out."""
    sections = [Section(title, [block for part in parts for block in part(found)]) for title, parts in SECTIONS.items()]
    return Briefing(
        found.scenario.title,
        found.scenario.question or "",
        answer(found),
        f"As of {long_date(found.plan.as_of)} · to {long_date(found.plan.horizon)}",
        [section for section in sections if section.blocks],
        {} if focus is None else {focus.page: f"A page for {focus.title}"},
    )
