"""January 2027: nothing later than its day, the record's layers, its November, its what-ifs and its silence."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from app.cli import main
from sim import days
from sim.analysis.odds import difference
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish, outcome_names
from sim.scenario.names import ECONOMY
from sim.world.log import What
from tests.without_economy import calendar

NAME = "january-2027"
SHIPPED = Path(sim.__file__).parents[1] / "scenarios"
AS_OF = "2026-10-10"
CHANCES = 10
RUNS = 200
WHAT_IFS = ("truce_rolled_a_year", "lapse", "overcapacity_tariff", "licences_widened", "allied_price_floor")


@cache
def played(what_if=None, sets=(), runs=RUNS):
    scenario = calendar(NAME, what_if, sets)
    simulation = Simulation(plan(scenario), np.arange(runs), scenario.ensemble.seed, CHANCES)
    simulation.advance()
    return simulation, finish(simulation)


def opened(name):
    """One future of a scenario on the day of January's as_of, before anybody has moved after it."""
    simulation = Simulation(plan(sim.load(name)), np.arange(1), 1, 1)
    simulation.advance(days.day(AS_OF))
    return simulation


def in_force(simulation):
    """{tariff: (rate, share)} of what is in force."""
    scenario, world = simulation.plan.scenario, simulation.world
    return {
        name: (round(float(world.rate[0, place]), 6), round(float(world.share[0, place]), 6))
        for place, name in enumerate(simulation.plan.names("instruments"))
        if world.in_force[0, place] and scenario.instruments[name].kind == "tariff"
    }


def value(simulation, name):
    return float(np.asarray(simulation.view.get(name))[0])


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_is_valid_without_a_warning():
    result = CliRunner().invoke(main, ["validate", NAME, "--strict"])
    assert result.exit_code == 0, result.output
    assert "0 warning(s)" in result.output


def test_it_asks_the_five_questions():
    assert tuple(sim.load(NAME).what_ifs) == WHAT_IFS


def test_every_source_was_there_on_the_day():
    for key, citation in sim.load(NAME).sources.items():
        assert citation.published is not None, key
        assert citation.published <= date.fromisoformat(AS_OF), key


MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SCHEDULED = {
    *(date(2026, 11, day) for day in (3, 9, 10, 27)),
    date(2026, 12, 14),
    date(2027, 1, 1),
    date(2027, 1, 10),
}
"""Days after as_of that were scheduled, or are assumed, by then; every other date told in words lies before it."""


def test_no_sentence_tells_of_a_later_day():
    text = (SHIPPED / f"{NAME}.yaml").read_text(encoding="utf-8")
    months = "|".join(MONTHS[1:])
    told = {
        date(int(year), MONTHS.index(month), int(day))
        for day, month, year in re.findall(rf"\b(\d{{1,2}}) ({months}) (\d{{4}})", text)
    }
    assert len(told) > 20
    assert {day for day in told if day > date.fromisoformat(AS_OF)} <= SCHEDULED


# ── The day on which it stands ───────────────────────────────────────────────────────────────────────


def test_the_stacks_are_those_of_the_dated_record():
    simulation = opened(NAME)
    assert [value(simulation, f"stack.{good}") for good in ("off_list", "list_1_3", "china_general")] == [
        12.5,
        37.5,
        10,
    ]


def test_the_layers_in_force_are_those_of_the_record():
    """Name, rate and share of each that touches somebody whom both scenarios know."""
    mine, record = opened(NAME), opened("record")
    known = set(sim.load(NAME).actors)
    parts = sim.load("record").instruments
    theirs = {
        name: terms
        for name, terms in in_force(record).items()
        if not parts[name].on or any(value(record, f"{name}.on.{actor}") for actor in known & set(parts[name].on))
    }
    assert in_force(mine) == theirs
    for partner in sorted(known - {"us"}):
        assert value(mine, f"average.us.{partner}") == pytest.approx(value(record, f"average.us.{partner}")), partner
    assert value(mine, "average.china.us") == pytest.approx(value(record, "average.china.us"))


def test_the_average_on_china_is_near_the_trackers():
    """22.0 on 24 July 2026; 3.0 points of the gap are MFN, exclusions and aircraft, see DATA.md."""
    assert value(opened(NAME), "average.us.china") == pytest.approx(22.0, abs=3.5)


def test_no_tariff_can_rest_on_the_emergency_powers():
    simulation, _ = played()
    assert not np.asarray(simulation.view.get("ieepa.valid")).any()
    assert all(part.legal_basis != "ieepa" for part in simulation.plan.scenario.instruments.values())


# ── Materials ────────────────────────────────────────────────────────────────────────────────────────


@cache
def supplied(what_if=None, runs=RUNS, until=None):
    """With the supply of materials, without the economy."""
    reads = re.compile(rf"\b({'|'.join(ECONOMY)})\.")
    gone = [key for key, one in sim.load(NAME).indicators.items() if reads.search(str(one.value))]
    scenario = sim.load(NAME, what_if, ["economy=null", *(f"indicators.{key}=null" for key in gone)])
    simulation = Simulation(plan(scenario), np.arange(runs), scenario.ensemble.seed, CHANCES)
    simulation.advance(until)
    return simulation


BANS = ("rare_earth_ban", "entity_ban_2026", "japan_dual_use_ban", "china_entity_round", "china_group_ban")
"""Controls of materials under which nothing is granted: a stop, and those of arms makers."""


def test_a_control_of_materials_says_what_it_lets_through_but_for_the_bans():
    parts = sim.load(NAME).instruments
    controls = {name: part for name, part in parts.items() if any(item.material for item in part.restricts)}
    assert {name for name, part in controls.items() if part.approval is None} == set(BANS)
    for name in set(BANS) - {"rare_earth_ban"}:
        assert {use for item in controls[name].restricts for use in item.uses} == {"defence"}, name


def test_magnets_flow_at_first_about_as_customs_saw_them_flow():
    """1.10 of the exports of 2024 in the first quarter of 2026, 1.13 to 1.27 in the half-year before."""
    simulation = supplied(runs=50, until=days.day(AS_OF) + 42)
    for material in ("light_rare_earths", "heavy_rare_earths"):
        flow = np.asarray(simulation.view.get(f"exports_index.{material}"))
        assert 0.95 < np.median(flow) < 1.25, material
    assert np.asarray(simulation.view.get("stopped.us.autos")).max() == 0


# ── November, and the clock of the law ───────────────────────────────────────────────────────────────

NO_NEWS = (
    *(
        f"milestones.{name}.takes_place=0 %"
        for name, milestone in sim.load(NAME).milestones.items()
        if name not in ("midterms", "magnet_rule") and milestone.kind in ("meeting", "event")
    ),
    "legal_bases.section_301_forced_labour.challenge=null",
)
STAYS = ("affiliates_stay", "ustr_stay", "china_stay", "gallium_suspension")
BEYOND = tuple(f"agreements.{name}.expires=2028-06-30" for name in ("truce", *STAYS))


def lapses(simulation, name):
    """{run: first day on which an agreement has lapsed}"""
    entries = simulation.log.entries()
    subject = simulation.plan.subjects.index(f"agreements.{name}")
    gone = (entries.what == What.agreement_lapses) & (entries.subject == subject)
    return {
        int(row): str(days.date(day)) for row, day in zip(entries.row[gone][::-1], entries.day[gone][::-1], strict=True)
    }


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("affiliates_stay", "2026-11-10"),
        ("ustr_stay", "2026-11-11"),
        ("china_stay", "2026-11-11"),
        ("gallium_suspension", "2026-11-28"),
    ],
)
def test_each_suspension_lapses_in_november_in_some_futures_and_not_in_all(name, day):
    first = lapses(played()[0], name).values()
    share = sum(one == day for one in first) / RUNS
    assert 0.01 < share < 0.35
    assert not any(one < day for one in first)


def test_a_gap_of_november_is_mostly_closed_before_the_truce_ends():
    _, block = played()
    gap = block.runs["indicator.november_gap"].astype(bool)
    assert 0.1 < gap.mean() < 0.5
    assert block.runs["indicator.rolled_in_january"][gap].mean() > 0.75


@pytest.fixture
def silent(tmp_path):
    """January in which nobody does anything and nothing is left to chance; what-ifs change rules, so they go."""
    scenario = sim.load(NAME)
    lines = ["schema: 1", "title: Silence", f"extends: {NAME}", "source: 'assumption: a trial'"]
    lines.append(f"what_ifs: {{{', '.join(f'{name}: null' for name in WHAT_IFS)}}}")
    for section, names in (("actors", scenario.actors), ("coalitions", scenario.coalitions)):
        lines.append(
            f"{section}: {{{', '.join(f'{name}: {{policy: {{kind: script, moves: []}}}}' for name in names)}}}"
        )
    file = tmp_path / "silent.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return sim.load(str(file), sets=NO_NEWS)


def test_if_no_notice_and_no_roll_come_the_law_alone_moves(silent):
    """Suspensions end on their days, then the truce; the October package and 24 points are back."""
    simulation = Simulation(plan(silent), np.arange(1), 1, 1)
    for day, stack in (("2026-11-10", 10), ("2026-11-11", 34), ("2027-12-31", 34)):
        simulation.advance(days.day(day))
        assert value(simulation, "stack.china_general") == stack, day
    assert lapses(simulation, "truce") == {0: "2027-01-11"}
    assert value(simulation, "stack.off_list") == 12.5
    assert value(simulation, "affiliates_rule.in_force") == value(simulation, "october_package.in_force") == 1


@pytest.mark.parametrize("what_if", [None, *WHAT_IFS])
def test_nobody_moves_without_news(what_if):
    """No meeting, no event, no ruling, and every agreement beyond the horizon."""
    simulation, _ = played(what_if, (*NO_NEWS, *BEYOND), 100)
    entries = simulation.log.entries()
    by_somebody = entries.who >= 0
    rules = {simulation.plan.rule_names[rule] for rule in entries.rule[by_somebody]}
    assert len(np.unique(entries.row[by_somebody])) <= 5, rules


# ── Odds and what-ifs ────────────────────────────────────────────────────────────────────────────────


def test_every_outcome_occurs_and_nothing_else_does():
    scenario = sim.load(NAME)
    _, block = played()
    names = outcome_names(scenario)
    shares = np.bincount(block.runs["outcome"], minlength=len(names)) / RUNS
    assert shares[: len(scenario.outcomes)].min() > 0
    assert shares[names.index("other")] == 0
    assert shares.max() < 0.6


def test_the_truce_is_rolled_in_january_about_as_often_as_the_record_says():
    """Three deadlines of three were rolled, the truce of 2018 broke: between 4 of 6 and nearly always."""
    _, block = played()
    assert 4 / 6 < block.runs["indicator.rolled_in_january"].mean() < 0.98


def change(what_if, name):
    """Paired change of an outcome's odds or an indicator, in units of its own error."""
    scenario = sim.load(NAME)
    if name in scenario.outcomes:
        place = outcome_names(scenario).index(name)
        sides = [(played(one)[1].runs["outcome"] == place).astype(float) for one in (None, what_if)]
    else:
        sides = [played(one)[1].runs[f"indicator.{name}"].astype(float) for one in (None, what_if)]
    found = difference(*sides, CHANCES)
    return found.change / found.error if found.error else found.change


RISES = {
    "truce_rolled_a_year": ("year_agreed", "rolled_in_january"),
    "lapse": ("snapback", "full_rupture", "without_truce", "average_rate"),
    "overcapacity_tariff": ("overcapacity_imposed", "snapback", "full_rupture", "average_rate", "peak_stack"),
    "licences_widened": ("licences_approved", "year_agreed"),
    "allied_price_floor": ("floor_in_force", "allies_joined", "licences_approved", "group_barred"),
}
FALLS = {
    "truce_rolled_a_year": ("snapback", "peak_stack", "average_rate"),
    "lapse": ("rolled_in_january", "cuts_and_roll", "licences_approved"),
    "overcapacity_tariff": ("cuts_and_roll", "year_agreed"),
    "licences_widened": ("average_rate", "peak_stack", "side_deals"),
    "allied_price_floor": ("side_deals",),
}


@pytest.mark.slow  # a study of six ensembles
@pytest.mark.parametrize(("what_if", "name"), [(one, name) for one, names in RISES.items() for name in names])
def test_each_what_if_raises_what_a_negotiator_would_expect(what_if, name):
    assert change(what_if, name) > 2


@pytest.mark.slow
@pytest.mark.parametrize(("what_if", "name"), [(one, name) for one, names in FALLS.items() for name in names])
def test_each_what_if_lowers_what_a_negotiator_would_expect(what_if, name):
    assert change(what_if, name) < -2


@pytest.mark.slow
def test_a_price_floor_of_the_allies_brings_other_magnets_forward():
    """Half of the demand is met sooner, but by a fifth of the time at most: plants take their years all the same."""
    years = [finish(supplied(one)).runs["indicator.years_to_diversify"] for one in (None, "allied_price_floor")]
    finite = np.isfinite(years).all(0)
    assert finite.mean() > 0.9
    found = difference(*(one[finite] for one in years), CHANCES)
    assert found.change / found.error < -2
    assert -0.2 < found.change / years[0][finite].mean() < -0.01


def test_each_what_if_brings_about_what_its_title_says():
    runs = {what_if: played(what_if, (), 100)[1].runs for what_if in WHAT_IFS}
    assert runs["truce_rolled_a_year"]["indicator.year_agreed"].mean() > 0.95
    assert runs["lapse"]["indicator.rolled_in_january"].mean() == 0
    assert (runs["overcapacity_tariff"]["overcapacity_tariff.enacted_on"] != days.MISSING).all()
    assert runs["allied_price_floor"]["indicator.floor_in_force"].mean() > 0.95
    assert runs["licences_widened"]["indicator.licences_approved"].mean() > 0.7


def test_a_what_if_that_changes_nothing_changes_no_bit(hashes):
    restated = ("actors.us.policy.rules.drop_overcapacity.draw=each", "milestones.midterms.date=2026-11-03")
    assert hashes(played(None, restated, 60)[0]) == hashes(played(None, (), 60)[0])


def test_the_withheld_tariff_is_no_campaign_gift_and_no_answer_precedes_it():
    """Enacted after the elections, on the eve of its date; China's answer bites the day after it at the earliest."""
    simulation, _ = played()
    entries = simulation.log.entries()

    def told(what, name):
        there = (entries.what == what) & (entries.subject == simulation.plan.subjects.index(f"instruments.{name}"))
        return dict(zip(entries.row[there].tolist(), entries.day[there].tolist(), strict=True))

    enacted, begun = (told(what, "overcapacity_tariff") for what in (What.enacts, What.enters_into_force))
    answered = told(What.enters_into_force, "china_answer")
    assert enacted
    assert all(day > days.day("2026-11-03") and begun[row] == day + 1 for row, day in enacted.items())
    assert answered
    assert all(day > begun[row] for row, day in answered.items())
