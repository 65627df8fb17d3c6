"""Branches part the futures among outcomes, and the run that stands for one is a run of it."""

import numpy as np
import pytest

import sim
from sim.analysis.branches import branches, replayed
from sim.results.block import finish


@pytest.fixture
def result(small):
    return sim.simulate(small, runs=300)


def test_every_future_is_in_one_branch_and_the_likeliest_comes_first(result):
    found = branches(result)
    assert np.array_equal(np.sort(np.concatenate([one.runs for one in found])), np.arange(300))
    assert sum(one.share for one in found) == pytest.approx(1)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)


def test_the_run_that_stands_for_a_branch_ends_as_it_does_when_played_again(result):
    for one in branches(result):
        again = replayed(result, one.typical, result.plan.horizon)
        assert result.outcome_names[finish(again).runs["outcome"][0]] == one.name
