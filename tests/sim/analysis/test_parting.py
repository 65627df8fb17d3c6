"""Futures part: nobody is lost between two dates, and what is counted is what the log says of every run."""

import numpy as np
import pytest

import sim
from sim.analysis.parting import GATES, TURNS, Turn, entropy, parting, telling_turns
from sim.engine.plan import plan
from sim.experiments.ensemble import Request, manifest, place, simulate_blocks
from sim.results.result import Result
from sim.world.log import What
from tests.conftest import SMALL

SUMMIT = """
schema: 1
title: A summit that settles it, if it takes place
as_of: 2025-01-01
horizon: 2025-12-31
ensemble: {{runs: 300, chances: 1}}
actors:
  a: {{name: A, policy: {{kind: doctrine, rules: {{offer: {{at: summit, do: {{offer: peace}}}}}}}}}}
  b: {{name: B, policy: {{kind: doctrine, rules: {{accept: {{when: peace.offered, do: {{accept: peace}}}}}}}}}}
instruments: {{duty: {{title: Duty, kind: tariff, by: a, on: b, enacted: 2024-01-01, adds: 5 pp}}}}
deals: {{peace: {{title: Peace, parties: [a, b], terms: [{{withdraw: duty}}]}}}}
milestones:
  summit: {{title: Summit, date: {{uniform: [2025-03-01, 2025-03-20]}}, parties: [a, b], takes_place: {chance}}}
  fair: {{title: Trade fair, date: 2025-06-01, parties: [a, b]}}
outcomes: {{settled: {{title: Settled, when: peace.concluded}}}}
"""


@pytest.fixture(scope="module")
def played():
    return sim.simulate(sim.load(str(SMALL)), runs=300)


@pytest.fixture(scope="module")
def seen(played):
    return parting(played)


def test_at_every_date_the_shares_add_up_to_one_and_none_is_negative(seen):
    for gate in seen.gates:
        assert gate.shares.sum() == pytest.approx(1, abs=1e-12)
        assert gate.shares.min() >= 0


def test_whoever_leaves_one_date_arrives_at_the_next(seen):
    for before, now in zip(seen.gates, seen.gates[1:], strict=False):
        np.testing.assert_allclose(now.flows.sum(axis=1), before.shares, atol=1e-12)
        np.testing.assert_allclose(now.flows.sum(axis=0), now.shares, atol=1e-12)


def test_at_first_nobody_has_turned(seen):
    assert seen.gates[0].shares.tolist() == [1, *[0] * len(seen.turns)]


def test_few_states_and_few_dates_are_shown(seen):
    assert len(seen.turns) <= TURNS
    assert len(seen.gates) <= GATES + 2


def test_the_dates_stand_in_the_order_of_their_medians(seen):
    middles = [sum(gate.days) for gate in seen.gates]
    assert middles == sorted(middles)


def test_the_shares_at_the_horizon_are_those_of_the_latest_turn_in_the_log_of_every_run(played, seen):
    ends = [turns[-1] if (turns := told(played, seen, run)) else 0 for run in range(played.runs)]
    counts = np.bincount(ends, minlength=len(seen.turns) + 1)
    np.testing.assert_allclose(seen.gates[-1].shares, counts / played.runs, atol=1e-12)


def told(played, seen, run):
    """The states that a run turns to, as its log has them."""
    events, found = played.events(f"run = {run}"), []
    for day, what, subject in zip(*(events[key] for key in ("day", "what", "subject")), strict=True):
        turn = Turn(What(what), played.plan.subjects[subject])
        if day >= played.plan.as_of and turn in seen.turns:
            found.append(seen.turns.index(turn) + 1)
    return found


def test_no_turn_is_put_down_to_two_dates(played, seen):
    turns = sum(len(told(played, seen, run)) for run in range(played.runs))
    assert 0 < sum(gate.turned.sum() for gate in seen.gates) <= turns / played.runs


def test_where_a_summit_settles_it_all_who_part_do_so_there(world):
    result = sim.simulate(world(SUMMIT.format(chance="40 %")))
    found = parting(result)
    held = result.column("summit.held").mean()
    assert found.turns == [Turn(What.concluded, "deals.peace")]
    _, summit, end = found.gates  # at the trade fair nobody turns
    assert summit.subject == "milestones.summit"
    assert summit.turned[1] == summit.shares[1] == end.shares[1]
    assert summit.shares[1] == pytest.approx(held)
    assert 0.3 < held < 0.5


def test_where_nothing_can_happen_there_is_nothing_to_part(world):
    found = parting(sim.simulate(world(SUMMIT.format(chance="0 %"))))
    assert found.turns == []
    assert [gate.shares.tolist() for gate in found.gates] == [[1], [1]]


def test_a_turn_that_everybody_takes_tells_nothing(world):
    assert telling_turns(sim.simulate(world(SUMMIT.format(chance="100 %")))) == []


def test_the_first_turn_is_the_one_that_tells_most_about_the_outcome(played):
    told = {}
    for turn in telling_turns(played):
        section, _, name = turn.subject.partition(".")
        subject = played.plan.subject(section, played.plan.column(section, name))
        taken = played.first_day(turn.what, subject) <= played.plan.horizon
        together = entropy(np.bincount(taken * 10 + played.outcome))
        told[turn] = entropy(np.bincount(taken)) + entropy(np.bincount(played.outcome)) - together
    assert max(told, key=told.get) == next(iter(told))


def test_one_bit_tells_two_equal_halves_apart():
    assert entropy(np.array([50, 50])) == 1
    assert entropy(np.array([7, 0])) == 0


@pytest.mark.parametrize("block", [37, 150])
def test_how_futures_part_does_not_depend_on_blocks(small, tmp_path, block):
    found = []
    for size in (300, block):
        request = Request(small, 300, small.ensemble.seed, small.ensemble.chances, block=size)
        work = tmp_path / str(size)
        work.mkdir()
        (simulated,), _ = simulate_blocks([(request, work)], 1)
        place(simulated, manifest(request, simulated, small.title), tmp_path / f"result-{size}", small)
        found.append(parting(Result(plan(small), tmp_path / f"result-{size}")))
    one, other = found
    assert one.turns == other.turns
    for first, second in zip(one.gates, other.gates, strict=True):
        assert (first.subject, first.days) == (second.subject, second.days)
        assert np.array_equal(first.flows, second.flows)
        assert np.array_equal(first.turned, second.turned)
