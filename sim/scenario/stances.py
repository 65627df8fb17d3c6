"""Stances: what an actor may do about the others' quarrel, as changes of the rules that the file has.

It joins a group, it waits, or a side deal frees it. Each stance is a list of settings (`path=value`) to be laid over
the scenario, so that it is played on the same futures as what-ifs are. Conditions of rules stay as they are: they say
when a move makes sense. Only how likely the move is then changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sim.scenario.model import Deal, Scenario
from sim.scenario.moves import Accept, Exempt, Join, Leave, Offer
from sim.scenario.policies import Doctrine, Rule
from sim.scenario.provenance import Documented

Wanted = Callable[[Any], bool]
"""Whether a move is one of those that a stance is about."""
CERTAIN, NEVER = "100 %", "0 %"


@dataclass(frozen=True)
class Stance:
    """One thing that the actor may do."""

    name: str
    """joins, waits or side_deal"""
    noun: str
    title: str
    sets: tuple[str, ...] = ()
    """settings to lay over the scenario, as for `--set`"""
    missing: str = ""
    """why it cannot be played, where it cannot"""


def stances(scenario: Documented, actor: str) -> list[Stance]:
    """Joining, waiting, a side deal: each with its settings, or why there is none."""
    return [_joins(scenario, actor), _waits(scenario, actor), _side_deal(scenario, actor)]


def side_deals(scenario: Scenario, actor: str) -> dict[str, Deal]:
    """The deals that free the actor from an instrument, and those of its own beside the main agreements.

    Who holds levers or is a party of an agreement sits at the main table; of its deals only those that free somebody
    count.
    """
    principal = any(part.by == actor for part in scenario.instruments.values())
    principal |= any(actor in agreement.parties for agreement in scenario.agreements.values())
    found = {}
    for name, deal in scenario.deals.items():
        freed = [freed for move in deal.terms if isinstance(move, Exempt) for freed in move.exempt]
        if actor in freed or (actor in deal.parties and (freed or not principal)):
            found[name] = deal
    return found


def _joins(scenario: Documented, actor: str) -> Stance:
    title = scenario.actors[actor].title
    groups = [move.join for _, rule in _rules(scenario, actor) for move in rule.do if isinstance(move, Join)]
    if not groups:
        return Stance("joins", "joining", f"{title} joins", missing=f"no rule of {title} joins a group")
    named = " and ".join(scenario.coalitions[name].title for name in dict.fromkeys(groups))
    sets = [
        *_certain(scenario, actor, lambda move: isinstance(move, Join), "joins"),
        *_dropped(scenario, actor, lambda move: isinstance(move, Leave) and move.leave in groups),
    ]
    return Stance("joins", "joining", f"{title} joins: {named}", tuple(sets))


def _waits(scenario: Documented, actor: str) -> Stance:
    title, deals = scenario.actors[actor].title, side_deals(scenario, actor)
    sets = tuple(_dropped(scenario, actor, lambda move: isinstance(move, Join) or _consents(move, deals)))
    missing = "" if sets else f"no rule of {title} joins a group or makes a side deal, so it waits as it is"
    return Stance("waits", "waiting", f"{title} waits", sets, missing)


def _side_deal(scenario: Documented, actor: str) -> Stance:
    title, deals = scenario.actors[actor].title, side_deals(scenario, actor)
    name, noun, heading = "side_deal", "a side deal", f"Side deal for {title}"
    if not deals:
        return Stance(
            name, noun, heading, missing=f"no deal of the file frees {title} from an instrument or is its own"
        )
    movers = [decider for decider, _ in scenario.deciders()]
    moves = [move for mover in movers for _, rule in _rules(scenario, mover) for move in rule.do]
    offered = {move.offer for move in moves if isinstance(move, Offer)}
    taken = {move.accept for move in moves if isinstance(move, Accept)}
    open_ = [deal for deal in deals if deal in offered and deal in taken]
    if not open_:
        lacking = "offers" if not offered & set(deals) else "accepts"
        named = " or ".join(f"“{deal.title}”" for deal in deals.values())
        return Stance(name, noun, heading, missing=f"no rule {lacking} {named}")
    sets = [text for mover in movers for text in _certain(scenario, mover, lambda move: _consents(move, open_), name)]
    return Stance(name, noun, heading, tuple(sets))


def _consents(move: Any, deals: Collection[str]) -> bool:
    return (isinstance(move, Offer) and move.offer in deals) or (isinstance(move, Accept) and move.accept in deals)


def _rules(scenario: Scenario, decider: str) -> Iterator[tuple[str, Rule]]:
    policy = dict(scenario.deciders())[decider].policy
    yield from policy.rules.items() if isinstance(policy, Doctrine) else ()


def _at(scenario: Scenario, decider: str, rule: str) -> str:
    section = "actors" if decider in scenario.actors else "coalitions"
    return f"{section}.{decider}.policy.rules.{rule}"


def _certain(scenario: Scenario, decider: str, wanted: Wanted, stance: str) -> Iterator[str]:
    """Settings under which the decider makes the wanted moves whenever its rules allow them.

    A rule that does other things besides stays, and one more rule makes the wanted moves alone.
    """
    for name, rule in _rules(scenario, decider):
        chosen = [{move.verb: getattr(move, move.verb)} for move in rule.do if wanted(move)]
        if len(chosen) == len(rule.do):
            yield f"{_at(scenario, decider, name)}.probability={CERTAIN}"
        elif chosen:
            added = {"title": rule.title or name.replace("_", " "), "at": rule.at, "when": rule.when.text, "do": chosen}
            yield f"{_at(scenario, decider, f'{stance}_{name}')}={json.dumps(added, ensure_ascii=False)}"


def _dropped(scenario: Documented, decider: str, wanted: Wanted) -> Iterator[str]:
    """Settings under which the decider never makes the wanted moves, and everything else as before."""
    for name, rule in _rules(scenario, decider):
        left = [place for place, move in enumerate(rule.do) if not wanted(move)]
        at = _at(scenario, decider, name)
        if not left:
            yield f"{at}.probability={NEVER}"
        elif len(left) < len(rule.do):
            written = scenario.tree.at((*at.split("."), "do"))
            yield f"{at}.do={json.dumps([written[place] for place in left], ensure_ascii=False, default=str)}"
