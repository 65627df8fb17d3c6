"""The part of the briefing for a reader's own odds: what the futures say if those hold."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.odds import carried, caution
from plots.believed import believed_chart
from plots.numbers import percent
from sim.analysis.belief import Believed, Shift


def if_you_believe(found: Findings) -> list[Block]:
    """Chart and table of the odds before and after; nothing where no beliefs were given."""
    weighed = found.believed
    if weighed is None:
        return []
    shifts = weighed.odds(found.result)
    held = [
        [_opened(belief.statement.holds), percent(base), percent(belief.share)]
        for belief, base in zip(weighed.beliefs, weighed.base, strict=True)
    ]
    subtitle = f"Share of futures, %, under your beliefs and as simulated. {carried(weighed)}"
    note = (
        "No future was played again: each is weighed so that your odds hold and as little else changes as can be. "
        "Within the futures in which a belief holds, and within those in which it does not, all stays as simulated. A "
        f"change of less than twice its error is no clear difference; changes are rounded on their own, not from "
        f"rounded odds. {carried(weighed)} {caution(weighed)}"
    )
    return [
        FigureBlock(believed_chart(shifts, found.titles, _finding(found, shifts, weighed), subtitle, found.source)),
        Table("What you believe", ["Statement", "As simulated", "As you believe"], held),
        Paragraph(note.strip(), note=True),
    ]


def _finding(found: Findings, shifts: dict[str, Shift], weighed: Believed) -> str:
    """What the beliefs move most; with one belief, which."""
    if len(weighed.beliefs) == 1:
        (belief,) = weighed.beliefs
        opening = f"If {belief.statement.holds} in {percent(belief.share)} of futures"
    else:
        opening = "If what you believe holds"
    clear = [name for name in shifts if shifts[name].clear]
    if not clear:
        return f"{opening}, no odds change clearly"
    name = max(clear, key=lambda outcome: abs(shifts[outcome].change))
    one = shifts[name]
    return f"{opening}, “{found.titles[name]}” has odds of {percent(one.share)} instead of {percent(one.base)}"


def _opened(words: str) -> str:
    """Words that open a cell."""
    return words[0].upper() + words[1:]
