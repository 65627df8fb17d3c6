"""Shipped scenarios without their economy, for tests of who moves when: solving it takes most of the time."""

import re

import sim
from sim.scenario.names import ECONOMY

READS = re.compile(rf"\b({'|'.join(ECONOMY)})\.")


def without_economy(name):
    """Settings that take the economy out of a shipped scenario, and the indicators that read it."""
    indicators = sim.load(name).indicators.items()
    reading = [key for key, one in indicators if READS.search(str(one.value))]
    return ["economy=null", *(f"indicators.{key}=null" for key in reading)]


def calendar(name, what_if=None, sets=()):
    """A shipped scenario without its economy."""
    return sim.load(name, what_if, sets=[*without_economy(name), *sets])
