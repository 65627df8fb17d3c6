"""Focus: who speaks for a region, and that it says nothing about what is simulated."""

from pathlib import Path

import pytest

import sim
from sim.scenario import focus
from sim.scenario.provenance import scenario_hash

ALLIES = str(Path(__file__).parents[2] / "app" / "allies.yaml")


@pytest.fixture(scope="module")
def allies():
    return sim.load(ALLIES)


@pytest.mark.parametrize(("name", "actor", "code"), [("DEU", "germany", "DEU"), ("germany", "germany", "DEU")])
def test_a_region_and_an_actor_lead_to_the_same_page(allies, name, actor, code):
    assert focus.speaker(allies, name) == actor
    assert focus.code(allies, name) == code


@pytest.mark.parametrize(("name", "near"), [("DUE", "DEU"), ("deu", "DEU"), ("germny", "germany"), ("", None)])
def test_nobody_speaks_for_an_unknown_name(allies, name, near):
    assert focus.speaker(allies, name) is None
    assert focus.unknown(allies, name)[1] == near


def test_a_coalition_is_no_country(allies):
    assert focus.speaker(allies, "allies") is None


def test_a_focus_says_nothing_about_what_is_simulated(allies):
    assert scenario_hash(sim.load(ALLIES, sets=["focus=DEU"])) == scenario_hash(allies)
