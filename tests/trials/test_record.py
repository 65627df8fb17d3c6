"""Forks, saves, questions and records: the future from a date is the future of that date, and the record says so."""

import numpy as np
import pytest

import sim
from sim import days
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.negotiation.policy import Answer, QuantityError
from sim.results.block import finish
from sim.sampling.distributions import cdf
from sim.scenario.evaluation import EvaluationError
from sim.scenario.problems import ScenarioError
from sim.scenario.units import Dimension
from sim.world.log import What


@pytest.fixture(scope="module")
def longer_roll():
    return plan(sim.load("longer-roll"))


@pytest.fixture(scope="module")
def parent(longer_roll):
    """Twelve runs of longer-roll at their horizon."""
    simulation = Simulation(longer_roll, np.arange(12), 1, 20)
    simulation.advance()
    return simulation


DATES = ("2025-10-31", "2025-11-10", "2026-03-01")


@pytest.mark.parametrize("date", DATES)
def test_forked_or_saved_on_any_day_it_goes_on_the_same(date, longer_roll, parent, hashes, tmp_path):
    simulation = Simulation(longer_roll, np.arange(12), 1, 20)
    simulation.advance(days.day(date))
    simulation.save(tmp_path / "saved.npz")
    family, restored = simulation.fork(2), Simulation.restore(longer_roll, tmp_path / "saved.npz")
    for each in (family, restored):
        each.advance()
    assert hashes(family)[::2] == hashes(restored) == hashes(parent)


def test_a_fork_of_a_fork_saved_and_restored_is_the_same_family(small, hashes, tmp_path):
    simulation = Simulation(plan(small), np.arange(10), 1, 20)
    simulation.advance(simulation.plan.start + 10)
    children = simulation.fork(3)
    children.advance(simulation.plan.start + 20)
    grandchildren = children.fork(2, rows=[1, 4, 5])
    grandchildren.save(tmp_path / "family.npz")
    restored = Simulation.restore(simulation.plan, tmp_path / "family.npz")
    for family in (grandchildren, restored):
        family.advance()
    assert hashes(restored) == hashes(grandchildren)
    assert len(set(hashes(restored))) == 6


def test_the_odds_over_forks_are_those_of_the_ensemble(small):
    """Forked on the first day, children are futures of the same odds as their parents (4 standard errors)."""
    simulation = Simulation(plan(small), np.arange(200), 1, 20)
    simulation.advance(simulation.plan.as_of)
    family = simulation.fork(5)
    for each in (simulation, family):
        each.advance()
    own = finish(simulation).runs["outcome"]
    forked = finish(family).runs["outcome"].reshape(200, 5)[:, 1:]
    for outcome in range(len(simulation.plan.outcomes) + 1):
        gap = (forked == outcome).mean(axis=1) - (own == outcome)
        assert abs(gap.mean()) <= 4 * gap.std(ddof=1) / np.sqrt(200) + 1e-12, outcome


CHANCE = """
schema: 1
title: dates that have not come
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {name: A}
milestones:
  even: {title: Even, date: {uniform: [2025-02-01, 2025-06-30]}}
  peaked: {title: Peaked, date: {triangular: [2025-01-15, 2025-03-01, 2025-09-30]}}
  chosen: {title: Chosen, date: {choice: {2025-06-01: 30 %, 2025-02-01: 40 %, 2025-08-01: 30 %}}}
  late: {title: Late, date: {uniform: [2025-02-01, 2025-06-30]}, takes_place: {uniform: [0 %, 100 %]}}
legal_bases:
  act: {title: Act, challenge: {decision: {pert: [2025-02-01, 2025-05-01, 2025-12-01]}, struck: 40 %, lag: 3 d}}
"""


def test_after_a_fork_dates_come_from_what_is_left_of_their_distributions(world, play):
    from scipy import stats

    simulation = play(world(CHANCE), runs=900, until=days.day("2025-03-20"))
    today = simulation.world.today
    family = simulation.fork(3)
    child = np.arange(2700) % 3 > 0
    for column, name in enumerate(simulation.plan.columns["milestones"]):
        scalar = simulation.plan.scalars[f"milestones.{name}.date"]
        before = np.repeat(simulation.world.date[:, column], 3)
        redrawn = family.world.date[child & (before > today), column]
        assert (family.world.date[before <= today, column] == before[before <= today]).all()
        assert redrawn.min() > today
        past = cdf(scalar.distribution, [today], Dimension.date)[0]
        values = np.arange(today + 1, today + 300)
        expected = (cdf(scalar.distribution, values, Dimension.date) - past) / (1 - past)
        found = (redrawn[:, None] <= values).mean(axis=0)
        assert np.abs(found - expected).max() < stats.kstwo.ppf(0.9999, len(redrawn)), name
    ahead = child & (np.repeat(simulation.world.decision[:, 0], 3) > today)
    assert family.world.struck[ahead, 0].mean() == pytest.approx(0.4, abs=4 * np.sqrt(0.24 / ahead.sum()))
    falls = np.where(family.world.struck[:, 0], family.world.decision[:, 0] + 3, days.MISSING)
    assert (family.world.invalid_from[:, 0] == falls).all()


TIED = """
schema: 1
title: dates that go together
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {name: A}
parameters: {push: {uniform: [0, 1]}}
milestones:
  first: {title: First, date: {uniform: [2025-02-01, 2025-06-30]}}
  second: {title: Second, date: {uniform: [2025-02-01, 2025-06-30]}}
correlations:
"""


def test_dates_that_go_together_still_do_after_a_fork(world, play):
    text = TIED + "  - {between: [milestones.first.date, milestones.second.date], value: 0.9}"
    simulation = play(world(text), runs=1000, until=days.day("2025-01-10"))
    family = simulation.fork(3)
    first, second = family.world.date[np.arange(3000) % 3 > 0].T
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(np.corrcoef(*simulation.world.date.T)[0, 1], abs=0.1)


THREE = """
  third: {title: Third, date: {pert: [2025-02-01, 2025-05-01, 2025-09-30]}}
correlations:
  - {between: [milestones.first.date, milestones.second.date], value: 0.8}
  - {between: [milestones.second.date, milestones.third.date], value: -0.4}
"""


@pytest.fixture
def tied(world, play):
    return play(world(TIED.replace("\ncorrelations:\n", THREE)), runs=1500, until=days.day("2025-04-10"))


def test_after_a_fork_dates_that_go_together_are_as_those_of_all_runs_with_the_same_past(tied):
    """Parents are themselves draws of what lies ahead given what has come: their children must look like them."""
    from scipy import stats

    family = tied.fork(2).world.date
    parents, children = family[::2], family[1::2]
    ahead = parents > tied.world.today
    assert (children[~ahead] == parents[~ahead]).all()
    patterns = [pattern for pattern in np.unique(ahead, axis=0) if pattern.any()]
    assert len(patterns) >= 5
    for pattern in patterns:
        rows = (ahead == pattern).all(axis=1)
        for measure in [*np.eye(3)[pattern], [1, -1, 0], [0, 1, 1]]:
            both = stats.ks_2samp(parents[rows] @ measure, children[rows] @ measure, method="asymp")
            assert both.pvalue > 1e-4, (pattern, measure)


def test_dates_that_go_together_are_redrawn_for_each_run_by_itself(tied):
    rows = [1400, 3, 77]
    together, alone = tied.fork(3), tied.fork(3, rows)
    for place, row in enumerate(rows):
        assert (alone.world.date[3 * place : 3 * place + 3] == together.world.date[3 * row : 3 * row + 3]).all()
    assert alone.world.date.dtype == tied.world.date.dtype
    for path, values in tied.assumptions.items():
        assert alone.assumptions[path].dtype == values.dtype


def test_a_date_that_has_come_tells_of_one_that_goes_with_it(tied):
    first, second, _ = tied.world.date.T
    today = tied.world.today
    rows = np.flatnonzero((first <= today) & (second > today))
    second = tied.fork(5, rows).world.date[np.arange(5 * len(rows)) % 5 > 0, 1]
    apart = np.quantile(np.arange(today + 1, days.day("2025-07-01")), 0.5)
    assert np.median(second) < apart - 15


def test_an_assumption_and_a_date_are_correlated_or_refused(world, play):
    text = TIED + "  - {between: [parameters.push, milestones.first.date], value: 0.9}"
    try:
        simulation = play(world(text), runs=2000, until=days.day("2025-01-10"))
    except ScenarioError:
        return
    assert np.corrcoef(simulation.assumptions["parameters.push"], simulation.world.date[:, 0])[0, 1] > 0.8


def test_an_actor_that_is_asked_moves_where_it_says_so_and_nowhere_else(small):
    simulation = Simulation(plan(small), np.arange(40), 1, 20, asked=["china"])
    accept = next(player for player in simulation.plan.players if player.name == "china").rules[0].acts
    while (question := simulation.advance()) is not None:
        # Runs that an answer leaves out are asked again: first the even ones accept, then the odd ones pass.
        even = question.runs[question.runs % 2 == 0]
        rows = np.flatnonzero(np.isin(simulation.world.run, even if len(even) else question.runs))
        simulation.answer("china", Answer(accept if len(even) else (), rows))
    concluded = np.asarray(simulation.view.get("longer_roll.concluded"))
    assert concluded[::2].any()
    assert not concluded[1::2].any()


# ── What is gathered along the way ───────────────────────────────────────────────────────────────────

REPLAY = """
schema: 1
title: a replay
start: 2025-01-01
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a: {name: A, policy: {kind: script, moves: [{on: 2025-02-01, do: {enact: x}}, {on: 2025-03-01, do: {withdraw: x}}]}}
  b: {name: B}
instruments: {x: {title: X, kind: tariff, by: a, on: b, adds: 10 pp}}
indicators:
  at_all: {title: i, value: ever(x.in_force)}
  highest: {title: i, value: max(x.rate)}
  share_of_days: {title: i, value: mean(x.in_force)}
  dated: {title: i, value: defined(first_day(x.in_force))}
"""


def test_what_was_over_before_as_of_has_not_held_since_as_of(world, play):
    runs = finish(play(world(REPLAY))).runs
    assert not runs["indicator.at_all"][0]
    assert runs["indicator.highest"][0] == 0
    assert not runs["indicator.dated"][0]


def test_a_mean_counts_from_as_of(world, play):
    assert finish(play(world(REPLAY))).runs["indicator.share_of_days"][0] == 0


# ── Lives ────────────────────────────────────────────────────────────────────────────────────────────

AGAIN = """
schema: 1
title: twice
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a:
    name: A
    policy:
      kind: script
      moves:
        - {on: 2025-06-02, do: {enact: x}}
        - {on: 2025-06-03, do: {narrow: x, to: 50 %}}
        - {on: 2025-06-10, do: {withdraw: x}}
        - {on: 2025-06-20, do: {threaten: x, in: 30 d}}
        - {on: 2025-06-25, do: {withdraw: x}}
        - {on: 2025-07-20, do: {enact: x}}
  b: {name: B}
instruments: {x: {title: X, kind: export_control, by: a, on: b}}
"""


def test_a_second_threat_taken_back_does_not_raise_the_dead(world, play):
    simulation = play(world(AGAIN), until=days.day("2025-06-25"))
    assert not simulation.view.get("x.enacted").any()


def test_an_instrument_enacted_anew_bites_on_its_whole_scope(world, play):
    assert play(world(AGAIN)).view.get("x.share").tolist() == [1.0]


LAW = """
schema: 1
title: laws
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a: {name: A}
  b: {name: B, review: 1 d, policy: {kind: doctrine, rules: {again: {at: review, when: x.available, do: {enact: x}}}}}
  c: {name: C, policy: {kind: script, moves: [{on: 2025-06-05, do: {threaten: z, in: 3 d}}]}}
legal_bases:
  short: {title: Short, lag: 1 d, longest_life: 20 d}
  slow: {title: Slow, lag: 10 d}
instruments:
  x: {title: X, kind: tariff, by: b, on: a, adds: 10 pp, legal_basis: short}
  y: {title: Y, kind: tariff, by: a, on: b, adds: 10 pp, legal_basis: short, enacted: 2025-05-25}
  z: {title: Z, kind: tariff, by: c, on: b, adds: 10 pp, legal_basis: slow}
"""


def test_an_instrument_of_the_past_has_the_longest_life_of_its_law(world, play):
    assert not play(world(LAW)).view.get("y.in_force").any()


def test_a_longest_life_cannot_be_had_twice(world, play, told):
    assert len(told(play(world(LAW)), What.enacts, "x")) == 1


def test_a_threat_names_a_date_that_its_law_allows(world, play):
    simulation = play(world(LAW), until=days.day("2025-06-06"))
    assert simulation.view.get("z.effective").min() >= days.day("2025-06-15")


TABLE = """
schema: 1
title: two who want the same
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a: {name: A, review: 365 d, policy: {kind: doctrine, rules: {ask: {at: meet, do: {offer: peace}}}}}
  b:
    name: B
    review: 365 d
    policy: {kind: doctrine, rules: {take: {at: meet, when: peace.offered, do: {accept: peace}}}}
deals: {peace: {title: Peace, parties: [a, b], terms: [{withdraw: y}]}}
milestones: {meet: {title: Meeting, date: 2025-07-01, parties: [a, b]}}
instruments: {y: {title: Y, kind: tariff, by: b, on: a, adds: 10 pp, enacted: 2025-01-01}}
"""


def test_two_who_are_sure_to_agree_at_a_meeting_agree_at_it(world, play):
    assert play(world(TABLE), runs=50).view.get("peace.concluded").all()


NONSENSE = [
    "{set_rate: x, to: \"pp('0 pp') - pp('5 pp')\"}",
    "{delay: x, by: 0 - 5}",
    "{extend: g, by: 0 - 200}",
    "{narrow: x, to: 0 - 1}",
    "{licence: z, to: 1 + 1}",
]
NEGATIVE = """
schema: 1
title: less than nothing
as_of: 2025-06-01
horizon: 2025-12-31
actors:
  a: {{name: A, policy: {{kind: script, moves: [{{on: 2025-06-02, do: {move}}}]}}}}
  b: {{name: B}}
instruments:
  x: {{title: X, kind: tariff, by: a, on: b, adds: 10 pp, enacted: 2025-01-01}}
  z: {{title: Z, kind: export_control, by: a, on: b, approval: 20 %, enacted: 2025-01-01}}
agreements: {{g: {{title: G, parties: [a, b], since: 2025-01-01, expires: 2025-10-01}}}}
"""


@pytest.mark.parametrize("move", NONSENSE)
def test_a_quantity_out_of_its_range_is_refused_or_stopped(move, world, play):
    with pytest.raises((ScenarioError, EvaluationError, QuantityError)):
        play(world(NEGATIVE.format(move=move)))
