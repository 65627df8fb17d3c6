"""Without news nobody moves: longer-roll without its threat, its package, its meetings, its court and its expiry."""

import numpy as np
import pytest

import sim
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


def moves(simulation):
    """What anybody did in the first half-year: rows and the rules behind them."""
    entries = simulation.log.entries()
    by_somebody = (entries.who >= 0) & (entries.day <= simulation.plan.as_of + HALF_A_YEAR)
    return entries.row[by_somebody], {simulation.plan.rule_names[rule] for rule in entries.rule[by_somebody]}


@pytest.mark.parametrize("what_if", [None, *sim.load("longer-roll").what_ifs])
def test_nobody_moves_without_news(what_if, play):
    simulation = play(calendar("longer-roll", what_if, QUIET), runs=100, chances=20, until=None)
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules


def test_meetings_alone_are_no_news(play):
    quiet = [one for one in QUIET if not one.startswith("milestones")]
    simulation = play(calendar("longer-roll", sets=quiet), runs=100, chances=20)
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules


def test_after_a_lasting_deal_the_principals_soon_sit_still(play):
    """Package gone for good and a truce beyond the horizon: no move in the second quarter of the year."""
    done = [one for one in QUIET if not one.startswith(("milestones", "legal_bases"))]
    simulation = play(
        calendar("longer-roll", sets=[*done, "legal_bases.ieepa.challenge.struck=0 %"]), runs=100, chances=20
    )
    rows, rules = moves(simulation)
    assert len(np.unique(rows)) <= 0.05 * 100, rules
