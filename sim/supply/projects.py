"""Named projects outside China: which come, when they start, and how full they run.

A project's output counts as a share of the need at rest of those outside China. Years are effective years of
:mod:`sim.supply.capacity`, so that what slows the building of capacity also delays projects that have not started.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FIRST_YEARS = 2.0
"""Years that a new plant runs at its first utilisation (30 to 50 % in its first 12 to 24 months; REEx 2025)."""


@dataclass(frozen=True)
class Projects:
    """Named projects; the first axis of each array but the last two is the run, or has length 1."""

    on: NDArray[np.bool_]
    """[run, project] whether it comes at all"""
    start: Numbers
    """[run, project] years from rest, with its slip"""
    capacity: Numbers
    """[run, project] nameplate as a share of the need at rest outside China"""
    first_utilisation: Numbers
    """[run] share of nameplate in the first two years"""
    utilisation: Numbers
    """[run] share of nameplate in the end"""
    ramp: Numbers
    """[run] years, time constant between the two"""
    material: NDArray[np.intp]
    """[project]"""
    stage: NDArray[np.intp]
    """[project]"""

    def named(self, materials: int, stages: int) -> NDArray[np.bool_]:
        """[material, stage] whether any project is named there."""
        found = np.zeros((materials, stages), dtype=bool)
        found[self.material, self.stage] = True
        return found


def slipped(planned: Numbers, slip: Numbers) -> Numbers:
    """Years from rest at which projects start, [run, project]; what runs already (0 or less) slips no more."""
    return np.where(planned > 0, planned + slip, planned)


def running(age: Numbers, first: Numbers, full: Numbers, ramp: Numbers) -> Numbers:
    """Utilisation at an age in years: 0 before the start, `first` for two years, then toward `full` by e^(−t/ramp)."""
    beyond = np.maximum(age - FIRST_YEARS, 0.0)
    later = np.exp(-np.divide(beyond, ramp, out=np.where(beyond > 0, np.inf, 0.0), where=ramp > 0))
    return np.where(age < 0, 0.0, full + (first - full) * later)


def output(projects: Projects, progress: Numbers) -> Numbers:
    """Output of the projects as a share of the need at rest; `progress` and result [run, material, stage]."""
    total = np.zeros((max(len(progress), len(projects.on)), *progress.shape[1:]))
    for place, (material, stage) in enumerate(zip(projects.material, projects.stage, strict=True)):
        age = progress[:, material, stage] - projects.start[:, place]
        used = running(age, projects.first_utilisation, projects.utilisation, projects.ramp)
        total[:, material, stage] += projects.on[:, place] * projects.capacity[:, place] * used
    return total


def magnets_from(oxide: Numbers, per_tonne: Numbers) -> Numbers:
    """Tonnes of magnets that tonnes of neodymium-praseodymium oxide make, at `per_tonne` t of oxide a t of magnets."""
    return oxide / per_tonne


def narrowest(oxide: Numbers, per_tonne: Numbers, magnets: Numbers) -> Numbers:
    """Tonnes of magnets a year of a chain: the oxide it has or the magnets its plants make, whichever is less."""
    return np.minimum(magnets_from(oxide, per_tonne), magnets)
