"""What must be true: found where something was put in, silent where nothing matters, and never the outcome again."""

import numpy as np
import pytest

import sim
from sim.analysis.must_be_true import LEVEL, Condition, Third, _limit, _needed, conditions, must_be_true

WORLD = """
schema: 1
title: A duty that a summit may stop
as_of: 2025-03-01
horizon: 2025-06-30
ensemble: {chances: 4}
parameters:
  temper: {uniform: [0 %, 100 %]}
  moon: {uniform: [0, 1], unit: moons}
  mood: {choice: {hard: 50 %, soft: 50 %}}
actors:
  north:
    name: North
    policy:
      kind: doctrine
      rules:
        stop: {at: summit, when: not duty.enacted, probability: 90 %, do: {offer: pact}}
        raise:
          at: review
          when: summit.failed
          probability: temper
          draw: once
          do: {enact: duty}
  south: {name: South}
instruments:
  duty: {title: Rule, kind: rule, by: north, on: south}
deals:
  pact: {title: Pact, parties: [north, south], terms: [{withdraw: duty}]}
milestones:
  summit: {title: Summit, date: {uniform: [2025-05-05, 2025-05-15]}, parties: [north, south], takes_place: 50 %}
outcomes:
  duty: {title: The duty comes, when: duty.enacted}
  no_summit: {title: No summit, when: not summit.held}
  quiet: {title: Quiet, when: 1 == 1}
"""


@pytest.fixture
def result(world):
    return sim.simulate(world(WORLD), runs=1600)


def told(result, outcome):
    return {
        (one.condition.about.path, one.condition.about.side)
        if isinstance(one.condition.about, Third)
        else (one.condition.about.name, one.condition.true): one
        for one in must_be_true(result, outcome, conditions(result))
    }


def test_what_was_put_in_is_found_and_what_has_no_part_in_it_is_not(result):
    found = told(result, "duty")
    assert set(found) == {("summit.held", False), ("parameters.temper", "high")}
    assert found["summit.held", False].otherwise == 0
    assert found["summit.held", False].within == 1
    assert found["parameters.temper", "high"].odds == pytest.approx(0.5 * 5 / 6, abs=0.06)


def test_the_likeliest_by_comparison_comes_first(result):
    lifts = [one.lift for one in must_be_true(result, "duty", conditions(result))]
    assert lifts == sorted(lifts, reverse=True)
    assert lifts[0] == pytest.approx(2, rel=0.1)


def test_what_an_outcome_itself_names_is_not_said_again(result):
    assert not [name for name, _ in told(result, "no_summit") if name == "summit.held"]
    assert ("parameters.temper", "low") in told(result, "no_summit")


def test_too_few_futures_say_nothing(world):
    few = sim.simulate(world(WORLD), runs=60)
    assert must_be_true(few, "duty", conditions(few)) == []


def test_a_world_without_assumptions_has_its_milestones_to_try(world):
    fixed = WORLD.replace("{uniform: [0 %, 100 %]}", "50 %").replace("{uniform: [0, 1], unit: moons}", "0.5")
    fixed = fixed.replace("{choice: {hard: 50 %, soft: 50 %}}", "hard").replace(
        "{uniform: [2025-05-05, 2025-05-15]}", "2025-05-05"
    )
    result = sim.simulate(world(fixed), runs=400)
    assert set(told(result, "duty")) == {("summit.held", False)}


def test_where_nothing_matters_something_is_listed_in_one_ensemble_of_twenty_at_most():
    chance, tried, draws, chances = np.random.default_rng(3), 20, 100, 4
    listed = 0
    for _ in range(200):
        outcome = (chance.random((draws, chances)) < chance.beta(2, 6, draws)[:, None]).ravel()
        limit = _limit(tried, draws)
        for _ in range(tried):
            drawn = np.repeat(chance.random(draws) < 1 / 3, chances)
            if _needed(outcome, Condition(Third("x", 1.0, "high"), True, drawn), chances, limit):
                listed += 1
                break
    assert listed / 200 <= LEVEL + 2 * (LEVEL / 200) ** 0.5
