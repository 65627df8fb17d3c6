"""What each actor does: shares and median first dates, however many blocks the runs lie in."""

import numpy as np
import pytest

import sim
from sim.analysis.deeds import deeds, kinds_of_moves
from sim.world.log import What
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def played():
    return sim.simulate(sim.load(str(SMALL)), runs=100)


def first_days(result, deed):
    subject = result.plan.subjects.index(deed.subject)
    log = result.events(f"who = {deed.who} AND what = {int(deed.what)} AND subject = {subject}")
    return [min(log["day"][log["run"] == run]) for run in np.unique(log["run"])]


def test_shares_and_median_days_are_those_of_the_log(played):
    found = deeds(played)
    assert found
    for deed in found:
        days = first_days(played, deed)
        assert deed.share == pytest.approx(len(days) / played.runs)
        assert deed.day == int(np.quantile(days, 0.5, method="inverted_cdf"))


def test_the_most_frequent_comes_first(played):
    shares = [deed.share for deed in deeds(played)]
    assert shares == sorted(shares, reverse=True)


def test_an_actor_makes_a_kind_of_move_at_least_as_often_as_any_one_of_them(played):
    kinds = kinds_of_moves(played)
    for deed in deeds(played):
        assert kinds[deed.who, deed.what - 1] >= deed.share
    assert kinds.max() <= 1
    assert kinds[:, What.leaves - 1].max() == 0
