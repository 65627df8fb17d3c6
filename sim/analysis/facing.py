"""The average tariffs between an actor and its partners, today and at the horizon, in runs that are played again.

Averages that nobody asks of the file are not recorded, so a sample of the runs is replayed: run k is run k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import Plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import tranche_table
from sim.results.result import Result


@dataclass(frozen=True)
class Pair:
    """An average tariff that is followed."""

    importer: str
    exporter: str
    trade: float
    """imports at the fixed weights, bn USD a year"""

    @property
    def series(self) -> str:
        return f"average.{self.importer}.{self.exporter}"


@dataclass(frozen=True)
class Facing:
    """Average tariffs in some runs, percentage points with MFN."""

    runs: NDArray[np.int64]
    today: dict[str, NDArray[np.float64]]
    """series → [run] at the end of as_of"""
    later: dict[str, NDArray[np.float64]]
    """series → [run] at the horizon"""


def pairs(plan: Plan, actor: str) -> tuple[list[Pair], list[Pair]]:
    """The pairs in which others tax the actor's goods, and in which it taxes theirs, the largest trade first."""
    table = tranche_table(plan.scenario)
    actors = plan.scenario.actors
    found = []
    for name in plan.averages:
        _, importer, exporter = name.split(".")
        if actor in (importer, exporter):
            traded = table.fits(actors[importer].regions, actors[exporter].regions) if len(table) else np.zeros(0, bool)
            weight = float(table.weight_musd[traded].sum()) / 1000
            found += [Pair(importer, exporter, weight)] if weight > 0 else []
    found.sort(key=lambda pair: -pair.trade)
    return [pair for pair in found if pair.exporter == actor], [pair for pair in found if pair.importer == actor]


def facing(result: Result, runs: Sequence[int] | NDArray[np.int64], series: Sequence[str]) -> Facing:
    """The named averages in the given runs, which are played again."""
    numbers = np.asarray(runs, dtype=np.int64)
    if not series:
        return Facing(numbers, {}, {})
    simulation = Simulation(result.plan, numbers, int(result.manifest["seed"]), result.chances)
    simulation.advance(result.plan.as_of)
    today = _read(simulation, series)
    simulation.advance()
    return Facing(numbers, today, _read(simulation, series))


def _read(simulation: Simulation, series: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    return {name: np.array(simulation.view.get(name), dtype=np.float64) for name in series}
