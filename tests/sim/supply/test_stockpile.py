"""Public stockpiles against their closed form (T7), and regions that pool."""

import numpy as np
import pytest

from tests.sim.supply.parts import parameters, played, stopped


def with_stockpile(weeks, cover, size, cap, gap, days=7.0, **given):
    given = {"decision_lag": 0.0, "cover_dispersion": 0.0, "substitutable": 0.0} | given
    params = parameters(cover=cover, size=size, release_cap=cap, chinese_share=gap + given["substitutable"], **given)
    state, controls = stopped(params, 1, days, released=True)
    flows = played(state, controls, params, weeks, days)
    return state, flows


@pytest.mark.parametrize("days", [1.0, 7.0])
@pytest.mark.parametrize("s", [0.0, 0.2])
@pytest.mark.parametrize(
    ("cover", "size", "cap", "gap", "first", "rate"),
    [(8, 13, 0.1, 0.7, 13.33, 0.6), (8, 13, 0.5, 0.7, 30.0, 0.7), (8, 13, 0.9, 0.7, 30.0, 0.7)],
)
def test_t7_first_stop_and_loss_with_a_stockpile(cover, size, cap, gap, first, rate, s, days):
    state, flows = with_stockpile(36, cover, size, cap, gap, days, substitutable=s)
    short = np.array([flow.leontief[0, 0, 0] for flow in flows]) < 1 - 1e-9
    assert np.argmax(short) * days / 7 <= first + 0.005
    assert (np.argmax(short) + 1) * days / 7 > first - 0.005
    assert state.lost_leontief[0, 0, 0] == pytest.approx((36 - first) * rate, abs=0.005)


def test_nothing_is_released_before_the_decision_or_when_nobody_asks():
    _, flows = with_stockpile(10, 8, 13, 0.5, 0.7, decision_lag=4.0)
    assert [flow.released[0, 0] > 0 for flow in flows] == [False] * 4 + [True] * 6
    params = parameters(size=13.0)
    state, controls = stopped(params)
    assert not any(flow.released.any() for flow in played(state, controls, params, 10))
    assert state.stockpile[0, 0, 0] == 13


def test_a_stockpile_empties_and_never_falls_below_nothing():
    state, flows = with_stockpile(40, 8, 2, 0.5, 0.7)
    assert state.stockpile[0, 0, 0] == pytest.approx(0.0, abs=1e-12)
    assert sum(flow.released[0, 0] for flow in flows) == pytest.approx(2.0)


def two_regions(pooled):
    """One region has a stockpile and all that is not Chinese, the other has neither; both need the same."""
    params = parameters(
        2,
        cover=4.0,
        cover_dispersion=0.0,
        chinese_share=np.array([0.2, 1.0])[None, :, None],
        size=np.array([10.0, 0.0])[None, :, None],
        release_cap=1.0,
        decision_lag=0.0,
    )
    state, controls = stopped(params, 1, released=True)
    controls.pooled[:] = pooled
    flows = played(state, controls, params, 26)
    return state, flows


def test_pooled_regions_share_what_they_have():
    alone, together = two_regions(False)[0], two_regions(True)[0]
    assert alone.lost_leontief[0, 0, 0] == 0.0
    assert alone.lost_leontief[0, 1, 0] == pytest.approx(22.0)
    np.testing.assert_allclose(together.lost_leontief[0, :, 0], (0.6 * 26 - 4 - 5), rtol=1e-9)


def test_pooling_moves_tonnes_and_makes_none():
    for pooled in (False, True):
        state, flows = two_regions(pooled)
        assert sum(flow.non_chinese.sum() for flow in flows) == pytest.approx(0.8 * 26)
        assert sum(flow.released.sum() for flow in flows) == pytest.approx(10 - state.stockpile.sum(), abs=1e-9)


def test_pooling_changes_nothing_at_rest():
    params = parameters(2, 2, chinese_share=np.array([0.2, 0.9])[None, :, None])
    state, controls = stopped(params)
    state = type(state).at_rest(params)
    controls = type(controls).open(params)
    controls.pooled[:] = True
    flows = played(state, controls, params, 20)
    np.testing.assert_allclose(flows[-1].non_chinese, [[0.8, 0.8, 0.1, 0.1]], atol=1e-12)
