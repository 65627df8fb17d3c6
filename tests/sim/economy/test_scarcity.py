"""Quantity limits, bans, capacities: a scarce good is one with a tax whose proceeds are somebody's rent."""

import numpy as np
import pytest

from sim.economy import TOLERANCE, Limit, load
from tests.sim.economy.worlds import random_world

WORLD = random_world(3, 2, 21)
CELL = ("R000", "R001", "S00")  # R000 buys S00 from R001
INDEX = (0, 1, 0)
REAL = ("real_income", "quantity", "output")


def raised(tariff=None, rate=0.0):
    rates = (WORLD.tariff if tariff is None else tariff).copy()
    rates[INDEX] = (1 + rates[INDEX]) * (1 + rate) - 1
    return rates


def limit(allowed, **terms):
    return Limit(*CELL, allowed=allowed, **terms)


def same(one, other, names=REAL, **tolerance):
    for name in names:
        assert getattr(one, name) == pytest.approx(getattr(other, name), **tolerance), name


@pytest.mark.parametrize("epsilon", [1.0, 4.0, 8.0])
@pytest.mark.parametrize("rate", [0.1, 1.0])
def test_a_quota_held_by_importers_is_the_tariff_that_brings_its_quantity(opened, rate, epsilon):
    economy = opened(WORLD)
    tariff = economy.solve(raised(rate=rate), elasticity=epsilon)
    quota = economy.solve(elasticity=epsilon, limits=[limit(tariff.quantity[INDEX])], to_exporter=0.0)
    same(quota, tariff, names=(*REAL, "wage"), rel=1e-7)
    assert quota.scarcity_rent[0] == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize("rate", [0.1, 1.0])
def test_a_quota_held_by_exporters_is_the_export_tax_that_brings_its_quantity(opened, rate):
    economy = opened(WORLD)
    taxes = np.zeros_like(WORLD.tariff)
    taxes[INDEX] = rate
    taxed = economy.solve(export_taxes=taxes)
    quota = economy.solve(limits=[limit(taxed.quantity[INDEX])], to_exporter=1.0)
    same(quota, taxed, names=(*REAL, "wage"), rel=1e-7)
    assert quota.scarcity_rent[0] == pytest.approx(rate, rel=1e-6)


def test_who_holds_the_licences_decides_who_has_the_rent(opened):
    economy = opened(WORLD)
    ends = [economy.solve(limits=[limit(0.5)], to_exporter=share) for share in (0.0, 0.5, 1.0)]
    importer, exporter = (np.array([solution.real_income[region] for solution in ends]) for region in (0, 1))
    assert (np.diff(importer) < 0).all()
    assert (np.diff(exporter) > 0).all()
    for solution in ends:
        assert solution.quantity[INDEX] == pytest.approx(0.5, rel=1e-7)
    assert ends[0].rent_musd[0] > 0
    assert ends[0].rent_musd[1] == pytest.approx(0, abs=1e-6)
    assert ends[2].rent_musd[1] > 0
    assert ends[2].rent_musd[0] == pytest.approx(0, abs=1e-6)


def test_a_quota_on_what_a_tariff_has_cut_already_bites_by_the_rest(opened):
    economy = opened(WORLD)
    both = economy.solve(raised(rate=0.5))
    part = economy.solve(raised(rate=0.2), limits=[limit(both.quantity[INDEX])], to_exporter=0.0)
    same(part, both, rel=1e-7)
    assert (1.2 * (1 + part.scarcity_rent[0])) == pytest.approx(1.5, rel=1e-6)


def test_a_limit_that_nobody_reaches_changes_nothing(opened):
    economy = opened(WORLD)
    for rates, allowed in ((None, 1.2), (raised(rate=0.3), 1.0)):
        free, slack = economy.solve(rates), economy.solve(rates, limits=[limit(allowed)])
        same(slack, free, rel=1e-9)
        assert slack.scarcity_rent[0] == pytest.approx(0, abs=1e-9)


def test_a_limit_at_the_quantity_of_the_base_waits_for_a_reason_to_bind(opened):
    economy = opened(WORLD)
    rates = WORLD.tariff.copy()
    rates[0, 2] += 0.5  # R000 turns from R002 to R001
    free, bound = economy.solve(rates), economy.solve(rates, limits=[limit(1.0)])
    assert free.quantity[INDEX] > 1.01
    assert bound.quantity[INDEX] == pytest.approx(1.0, rel=1e-7)
    assert bound.scarcity_rent[0] > 0.001


@pytest.mark.parametrize("epsilon", [1.0, 4.0])
def test_a_ban_drops_the_source(opened, epsilon):
    economy = opened(WORLD)
    banned = economy.solve(elasticity=epsilon, limits=[limit(0.0)])
    assert banned.quantity[INDEX] == 0
    assert banned.flows_musd[INDEX] == 0
    nearly = economy.solve(elasticity=epsilon, limits=[limit(1e-5)], to_exporter=0.0)
    assert banned.real_income == pytest.approx(nearly.real_income, abs=1e-3 if epsilon > 1 else 1e-2)
    assert banned.real_income[0] < economy.solve(elasticity=epsilon).real_income[0]


def test_a_ban_on_everything_between_two_is_no_trade_between_them(opened):
    economy = opened(WORLD)
    walls = WORLD.tariff.copy()
    walls[0, 1] = walls[1, 0] = 1e5
    bans = [
        Limit(importer, exporter, sector, allowed=0.0)
        for importer, exporter in (("R000", "R001"), ("R001", "R000"))
        for sector in WORLD.sectors
    ]
    same(economy.solve(limits=bans), economy.solve(walls), names=("real_income", "output", "wage"), rel=1e-7)


def test_the_part_of_a_cell_that_is_free_grows_when_the_other_is_cut(opened):
    economy = opened(WORLD)
    whole, part = economy.solve(limits=[limit(0.5)]), economy.solve(limits=[limit(0.5, share=0.4)])
    quantity = part.quantity[INDEX]
    assert 0.6 + 0.4 * 0.5 < quantity < 1
    assert part.scarcity_rent[0] > 0
    assert abs(part.real_income[0] - 1) < abs(whole.real_income[0] - 1)
    gone = economy.solve(limits=[limit(0.0, share=0.4)])
    assert 0.6 < gone.quantity[INDEX] < quantity


@pytest.mark.parametrize("epsilon", [1.0, 4.0, 8.0])
def test_a_sector_that_can_make_half_makes_half(opened, epsilon):
    economy = opened(WORLD)
    solution = economy.solve(elasticity=epsilon, capacity={("R001", "S00"): 0.5})
    assert solution.output[1, 0] == pytest.approx(0.5, abs=1e-7)
    assert solution.capacity_rent[0] > 0
    assert solution.price[1, 0] > 1.01
    assert solution.quantity[0, 1, 0] < 1


def test_a_capacity_that_is_not_used_up_has_no_price(opened):
    economy = opened(WORLD)
    free, slack = economy.solve(raised(rate=0.3)), economy.solve(raised(rate=0.3), capacity={("R001", "S00"): 1.5})
    same(slack, free, rel=1e-9)
    assert slack.capacity_rent[0] == pytest.approx(0, abs=1e-9)


def test_scarcity_in_a_batch_is_scarcity_alone(opened):
    economy = opened(WORLD)
    rates = np.stack([raised(rate=rate) for rate in (0.0, 0.05, 0.4, 2.0)])
    terms = {"limits": [limit(0.7)], "capacity": {("R001", "S01"): 0.8}}
    batch = economy.solve(rates, **terms)
    for run in range(4):
        alone = economy.solve(rates[run], **terms)
        for name in (*REAL, "wage", "scarcity_rent", "capacity_rent"):
            assert np.array_equal(getattr(batch, name)[run], getattr(alone, name)), name
    assert batch.quantity[:, 0, 1, 0].max() <= 0.7 + 1e-7
    assert batch.output[:, 1, 1] == pytest.approx(0.8, rel=1e-7)
    assert batch.scarcity_rent[3, 0] == pytest.approx(0, abs=1e-9)


def test_rents_are_somebody_s_income(opened):
    """World income is wages, tariffs and rents; wages are what they were, for they are the unit of account."""
    economy = opened(WORLD)
    base = economy.solve()
    wages = base.income_musd.sum() - base.revenue_musd.sum()
    quota = economy.solve(limits=[limit(0.5)], to_exporter=0.3)
    assert quota.rent_musd.sum() > 1
    found = quota.income_musd.sum() - quota.revenue_musd.sum() - quota.rent_musd.sum()
    assert found == pytest.approx(wages, rel=1e-9)
    short = economy.solve(capacity={("R001", "S00"): 0.5})
    rent = short.output_musd[1, 0] * short.capacity_rent[0] / (1 + short.capacity_rent[0])
    assert short.income_musd.sum() - short.revenue_musd.sum() - rent == pytest.approx(wages, rel=1e-9)


def test_what_has_no_equilibrium_is_marked_and_disturbs_no_other_run(opened):
    """R001 owes what it buys beyond its sales; where all trade is banned nothing can pay for it."""
    world = random_world(2, 1, 22, inputs=False)
    economy, free = opened(world), world.tariff + 0.0
    banned = np.array([0.5, 0.0, 1.0])
    limits = [Limit("R000", "R001", "S00", allowed=banned), Limit("R001", "R000", "S00", allowed=banned)]
    batch = economy.solve(np.stack([free] * 3), limits=limits)
    assert not batch.converged[1]
    assert not batch.residual[1] <= TOLERANCE
    assert batch.converged[2]
    alone = economy.solve(
        free, limits=[Limit(*cell, allowed=1.0) for cell in (("R000", "R001", "S00"), CELL[1::-1] + CELL[2:])]
    )
    assert np.array_equal(batch.real_income[2], alone.real_income)


def test_a_sector_of_the_shipped_world_at_half_its_output():
    economy = load()
    place = economy.data.regions.index("USA"), economy.data.sectors.index("MVH")
    solution = economy.solve(capacity={("USA", "MVH"): 0.5})
    assert solution.converged
    assert solution.output[place] == pytest.approx(0.5, abs=1e-8)
    assert solution.price[place] > 1.05
    assert solution.real_income[place[0]] < 1


def test_limits_are_answered_in_the_order_in_which_they_are_given(opened):
    economy = opened(WORLD)
    one, other = limit(0.5), Limit("R002", "R000", "S01", allowed=0.9)
    forward, backward = (economy.solve(limits=order).scarcity_rent for order in ([one, other], [other, one]))
    assert forward == pytest.approx(backward[::-1], rel=1e-9)
    assert abs(forward[0] - forward[1]) > 0.01
