"""Correlations of a scenario: each between two different uncertain values of one sort, none contradicting the rest.

Beside those that the file names stand those that `economy.elasticity_correlation` makes between sectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from sim.scenario.findings import Finding
from sim.scenario.model import Correlation, Scenario
from sim.scenario.problems import closest
from sim.scenario.provenance import collect_scalars


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with the correlations."""
    if not together(scenario):
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
    if sound and not _possible(scenario):
        yield Finding(("correlations",), "these contradict each other: no values can hang together so")


def together(scenario: Scenario) -> list[Correlation]:
    """Every correlation: those of the file, then those between uncertain elasticities that it does not name."""
    economy = scenario.economy
    if economy is None or not economy.elasticity_correlation:
        return scenario.correlations
    named = {frozenset(correlation.between) for correlation in scenario.correlations}
    sectors = sorted(sector for sector, scalar in economy.sector_elasticities.items() if not scalar.fixed)
    pairs = combinations([f"economy.sector_elasticities.{sector}" for sector in sectors], 2)
    between = [pair for pair in pairs if frozenset(pair) not in named]
    made = [Correlation(between=pair, value=economy.elasticity_correlation) for pair in between]
    return [*scenario.correlations, *made]


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
