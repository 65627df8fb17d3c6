"""The quota of 2010 with what is shipped for 2025: out of sample. Held is what the page says, not that it fits."""

import numpy as np
import pytest

from sim.experiments.episodes import dysprosium_2010 as episode
from sim.experiments.episodes.records import dysprosium
from sim.experiments.episodes.shipped import central, levers


@pytest.fixture(scope="module")
def found():
    return {name: float(value[0]) for name, value in episode.measures(episode.play(central().parameters)).items()}


def test_prices_are_flat_for_months_after_the_stop_as_on_record(found):
    assert 2 < found["months_flat"] < 6
    assert dysprosium()["months_flat"] == 3


def test_prices_rise_an_order_less_than_they_did(found):
    assert 2 < found["price_rise"] < 6
    assert dysprosium()["price_rise"] > 4 * found["price_rise"]


def test_the_peak_comes_a_few_months_late(found):
    assert 13 <= found["months_to_peak"] < 22


def test_prices_fall_more_slowly_than_they_did(found):
    assert 1.2 < found["half_life_first"] < 2.6
    assert dysprosium()["half_life_first"] < found["half_life_first"]
    assert dysprosium()["half_life_four"] < found["half_life_four"] < 3.5


def test_users_wait_for_the_end_of_the_quota(found):
    quota = (episode.LIFTED - episode.QUOTA).days / 365.25
    assert found["recovery"] == pytest.approx(quota, abs=0.4)


def test_japan_gets_away_from_china_more_slowly_than_it_did(found):
    assert 20 < found["japan_non_chinese_end"] < 36
    assert dysprosium()["japan_non_chinese_end"] == 40


def test_a_price_that_never_falls_has_no_half_life():
    rising = np.linspace(1, 2, episode.WEEKS)[np.newaxis]
    played = episode.Played(rising, np.zeros_like(rising), np.ones_like(rising))
    assert np.isinf(episode.measures(played)["half_life_first"][0])
    assert episode.measures(played)["recovery"][0] == 0


def test_nothing_is_under_way_before_the_quota():
    before = episode.before(central().parameters)
    assert not before.building.projects.on.any()
    japan = levers().regions.index("japan")
    assert (before.chinese_share[:, japan] < np.delete(before.chinese_share, japan, axis=1).min()).all()
