"""The queue of licences against its closed forms (T3, T3b, T3c, T4)."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.supply.cells import Cells
from sim.supply.licences import Queue, Rules, granted_share, hazard_of, relax, relaxed_mean, steady

CELLS = Cells(np.ones((1, 1, 1, 1)))


def rules(granted=0.95, refiled=0.0, validity=26.0, shipping=0.5, capacity=np.inf, staff_cap=np.inf):
    row = [np.full((1, 1), value) for value in (granted, refiled, validity, shipping, capacity, staff_cap, 1.0)]
    return Rules(*row)


def row(value):
    return np.full((1, 1), value)


def passed(queue, terms, filed=100.0, hazard=0.07, weeks=1.0, steps=1, licensed=1.0):
    for _ in range(steps):
        passage = queue.step(row(filed), row(licensed), row(0.0), row(hazard), terms, CELLS, weeks)
    return passage


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
@pytest.mark.parametrize(
    ("granted", "refiled", "backlog", "valid", "shipped"),
    [(0.95, 0.0, 1428.571, 176.429, 88.214), (0.6, 0.5, 1785.714, None, 69.643)],
)
def test_t3_the_steady_state_is_that_of_the_closed_form_at_any_step(granted, refiled, backlog, valid, shipped, weeks):
    terms = rules(granted, refiled)
    found = steady(row(100.0), row(1.0), row(0.07), terms, 52.0)
    queue = Queue(found[0].copy(), found[1].copy())
    passage = passed(queue, terms, weeks=weeks)
    assert queue.backlog[0, 0] == pytest.approx(backlog, abs=1e-3)
    assert valid is None or queue.valid[0, 0] == pytest.approx(valid, abs=1e-3)
    assert passage.shipped[0, 0] == pytest.approx(shipped, abs=1e-3)
    np.testing.assert_allclose([queue.backlog, queue.valid], found[:2], rtol=1e-12)


def test_t3_an_empty_queue_comes_to_the_steady_state():
    queue, terms = Queue(row(0.0), row(0.0)), rules(0.6, 0.5)
    passed(queue, terms, steps=600)
    np.testing.assert_allclose([queue.backlog, queue.valid], steady(row(100.0), row(1.0), row(0.07), terms, 52.0)[:2])


def test_t3_the_wait_is_one_over_the_hazard():
    queue = Queue(row(0.0), row(0.0))
    passage = passed(queue, rules(), steps=600)
    assert queue.backlog[0, 0] / passage.processed[0, 0] == pytest.approx(1 / 0.07)


@pytest.mark.parametrize(("weeks", "share"), [(8.7, 0.2385), (25.7, 0.5093), (52.0, 0.6959)])
@pytest.mark.parametrize("steps", [1, 13])
def test_t3b_cumulative_granted_share_of_constant_filing(weeks, share, steps):
    queue, granted = Queue(row(0.0), row(0.0)), 0.0
    for _ in range(steps):
        granted += passed(queue, rules(), weeks=weeks / steps).granted[0, 0] * weeks / steps
    assert granted / (100 * weeks) == pytest.approx(share, abs=5e-5)
    assert granted / (100 * weeks) == pytest.approx(float(granted_share(np.array(0.07), np.array(0.95), weeks)))


@given(st.floats(1e-12, 0.9999), st.floats(0.02, 1.0), st.floats(1.0, 30.0))
def test_t3b_the_hazard_of_an_approval_share_gives_that_share(part, granted, clock):
    approval = part * granted
    hazard = hazard_of(np.array([approval]), np.array([granted]), clock)
    assert granted_share(hazard, np.array([granted]), clock)[0] == pytest.approx(approval, rel=1e-9)


def test_the_hazard_has_its_limits():
    approval = np.array([0.0, 0.95, 1.0, 0.0])
    granted = np.array([0.95, 0.95, 0.95, 0.0])
    np.testing.assert_array_equal(hazard_of(approval, granted), [0.0, np.inf, np.inf, 0.0])


def test_the_hazard_rises_with_approval():
    assert (np.diff(hazard_of(np.linspace(0, 0.9, 1000), np.array([0.95]))) > 0).all()


def test_t3c_staff_is_a_cap_on_tonnes_and_the_backlog_grows_by_the_rest():
    queue, terms = Queue(row(0.0), row(0.0)), rules(staff_cap=60.0)
    passed(queue, terms, steps=300)
    before = queue.backlog[0, 0]
    passage = passed(queue, terms)
    assert queue.backlog[0, 0] - before == pytest.approx(40.0, rel=1e-12)
    assert passage.processed[0, 0] == pytest.approx(60.0, rel=1e-12)
    assert passage.shipped[0, 0] == pytest.approx(0.95 * 60 * 0.5 / (0.5 + 1 / 26), rel=1e-12)


@pytest.mark.parametrize("steps", [1, 7])
def test_t4_relaxation(steps):
    for weeks, expected in [(4, 0.819), (8, 1.028), (13, 1.115)]:
        value = np.array([0.25])
        for _ in range(steps):
            value = relax(value, np.array([1.15]), np.array([4.0]), weeks / steps)
        assert value[0] == pytest.approx(expected, abs=5e-4)


def test_t4_supply_lost_on_the_way():
    mean, end = relaxed_mean(np.array([0.25]), np.array([1.15]), np.array([4.0]), 13.0)
    assert 13 * (mean[0] - 1) == pytest.approx(-1.510, abs=5e-4)
    assert end[0] == pytest.approx(1.15 - 0.9 * np.exp(-13 / 4))


def test_no_time_constant_is_at_once():
    mean, end = relaxed_mean(np.array([0.25]), np.array([1.15]), np.array([0.0]), 1.0)
    assert (mean[0], end[0]) == (1.15, 1.15)


def test_what_needs_no_licence_any_more_is_let_through():
    queue = Queue(row(40.0), row(0.0))
    passage = queue.step(row(0.0), row(0.5), row(0.5), row(0.0), rules(), CELLS, 2.0)
    assert queue.backlog[0, 0] == 20.0
    assert passage.granted[0, 0] * 2 == 20.0


def test_shipments_stop_at_the_capacity_and_the_rest_stays_valid():
    queue = Queue(row(0.0), row(1000.0))
    passage = passed(queue, rules(capacity=90.0, validity=np.inf), filed=0.0)
    assert passage.shipped[0, 0] == 90.0
    assert queue.valid[0, 0] == pytest.approx(910.0)


@example(2.2e-313, 0.0, 0.0, 0.0, 1.0, 1.0)
@given(st.floats(0, 2), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 4), st.floats(0, 60))
def test_nothing_is_lost_in_the_queue(hazard, granted, refiled, licensed, weeks, staff):
    queue, terms = Queue(row(30.0), row(20.0)), rules(granted, refiled, staff_cap=staff)
    for filed in (100.0, 0.0, 20.0):
        backlog, valid = queue.backlog.copy(), queue.valid.copy()
        passage = passed(queue, terms, filed=filed, hazard=hazard, weeks=weeks, licensed=licensed)
        out = passage.granted + passage.denied
        np.testing.assert_allclose(queue.backlog - backlog, (filed - out) * weeks, atol=1e-9)
        out = passage.shipped + passage.lapsed
        np.testing.assert_allclose(queue.valid - valid, (passage.granted - out) * weeks, atol=1e-9)
        assert min(array.min() for array in (*passage, queue.backlog, queue.valid)) >= 0
