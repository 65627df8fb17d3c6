"""Shipped scenarios without their economy and supply, for tests of who moves when: these take most of the time."""

import re
from functools import cache

import sim
from sim.scenario.names import ECONOMY, SUPPLY

READS = re.compile(rf"\b({'|'.join(ECONOMY)})\.")
READS_SUPPLY = re.compile(rf"\b({'|'.join(SUPPLY)})\.[\w.]+")


@cache
def without_economy(name):
    """Settings that take the economy and the supply out of a shipped scenario, and the indicators that read them."""
    scenario = sim.load(name)
    reading = [
        key
        for key, one in scenario.indicators.items()
        if READS.search(str(one.value)) or READS_SUPPLY.search(str(one.value))
    ]
    gone = [f"{section}=null" for section in ("economy", "supply") if getattr(scenario, section) is not None]
    return (*gone, *(f"indicators.{key}=null" for key in reading))


@cache
def nobody_stopped(name, what_if=None):
    """Settings under which the rules that read the supply find zeros there."""
    scenario = sim.load(name, what_if)
    read = {
        f"{section}.{who}.policy.rules.{rule}.{key}": getattr(getattr(part, key), "text", "")
        for section in ("actors", "coalitions")
        for who, decider in getattr(scenario, section).items()
        for rule, part in getattr(decider.policy, "rules", {}).items()
        for key in ("when", "probability")
    }
    return tuple(f"{path}={READS_SUPPLY.sub('0', text)}" for path, text in read.items() if READS_SUPPLY.search(text))


def calendar(name, what_if=None, sets=()):
    """A shipped scenario without its economy and supply."""
    return sim.load(name, what_if, sets=[*without_economy(name), *nobody_stopped(name, what_if), *sets])
