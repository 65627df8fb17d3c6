"""How often a tariff leaves today's value, against the paths day by day."""

import pytest

import sim
from sim.analysis.beyond import beyond
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def played():
    return sim.simulate(sim.load(str(SMALL)), runs=100)


@pytest.mark.parametrize("series", ["stack.off_list", "stack.china_general"])
def test_shares_above_and_below_are_those_of_the_daily_paths(played, series):
    values = played.path(series).values
    above, below = beyond(played, series)
    assert above == pytest.approx((values.max(axis=1) > values[:, 0]).mean())
    assert below == pytest.approx((values.min(axis=1) < values[:, 0]).mean())
    assert 0 < above < 1
