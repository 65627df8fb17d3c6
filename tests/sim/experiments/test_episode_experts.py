"""Ten years and more, longer without Chinese experts: the shipped values against the evidence that they rest on."""

import numpy as np
import pytest

from sim.experiments.episodes import experts
from sim.experiments.episodes.shipped import draws

RUNS = 200


@pytest.fixture(scope="module")
def ways():
    building = draws(RUNS, 2025).parameters.building
    return [experts.years(building, denied, RUNS) for denied in (0.0, 1.0)]


def test_half_from_end_to_end_takes_ten_years_and_more_and_a_quarter_five_to_seven(ways):
    now, _ = ways
    assert 10 <= np.median(now["End to end", 50]) <= 14
    assert 5 <= np.median(now["End to end", 25]) <= 7


def test_without_experts_every_draw_takes_longer_and_half_some_three_to_seven_years(ways):
    now, without = ways
    for key, years in now.items():
        ahead = years > 0
        assert (without[key][ahead] > years[ahead]).all(), key
    longer = without["End to end", 50] - now["End to end", 50]
    assert 3 <= np.median(longer) <= 7


def test_medians_are_those_of_the_growth_of_each_stage(ways):
    """Stages without projects follow the logistic alone: ln odds over the rate, 7.3 years at 0.25 and 0.15 a year."""
    now, _ = ways
    assert np.median(now["Metal", 50]) == pytest.approx(7.3, abs=0.7)
    assert np.median(now["Separation, heavy", 50]) == pytest.approx(8.7, abs=1.6)
