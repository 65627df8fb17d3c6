"""Imports ahead of a hike, and less of them after it: moved in time, never added."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.days import MISSING
from sim.economy.front_loading import CENTRAL, PAYBACK_DAYS, PER_POINT, Hikes, Response, moved, overlay, stock

DAYS = st.integers(0, 800)
POINTS = st.floats(0, 100)


@st.composite
def hikes(draw):
    """One hike, perhaps withdrawn, perhaps without notice."""
    announced = draw(DAYS)
    effective = draw(st.one_of(st.just(MISSING), st.integers(announced, announced + 300)))
    withdrawn = draw(st.one_of(st.just(MISSING), st.integers(announced, announced + 300)))
    return Hikes(announced, effective, draw(POINTS), withdrawn)


responses = st.builds(
    Response, peak=st.floats(0, 0.3), per_point=st.floats(0, 0.05), lead_days=st.integers(0, 120),
    payback_days=st.integers(1, 400),
)  # fmt: skip
TEN = Hikes(announced=100, effective=160, points=10.0)


def daily(hike, response=CENTRAL, days=3000):
    return overlay(np.arange(days), hike, response)


def test_imports_run_at_1_7_percent_a_point_from_announcement_to_the_day_before_the_hike():
    over = daily(TEN)
    np.testing.assert_allclose(over[100:160], 10 * PER_POINT, atol=1e-12)
    assert (over[:100] == 0).all()


def test_the_payback_is_even_over_ten_months_from_the_hike_on():
    over = daily(TEN)
    np.testing.assert_allclose(over[160 : 160 + PAYBACK_DAYS], -60 * 10 * PER_POINT / PAYBACK_DAYS, atol=1e-12)
    assert (over[160 + PAYBACK_DAYS :] == 0).all()


def test_a_large_hike_is_front_loaded_at_the_peak():
    assert overlay(120, Hikes(100, 160, 100.0)) == pytest.approx(0.18)


def test_no_more_than_the_lead_is_bought_ahead():
    over = daily(Hikes(announced=0, effective=500, points=10.0))
    assert np.flatnonzero(over > 0).tolist() == list(range(410, 500))


def test_the_central_stock_of_2025_is_about_5_percent_of_annual_imports():
    assert stock(500, Hikes(0, 500, 20.0)) / 365 == pytest.approx(0.05, abs=0.01)


def test_a_hike_without_notice_or_a_cut_moves_nothing():
    assert (daily(Hikes(100, 100, 50.0)) == 0).all()
    assert (daily(Hikes(100, 160, -50.0)) == 0).all()
    assert (daily(Hikes(MISSING, MISSING, 50.0)) == 0).all()


def test_a_threat_withdrawn_is_paid_back_from_that_day():
    over = daily(Hikes(100, 160, 10.0, withdrawn=130))
    assert (over[100:130] > 0).all()
    np.testing.assert_allclose(over[130 : 130 + PAYBACK_DAYS], -30 * 10 * PER_POINT / PAYBACK_DAYS, atol=1e-12)


def test_a_withdrawal_after_the_hike_took_effect_counts_for_nothing():
    assert (daily(Hikes(100, 160, 10.0, withdrawn=200)) == daily(TEN)).all()


@given(hikes(), DAYS)
def test_until_a_threat_is_withdrawn_nothing_tells_that_it_will_be(hike, more):
    end = min(hike.effective, hike.withdrawn)
    days = np.arange(min(end, 2000) + 1)
    later = Hikes(hike.announced, hike.effective, hike.points, end + more)
    assert (stock(days, hike) == stock(days, later)).all()


@given(hikes(), responses)
@settings(deadline=None)
def test_imports_are_moved_and_never_added(hike, response):
    assert abs(daily(hike, response).sum()) < 1e-12
    assert moved(-1000, 5000, hike, response) == 0


@given(hikes(), responses)
@settings(deadline=None)
def test_a_stock_is_never_negative_and_never_more_than_the_lead_at_the_peak(hike, response):
    held = stock(np.arange(3000), hike, response)
    assert (held >= 0).all()
    assert (held <= response.peak * response.lead_days * (1 + 1e-12)).all()


@given(hikes(), responses, DAYS, DAYS)
@settings(deadline=None)
def test_the_overlay_between_two_days_is_the_difference_of_two_stocks(hike, response, first, length):
    summed = overlay(np.arange(first, first + length), hike, response).sum()
    assert moved(first, first + length, hike, response) == pytest.approx(summed, abs=1e-12)


@given(hikes(), POINTS)
def test_a_larger_hike_is_never_front_loaded_less(hike, more):
    larger = Hikes(hike.announced, hike.effective, hike.points + more, hike.withdrawn)
    days = np.arange(0, 2000, 7)
    assert (stock(days, larger) >= stock(days, hike)).all()


def test_a_second_announcement_during_the_payback_adds_on():
    both = Hikes(np.array([100, 200]), np.array([160, 230]), np.array([10.0, 5.0]))
    sum_of_both = overlay(np.arange(3000)[:, None], both).sum(axis=-1)
    np.testing.assert_allclose(sum_of_both, daily(TEN) + daily(Hikes(200, 230, 5.0)), atol=1e-15)
    assert abs(sum_of_both.sum()) < 1e-12


def test_a_run_has_the_same_bits_alone_as_among_others():
    chance = np.random.default_rng(5)
    announced = chance.integers(0, 300, (6, 4))
    effective, points = announced + chance.integers(0, 90, (6, 4)), chance.random((6, 4)) * 40
    peak = chance.random((6, 1))
    together = stock(250, Hikes(announced, effective, points), Response(peak=peak))
    for run in range(6):
        alone = stock(250, Hikes(announced[run], effective[run], points[run]), Response(peak=peak[run]))
        assert (alone == together[run]).all()


def test_a_response_is_not_negative_and_a_payback_takes_a_day():
    with pytest.raises(ValueError, match=r"peak is -0\.1; at least 0 is meant"):
        Response(peak=-0.1)
    with pytest.raises(ValueError, match="payback_days is 0; at least 1 is meant"):
        Response(payback_days=[30, 0])
