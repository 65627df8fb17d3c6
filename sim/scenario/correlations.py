"""Correlations of a scenario: each between two different uncertain values of one sort, none contradicting the rest.

Beside those that the file names stand those that `economy.elasticity_correlation` makes between sectors, and those of
`supply.correlations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sim.scenario.economy import Economy
from sim.scenario.findings import Finding
from sim.scenario.model import Correlation, Scenario
from sim.scenario.problems import closest
from sim.scenario.provenance import scalars
from sim.scenario.scalars import Scalar
from sim.scenario.supply import Supply

Pair = tuple[tuple[str, str], float]
"""Two paths and their correlation."""
Named = Mapping[frozenset[str], float]
"""The correlations that the file names."""


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with the correlations of the file; those that sections make alone are always possible."""
    if not scenario.correlations:
        return
    values = scalars(scenario)
    uncertain = [path for path, scalar in values.items() if not scalar.fixed]
    seen: set[frozenset[str]] = set()
    sound = True
    for place, correlation in enumerate(scenario.correlations):
        where = ("correlations", place, "between")
        found = []
        for side, path in enumerate(correlation.between):
            if path not in values:
                message = f"found {path!r}, which is the path of no value"
                found.append(Finding((*where, side), message, closest(path, uncertain), unknown=path))
            elif values[path].fixed:
                message = f"{path} is the same in every run ({values[path].describe()}); give it a distribution"
                found.append(Finding((*where, side), message))
        first, second = correlation.between
        if first == second:
            found.append(Finding(where, f"found {first!r} twice; a correlation is between two values"))
        elif frozenset(correlation.between) in seen:
            found.append(Finding(where, "these two are correlated above already"))
        elif not found and left_to_chance(first) != left_to_chance(second):
            message = "one is a date left to chance, the other an assumption; these are drawn apart"
            found.append(Finding(where, message))
        seen.add(frozenset(correlation.between))
        sound = sound and not found
        yield from found
    if sound and not _possible(scenario):
        yield Finding(("correlations",), "these contradict each other: no values can hang together so")


class Made(NamedTuple):
    """A correlation that a section makes."""

    between: tuple[str, str]
    value: float


def together(scenario: Scenario) -> list[Correlation | Made]:
    """Every correlation: those of the file, then those that sections make between uncertain values it does not name."""
    named = {frozenset(one.between): one.value for one in scenario.correlations}
    made = [*_of_economy(scenario.economy), *_of_supply(scenario.supply, named)]
    kept = [pair for pair in made if frozenset(pair[0]) not in named and pair[1]]
    return [*scenario.correlations, *(Made(*one) for one in kept)]


def _of_economy(economy: Economy | None) -> Iterator[Pair]:
    if economy is not None:
        sectors = sorted(sector for sector, scalar in economy.sector_elasticities.items() if not scalar.fixed)
        paths = [f"economy.sector_elasticities.{sector}" for sector in sectors]
        yield from ((pair, economy.elasticity_correlation) for pair in combinations(paths, 2))


def _of_supply(supply: Supply | None, named: Named) -> Iterator[Pair]:
    if supply is None:
        return
    own, materials = supply.correlations, supply.materials.items()
    covers = {
        f"supply.regions.{name}.cover.{sector}": scalar
        for name, region in supply.regions.items()
        for sector, scalar in region.cover.items()
    }
    spread = ("supply.holding.cover_dispersion", supply.holding.cover_dispersion)
    yield from _around(spread, covers, own.cover_dispersion, named)
    elasticities = {f"supply.materials.{name}.elasticity": material.elasticity for name, material in materials}
    adjustment = ("supply.prices.adjustment", supply.prices.adjustment)
    yield from _around(adjustment, elasticities, own.price_adjustment, named)
    criticality = {f"supply.sectors.{name}.criticality": sector.criticality for name, sector in supply.sectors.items()}
    yield from _around(("supply.output.sigma_short", supply.output.sigma_short), criticality, own.criticality, named)
    growth = [
        f"supply.materials.{name}.stages.{stage}.growth"
        for name, material in materials
        for stage, part in material.stages.items()
        if not part.growth.fixed
    ]
    yield from ((pair, own.growth) for pair in combinations(growth, 2))
    slip = ("supply.building.slip", supply.building.slip)
    yield from _around(slip, {"supply.building.realisation": supply.building.realisation}, own.slip, named)


def _around(hub: tuple[str, Scalar], others: Mapping[str, Scalar], value: float, named: Named) -> Iterator[Pair]:
    """Correlations of a value with others, and of these among themselves as far as they come through it alone.

    A correlation of a with the hub and of b with the hub makes one of a with b by their product: the only one under
    which a and b have nothing else in common, and always possible.
    """
    middle, scalar = hub
    if scalar.fixed:
        return
    paths = [path for path, other in others.items() if not other.fixed]
    with_hub = {path: named.get(frozenset((path, middle)), value) for path in paths}
    yield from (((path, middle), value) for path, value in with_hub.items())
    yield from (((one, other), with_hub[one] * with_hub[other]) for one, other in combinations(paths, 2))


def left_to_chance(path: str) -> bool:
    """Whether it is the date of a milestone or of a court decision: chance, where everything else is not known."""
    return path.endswith(".challenge.decision") or (path.startswith("milestones.") and path.endswith(".date"))


def _possible(scenario: Scenario) -> bool:
    """Whether the correlations make a matrix that normal scores can have: a positive definite one."""
    correlations = together(scenario)
    place = {path: row for row, path in enumerate(dict.fromkeys(p for c in correlations for p in c.between))}
    matrix = np.eye(len(place))
    for correlation in correlations:
        first, second = (place[path] for path in correlation.between)
        matrix[first, second] = matrix[second, first] = correlation.value
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
