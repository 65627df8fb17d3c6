"""Branches: the futures that end in the same outcome, each with the run that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.story import nearest_the_medians
from sim.engine.simulation import Simulation
from sim.results import store
from sim.results.result import Result
from sim.world.world import World


@dataclass(frozen=True)
class Branch:
    """All futures with one outcome."""

    name: str
    """the outcome's"""
    title: str
    share: float
    """of all futures"""
    runs: NDArray[np.int64]
    """the run numbers that end so"""
    typical: int
    """the run whose dates lie nearest to the medians of the branch"""


def branches(result: Result) -> list[Branch]:
    """The branches that come about in some future, the likeliest first."""
    columns = store.read(result.folder, "runs", order="run")
    counts = np.bincount(result.outcome, minlength=len(result.outcome_names))
    found = []
    for place in np.argsort(-counts, kind="stable"):
        if counts[place]:
            runs = np.flatnonzero(result.outcome == place)
            name = result.outcome_names[place]
            typical = int(runs[nearest_the_medians(columns, runs)])
            found.append(Branch(name, result.outcome_title(name), counts[place] / result.runs, runs, typical))
    return found


def replayed(result: Result, run: int, day: int) -> Simulation:
    """One run of an ensemble played again to the end of a day; it is the same run as in the ensemble."""
    simulation = Simulation(result.plan, [run], int(result.manifest["seed"]), result.chances)
    simulation.advance(day)
    return simulation


def replayed_together(result: Result, runs: Sequence[int], days: Sequence[int]) -> list[list[World]]:
    """[day][run] the world of each run at the end of each of some days in order; the runs are those of the ensemble."""
    simulation = Simulation(result.plan, runs, int(result.manifest["seed"]), result.chances)
    found = []
    for day in days:
        simulation.advance(day)
        found.append([simulation.world.take(np.array([row])) for row in range(len(runs))])
    return found
