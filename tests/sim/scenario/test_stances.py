"""Stances: settings of the rules that the file has, and nothing else."""

from pathlib import Path

import pytest

import sim
from sim.scenario.stances import side_deals, stances

ALLIES = str(Path(__file__).parents[2] / "app" / "allies.yaml")


@pytest.fixture(scope="module")
def allies():
    return sim.load(ALLIES)


def by_name(scenario, actor):
    return {one.name: one for one in stances(scenario, actor)}


def rules(sets, actor):
    return sim.load(ALLIES, sets=sets).actors[actor].policy.rules


def test_who_joins_joins_for_certain(allies):
    found = rules(by_name(allies, "germany")["joins"].sets, "germany")
    assert found["join"].probability.value == 1
    assert found["ask"] == allies.actors["germany"].policy.rules["ask"]


def test_who_waits_neither_joins_nor_asks(allies):
    found = rules(by_name(allies, "germany")["waits"].sets, "germany")
    assert found["join"].probability.value == found["ask"].probability.value == 0


def test_a_side_deal_is_offered_and_taken_for_certain_and_no_other_deal_is(allies):
    sets = by_name(allies, "germany")["side_deal"].sets
    assert rules(sets, "germany")["ask"].probability.value == 1
    chinas = rules(sets, "china")
    assert chinas["take"] == allies.actors["china"].policy.rules["take"]
    added = chinas["side_deal_take"]
    assert [move.accept for move in added.do] == ["way_out"]
    assert added.probability.value == 1
    assert added.when.text == "way_out.offered or japans.offered"
    assert rules(sets, "japan") == allies.actors["japan"].policy.rules


def test_who_has_no_such_rules_has_no_stances_and_is_told_why(allies):
    for one in stances(allies, "australia"):
        assert not one.sets
        assert "Australia" in one.missing


def test_a_deal_that_nobody_accepts_is_no_stance(world):
    text = Path(ALLIES).read_text(encoding="utf-8").replace("[{accept: way_out}, {accept: japans}]", "{accept: japans}")
    found = by_name(world(text.replace("source: 'assumption: a world made up for tests'", "")), "germany")["side_deal"]
    assert found.missing == "no rule accepts “China frees Germany”"


def test_who_holds_levers_has_only_side_deals_that_free_somebody(allies):
    assert list(side_deals(allies, "china")) == ["way_out", "japans"]
    assert list(side_deals(allies, "us")) == []


def test_a_rule_that_does_more_keeps_the_rest(world):
    text = Path(ALLIES).read_text(encoding="utf-8").replace("source: 'assumption: a world made up for tests'", "")
    text = text.replace("[{accept: way_out}, {accept: japans}]", "[{accept: way_out}, {withdraw: experts}]")
    scenario = world(text)
    waits = by_name(scenario, "china")["waits"].sets
    take = sim.load(scenario.document_path, sets=waits).actors["china"].policy.rules["take"]
    assert [move.verb for move in take.do] == ["withdraw"]
