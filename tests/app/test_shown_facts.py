"""`parley show`: up to as_of what the file states as fact is replayed, after it nobody moves."""

import pytest

import sim
from app.show import last_days, legal_clock, shown
from sim import days

PAST = """
schema: 1
title: A past and a plan
start: 2025-01-01
as_of: 2025-06-01
horizon: 2025-12-31
trade:
  tranches: {grain: {importer: a, exporter: b, value: 1 bn USD}}
goods:
  wheat: {title: Wheat, importer: a, exporter: b, tranche: grain}
actors:
  a:
    name: A
    regions: [AAA]
    policy:
      kind: script
      moves:
        - {title: a duty, on: 2025-02-01, do: {enact: duty, in: 3 d}}
        - {title: to 15, on: 2025-03-01, do: {set_rate: duty, to: 15 pp}}
        - {title: on the day itself, on: 2025-06-01, do: {set_rate: duty, to: 20 pp}}
        - {title: a plan, on: 2025-07-01, do: {set_rate: duty, to: 99 pp}}
        - {title: some day, on: {uniform: [2025-06-05, 2025-06-20]}, do: {withdraw: duty}}
        - {title: talks, on: 2025-05-01, do: {offer: pact}}
        - {title: a pause, on: 2025-05-10, do: {delay: fee, by: 60 d}}
  b:
    name: B
    regions: [BBB]
    policy: {kind: doctrine, rules: {answer: {do: {enact: ban}}}}
legal_bases:
  old_law: {title: Old law, challenge: {decision: 2025-04-01, struck: 100 %, lag: 5 d}}
  new_law: {title: New law, challenge: {decision: 2025-09-01, struck: 100 %}}
  doubted: {title: Doubted law, challenge: {decision: 2025-04-01, struck: 50 %}}
instruments:
  duty: {title: Duty, kind: tariff, by: a, on: b, adds: 10 pp}
  fee: {title: Fee, kind: rule, by: a, enacted: 2025-01-05}
  ban: {title: Ban, kind: export_control, by: b, on: a}
  struck: {title: Struck, kind: tariff, by: a, legal_basis: old_law, enacted: 2025-01-10, adds: 1 pp}
  standing: {title: Standing, kind: tariff, by: a, legal_basis: new_law, enacted: 2025-01-10, adds: 2 pp}
  unclear: {title: Unclear, kind: tariff, by: a, legal_basis: doubted, enacted: 2025-01-10, adds: 4 pp}
  lifted: {title: Lifted, kind: rule, by: a, enacted: 2025-01-10}
  to_lift: {title: To be lifted, kind: rule, by: a, enacted: 2025-01-10}
agreements:
  over: {title: Over, parties: [a, b], since: 2025-01-01, expires: 2025-03-31}
  truce: {title: Truce, parties: [a, b], since: 2025-01-01, expires: 2025-08-31, suspends: [to_lift]}
deals:
  pact: {title: Pact, parties: [a, b], offer_stands: 60 d, terms: [{withdraw: duty}]}
milestones:
  relief: {title: Relief, kind: event, date: 2025-03-15, do: {withdraw: lifted}}
  hope: {title: Hope, kind: event, date: 2025-08-15, do: {withdraw: to_lift}}
"""


@pytest.fixture
def past(world):
    return world(PAST)


def on(scenario, day, name):
    return bool(legal_clock(scenario, days.day(day)).view.get(f"{name}.in_force")[0])


RATES = {"2025-02-03": 0, "2025-02-04": 10, "2025-03-01": 15, "2025-05-31": 15, "2025-06-01": 20, "2025-12-31": 20}


@pytest.mark.parametrize(("day", "rate"), RATES.items())
def test_scripted_moves_are_replayed_up_to_as_of_and_no_further(day, rate, past):
    assert legal_clock(past, days.day(day)).view.get("duty.rate").tolist() == [rate]


def test_events_and_rulings_of_the_past_are_facts_those_to_come_are_not(past):
    assert [on(past, day, "lifted") for day in ("2025-03-15", "2025-03-16")] == [True, False]
    assert [on(past, day, "struck") for day in ("2025-04-05", "2025-04-06")] == [True, False]
    assert on(past, "2025-12-31", "to_lift")
    assert on(past, "2025-12-31", "standing")
    assert on(past, "2025-12-31", "unclear")
    assert not on(past, "2025-12-31", "ban")


def test_live_agreements_with_what_they_hold_and_open_offers_are_listed(past):
    text = shown(past, on="2025-05-20")
    listed = text[text.index("Agreements on 2025-05-20\n") : text.index("Tariff stacks on")]
    assert [" ".join(line.split()) for line in listed.splitlines()[1:3]] == [
        "truce live to 2025-08-31 Truce; holds back to_lift",
        "pact offered Pact",
    ]
    assert "Agreements on 2025-09-01 if nobody moves" not in shown(past, on="2025-09-01")


def test_the_calendar_has_the_acts_of_scripts_and_last_days_lie_ahead(past):
    assert "2025-02-01  A: a duty" in shown(past)
    listed = [(str(days.date(day)), what) for day, _, what in last_days(past)]
    assert listed == [
        ("2025-07-08", "stop before it is in force again: Fee"),
        ("2025-08-31", "extend: Truce"),
    ]


def test_a_layer_that_bites_on_a_part_of_its_scope_says_on_how_much(world):
    text = shown(world(PAST.replace("adds: 2 pp", "adds: 2 pp, share: 12.5 %")))
    assert "in force, 2 pp on 12.5%" in text


def test_what_was_a_scenario_of_the_future_stays_one():
    """Nothing happens before as_of in longer-roll, so its legal clock is what it was."""
    scenario = sim.load("longer-roll")
    assert "In force on 2025-11-12 if nobody moves" in shown(scenario, on="2025-11-12")
    assert [on(scenario, day, "reciprocal_china_upper") for day in ("2025-11-10", "2025-11-11")] == [False, True]
