"""What is in force is what the engine says of that day: stacks, averages, states, law; folding loses nothing."""

import numpy as np
import pytest

import sim
from sim.analysis.branches import branches, replayed, replayed_together
from sim.analysis.in_force import (
    Moment,
    State,
    accords,
    folded,
    laws,
    measures,
    pair_rates,
    pairs,
    principal_pairs,
)
from sim.engine.plan import plan
from sim.engine.tariffs import TariffSeries
from tests.conftest import SMALL

LAYERED = """
schema: 1
title: Every way in which layers add up
start: 2024-12-10
as_of: 2025-01-01
horizon: 2025-12-31
trade:
  tranches:
    low: {importer: a, exporter: b, sector: AGR, value: 6 bn USD, mfn: 2 pp}
    high: {importer: a, exporter: b, sector: AGR, value: 3 bn USD, mfn: 12 pp}
    free: {importer: a, exporter: b, sector: TEX, value: 1 bn USD}
    home: {importer: b, exporter: a, value: 4 bn USD, mfn: 1 pp}
actors:
  a: {name: A, regions: [AAA], policy: {kind: script, moves: [{on: 2025-03-01, do: {withdraw: extra}}]}}
  b: {name: B, regions: [BBB], policy: {kind: script, moves: [{on: 2025-04-01, do: {exempt: [a], from: ban}}]}}
legal_bases:
  act: {title: The Act}
  void: {title: The void act, valid: false}
agreements:
  truce: {title: Truce, parties: [a, b], since: 2024-12-01, expires: 2025-06-30, suspends: [paused]}
  later: {title: Later, parties: [a, b], since: 2024-12-20, expires: 2025-09-30}
instruments:
  ceiling:
    {title: C, kind: tariff, by: a, on: b, legal_basis: act, enacted: 2024-01-01, tops_up_to: 15 pp,
     covers: [low, high]}
  extra: {title: E, kind: tariff, by: a, on: b, enacted: 2024-01-01, adds: 5 pp, covers: [free], share: 50 %}
  one: {title: O, kind: tariff, by: a, on: b, enacted: 2024-01-01, rate: 10 pp, highest_of: g}
  second: {title: P, kind: tariff, by: a, on: b, enacted: 2024-01-01, rate: 20 pp, highest_of: g, share: 40 %}
  paused: {title: S, kind: tariff, by: a, on: b, enacted: 2024-01-01, adds: 7 pp}
  coming: {title: N, kind: tariff, by: a, on: b, enacted: 2024-12-15, effective: 2025-05-01, adds: 3 pp}
  menace: {title: M, kind: tariff, by: a, on: b, threatened: 2024-12-15, effective: 2025-02-01, adds: 100 pp}
  lever: {title: L, kind: tariff, by: b, on: a, adds: 1 pp}
  barred: {title: X, kind: rule, by: a, legal_basis: void}
  ban: {title: B, kind: export_control, by: b, on: [a], enacted: 2024-01-01, approval: 30 %}
outcomes: {none: {title: n, when: menace.in_force}}
"""


@pytest.fixture(scope="module")
def result():
    return sim.simulate(sim.load(str(SMALL)), runs=120)


@pytest.fixture
def moment(world, play):
    """The layered world at the end of a day, and its plan."""

    def at(date):
        simulation = play(world(LAYERED), until=sim.days.day(date))
        return simulation.plan, Moment(date, simulation.world, sim.days.day(date))

    return at


@pytest.mark.parametrize("date", ["2025-01-01", "2025-03-02", "2025-05-01", "2025-07-01"])
def test_parts_sum_to_the_stack_and_groups_to_the_average(moment, date):
    made, now = moment(date)
    series = TariffSeries(made)
    add_on = series.stacks.add_on(*series.layer_state(now.world, np.arange(1)))[0]
    table = series.stacks.table
    for pair in pairs(series):
        rates = pair_rates(made, series, [now], pair)
        assert sum(group.share for group in rates.groups) == pytest.approx(1, abs=1e-12)
        average = series.averages[pair].average(add_on[np.newaxis])[0]
        assert rates.average() == pytest.approx(average, abs=1e-9)
        for group in rates.groups:
            cells = [k for k, cell in enumerate(table.cells) if cell[2:] in group.cells]
            weight = table.weight_musd[cells]
            stack = (weight * add_on[series.stacks.class_of_cell[cells]]).sum() / weight.sum()
            assert group.over_mfn() == pytest.approx(stack, abs=1e-9)


def test_goods_under_one_ceiling_are_one_group_whatever_their_mfn_rate(moment):
    made, now = moment("2025-01-01")
    groups = pair_rates(made, TariffSeries(made), [now], ("a", "b")).groups
    assert [set(group.cells) for group in groups] == [{("AGR", "low"), ("AGR", "high")}, {("TEX", "free")}]
    points = {levy.instrument: levy.points for levy in groups[0].levies[0]}
    assert points["ceiling"] == pytest.approx((6 * 13 + 3 * 3) / 9)
    assert groups[0].levies[0][0].basis == "The Act"


def test_a_narrowed_layer_of_a_group_leaves_the_rest_to_the_next(moment):
    made, now = moment("2025-01-01")
    points = {
        levy.instrument: levy.points
        for levy in pair_rates(made, TariffSeries(made), [now], ("a", "b")).groups[1].levies[0]
    }
    assert points == pytest.approx({"extra": 2.5, "one": 6.0, "second": 8.0})


def test_folding_changes_neither_weights_nor_the_average(result):
    made = result.plan
    series = TariffSeries(made)
    first = replayed(result, 0, made.as_of)
    rates = pair_rates(made, series, [Moment("", first.world, made.as_of)], ("us", "china"))
    for most in range(1, len(rates.groups) + 2):
        few = folded(rates, most)
        assert len(few.groups) == min(most, len(rates.groups))
        assert few.average() == pytest.approx(rates.average(), abs=1e-9)
        assert sum(group.share for group in few.groups) == pytest.approx(1, abs=1e-12)
        assert {cell for group in few.groups for cell in group.cells} == {
            cell for group in rates.groups for cell in group.cells
        }


def test_the_groups_of_several_moments_are_those_in_which_nothing_ever_differs(moment, world, play):
    made, now = moment("2025-01-01")
    later = play(world(LAYERED), until=sim.days.day("2025-07-01")).world
    both = pair_rates(made, TariffSeries(made), [now, Moment("", later, sim.days.day("2025-07-01"))], ("a", "b"))
    assert both.average(1) - both.average(0) == pytest.approx(7 + 3 - 0.1 * 2.5)


def test_the_state_of_a_branch_is_what_the_ensemble_recorded_on_that_day(result):
    made = result.plan
    series = TariffSeries(made)
    path = result.path("average.us.china")
    for branch in branches(result):
        for day in (made.as_of, made.as_of + 40, made.as_of + 200, made.horizon):
            world = replayed(result, branch.typical, day).world
            now = Moment("", world, day)
            recorded = path.values[branch.typical, day - made.as_of]
            assert pair_rates(made, series, [now], ("us", "china")).average() == pytest.approx(recorded, abs=1e-9)
            for one in measures(made, now):
                in_force = result.in_force(one.name).values[branch.typical, day - made.as_of]
                assert (one.state is State.in_force) == bool(in_force), (branch.name, one.name, day)


def test_runs_replayed_together_are_those_replayed_alone(result):
    days = result.plan.as_of, result.plan.horizon
    together = replayed_together(result, [5, 3], days)
    for place, run in enumerate((5, 3)):
        for day, worlds in zip(days, together, strict=True):
            alone = replayed(result, run, day).world
            for name, array in worlds[place].arrays().items():
                np.testing.assert_array_equal(array, getattr(alone, name), err_msg=name)


def test_a_measure_says_where_it_stands_and_until_when(moment):
    made, now = moment("2025-01-10")
    found = {one.name: (one.state, one.date and str(sim.days.date(one.date))) for one in measures(made, now)}
    assert found["ceiling"] == (State.in_force, None)
    assert found["paused"] == (State.suspended, "2025-06-30")
    assert found["coming"] == (State.enacted, "2025-05-01")
    assert found["menace"] == (State.threatened, "2025-02-01")
    assert found["lever"] == (State.possible, None)
    assert found["barred"] == (State.barred, None)
    made, now = moment("2025-12-01")
    found = {one.name: one for one in measures(made, now)}
    assert found["extra"].state is State.ended
    assert found["paused"].state is State.in_force
    assert found["menace"].state is State.possible
    assert (found["ban"].on, found["ban"].exempt, found["ban"].approval) == ((), ("A",), 0.3)


def test_agreements_and_laws_are_told_as_they_stand(moment):
    for date, expected in (
        ("2024-12-15", [(True, True), (False, False)]),
        ("2025-07-15", [(True, False), (True, True)]),
    ):
        made, now = moment(date)
        assert [(one.begun, one.live) for one in accords(made, now)] == expected
    assert [(one.title, one.valid, one.rest_on_it) for one in laws(made, now)] == [
        ("The Act", True, 1),
        ("The void act", False, 0),
    ]


def test_the_pairs_of_named_goods_come_first_and_without_goods_the_largest_trade(moment, small):
    made = plan(small)
    assert principal_pairs(made, TariffSeries(made)) == [("us", "china"), ("china", "us")]
    made, _ = moment("2025-01-01")
    assert principal_pairs(made, TariffSeries(made)) == [("a", "b")]


def test_a_pair_without_trade_is_an_error_that_names_it(moment):
    made, now = moment("2025-01-01")
    with pytest.raises(ValueError, match="no imports of a from a"):
        pair_rates(made, TariffSeries(made), [now], ("a", "a"))
