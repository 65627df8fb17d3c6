"""The solver and the plain iteration of tests/reference say the same."""

import numpy as np
import pytest

from sim import economy as api
from sim.economy import Limit
from tests.reference import equilibrium
from tests.sim.economy.worlds import awkward, few_regions, random_world, table

NAMES = ("real_income", "wage", "price", "income_musd", "expenditure_musd")
TAXING = random_world(4, 3, 33, export_taxes=0.1)
SMALL = random_world(3, 2, 34)
AWKWARD = awkward()
EPSILON = np.array([1.5, 4.0, 8.0])


@pytest.fixture(scope="module")
def shipped():
    return api.load()


def war(data, here, there):
    rates = data.tariff.copy()
    rates[0, 1] += here
    rates[1, 0] += there
    return rates


def agree(found, expected, names=NAMES, rel=1e-6):
    assert found.converged
    for name in names:
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=rel), name
    traded = expected.base.flows > 0
    assert found.quantity[traded] == pytest.approx(expected.quantity[traded], rel=rel, abs=1e-9)
    made = expected.base.output > 0
    assert found.output[made] == pytest.approx(expected.output[made], rel=rel)


class In:
    """Limits by place, as the reference takes them."""

    def __init__(self, world, importer, exporter, sector, *, allowed, share=1.0):
        self.importer, self.exporter = world.regions.index(importer), world.regions.index(exporter)
        self.sector, self.allowed, self.share = world.sectors.index(sector), allowed, share


@pytest.mark.parametrize(
    ("here", "there", "epsilon"),
    [(0.2, 0.2, 4.0), (0.3, 0.1, 1.0), (0.3, 0.1, 8.0), (1.45, 1.25, 1.0), (1.45, 1.25, 4.0), (1.45, 1.25, 8.0)],
)
def test_the_shipped_world_under_textbook_pairs(shipped, here, there, epsilon):
    us, china = (shipped.data.regions.index(code) for code in ("USA", "CHN"))
    rates = shipped.data.tariff.copy()
    rates[us, china] += here * shipped.data.taxed
    rates[china, us] += there * shipped.data.taxed
    named = shipped.rates({("USA", "CHN"): here, ("CHN", "USA"): there}, added=True)
    assert named == pytest.approx(rates, abs=1e-15)
    agree(shipped.solve(named, elasticity=epsilon), equilibrium.solve(shipped.data, rates, epsilon))


def test_the_shipped_world_with_an_elasticity_for_each_sector(shipped):
    us = shipped.data.regions.index("USA")
    rates = shipped.data.tariff.copy()
    abroad = np.arange(len(rates)) != us
    rates[us, abroad] += 0.1 * shipped.data.taxed
    epsilon = np.linspace(1.0, 9.0, len(shipped.data.sectors))
    agree(shipped.solve(rates, elasticity=epsilon), equilibrium.solve(shipped.data, rates, epsilon))


@pytest.mark.parametrize("world", [TAXING, AWKWARD], ids=["taxing", "awkward"])
def test_tariffs_export_taxes_and_trade_costs_in_random_worlds(opened, world):
    rates = war(world, 0.4, 0.7)
    taxes = world.export_tax + 0.2 * (world.export_tax > 0.05)
    taxes[2, 1] += 0.3
    epsilon = EPSILON if world is TAXING else 5.0
    costs = np.ones_like(rates)
    costs[1, 3], costs[3, 2] = 1.3, 0.9
    terms = {"elasticity": epsilon, "export_taxes": taxes, "trade_costs": costs}
    agree(opened(world).solve(rates, **terms), equilibrium.solve(world, rates, **terms))


@pytest.mark.parametrize("world", [TAXING, AWKWARD], ids=["taxing", "awkward"])
def test_deficits_that_are_purged_first_and_shocks_after(opened, world):
    """Hats multiply: of the shock without deficits over the base without deficits, at the same elasticities."""
    rates, epsilon = war(world, 0.4, 0.7), EPSILON if world is TAXING else 5.0
    shocked = opened(world).solve(rates, elasticity=epsilon, deficits="purged")
    purged = opened(world).solve(elasticity=epsilon, deficits="purged")
    expected = equilibrium.solve(world, rates, epsilon, deficits="purged")
    for name in ("real_income", "wage", "price"):
        found = getattr(shocked, name) / getattr(purged, name)
        assert found == pytest.approx(getattr(expected, name), rel=1e-7), name
    agree(opened(world).balanced().solve(rates), equilibrium.solve(world, rates, 4.0, deficits="purged"))


def test_final_demand_by_shares_is_a_base_solved_first(tmp_path):
    """At an elasticity of 4, with the trade balances of the data; the shock comes on top of that base."""
    shares = np.array([[0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8], [0.4, 0.0, 0.6]])
    folder = TAXING.write(tmp_path / "data")
    cells = ((TAXING.regions[n], TAXING.sectors[j], share) for (n, j), share in np.ndenumerate(shares))
    table(folder, "final_demand_shares", "region,sector,final_demand_share", cells)
    economy, rates = api.load(folder, final_demand="shares"), war(TAXING, 0.3, 0.2)
    expected = equilibrium.solve(economy.data, rates, 4.0)
    assert np.abs(expected.base.flows / TAXING.flows_musd - 1).max() > 0.1
    assert economy.data.final_share == pytest.approx(shares)
    agree(economy.solve(rates), expected)
    assert economy.solve(rates).flows_musd == pytest.approx(expected.flows_musd, rel=1e-6)


def test_seven_regions_and_forty_four_sectors(opened):
    world = few_regions()
    rates, epsilon = war(world, 0.5, 0.5), np.linspace(0.5, 10, 44)
    agree(opened(world).solve(rates, elasticity=epsilon), equilibrium.solve(world, rates, epsilon))


def test_limits_capacity_and_tariffs_together(opened):
    cells = (
        (("R000", "R001", "S00"), {"allowed": 0.6}),
        (("R001", "R002", "S00"), {"allowed": 0.0, "share": 0.7}),
        (("R002", "R000", "S01"), {"allowed": 0.5, "share": 0.5}),
    )
    rates, terms = war(SMALL, 0.1, 0.3), {"to_exporter": 0.3}
    found = opened(SMALL).solve(
        rates, limits=[Limit(*cell, **limit) for cell, limit in cells], capacity={("R002", "S01"): 0.8}, **terms
    )
    placed = [In(SMALL, *cell, **limit) for cell, limit in cells]
    expected = equilibrium.solve(SMALL, rates, limits=placed, capacity={(2, 1): 0.8}, **terms)
    agree(found, expected, names=("real_income", "wage", "price", "income_musd"))
    assert sorted(found.scarcity_rent) == pytest.approx(
        sorted([expected.rent[0, 1, 0, 1], expected.rent[2, 0, 1, 1], np.inf]), rel=1e-5
    )
    assert found.capacity_rent[0] == pytest.approx(expected.capacity_rent[2, 1], rel=1e-5)


@pytest.mark.parametrize("revenue", ["rebated", "tax_relief"])
@pytest.mark.parametrize("supply", [0.5, 1.0])
@pytest.mark.parametrize("world", [SMALL, TAXING], ids=["small", "taxing"])
def test_labour_that_follows_the_real_wage(opened, world, supply, revenue):
    rates = war(world, 0.4, 0.2)
    terms = {"labour_supply": supply, "revenue": revenue}
    agree(opened(world).solve(rates, **terms), equilibrium.solve(world, rates, **terms))


@pytest.mark.parametrize("adjusted", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("world", [TAXING, AWKWARD], ids=["taxing", "awkward"])
def test_buyers_who_have_adjusted_to_other_rates_than_they_pay(opened, world, adjusted):
    rates = war(world, 0.6, 0.4)
    believed = world.tariff + adjusted * (rates - world.tariff)
    found = opened(world).solve(rates, elasticity=3.0, acted_on=believed)
    agree(found, equilibrium.solve(world, rates, 3.0, acted_on=believed))


def test_buyers_who_know_nothing_of_a_tariff_pay_it_and_buy_as_before(opened):
    """Between two sources quantities move with wages alone, not with what tariffs on inputs add to prices."""
    economy, rates = opened(TAXING), war(TAXING, 0.6, 0.4)
    solution = economy.solve(rates, elasticity=EPSILON, acted_on=TAXING.tariff)
    own = np.einsum("nnj->nj", solution.quantity)
    relative = solution.quantity / own[:, None, :]
    state, base = solution.state, economy.base
    acted_on = np.exp(
        base.value_added_share.T * state.log_wage[0][:, None]
        + np.einsum("ikj,ik->ij", base.input_coefficient, state.log_price[0])
    )
    expected = (acted_on[np.newaxis] / acted_on[:, np.newaxis]) ** -(EPSILON + 1)
    assert relative == pytest.approx(expected, rel=1e-8)
    assert np.abs(solution.quantity - 1).max() < 0.2 * np.abs(economy.solve(rates, EPSILON).quantity - 1).max()
    assert (solution.cost / acted_on).max() > 1.001  # the tariffs on inputs are in prices all the same
    assert solution.revenue_musd[0] > economy.solve(rates, elasticity=EPSILON).revenue_musd[0]


def test_tariffs_that_buyers_know_nothing_of_move_nothing_where_no_inputs_are_bought(opened):
    """What is paid more comes back as revenue, so the bundle bought before can be bought again; and it is."""
    world = random_world(3, 3, 35, inputs=False)
    solution = opened(world).solve(war(world, 0.6, 0.4), elasticity=EPSILON, acted_on=world.tariff)
    for name in ("quantity", "output", "wage", "cost", "real_income"):
        assert getattr(solution, name) == pytest.approx(1, abs=1e-9), name
    assert solution.price[0].min() > 1.01


def test_buyers_who_know_the_rates_are_buyers_of_whom_nothing_is_said(opened):
    economy, rates = opened(TAXING), war(TAXING, 0.6, 0.4)
    said, unsaid = economy.solve(rates, acted_on=rates), economy.solve(rates)
    for name in ("real_income", "wage", "price", "flows_musd"):
        assert getattr(said, name) == pytest.approx(getattr(unsaid, name), rel=1e-12), name
