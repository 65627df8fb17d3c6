"""April to December 2025, which the layer is calibrated to: months, stoppages, stocks; and what no fit reaches."""

import numpy as np
import pytest

from sim.supply.episodes import magnets_2025 as episode
from sim.supply.episodes.assumptions import assumptions, draws
from sim.supply.episodes.records import exports, regimes, rows

TOLERANCE = 0.10
"""Of a normal month, each month of the world."""


@pytest.fixture(scope="module")
def played():
    return episode.play(episode.fitted())


def published(destination):
    return exports(destination).index[-len(episode.MONTHS) :]


def test_exports_to_the_world_are_those_published_month_by_month(played):
    gap = played.exports["world"][0] - published("world")
    assert np.abs(gap).max() <= TOLERANCE
    assert np.abs(gap).mean() <= 0.05


def test_as_many_weeks_of_exports_are_missing_in_spring_as_on_record(played):
    for destination in ("world", "us"):
        assert episode.hole(played.exports[destination][0]) == pytest.approx(
            float(episode.hole(published(destination))), abs=0.5
        )


def test_the_united_states_get_next_to_nothing_in_may_and_are_not_kept_low_afterwards(played):
    """What licences do not account for: from July on the US bought less than the world did."""
    gap = played.exports["us"][0] - published("us")
    assert abs(gap[1]) <= 0.05
    assert np.abs(gap[:3]).max() <= 0.25
    assert 0.15 < gap[3:].mean() < 0.30


def test_first_stoppages_come_in_the_weeks_in_which_they_came(played):
    assert 6 <= episode.first_stoppages(played)[0] <= 8


def test_a_tenth_at_most_is_out_of_stock_and_no_loss_of_output_is_to_be_seen(played):
    assert 0.03 < played.stopped["world"].max() < 0.12  # on record a few per cent, not tens
    lost = (1 - played.output[0]).sum() / 52  # of a year's output of sectors that are a twentieth of GDP
    assert lost * 0.05 < 0.0002


def test_full_volume_is_back_by_week_fifteen(played):
    assert episode.full_volume(played)[0] <= 15


def test_what_was_fitted_lies_within_its_range():
    ranges = assumptions()
    for name, value in episode.FITTED.items():
        one = ranges[name, ""]
        assert one.low <= value <= one.high, name


def test_before_fitting_the_ranges_hold_too_slow_a_fall():
    """The fit is at the fast ends of its ranges: with draws over all of them too much is shipped in April and May."""
    ranged = episode.play(draws(60, 1))
    low = np.quantile(ranged.exports["world"], 0.05, axis=0)
    assert (low[:2] > published("world")[:2]).all()
    assert low[2] < published("world")[2]


def test_rationing_from_most_of_the_cover_would_have_shown(played):
    values = {**episode.fitted(), ("rationing_start", ""): np.array([0.7])}
    assert (1 - episode.play(values).output[0]).sum() > 4 * (1 - played.output[0]).sum()


def test_daily_steps_differ_by_the_days_that_weeks_leave_out(played):
    """The London framework of 10 June falls in the week of the 6th; weekly steps begin it with the next."""
    daily = episode.play(episode.fitted(), days=1)
    gap = np.abs(daily.exports["world"] - played.exports["world"])[0]
    assert gap[2] < 0.08
    assert np.delete(gap, 2).max() < 0.01


def test_draws_have_one_in_each_equally_likely_part():
    name, count = ("shipping", ""), 20
    one = assumptions()[name]
    edges = one.at(np.linspace(0, 1, count + 1))
    assert (np.histogram(draws(count, 3)[name], edges)[0] == 1).all()
    assert one.at(np.array([0.0, 1.0])).tolist() == [one.low, one.high]


def test_records_add_up_to_what_is_published_of_them():
    tonnes = {
        row["month"]: float(row["tonnes"]) for row in rows("magnet_exports_2025.csv") if row["destination"] == "world"
    }
    assert len(tonnes) == 12
    assert sum(tonnes.values()) == pytest.approx(57_392, rel=1e-3)
    assert sum(list(tonnes.values())[:6]) == pytest.approx(22_319, abs=1)
    assert {one.region for one in regimes()} == {"us", "eu", "japan", "korea", "india", "rest"}


def test_everything_in_the_files_has_a_source():
    for name in ("assumptions", "magnet_exports_2025", "normal_months", "regimes_2025", "stoppages_2025",
                 "dysprosium_2010", "dysprosium_prices", "studies_gdp"):  # fmt: skip
        assert all(row["source"].strip() for row in rows(f"{name}.csv")), name
