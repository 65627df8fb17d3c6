"""What many tests share: small worlds written as text, and how to play them."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish

SMALL = Path(__file__).parent / "app" / "small.yaml"


@pytest.fixture
def world(tmp_path):
    """Writes a scenario text to a file and loads it."""

    def load(text, **options):
        file = tmp_path / "world.yaml"
        file.write_text("source: 'assumption: a test'\n" + text, encoding="utf-8")
        return sim.load(str(file), **options)

    return load


@pytest.fixture
def play():
    """Plays a scenario (or a path) to the horizon, or to a day; returns the simulation."""

    def run(scenario, runs=1, seed=1, chances=1, until=None, **options):
        if not hasattr(scenario, "title"):
            scenario = sim.load(str(scenario))
        numbers = np.arange(runs) if isinstance(runs, int) else np.asarray(runs)
        simulation = Simulation(plan(scenario), numbers, seed, chances, **options)
        simulation.advance(until)
        return simulation

    return run


@pytest.fixture
def small():
    """The small truce of tests/app/small.yaml."""
    return sim.load(str(SMALL))


@pytest.fixture
def hashes():
    """The hash of each run of a simulation that is at its horizon."""

    def of(simulation):
        runs = finish(simulation).runs
        return list(zip(runs["hash_1"].tolist(), runs["hash_2"].tolist(), strict=True))

    return of
