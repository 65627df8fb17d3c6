"""What is read from the tables of an economy: integrals, bands, exact zeros, and runs that are left out."""

import numpy as np
import pytest

import sim
from sim.analysis.economy import EVIDENCE, Economy, band, has_economy, regions, sectors
from sim.analysis.economy_trade import Cube, hit, traded
from tests.conftest import SMALL
from tests.sim.analysis.made_economy import INCOME, NAMES, SECTORS, made_up, place, rows


@pytest.fixture
def result():
    return sim.simulate(sim.load(str(SMALL)), runs=40)


def flat(result, days=None, **columns):
    """An economy of two regions with the columns given."""
    held = [result.plan.as_of, *(days or []), result.plan.horizon]
    return Economy(place(result, rows(range(result.runs), held, 2, **columns), regions=["USA", "CHN"]))


def test_a_result_without_an_economy_has_no_regions(result):
    assert not has_economy(result)
    assert regions(result) == sectors(result) == ()


def test_axes_are_those_of_the_manifest(result):
    made_up(result)
    assert has_economy(result)
    assert regions(result) == tuple(NAMES)
    assert sectors(result) == tuple(SECTORS)


def test_thirty_three_days_at_a_level_weigh_thirty_three_days_of_a_year(result):
    begin = result.plan.as_of + 10
    levels = np.array([0.0, -365.0, 0.0, 0.0])[:, None]
    economy = flat(result, [begin, begin + 33], real_income_bn=levels)
    assert economy.cumulated("real_income_bn") == pytest.approx(-33.0, rel=1e-12)


def test_a_level_held_throughout_is_its_own_mean_and_counts_the_last_day(result):
    economy = flat(result, real_income_bn=-2.0)
    days = result.plan.horizon - result.plan.as_of + 1
    assert economy.mean("real_income_bn") == pytest.approx(-2.0, rel=1e-12)
    assert economy.cumulated("real_income_bn") == pytest.approx(-2.0 * days / 365, rel=1e-12)


def test_steps_of_a_run_add_up_whatever_the_days_of_other_runs(result):
    """Runs with rows on days of their own are integrated each alone."""
    chance, tables, expected = np.random.default_rng(3), [], []
    first, last = result.plan.as_of, result.plan.horizon
    for run in range(result.runs):
        inner = np.sort(chance.choice(np.arange(first + 1, last), int(chance.integers(0, 6)), replace=False))
        days = np.r_[first, inner, last]
        values = chance.normal(0, 1, (1, len(days), 2))
        daily = np.repeat(values[0], np.diff(np.r_[days, last + 1]), axis=0)
        expected.append(daily.mean(axis=0))
        tables.append(rows([run], days, 2, real_income_bn=values))
    table = {name: np.concatenate([one[name] for one in tables]) for name in tables[0]}
    economy = Economy(place(result, table, regions=["USA", "CHN"]))
    assert economy.mean("real_income_bn") == pytest.approx(np.array(expected), abs=1e-12)


def test_what_does_not_change_is_exactly_zero(result):
    economy = Economy(made_up(result, scale=0.0))
    for column in ("real_income_percent", "real_income_bn", "revenue_change_bn", "consumer_prices_percent"):
        assert (economy.mean(column) == 0).all()
        assert not economy.changes(column).any()
        assert all(one.zero for one in economy.bands(column).values())
    assert economy.within_evidence() is None
    assert all(one.change.zero for one in traded(economy))
    assert all(one.strength == 0 for one in hit(economy))
    assert all((one.change == 0).all() and one.switched == 0 for one in Cube(economy).diverted(["DEU"]))


def test_what_changes_and_comes_back_has_changed(result):
    middle = (result.plan.as_of + result.plan.horizon) // 2
    levels = np.array([1.0, -1.0, -1.0])[:, None]
    economy = flat(result, [middle], real_income_percent=levels)
    assert economy.changes("real_income_percent").all()


def test_runs_that_did_not_converge_are_in_no_figure(result):
    clean = Economy(made_up(result, failing=[]))
    before = {
        "income": clean.mean("real_income_bn"),
        "hit": {(one.region, one.sector): one.output for one in hit(clean)},
    }
    failing = [3, 17]
    economy = Economy(made_up(result, failing=failing))
    assert economy.left_out.tolist() == failing
    assert economy.runs.tolist() == [run for run in range(40) if run not in failing]
    assert np.array_equal(economy.mean("real_income_bn"), np.delete(before["income"], failing, axis=0))
    assert np.array_equal(economy.outcome, np.delete(result.outcome, failing))
    assert {(one.region, one.sector): one.output for one in hit(economy)} != before["hit"]
    assert len(economy.path("real_income_bn", "USA").values) == 38


def test_without_a_run_that_converged_there_are_no_figures(result):
    economy = Economy(made_up(result, failing=range(40)))
    assert economy.mean("real_income_bn").shape == (0, len(NAMES))
    assert np.isnan(economy.bands("real_income_bn")["USA"].middle)
    assert traded(economy) == hit(economy) == []


def test_a_band_is_of_quantiles_over_runs():
    values = np.arange(101, dtype=float)
    assert (band(values).low, band(values).middle, band(values).high) == (5, 50, 95)
    assert band(np.append(values, np.nan)) == band(values)


def test_outcomes_part_the_runs(result):
    economy = Economy(made_up(result))
    values = economy.cumulated("real_income_bn")
    parts = [economy.of_outcome(values, name) for name in result.outcome_names]
    assert sum(len(part) for part in parts) == result.runs
    assert sum(part.sum() for part in parts) == pytest.approx(values.sum())


def test_regions_together_weigh_by_their_income(result):
    economy = flat(result, real_income_percent=np.array([1.0, -2.0]))
    expected = (INCOME["USA"] - 2 * INCOME["CHN"]) / (INCOME["USA"] + INCOME["CHN"])
    assert economy.income_percent(["USA", "CHN"]) == pytest.approx(expected)
    assert economy.income_percent(["CHN"]) == pytest.approx(-2.0)


def test_persons_are_told_only_where_all_are_known(result):
    economy = Economy(made_up(result))
    assert economy.persons(["USA", "DEU"]) == 424e6
    assert economy.persons(["USA", "ROW"]) is None


def test_a_path_holds_each_level_until_the_next(result):
    day = result.plan.as_of + 10
    economy = flat(result, [day], real_income_percent=np.array([0.0, -1.0, -3.0])[:, None])
    steps = economy.path("real_income_percent", "CHN")
    assert (steps.values[:, :10] == 0).all()
    assert (steps.values[:, 10:-1] == -1).all()
    assert (steps.values[:, -1] == -3).all()


def test_the_share_within_the_evidence_counts_days_on_which_a_tariff_has_changed(result):
    first, last = result.plan.as_of, result.plan.horizon
    low, high = EVIDENCE
    levels = np.array([np.nan, low - 0.01, (low + high) / 2, high])[:, None]
    economy = flat(result, [first + 10, first + 20], pass_through=levels)
    found, share = economy.within_evidence()
    assert share == pytest.approx((last + 1 - first - 20) / (last + 1 - first - 10))
    assert (
        found.low
        == found.high
        == pytest.approx(np.average(levels[1:, 0], weights=[10, last - first - 20, 1]), abs=1e-12)
    )


def test_trade_of_a_pair_is_compared_run_by_run(result):
    economy = Economy(made_up(result))
    pairs = traded(economy)
    assert len(pairs) == len(NAMES) * (len(NAMES) - 1)
    sizes = [abs(one.change.middle) for one in pairs]
    assert sizes == sorted(sizes, reverse=True)
    for one in pairs:  # the reference is the same in every run, so bands of level and change are as far apart
        assert one.after.low - one.before == pytest.approx(one.change.low)
        assert one.after.middle - one.before == pytest.approx(one.change.middle)


def test_sums_by_outcome_come_to_the_mean_over_all(result):
    economy = Economy(made_up(result))
    cube = Cube(economy)
    counts = {name: cube.runs(name) for name in result.outcome_names}
    assert sum(counts.values()) == result.runs
    whole = sum(count * cube.mean(name) for name, count in counts.items()) / result.runs
    assert cube.mean() == pytest.approx(whole)


def test_imports_that_change_supplier_are_the_smaller_of_falls_and_rises(result):
    economy = Economy(made_up(result))
    for one in Cube(economy).diverted(["DEU"]):
        place_ = list(NAMES).index("DEU")
        assert one.before[place_] == one.change[place_] == 0
        fall, rise = -one.change[one.change < 0].sum(), one.change[one.change > 0].sum()
        assert one.switched == pytest.approx(min(fall, rise))
        assert one.total == pytest.approx(rise - fall)


def test_regions_together_do_not_count_what_they_sell_each_other(result):
    economy = Economy(made_up(result))
    cube, codes = Cube(economy), ["DEU", "ASN"]
    apart = {code: {one.sector: one for one in cube.diverted([code])} for code in codes}
    own = [list(NAMES).index(code) for code in codes]
    for one in cube.diverted(codes):
        assert (one.change[own] == 0).all()
        others = np.delete(sum(apart[code][one.sector].change for code in codes), own)
        assert np.delete(one.change, own) == pytest.approx(others)


def test_a_pair_that_did_not_trade_has_no_change_in_per_cent(result):
    runs = np.arange(result.runs)
    pairs = {
        "run": np.repeat(runs, 2),
        "importer": np.tile(np.array([0, 1], dtype=np.int16), len(runs)),
        "exporter": np.tile(np.array([1, 0], dtype=np.int16), len(runs)),
        "imports_bn": np.tile([3.0, 8.0], len(runs)),
        "reference_bn": np.tile([0.0, 10.0], len(runs)),
    }
    table = rows(runs, [result.plan.as_of, result.plan.horizon], 2)
    new, less = traded(Economy(place(result, table, pairs=pairs, regions=["USA", "CHN"])))
    assert np.isnan([new.percent.low, new.percent.middle, new.percent.high]).all()
    assert new.change == band(np.array([3.0]))
    assert less.percent.middle == pytest.approx(-20.0)


def test_bands_of_sectors_are_those_of_their_runs(result):
    chance = np.random.default_rng(5)
    values = chance.normal(0, 1, result.runs)
    own = {
        "run": np.arange(result.runs),
        "region": np.zeros(result.runs, dtype=np.int16),
        "sector": np.full(result.runs, 2, dtype=np.int16),
        "output_percent": values,
        "price_percent": -values,
    }
    table = rows(range(result.runs), [result.plan.as_of, result.plan.horizon], 2)
    (one,) = hit(Economy(place(result, table, sectors=own, regions=["USA", "CHN"])))
    assert (one.region, one.sector) == ("USA", "MVH")
    assert one.strength == pytest.approx(np.median(np.abs(values)))
    for found, expected in ((one.output, band(values)), (one.price, band(-values))):
        assert (found.low, found.middle, found.high) == pytest.approx((expected.low, expected.middle, expected.high))
