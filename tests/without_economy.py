"""Shipped scenarios without economy and supply, for tests of who moves when: those take most of the time."""

import re
from functools import cache

import sim
from sim.scenario.expressions import Kind
from sim.scenario.names import ECONOMY, SUPPLY

READS = re.compile(rf"\b({'|'.join((*ECONOMY, *SUPPLY))})\.[\w.]+")


@cache
def without_economy(name, what_if=None):
    """Settings that take economy and supply out of a shipped scenario, and what reads them: nobody is short.

    What a what-if says of a rule stays.
    """
    scenario = sim.load(name, what_if)
    sections = [f"{section}=null" for section in ("economy", "supply") if getattr(scenario, section) is not None]
    indicators = [key for key, one in scenario.indicators.items() if READS.search(str(one.value))]
    rules = [
        f"{'actors' if decider in scenario.actors else 'coalitions'}.{decider}.policy.rules.{key}.{part}="
        f"{READS.sub(_nothing, getattr(rule, part).text)}"
        for decider, held in scenario.deciders()
        for key, rule in getattr(held.policy, "rules", {}).items()
        for part in ("when", "probability")
        if READS.search(getattr(getattr(rule, part), "text", ""))
    ]
    return (*sections, *(f"indicators.{key}=null" for key in indicators), *rules)


def _nothing(found):
    """A measure of nothing, of the kind of what was found."""
    kind, *_ = SUPPLY.get(found[1], (Kind.number,))
    return "pct('0 %')" if kind is Kind.share else "0"


def calendar(name, what_if=None, sets=()):
    """A shipped scenario without economy and supply."""
    return sim.load(name, what_if, sets=[*without_economy(name, what_if), *sets])
