"""Threats and retreats: each way in which one can end, and shares that account for every future."""

import numpy as np
import pytest

import sim
from sim import days
from sim.analysis.threats import Fate, Stretch, first_day, threats
from sim.days import MISSING
from sim.engine.plan import plan
from sim.experiments.ensemble import Request, manifest, place, simulate_blocks
from sim.results.result import Result
from sim.world.log import What
from tests.conftest import SMALL

ONE = """
schema: 1
title: One threat
as_of: 2025-01-01
horizon: 2025-12-31
ensemble: {{runs: 1, chances: 1}}
actors:
  a: {{name: A, policy: {{kind: script, moves: [{moves}]}}}}
  b: {{name: B}}
legal_bases: {{law: {{title: Law, {law}}}}}
agreements: {{truce: {{title: Truce, parties: [a, b], since: 2024-12-01, expires: 2026-06-01, suspends: [{held}]}}}}
instruments: {{duty: {{title: Duty, kind: tariff, by: a, on: b, legal_basis: law, adds: 5 pp{duty}}}}}
outcomes: {{so: {{title: So, when: 1 == 1}}}}
"""
RECORD = """
schema: 1
title: A record
start: 2018-01-01
as_of: 2020-06-30
horizon: 2020-06-30
ensemble: {runs: 1, chances: 1}
actors:
  a:
    name: A
    policy:
      kind: script
      moves:
        - {on: 2018-04-03, do: {threaten: duty, in: 90 d}}
        - {on: 2018-06-15, do: {enact: duty, in: 21 d}}
        - {on: 2019-10-01, do: {delay: duty, by: 30 d}}
        - {on: 2020-01-15, do: {withdraw: duty}}
  b: {name: B}
instruments: {duty: {title: Duty, kind: tariff, by: a, on: b, adds: 5 pp}}
outcomes: {so: {title: So, when: 1 == 1}}
"""
AHEAD = ", threatened: 2024-12-20, effective: 2025-03-01"
ACT = ", enacted: 2024-12-20, effective: 2025-03-01"


@pytest.fixture
def fate(world):
    """What becomes of the one instrument of a world."""

    def of(duty="", moves="", law="valid: true", held=""):
        found = threats(sim.simulate(world(ONE.format(duty=duty, moves=moves, law=law, held=held))), 0)
        return [Fate(int(one.shares.argmax())).name for one in found]

    return of


def on(date, move):
    return f"{{on: {date}, do: {{{move}}}}}"


def test_a_threat_that_nobody_enacts_lapses(fate):
    assert fate(AHEAD) == ["lapsed"]


def test_an_act_that_nobody_stops_is_carried_out(fate):
    assert fate(ACT) == ["carried_out"]


def test_a_threat_that_is_enacted_is_carried_out(fate):
    assert fate(AHEAD, on("2025-02-10", "enact: duty")) == ["carried_out"]


def test_what_is_taken_back_before_its_date_is_withdrawn(fate):
    assert fate(AHEAD, on("2025-02-10", "withdraw: duty")) == ["withdrawn"]
    assert fate(ACT, on("2025-02-10", "withdraw: duty")) == ["withdrawn"]


def test_what_is_taken_back_after_its_date_was_carried_out(fate):
    assert fate(ACT, on("2025-04-10", "withdraw: duty")) == ["carried_out"]


def test_what_is_delayed_beyond_the_horizon_is_put_off(fate):
    assert fate(ACT, on("2025-02-10", "delay: duty, by: 400 d")) == ["put_off"]


def test_what_is_delayed_and_then_bites_is_carried_out(fate):
    assert fate(ACT, on("2025-02-10", "delay: duty, by: 40 d")) == ["carried_out"]


def test_what_a_live_agreement_suspends_is_put_off(fate):
    assert fate(ACT, held="duty") == ["put_off"]


def test_an_act_whose_law_falls_before_its_date_lapses(fate):
    law = "challenge: {decision: {uniform: [2025-02-01, 2025-02-02]}, struck: 100 %}"
    assert fate(ACT, law=law) == ["lapsed"]


def test_a_threat_made_again_after_it_was_taken_back_stands(fate):
    moves = [on("2025-02-10", "withdraw: duty"), on("2025-06-10", "threaten: duty, in: 400 d")]
    assert fate(AHEAD, ", ".join(moves)) == ["put_off"]


def test_a_threat_taken_back_and_made_again_on_the_same_day_is_put_off(world):
    moves = "{on: 2025-02-10, do: [{withdraw: duty}, {threaten: duty, in: 40 d}]}"
    text = ONE.format(duty=AHEAD, moves=moves, law="valid: true", held="")
    (duty,) = threats(sim.simulate(world(text)), 0)
    at = [days.day(date) for date in ("2025-02-10", "2025-03-23")]  # it could still be enacted on its date
    assert duty.life.marks == ((at[0], Fate.put_off), (at[1], Fate.lapsed))


def test_an_act_for_today_or_tomorrow_is_no_threat(fate):
    assert fate(moves=on("2025-02-10", "enact: duty")) == []
    assert fate(moves=on("2025-02-10", "enact: duty, in: 1 d")) == []
    assert fate(moves=on("2025-02-10", "enact: duty, in: 2 d")) == ["carried_out"]


def test_what_has_been_in_force_since_long_ago_is_no_threat(fate):
    assert fate(", enacted: 2024-01-01, effective: 2024-02-01") == []


def test_a_record_shows_the_past_from_its_start(world):
    result = sim.simulate(world(RECORD))
    assert result.scenario.is_record
    assert first_day(result) == days.day("2018-01-01")
    (duty,) = threats(result, 0)
    at = [days.day(date) for date in ("2018-04-03", "2018-07-02", "2019-10-01", "2019-10-31", "2020-01-16")]
    assert duty.shares.tolist() == [1, 0, 0, 0]
    assert not duty.ahead
    first, second, third, fourth = duty.life.stretches
    assert (first.first, first.in_force) == (at[0], False)
    assert second.in_force
    assert (second.last, third.first, third.in_force) == (at[2], at[2], False)
    assert (fourth.first, fourth.last, fourth.in_force) == (at[3], at[4], True)
    assert [one.name for _, one in duty.life.marks] == ["put_off", "withdrawn"]


def test_what_its_law_ends_by_itself_is_over(world):
    text = ONE.format(duty=ACT, moves="", law="longest_life: 150 d", held="")
    (duty,) = threats(sim.simulate(world(text)), 0)
    assert duty.life.stretches[-1] == Stretch(days.day("2025-03-01"), days.day("2025-03-01") + 150, True)
    assert duty.life.marks == ()


def test_what_the_law_falls_under_while_in_force_is_over_too(world):
    law = "challenge: {decision: {uniform: [2025-06-01, 2025-06-02]}, struck: 100 %}"
    (duty,) = threats(sim.simulate(world(ONE.format(duty=ACT, moves="", law=law, held=""))), 0)
    assert [stretch.in_force for stretch in duty.life.stretches] == [False, True]
    assert [fate.name for _, fate in duty.life.marks] == ["lapsed"]
    assert duty.life.marks[0][0] == duty.life.stretches[-1].last


@pytest.fixture(scope="module")
def played():
    return sim.simulate(sim.load(str(SMALL)), runs=200)


def test_what_becomes_of_a_threat_adds_up_to_the_futures_in_which_it_is_made(played):
    for one in threats(played, 0):
        assert one.shares.sum() == pytest.approx(one.announced)
        assert 0 < one.announced <= 1
        assert one.announced == 1 or not one.ahead


def test_a_threat_is_carried_out_where_it_enters_into_force(played):
    for one in threats(played, 0):
        subject = played.plan.subject("instruments", played.plan.column("instruments", one.name))
        entered = played.first_day(What.enters_into_force, subject) < MISSING
        assert one.shares[Fate.carried_out] == pytest.approx(entered.mean())


def test_the_future_that_is_drawn_is_in_force_when_the_log_says_so(played):
    for run in (0, 7, 42):
        for one in threats(played, run):
            ahead = np.zeros(played.plan.horizon + 1 - played.plan.as_of, dtype=bool)
            for stretch in one.life.stretches:
                if stretch.in_force:
                    ahead[max(stretch.first - played.plan.as_of, 0) : stretch.last - played.plan.as_of] = True
            np.testing.assert_array_equal(ahead, played.in_force(one.name).values[run] > 0, err_msg=one.name)


def test_stretches_follow_each_other(played):
    for one in threats(played, 3):
        for before, after in zip(one.life.stretches, one.life.stretches[1:], strict=False):
            assert before.first < before.last <= after.first


def test_shares_do_not_depend_on_blocks(small, tmp_path):
    found = []
    for size in (200, 33):
        request = Request(small, 200, small.ensemble.seed, small.ensemble.chances, block=size)
        work = tmp_path / str(size)
        work.mkdir()
        (simulated,), _ = simulate_blocks([(request, work)], 1)
        place(simulated, manifest(request, simulated, small.title), tmp_path / f"result-{size}", small)
        found.append(threats(Result(plan(small), tmp_path / f"result-{size}"), 5))
    one, other = found
    assert [(a.name, a.ahead, a.shares.tolist(), a.life) for a in one] == [
        (b.name, b.ahead, b.shares.tolist(), b.life) for b in other
    ]
