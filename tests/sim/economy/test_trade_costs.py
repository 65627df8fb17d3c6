"""Iceberg trade costs: what melts on the way is nobody's revenue."""

import numpy as np
import pytest

from tests.sim.economy.worlds import armington, random_world

FOUR = armington([[700, 90, 60, 50], [90, 900, 80, 60], [60, 80, 400, 70], [50, 60, 70, 300]])
LINKED = random_world(5, 3, 5, balanced=True, tariffs=0.0)
TAXED = random_world(5, 3, 6, tariffs=0.2, export_taxes=0.05)


def shocked(economy, seed=1):
    """Costs up to a third lower or a half higher abroad, none at home."""
    costs = np.random.default_rng(seed).uniform(0.67, 1.5, economy.data.flows_musd.shape)
    own = np.arange(len(costs))
    costs[own, own] = 1.0
    return costs


def own_share_hat(solution, economy):
    """λ̂ [region, sector] without tariffs."""
    own = np.arange(len(economy.data.regions))

    def share(flows):
        return flows[own, own] / flows.sum(1)

    return share(solution.flows_musd) / share(economy.data.flows_musd)


@pytest.mark.parametrize("epsilon", [0.5, 1, 4, 9])
def test_welfare_is_the_own_share_to_the_power_of_minus_one_over_epsilon(opened, epsilon):
    """Arkolakis, Costinot and Rodríguez-Clare (2012)."""
    economy = opened(FOUR)
    solution = economy.solve(trade_costs=shocked(economy), elasticity=epsilon)
    expected = own_share_hat(solution, economy)[:, 0] ** (-1 / epsilon)
    np.testing.assert_allclose(solution.real_income, expected, rtol=1e-8)
    assert np.abs(expected - 1).max() > 0.01


def test_with_inputs_welfare_is_a_product_of_own_shares(opened):
    """Costinot and Rodríguez-Clare (2014): Ŵ = Π_k Π_j λ̂_k^(−α_j·[(I − A)⁻¹]_kj/ε_k)."""
    economy = opened(LINKED)
    epsilon = np.array([2.0, 4.0, 7.0])
    solution = economy.solve(trade_costs=shocked(economy), elasticity=epsilon)
    inverse = np.linalg.inv(np.eye(3) - economy.data.input_coefficient)
    final = economy.data.residual_demand_musd
    weight = np.einsum("nkj,nj->nk", inverse, final / final.sum(1, keepdims=True))
    expected = np.exp(-(weight / epsilon * np.log(own_share_hat(solution, economy))).sum(1))
    np.testing.assert_allclose(solution.real_income, expected, rtol=1e-8)


def test_costs_that_do_not_change_change_nothing(opened):
    economy = opened(TAXED)
    solution = economy.solve(trade_costs=np.ones(economy.data.flows_musd.shape))
    np.testing.assert_allclose(solution.real_income, 1, atol=1e-12)


def test_a_unit_that_shrinks_for_everybody_is_a_less_productive_sector(opened):
    """Costs that melt a third of one exporter's goods at home and abroad make it poorer."""
    economy = opened(TAXED)
    costs = np.ones(economy.data.flows_musd.shape)
    costs[:, 2, 1] = 1.5
    worse, better = economy.solve(trade_costs=np.stack([costs, 1 / costs])).real_income
    assert worse[2] < 1 < better[2]


def test_a_tariff_is_an_iceberg_cost_with_revenue(opened):
    """The same wedge sends the same shares where prices are given; what a tariff adds is its revenue."""
    economy = opened(FOUR)
    wedge = np.zeros((4, 4, 1))
    wedge[0, 1] = 0.01
    taxed = economy.solve(tariffs=wedge)
    melted = economy.solve(trade_costs=1 + wedge)
    assert taxed.real_income[0] > 1 > melted.real_income[0]
    base = economy.data.flows_musd
    lost = (taxed.real_income[0] - melted.real_income[0]) * base[0].sum()
    assert lost == pytest.approx(0.01 * base[0, 1, 0], rel=0.1)


def test_very_large_costs_are_reached_in_parts(opened):
    economy = opened(FOUR)
    costs = np.ones((4, 4, 1))
    costs[~np.eye(4, dtype=bool)] = 100.0
    solution = economy.solve(trade_costs=costs, elasticity=9.0)
    assert solution.converged
    own = np.diag(economy.data.flows_musd[..., 0]) / economy.data.flows_musd[..., 0].sum(1)
    np.testing.assert_allclose(solution.real_income, own ** (1 / 9.0), rtol=1e-6)


@pytest.mark.parametrize("wrong", [0.0, -0.5, np.inf, np.nan])
def test_costs_are_above_zero(opened, wrong):
    costs = np.ones((4, 4, 1))
    costs[0, 1] = wrong
    with pytest.raises(ValueError, match="trade_costs are above 0%"):
        opened(FOUR).solve(trade_costs=costs)
