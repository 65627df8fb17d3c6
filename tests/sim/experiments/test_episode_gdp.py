"""What a near-total cut costs in GDP: near the studies for the United States, far above them for Germany."""

import numpy as np
import pytest

from sim.experiments.episodes import gdp
from sim.experiments.episodes.records import studies
from sim.experiments.episodes.shipped import central, levers

BARE, YEAR, STOP = gdp.CUTS


@pytest.fixture(scope="module")
def effects():
    values = central()
    return {
        cut: {
            branch: {country: float(gdp.of_gdp(values, country, lost)[0]) for country in gdp.COUNTRIES}
            for branch, lost in gdp.lost(values.parameters, cut).items()
        }
        for cut in gdp.CUTS
    }


def of_imf():
    return {one.country: one.low for one in studies() if one.study.startswith("IMF")}


def test_users_of_magnets_are_a_thirtieth_of_gdp_in_the_united_states_and_three_times_as_much_in_germany():
    assert sum(gdp.shares("United States").values()) == pytest.approx(0.031, abs=0.002)
    assert sum(gdp.shares("Germany").values()) == pytest.approx(0.097, abs=0.004)


def test_a_sector_counts_with_the_part_of_it_that_a_scenario_counts():
    found, seats = levers(), np.cumsum([len(part.regions) for _, part in sorted(levers().settings.regions.items())])
    japan = found.regions.index("japan")
    added, place = found.value_added_musd[:, seats[japan] - 1], found.sectors.index("industrial")
    share = gdp.users()["industrial"][1] / 100 * added[place] / found.gdp_musd[seats[japan] - 1]
    assert gdp.shares("Japan")["industrial"] == pytest.approx(share)


@pytest.mark.parametrize("branch", ["Leontief", "CES"])
def test_without_stocks_the_united_states_lose_about_what_studies_find(effects, branch):
    assert -2.5 < effects[BARE][branch]["United States"] < -1.0  # IMF -1.5, ECB up to -2.0, Oxford -1.0


@pytest.mark.parametrize(("country", "low", "high"), [("Japan", 1.9, 2.8), ("Germany", 3.8, 6.0)])
def test_without_stocks_other_makers_of_machines_lose_several_times_what_studies_find(effects, country, low, high):
    for branch in ("Leontief", "CES"):
        assert low < effects[BARE][branch][country] / of_imf()[country] < high


def test_stocks_and_ways_out_halve_the_loss_in_the_leontief_branch_and_end_it_in_the_other(effects):
    for country in ("United States", "Japan"):
        assert effects[YEAR]["Leontief"][country] > 0.55 * effects[BARE]["Leontief"][country]
        assert effects[YEAR]["CES"][country] > -0.2


def test_a_stop_of_half_a_year_costs_less_than_a_year_with_a_fifth_left(effects):
    for branch in ("Leontief", "CES"):
        for country in gdp.COUNTRIES:
            assert effects[YEAR][branch][country] <= effects[STOP][branch][country] <= 0


def test_the_effect_is_in_proportion_to_what_is_lost_and_to_the_network_multiplier():
    lost = np.full((1, len(levers().regions), len(levers().sectors)), 0.1)
    once, twice = (gdp.of_gdp(central(), "Japan", times * lost)[0] for times in (1, 2))
    assert twice == pytest.approx(2 * once)
    assert once == pytest.approx(-10 * central().multiplier[0] * sum(gdp.shares("Japan").values()))
