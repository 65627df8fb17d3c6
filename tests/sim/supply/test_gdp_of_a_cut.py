"""What a near-total cut costs in GDP: near the studies for the United States, far above them for Germany."""

import numpy as np
import pytest

from sim.supply.episodes import gdp
from sim.supply.episodes.assumptions import central
from sim.supply.episodes.magnets_2025 import fitted
from sim.supply.episodes.records import studies

BARE, YEAR, STOP = gdp.CUTS


@pytest.fixture(scope="module")
def effects():
    values = fitted()
    return {
        cut: {
            branch: {country: float(gdp.of_gdp(values, country, lost)[0]) for country in gdp.COUNTRIES}
            for branch, lost in gdp.lost(values, cut).items()
        }
        for cut in gdp.CUTS
    }


def of_imf():
    return {one.country: one.low for one in studies() if one.study.startswith("IMF")}


def test_using_sectors_are_a_twenty_fifth_of_gdp_in_the_united_states():
    assert sum(gdp.shares("United States").values()) == pytest.approx(0.041, abs=0.003)
    assert sum(gdp.shares("Germany").values()) > 0.10


@pytest.mark.parametrize("branch", ["Leontief", "CES"])
def test_without_stocks_the_united_states_lose_about_what_studies_find(effects, branch):
    assert -2.5 < effects[BARE][branch]["United States"] < -1.0  # IMF -1.5, ECB up to -2.0, Oxford -1.0


@pytest.mark.parametrize(("country", "low", "high"), [("Japan", 2.2, 3.6), ("Germany", 4.8, 7.0)])
def test_without_stocks_other_makers_of_machines_lose_several_times_what_studies_find(effects, country, low, high):
    for branch in ("Leontief", "CES"):
        assert low < effects[BARE][branch][country] / of_imf()[country] < high


def test_stocks_and_ways_out_halve_the_loss_at_least_in_the_leontief_branch_and_end_it_in_the_other(effects):
    for country in ("United States", "Japan"):
        assert effects[YEAR]["Leontief"][country] > 0.6 * effects[BARE]["Leontief"][country]
        assert effects[YEAR]["CES"][country] > -0.2


def test_a_stop_of_half_a_year_costs_less_than_a_year_with_a_fifth_left(effects):
    for branch in ("Leontief", "CES"):
        for country in gdp.COUNTRIES:
            assert effects[YEAR][branch][country] <= effects[STOP][branch][country] <= 0


def test_the_effect_is_in_proportion_to_the_network_multiplier():
    lost = np.full((1, 6, 5), 0.1)
    once, twice = (gdp.of_gdp(central(network_multiplier=one), "Japan", lost)[0] for one in (1.0, 2.0))
    assert twice == pytest.approx(2 * once)
    assert once == pytest.approx(-10 * sum(gdp.shares("Japan").values()))
