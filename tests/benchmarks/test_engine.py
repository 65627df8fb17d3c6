"""Measurements, printed and never asserted; what is asserted is that the work was done."""

import sys
import tracemalloc
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

import sim
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.reference.scalar import Run
from tests.without_economy import calendar

SMALL = str(Path(__file__).parents[1] / "app" / "small.yaml")

DECISIONS = """
schema: 1
title: four actors, thirty-six decisions
source: "assumption: a benchmark"
as_of: 2025-01-01
horizon: 2028-01-01
actors:
{actors}
instruments:
{levers}
"""


def four_actors(folder):
    """Four actors that each decide at 36 monthly reviews between a tariff on and a tariff off."""
    rule = "{{at: review, when: {t}.available, probability: 40 %, do: {{enact: {t}}}}}"
    back = "{{at: review, when: {t}.enacted, probability: 40 %, do: {{withdraw: {t}}}}}"
    actors, levers = [], []
    for name in "abcd":
        lever, other = f"t{name}", "abcd"["abcd".index(name) - 1]
        rules = f"{{on: {rule.format(t=lever)}, off: {back.format(t=lever)}}}"
        actors.append(f"  {name}: {{name: {name}, review: 30 d, policy: {{kind: doctrine, rules: {rules}}}}}")
        levers.append(f"  {lever}: {{title: {lever}, kind: tariff, by: {name}, on: {other}, adds: 10 pp}}")
    file = folder / "four.yaml"
    file.write_text(DECISIONS.format(actors="\n".join(actors), levers="\n".join(levers)))
    return str(file)


def played(made, runs, chances=20):
    began = perf_counter()
    simulation = Simulation(made, np.arange(runs), 1, chances)
    simulation.advance()
    return simulation, perf_counter() - began


@pytest.mark.parametrize(("scenario", "singles"), [(SMALL, 20), ("longer-roll", 3)])
def test_ratio_to_the_scalar_reference(scenario, singles, capsys):
    """Without an economy, which the reference does not have."""
    made = plan(sim.load(scenario) if scenario == SMALL else calendar(scenario))
    tariffs = Run(made, 0, 1, 20).tariffs
    began = perf_counter()
    alone = [Run(made, run, 1, 20, tariffs).play() for run in range(singles)]
    scalar = (perf_counter() - began) / singles
    played(made, 10)
    simulation, seconds = played(made, 5000)
    entries = simulation.log.entries()
    assert [int((entries.row == run).sum()) for run in range(singles)] == [len(one.log) for one in alone]
    batched = seconds / 5000
    with capsys.disabled():
        print(
            f"\n{Path(scenario).stem}: scalar {scalar * 1e3:.1f} ms a run, engine {batched * 1e3:.3f} ms, "
            f"ratio {scalar / batched:.0f}"
        )


def test_four_actors_36_decisions(tmp_path, capsys):
    made = plan(sim.load(four_actors(tmp_path)))
    simulation, seconds = played(made, 50_000)
    assert len(simulation.log.entries().row) > 50_000 * 20
    with capsys.disabled():
        print(f"\n4 actors × 36 decisions: {50_000 / seconds:,.0f} runs a second on one core")


@pytest.mark.parametrize("runs", [500, 1000, 2500, 5000, 10_000])
def test_block_sizes(runs, capsys):
    _, seconds = played(plan(calendar("longer-roll")), runs)
    with capsys.disabled():
        print(
            f"\nlonger-roll, no economy, block {runs}: {seconds:.2f} s, {runs / seconds:,.0f} runs a second, one core"
        )


@pytest.mark.parametrize("runs", [250, 500, 1000])
def test_block_sizes_with_the_economy(runs, capsys):
    simulation, seconds = played(plan(sim.load("longer-roll")), runs)
    began = perf_counter()
    simulation.economy.catch_up()
    seconds += perf_counter() - began
    with capsys.disabled():
        print(f"\nlonger-roll, block of {runs}: {seconds:.2f} s, {runs / seconds:,.0f} runs a second on one core")


@pytest.mark.parametrize(("load", "runs"), [(calendar, 1000), (calendar, 5000), (sim.load, 500), (sim.load, 1000)])
def test_memory_of_a_block(load, runs, capsys):
    made = plan(load("longer-roll"))
    played(made, 10)
    tracemalloc.start()
    simulation, _ = played(made, runs)
    block = finish(simulation)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(block.runs["run"]) == runs
    with capsys.disabled():
        what = "longer-roll" if made.scenario.economy else "longer-roll, no economy"
        print(f"\n{what}, block of {runs}: peak {peak / 1e6:.0f} MB, {peak / runs / 1e3:.1f} kB a run")
