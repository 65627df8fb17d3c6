"""Tariff series beside published figures: gaps of steps are known exactly; what is compared, and what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.analysis.published import compare, comparisons
from sim.days import date, day
from sim.results.result import Steps
from sim.scenario.model import Published
from sim.scenario.provenance import scenario_hash
from sim.scenario.published import figures, table

FIRST = day("2025-01-01")
REPLAY = """
schema: 1
title: Replay
start: 2025-01-01
as_of: 2025-06-30
horizon: 2025-06-30
ensemble: {runs: 1}
trade: {tranches: {all: {importer: us, exporter: china, value: 1 bn USD, mfn: 2 pp}}}
goods: {toys: {title: Toys, importer: us, exporter: china, tranche: all}}
actors:
  us:
    name: United States
    regions: [USA]
    policy:
      kind: script
      moves: [{on: 2025-02-10, do: {enact: duty}}, {on: 2025-03-10, do: {set_rate: duty, to: 30 pp}}]
  china: {name: China, regions: [CHN]}
instruments: {duty: {title: Duty, kind: tariff, by: us, on: china, adds: 10 pp}}
outcomes: {any: {title: Any, when: 1 == 1}}
"""
COMPARED = """
published:
  average:
    title: A
    series: average.us.china
    values: {2024-12-01: 2 pp, 2025-02-10: 12 pp, 2025-03-20: 32 pp, 2025-08-01: 99 pp}
  stack: {title: B, series: stack.toys, values: {2025-02-01: 10 pp}, tolerance: 15 pp}
  later: {title: C, series: stack.toys, values: {2025-07-01: 10 pp}}
"""


def part(values, windows=(), tolerance="8 pp"):
    return Published.model_validate(
        {
            "title": "T",
            "series": "average.a.b",
            "values": {str(date(FIRST + on)): f"{rate} pp" for on, rate in values.items()},
            "windows": [{"from": str(date(FIRST + a)), "to": str(date(FIRST + b)), "why": "why"} for a, b in windows],
            "tolerance": tolerance,
        }
    )


def beside(ours, published, last, **more):
    """Compares a step function, day → rate, with published figures from day 0 to `last`."""
    days = np.arange(FIRST, FIRST + last + 1, dtype=np.int32)
    since = np.array(sorted(ours))
    values = np.array([ours[on] for on in since], dtype=float)[np.searchsorted(since, days - FIRST, "right") - 1]
    return compare("t", part(published, **more), Steps(days, values[None, :]), FIRST, FIRST + last)


def test_the_gap_of_two_steps_is_their_difference_weighted_with_its_days():
    found = beside({0: 10, 40: 30}, {0: 10, 50: 26}, 99)  # 50 days apart by 0 or 20, then 50 days by 4
    assert found.mean == pytest.approx((10 * 20 + 50 * 4) / 100)
    assert found.bias == found.mean
    assert found.largest == (FIRST + 40, 20)
    assert not found.within


def test_a_window_takes_its_days_out_of_the_largest_gap_and_leaves_them_in_the_mean():
    found = beside({0: 10, 40: 30}, {0: 10, 50: 26}, 99, windows=[(40, 49)])
    assert found.mean == pytest.approx(4)
    assert found.largest == (FIRST + 50, 4)
    assert found.largest_explained == (FIRST + 40, 20)
    assert found.within


def test_where_windows_hold_every_day_there_is_no_largest_gap():
    found = beside({0: 10}, {0: 90}, 9, windows=[(0, 20)])
    assert found.largest is None
    assert found.within
    assert found.mean == 80


def test_gaps_up_and_down_cancel_in_the_bias_only():
    found = beside({0: 10}, {0: 5, 50: 15}, 99)
    assert found.bias == 0
    assert found.mean == 5


def test_a_gap_as_large_as_the_tolerance_is_within_it():
    assert beside({0: 2.3}, {0: 2.2}, 9, tolerance="0.1 pp").within
    assert not beside({0: 2.4}, {0: 2.2}, 9, tolerance="0.1 pp").within


@given(st.dictionaries(st.integers(1, 99), st.integers(0, 200), max_size=8))
def test_a_series_beside_itself_has_no_gap(rates):
    steps = {0: 7, **rates}
    found = beside(steps, steps, 99)
    assert found.mean == found.bias == 0
    assert found.largest == (FIRST, 0)


@given(
    st.dictionaries(st.integers(1, 99), st.integers(0, 200), max_size=8),
    st.dictionaries(st.integers(1, 99), st.integers(0, 200), max_size=8),
)
def test_the_bias_is_no_larger_than_the_mean_and_the_mean_no_larger_than_the_largest_gap(one, other):
    found = beside({0: 7, **one}, {0: 9, **other}, 99)
    assert abs(found.bias) <= found.mean + 1e-9
    assert found.mean <= abs(found.largest[1]) + 1e-9


def test_a_replay_is_compared_from_its_start_to_as_of_and_no_later(world):
    found = {one.name: one for one in comparisons(sim.simulate(world(REPLAY + COMPARED)))}
    assert list(found) == ["average", "stack"]  # what is published after as_of only is not compared
    average, stack = found["average"], found["stack"]
    assert (average.days[0], average.days[-1]) == (FIRST, day("2025-06-30"))
    assert average.mean == pytest.approx(10 * 20 / 181)  # ten days on which 32 is not yet published, 20 below
    assert average.largest == (day("2025-03-10"), pytest.approx(20))
    assert stack.days[0] == day("2025-02-01")
    assert stack.mean == pytest.approx((9 * 10 + 113 * 20) / 150)
    assert stack.largest == (day("2025-03-10"), pytest.approx(20))
    assert not stack.within


def test_a_comparison_changes_neither_hash_nor_digest(world):
    plain, compared = world(REPLAY), world(REPLAY + COMPARED)
    assert scenario_hash(plain) == scenario_hash(compared)
    assert sim.simulate(plain).digest() == sim.simulate(compared).digest()


def test_an_average_that_no_question_turns_on_is_compared_as_well(world):
    text = (REPLAY + COMPARED).replace(
        "goods: {toys: {title: Toys, importer: us, exporter: china, tranche: all}}\n", ""
    )
    text = "\n".join(line for line in text.splitlines() if "stack.toys" not in line)
    (found,) = comparisons(sim.simulate(world(text)))
    assert found.mean == pytest.approx(10 * 20 / 181)


def test_many_runs_are_compared_by_their_median(world):
    text = (REPLAY + COMPARED).replace("adds: 10 pp", "adds: {choice: {10 pp: 80 %, 90 pp: 20 %}}")
    found = comparisons(sim.simulate(world(text), runs=100))[0]
    assert found.ours[day("2025-02-20") - FIRST] == pytest.approx(12)


def test_the_shipped_table_holds_eighteen_partners_in_percentage_points():
    partners = table("us_tariff_by_partner")
    assert len(partners) == 18
    assert partners["CHN"][0] == (day("2025-01-01"), pytest.approx(11.867))
    assert max(rate for _, rate in partners["CHN"]) == pytest.approx(116.657)
    for steps in partners.values():
        assert len(steps) == 46
        assert [on for on, _ in steps] == sorted({on for on, _ in steps})


def test_figures_come_from_the_table_or_from_the_file():
    shipped = Published.model_validate(
        {"title": "T", "series": "average.a.b", "data": "us_tariff_by_partner", "partner": "JPN"}
    )
    assert figures(shipped)[0] == (day("2025-01-01"), pytest.approx(1.55))
    assert figures(part({0: 3, 9: 5})) == [(FIRST, 3), (FIRST + 9, 5)]
