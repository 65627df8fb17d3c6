"""Run k is run k: whatever the ensemble, the blocks, the calendar, the stops and starts, and other runs."""

import re
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.plan import plan
from sim.engine.settled import Settled
from sim.engine.simulation import Simulation
from sim.negotiation.policy import Answer
from sim.results.block import finish
from tests.without_economy import calendar

SOURCE = "source: 'assumption: a world made up for tests'\n"


def test_run_57_is_the_same_in_every_ensemble(play, small, hashes):
    alone = hashes(play(small, runs=[57], chances=20))[0]
    for size in (100, 1000):
        assert hashes(play(small, runs=size, chances=20))[57] == alone


def test_runs_do_not_depend_on_their_neighbours(play, small, hashes):
    together = hashes(play(small, runs=60, chances=20))
    for size in (1, 7):
        apart = [
            one
            for first in range(0, 60, size)
            for one in hashes(play(small, runs=np.arange(first, min(60, first + size)), chances=20))
        ]
        assert apart == together


def test_the_shipped_scenario_does_not_depend_on_blocks(play, hashes):
    scenario = sim.load("longer-roll")
    together = hashes(play(scenario, runs=24, chances=20))
    assert [
        one
        for first in (0, 7, 14, 21)
        for one in hashes(play(scenario, runs=np.arange(first, min(24, first + 7)), chances=20))
    ] == together


THREATS = """
schema: 1
title: threats that run out on many days
as_of: 2025-01-01
horizon: 2025-06-30
actors:
  a:
    name: A
    regions: [AAA]
    reaction: {uniform: [1 d, 20 d]}
    policy:
      kind: doctrine
      rules:
        again: {at: [call, reaction], when: not tax.threatened, probability: 80 %, do: {threaten: tax, in: spell}}
        carry_out: {at: deadline, when: tax.threatened, probability: 50 %, do: {enact: tax}}
        lift: {at: reaction, when: tax.enacted, probability: 60 %, do: {withdraw: tax}}
  b:
    name: B
    regions: [BBB]
    review: 2 d
    policy: {kind: doctrine, rules: {wave: {at: review, probability: 30 %, do: {offer: pause}}}}
parameters: {spell: {uniform: [3 d, 15 d]}}
instruments: {tax: {title: Tax, kind: tariff, by: a, on: b, adds: 10 pp}}
deals: {pause: {title: Pause, parties: [a, b], terms: [{withdraw: tax}], offer_stands: 1 d}}
milestones: {call: {title: Call, date: {uniform: [2025-01-05, 2025-02-28]}, parties: [a, b]}}
"""


def test_a_threat_that_lapses_hides_no_deadline_of_another_run(world, play, hashes):
    scenario = world(THREATS)
    together = hashes(play(scenario, runs=60, chances=1))
    assert [hashes(play(scenario, runs=[run], chances=1))[0] for run in range(60)] == together


@pytest.mark.parametrize("what_if", [None, "threat_carried_out", "no_offer"])
def test_looking_at_every_rule_again_changes_nothing(monkeypatch, play, hashes, what_if):
    scenario = calendar("longer-roll", what_if)
    remembered = hashes(play(scenario, runs=80, chances=20))
    monkeypatch.setattr(Settled, "undecided", lambda self, rule, rows, today: np.ones(len(rows), dtype=np.bool_))
    assert hashes(play(scenario, runs=80, chances=20)) == remembered


def test_the_calendar_may_be_rebuilt_every_day(play, small, hashes):
    simulation = Simulation(plan(small), np.arange(30), 1, 20)
    for day in range(simulation.plan.start, simulation.plan.horizon + 1):
        simulation.advance(day)
        simulation.calendar = simulation._fresh_calendar()
    assert hashes(simulation) == hashes(play(small, runs=30, chances=20))


def test_saved_and_restored_it_goes_on_the_same(play, small, hashes, tmp_path):
    simulation = Simulation(plan(small), np.arange(30), 1, 20)
    for number, later in enumerate((10, 17, 27, 200)):
        simulation.advance(simulation.plan.start + later)
        simulation.save(tmp_path / f"{number}.npz")
        simulation = Simulation.restore(simulation.plan, tmp_path / f"{number}.npz")
    simulation.advance()
    assert hashes(simulation) == hashes(play(small, runs=30, chances=20))


def test_child_0_of_a_fork_is_the_parent(play, small, hashes):
    parent = Simulation(plan(small), np.arange(20), 1, 20)
    parent.advance(parent.plan.start + 16)
    family = parent.fork(3)
    family.advance()
    parent.advance()
    found = hashes(family)
    assert found[::3] == hashes(parent)
    assert sum(a != b for a, b in zip(found[::3], found[1::3], strict=True)) > 10


def test_a_fork_keeps_the_past_and_redraws_what_lies_ahead(small):
    parent = Simulation(plan(small), np.arange(50), 1, 20)
    day = parent.plan.start + 16
    parent.advance(day)
    family = parent.fork(4)
    repeated = np.repeat(parent.world.date[:, 0], 4)
    ahead = repeated > day
    assert (family.world.date[~ahead, 0] == repeated[~ahead]).all()
    assert (family.world.date[ahead, 0] > day).all()
    assert (family.world.decision[:, 0] > day).all()
    for path, values in parent.assumptions.items():
        if "challenge.decision" not in path and not path.endswith(".date"):
            assert (family.assumptions[path] == np.repeat(values, 4)).all(), path


def test_children_do_not_depend_on_how_many_there_are(small, hashes):
    parent = Simulation(plan(small), np.arange(5), 1, 20)
    parent.advance(parent.plan.start + 16)
    few, many = parent.fork(2), parent.fork(5)
    few.advance()
    many.advance()
    assert hashes(few)[1::2] == hashes(many)[1::5]


def test_an_actor_that_asks_stops_the_clock_and_goes_on(small):
    simulation = Simulation(plan(small), np.arange(6), 1, 20, asked=["china"])
    asked = 0
    while (question := simulation.advance()) is not None:
        asked += 1
        assert question.actor == "china"
        rows = np.flatnonzero(np.isin(simulation.world.run, question.runs))
        accept = simulation.plan.players[0].rules[0].acts
        simulation.answer("china", Answer(accept, rows))
    assert asked > 10
    assert simulation.view.get("longer_roll.concluded").any()


def test_asked_in_one_block_or_each_alone_is_the_same(small, hashes):
    def passing(runs):
        simulation = Simulation(plan(small), runs, 1, 20, asked=["china"])
        while (question := simulation.advance()) is not None:
            simulation.answer("china", Answer((), np.flatnonzero(np.isin(simulation.world.run, question.runs))))
        return hashes(simulation)

    assert passing(np.arange(5)) == [passing(np.array([run]))[0] for run in range(5)]


def test_saved_at_a_question_it_goes_on_the_same(small, hashes, tmp_path):
    def passing(stop_at):
        simulation = Simulation(plan(small), np.arange(5), 1, 20, asked=["china"])
        count = 0
        while (question := simulation.advance()) is not None:
            if count == stop_at:
                simulation.save(tmp_path / "asked.npz")
                simulation = Simulation.restore(simulation.plan, tmp_path / "asked.npz")
                assert simulation.advance() is not None
            simulation.answer("china", Answer((), np.flatnonzero(np.isin(simulation.world.run, question.runs))))
            count += 1
        return hashes(simulation)

    assert passing(3) == passing(-1)


def test_an_external_design_takes_the_place_of_draws(small):
    path = "milestones.leaders_meeting.date"
    given = Simulation(plan(small), np.arange(4), 1, 20, quantiles={path: np.array([0.01, 0.3, 0.6, 0.99])})
    assert (np.diff(given.world.date[:, 0]) == 1).all()


def test_a_restated_value_changes_no_bit(play, small, hashes):
    same = sim.load(small.document_path, "same")
    assert hashes(play(same, runs=50, chances=20)) == hashes(play(small, runs=50, chances=20))


def test_an_added_decision_shifts_no_other_draw(small, world, play):
    text = Path(small.document_path).read_text(encoding="utf-8").replace(SOURCE, "")
    idle = "musing: {at: [review, reaction], when: hundred.in_force and False, probability: 50 %, do: {offer: ext}}"
    more = text.replace("        offer: {at:", f"        {idle}\n        offer: {{at:")
    assert more != text
    before, after = (finish(play(world(one), runs=80, chances=20)) for one in (text, more))
    for name, values in before.runs.items():
        if name.startswith("hash"):  # the state of an actor that now listens to more is another one
            continue
        assert np.array_equal(values, after.runs[name], equal_nan=values.dtype.kind == "f"), name


def test_the_order_of_the_file_does_not_matter(small, world, play):
    text = Path(small.document_path).read_text(encoding="utf-8").replace(SOURCE, "")
    parts = re.split(r"(?m)^  (?=us:|china:)", text[: text.index("legal_bases:")])
    swapped = parts[0] + "  " + parts[2] + "  " + parts[1] + text[text.index("legal_bases:") :]
    first, second = (finish(play(world(one), runs=60, chances=20)).runs for one in (text, swapped))
    assert (first["outcome"] == second["outcome"]).all()
    assert (first["indicator.peak"] == second["indicator.peak"]).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_is_another_ensemble(play, small, hashes, seed):
    assert hashes(play(small, runs=5, seed=seed)) != hashes(play(small, runs=5, seed=seed + 1))
