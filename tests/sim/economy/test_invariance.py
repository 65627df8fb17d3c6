"""What the equilibrium must not depend on, and what must hold in any of them."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import solve as linear

from tests.sim.economy.worlds import awkward, few_regions, many_countries, many_sectors, random_world

TRADING = random_world(4, 3, 1)
BALANCED = random_world(4, 3, 2, balanced=True)
TAXING = random_world(4, 3, 3, export_taxes=0.1)
AWKWARD = awkward()
FREE = random_world(4, 3, 4, tariffs=0.0)
WORLDS = {"taxing": TAXING, "awkward": AWKWARD}
OTHERS = {"194x1": many_countries, "31x40": many_sectors, "7x44": few_regions}
EPSILON = np.array([1.5, 4.0, 8.0])
REAL = ("real_income", "quantity", "output")


def war(world, here=0.3, there=0.15):
    """R000 taxes everything from R001, which answers."""
    rates = world.tariff.copy()
    rates[0, 1] += here
    rates[1, 0] += there
    return rates


def same(one, other, names=REAL, **tolerance):
    for name in names:
        assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True, **tolerance), name


@pytest.mark.parametrize("balanced", [False, True], ids=["as it is", "balanced"])
@pytest.mark.parametrize("world", [*WORLDS.values(), FREE], ids=[*WORLDS, "free"])
def test_rates_as_they_are_change_nothing(opened, world, balanced):
    economy = opened(world).balanced() if balanced else opened(world)
    for given in ({}, {"tariffs": world.tariff, "export_taxes": world.export_tax, "acted_on": world.tariff}):
        solution = economy.solve(**given, elasticity=3.0)
        for name in ("real_income", "wage", "price", "cost"):
            assert getattr(solution, name) == pytest.approx(1, abs=1e-12), name
        traded = world.flows_musd > 0
        assert solution.quantity[traded] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_a_tax_on_all_imports_is_a_tax_on_all_exports(opened, rate):
    """Lerner symmetry, balanced trade, tariffs and inputs in the base: every real variable is the same."""
    economy, others = opened(BALANCED), np.arange(4) != 2
    tariffs, taxes = BALANCED.tariff.copy(), BALANCED.export_tax.copy()
    tariffs[2, others] = (1 + tariffs[2, others]) * (1 + rate) - 1
    taxes[others, 2] = (1 + taxes[others, 2]) * (1 + rate) - 1
    on_imports = economy.solve(tariffs, elasticity=EPSILON)
    on_exports = economy.solve(export_taxes=taxes, elasticity=EPSILON)
    same(on_imports, on_exports, rel=1e-8)
    assert abs(on_imports.real_income[2] - 1) > 1e-3
    assert on_imports.wage[2] > on_exports.wage[2]


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_currency_of_the_data_is_a_unit(opened, world):
    other = world.scaled(7.3)
    one, same_again = opened(world).solve(war(world)), opened(other).solve(war(other))
    same(one, same_again, names=(*REAL, "wage", "price", "cost"), rel=1e-9)
    assert same_again.income_musd == pytest.approx(7.3 * one.income_musd, rel=1e-9)
    assert same_again.flows_musd == pytest.approx(7.3 * one.flows_musd, rel=1e-7)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_names_and_order_of_regions_say_nothing(opened, world):
    order = [3, 1, 0, 2]
    other = world.reordered(order, names=("ZZ", "AA", "MM", "BB"))
    rates = war(world)
    one, shuffled = opened(world).solve(rates), opened(other).solve(rates[np.ix_(order, order)])
    assert shuffled.real_income == pytest.approx(one.real_income[order], rel=1e-9)
    assert shuffled.wage == pytest.approx(one.wage[order], rel=1e-9)
    assert shuffled.flows_musd == pytest.approx(one.flows_musd[np.ix_(order, order)], rel=1e-7)


def test_twice_the_same_sector_is_one_sector(opened):
    """A sector split in two halves of the same technology, trade and rates changes no real income of anyone."""
    whole = random_world(3, 1, 9)
    halves = replace(
        whole,
        flows_musd=np.repeat(whole.flows_musd / 2, 2, axis=2),
        tariff=np.repeat(whole.tariff, 2, axis=2),
        export_tax=np.repeat(whole.export_tax, 2, axis=2),
        value_added_share=np.repeat(whole.value_added_share, 2, axis=1),
        input_coefficient=np.repeat(np.repeat(whole.input_coefficient / 2, 2, axis=1), 2, axis=2),
        sectors=("A", "B"),
    )
    one, two = opened(whole).solve(war(whole)), opened(halves).solve(war(halves))
    assert two.real_income == pytest.approx(one.real_income, rel=1e-9)


def test_a_small_shock_is_told_by_its_two_terms(opened):
    """Terms of trade + volume of trade → Ŵ − 1: the gap falls with the square of the shock."""
    economy, gaps = opened(TRADING), []
    for size in (1e-2, 1e-3, 1e-4):
        solution = economy.solve(war(TRADING, size, size / 2), elasticity=EPSILON)
        terms_of_trade, volume_of_trade = solution.decomposition()
        exact = solution.real_income - 1
        gaps.append(np.abs(terms_of_trade + volume_of_trade - exact).max() / np.abs(exact).max())
    assert gaps[0] < 0.1
    assert gaps[1] < gaps[0] / 8
    assert gaps[2] < gaps[1] / 8


@pytest.mark.parametrize("deficits", ["held", "purged"])
def test_real_wages_follow_from_own_shares_with_inputs(opened, deficits):
    """ln(ŵ/P̂)_n = −Σ_j Σ_k α_n^j [(I − A_n)⁻¹]_kj ln π̂_nn^k / θ_k, A_kj input k per unit of output of j."""
    economy = opened(TRADING)
    rates = war(TRADING, 0.6, 0.4)

    def own_shares(solution, rates):
        paid = solution.flows_musd * (1 + rates)
        return np.diagonal(paid).T / paid.sum(1)

    before = economy.solve(elasticity=EPSILON, deficits=deficits)
    after = economy.solve(rates, elasticity=EPSILON, deficits=deficits)
    change = np.log(own_shares(after, rates) / own_shares(before, TRADING.tariff)) / EPSILON
    paid = TRADING.flows_musd * (1 + TRADING.tariff)
    inputs = np.einsum("nkj,nj->nk", TRADING.input_coefficient, TRADING.output)
    final = paid.sum(1) - inputs
    for region in range(4):
        share = final[region] / final[region].sum()
        dearer = linear(np.eye(3) - TRADING.input_coefficient[region].T, change[region])
        real_wage = np.log(after.wage[region] / before.wage[region])
        real_wage -= share @ np.log(after.price[region] / before.price[region])
        assert real_wage == pytest.approx(-share @ dearer, rel=1e-7)


@pytest.mark.parametrize("epsilon", [0.5, 4.0, 9.0])
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_books_close(opened, world, epsilon):
    books_close(opened(world), war(world, 1.45, 1.25), epsilon)


@pytest.mark.parametrize("name", OTHERS)
def test_the_books_close_in_data_of_any_size(opened, name):
    world = OTHERS[name]()
    books_close(opened(world), war(world), 4.0)


def books_close(economy, rates, epsilon):
    """What is spent, earned, sold and owed, worked out again from trade flows and wages alone."""
    data = economy.data
    solution = economy.solve(rates, elasticity=epsilon)
    flows, taxes = solution.flows_musd, data.export_tax
    output = flows.sum(0)
    share = 1 - data.input_coefficient.sum(1)
    base_output = data.flows_musd.sum(0)
    value_added = (share * base_output).sum(1)
    spent = (data.flows_musd * (1 + data.tariff) * (1 + taxes)).sum(1)
    final = spent - np.einsum("nkj,nj->nk", data.input_coefficient, base_output)
    owed = (data.flows_musd * (1 + taxes)).sum((1, 2)) - (data.flows_musd * (1 + taxes)).sum((0, 2))
    tariffs = (flows * (1 + taxes) * rates).sum((1, 2))
    collected = tariffs + (flows * taxes).sum((0, 2))

    assert solution.converged
    assert abs(solution.dropped_market) <= 1e-8
    assert solution.residual <= 1e-9
    assert solution.wage @ value_added == pytest.approx(value_added.sum(), rel=1e-10)
    assert solution.revenue_musd == pytest.approx(tariffs, rel=1e-9)
    assert solution.output_musd == pytest.approx(output, rel=1e-9)
    assert (share * output).sum(1) == pytest.approx(solution.wage * value_added, rel=1e-8)
    income = solution.wage * value_added + collected + owed
    assert solution.income_musd == pytest.approx(income, rel=1e-8)
    paid = (flows * (1 + rates) * (1 + taxes)).sum(1)
    inputs = np.einsum("nkj,nj->nk", data.input_coefficient, output)
    assert solution.expenditure_musd == pytest.approx(paid, rel=1e-9)
    assert paid == pytest.approx(final / final.sum(1, keepdims=True) * income[:, None] + inputs, rel=1e-8)
    balance = (flows * (1 + taxes)).sum((1, 2)) - (flows * (1 + taxes)).sum((0, 2))
    assert balance == pytest.approx(owed, abs=1e-8 * value_added.max())
    prices = np.prod(solution.price ** (final / final.sum(1, keepdims=True)), axis=1)
    assert solution.real_income == pytest.approx(income / final.sum(1) / prices, rel=1e-8)


def test_a_row_of_a_batch_is_the_problem_solved_alone(opened):
    """Bit for bit, in a batch of 1, 7 or 100 and in any order."""
    economy, random = opened(TRADING), np.random.default_rng(0)
    rates = TRADING.tariff + random.uniform(0, 1.5, (100, 1, 1, 1)) * random.uniform(size=(100, 4, 4, 3))
    rates[:, np.arange(4), np.arange(4)] = 0.0
    epsilon = random.uniform(1, 9, (100, 3))
    names = ("real_income", "wage", "price", "flows_musd", "quantity", "output", "revenue_musd", "residual")
    hundred = economy.solve(rates, elasticity=epsilon)
    assert np.all(hundred.converged)
    seven = economy.solve(rates[60:67], elasticity=epsilon[60:67])
    backwards = economy.solve(rates[::-1], elasticity=epsilon[::-1])
    for name in names:
        assert np.array_equal(getattr(hundred, name)[60:67], getattr(seven, name)), name
        assert np.array_equal(getattr(hundred, name), getattr(backwards, name)[::-1]), name
    for run in (0, 13, 63, 99):
        one = economy.solve(rates[run : run + 1], elasticity=epsilon[run : run + 1])
        alone = economy.solve(rates[run], elasticity=epsilon[run])
        for name in names:
            assert np.array_equal(getattr(hundred, name)[run], getattr(one, name)[0]), name
            assert np.array_equal(getattr(hundred, name)[run], getattr(alone, name)), name


def test_a_row_does_not_see_which_cells_other_rows_change(opened):
    economy, rates = opened(TRADING), np.stack([war(TRADING, 0.3, 0.15), TRADING.tariff, war(TRADING, 0.0, 2.0)])
    rates[1, 2, 3] += 0.7
    taxes = np.stack([TRADING.export_tax] * 3)
    taxes[2, 3, 0] += 0.1
    batch = economy.solve(rates, export_taxes=taxes)
    for run in range(3):
        alone = economy.solve(rates[run], export_taxes=taxes[run])
        for name in ("real_income", "wage", "price", "flows_musd", "quantity"):
            assert np.array_equal(getattr(batch, name)[run], getattr(alone, name)), (run, name)


def test_where_a_solution_starts_does_not_say_where_it_ends(opened):
    economy = opened(TAXING)
    rates = war(TAXING, 0.8, 0.6)
    afresh = economy.solve(rates)
    near = economy.solve(rates, start=economy.solve(war(TAXING, 0.7, 0.5)))
    far = economy.solve(rates, start=economy.solve(war(TAXING, 3.0, 2.0), elasticity=1.0))
    for solution in (near, far):
        same(solution, afresh, names=(*REAL, "wage", "price"), rel=1e-8)


def test_rates_by_name_are_the_rates_in_the_array(opened):
    economy = opened(TRADING)
    rates = economy.rates({("R000", "R001"): 0.3, ("R001", "R000"): 0.15}, added=True)
    assert rates == pytest.approx(war(TRADING), abs=1e-15)


def test_the_economy_is_at_hand_once_sim_is_imported():
    said = subprocess.run(
        [sys.executable, "-c", "import sim; print(sim.economy.load().base.regions); sim.nothing"],
        capture_output=True,
        text=True,
    )
    assert said.stdout == "18\n"
    assert "module 'sim' has no attribute 'nothing'" in said.stderr
