"""What a replayed past comes to: acts and threats as the scripts made them, stacks and states on the last day."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis import standing
from sim.analysis.record import Record, Threat, over_time, threats
from sim.days import day
from sim.world.log import What

TWO_YEARS = Path(__file__).parents[2] / "app" / "scenarios" / "two_years.yaml"


@pytest.fixture(scope="module")
def record():
    return Record(sim.simulate(sim.load(str(TWO_YEARS))))


def test_only_a_scenario_with_a_past_and_nothing_ahead_is_a_record(small, world):
    assert sim.load(str(TWO_YEARS)).is_record
    assert not small.is_record
    text = "schema: 1\ntitle: A day\nas_of: 2025-01-01\nhorizon: 2025-01-01\nactors: {a: {name: A}}"
    assert not world(text).is_record


def test_entries_into_force_and_changes_of_rate_are_acts_and_an_enactment_is_counted_once(record):
    assert [(act.instrument, act.what) for act in record.tariff_acts] == [
        ("answer", What.enters_into_force),
        ("lists_1_2", What.enters_into_force),
        ("answer", What.sets_rate),
        ("list_3", What.enters_into_force),
        ("list_3_rise", What.enters_into_force),
        ("answer", What.sets_rate),
        ("answer", What.sets_rate),
        ("list_4a", What.enters_into_force),
    ]


def test_a_threat_that_is_put_off_is_one_threat(record):
    assert record.threats == [
        Threat("list_3_rise", day("2018-12-01"), "carried out", put_off=1),
        Threat("list_4b", day("2019-08-13"), "withdrawn"),
        Threat("cars", day("2019-08-23"), "withdrawn"),
    ]


@pytest.mark.parametrize(
    ("events", "ends"),
    [
        ([(1, What.threatens)], ["standing"]),
        ([(1, What.threatens), (9, What.threat_lapses)], ["lapsed"]),
        ([(1, What.threatens), (5, What.withdraws), (6, What.threatens)], ["withdrawn", "standing"]),
        ([(1, What.threatens), (5, What.sets_rate), (8, What.withdraws)], ["carried out"]),
        ([(1, What.threatens), (5, What.threat_lapses), (8, What.enacts)], ["lapsed"]),
        ([(1, What.enacts), (5, What.withdraws)], []),
    ],
)
def test_a_threat_ends_with_what_comes_first(events, ends):
    assert [threat.end for threat in threats("x", events)] == ends


def test_the_stack_of_a_good_is_told_from_the_start(record):
    path = record.path("stack.luggage")
    assert (path.days[0], path.days[-1]) == (day("2018-07-01"), day("2020-01-15"))
    at = dict(zip(path.days.tolist(), path.values[0].tolist(), strict=True))
    assert at[day("2018-09-23")] == 0
    assert at[day("2018-09-24")] == 10
    assert at[day("2019-05-09")] == 10
    assert at[day("2019-05-10")] == 25


def test_what_enters_into_force_on_the_first_day_is_counted_once(tmp_path):
    file = tmp_path / "world.yaml"
    text = TWO_YEARS.read_text(encoding="utf-8")
    file.write_text(text.replace("start: 2018-07-01", "start: 2018-07-06"), encoding="utf-8")
    result = sim.simulate(sim.load(str(file)))
    share = standing.in_force(result, since=result.plan.start)["lists_1_2"]
    assert set(share.tolist()) == {1.0}
    assert [act.instrument for act in Record(result).tariff_acts].count("lists_1_2") == 1


def test_a_peak_is_the_first_stretch_of_days_at_the_highest_value():
    found = over_time(np.arange(6, dtype=np.int32), np.array([1.0, 5.0, 5.0, 2.0, 5.0, 3.0]))
    assert (found.now, found.peak, found.first, found.last) == (3, 5, 1, 2)
    level = over_time(np.arange(3, dtype=np.int32), np.full(3, 2.0))
    assert (level.first, level.last) == (0, 2)


def test_what_stands_on_the_last_day_has_its_rate_and_the_day_it_began(record):
    found = {one.instrument: one for one in record.standing}
    assert (found["answer"].state, found["answer"].rate) == ("in force", 21)
    assert found["list_4a"].since == day("2019-09-01")
    assert found["list_4b"].state == "possible"


def test_shares_since_the_start_and_since_as_of_agree_where_they_meet(small):
    result = sim.simulate(small.model_copy(update={"start": small.as_of.replace(month=9)}), runs=50)
    plan = result.plan
    ahead = plan.as_of - plan.start
    for name, share in standing.in_force(result, since=plan.start).items():
        assert np.array_equal(share[ahead:], standing.in_force(result)[name])
    assert np.array_equal(standing.live(result, "truce", since=plan.start)[ahead:], standing.live(result, "truce"))
    whole, later = (result.path("stack.off_list", since=since) for since in (plan.start, None))
    assert np.array_equal(whole.values[:, ahead:], later.values)
    whole, later = (result.in_force("october", since=since) for since in (plan.start, None))
    assert np.array_equal(whole.values[:, ahead:], later.values)
