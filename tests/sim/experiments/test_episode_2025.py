"""April to December 2025, which the layer is calibrated to: months, stoppages, stocks; and what no fit reaches."""

from dataclasses import replace

import numpy as np
import pytest

from sim import days
from sim.experiments.episodes import magnets_2025 as episode
from sim.experiments.episodes.records import exports, quotes, regimes, rows
from sim.experiments.episodes.shipped import central, draws, levers
from sim.sampling.distributions import quantile

TOLERANCE = 0.10
"""Of a normal month, each month of the world that was fitted to; this is what supply.yaml says."""


@pytest.fixture(scope="module")
def played():
    return episode.play(central().parameters)


def published(destination):
    return exports(destination).index[-len(episode.MONTHS) :]


def test_exports_to_the_world_are_those_published_month_by_month(played):
    gap = (played.exports["world"][0] - published("world"))[: episode.PUBLISHED]
    assert np.abs(gap).max() <= TOLERANCE
    assert np.abs(gap).mean() <= 0.075


def test_months_that_nothing_was_fitted_to_are_met_nearly_as_well(played):
    gap = (played.exports["world"][0] - published("world"))[episode.PUBLISHED :]
    assert np.abs(gap).max() <= 0.12
    assert np.abs(gap).mean() <= 0.05


def test_as_many_weeks_of_exports_are_missing_in_spring_as_on_record(played):
    for destination in ("world", "us"):
        assert episode.hole(played.exports[destination][0]) == pytest.approx(
            float(episode.hole(published(destination))), abs=0.5
        )


def test_the_united_states_get_next_to_nothing_in_may_and_are_not_kept_low_afterwards(played):
    """What licences do not account for: they come back too late, and from July on the US bought less than others."""
    gap = played.exports["us"][0] - published("us")
    assert abs(gap[1]) <= 0.10
    assert 0.10 < np.abs(gap[:3]).max() <= 0.32
    assert 0.20 < gap[3:].mean() < 0.35


def test_first_stoppages_come_in_the_weeks_in_which_they_came(played):
    assert 6 <= episode.first_stoppages(played)[0] <= 8


def test_a_tenth_at_most_is_out_of_stock_and_no_loss_of_output_is_to_be_seen(played):
    assert 0.03 < played.stopped["world"].max() < 0.12  # on record a few per cent, not tens
    lost = (1 - played.output[0]).sum() / 52  # of a year's output of sectors that are a twentieth of GDP
    assert lost * 0.05 < 0.0002


def test_full_volume_is_back_by_week_fifteen(played):
    assert episode.full_volume(played)[0] <= 15


def test_quotes_do_not_run_as_early_and_as_high_as_they_did(played):
    """Thin trades in Europe tripled by the end of May; here the stocks that are left keep quotes down until July."""
    day, least, _ = quotes()
    then = (day - episode.FIRST).days // 7
    assert played.quoted[0, then] < 1.2 < least
    assert 1.4 < played.quoted[0].max() < least


def test_what_was_fitted_was_published_before_the_first_scenario_begins():
    for name in episode.FITTED:
        scalar = levers().plan.scalars[f"supply.licensing.{name}"]
        assert "calibration" in scalar.source
        assert scalar.known <= days.day("2025-10-15")


def test_slower_exporters_and_officials_would_have_shipped_too_much_in_spring():
    """At the middle of their ranges, which is what was taken before the fit."""
    params = central().parameters
    middle = {name: np.array([sum(ends(name)) / 2]) for name in episode.FITTED}
    slower = episode.play(replace(params, licensing=replace(params.licensing, **middle)))
    gap = slower.exports["world"][0] - published("world")
    assert (gap[:2] > 1.3 * TOLERANCE).all()


def ends(name):
    """The least and the most that a value of the licences can be."""
    scalar = levers().plan.scalars[f"supply.licensing.{name}"]
    return quantile(scalar.distribution, np.array([0.0, 1.0]), scalar.dimension)


def test_rationing_from_most_of_the_cover_would_have_shown(played):
    params = central().parameters
    rationed = replace(params, holding=replace(params.holding, rationing_start=np.array([0.7])))
    assert (1 - episode.play(rationed).output[0]).sum() > 4 * (1 - played.output[0]).sum()


def test_daily_steps_differ_by_the_days_that_weeks_leave_out(played):
    """The London framework of 10 June falls in the week of the 6th; weekly steps begin it with the next."""
    daily = episode.play(central().parameters, days=1)
    gap = np.abs(daily.exports["world"] - played.exports["world"])[0]
    assert gap[2] < 0.08
    assert np.delete(gap, 2).max() < 0.015


def test_draws_have_one_in_each_equally_likely_part():
    count, path = 20, "supply.holding.restoration"
    scalar, values = levers().plan.scalars[path], draws(count, 3)
    edges = quantile(scalar.distribution, np.linspace(0, 1, count + 1), scalar.dimension)
    assert (np.histogram(values.parameters.holding.restoration, edges)[0] == 1).all()
    assert values.parameters.runs == count


def test_records_add_up_to_what_is_published_of_them():
    tonnes = {
        row["month"]: float(row["tonnes"]) for row in rows("magnet_exports_2025.csv") if row["destination"] == "world"
    }
    assert len(tonnes) == 12
    assert sum(tonnes.values()) == pytest.approx(57_392, rel=1e-3)
    assert sum(list(tonnes.values())[:6]) == pytest.approx(22_319, abs=1)
    assert {one.region for one in regimes()} == {"us", "eu", "japan", "korea", "india", "rest"}


def test_everything_in_the_files_has_a_source():
    for name in ("quotes_2025", "magnet_exports_2025", "normal_months", "regimes_2025", "stoppages_2025",
                 "dysprosium_2010", "dysprosium_prices", "studies_gdp"):  # fmt: skip
        assert all(row["source"].strip() for row in rows(f"{name}.csv")), name
