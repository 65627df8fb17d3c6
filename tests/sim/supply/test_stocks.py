"""Stock-outs against their closed forms (T1, T1b, T1c, T2) and triage."""

import numpy as np
import pytest
from scipy.special import ndtr

from sim.supply import Controls, State, step
from sim.supply.firms import over_quantiles
from tests.sim.supply.parts import parameters, played, stopped


def lost(weeks, quantiles=1, days=7.0, **given):
    """Loss in weeks of output over so many weeks of a full stop, and output in its last step."""
    params = parameters(**{"cover_dispersion": 0.0} | given)
    state, controls = stopped(params, quantiles, days)
    flows = played(state, controls, params, weeks, days)
    return state.lost_leontief[0, 0, 0], flows[-1].leontief[0, 0, 0]


@pytest.mark.parametrize("days", [1.0, 7.0, 14.0])
@pytest.mark.parametrize(
    ("cover", "n", "s", "loss"), [(8, 0, 0, 18.0), (8, 0.2, 0.1, 10.2), (12, 0.5, 0.1, 0.0), (3, 0.05, 0.3, 13.9)]
)
def test_t1_a_full_stop_costs_what_cover_does_not_bridge(cover, n, s, loss, days):
    found, last = lost(26, days=days, cover=cover, chinese_share=1 - n, substitutable=s)
    assert found == pytest.approx(loss, abs=1e-9)
    assert last == pytest.approx(n + s if loss else 1.0)


@pytest.mark.parametrize(("n", "s", "first"), [(0, 0, 8.0), (0.2, 0.1, 11.43)])
def test_t1_output_is_full_until_stocks_are_out(n, s, first):
    params = parameters(cover=8.0, cover_dispersion=0.0, chinese_share=1 - n, substitutable=s)
    state, controls = stopped(params, 1, 1.0)
    output = [flow.leontief[0, 0, 0] for flow in played(state, controls, params, 26, 1.0)]
    below = int(np.argmax(np.array(output) < 1 - 1e-9))
    assert below / 7 <= first + 0.005
    assert (below + 1) / 7 > first - 0.005


def loss_t1b(weeks, median, dispersion, gap):
    m, a = np.log(median), gap * weeks
    z = (np.log(a) - m) / dispersion
    return a * ndtr(z) - np.exp(m + dispersion**2 / 2) * ndtr(z - dispersion)


@pytest.mark.parametrize(
    ("gap", "weeks", "rate", "loss"), [(0.7, 26, 0.6191, 7.516), (1.0, 13, 0.7001, 3.324), (0.4, 26, None, None)]
)
def test_t1b_lognormal_cover(gap, weeks, rate, loss):
    given = {"cover": 10.0, "cover_dispersion": 0.5, "chinese_share": gap}
    found, last = lost(weeks, 2000, 7 / 4, **given)
    assert found == pytest.approx(loss_t1b(weeks, 10, 0.5, gap), abs=2e-3)
    mean = 4 * (loss_t1b(weeks, 10, 0.5, gap) - loss_t1b(weeks - 1 / 4, 10, 0.5, gap))
    assert 1 - last == pytest.approx(mean, abs=1e-3)
    if rate is not None:
        assert found == pytest.approx(loss, abs=2e-3)
        assert gap * ndtr(np.log(gap * weeks / 10) / 0.5) == pytest.approx(rate, abs=5e-5)
        assert 1 - last == pytest.approx(rate, abs=8e-3)  # the mean of a quarter of a week, not its end


def test_t1b_at_the_default_quantiles_and_step():
    """50 quantiles and weekly steps: the loss is off by less than a hundredth of a week."""
    found, _ = lost(26, 50, cover=10.0, cover_dispersion=0.5, chinese_share=0.7)
    assert found == pytest.approx(7.516, abs=0.02)


@pytest.mark.parametrize(("gap", "cover", "weeks"), [(1.0, 8.0, 26), (0.7, 8.0, 13), (0.5, 0.1, 10), (0.5, 2000.0, 10)])
def test_t1c_exponential_cover(gap, cover, weeks):
    quantiles = -np.log1p(-(np.arange(2000) + 0.5) / 2000)
    params = parameters(cover=cover, chinese_share=gap)
    state, controls = stopped(params, quantiles, 7 / 4)
    played(state, controls, params, weeks, 7 / 4)
    exact = gap * weeks - cover * -np.expm1(-gap * weeks / cover)
    assert state.lost_leontief[0, 0, 0] == pytest.approx(exact, abs=2e-3)


def loss_t2(weeks, cover, start, inflow):
    first = (1 - start) * cover / (1 - inflow)
    decay = np.exp(-(weeks - first) / (start * cover))
    return (1 - inflow) * (weeks - first - start * cover * (1 - decay)), inflow + (1 - inflow) * decay


@pytest.mark.parametrize(("inflow", "loss", "last"), [(0.0, 18.141, 0.02209), (0.3, 12.230, 0.3172)])
def test_t2_rationing_is_first_order_in_the_step(inflow, loss, last):
    given = {"cover": 8.0, "rationing_start": 0.8, "chinese_share": 1 - inflow}
    exact = loss_t2(26, 8.0, 0.8, inflow)
    assert exact == pytest.approx((loss, last), abs=5e-4)
    coarse, fine = (np.array(lost(26, days=7 / parts, **given)) for parts in (16, 32))
    assert fine == pytest.approx(exact, abs=0.01)
    np.testing.assert_allclose((coarse[0] - exact[0]) / (fine[0] - exact[0]), 2.0, atol=0.1)
    assert 2 * fine[0] - coarse[0] == pytest.approx(exact[0], abs=1e-3)


def test_a_hard_stop_is_the_limit_of_rationing():
    hard, _ = lost(26, 50, cover=8.0, cover_dispersion=0.5)
    soft, _ = lost(26, 50, cover=8.0, cover_dispersion=0.5, rationing_start=1e-6)
    assert soft == pytest.approx(hard, abs=1e-4)


def scarce(triage, flow=0.6, weeks=20):
    """Loss where exporters can ship only a part of the normal flow."""
    params = parameters(export_capacity=flow, triage=triage)
    state, controls = State.at_rest(params, 50), Controls.open(params)
    for _ in range(weeks):
        flows = step(state, controls, params)
    return state, flows


def test_triage_gives_first_to_those_who_would_run_out():
    without, with_triage = scarce(0.0), scarce(0.3)
    assert with_triage[0].lost_leontief[0, 0, 0] < 0.5 * without[0].lost_leontief[0, 0, 0]
    assert (with_triage[0].stock[:5, 0, 0] == 0).all()


def test_perfect_triage_stops_nobody_while_there_is_any_stock():
    met = {}
    for triage in (0.0, 1.0):
        params = parameters(export_capacity=0.9, triage=triage)
        state, controls = State.at_rest(params, 50), Controls.open(params)
        met[triage] = []
        while state.held[0, 0] > 0.3:
            met[triage].append(step(state, controls, params).met[0, 0])
    assert min(met[0.0]) < 0.99
    np.testing.assert_allclose(met[1.0], 1.0, rtol=1e-9)


def test_sums_over_quantiles_do_not_depend_on_the_other_axes():
    values = np.random.default_rng(2).random((999, 4, 3))
    together = over_quantiles(values)
    alone = [[over_quantiles(values[:, [run], :][:, :, [cell]])[0, 0] for cell in range(3)] for run in range(4)]
    np.testing.assert_array_equal(together, alone)
