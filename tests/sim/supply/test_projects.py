"""Named projects: how full they run, when they slip, and what tonnes of oxide make of magnets."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.supply.capacity import STAGES
from sim.supply.projects import magnets_from, narrowest, output, running, slipped
from tests.sim.supply.worlds_of_capacity import MAGNET, projects


def test_a_chain_makes_what_its_narrowest_stage_lets_through():
    """Lynas 8,000, MP 2,599 and others 1,000 t of oxide a year; plants outside China made 20,200 t of magnets."""
    oxide = np.array([8_000.0 + 2_599.0 + 1_000.0])
    assert magnets_from(oxide, np.array([0.37]))[0] == pytest.approx(31_300, abs=50)
    assert narrowest(oxide, np.array([0.37]), np.array([20_200.0]))[0] == 20_200
    assert narrowest(oxide, np.array([0.37]), np.array([60_000.0]))[0] == pytest.approx(31_300, abs=50)


def of(age, first=0.45, full=0.75, ramp=2.0):
    return float(running(np.array([age]), *(np.array([one]) for one in (first, full, ramp)))[0])


def test_a_plant_runs_at_its_first_utilisation_for_two_years_and_then_fills():
    assert of(-0.01) == 0
    assert of(0.0) == of(1.9) == of(2.0) == pytest.approx(0.45)
    assert of(4.0) == pytest.approx(0.75 - 0.30 * np.exp(-1))
    assert of(60.0) == pytest.approx(0.75)
    assert of(2.5, ramp=0.0) == 0.75


def test_what_runs_already_slips_no_more():
    planned, slip = np.array([[-1.0, 0.0, 0.5]]), np.array([[1.5, 1.5, 1.5]])
    assert slipped(planned, slip).tolist() == [[-1.0, 0.0, 2.0]]


def total(progress, **named):
    return float(output(projects(**named), np.full((1, 1, len(STAGES)), progress))[0, 0, MAGNET])


def test_projects_that_do_not_come_make_nothing_and_others_add_up():
    two = {"capacity": (0.1, 0.2), "start": (1.0, 2.0), "full": 0.8, "first": 0.8}
    assert total(5.0, **two) == pytest.approx(0.24)
    assert total(1.5, **two) == pytest.approx(0.08)
    assert total(5.0, on=(True, False), **two) == pytest.approx(0.08)
    found = output(projects(**two), np.full((1, 1, len(STAGES)), 5.0))
    assert (np.delete(found, MAGNET, axis=-1) == 0).all()


@pytest.mark.parametrize(("years", "built"), [(3.0, 0.269), (5.0, 0.577), (8.0, 0.857)])
def test_many_projects_of_three_chance_steps_are_built_as_erlang_says(years, built):
    """Three exponential steps, five years together: K / K∞ = P(3, 3t / 5). Starts are quantiles of that law."""
    count = 2_000
    starts = np.linspace(0, 60, 400_001)
    steps = 3 * starts / 5
    begun = 1 - np.exp(-steps) * (1 + steps + steps**2 / 2)
    drawn = np.interp((np.arange(count) + 0.5) / count, begun, starts)[:, None]
    many = replace(projects([1.0], first=1.0, full=1.0), start=drawn)
    found = output(many, np.full((count, 1, len(STAGES)), years))[..., MAGNET].mean()
    assert found == pytest.approx(built, abs=0.001)


YEARS = st.floats(0, 12)


@settings(max_examples=60, deadline=None)
@given(YEARS, YEARS, st.floats(0, 4), st.floats(0.2, 0.5), st.floats(0.5, 1))
def test_a_later_start_never_makes_more_and_time_never_less(one, other, slip, first, full):
    early, late = sorted((one, other))
    own = {"capacity": (0.3,), "first": first, "full": full}
    assert total(early, start=(2.0,), **own) <= total(late, start=(2.0,), **own) + 1e-12
    assert total(late, start=(2.0 + slip,), **own) <= total(late, start=(2.0,), **own) + 1e-12
    assert total(late, start=(2.0,), **own) <= 0.3 + 1e-12
