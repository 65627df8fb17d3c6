"""The legal clock of longer-roll: what is in force on which day if nobody moves, and after each move that matters."""

import numpy as np
import pytest

from sim import days
from sim.world.log import What
from tests.without_economy import calendar

NO_COURT = "legal_bases.ieepa.challenge=null"
NO_STACKS = ("goods=null", "trade=null", "indicators=null", "outcomes=null")
"""Leaves the tariff arithmetic out where a trial does not look at it."""
UPPER = ("reciprocal_china_upper", "china_reciprocal_upper")
PACKAGE = ("items_and_equipment", "batteries_and_superhard", "technology_and_experts", "extraterritorial_content")


@pytest.fixture
def clock(silent, play):
    def run(sets=(NO_COURT,), extra="", until=None, stacks=False, **moves):
        left_out = () if stacks else NO_STACKS
        return play(silent(moves, (*sets, *left_out), extra), until=until)

    return run


def agreed(date, deal="extension"):
    """The deal is struck on that day whoever has the first turn."""
    return {"us": [f"on: {date}, do: {{offer: {deal}}}"], "china": [f"on: {date}, do: {{accept: {deal}}}"]}


def test_nobody_moves_and_the_truce_lapses_on_11_november(clock, stack, told):
    simulation = clock(stacks=True)
    assert stack(simulation, "2025-10-15") == [30, 55, 10]
    assert stack(simulation, "2025-11-10") == [30, 55, 10]
    assert stack(simulation, "2025-11-11") == [54, 79, 34]
    assert told(simulation, What.agreement_lapses, "truce") == ["2025-11-11"]
    assert stack(simulation, "2026-12-31") == [54, 79, 34]


def test_nobody_moves_and_the_package_bites_on_its_dates(clock, told):
    simulation = clock()
    starts = {name: told(simulation, What.enters_into_force, name) for name in PACKAGE}
    assert starts["items_and_equipment"] == starts["batteries_and_superhard"] == ["2025-11-08"]
    assert starts["extraterritorial_content"] == ["2025-12-01"]
    assert starts["technology_and_experts"] == []  # since 9 October
    assert simulation.view.get("technology_and_experts.in_force").all()


def test_the_threat_carried_out_stands_beside_the_truce_and_beside_its_lapse(clock, stack):
    simulation = clock(stacks=True, us=["on: 2025-10-31, do: {enact: hundred_percent}"])
    assert stack(simulation, "2025-10-31") == [30, 55, 10]
    assert stack(simulation, "2025-11-01") == [130, 155, 10]
    assert stack(simulation, "2025-11-11") == [154, 179, 34]


def test_enacted_after_its_date_has_passed_it_takes_the_lag_of_its_law(clock, stack, told):
    simulation = clock(stacks=True, us=["on: 2025-11-03, do: {enact: hundred_percent}"])
    assert told(simulation, What.threat_lapses, "hundred_percent") == ["2025-11-01"]
    assert stack(simulation, "2025-11-03") == [30, 55, 10]
    assert stack(simulation, "2025-11-04") == [130, 155, 10]


@pytest.mark.parametrize("date", ["2025-11-09", "2025-11-10"])
def test_a_deal_by_the_last_day_leaves_no_snapback(date, clock, stack, told):
    simulation = clock(stacks=True, until=days.day("2026-02-08"), **agreed(date))
    for name in UPPER:
        assert told(simulation, What.enters_into_force, name) == []
    assert not simulation.view.get("truce.lapsed").any()
    assert simulation.view.get("truce.extended").all()
    assert simulation.view.get("truce.expires").tolist() == [days.day("2026-02-08")]
    simulation.advance()
    assert stack(simulation, "2025-11-11") == [30, 55, 10]
    assert stack(simulation, "2026-02-08") == [30, 55, 10]
    assert stack(simulation, "2026-02-09") == [54, 79, 34]


def test_a_deal_on_the_day_after_has_a_lapse_on_record_and_then_relief(clock, stack, told):
    simulation = clock(stacks=True, **agreed("2025-11-11"))
    for name in UPPER:
        assert told(simulation, What.enters_into_force, name)[0] == "2025-11-11"
        assert told(simulation, What.stops_being_in_force, name)[0] == "2025-11-11"
    assert stack(simulation, "2025-11-11") == [30, 55, 10]
    assert simulation.view.get("truce.lapsed").all()
    assert simulation.view.get("truce.extended").all()


def test_an_agreement_that_was_left_and_brought_back_may_still_lapse(clock, told, stack):
    simulation = clock(
        stacks=True,
        us=["on: 2025-10-20, do: {end: truce}", "on: 2025-10-25, do: {extend: truce, by: 10 d}"],
    )
    assert stack(simulation, "2025-10-21") == [54, 79, 34]
    assert stack(simulation, "2025-10-25") == [30, 55, 10]
    assert stack(simulation, "2025-11-05") == [54, 79, 34]
    assert told(simulation, What.agreement_lapses, "truce") == ["2025-11-05"]
    assert simulation.view.get("truce.lapsed").all()


COURT = (
    "legal_bases.ieepa.challenge.decision=2026-01-10",
    "legal_bases.ieepa.challenge.struck=100 %",
    "legal_bases.ieepa.challenge.lag=7 d",
)


def test_the_court_takes_the_emergency_tariffs_after_its_lag_and_leaves_the_others(clock, stack, told):
    simulation = clock(stacks=True, sets=COURT)
    assert told(simulation, What.struck_down, "ieepa") == ["2026-01-10"]
    assert stack(simulation, "2026-01-16") == [54, 79, 34]
    assert stack(simulation, "2026-01-17") == [0, 25, 34]
    scenario = simulation.plan.scenario
    for name, part in scenario.instruments.items():
        if part.by == "us" and part.kind == "tariff" and part.enacted is not None:
            now = bool(simulation.view.get(f"{name}.in_force").all())
            assert now == (part.legal_basis != "ieepa"), name


def test_a_struck_law_bears_no_new_threat_and_no_new_act(clock, told):
    acts = ("enact: hundred_percent", "threaten: hundred_percent, in: 20 d", "set_rate: hundred_percent, to: 50 pp")
    simulation = clock(sets=COURT, us=[f"on: 2026-02-0{day}, do: {{{act}}}" for day, act in enumerate(acts, 1)])
    for what in (What.enacts, What.threatens, What.sets_rate):
        assert told(simulation, what, "hundred_percent") == []
    assert not simulation.view.get("hundred_percent.available").any()


def test_between_the_ruling_and_its_effect_the_law_still_bears_acts(clock, stack):
    simulation = clock(stacks=True, sets=COURT, us=["on: 2026-01-12, do: {enact: hundred_percent}"])
    assert stack(simulation, "2026-01-13") == [154, 179, 34]
    assert stack(simulation, "2026-01-17") == [0, 25, 34]


def test_a_surcharge_of_section_122_lives_for_150_days(clock, told):
    simulation = clock(us=["on: 2026-01-12, do: {enact: section_122_surcharge}"])
    first = told(simulation, What.enters_into_force, "section_122_surcharge")
    last = told(simulation, What.stops_being_in_force, "section_122_surcharge")
    assert days.day(last[0]) - days.day(first[0]) == 150


def test_nobody_in_longer_roll_enacts_section_122_a_second_time(play):
    scenario = calendar("longer-roll", sets=["legal_bases.ieepa.challenge.struck=100 %", "horizon=2027-12-31"])
    simulation = play(scenario, runs=120, chances=20)
    entries = simulation.log.entries()
    subject = simulation.plan.subjects.index("instruments.section_122_surcharge")
    enacted = entries.row[(entries.what == What.enacts) & (entries.subject == subject)]
    assert len(enacted) > 40
    assert len(np.unique(enacted)) == len(enacted)


def test_a_delay_comes_back_by_itself(clock, told):
    simulation = clock(china=["on: 2025-11-05, do: {delay: october_package, by: 90 d}"])
    # Ninety days after each one's own date, or after the day of the delay for what bites already.
    assert told(simulation, What.enters_into_force, "items_and_equipment") == ["2026-02-06"]
    assert told(simulation, What.enters_into_force, "extraterritorial_content") == ["2026-03-01"]
    assert told(simulation, What.stops_being_in_force, "technology_and_experts") == ["2025-11-05"]
    assert told(simulation, What.enters_into_force, "technology_and_experts") == ["2026-02-03"]
    assert simulation.view.get("october_package.delayed").all()


def test_a_second_delay_counts_from_the_end_of_the_first(clock, told):
    simulation = clock(
        china=[
            "on: 2025-11-05, do: {delay: items_and_equipment, by: 30 d}",
            "on: 2025-11-20, do: {delay: items_and_equipment, by: 30 d}",
        ]
    )
    assert told(simulation, What.enters_into_force, "items_and_equipment") == ["2026-01-07"]


def test_narrowing_leaves_the_package_in_force_on_a_smaller_share(clock):
    simulation = clock(china=["on: 2025-12-05, do: {narrow: october_package, to: 40 %}"])
    assert simulation.view.get("october_package.narrowed").all()
    assert simulation.view.get("october_package.in_force").all()
    assert (simulation.view.get("items_and_equipment.share") == 0.4).all()


def test_a_side_deal_frees_its_partner_and_nobody_else(clock):
    simulation = clock(
        japan=["on: 2025-12-05, do: {offer: side_deal_japan}"],
        china=["on: 2025-12-08, do: {accept: side_deal_japan}"],
    )
    touched = simulation.plan.scenario.instruments["items_and_equipment"].on
    assert {name for name in touched if not simulation.view.get(f"items_and_equipment.on.{name}").all()} == {"japan"}


JOINT = """
instruments:
  joint_tariff: {title: Joint tariff, kind: tariff, by: allies, on: [china], adds: 30 pp, covers: ["*"]}
legal_bases: {ieepa: {challenge: null}}
"""


@pytest.mark.parametrize(("leaves", "off_list"), [("2025-11-30", 54), ("2025-12-05", 84)])
def test_who_leaves_before_the_act_does_not_carry_it_who_leaves_after_it_does(leaves, off_list, clock, stack):
    simulation = clock(
        stacks=True,
        sets=(),
        extra=JOINT,
        us=[f"on: {leaves}, do: {{leave: allies}}"],
        allies=["on: 2025-12-02, do: {enact: joint_tariff}"],
    )
    assert stack(simulation, "2025-12-31")[0] == off_list


def test_from_start_to_as_of_only_scripts_act(silent, play, told, stack):
    scenario = silent(
        {
            "us": ["on: 2025-05-14, do: {withdraw: fentanyl_china}"],
            "china": ["on: 2025-06-01, do: {delay: april_licences, by: 10 d}"],
        },
        sets=["start=2025-05-01", NO_COURT],
    )
    simulation = play(scenario)
    assert told(simulation, What.withdraws, "fentanyl_china") == ["2025-05-14"]
    assert told(simulation, What.enters_into_force, "april_licences") == ["2025-06-11"]
    # The truce runs from 12 August, so before it the upper part bites.
    assert stack(simulation, "2025-05-14") == [54, 79, 34]
    assert stack(simulation, "2025-05-15") == [34, 59, 34]
    assert stack(simulation, "2025-08-12") == [10, 35, 10]


REOFFERED = """
schema: 1
title: A pact
as_of: 2025-01-01
horizon: 2025-03-31
actors:
  a: {name: A, policy: {kind: doctrine, rules: {offer: {at: [summit, second], do: {offer: pact}}}}}
  b:
    name: B
    policy:
      kind: doctrine
      rules:
        accept: {at: [summit, reaction], when: pact.offered, do: {accept: pact}}
        again: {at: summit, when: ban.in_force and not pact.offered, do: {offer: pact}}
instruments: {ban: {title: Ban, kind: export_control, by: a, on: b, enacted: 2024-12-01}}
deals: {pact: {title: Pact, parties: [a, b], terms: [{withdraw: ban}]}}
milestones:
  summit: {title: Summit, date: 2025-02-01, parties: [a, b]}
  second: {title: Second summit, date: 2025-02-02, parties: [a, b]}
"""


def test_a_deal_is_not_laid_on_the_table_again_on_its_own_day(world, play):
    """What the deal lifts stands until midnight, so a rule that asks for that would offer it again; a later day may."""
    simulation = play(world(REOFFERED), runs=20, until=None)
    entries = simulation.log.entries()
    first = entries.day == days.day("2025-02-01")
    for run in range(20):
        told = entries.what[first & (entries.row == run)].tolist()
        assert What.offers not in told[told.index(What.concluded) :]
    second = (entries.day == days.day("2025-02-02")) & (entries.what == What.offers)
    assert np.count_nonzero(second) == 20
