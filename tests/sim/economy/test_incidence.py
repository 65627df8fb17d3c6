"""Pass-through to the border and prices in shops: the definitions, and that the measures of the engine are theirs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.economy import load
from sim.economy.measures import Measures, Picture
from tests.reference.incidence import border_pass_through, consumer_prices_percent


@st.composite
def worlds(draw):
    """Costs, wages, changes of wedges, flows and purchases of some runs of a small world."""
    runs, regions, sectors = draw(st.integers(1, 4)), draw(st.integers(2, 5)), draw(st.integers(1, 3))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    cost = np.exp(0.1 * chance.normal(size=(runs, regions, sectors)))
    wage = np.exp(0.1 * chance.normal(size=(runs, regions)))
    shape = (runs, regions, regions, sectors)
    change = chance.normal(size=shape) * (chance.random(shape) < 0.5)
    flows = chance.exponential(size=shape[1:])
    return cost, wage, change, flows, flows / flows.sum(axis=(1, 2), keepdims=True)


def pair(cost=(1.0, 1.0), wedge=(0.0, 0.0)):
    """Importer 0 of three regions buys one good from 1 and 2, 60 and 40: costs and wedges of both."""
    change, imports = np.zeros((3, 3, 1)), np.zeros((3, 3, 1))
    change[0, 1:, 0], imports[0, :, 0] = wedge, [900, 60, 40]
    return np.array([[1.0], [cost[0]], [cost[1]]]), change, imports


# ── The border ───────────────────────────────────────────────────────────────────────────────────────


def test_pass_through_is_whole_if_exporters_prices_stay():
    assert border_pass_through(*pair(wedge=(0.2, 0.1)))[0] == 1


def test_pass_through_is_the_rise_of_the_price_with_the_tariff_over_that_of_the_tariff():
    cost, change, imports = pair(cost=(0.98, 1.1), wedge=(np.log(1.25), 0))
    assert border_pass_through(cost, change, imports)[0] == pytest.approx(np.log(1.25 * 0.98) / np.log(1.25))


def test_of_one_change_of_all_rates_pass_through_is_the_mean_over_imports():
    cost, change, imports = pair(cost=(0.99, 0.96), wedge=(0.2, 0.2))
    expected = 0.6 * (1 + np.log(0.99) / 0.2) + 0.4 * (1 + np.log(0.96) / 0.2)
    assert border_pass_through(cost, change, imports)[0] == pytest.approx(expected)


def test_prices_of_goods_under_no_change_and_of_the_importer_itself_do_not_count():
    cost, change, imports = pair(cost=(0.98, 1.0), wedge=(0.2, 0))
    change[0, 0] = 5
    other = np.array([[3.0], [0.98], [7.0]])
    assert border_pass_through(cost, change, imports)[0] == border_pass_through(other, change, imports)[0]


def test_who_changed_no_tariff_has_no_pass_through():
    assert np.isnan(border_pass_through(*pair(cost=(0.9, 1.1)))).all()


@given(worlds())
@settings(deadline=None)
def test_a_cut_passes_through_as_the_hike_that_it_reverses(world):
    cost, _, change, flows, _ = world
    there, back = border_pass_through(cost, change, flows), border_pass_through(1 / cost, -change, flows)
    np.testing.assert_allclose(there, back, rtol=1e-12)


@given(worlds(), st.floats(0.01, 100))
@settings(deadline=None)
def test_the_unit_of_the_flows_does_not_matter(world, unit):
    cost, _, change, flows, _ = world
    np.testing.assert_allclose(
        border_pass_through(cost, change, flows), border_pass_through(cost, change, unit * flows), rtol=1e-9
    )


@given(worlds())
@settings(deadline=None)
def test_a_run_has_the_same_bits_alone_as_among_others(world):
    cost, wage, change, flows, purchases = world
    passes = border_pass_through(cost, change, flows)
    prices = consumer_prices_percent(cost, wage, change, purchases)
    for run in range(len(cost)):
        assert np.array_equal(border_pass_through(cost[run], change[run], flows), passes[run], equal_nan=True)
        assert (consumer_prices_percent(cost[run], wage[run], change[run], purchases) == prices[run]).all()


# ── The shop ─────────────────────────────────────────────────────────────────────────────────────────


def shares():
    """Importer 0 spends 10 % on imports, half of them from each of 1 and 2; the others buy at home."""
    purchases = np.eye(3)[:, :, None].copy()
    purchases[0, :, 0] = [0.9, 0.05, 0.05]
    return purchases


def test_a_fifth_of_a_rise_at_the_border_shows_in_shops():
    change = np.zeros((3, 3, 1))
    change[0, 1, 0] = np.log(1.2)
    percent = consumer_prices_percent(np.ones((3, 1)), np.ones(3), change, shares(), 0.20)
    assert percent[0] == pytest.approx(100 * (1.2 ** (0.2 * 0.05) - 1))
    assert percent[1:].tolist() == [0, 0]


def test_goods_made_at_home_show_in_full_what_they_cost_relative_to_wages():
    cost, wage = np.array([[1.05], [1.0], [1.0]]), np.array([1.02, 1.0, 1.0])
    expected = 100 * ((1.05 / 1.02) ** 0.9 * 1.02 ** (-0.2 * 0.1) - 1)
    assert consumer_prices_percent(cost, wage, np.zeros((3, 3, 1)), shares(), 0.20)[0] == pytest.approx(expected)


@given(worlds(), st.floats(0.5, 2))
@settings(deadline=None)
def test_the_numeraire_does_not_matter(world, scale):
    cost, wage, change, _, purchases = world
    np.testing.assert_allclose(
        consumer_prices_percent(scale * cost, scale * wage, change, purchases),
        consumer_prices_percent(cost, wage, change, purchases),
        atol=1e-10,
    )


@given(worlds())
@settings(deadline=None)
def test_with_a_whole_pass_to_retail_it_is_the_price_index_at_fixed_weights(world):
    cost, wage, change, _, purchases = world
    prices = change + np.log(cost)[:, None]
    index = np.exp((purchases * prices).sum(axis=(2, 3))) / wage
    np.testing.assert_allclose(
        consumer_prices_percent(cost, wage, change, purchases, 1.0), 100 * (index - 1), rtol=1e-9, atol=1e-10
    )


def test_the_margin_may_differ_by_run():
    change = np.zeros((2, 3, 3, 1))
    change[:, 0, 1, 0] = 0.3
    percent = consumer_prices_percent(np.ones((3, 1)), np.ones(3), change, shares(), [[0.15], [0.50]])
    np.testing.assert_allclose(percent[:, 0], 100 * np.expm1(0.3 * 0.05 * np.array([0.15, 0.5])))


def test_purchases_sum_to_1():
    purchases = shares()
    purchases[2, 2, 0] = 0.7
    with pytest.raises(ValueError, match="purchases of importer 2 do not sum to 1"):
        consumer_prices_percent(np.ones((3, 1)), np.ones(3), np.zeros((3, 3, 1)), purchases)


# ── The engine's measures ────────────────────────────────────────────────────────────────────────────


def test_the_measures_of_the_engine_are_these_definitions():
    """For two runs of the shipped world, of which only some cells changed, against another equilibrium."""
    economy = load()
    before = economy.rates({("USA", "CHN"): 0.1}, added=True)
    later = np.stack([economy.rates({("USA", "*"): 0.2}), economy.rates({("CHN", "USA"): 0.3, ("USA", "CHN"): 0.5})])
    cell = np.flatnonzero((later != before).any(0).transpose(2, 0, 1))
    solutions = [economy.solve(np.stack([before, before]), 4.0), economy.solve(later, 4.0)]
    rates = [np.stack([before, before]), later]
    pictures = [
        Picture.of(solution, np.moveaxis(rate, 3, 1).reshape(2, -1)[:, cell])
        for solution, rate in zip(solutions, rates, strict=True)
    ]
    measures = Measures(economy.base, cell, economy.data.taxed)
    change = np.log1p(later) - np.log1p(before)
    cost, wage = solutions[1].cost / solutions[0].cost, solutions[1].wage / solutions[0].wage
    flows = economy.base.flows.transpose(1, 2, 0)
    passed = measures.pass_through(pictures[1], pictures[0])
    assert passed == pytest.approx(border_pass_through(cost, change, flows), rel=1e-12, nan_ok=True)
    bought = (economy.base.final_share[:, :, None] * economy.base.share).transpose(1, 2, 0)
    expected = consumer_prices_percent(cost, wage, change, bought, np.array([[0.2], [0.5]]))
    prices = measures.consumer_prices_percent(pictures[1], pictures[0], np.array([0.2, 0.5]))
    assert prices == pytest.approx(expected, rel=1e-9)
    assert np.abs(expected[:, 0]).min() > 0.1
