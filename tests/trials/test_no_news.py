"""Without news nobody moves: longer-roll without its threat, its package, its meetings, its court and its expiry."""

import numpy as np
import pytest

import sim
from sim.days import day
from sim.world.log import What
from tests.without_economy import calendar

PACKAGE = ("items_and_equipment", "batteries_and_superhard", "technology_and_experts", "extraterritorial_content")
MEETINGS = ("working_talks", "leaders_meeting", "imf_world_bank", "apec")
QUIET = [
    "agreements.truce.expires=2027-06-30",
    "instruments.hundred_percent.threatened=null",
    "instruments.hundred_percent.effective=null",
    "legal_bases.ieepa.challenge=null",
    *(f"instruments.{name}.{key}=null" for name in PACKAGE for key in ("enacted", "effective")),
    *(f"milestones.{name}.takes_place=0 %" for name in MEETINGS),
]
HALF_A_YEAR = 182
WORDS = (What.offers, What.accepts)


@pytest.fixture
def half_a_year(play):
    """Plays the first half-year after as_of."""

    def run(scenario):
        return play(scenario, runs=100, chances=20, until=day(scenario.as_of) + HALF_A_YEAR)

    return run


def moves(simulation):
    """What anybody did in the first half-year, to whose end it was played: rows and the rules behind them."""
    entries = simulation.log.entries()
    by_somebody = entries.who >= 0
    return entries.row[by_somebody], {simulation.plan.rule_names[rule] for rule in entries.rule[by_somebody]}


@pytest.mark.parametrize("what_if", [None, *sim.load("longer-roll").what_ifs])
def test_nobody_moves_without_news(what_if, half_a_year):
    simulation = half_a_year(calendar("longer-roll", what_if, QUIET))
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules


def test_meetings_alone_are_no_news(half_a_year):
    quiet = [one for one in QUIET if not one.startswith("milestones")]
    simulation = half_a_year(calendar("longer-roll", sets=quiet))
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules


def test_after_a_lasting_deal_the_principals_soon_sit_still(half_a_year):
    """Package gone for good and a truce beyond the horizon: no move in the second quarter of the year."""
    done = [one for one in QUIET if not one.startswith(("milestones", "legal_bases"))]
    simulation = half_a_year(calendar("longer-roll", sets=[*done, "legal_bases.ieepa.challenge.struck=0 %"]))
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules
