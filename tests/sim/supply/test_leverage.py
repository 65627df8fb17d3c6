"""Leverage: closed forms of a full stop, weeks until users have none left, and how little of it China is paid for."""

from math import exp, log
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.supply.capacity import narrowest, share
from sim.supply.leverage import gap, loss_of_a_stop, of_region, revenue_at_stake, weeks_to_stock_out
from sim.supply.prices import WEEKS_A_YEAR
from tests.sim.supply.worlds_of_capacity import NOW, building, projects


def lognormal(median, dispersion, count=4_000):
    """[quantile, 1, 1] middle of each of `count` equal parts of a lognormal."""
    normal = NormalDist()
    ends = [normal.inv_cdf((k + 0.5) / count) for k in range(count)]
    return (median * np.exp(dispersion * np.array(ends)))[:, None, None]


def lost(stock, left, horizon=26.0):
    return float(loss_of_a_stop(stock, np.full((1, 1), left), horizon)[0, 0])


@pytest.mark.parametrize(
    ("cover", "other", "substitutable", "until", "loss"),
    [(8.0, 0.0, 0.0, 8.0, 18.0), (8.0, 0.2, 0.1, 11.43, 10.2), (12.0, 0.5, 0.1, 30.0, 0.0)],
)
def test_a_stop_costs_what_need_exceeds_stocks_by(cover, other, substitutable, until, loss):
    left = gap(np.full((1, 1), other), np.full((1, 1), substitutable), np.zeros((1, 1)))
    stock = np.full((1, 1, 1), cover)
    assert loss_of_a_stop(stock, left)[0, 0] == pytest.approx(loss, abs=1e-9)
    assert weeks_to_stock_out(stock, left)[0, 0] == pytest.approx(until, abs=0.005)


@pytest.mark.parametrize(("left", "horizon", "loss"), [(0.7, 26.0, 7.516), (1.0, 13.0, 3.324)])
def test_with_uneven_cover_the_loss_is_that_of_the_lognormal(left, horizon, loss):
    reach, middle, dispersion = left * horizon, log(10), 0.5
    normal = NormalDist()
    score = (log(reach) - middle) / dispersion
    exact = reach * normal.cdf(score) - exp(middle + dispersion**2 / 2) * normal.cdf(score - dispersion)
    assert exact == pytest.approx(loss, abs=0.001)
    assert lost(lognormal(10, 0.5), left, horizon) == pytest.approx(exact, abs=0.002)
    assert lost(lognormal(10, 0.5, 50), left, horizon) == pytest.approx(exact, abs=0.02)  # the default's error


def test_the_median_user_is_out_when_half_of_the_users_are():
    stock = lognormal(10, 0.5, 50)
    assert weeks_to_stock_out(stock, np.full((1, 1), 0.5))[0, 0] == pytest.approx(20, rel=0.01)
    assert weeks_to_stock_out(stock[:-1], np.full((1, 1), 0.5))[0, 0] < 20


def test_stocks_that_do_not_fall_last_for_ever():
    stock = np.ones((4, 1, 2))
    assert np.isinf(weeks_to_stock_out(stock, np.array([[0.0, -0.2]]))).all()


def test_a_region_is_out_when_the_cells_of_half_its_need_are():
    weeks = np.array([[10.0, 4.0, np.inf, 6.0]])
    assert of_region(weeks, np.ones((1, 4)))[0] == 6
    assert of_region(weeks, np.array([[1.0, 1.0, 9.0, 1.0]]))[0] == np.inf
    assert of_region(weeks, np.array([[0.0, 5.0, 1.0, 1.0]]))[0] == 4


def test_china_is_paid_about_55_million_a_week_for_magnets_and_64_with_all_other_rare_earths():
    """58,152 t of magnets for 2.86 bn USD in 2024, 55,431 t of other rare earths for 0.49 bn."""
    tonnes = np.array([[58_152.0, 55_431.0]]) / WEEKS_A_YEAR
    price = np.array([[2_860 / 58.152, 490 / 55.431]])
    stopped = revenue_at_stake(price, tonnes, np.zeros((1, 2)))
    assert stopped[0, 0] == pytest.approx(55, abs=0.5)
    assert stopped[0, 1] == pytest.approx(9, abs=0.5)
    assert stopped.sum() < 64.5
    assert revenue_at_stake(price, tonnes, tonnes / 2) == pytest.approx(stopped / 2)
    assert (revenue_at_stake(price, tonnes, 1.2 * tonnes) < 0).all()


def test_a_stop_of_the_chain_costs_users_far_more_than_the_seller():
    """Dependent output is about 250 times the market (Goldman 2025): a week of output against a week of revenue."""
    week_of_output = 1.5e6 / WEEKS_A_YEAR  # million USD
    cost = lost(lognormal(9, 0.5), 0.79) / 26 * week_of_output
    assert cost > 100 * 64


YEARS = st.floats(0, 25)


@settings(max_examples=80, deadline=None)
@given(YEARS, YEARS, st.floats(1, 20), st.floats(0, 0.2))
def test_leverage_decays_as_rivals_invest(one, other, cover, substitutable):
    own = building(0.08, 0.2, named=projects([0.3], start=[2.0]))
    losses, lasts = [], []
    for years in sorted((one, other)):
        made = narrowest(share(np.full((1, 1), years), -np.full((1, 1), min(years, 5.2)), own))
        left = gap(made, np.full((1, 1), substitutable), NOW)
        losses.append(lost(lognormal(cover, 0.5, 50), left[0, 0]))
        lasts.append(weeks_to_stock_out(lognormal(cover, 0.5, 50), left)[0, 0])
    assert losses[1] <= losses[0] + 1e-9
    assert lasts[1] >= lasts[0] - 1e-9


@settings(max_examples=80, deadline=None)
@given(st.tuples(*[st.floats(0, 1)] * 3), st.floats(0, 30), st.floats(0, 10), st.floats(0, 60))
def test_more_stock_other_supply_or_adaptation_never_costs_more(shares, cover, more, horizon):
    other, substitutable, adapted = (np.full((1, 1), value) for value in shares)
    base = gap(other / 2, substitutable / 2, adapted / 2)
    assert 0 <= base[0, 0] <= 1
    for better in (gap(other, substitutable / 2, adapted / 2), gap(other / 2, substitutable, adapted)):
        assert (better <= base).all()
    stock = np.full((1, 1, 1), cover)
    assert lost(stock + more, base[0, 0], horizon) <= lost(stock, base[0, 0], horizon) + 1e-12
    assert lost(stock, base[0, 0], horizon) <= max(horizon, 0)
