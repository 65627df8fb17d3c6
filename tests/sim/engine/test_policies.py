"""Policies do what their theory says: fixed points, escalation, reciprocation, brinkmanship, quiet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish
from sim.scenario.model import Scenario
from sim.world.log import What
from tests.without_economy import calendar

PAIR = """
schema: 1
title: two mirrors
as_of: 2025-01-01
horizon: 2026-12-31
actors:
  a: {{name: A, reaction: 1 d, policy: {{kind: doctrine, preset: {{{a}}}}}}}
  b: {{name: B, reaction: 1 d, policy: {{kind: doctrine, preset: {{{b}}}}}}}
instruments:
  ta: {{title: A's tariff, kind: tariff, by: a, on: b, enacted: 2024-01-01, adds: {ta} pp}}
  tb: {{title: B's tariff, kind: tariff, by: b, on: a, enacted: 2024-01-01, adds: {tb} pp}}
"""


def mirrors(own, other, base, rho, cap=200, step="1e-6"):
    settings_ = (
        f"lever: {own}, answers: {other}, base: {base} pp, reciprocity: {rho}, cap: {cap} pp, smallest_step: {step} pp"
    )
    return f"mirror: {{{settings_}}}"


def test_two_mirrors_settle_at_the_fixed_point(world, play):
    text = PAIR.format(a=mirrors("ta", "tb", 10, 0.8), b=mirrors("tb", "ta", 10, 0.7), ta=0, tb=0)
    rates = play(world(text)).world.rate[0]
    assert rates == pytest.approx([40.9091, 38.6364], abs=1e-3)  # (b + ρ b′)/(1 − ρρ′), b = 10, ρ = 0.8, ρ′ = 0.7


@given(st.floats(0.3, 1.7), st.floats(0.3, 1.7))
@settings(max_examples=12, deadline=None)
def test_mirrors_escalate_if_and_only_if_the_product_reaches_one(first, second):
    if 0.9 < first * second < 1.05:  # near one the climb takes longer than two years
        return
    import ruamel.yaml

    text = PAIR.format(
        a=mirrors("ta", "tb", 10, first, 125, "0.01"), b=mirrors("tb", "ta", 10, second, 125, "0.01"), ta=0, tb=0
    )
    scenario = Scenario.model_validate(ruamel.yaml.YAML(typ="safe", pure=True).load(text.replace("2025-", "2025-")))
    simulation = Simulation(plan(scenario), np.arange(1), 1)
    simulation.advance()
    fixed = (10 + first * 10) / (1 - first * second) if first * second < 1 else np.inf
    assert (simulation.world.rate.max() > 124.9) == (max(fixed, (10 + second * 10) / abs(1 - first * second)) > 124.9)


def test_grit_walks_down_when_it_is_answered(world, play):
    grit = "grit: {{lever: {}, answers: {}, cut: 5 pp, patience: 14 d}}"
    text = PAIR.format(a=grit.format("ta", "tb"), b=grit.format("tb", "ta"), ta=20, tb=20)
    assert play(world(text)).world.rate[0].tolist() == [0, 0]


def test_grit_stops_after_one_cut_that_nobody_answers(world, play):
    text = PAIR.format(a="grit: {lever: ta, answers: tb, cut: 5 pp, patience: 14 d}", b="hold: {}", ta=20, tb=20)
    assert play(world(text)).world.rate[0].tolist() == [15, 20]


def test_hold_sits_still(world, play):
    text = PAIR.format(a="hold: {}", b="hold: {}", ta=20, tb=20)
    assert len(play(world(text)).log.entries().row) == 0


BRINK = """
schema: 1
title: brinkmanship
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a:
    name: A
    policy:
      kind: doctrine
      preset: {brinkmanship: {lever: big, answers: ban, threaten: 100 %, fuse: 20 d, carry_out: 30 %}}
  b: {name: B, policy: {kind: script, moves: [{on: 2025-01-20, do: {enact: ban}}, LATER]}}
instruments:
  big: {title: Big tariff, kind: tariff, by: a, on: b, adds: 100 pp}
  ban: {title: Ban, kind: export_control, by: b, on: a}
"""


def test_brinkmanship_carries_out_as_often_as_it_says(world, play):
    simulation = play(world(BRINK.replace("LATER", "{on: 2025-03-01, do: {withdraw: ban}}")), runs=2000)
    entries = simulation.log.entries()
    threatened = np.unique(entries.row[entries.what == What.threatens])
    assert len(threatened) == 2000
    first_round = (entries.what == What.enacts) & (entries.who == 0) & (entries.day < simulation.plan.as_of + 50)
    assert first_round.sum() == pytest.approx(600, abs=4 * np.sqrt(2000 * 0.3 * 0.7))


def test_brinkmanship_withdraws_when_the_cause_is_gone(world, play):
    simulation = play(world(BRINK.replace("LATER", "{on: 2025-02-02, do: {withdraw: ban}}")), runs=200)
    entries = simulation.log.entries()
    assert (entries.what[entries.who == 0] == What.withdraws).sum() == 200
    assert not ((entries.what == What.enacts) & (entries.who == 0)).any()


SYMMETRIC = """
schema: 1
title: symmetric
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  {0}: {{name: X, policy: {{kind: doctrine, rules: {{hit: {{at: review, when: not {0}_t.enacted and not {1}_t.enacted, probability: 3 %, do: {{enact: {0}_t}}}}}}}}}}
  {1}: {{name: Y, policy: {{kind: doctrine, rules: {{hit: {{at: review, when: not {0}_t.enacted and not {1}_t.enacted, probability: 3 %, do: {{enact: {1}_t}}}}}}}}}}
instruments:
  {0}_t: {{title: t, kind: tariff, by: {0}, on: {1}, adds: 10 pp}}
  {1}_t: {{title: t, kind: tariff, by: {1}, on: {0}, adds: 10 pp}}
outcomes:
  {0}_first: {{title: f, when: {0}_t.enacted}}
  {1}_first: {{title: f, when: {1}_t.enacted}}
"""  # noqa: E501


def test_labels_swapped_give_mirrored_odds(world, play):
    first = finish(play(world(SYMMETRIC.format("north", "south")), runs=4000)).runs["outcome"]
    second = finish(play(world(SYMMETRIC.format("south", "north")), runs=4000)).runs["outcome"]
    assert ((first == 0) == (second == 1)).all()  # the same world, written the other way round
    shares = [(first == 0).mean(), (first == 1).mean()]
    assert shares[0] == pytest.approx(shares[1], abs=4 * np.sqrt(0.5 / 4000))


def test_without_news_the_shipped_world_sits_still_for_six_months(play):
    quiet = calendar(
        "longer-roll",
        sets=[
            "agreements.truce.expires=2027-06-30",
            "instruments.hundred_percent.threatened=null",
            "instruments.hundred_percent.effective=null",
            *(
                f"instruments.{name}.{key}=null"
                for name in (
                    "items_and_equipment",
                    "batteries_and_superhard",
                    "technology_and_experts",
                    "extraterritorial_content",
                )
                for key in ("enacted", "effective")
            ),
            *(
                f"milestones.{name}.takes_place=0 %"
                for name in ("working_talks", "leaders_meeting", "imf_world_bank", "apec")
            ),
            "legal_bases.ieepa.challenge=null",
        ],
    )
    simulation = play(quiet, runs=400, chances=20, until=None)
    entries = simulation.log.entries()
    moved = entries.row[(entries.who >= 0) & (entries.day <= simulation.plan.as_of + 182)]
    assert len(np.unique(moved)) <= 0.05 * 400
