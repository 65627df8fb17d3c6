"""Limits on trade and output, and the pace of adjustment: whether what a file says of them fits together."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.document import Path
from sim.scenario.economy import Capacity, Economy, Restriction
from sim.scenario.findings import Finding, each, known
from sim.scenario.model import Instrument, Scenario

RESTRICTING = ("export_control", "quota")
"""Kinds of instruments that hold quantities back."""
YEAR = 365.0
"""days after which `response_first_year` is reached"""


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with restrictions, with capacities, and with the pace at which trade responds."""
    for name, part in scenario.instruments.items():
        yield from _restricts(scenario, ("instruments", name, "restricts"), part)
    if scenario.economy is not None:
        for place, capacity in enumerate(scenario.economy.capacity):
            yield from _capacity(scenario, ("economy", "capacity", place), capacity)
        yield from _pace(scenario.economy)


def _restricts(scenario: Scenario, path: Path, part: Instrument) -> Iterator[Finding]:
    if not part.restricts:
        return
    if part.kind not in RESTRICTING:
        message = f"'restricts' belongs to an export_control or a quota; this instrument is of kind {part.kind!r}"
        yield Finding(path, message)
        return
    of_materials = scenario.supply is not None and all(one.material is not None for one in part.restricts)
    if scenario.economy is None and not of_materials:
        yield Finding(path, "restricts nothing, for no economy is solved; add `economy: {}`", None, True)
    for place, restriction in enumerate(part.restricts):
        yield from _restriction(scenario, (*path, place), restriction, part)


def _restriction(scenario: Scenario, path: Path, restriction: Restriction, part: Instrument) -> Iterator[Finding]:
    yield from each((*path, "from"), restriction.from_, scenario.actors, "actors")
    for place, name in enumerate(restriction.from_):
        if name in scenario.actors and not scenario.actors[name].regions:
            message = f"{name!r} has no regions, so no exports; give actors.{name}.regions"
            yield Finding((*path, "from", place), message)
        if part.kind == "quota" and name == part.by:
            yield Finding((*path, "from", place), f"{name!r} holds the quota, which is on what it buys from others")
    if restriction.material is not None and restriction.allowed is not None:
        message = f"the material {restriction.material!r} stands behind it, so it acts through the supply of it alone"
        yield Finding((*path, "allowed"), f"{message}; leave out one of material and allowed")


def _capacity(scenario: Scenario, path: Path, capacity: Capacity) -> Iterator[Finding]:
    if (capacity.actor is None) == (capacity.region is None):
        found = "neither" if capacity.actor is None else "both"
        yield Finding(path, f"a capacity is that of an actor or of a region; found {found}")
    elif capacity.actor is not None:
        missing = list(known((*path, "actor"), capacity.actor, scenario.actors, "an actor"))
        yield from missing
        if not missing and not scenario.actors[capacity.actor].regions:
            message = f"{capacity.actor!r} has no regions, so no output; give actors.{capacity.actor}.regions"
            yield Finding((*path, "actor"), message)
    if capacity.until is not None and capacity.until < capacity.from_:
        message = f"found {capacity.until}, a last day before the first ({capacity.from_})"
        yield Finding((*path, "until"), message)


def _pace(economy: Economy) -> Iterator[Finding]:
    """The response on the first day is 1 − (1 − first year's)·exp(a year / adjustment time): not below nothing."""
    first_year, time = economy.response_first_year, economy.adjustment_time
    least, shortest = first_year.distribution.reach()[0], time.distribution.reach()[0]
    if shortest <= 0:
        yield Finding(("economy", "adjustment_time"), f"found {time.describe()}; it is longer than 0 days")
    elif (needed := 1 - math.exp(-YEAR / shortest)) > least:
        found = f"response_first_year of {first_year.describe()} and adjustment_time of {time.describe()}"
        message = f"found a {found}, which put trade's response on the first day below 0"
        cure = f"with {shortest:.4g} days the first year's is at least {math.ceil(1000 * needed) / 10:g} %"
        yield Finding(("economy",), f"{message}; {cure}")
