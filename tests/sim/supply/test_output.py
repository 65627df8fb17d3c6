"""CES against its limits and numbers (T5, T5b), and what is put off."""

import numpy as np
import pytest

from sim.supply.output import ces, sigma
from tests.sim.supply.parts import parameters, played, stopped


def ces_second_order(x, cost_share, sigma):
    """Log output to second order in ln x (Baqaee and Farhi 2019): β ln x + ½ β (1 − β) (σ − 1)/σ ln² x."""
    log = np.log(x)
    return cost_share * log + cost_share * (1 - cost_share) * (sigma - 1) / sigma / 2 * log**2


def at(x, cost_share, elasticity):
    return float(ces(np.array([x]), np.array([cost_share]), np.array([elasticity]))[0])


@pytest.mark.parametrize(
    ("cost_share", "elasticity", "x", "y"),
    [
        (0.001, 0.1, 0.5, 0.9552),
        (0.001, 0.1, 0.25, 0.5384),
        (0.001, 0.1, 0.1, 0.2154),
        (0.001, 0.15, 0.2, 0.6645),
        (0.005, 0.2, 0.5, 0.9821),
        (0.005, 0.2, 0.2, 0.7019),
    ],
)
def test_t5_numbers(cost_share, elasticity, x, y):
    assert at(x, cost_share, elasticity) == pytest.approx(y, abs=5e-5)


@pytest.mark.parametrize("x", [0.05, 0.3, 0.9, 1.0])
def test_t5_limits(x):
    assert at(x, 0.01, 1e-4) == pytest.approx(x, rel=2e-3)
    assert at(x, 0.01, 1.0) == pytest.approx(x**0.01, rel=1e-12)
    assert at(x, 0.01, 1 + 1e-7) == pytest.approx(x**0.01, rel=1e-8)
    assert at(x, 0.01, 1 + 1e-10) == pytest.approx(x**0.01, rel=1e-8)


@pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-200])
def test_t5_small_x(x):
    assert at(x, 0.001, 0.1) == pytest.approx(x * 0.001 ** (0.1 / (0.1 - 1)), rel=1e-5)


def test_t5_without_any_and_with_all():
    assert at(0.0, 0.001, 0.1) == 0.0
    assert at(0.0, 0.25, 2.0) == pytest.approx(0.75**2)
    assert at(1.0, 0.001, 0.1) == 1.0


@pytest.mark.parametrize(("x", "second", "exact"), [(0.95, -2.826e-4, -2.845e-4), (0.9, -6.37e-4, -6.54e-4)])
def test_t5b_second_order(x, second, exact):
    found = ces_second_order(np.array([x]), np.array([0.005]), np.array([0.2]))[0]
    assert found == pytest.approx(second, abs=5e-7)
    assert np.log(at(x, 0.005, 0.2)) == pytest.approx(exact, abs=6e-7)


def test_t5b_the_error_of_second_order_is_of_third_order():
    for x in (0.98, 0.99):
        error = [
            np.log(at(y, 0.005, 0.2)) - ces_second_order(np.array([y]), np.array([0.005]), np.array([0.2]))[0]
            for y in (x, np.sqrt(x))
        ]
        assert error[0] / error[1] == pytest.approx(8, rel=0.1)


def test_sigma_rises_from_short_to_long_run():
    production = parameters().production
    year = 365.25 / 7
    found = sigma(np.array([0.0, 2 * year, 1000 * year])[:, None, None], production)[:, 0, 0]
    np.testing.assert_allclose(found, [0.15, 0.6 - 0.45 / np.e, 0.6])


def test_what_is_put_off_is_made_up_for_at_the_bounded_pace():
    """Stop of 10 weeks, cover 8: 2 weeks of output lost, 60 % of them made up for at 12 % a week once it is over."""
    params = parameters(cover=8.0, cover_dispersion=0.0, recovered=0.6, shipping=5.0, easing=0.0, general_hazard=50.0)
    state, controls = stopped(params, 1)
    played(state, controls, params, 10)
    assert state.lost_leontief[0, 0, 0] == pytest.approx(2.0)
    assert state.deferred[0, 0, 0] == pytest.approx(1.2)
    controls.licensed[:] = 0.0
    controls.approval[:] = 1.0
    flows = played(state, controls, params, 60)
    output = np.array([flow.leontief[0, 0, 0] for flow in flows])
    assert output.max() == pytest.approx(1.12)
    assert state.deferred[0, 0, 0] == pytest.approx(0.0, abs=1e-12)
    lost = 2.0 + (1 - output[output < 1]).sum()
    assert state.lost_leontief[0, 0, 0] == pytest.approx(0.4 * lost)


def test_a_material_that_only_a_part_of_output_needs_costs_that_part():
    params = parameters(cover=4.0, cover_dispersion=0.0, dependence=0.3, criticality=0.5)
    state, controls = stopped(params, 1)
    assert played(state, controls, params, 10)[-1].leontief[0, 0, 0] == pytest.approx(1 - 0.5 * 0.3)


def test_the_scarcest_material_holds_a_sector_back():
    cover = np.array([4.0, 30.0])[None, None, None]
    params = parameters(materials=2, cover=cover, cover_dispersion=0.0, dependence=np.array([0.3, 1.0])[None, None])
    state, controls = stopped(params, 1)
    flows = played(state, controls, params, 40)
    assert flows[20].leontief[0, 0, 0] == pytest.approx(0.7)
    assert flows[39].leontief[0, 0, 0] == 0.0
