"""The part of the briefing on threats and retreats."""

from __future__ import annotations

from app.briefing.answer import count
from app.briefing.content import Block, FigureBlock
from app.briefing.findings import Findings
from plots.numbers import long_date, percent
from plots.threats import Row, folded, threats_chart
from sim.analysis.branches import Branch, branches
from sim.analysis.threats import Fate, Threat, first_day, threats
from sim.results.result import Result

RARE = 0.02
"""What is announced in fewer futures is left out."""
MOST = 20
"""Rows that are drawn: those of which least is carried out, and that are longest in coming."""
OFTEN, SELDOM = 0.5, 0.05
"""Shares of futures that a title speaks of."""
LOOK_BACK = 0.04
"""Of the period: so much of what was announced before its first day is drawn."""


def threat_lanes(found: Findings) -> list[Block]:
    """The swimlane of what is announced and what becomes of it, in the typical future of the commonest branch."""
    branch, shown = _drawn(found.result)
    if not shown:
        return []
    record = found.scenario.is_record
    rows = [row for holder in found.deciders for row in _lane(found, holder, shown)]
    first, last = first_day(found.result), found.plan.horizon
    said = [stretch.first for one in shown for stretch in one.life.stretches]
    back = 0 if record else int(LOOK_BACK * (last - first))
    window = (min(first, max(min(said, default=first), first - back)), last)
    if record:
        subtitle = f"What was announced with a date ahead and what became of it, {_period(*window)}"
    else:
        subtitle = (
            f"Bars: a typical future that ends in “{branch.title}”, {_period(*window)}"
            f"{'; dotted: today' if window[0] < first else ''}. At the right: share of all futures"
        )
    title = _record(shown) if record else _finding(found, shown)
    rows = folded(rows)
    telling = set(sorted(range(len(rows)), key=lambda place: _plainness(rows[place]))[:MOST])
    kept, others = ([row for place, row in enumerate(rows) if (place in telling) is drawn] for drawn in (True, False))
    if others:
        subtitle += f". Shown: what was withheld or was longest in coming; {len(others)} more rows are in the table"
    chart = threats_chart(kept, window, first, title, subtitle, found.source, alone=record, others=others)
    return [FigureBlock(chart)]


def _drawn(result: Result) -> tuple[Branch, list[Threat]]:
    """The commonest branch, and what is announced; another one if nothing is announced in its typical future."""
    seen: list[tuple[Branch, list[Threat]]] = []
    for branch in branches(result):
        shown = [one for one in threats(result, branch.typical) if one.announced >= RARE]
        seen.append((branch, shown))
        if not shown or any(one.life.stretches for one in shown):
            return seen[-1]
    return seen[0]


def _lane(found: Findings, holder: str, shown: list[Threat]) -> list[Row]:
    """The rows of one holder: of a record in the order of their dates, else of the file."""
    parts = found.scenario.instruments
    rows = [
        Row(parts[one.name].title, found.deciders[holder], found.colours[holder], one.life, one.shares)
        for one in shown
        if parts[one.name].by == holder
    ]
    if found.scenario.is_record:
        rows.sort(key=lambda row: min((stretch.first for stretch in row.life.stretches), default=0))
    return rows


def _plainness(row: Row) -> tuple[float, int, int]:
    """Least for what is carried out least; then for what is put off most often, then for what is longest in coming."""
    begins = [stretch.first for stretch in row.life.stretches if stretch.in_force]
    said = min((stretch.first for stretch in row.life.stretches), default=0)
    early = sum(day <= min(begins, default=day) for day, _ in row.life.marks)
    return round(float(row.shares[Fate.carried_out]), 2), -early, -(min(begins, default=said) - said)


def _period(first: int, last: int) -> str:
    return f"{long_date(first)} to {long_date(last)}"


def _record(shown: list[Threat]) -> str:
    """How many of the threats were carried out, and what became of the others."""
    words = {
        Fate.carried_out: "carried out",
        Fate.withdrawn: "withdrawn",
        Fate.put_off: "put off",
        Fate.lapsed: "lapsed",
    }
    fates = [Fate(int(one.shares.argmax())) for one in shown]
    told = []
    for fate, said in words.items():
        if number := fates.count(fate):
            verb = "" if fate is Fate.lapsed else "was " if number == 1 else "were "
            told.append(f"{count(number)} {verb}{said}")
    if len(shown) == 1:
        return f"The one measure announced {told[0].partition(' ')[2]}"
    opening = f"Of {count(len(shown))} measures announced"
    *most, last = told
    return f"{opening}, {', '.join(most)} and {last}" if most else f"{opening}, all were {words[fates[0]]}"


def _finding(found: Findings, shown: list[Threat]) -> str:
    """How many of the threats ahead are carried out in most futures, or at least in some."""
    ahead = [one for one in shown if one.ahead] or shown
    kind = "measures announced" if any(one.ahead for one in shown) else "measures announced in some future"
    if len(ahead) == 1:
        one = ahead[0]
        title, share = found.scenario.instruments[one.name].title, float(one.shares[Fate.carried_out])
        return f"“{title}” is carried out in {percent(share)} of futures"
    often = [one for one in ahead if one.shares[Fate.carried_out] > OFTEN]
    if often and len(often) < len(ahead):
        least = min(ahead, key=lambda one: float(one.shares[Fate.carried_out]))
        share = float(least.shares[Fate.carried_out])
        title = found.scenario.instruments[least.name].title
        verb = "is" if len(often) == 1 else "are"
        return (
            f"Of {count(len(ahead))} {kind}, {count(len(often))} {verb} carried out in most futures; “{title}” in "
            f"{percent(share)}"
        )
    some = [one for one in ahead if one.shares[Fate.carried_out] > SELDOM]
    many = often or some
    verb = "is" if len(many) <= 1 else "are"
    how = "in most futures" if often else "in more than 5\u00a0% of futures"
    told = "all" if len(many) == len(ahead) else count(len(many)) if many else "none"
    return f"Of {count(len(ahead))} {kind}, {told} {verb} carried out {how}"
