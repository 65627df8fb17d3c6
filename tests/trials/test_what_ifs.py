"""What changes nothing changes no bit, and what is added shifts no draw of what was there."""

import random
from pathlib import Path

import numpy as np
import pytest
import ruamel.yaml

import sim
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish
from sim.world.log import NATURE
from tests.without_economy import calendar

LONGER_ROLL = Path(sim.__file__).parents[1] / "scenarios" / "longer-roll.yaml"
KEPT_IN_ORDER = ("outcomes", "rules")
"""The maps whose order says something: the first outcome that holds, the first rule that fires."""


def tree(file):
    return ruamel.yaml.YAML(typ="safe", pure=True).load(Path(file).read_text(encoding="utf-8"))


@pytest.fixture
def loaded(tmp_path):
    """Loads plain data as a scenario."""

    def load(data):
        file = tmp_path / "trial.yaml"
        writer = ruamel.yaml.YAML(typ="safe", pure=True)
        writer.sort_base_mapping_type_on_output = False
        with file.open("w", encoding="utf-8") as out:
            writer.dump(data, out)
        return sim.load(str(file))

    return load


def played(scenario, runs=60, seed=1):
    simulation = Simulation(plan(scenario), np.arange(runs), seed, 20)
    simulation.advance()
    return simulation


def story(simulation, left_out=()):
    """The log by names: what, whom and when in every run, without what was added."""
    made, entries = simulation.plan, simulation.log.entries()
    told = []
    for row, day, what, who, subject, rule, value in zip(*entries, strict=True):
        mover = "nature" if who == NATURE else made.players[who].name
        by = "" if rule < 0 else made.rule_names[rule]
        if not {mover, made.subjects[subject].split(".")[1]} & set(left_out):
            told.append((int(row), int(day), int(what), mover, made.subjects[subject], by, float(value)))
    return told


def same_futures(first, second, left_out=()):
    """Log, outcomes, indicators, dates and assumptions of two simulations agree wherever both have them."""
    assert story(first, left_out) == story(second, left_out)
    before, after = finish(first).runs, finish(second).runs
    for name in before.keys() & after.keys() - {"hash_1", "hash_2"}:
        assert np.array_equal(before[name], after[name], equal_nan=before[name].dtype.kind == "f"), name


# ── Spellings ────────────────────────────────────────────────────────────────────────────────────────

SPELLINGS = [
    "instruments.recip24.adds=24.0 pp",
    "instruments.s301.adds={fixed: 25 pp}",
    "milestones.leaders_meeting.takes_place=0.8",
    "actors.china.policy.rules.acc2.probability=0.5",
    "actors.us.policy.rules.carry.probability=pct('30 %')",
    "actors.us.policy.rules.offer.probability={pert: [0.6, 0.8, 0.95]}",
    "deals.ext.offer_stands=2 weeks",
    "actors.us.review=7",
    "actors.us.review=1 week",
    "legal_bases.ieepa.lag=1",
    "milestones.leaders_meeting.date={uniform: [2025-10-29, 2025-11-01]}",
    "deals.ext.terms=[{extend: truce, by: 90}]",
    "instruments.october.share=100 %",
    "actors.us.policy.rules.offer.draw=each",
]


@pytest.fixture(scope="module")
def plain():
    return played(sim.load(str(Path(__file__).parents[1] / "app" / "small.yaml")))


@pytest.mark.parametrize("restated", SPELLINGS)
def test_a_value_said_in_another_spelling_changes_no_bit(restated, small, plain, hashes):
    assert hashes(played(sim.load(small.document_path, sets=[restated]))) == hashes(plain)


def test_a_title_is_only_a_title(small, loaded, plain, hashes):
    def renamed(node):
        if isinstance(node, dict):
            return {k: "x" if k in ("title", "name") and isinstance(v, str) else renamed(v) for k, v in node.items()}
        return [renamed(one) for one in node] if isinstance(node, list) else node

    assert hashes(played(loaded(renamed(tree(small.document_path))))) == hashes(plain)


# ── Order of keys ────────────────────────────────────────────────────────────────────────────────────


def shuffled(node, chance, path=()):
    if isinstance(node, dict):
        keys = list(node)
        if not path or path[-1] not in KEPT_IN_ORDER:
            chance.shuffle(keys)
        return {key: shuffled(node[key], chance, (*path, key)) for key in keys}
    return [shuffled(one, chance, path) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize("file", [None, LONGER_ROLL], ids=["small", "longer-roll"])
def test_the_order_of_keys_does_not_matter(file, small, loaded, hashes):
    data = tree(file or small.document_path)
    other = shuffled(data, random.Random(3))
    assert list(other["instruments"]) != list(data["instruments"])
    one, another = played(loaded(data), runs=15), played(loaded(other), runs=15)
    same_futures(one, another)
    assert hashes(one) == hashes(another)


CHOICE = """
schema: 1
title: a choice
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {{name: A}}
milestones:
  m: {{title: M, date: {{choice: {choice}}}, parties: [a]}}
"""


def test_the_order_of_the_values_of_a_choice_does_not_matter(world):
    dates = [
        finish(played(world(CHOICE.format(choice=choice)), runs=200)).runs["m.date"].tolist()
        for choice in ("{2025-02-01: 30 %, 2025-06-01: 70 %}", "{2025-06-01: 70 %, 2025-02-01: 30 %}")
    ]
    assert dates[0] == dates[1]


def test_the_order_of_the_words_of_a_choice_does_not_matter(world):
    text = CHOICE.format(choice="[2025-02-01]")
    moods = [
        played(world(f"{text}parameters: {{mood: {{choice: {choice}}}}}\n"), runs=200)
        for choice in ("{calm: 30 %, angry: 70 %}", "{angry: 70 %, calm: 30 %}")
    ]
    drawn = [one.assumptions["parameters.mood"].tolist() for one in moods]
    assert drawn[0] == drawn[1]


# ── Added parts ──────────────────────────────────────────────────────────────────────────────────────

ADDED = {
    "an actor that only looks on": ("actors", "observer", {"name": "Observer"}),
    "an actor with a rule of its own": (
        "actors",
        "observer",
        {
            "name": "O",
            "policy": {"kind": "doctrine", "rules": {"r": {"probability": "50 %", "do": {"enact": "lever"}}}},
        },
    ),
    "a milestone": ("milestones", "fair", {"title": "Fair", "date": {"uniform": ["2025-10-20", "2025-12-20"]}}),
    "an instrument": ("instruments", "lever", {"title": "l", "kind": "export_control", "by": "us", "on": "china"}),
    "a legal basis under challenge": (
        "legal_bases",
        "act",
        {"title": "Act", "challenge": {"decision": {"uniform": ["2025-11-01", "2026-05-01"]}, "struck": "50 %"}},
    ),
    "a deal": ("deals", "other_deal", {"title": "d", "parties": ["us", "china"], "terms": [{"end": "truce"}]}),
    "an assumption": ("parameters", "idle", {"uniform": [0, 1]}),
    "an indicator": ("indicators", "idle", {"title": "i", "value": "mean(average.china.us)"}),
}


@pytest.mark.parametrize("what", ADDED)
def test_what_is_added_and_never_acts_on_the_others_shifts_nothing(what, small, loaded, plain):
    section, name, part = ADDED[what]
    data = tree(small.document_path)
    data.setdefault(section, {})[name] = part
    if "lever" in str(part) and section == "actors":
        data["actors"]["bystander"] = {"name": "B"}
        data["instruments"]["lever"] = {"title": "l", "kind": "export_control", "by": name, "on": "bystander"}
    same_futures(plain, played(loaded(data)), left_out=(name, "lever"))


def test_a_rule_that_fires_without_a_trace_on_others_shifts_nothing(small, loaded, plain):
    data = tree(small.document_path)
    data["actors"]["bystander"] = {"name": "B"}
    data["instruments"]["note"] = {"title": "n", "kind": "statement", "by": "china", "on": "bystander"}
    rules = data["actors"]["china"]["policy"]["rules"]
    aside = {"aside": {"at": ["leaders_meeting", "review"], "probability": "50 %", "do": {"enact": "note"}}}
    data["actors"]["china"]["policy"]["rules"] = aside | rules
    more = played(loaded(data))
    assert any(subject == "instruments.note" for *_, subject, _, _ in story(more))
    same_futures(plain, more, left_out=("note",))


def test_a_parameter_that_is_changed_keeps_every_other_draw(small, plain):
    other = played(
        sim.load(small.document_path, sets=["actors.us.policy.rules.offer.probability={pert: [1 %, 2 %, 3 %]}"])
    )
    before, after = plain.assumptions, other.assumptions
    assert [path for path in before if not np.array_equal(before[path], after[path])] == [
        "actors.us.policy.rules.offer.probability"
    ]


def test_a_what_if_of_longer_roll_changes_no_run_that_it_does_not_touch():
    """China's experts are denied at its first review at the earliest: nothing before it may differ."""
    base, other = (played(calendar("longer-roll", name), runs=12) for name in (None, "china_denies_experts"))
    first_review = base.plan.as_of + 7
    before, after = ([one for one in story(each) if one[1] < first_review] for each in (base, other))
    assert before == after
    assert story(base) != story(other)
