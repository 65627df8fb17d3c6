"""The record of 2018 to October 2026: its stacks on their dates, its acts and lags, its gaps to published figures."""

from datetime import date, timedelta

import numpy as np
import pytest

import sim
from app.show import legal_clock, shown
from sim import days
from sim.analysis.published import comparisons
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries
from sim.scenario.policies import Script
from sim.world.log import What

STACKS = {
    "2020-02-14": (0, 25, 0),
    "2025-02-04": (10, 35, 0),
    "2025-03-04": (20, 45, 0),
    "2025-04-05": (30, 55, 0),
    "2025-04-09": (104, 129, 0),
    "2025-04-10": (145, 170, 84),
    "2025-04-12": (145, 170, 125),
    "2025-05-14": (30, 55, 10),
    "2025-11-10": (20, 45, 10),
    "2026-02-24": (10, 35, 10),
    "2026-07-24": (12.5, 37.5, 10),
}
"""Points over MFN from each date to the next: Chinese goods on no list and on Lists 1 to 3, US goods in China."""
FIRST = date(2018, 3, 1)
LAST = date(2026, 10, 10)
UPPER = ("reciprocal_china_upper", "china_reciprocal_upper")
PACKAGE = ("items_and_equipment", "batteries_and_superhard", "technology_and_experts", "extraterritorial_content")
TRACKED = 15
"""Comparisons with the tracker, which come first in the file; the others are with figures at other weights."""


@pytest.fixture(scope="module")
def scenario():
    return sim.load("record", strict=True)


@pytest.fixture(scope="module")
def replayed(scenario):
    """The whole record with all its average tariffs."""
    whole = plan(scenario)
    simulation = Simulation(whole.following(whole.averages), [0], seed=1)
    simulation.advance()
    return simulation


@pytest.fixture(scope="module")
def rate(replayed):
    """A tariff series at the end of a day."""
    rates, names = replayed.rates(), replayed.plan.recorded_series

    def at(series, day):
        own = (rates.series == names.index(series)) & (rates.day <= days.day(day))
        return round(float(rates.value[own][-1]), 6)

    return at


@pytest.fixture(scope="module")
def compared(scenario):
    return {one.name: one for one in comparisons(sim.simulate(scenario))}


def moves(scenario):
    """(actor, scripted move) of the whole record."""
    for name, decider in scenario.deciders():
        if isinstance(decider.policy, Script):
            yield from ((name, move) for move in decider.policy.moves)


# ── Stacks ───────────────────────────────────────────────────────────────────────────────────────────


def due(day):
    return next(stack for start, stack in reversed(STACKS.items()) if start <= day)


def around(step):
    return [str(date.fromisoformat(step) + timedelta(days=shift)) for shift in (-1, 0, 1)]


@pytest.mark.parametrize("day", [day for step in list(STACKS)[1:] for day in around(step)])
def test_the_stacks_stand_from_their_date_and_not_a_day_sooner(day, rate):
    assert tuple(rate(f"stack.{good}", day) for good in ("off_list", "list_1_3", "china_general")) == due(day)


def test_between_two_steps_no_day_shows_another_stack(rate):
    day = date(2020, 2, 14)
    while day <= LAST:
        found = tuple(rate(f"stack.{good}", str(day)) for good in ("off_list", "list_1_3", "china_general"))
        assert found == due(str(day)), day
        day += timedelta(days=1)


def test_the_lists_of_2018_come_one_after_the_other(rate):
    """34, 16 and 200 bn USD at 25, 25 and 10 points are 3.4, 5 and 13 points on the mean good of the three lists."""
    steps = {"2018-07-05": 0, "2018-07-06": 3.4, "2018-08-22": 3.4, "2018-08-23": 5, "2018-09-23": 5, "2018-09-24": 13}
    steps |= {"2019-01-01": 13, "2019-05-09": 13, "2019-05-10": 25, "2020-02-14": 25}
    assert {day: rate("stack.list_1_3", day) for day in steps} == steps
    list_4a = {"2019-08-31": 0, "2019-09-01": 15, "2020-02-13": 15, "2020-02-14": 7.5}
    assert {day: rate("stack.list_4a", day) for day in list_4a} == list_4a


@pytest.mark.parametrize("day", ["2018-03-01", "2019-02-01", "2025-04-11", "2025-11-09", "2026-02-23", "2026-10-10"])
def test_any_day_can_be_shown_and_shows_what_the_replay_had(day, scenario, rate):
    clock = legal_clock(scenario, days.day(day))
    series = TariffSeries(clock.plan, [f"stack.{good}" for good in scenario.goods])
    found = dict(zip(series.goods, series.of(clock.world, np.arange(1))[0], strict=True))
    for good, points in found.items():
        assert round(float(points), 6) == rate(f"stack.{good}", day)


def test_a_shown_day_lists_what_is_in_force_and_which_agreement_is_live(scenario):
    text = shown(scenario, on="2025-11-12")
    assert "In force on 2025-11-12\n" in text
    assert "fentanyl_china                   in force, 10 pp" in text
    assert "items_and_equipment              suspended" in text
    assert "truce                            live to 2026-11-10           Tariff truce; holds back reciprocal" in text
    assert "stack.off_list                     20.0 pp over MFN = fentanyl_china 10 + reciprocal_china 10" in text


# ── Truces, threats, rulings ─────────────────────────────────────────────────────────────────────────


def of(simulation, what, name):
    """(date, value) of what is told of a part."""
    entries = simulation.log.entries()
    subjects = [place for place, one in enumerate(simulation.plan.subjects) if one.endswith(f".{name}")]
    there = (entries.what == what) & np.isin(entries.subject, subjects)
    return [
        (str(days.date(day)), float(value)) for day, value in zip(entries.day[there], entries.value[there], strict=True)
    ]


def dates(simulation, what, name):
    return [day for day, _ in of(simulation, what, name)]


def test_the_truce_is_rolled_three_times_and_never_snaps_back(replayed):
    assert of(replayed, What.extends, "truce") == [("2025-08-11", 90), ("2025-10-30", 365), ("2026-09-24", 61)]
    assert dates(replayed, What.agreement_lapses, "truce") == []
    assert replayed.view.get("truce.expires").tolist() == [days.day("2027-01-10")]
    for name, first in zip(UPPER, ("2025-04-09", "2025-04-10"), strict=True):
        assert dates(replayed, What.enters_into_force, name) == [first]
        assert dates(replayed, What.stops_being_in_force, name) == ["2025-05-14"]


def test_a_truce_that_had_run_out_a_day_before_its_roll_would_have_snapped_back(play):
    short = sim.load("record", sets=["agreements.truce.expires=2025-08-10"])
    simulation = play(short, until=days.day("2025-08-20"))
    assert dates(simulation, What.agreement_lapses, "truce") == ["2025-08-11"]
    for name in UPPER:
        assert dates(simulation, What.enters_into_force, name)[1:] == ["2025-08-11"]


def test_the_truce_of_buenos_aires_holds_list_3_at_10_until_it_is_left(replayed):
    assert dates(replayed, What.enters_into_force, "s301_lists_1_3") == ["2019-05-10"]
    assert dates(replayed, What.ends, "buenos_aires_truce") == ["2019-05-09"]
    assert dates(replayed, What.agreement_lapses, "buenos_aires_truce") == []


@pytest.mark.parametrize("name", ["s301_list_4b", "magnets_200", "hundred_percent", "software_controls", "canada_100"])
def test_threats_that_came_to_nothing_were_never_in_force(name, replayed):
    assert len(dates(replayed, What.threatens, name)) == 1
    assert dates(replayed, What.enacts, name) == dates(replayed, What.enters_into_force, name) == []
    assert not replayed.view.get(f"{name}.threatened").any()


def test_the_ruling_ends_the_emergency_tariffs_on_24_february_2026(scenario, replayed):
    assert dates(replayed, What.struck_down, "ieepa") == ["2026-02-20"]
    before, after = (legal_clock(scenario, days.day(f"2026-02-{day}")) for day in (23, 24))
    emergency = {name for name, part in scenario.instruments.items() if part.legal_basis == "ieepa"}
    assert sum(before.view.get(f"{name}.in_force").all() for name in emergency) > 15
    for name, part in scenario.instruments.items():
        now, then = (bool(clock.view.get(f"{name}.in_force").all()) for clock in (after, before))
        expected = name.startswith("section_122") or (then and name not in emergency)
        assert now == expected, (name, part.legal_basis)


def test_section_122_lives_for_its_150_days_and_forced_labour_follows_the_next_day(replayed):
    for name in ("section_122_surcharge", "section_122_usmca"):
        (first,), (last,) = (
            dates(replayed, what, name) for what in (What.enters_into_force, What.stops_being_in_force)
        )
        assert (first, last) == ("2026-02-24", "2026-07-24")
        assert days.day(last) - days.day(first) == 150
    assert dates(replayed, What.enters_into_force, "s301_forced_labour") == ["2026-07-24"]


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────

ANNOUNCED = {
    "s301_list_1": ("2018-06-20", "2018-07-06"),
    "s301_list_2": ("2018-08-16", "2018-08-23"),
    "s301_review_25": ("2024-09-13", "2024-09-27"),
    "s301_review_2026": ("2024-09-13", "2026-01-01"),
    "fentanyl_china": ("2025-02-01", "2025-02-04"),
    "fentanyl_mexico": ("2025-02-01", "2025-03-04"),
    "china_energy_2025": ("2025-02-04", "2025-02-10"),
    "china_farm_10": ("2025-03-04", "2025-03-10"),
    "reciprocal_china": ("2025-04-02", "2025-04-05"),
    "reciprocal_china_upper": ("2025-04-02", "2025-04-09"),
    "reciprocal_china_rises": ("2025-04-08", "2025-04-09"),
    "china_reciprocal": ("2025-04-04", "2025-04-10"),
    "china_reciprocal_rises": ("2025-04-09", "2025-04-10"),
    "april_licences": ("2025-04-04", "2025-04-04"),
    "us_port_fees": ("2025-04-17", "2025-10-14"),
    "affiliates_rule": ("2025-09-29", "2025-09-29"),
    "technology_and_experts": ("2025-10-09", "2025-10-09"),
    "japan_dual_use_ban": ("2026-01-06", "2026-01-06"),
    "section_122_surcharge": ("2026-02-20", "2026-02-24"),
    "entity_ban_2026": ("2026-06-22", "2026-06-22"),
    "s338_canada": ("2026-07-20", "2026-08-19"),
    "s301_forced_labour": ("2026-07-23", "2026-07-24"),
}


@pytest.mark.parametrize("name", ANNOUNCED)
def test_announced_and_effective_days_are_both_right(name, replayed):
    announced, effective = ANNOUNCED[name]
    assert dates(replayed, What.enacts, name)[0] == announced
    assert dates(replayed, What.enters_into_force, name)[0] == effective


def test_every_scripted_act_was_open_and_was_carried_out(replayed):
    entries = replayed.log.entries()
    for player in replayed.plan.players:
        for scripted in player.script:
            done = np.count_nonzero(entries.rule == scripted.index)
            assert done >= sum(len(act.targets) for act in scripted.acts), replayed.plan.rule_titles[scripted.index]


def test_no_lever_lies_idle_but_the_cut_that_is_still_on_the_table(scenario, replayed):
    idle = [
        name
        for name in scenario.instruments
        if not of(replayed, What.enacts, name) + of(replayed, What.threatens, name)
    ]
    assert idle == ["tariff_cut_us", "tariff_cut_china"]
    assert replayed.view.get("tariff_cut_30bn.offered").all()


def test_canada_takes_electric_vehicles_for_canola(replayed):
    assert dates(replayed, What.concluded, "canada_china_deal") == ["2026-01-16"]
    assert dates(replayed, What.enters_into_force, "canada_ev_quota") == ["2026-03-01"]
    assert replayed.view.get("canada_canola_duties.share").tolist() == [0.18]


def test_what_was_suspended_in_november_2025_comes_back_on_its_own_day(replayed):
    until = dict.fromkeys(PACKAGE, "2026-11-10") | {"affiliates_rule": "2026-11-09", "gallium_ban": "2026-11-27"}
    until |= {"us_port_fees": "2027-01-10", "china_port_fees": "2027-01-10"}
    for name, last in until.items():
        assert replayed.view.get(f"{name}.suspended").all() or name in PACKAGE, name
        assert replayed.view.get(f"{name}.held_until").tolist() == [days.day(last)], name
        assert not replayed.view.get(f"{name}.in_force").any(), name
    assert replayed.view.get("april_licences.in_force").all()


def test_three_of_the_four_october_controls_never_entered_into_force(replayed):
    assert [dates(replayed, What.enters_into_force, name) for name in PACKAGE] == [[], [], ["2025-10-09"], []]


def test_every_instrument_has_a_law_and_every_act_a_tagged_source(scenario):
    parts = [*scenario.instruments.items(), *scenario.milestones.items(), *scenario.agreements.items()]
    parts += [(f"{name} {move.title}", move) for name, move in moves(scenario)]
    for name, part in parts:
        assert part.source in scenario.sources, name
        assert scenario.sources[part.source].tag is not None, name
    assert all(part.legal_basis is not None for part in scenario.instruments.values())
    assert all(move.title for _, move in moves(scenario))
    assert all(citation.tag and citation.published for citation in scenario.sources.values())


def test_nothing_is_left_to_chance(scenario):
    """Turns are drawn, and in every one of them the days end alike."""
    simulation = Simulation(plan(scenario), np.arange(12), seed=7)
    simulation.advance()
    for name, array in simulation.world.arrays().items():
        if array.ndim == 2:
            assert np.array_equal(array, np.repeat(array[:1], 12, axis=0), equal_nan=array.dtype.kind == "f"), name
    rates = simulation.rates()
    values = rates.value.reshape(12, -1)
    assert (values == values[:1]).all()


def test_played_again_or_by_others_it_has_the_same_digest(scenario):
    assert sim.simulate(scenario).digest() == sim.simulate(scenario, workers=2).digest()


def test_it_names_no_uncertain_value(scenario):
    assert all(scalar.fixed for scalar in plan(scenario).scalars.values())


# ── Beside published figures ─────────────────────────────────────────────────────────────────────────


def test_the_us_average_on_china_is_within_3_points_of_the_tracker_on_average(compared):
    assert compared["us_on_china"].mean < 2.3


def test_every_large_partner_is_within_3_points_of_the_tracker_on_average(compared):
    tracked = list(compared.values())[:TRACKED]
    assert all(one.part.data == "us_tariff_by_partner" for one in tracked)
    assert {one.name: round(one.mean, 1) for one in tracked if one.mean > 2.5} == {}


def test_no_gap_passes_its_tolerance_outside_the_windows(compared):
    assert [one.name for one in compared.values() if not one.within] == []
    assert all(float(one.part.tolerance.value) == 8 for one in list(compared.values())[:TRACKED])


def test_the_windows_that_explain_gaps_to_the_tracker_are_short(compared):
    assert max(int(one.explained.sum()) for one in list(compared.values())[:TRACKED]) <= 17


def test_china_charges_what_its_lists_come_to_at_2017_weights(rate):
    counted = {"2025-01-01": 15.7, "2025-02-10": 16.5, "2025-03-10": 17.9}
    counted |= {"2025-04-12": 142.9, "2025-05-14": 27.9, "2025-11-10": 26.5}
    assert {day: round(rate("average.china.us", day), 1) for day in counted} == counted


def test_the_us_average_on_china_is_what_the_layers_of_the_law_come_to(rate):
    counted = {"2025-02-04": 22.84, "2025-03-04": 32.84, "2025-05-14": 41.33, "2025-11-10": 33.30, "2026-07-24": 25.02}
    for day, average in counted.items():
        assert rate("average.us.china", day) == pytest.approx(average, abs=0.7), day


def test_a_second_tracker_has_the_same_increase_on_china_over_2024(rate):
    """tradewartracker, trade-war-redux-2025: increase of the average on China over 2024, no MFN, no older duties."""
    second = {"2026-02-24": 10.8, "2026-04-06": 10.3, "2026-07-24": 11.9, "2026-08-19": 11.9}
    before = rate("average.us.china", "2025-01-01")
    for day, increase in second.items():
        assert rate("average.us.china", day) - before == pytest.approx(increase, abs=0.5), day
