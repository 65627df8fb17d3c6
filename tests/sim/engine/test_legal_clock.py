"""The legal clock: what is in force on which day, and what a deal, a threat or a court changes."""

import numpy as np
import pytest

from sim import days
from sim.world.log import What
from tests.without_economy import calendar

WORLD = """
schema: 1
title: legal clock
as_of: 2025-10-15
horizon: 2026-06-30
trade: {{data: [us_imports_2024, china_imports_2017]}}
goods:
  off_list: {{title: off, importer: us, exporter: china, tranche: none_gen}}
  list_1_3: {{title: l13, importer: us, exporter: china, tranche: l123_gen}}
  china_general: {{title: cg, importer: china, exporter: us, tranche: none_rest}}
actors:
  us: {{name: US, regions: [USA], policy: {{kind: script, moves: [{us}]}}}}
  china: {{name: China, regions: [CHN], policy: {{kind: script, moves: [{china}]}}}}
legal_bases:
  ieepa: {{title: IEEPA, lag: 1 d{challenge}}}
  section_122: {{title: S122, lag: 3 d, longest_life: 150 d}}
instruments:
  s301: {{title: s301, kind: tariff, by: us, on: china, enacted: 2018-07-06, adds: 25 pp, covers: 'l123_*'}}
  fentanyl: {{title: f, kind: tariff, by: us, on: china, legal_basis: ieepa, enacted: 2025-02-04, adds: 20 pp}}
  lower:
    {{title: r, kind: tariff, by: us, on: china, legal_basis: ieepa, enacted: 2025-04-05, adds: 10 pp, covers: '*_gen'}}
  upper:
    {{title: u, kind: tariff, by: us, on: china, legal_basis: ieepa, enacted: 2025-04-09, adds: 24 pp, covers: '*_gen'}}
  china_lower: {{title: c, kind: tariff, by: china, on: us, enacted: 2025-05-14, adds: 10 pp}}
  china_upper: {{title: d, kind: tariff, by: china, on: us, enacted: 2025-05-14, adds: 24 pp}}
  hundred:
    {{title: h, kind: tariff, by: us, on: china, legal_basis: ieepa, threatened: 2025-10-10, effective: 2025-11-01,
      adds: 100 pp}}
  surcharge: {{title: s, kind: tariff, by: us, on: china, legal_basis: section_122, adds: 15 pp}}
  controls: {{title: o, kind: export_control, by: china, enacted: 2025-10-09, effective: 2025-11-08}}
agreements:
  truce: {{title: truce, parties: [us, china], since: 2025-08-12, expires: 2025-11-10, suspends: [upper, china_upper]}}
"""


@pytest.fixture
def clock(world, play):
    def run(us="", china="", challenge=""):
        return play(world(WORLD.format(us=us, china=china, challenge=challenge)))

    return run


def stacks(simulation, date):
    """(off list, List 1–3, China general) at the end of a day, from the record."""
    rates, day = simulation.rates(), days.day(date)
    found = []
    for name in ("stack.off_list", "stack.list_1_3", "stack.china_general"):
        past = (rates.series == simulation.plan.recorded_series.index(name)) & (rates.day <= day)
        found.append(float(rates.value[past][-1]))
    return found


def told(simulation, what, name):
    """Days on which something is told of a part."""
    entries = simulation.log.entries()
    subject = next(i for i, one in enumerate(simulation.plan.subjects) if one.endswith(f".{name}"))
    return [str(days.date(d)) for d in entries.day[(entries.what == what) & (entries.subject == subject)]]


def test_the_truce_holds_the_upper_part_down(clock):
    assert stacks(clock(), "2025-11-10") == [30, 55, 10]


def test_a_lapse_brings_the_upper_part_back(clock):
    simulation = clock()
    assert stacks(simulation, "2025-11-11") == [54, 79, 34]
    assert told(simulation, What.agreement_lapses, "truce") == ["2025-11-11"]


def test_a_threat_lapses_unless_it_is_enacted(clock):
    simulation = clock()
    assert told(simulation, What.threat_lapses, "hundred") == ["2025-11-01"]
    assert stacks(simulation, "2025-11-05") == [30, 55, 10]


def test_a_threat_carried_out_keeps_its_date(clock):
    simulation = clock(us="{on: 2025-10-20, do: {enact: hundred}}")
    assert stacks(simulation, "2025-10-31") == [30, 55, 10]
    assert stacks(simulation, "2025-11-01") == [130, 155, 10]
    assert told(simulation, What.threat_lapses, "hundred") == []


def test_a_threat_withdrawn_does_not_lapse(clock):
    simulation = clock(us="{on: 2025-10-20, do: {withdraw: hundred}}")
    assert told(simulation, What.threat_lapses, "hundred") == []


@pytest.mark.parametrize("eve", ["2025-11-09", "2025-11-10"])
def test_an_extension_by_the_last_day_never_snaps_back(clock, eve):
    simulation = clock(us=f"{{on: {eve}, do: {{extend: truce, by: 365 d}}}}")
    assert told(simulation, What.enters_into_force, "upper") == []
    assert stacks(simulation, "2025-11-20") == [30, 55, 10]


def test_a_day_late_a_lapse_is_on_record_then_relief(clock):
    simulation = clock(us="{on: 2025-11-11, do: {extend: truce, by: 90 d}}")
    assert told(simulation, What.agreement_lapses, "truce")[0] == "2025-11-11"
    assert told(simulation, What.enters_into_force, "upper")[0] == "2025-11-11"
    assert told(simulation, What.stops_being_in_force, "upper")[0] == "2025-11-11"
    assert stacks(simulation, "2025-11-11") == [30, 55, 10]
    assert simulation.view.get("truce.lapsed").all()


def test_leaving_an_agreement_is_no_lapse(clock):
    simulation = clock(china="{on: 2025-10-20, do: {end: truce}}")
    assert told(simulation, What.agreement_lapses, "truce") == []
    assert stacks(simulation, "2025-10-20") == [30, 55, 10]
    assert stacks(simulation, "2025-10-21") == [54, 79, 34]


def test_an_agreement_that_was_left_and_revived_may_lapse_in_the_end(clock):
    simulation = clock(us="{on: 2025-10-20, do: {end: truce}}, {on: 2025-11-20, do: {extend: truce, by: 30 d}}")
    assert told(simulation, What.agreement_lapses, "truce") == ["2025-12-21"]
    assert [stacks(simulation, date)[0] for date in ("2025-10-20", "2025-10-21", "2025-11-20", "2025-12-21")] == [
        30,
        54,
        30,
        54,
    ]


def test_a_struck_basis_takes_its_layers_and_its_threats(clock):
    challenge = ", challenge: {decision: 2026-01-10, struck: 100 %, lag: 4 d}"
    simulation = clock(us="{on: 2026-02-01, do: {enact: hundred}}", challenge=challenge)
    assert stacks(simulation, "2026-01-13") == [54, 79, 34]
    assert stacks(simulation, "2026-01-14") == [0, 25, 34]
    assert not simulation.view.get("hundred.available").any()
    assert told(simulation, What.enacts, "hundred") == []


def test_an_upheld_basis_stays(clock):
    simulation = clock(challenge=", challenge: {decision: 2026-01-10, struck: 0 %}")
    assert stacks(simulation, "2026-02-01") == [54, 79, 34]
    assert told(simulation, What.upheld, "ieepa") == ["2026-01-10"]


def test_a_basis_with_a_longest_life_ends_its_instruments(clock):
    simulation = clock(us="{on: 2025-12-01, do: {enact: surcharge}}")
    assert told(simulation, What.enters_into_force, "surcharge") == ["2025-12-04"]
    assert told(simulation, What.stops_being_in_force, "surcharge") == ["2026-05-03"]  # 150 days, the first included


def test_an_enacted_instrument_enters_into_force_unless_stopped(clock):
    assert told(clock(), What.enters_into_force, "controls") == ["2025-11-08"]
    stopped = clock(china="{on: 2025-11-07, do: {withdraw: controls}}")
    assert told(stopped, What.enters_into_force, "controls") == []


def test_a_delay_counts_from_the_date_of_effect(clock):
    simulation = clock(china="{on: 2025-10-20, do: {delay: controls, by: 30 d}}")
    assert told(simulation, What.enters_into_force, "controls") == ["2025-12-08"]
    assert simulation.view.get("controls.delayed").all()


def test_a_delay_suspends_what_is_in_force(clock):
    simulation = clock(china="{on: 2025-12-01, do: {delay: controls, by: 10 d}}")
    assert told(simulation, What.stops_being_in_force, "controls") == ["2025-12-01"]
    assert told(simulation, What.enters_into_force, "controls") == ["2025-11-08", "2025-12-11"]


def test_withdrawn_today_is_in_force_today(clock):
    simulation = clock(us="{on: 2025-12-01, do: {withdraw: fentanyl}}")
    assert stacks(simulation, "2025-12-01")[0] == 54
    assert stacks(simulation, "2025-12-02")[0] == 34


def test_the_shipped_scenario_has_the_same_clock():
    from app.show import _stacks, legal_clock

    scenario = calendar("longer-roll")

    def totals(date):
        return [float(line.split()[1]) for line in _stacks(scenario, legal_clock(scenario, days.day(date)))[:3]]

    assert totals("2025-10-15") == [30, 55, 10]
    assert totals("2025-11-11") == [54, 79, 34]


def test_narrowing_a_tariff_lowers_its_points(clock):
    simulation = clock(us="{on: 2025-12-01, do: {narrow: fentanyl, to: 50 %}}")
    assert stacks(simulation, "2025-12-02")[0] == 44
    assert np.all(simulation.view.get("fentanyl.narrowed"))
