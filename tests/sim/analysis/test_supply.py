"""What is read of supply is what stands in its tables; infinite times are no numbers to average."""

import numpy as np
import pytest

import sim
from sim.analysis.supply import FORMS, Supply, has_supply, never, times
from sim.analysis.supply_materials import Materials
from sim.engine.supply_tables import MATERIAL, REGION
from sim.results import store
from tests.conftest import SMALL
from tests.supply_tables import days_of, made_up, table

RUNS = 40
INF = float("inf")


@pytest.fixture(scope="module")
def result():
    return made_up(sim.simulate(sim.load(str(SMALL)), runs=RUNS))


@pytest.fixture(scope="module")
def supply(result):
    return Supply(result)


@pytest.fixture(scope="module")
def materials(result):
    return Materials(result)


def of(result, name, column, where, order="run"):
    return store.read(result.folder, name, f"{column} AS value", where, order)["value"]


def test_a_result_without_supply_has_none():
    plain = sim.simulate(sim.load(str(SMALL)), runs=2)
    assert not has_supply(plain)
    with pytest.raises(KeyError):
        Supply(plain)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([4.0], (4, 4, 4)),
        ([1.0, 2.0, 3.0], (1, 2, 3)),
        ([INF] * 10, (INF, INF, INF)),
        ([5.0] * 5 + [INF] * 5, (5, 5, INF)),
        ([5.0] * 4 + [INF] * 6, (5, INF, INF)),
        ([3.0, float("nan")], (3, 3, 3)),
    ],
)
def test_a_band_of_times_holds_times_of_futures_and_nothing_between(values, ends):
    found = times(np.array(values))
    assert (found.low, found.middle, found.high) == ends


def test_a_hundred_times_have_their_fifth_fiftieth_and_ninetyfifth():
    found = times(np.arange(100.0, 0.0, -1))
    assert (found.low, found.middle, found.high) == (5, 50, 95)
    assert never(np.array([1.0, INF, INF, 2.0])) == 0.5


def test_a_path_has_a_row_a_run_and_a_column_a_recorded_day(result, supply):
    path = supply.path("stopped_percent", "eu")
    assert path.days.tolist() == days_of(result).tolist()
    assert path.values.shape == (RUNS, len(path.days))
    last = of(result, "supply", "stopped_percent", f"region = 1 AND day = {supply.last}")
    assert path.values[:, -1].tolist() == last.tolist()


def test_the_worst_day_is_no_better_than_any(supply):
    worst = supply.worst("stopped_percent")
    for k, code in enumerate(supply.regions):
        assert worst[:, k].tolist() == supply.path("stopped_percent", code).values.max(axis=1).tolist()


def test_stocks_of_a_region_with_half_of_its_users_out_last_no_longer(supply):
    left, out = supply.weeks_left(supply.last), supply.on("stopped_percent", supply.last) >= 50
    assert 0 < out.mean() < 1
    assert not left[out].any()
    assert left[~out].tolist() == supply.on("weeks_to_stock_out", supply.last)[~out].tolist()


def test_at_the_worst_moment_stocks_last_no_longer_than_on_any_day(result, supply):
    days = np.array([supply.weeks_left(int(day)) for day in days_of(result)])
    assert supply.weeks_left_at_worst().tolist() == days.min(axis=0).tolist()


def test_losses_in_both_forms_are_those_of_the_tables(result, supply):
    for form in FORMS:
        expected = of(result, "supply", f"lost_weeks_{form}", f"region = 0 AND day = {supply.last}")
        band = getattr(supply.lost_by_region()["us"], form)
        assert [band.low, band.middle, band.high] == pytest.approx(np.quantile(expected, (0.05, 0.5, 0.95)).tolist())


def test_value_lost_in_the_form_that_a_run_draws_is_that_of_the_table(result, supply):
    drawn, value = supply.on("lost_weeks", supply.last), supply.on("value_lost_bn", supply.last)
    for form in FORMS:
        same = (supply.lost(form) == drawn) & (drawn > 0)
        assert same.any()
        assert supply.value_lost(form)[same] == pytest.approx(value[same])
    assert supply.value_lost("leontief")[0] * supply.lost("ces")[0] == pytest.approx(
        supply.value_lost("ces")[0] * supply.lost("leontief")[0]
    )


def test_first_stops_are_weeks_from_as_of_and_infinite_where_there_is_none(result, supply):
    days = of(result, "supply_sectors", "first_stop_day", "region = 2 AND sector = 3").astype(float)
    weeks = supply.weeks_to_stop[:, 2, 3]
    assert np.isinf(weeks).tolist() == (days > result.plan.horizon).tolist()
    assert (weeks[np.isfinite(weeks)] * 7 + result.plan.as_of).round().tolist() == days[np.isfinite(weeks)].tolist()


def test_a_sector_that_needs_nothing_is_left_out(supply):
    assert "defence" in supply.lost_by_sector("us")
    assert "defence" not in supply.lost_by_sector("rest")
    assert not supply.uses[-1, -1]


def test_without_the_medians_of_the_reference_by_region_none_are_told():
    still = made_up(sim.simulate(sim.load(str(SMALL)), runs=5), without=("held_lost_weeks_leontief",))
    assert all(one.held_leontief is None for one in Supply(still).lost_by_region().values())


def test_a_supply_in_which_nothing_happens_is_not_short():
    still = made_up(sim.simulate(sim.load(str(SMALL)), runs=5), squeeze=0.0)
    assert not Supply(still).short
    assert Materials(still).curbed == Materials(still).dearer == []


def test_materials_are_ranked_by_fall_and_by_price_times_what_is_sold(result, materials):
    lowest = {code: materials.path("exports_percent", code).values.min(axis=1).mean() for code in materials.materials}
    highest = {code: materials.path("quoted_ratio", code).values.max(axis=1).mean() for code in materials.materials}
    worth = materials.about["normal_exports_musd_a_week"]
    assert materials.curbed == sorted(lowest, key=lambda code: (lowest[code] - 100) * worth[code])
    assert materials.dearer == sorted(highest, key=lambda code: (1 - highest[code]) * worth[code])


def test_a_chain_has_only_its_own_stages(materials):
    assert list(materials.shares("gallium")) == ["mine", "separation", "metal", "end_to_end"]
    assert len(materials.shares("light_rare_earths")) == 5


def test_years_are_those_of_the_table(result, materials):
    values = np.sort(of(result, "supply_years", "years_50", "material = 1 AND stage = 4"))
    assert materials.years("heavy_rare_earths", "end_to_end", 50).middle == values[RUNS // 2 - 1]


def test_money_is_that_of_the_manifest(result, materials):
    about = result.manifest["supply"]
    assert materials.sales == about["normal_exports_musd_a_week"]
    assert materials.hanging["us"] == pytest.approx(about["value_added_bn"]["us"] * 1000 * 7 / 365.25)


def test_made_up_tables_have_the_columns_that_the_engine_writes(result):
    for name, columns in (("supply", REGION), ("supply_materials", MATERIAL)):
        assert set(columns) <= set(store.read(result.folder, name, where="FALSE"))


def test_made_up_columns_fit_their_axes():
    found = table({"run": range(2), "day": [10, 38, 40]}, left=np.array([[1, 2, 3]]))
    assert found["run"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["day"].tolist() == [10, 38, 40] * 2
    assert found["left"].tolist() == [1, 2, 3] * 2
