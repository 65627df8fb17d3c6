"""What bites on an actor is what the World has in force on it, day by day."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.bites import bites, controls
from sim.engine.simulation import Simulation

ALLIES = str(Path(__file__).parents[2] / "app" / "allies.yaml")
RUNS = 60


@pytest.fixture(scope="module")
def result():
    return sim.simulate(sim.load(ALLIES), runs=RUNS)


def day_by_day(result, names, actor):
    """[run, day] one of the instruments is in force on the actor, read from the World."""
    plan = result.plan
    simulation = Simulation(plan, np.arange(RUNS), int(result.manifest["seed"]), result.chances)
    who, width = plan.column("deciders", actor), len(plan.players)
    found = []
    for day in range(plan.as_of, plan.horizon + 1):
        simulation.advance(day)
        columns = [plan.column("instruments", name) for name in names]
        world = simulation.world
        on = [world.in_force[:, c] & ~world.exempt[:, c * width + who] for c in columns]
        found.append(np.logical_or.reduce(on))
    return np.stack(found, axis=1)


def test_controls_are_those_aimed_at_an_actor_or_at_everybody_by_package():
    scenario = sim.load(ALLIES)
    assert controls(scenario, "germany") == {"package": ["magnets", "experts"]}
    assert controls(scenario, "australia") == {"package": ["magnets"], "old": ["old"]}
    assert controls(scenario, "china") == {"response": ["response"]}


@pytest.mark.parametrize("actor", ["germany", "japan", "australia", "china"])
def test_days_and_last_day_are_those_of_the_world(result, actor):
    groups = controls(result.scenario, actor)
    for group, one in bites(result, groups, actor).items():
        expected = day_by_day(result, groups[group], actor)
        np.testing.assert_array_equal(one.last, expected[:, -1])
        np.testing.assert_allclose(one.days, expected.mean(axis=1), atol=1e-12)


def test_what_is_always_in_force_bites_every_day(result):
    assert bites(result, {"old": ["old"]}, "australia")["old"].days.min() == 1


def test_nothing_asked_is_nothing_found(result):
    assert bites(result, {}, "us") == {}
