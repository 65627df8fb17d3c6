"""Two countries alike have the same odds, whatever they are called; two mirrors have a closed form."""

import numpy as np
import pytest

from sim.results.block import finish
from sim.world.log import What

PAIR = """
schema: 1
title: two countries alike
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  {0}: {{name: One, reaction: 2 d, policy: {{kind: doctrine, {one}}}}}
  {1}: {{name: Other, reaction: 2 d, policy: {{kind: doctrine, {other}}}}}
instruments:
  {0}_t: {{title: One's, kind: tariff, by: {0}, on: {1}{life}, adds: 20 pp}}
  {1}_t: {{title: Other's, kind: tariff, by: {1}, on: {0}{life}, adds: 20 pp}}
  {0}_c: {{title: One's control, kind: export_control, by: {0}, on: {1}}}
  {1}_c: {{title: Other's control, kind: export_control, by: {1}, on: {0}}}
deals:
  settlement:
    {{title: Peace, parties: [{0}, {1}], terms: [{{withdraw: {0}_t}}, {{withdraw: {1}_t}}]}}
milestones:
  summit: {{title: Summit, date: {{uniform: [2025-06-01, 2025-06-30]}}, parties: [{0}, {1}], takes_place: 80 %}}
"""

DOCTRINE = (
    "rules: {{hit: {{at: review, when: not {own}_t.enacted, probability: 4 %, do: {{enact: {own}_t}}}}, "
    "answer: {{at: reaction, when: {their}_t.enacted, probability: 60 %, do: {{enact: {own}_t}}}}, "
    "control: {{at: review, when: {their}_t.in_force, probability: 1 %, do: {{enact: {own}_c}}}}, "
    "offer: {{at: [summit, review], when: {own}_t.enacted, probability: 10 %, do: {{offer: settlement}}}}, "
    "accept: {{when: settlement.offered, probability: 40 %, do: {{accept: settlement}}}}}}"
)
BRINK = (
    "preset: {{brinkmanship: {{lever: {own}_t, answers: {their}_t, threaten: 30 %, fuse: 20 d, carry_out: 50 %}}}}, "
    "rules: {{first: {{at: review, when: not {own}_t.enacted, probability: 1 %, do: {{enact: {own}_t}}}}}}"
)
GRIT = "preset: {{grit: {{lever: {own}_t, answers: {their}_t, cut: 5 pp, patience: 10 d}}}}, rules: {rules}"
HITS = "{{slip: {{at: review, when: {own}_t.enacted, probability: 3 %, do: {{set_rate: {own}_t, to: 20 pp}}}}}}"
MIRROR = (
    "preset: {{mirror: {{lever: {own}_t, answers: {their}_t, reciprocity: 0.9, base: 1 pp, cap: 100 pp}}}}, "
    "rules: {{jolt: {{at: review, probability: 3 %, do: {{set_rate: {own}_t, to: 40 pp}}}}}}"
)
POLICIES = {"doctrine": DOCTRINE, "brinkmanship": BRINK, "grit": GRIT.replace("{rules}", HITS), "mirror": MIRROR}
RUNS = 4000


def pair(first, second, policy, life=""):
    texts = [POLICIES[policy].format(own=own, their=their) for own, their in ((first, second), (second, first))]
    return PAIR.format(first, second, one=texts[0], other=texts[1], life=life)


def measures(simulation, one, other):
    """[run, measure] of each side: moves, first mover, deals closed, rate, tariff and control in force."""
    made, entries, runs = simulation.plan, simulation.log.entries(), len(simulation.world)
    found = []
    for name in (one, other):
        who = made.column("deciders", name)
        moved = np.bincount(entries.row[entries.who == who], minlength=runs)
        acts = (entries.who >= 0) & (entries.what != What.offers)
        first = np.full(runs, -1)
        rows, places = np.unique(entries.row[acts], return_index=True)
        first[rows] = entries.who[acts][places]
        closes = np.bincount(entries.row[(entries.what == What.accepts) & (entries.who == who)], minlength=runs)
        tariff, control = made.column("instruments", f"{name}_t"), made.column("instruments", f"{name}_c")
        state = (
            simulation.world.rate[:, tariff],
            simulation.world.in_force[:, tariff],
            simulation.world.in_force[:, control],
        )
        found.append(np.stack([moved, first == who, closes, *state], axis=1).astype(float))
    return found


@pytest.mark.parametrize("policy", POLICIES)
def test_neither_of_two_countries_alike_has_an_advantage(policy, world, play):
    """Paired over runs: the difference between the sides is nothing but sampling error, in every measure."""
    life = ", enacted: 2024-01-01" if policy in ("grit", "mirror") else ""
    simulation = play(world(pair("north", "south", policy, life)), runs=RUNS)
    one, other = measures(simulation, "north", "south")
    assert one[:, 0].mean() > 0.3
    difference = one - other
    error = difference.std(axis=0, ddof=1) / np.sqrt(RUNS)
    assert (np.abs(difference.mean(axis=0)) <= 4 * error).all(), (difference.mean(axis=0), error)


@pytest.mark.parametrize("policy", POLICIES)
def test_names_swapped_the_futures_are_swapped(policy, world, play):
    """The file with the names exchanged is the same world told of the other: not in odds alone, run by run."""
    life = ", enacted: 2024-01-01" if policy in ("grit", "mirror") else ""
    straight = play(world(pair("north", "south", policy, life)), runs=200)
    swapped = play(world(pair("south", "north", policy, life)), runs=200)
    assert (measures(straight, "north", "south")[0] == measures(swapped, "north", "south")[0]).all()


@pytest.mark.parametrize("names", [("north", "south"), ("zeta", "alpha"), ("b", "a")])
def test_the_first_move_of_a_day_falls_to_either_half_the_time(names, world, play):
    """Both act on the same day; who is first is drawn, whatever their names and their places in the file."""
    rule = "rules: {{go: {{at: summit, when: not {their}_t.enacted, do: {{enact: {own}_t}}}}}}"
    texts = [rule.format(own=own, their=their) for own, their in (names, names[::-1])]
    simulation = play(world(PAIR.format(*names, one=texts[0], other=texts[1], life="")), runs=RUNS)
    held = finish(simulation).runs["summit.held"]
    first = np.asarray(simulation.view.get(f"{names[0]}_t.enacted"))
    second = np.asarray(simulation.view.get(f"{names[1]}_t.enacted"))
    assert ((first ^ second) == held).all()
    assert first[held].mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / held.sum()))


def test_three_in_a_row_are_first_second_and_third_a_third_of_the_time_each(world, play):
    text = """
schema: 1
title: three at a table
as_of: 2025-01-01
horizon: 2025-03-01
actors:
{actors}
instruments:
{instruments}
milestones: {{meet: {{title: Meeting, date: 2025-02-01, parties: [a, b, c]}}}}
"""
    actors = "\n".join(
        f"  {one}: {{name: {one}, policy: {{kind: doctrine, rules: {{go: {{at: meet, do: {{enact: {one}_t}}}}}}}}}}"
        for one in "abc"
    )
    instruments = "\n".join(
        f"  {one}_t: {{title: t, kind: tariff, by: {one}, on: {other}, adds: 1 pp}}"
        for one, other in ("ab", "bc", "ca")
    )
    entries = play(world(text.format(actors=actors, instruments=instruments)), runs=RUNS).log.entries()
    order = entries.who[entries.what == What.enacts].reshape(RUNS, 3)
    for place in range(3):
        shares = np.bincount(order[:, place], minlength=3) / RUNS
        assert shares == pytest.approx([1 / 3] * 3, abs=4 * np.sqrt(2 / 9 / RUNS))


MIRRORS = """
schema: 1
title: two mirrors
as_of: 2025-01-01
horizon: 2026-12-31
actors:
  a: {{name: A, reaction: 1 d, policy: {{kind: doctrine, preset: {{mirror: {{lever: ta, answers: tb, base: {b1} pp,
    reciprocity: {r1}, cap: 125 pp, smallest_step: 0.0001 pp}}}}}}}}
  b: {{name: B, reaction: 1 d, policy: {{kind: doctrine, preset: {{mirror: {{lever: tb, answers: ta, base: {b2} pp,
    reciprocity: {r2}, cap: 125 pp, smallest_step: 0.0001 pp}}}}}}}}
instruments:
  ta: {{title: A's, kind: tariff, by: a, on: b, enacted: 2024-01-01, adds: {start} pp}}
  tb: {{title: B's, kind: tariff, by: b, on: a, enacted: 2024-01-01, adds: {start} pp}}
"""


@pytest.mark.parametrize("start", [0, 60, 125])
def test_two_mirrors_settle_at_the_same_point_from_wherever_they_start(start, world, play):
    simulation = play(world(MIRRORS.format(b1=10, b2=10, r1=0.8, r2=0.7, start=start)))
    assert simulation.world.rate[0] == pytest.approx([40.9091, 38.6364], abs=0.01)


@pytest.mark.parametrize(
    ("first", "second", "escalates"), [(0.8, 1.2, False), (1.0, 1.0, True), (0.5, 2.0, True), (1.1, 0.85, False)]
)
def test_they_escalate_to_the_cap_if_and_only_if_the_product_reaches_one(first, second, escalates, world, play):
    """Bases small enough that the fixed point, where there is one, lies below the cap."""
    rates = play(world(MIRRORS.format(b1=1, b2=1, r1=first, r2=second, start=0))).world.rate[0]
    if escalates:
        assert rates.max() == 125
    else:
        fixed = [(1 + first) / (1 - first * second), (1 + second) / (1 - first * second)]
        assert rates == pytest.approx(fixed, abs=0.01)
