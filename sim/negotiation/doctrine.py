"""Doctrine: when/do rules, read top to bottom; each acts with its probability when its condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.negotiation.policy import (
    Considered,
    Occasion,
    Option,
    PlannedRule,
    Player,
    Truths,
    Turn,
)

Numbers = NDArray[np.float64]


def doctrine(player: Player, turn: Turn) -> Iterator[Option]:
    """What the player's rules would do. Draws are keyed by rule and decision point, never by count."""
    for place, rule in enumerate(player.rules):
        points = turn.points(rule)
        if not points:
            continue
        runs = turn.again(place, rule.index, _any([point.runs for point in points if point.table], turn))
        runs = runs & turn.undecided(rule)
        if np.count_nonzero(runs):
            runs &= _any([point.runs for point in points], turn)
        if np.count_nonzero(runs):
            yield Option(place, rule.acts, _fires(player, place, rule, turn, runs), rule.index)


def _any(runs: list[Truths], turn: Turn) -> Truths:
    return reduce(np.logical_or, runs) if runs else np.zeros_like(turn.runs)


def _fires(player: Player, place: int, rule: PlannedRule, turn: Turn, runs: Truths) -> Truths:
    """[run] the rule's condition holds, something is open to do, and the draw comes up."""
    asked: Truths = runs & rule.when.evaluate(turn.sight, runs)
    if np.count_nonzero(asked):
        asked &= turn.open_to(rule.acts)
    turn.shut(rule, runs & ~asked)
    if not np.count_nonzero(asked) or (rule.probability.certain == 1.0 and turn.consider is None):
        return asked
    probability = np.zeros(len(asked)) + rule.probability.of(turn.sight, asked)
    rule.probability.check(probability[asked])
    uniform = _uniform(rule, turn.points(rule), asked, turn)
    fires: Truths = asked & (uniform < probability)
    if turn.consider is None:
        turn.lost(rule, asked & ~fires)
    else:
        _consider(player, place, rule, turn, asked, probability, uniform)
    return fires


def _consider(
    player: Player, place: int, rule: PlannedRule, turn: Turn, asked: Truths, probability: Numbers, uniform: Numbers
) -> None:
    """Tell the story's listener what was weighed."""
    assert turn.consider is not None
    for row in np.flatnonzero(asked):
        name = next(point.name for point in turn.points(rule) if point.runs[row])
        weighed = (float(probability[row]), float(uniform[row]), bool(uniform[row] < probability[row]))
        turn.consider(Considered(turn.sight.today, player.index, place, rule.index, int(row), name, *weighed))


def _uniform(rule: PlannedRule, points: list[Occasion], asked: Truths, turn: Turn) -> Numbers:
    """[run] the draw that decides: of the disposition, or of the weightiest decision point of the run."""
    if rule.once:
        return turn.disposition(rule.stream)
    if len(points) == 1:
        return turn.draw(rule.stream, points[0].name)
    uniform = np.full(len(asked), np.nan)
    for point in reversed(points):
        chosen = asked & point.runs
        if np.count_nonzero(chosen):
            uniform[chosen] = turn.draw(rule.stream, point.name)[chosen]
    return uniform
