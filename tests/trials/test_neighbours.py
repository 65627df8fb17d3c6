"""A run does not depend on its neighbours in a block: in worlds made for it, and in worlds made at random."""

import random

import numpy as np
import pytest

from sim.world.log import What

NEIGHBOURS = """
schema: 1
title: what one does today another sees today
as_of: 2025-06-01
horizon: 2025-12-31
trade: {{tranches: {{g: {{importer: a, exporter: b, sector: AGR, value: 2 bn USD, mfn: 5 pp}}}}}}
goods: {{w: {{title: W, importer: a, exporter: b, tranche: g}}}}
actors:
  a:
    name: A
    regions: [AAA]
    policy: {{kind: doctrine, rules: {{prolong: {{at: meet, do: {{extend: truce, by: 90 d}}}}}}}}
  b:
    name: B
    regions: [BBB]
    policy: {{kind: doctrine, rules: {{hit: {{at: meet, when: {when}, do: {{enact: y}}}}}}}}
instruments:
  upper: {{title: U, kind: tariff, by: a, on: b, adds: 10 pp, enacted: 2025-01-01}}
  y: {{title: Y, kind: export_control, by: b, on: a}}
agreements: {{truce: {{title: T, parties: [a, b], since: 2025-01-01, expires: 2025-06-30, suspends: [upper]}}}}
milestones: {{meet: {{title: M, date: 2025-07-01, parties: [a, b]}}}}
"""
SUSPENDED = ("upper.in_force", "upper.rate > 0", "not upper.suspended")


@pytest.mark.parametrize("when", SUSPENDED)
def test_a_run_alone_is_the_run_among_others_where_an_agreement_suspends(when, world, play, hashes):
    scenario = world(NEIGHBOURS.format(when=when))
    together = hashes(play(scenario, runs=12))
    assert [hashes(play(scenario, runs=[run]))[0] for run in range(12)] == together


def test_a_rule_sees_the_stack_that_a_move_of_the_same_day_has_left(world, play):
    """After A has prolonged the truce nothing is left of the ten points for B to answer."""
    simulation = play(world(NEIGHBOURS.format(when="stack.w > 0")), runs=40)
    enacted = np.asarray(simulation.view.get("y.enacted"))
    assert 0 < enacted.mean() < 1


BRINK = """
schema: 1
title: threats of many days
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a:
    name: A
    review: 1 d
    policy:
      kind: doctrine
      preset: {brinkmanship: {lever: big, answers: ban, threaten: 30 %, fuse: 6 d, carry_out: 50 %}}
  b: {name: B}
instruments:
  big: {title: Big tariff, kind: tariff, by: a, on: b, adds: 100 pp}
  ban: {title: Ban, kind: export_control, by: b, on: a, enacted: 2025-01-01}
"""


def test_the_last_day_to_act_comes_though_a_neighbour_s_threat_lapses_on_it(world, play, hashes):
    scenario = world(BRINK)
    together = hashes(play(scenario, runs=12))
    assert [hashes(play(scenario, runs=[run]))[0] for run in range(12)] == together


def test_threats_are_carried_out_as_often_as_the_file_says_in_a_large_block(world, play):
    entries = play(world(BRINK), runs=500).log.entries()
    decided = np.isin(entries.what, (What.enacts, What.threat_lapses))
    carried_out = (entries.what[decided] == What.enacts).mean()
    assert carried_out == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / decided.sum()))


ANSWER = """
schema: 1
title: an answer that is due
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a: {{name: A, policy: {{kind: script, moves: [{{on: 2025-06-10, do: {{enact: x}}}}]}}}}
  b:
    name: B
    reaction: 5 d
    review: 365 d
    policy: {{kind: doctrine, rules: {{answer: {{at: reaction, when: x.enacted, do: {{enact: y}}}}}}}}
instruments:
  x: {{title: X, kind: tariff, by: a, on: b, adds: 10 pp}}
  y: {{title: Y, kind: tariff, by: b, on: a, adds: 10 pp}}
  w: {{title: W, kind: tariff, by: a, on: b, adds: 10 pp}}
milestones: {{storm: {{title: Storm, kind: event, date: {date}, do: {{enact: w}}}}}}
"""


@pytest.mark.parametrize("date", ["2025-06-15", "{uniform: [2025-06-13, 2025-06-17]}"])
def test_an_answer_is_given_though_an_event_falls_on_its_day(date, world, play):
    assert play(world(ANSWER.format(date=date)), runs=50).view.get("y.enacted").all()


# ── Worlds at random ─────────────────────────────────────────────────────────────────────────────────

LEVERS = {"a": ("ta", "ca"), "b": ("tb", "cb"), "c": ("tc",), "co": ("cg",)}
TARGETS = {"a": "b, c", "b": "a, c", "c": "a, b", "co": "c"}
STATES = ("in_force", "enacted", "threatened", "suspended", "delayed", "ended", "withdrawn", "available", "narrowed")
FACTS = (
    "d1.offered", "d1.concluded", "d2.offered", "d2.concluded", "g.live", "g.lapsed", "g.extended", "act.valid",
    "meet.held", "meet.cancelled", "co.b", "co.joined > 0.4", "pk.in_force", "pk.suspended", "ever(ta.in_force)",
    "tb.rate > 4", "ta.share < 1", "ta.on.b", "defined(b.last_move)", "days_to(g.expires) < 20 and g.live",
)  # fmt: skip
POINTS = ("", "at: review, ", "at: [meet, deadline], ", "at: reaction, ", "at: [review, reaction], ")
DATES = ("", ", enacted: 2025-01-01", ", threatened: 2025-05-20, effective: 2025-06-25")


class RandomWorld:
    """Three actors and a coalition with random rules over one of everything that the language has."""

    def __init__(self, seed):
        self.pick = random.Random(seed)

    def condition(self):
        levers = [lever for own in LEVERS.values() for lever in own]
        atoms = [*FACTS, *(f"{lever}.{state}" for lever in levers for state in STATES)]
        first, second = self.pick.sample(atoms, 2)
        return self.pick.choice([first, f"not ({first})", f"{first} and not ({second})", f"{first} or {second}"])

    def move(self, who):
        lever, days = self.pick.choice(LEVERS[who]), self.pick.choice((3, 5, 20))
        moves = [f"enact: {lever}", f"enact: {lever}, in: {days} d", f"threaten: {lever}, in: {days} d"]
        moves += [f"withdraw: {lever}", f"delay: {lever}, by: {days} d", f"narrow: {lever}, to: 50 %"]
        if lever.startswith("t"):
            moves += [f"set_rate: {lever}, to: {days} pp", f"set_rate: {lever}, to: \"tb.rate + pp('1 pp')\""]
        deals = {"a": ["d1"], "b": ["d1", "d2"], "c": ["d2"], "co": []}[who]
        moves += [f"{verb}: {deal}" for verb in ("offer", "accept") for deal in deals] * 2
        if who in ("a", "b"):
            moves += ["extend: g, by: 15 d", "end: g", "join: co", "leave: co", "cancel: meet"]
        return self.pick.choice(moves)

    def policy(self, who):
        rules = [
            f'r{place}: {{{self.pick.choice(POINTS) if who in ("a", "b") else ""}when: "{self.condition()}", '
            f"probability: {self.pick.choice((30, 60, 100))} %, do: {{{self.move(who)}}}}}"
            for place in range(self.pick.randint(2, 5))
        ]
        return f"review: {self.pick.choice((5, 7))} d, policy: {{kind: doctrine, rules: {{{', '.join(rules)}}}}}"

    def instrument(self, who, lever):
        kind = "export_control" if lever in ("ca", "cb") else "tariff"
        adds = ", adds: 10 pp" if kind == "tariff" else ""
        dates = self.pick.choice(DATES) if who != "co" else ""
        basis = self.pick.choice(("", ", legal_basis: act"))
        return f"{{title: L, kind: {kind}, by: {who}, on: [{TARGETS[who]}]{dates}{adds}{basis}}}"

    def text(self):
        actors = [
            f"  {who}: {{name: {who}, reaction: {self.pick.choice((1, 3))} d, {self.policy(who)}}}" for who in "abc"
        ]
        levers = [f"  {lever}: {self.instrument(who, lever)}" for who, own in LEVERS.items() for lever in own]
        coalition = f"coalitions: {{co: {{name: co, members: [a, b], joined: [a], {self.policy('co')}}}}}"
        head = ("schema: 1", "title: at random", "as_of: 2025-06-01", "horizon: 2025-12-31", "actors:")
        return "\n".join([*head, *actors, coalition, REST, *levers])


REST = """
legal_bases:
  act: {title: Act, lag: 1 d, challenge: {decision: {uniform: [2025-07-01, 2025-12-01]}, struck: 50 %}}
packages: {pk: {title: P, instruments: [ta, ca]}}
agreements: {g: {title: G, parties: [a, b], since: 2025-01-01, expires: 2025-07-01, suspends: [tb]}}
deals:
  d1: {title: D1, parties: [a, b], terms: [{withdraw: ta}, {delay: cb, by: 20 d}, {extend: g, by: 30 d}]}
  d2: {title: D2, parties: [b, c], terms: [{withdraw: tc}, {exempt: [c], from: tb}]}
milestones:
  meet: {title: M, date: {uniform: [2025-06-05, 2025-08-05]}, parties: [a, b], takes_place: 80 %}
outcomes: {hit: {title: O, when: ever(ta.in_force)}}
instruments:"""


@pytest.mark.parametrize("seed", [1, 2, 3, 92])
def test_in_worlds_at_random_a_run_alone_is_the_run_among_others(seed, world, play, hashes):
    scenario = world(RandomWorld(seed).text())
    together = hashes(play(scenario, runs=16))
    assert [hashes(play(scenario, runs=[run]))[0] for run in range(16)] == together
    assert hashes(play(scenario, runs=np.arange(16)[::-1])) == together[::-1]
