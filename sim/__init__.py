"""Parley's simulator: scenarios in, ensembles of futures out.

>>> import sim
>>> scenario = sim.load("longer-roll")
>>> result = sim.simulate(scenario, runs=200)
>>> odds = sim.odds(result)
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.odds import Odds
    from sim.results.result import Result
    from sim.scenario.model import Scenario


def load(path: str, what_if: str | None = None, sets: Sequence[str] = (), strict: bool = False) -> Scenario:
    """A scenario from a file, or a shipped one by name, with a what-if and single values changed.

    Raises `sim.scenario.problems.ScenarioError`, which lists every error with file, line and column.
    """
    from sim.scenario.load import load as load_scenario

    return load_scenario(path, what_if, tuple(sets), strict)


def simulate(scenario: Scenario, runs: int | None = None, seed: int | None = None, workers: int | None = 1) -> Result:
    """Play the scenario; the tables live in a temporary folder that goes with the result.

    `runs` and `seed` are the scenario's own unless given; `workers` is the number of processes (None: one a core).
    """
    from sim.experiments.ensemble import simulate_temporarily

    return simulate_temporarily(scenario, runs, seed, workers)


def reopen(folder: str) -> Result:
    """A result of `parley run` from its folder alone, or that of a what-if from its folder under `results/what_ifs`.

    Raises `sim.results.folder.ResultError` where the folder is none, or is not whole.
    """
    from pathlib import Path

    from sim.results.folder import reopen as reopen_folder

    return reopen_folder(Path(folder))


def odds(result: Result) -> dict[str, Odds]:
    """Odds of each outcome, with the band over assumptions and the sampling error."""
    from sim.analysis.odds import shares

    return shares(result.outcome, result.outcome_names, result.chances)


def __getattr__(name: str) -> ModuleType:
    """`sim.economy` and `sim.supply`, read when they are first asked for."""
    if name in ("economy", "supply"):
        return import_module(f"sim.{name}")
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
