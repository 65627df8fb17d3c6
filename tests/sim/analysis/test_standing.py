"""What stands on each day, counted from the log, is what the engine says of every run on that day."""

import numpy as np
import pytest

import sim
from sim.analysis import standing
from sim.instruments import lives
from tests.conftest import SMALL

REVIVED = """
schema: 1
title: A truce that lapses, is revived, and is left
start: 2024-05-01
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {name: A, policy: {kind: script, moves: [{on: 2025-03-01, do: {extend: truce, by: 60 d}}]}}
  b: {name: B, policy: {kind: script, moves: [{on: 2025-04-01, do: {end: truce}}]}}
agreements:
  truce: {title: T, parties: [a, b], since: 2024-04-01, expires: 2025-02-01}
  begun: {title: B, parties: [a, b], since: 2024-09-01, expires: 2025-07-01}
  over: {title: O, parties: [a, b], since: 2024-01-01, expires: 2024-02-01}
outcomes: {lapse: {title: lapse, when: truce.lapsed}}
"""


@pytest.fixture(scope="module")
def played():
    return sim.simulate(sim.load(str(SMALL)), runs=60)


def test_the_share_in_force_is_the_mean_over_the_runs(played):
    for name, share in standing.in_force(played).items():
        np.testing.assert_allclose(share, played.in_force(name).values.mean(axis=0), atol=1e-12, err_msg=name)


def test_the_share_live_is_what_the_engine_says_of_each_day(played, play, small):
    share = standing.live(played, "truce")
    for ahead in (0, 26, 27, 60, 117, 118, 300, 440):
        day = played.plan.as_of + ahead
        world = play(small, runs=60, seed=small.ensemble.seed, chances=20, until=day).world
        assert share[ahead] == pytest.approx(lives.live(world, 0, day).mean()), ahead


def test_an_agreement_that_lapses_is_revived_and_is_left_is_live_in_between(world):
    result = sim.simulate(world(REVIVED), runs=3)
    share = standing.live(result, "truce")
    turns = np.flatnonzero(np.diff(share))
    dates = [str(sim.days.date(result.plan.as_of + int(turn))) for turn in turns]
    assert dates == ["2025-02-01", "2025-02-28", "2025-04-01"]
    assert (share[0], share[-1]) == (1, 0)


def test_an_agreement_that_begins_between_start_and_as_of_is_live_to_its_last_day(world):
    result = sim.simulate(world(REVIVED), runs=3)
    share = standing.live(result, "begun")
    turns = np.flatnonzero(np.diff(share))
    assert [str(sim.days.date(result.plan.as_of + int(turn))) for turn in turns] == ["2025-07-01"]
    assert (share[0], share[-1]) == (1, 0)


def test_an_agreement_that_was_over_before_is_never_live(world):
    assert standing.live(sim.simulate(world(REVIVED), runs=3), "over").max() == 0
