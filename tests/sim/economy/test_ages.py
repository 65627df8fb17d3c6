"""Ages of changes: levels kept as levels, undone without a trace, and adjusted to year by year."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.economy.ages import DAYS_A_YEAR, DEPTH, FIRST_YEAR, TIME_DAYS, Steps, share

ALL = np.array([0])
LEVELS = st.sampled_from([-0.3, -0.1, 0.0, 0.1, 0.2, 0.3, 0.7])
"""A few levels, so that changes are often undone exactly."""


def one(*changes, base=0.0, depth=DEPTH):
    """One run, one cell, after changes (day, wedge)."""
    steps = Steps.at_rest([[base]], depth)
    for day, wedge in changes:
        steps.push(ALL, day, [[wedge]])
    return steps


def acted(steps, day, **parameters):
    return steps.acted_on(day, **parameters)[0, 0]


@st.composite
def histories(draw, most=12, levels=LEVELS):
    """Changes (day, wedge) in order of days, several on one day among them."""
    gaps = draw(st.lists(st.integers(0, 400), max_size=most))
    return [(int(day), draw(levels)) for day in np.cumsum(gaps)]


@st.composite
def batches(draw):
    """Runs of several cells that change on days of their own: (base, [(rows, day, wedge)], last day)."""
    runs, cells = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    pick = chance.choice([-0.2, 0.0, 0.1, 0.25, 0.6], size=(20, runs, cells))
    day, changes = 0, []
    for wedge in pick[: draw(st.integers(0, 14))]:
        day += int(chance.integers(0, 300))
        rows = np.flatnonzero(chance.random(runs) < 0.7)
        changes.append((rows, day, wedge[rows]))
    return np.zeros((runs, cells)) + pick[-1], changes, day


def played(base, changes, depth=3):
    steps = Steps.at_rest(base, depth)
    for rows, day, wedge in changes:
        steps.push(rows, day, wedge)
    return steps


def slow(changes, day, base=0.0):
    """The same reading of one cell, as a list of steps without a limit. A day counts by its last change."""
    stack = []
    for when, wedge in sorted(dict(changes).items()):
        while stack and (abs(wedge - base) < abs(stack[-1][1] - base) or (wedge - base) * (stack[-1][1] - base) <= 0):
            popped = stack.pop()
            below = stack[-1][1] if stack else base
            if (wedge - below) * (popped[1] - below) > 0:
                stack.append((popped[0], wedge))
                break
        if wedge != (stack[-1][1] if stack else base):
            stack.append((when, wedge))
    before, total = base, base
    for when, wedge in stack:
        total += float(share(day - when)) * (wedge - before)
        before = wedge
    return total


# ── The share of the response that has come ──────────────────────────────────────────────────────────


def test_a_response_is_38_percent_of_the_whole_after_one_year_and_13_at_once():
    assert share(DAYS_A_YEAR) == FIRST_YEAR == 0.38
    assert share(0) == pytest.approx(1 - 0.62 * math.exp(1 / 3))
    assert share(7 * DAYS_A_YEAR) == pytest.approx(1.83 / 2, abs=0.003)
    assert share(1e6) == 1


@given(st.floats(0, 20_000), st.floats(0, 2000), st.floats(0, 1), st.floats(30, 5000))
@settings(deadline=None)
def test_a_share_grows_with_age_and_stays_within_0_and_1(age, more, first_year, time_days):
    early, late = share([age, age + more], first_year, time_days)
    assert 0 <= early <= late <= 1


def test_a_response_that_is_whole_after_a_year_is_whole_at_once():
    assert share(0, first_year=1.0) == 1
    assert acted(one((5, 0.2)), 5, first_year=1.0) == pytest.approx(0.2, rel=1e-15)


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_change_nothing_is_adjusted_to_but_the_base():
    assert acted(one(base=0.1), 10_000) == 0.1


def test_each_change_is_adjusted_to_by_its_own_age():
    steps = one((0, 0.1), (365, 0.3))
    assert acted(steps, 730) == pytest.approx(0.1 * share(730) + 0.2 * share(365), rel=1e-14)


@given(histories(), st.integers(0, 3000), LEVELS)
@settings(deadline=None)
def test_steps_equal_a_slow_reading_of_their_history(history, later, base):
    last = history[-1][0] if history else 0
    steps = one(*history, base=base, depth=DEPTH)
    assert acted(steps, last + later) == pytest.approx(slow(history, last + later, base), abs=1e-14)


@given(histories(), st.integers(1, 60), st.integers(1, 60), st.floats(-1, 2), st.integers(0, 3000))
@settings(deadline=None)
def test_a_hike_that_is_reversed_leaves_no_trace_to_the_bit(history, wait, lasts, by, later):
    history = [(0, 0.1), *[(day, level) for day, level in history if level > 0]]
    last, level = history[-1]
    away = one(*history, (last + wait, level + abs(by)), (last + wait + lasts, level))
    day = last + wait + lasts + later
    assert acted(away, day) == acted(one(*history), day)


@given(histories(), st.data())
@settings(deadline=None)
def test_twice_ten_on_a_day_is_twenty_to_the_bit(history, data):
    detours = [
        change for day, level in history for change in [*[(day, data.draw(LEVELS)) for _ in range(2)], (day, level)]
    ]
    last = history[-1][0] if history else 0
    assert acted(one(*detours), last + 100) == acted(one(*history), last + 100)


def test_a_law_that_takes_the_place_of_another_within_a_day_keeps_its_age():
    swapped = one((0, 0.2), (500, 0.0), (500, 0.2))
    assert acted(swapped, 700) == acted(one((0, 0.2)), 700) > 0.2 * share(200)


def test_a_change_back_takes_the_latest_step_back_first():
    assert acted(one((0, 0.1), (300, 0.3), (400, 0.2)), 400) == pytest.approx(0.1 * share(400) + 0.1 * share(100))


def test_a_change_past_the_base_takes_all_steps_back():
    assert acted(one((0, 0.1), (300, 0.3), (400, -0.2)), 500) == pytest.approx(-0.2 * share(100))


@given(histories(most=30, levels=st.floats(-1, 1)), st.integers(2, 4))
@settings(deadline=None)
def test_steps_beyond_the_depth_keep_the_sum_exactly(history, depth):
    steps = one(*history, depth=depth)
    last = history[-1] if history else (0, 0.0)
    assert steps.wedge[0, 0] == last[1]
    assert acted(steps, last[0] + 1e7) == pytest.approx(last[1], abs=1e-15)


def test_the_two_oldest_steps_merge_into_one_of_their_mean_day():
    steps = one((0, 0.1), (100, 0.4), (200, 0.5), (300, 0.6), depth=2)
    assert steps.level[0, 0].tolist() == [0.4, 0.5]
    assert steps.since[0, 0].tolist() == pytest.approx([75, 200])
    expected = 0.4 * share(325) + 0.1 * share(200) + 0.1 * share(100)
    assert acted(steps, 400) == pytest.approx(expected)


@given(histories())
@settings(deadline=None)
def test_what_is_adjusted_to_lies_between_the_base_and_the_wedge(history):
    last, wedge = history[-1] if history else (0, 0.0)
    assert min(0, wedge) - 1e-15 <= acted(one(*history), last + 50) <= max(0, wedge) + 1e-15


# ── The policy held ──────────────────────────────────────────────────────────────────────────────────


@given(histories(), st.integers(0, 500), st.integers(0, 4000))
@settings(deadline=None)
def test_a_policy_held_drifts_no_further(history, wait, later):
    as_of = (history[-1][0] if history else 0) + wait
    steps = one(*history)
    assert acted(steps.held(as_of), as_of + later) == acted(steps, as_of)


@given(histories(), histories(most=5), st.integers(0, 1000))
@settings(deadline=None)
def test_any_detour_from_the_policy_held_leaves_no_trace_to_the_bit(history, detour, later):
    as_of = history[-1][0] if history else 0
    held = one(*history).held(as_of)
    before, level, day = acted(held, as_of), held.wedge[0, 0], as_of
    for gap, wedge in detour:
        day = as_of + 1 + gap
        held.push(ALL, day, [[wedge]])
    held.push(ALL, day + 33, [[level]])
    assert acted(held, day + 33 + later) == before


def test_a_cut_undoes_what_was_done_in_proportion_and_ends_without_effect():
    held = one((0, 0.2)).held(365)
    assert acted(held, 365) == pytest.approx(0.2 * 0.38)
    half = held.take(ALL)
    half.push(ALL, 400, [[0.1]])
    assert acted(half, 765) == pytest.approx(0.2 * 0.38 * (1 - 0.38 / 2))
    held.push(ALL, 400, [[0.0]])
    assert acted(held, 400) == pytest.approx(0.2 * 0.38 * (1 - share(0)))
    assert acted(held, 400 + 1e6) == pytest.approx(0, abs=1e-15)


def test_a_hike_over_the_policy_held_is_adjusted_to_in_full():
    held = one((0, 0.2)).held(365)
    held.push(ALL, 400, [[0.3]])
    assert acted(held, 1e7) == pytest.approx(0.2 * 0.38 + 0.1)


def test_a_cut_below_the_first_base_goes_as_far_below():
    held = one((0, 0.2)).held(365)
    held.push(ALL, 400, [[-0.1]])
    assert acted(held, 1e7) == pytest.approx(-0.1)


def test_one_policy_only_is_held():
    with pytest.raises(ValueError, match="policy of day 10 is held already"):
        one().held(10).held(20)


# ── Runs, cells, and keeping ─────────────────────────────────────────────────────────────────────────


@given(batches())
@settings(deadline=None)
def test_a_run_has_the_same_bits_alone_as_among_others(case):
    base, changes, day = case
    together = played(base, changes)
    for run in range(len(base)):
        own = [(np.array([0]), when, wedge[rows == run]) for rows, when, wedge in changes if run in rows]
        alone = played(base[[run]], own)
        assert (alone.acted_on(day + 30) == together.acted_on(day + 30)[run]).all()


@given(batches(), st.randoms())
@settings(deadline=None)
def test_the_order_of_cells_changes_nothing(case, random):
    base, changes, day = case
    order = list(range(base.shape[1]))
    random.shuffle(order)
    other = played(base[:, order], [(rows, when, wedge[:, order]) for rows, when, wedge in changes])
    assert (other.acted_on(day + 30) == played(base, changes).acted_on(day + 30)[:, order]).all()


@given(batches())
@settings(deadline=None)
def test_state_survives_being_saved_and_goes_on_as_before(case):
    base, changes, day = case
    steps = played(base, changes)
    again = Steps.restore(steps.arrays())
    rows = np.arange(len(base))
    for state in (steps, again):
        state.push(rows, day + 10, np.full(base.shape, 0.15))
    assert (again.acted_on(day + 99) == steps.acted_on(day + 99)).all()


def test_taken_runs_are_copies_and_may_repeat():
    steps = Steps.at_rest([[0.0], [0.1]])
    twice = steps.take(np.array([1, 1, 0]))
    twice.push(np.array([0]), 5, [[0.4]])
    assert twice.wedge.tolist() == [[0.4], [0.1], [0.0]]
    assert steps.wedge.tolist() == [[0.0], [0.1]]


def test_rows_may_be_a_mask_with_a_day_each():
    steps = Steps.at_rest(np.zeros((3, 1)))
    steps.push(np.array([True, False, True]), [10, 20], [[0.1], [0.2]])
    assert steps.today.tolist() == [10, -math.inf, 20]
    assert steps.wedge.tolist() == [[0.1], [0], [0.2]]


def test_parameters_may_differ_by_run():
    steps = Steps.at_rest(np.zeros((2, 3)))
    steps.push(np.arange(2), 0, np.full((2, 3), 0.1))
    result = steps.acted_on([365, 730], first_year=[0.5, 0.38], time_days=[100, TIME_DAYS])
    np.testing.assert_allclose(result, [[0.05] * 3, [0.1 * share(730)] * 3])


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────


def test_days_run_forward():
    steps = one((10, 0.1))
    with pytest.raises(ValueError, match="day 9 is before the last change, on day 10"):
        steps.push(ALL, 9, [[0.2]])
    with pytest.raises(ValueError, match="day 9 is before the last change, on day 10"):
        steps.acted_on(9)


def test_wedges_are_finite_numbers_by_run_and_cell():
    with pytest.raises(ValueError, match=r"finite numbers \[run, cell\]; found shape \(1,\)"):
        Steps.at_rest([0.1])
    with pytest.raises(ValueError, match="not a finite number"):
        one((0, math.nan))
    with pytest.raises(ValueError, match="depth is 1"):
        Steps.at_rest([[0.1]], depth=1)
