"""Correlations of a scenario: each between two different uncertain values of one sort, none contradicting the rest.

Beside those that the file names stand those that `economy.elasticity_correlation` makes between sectors, and those of
`supply.correlations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from sim.scenario.economy import Economy
from sim.scenario.findings import Finding
from sim.scenario.model import Correlation, Scenario
from sim.scenario.problems import closest
from sim.scenario.provenance import collect_scalars
from sim.scenario.scalars import Scalar
from sim.scenario.supply import Supply

Pair = tuple[tuple[str, str], float]
"""Two paths and their correlation."""
Named = Mapping[frozenset[str], float]
"""The correlations that the file names."""


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with the correlations."""
    pairs = _pairs(scenario)
    if not pairs:
        return
    scalars = collect_scalars(scenario)
    uncertain = [path for path, scalar in scalars.items() if not scalar.fixed]
    seen: set[frozenset[str]] = set()
    sound = True
    for place, correlation in enumerate(scenario.correlations):
        where = ("correlations", place, "between")
        found = []
        for side, path in enumerate(correlation.between):
            if path not in scalars:
                message = f"found {path!r}, which is the path of no value"
                found.append(Finding((*where, side), message, closest(path, uncertain), unknown=path))
            elif scalars[path].fixed:
                message = f"{path} is the same in every run ({scalars[path].describe()}); give it a distribution"
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
    if sound and not _possible(pairs):
        yield Finding(("correlations",), "these contradict each other: no values can hang together so")


def together(scenario: Scenario) -> list[Correlation]:
    """Every correlation: those of the file, then those that sections make between uncertain values it does not name."""
    made = (Correlation.model_construct(between=pair, value=value) for pair, value in _made(scenario))
    return [*scenario.correlations, *made]


def _pairs(scenario: Scenario) -> list[Pair]:
    """The same, without a part of the language for each."""
    return [*((one.between, one.value) for one in scenario.correlations), *_made(scenario)]


def _made(scenario: Scenario) -> list[Pair]:
    """What sections make between uncertain values that the file does not name."""
    named = {frozenset(one.between): one.value for one in scenario.correlations}
    made = [*_of_economy(scenario.economy), *_of_supply(scenario.supply, named)]
    return [pair for pair in made if frozenset(pair[0]) not in named and pair[1]]


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


def _possible(pairs: Sequence[Pair]) -> bool:
    """Whether the correlations make a matrix that normal scores can have: a positive definite one."""
    place = {path: row for row, path in enumerate(dict.fromkeys(path for pair, _ in pairs for path in pair))}
    matrix = np.eye(len(place))
    for (first, second), value in pairs:
        matrix[place[first], place[second]] = matrix[place[second], place[first]] = value
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
