"""The parts of the briefing on who acts: moves by actor, what each does and when, the last days to act."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Table
from app.briefing.findings import Findings
from app.show import last_days
from plots.moves import moves_chart
from plots.numbers import long_date, percent
from sim.analysis.deeds import Deed, deeds, kinds_of_moves
from sim.world.log import What

MOST_DEEDS = 25
_TELLING = (What.accepts, What.offers, What.enacts)
"""Kinds of moves that a finding is made of, in this order."""


def moves(found: Findings) -> list[Block]:
    """The chart of moves by actor and the table of what each does."""
    made = deeds(found.result)
    if not made:
        return []
    players = {player.name: player for player in found.plan.players}
    shares = kinds_of_moves(found.result)
    acting = [name for name in found.deciders if name in players and shares[players[name].index].max() > 0]
    kinds = [kind for kind in What if kind <= What.leaves and shares[:, kind - 1].max() > 0]
    chosen = shares[[players[name].index for name in acting]][:, [kind - 1 for kind in kinds]]
    chart = moves_chart(
        chosen,
        [found.deciders[name] for name in acting],
        [_verb(kind) for kind in kinds],
        [found.colours[name] for name in acting],
        _finding(found, made),
        found.source,
    )
    return [FigureBlock(chart), _deeds(found, made)]


def _finding(found: Findings, made: list[Deed]) -> str:
    """The most frequent move of the most telling kind."""
    one = next((deed for kind in _TELLING for deed in made if deed.what is kind), made[0])
    who = found.plan.players[one.who].title
    return f"{who} {_verb(one.what)} “{_subject(found, one)}” in {percent(one.share)} of futures"


def _deeds(found: Findings, made: list[Deed]) -> Table:
    order = list(found.deciders)
    shown = sorted(made[:MOST_DEEDS], key=lambda deed: order.index(found.plan.players[deed.who].name))
    rows = [
        [
            found.plan.players[deed.who].title,
            f"{_verb(deed.what)}: {_subject(found, deed)}",
            percent(deed.share),
            long_date(deed.day),
        ]
        for deed in shown
    ]
    caption = "What each actor does" + (f": the {MOST_DEEDS} most frequent moves" if len(made) > MOST_DEEDS else "")
    return Table(caption, ["Actor", "Move", "Futures", "First time (median)"], rows, folded=len(rows) > 12)


def _verb(kind: What) -> str:
    return kind.name.replace("_", " ")


def _subject(found: Findings, deed: Deed) -> str:
    section, _, name = deed.subject.partition(".")
    return str(getattr(found.scenario, section)[name].title)


def table(found: Findings) -> list[Block]:
    """Who is at the table."""
    rows = []
    for name, title in found.deciders.items():
        rules = sum(rule.startswith(f"{name}.") for rule in found.plan.rule_names)
        levers = [part.title for part in found.scenario.instruments.values() if part.by == name]
        kind = "coalition" if name in found.scenario.coalitions else "actor"
        rows.append([title, kind, str(rules), "; ".join(levers) or "–"])
    return [Table("Who is at the table", ["Name", "Kind", "Rules", "Levers held"], rows, folded=True)]


def deadlines(found: Findings) -> list[Block]:
    """The last days to act, if nobody moves before."""
    rows = [[long_date(day), who, what] for day, who, what in last_days(found.scenario)]
    return [Table("If nobody moves before", ["Day", "Who", "What is still open on that day"], rows)] if rows else []
