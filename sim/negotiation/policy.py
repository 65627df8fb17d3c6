"""What a policy is: it sees a turn and says what the actor would do, in which runs.

A policy is a pure function `(player, turn) -> options`, in the order in which the actor would take them. In each
run the engine carries out the first option, of all actors in the run's order of turns, that fires; then it asks
again, so that whatever comes later sees what has been done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.scenario.evaluation import Compiled
from sim.scenario.scalars import Scalar
from sim.scenario.units import HIGHEST, LONGEST, Dimension

Truths = NDArray[np.bool_]
Rows = NDArray[np.int64]
Value = NDArray[Any] | float | int
"""[run], or one value for all runs"""


class Sight(Protocol):
    """What expressions and quantities are read from."""

    @property
    def today(self) -> int: ...
    def __len__(self) -> int: ...
    def get(self, name: str) -> Value: ...
    def timed(self, key: str) -> Value: ...
    def assumption(self, path: str) -> Value: ...


_ALLOWED = {
    Dimension.share: (0.0, 1.0, "a probability or share is between 0 and 1 (use min(1, …) or max(0, …))"),
    Dimension.days: (0.0, float(LONGEST), f"a duration is between 0 and {LONGEST:,} days"),
    Dimension.points: (0.0, HIGHEST, f"a rate is between 0 and {HIGHEST:,.0f} points"),
}
"""Least and most of what an expression may give, by dimension, and the rule in words."""


@dataclass(frozen=True)
class Quantity:
    """A number of the file: an assumption by its path, or an expression read when it is needed."""

    path: str
    dimension: Dimension
    scalar: Scalar | None = None
    expression: Compiled | None = None

    @property
    def certain(self) -> float | None:
        """The number, where it is the same in every run."""
        return float(self.scalar.value) if self.scalar is not None and self.scalar.fixed else None

    def of(self, sight: Sight, runs: Truths | None = None) -> Value:
        """Its value in every run (of `runs`, where given), or one number for all."""
        if self.expression is not None:
            return self.expression.evaluate(sight, runs)
        certain = self.certain
        return sight.assumption(self.path) if certain is None else certain

    def check(self, values: Value) -> None:
        """QuantityError where an expression has given what cannot be. What stands in the file was checked there."""
        if self.expression is None or not np.size(values):
            return
        lowest, highest, rule = _ALLOWED[self.dimension]
        least, most = float(np.min(values)), float(np.max(values))
        if not (lowest <= least and most <= highest):
            gave = f"{least:g}" if least == most else f"{least:g} to {most:g}"
            raise QuantityError(self.path, self.expression.text, gave, rule)


@dataclass(frozen=True)
class Act:
    """A move with its targets as columns of the World."""

    verb: str
    targets: tuple[int, ...]
    amount: Quantity | None = None
    """by, to or rate"""
    after: Quantity | None = None
    """days until the date it is for"""
    actors: tuple[int, ...] = ()
    """whom an exemption frees"""


@dataclass(frozen=True)
class PlannedRule:
    """A rule of a doctrine; `stream` keys its draws."""

    index: int
    stream: str
    title: str
    at: frozenset[str]
    when: Compiled
    probability: Quantity
    once: bool
    acts: tuple[Act, ...]
    rests_on: frozenset[str]
    """parts of the scenario, by name, whose state its condition, probability and acts read"""
    restless: bool
    """what it reads may change from one day to the next though nothing happens"""


@dataclass(frozen=True)
class ScriptedActs:
    """Acts of a script on one day."""

    index: int
    on: Quantity
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Player:
    """A decider: an actor, or a coalition with its members. Tuples of int are columns of the World."""

    index: int
    name: str
    title: str
    members: tuple[int, ...]
    rules: tuple[PlannedRule, ...]
    script: tuple[ScriptedActs, ...]
    milestones: tuple[int, ...]
    own_instruments: tuple[int, ...]
    agreements: tuple[int, ...]

    def listens(self, at: str) -> bool:
        """Whether one of its rules may act at a decision point of this kind."""
        return any(not rule.at or at in rule.at for rule in self.rules)


class Occasion(NamedTuple):
    """A decision point of today. Its name keys the draws."""

    name: str
    at: str
    """what a rule's `at` calls it: a milestone, deadline, reaction or review"""
    runs: Truths
    """[run] those that are at it"""
    table: bool
    """others sit at it too, and everybody looks again after they have moved: a meeting, a last day"""


class Considered(NamedTuple):
    """A rule whose condition held at a decision point, kept for the story of a run."""

    day: int
    player: int
    place: int
    """order of the rule within the actor's turn"""
    rule: int
    row: int
    occasion: str
    probability: float
    uniform: float
    acted: bool


class Option(NamedTuple):
    """What a policy would do in some runs, as the state is now."""

    place: int
    """order within the actor's turn: a later option sees what an earlier one has done"""
    acts: tuple[Act, ...]
    fires: Truths
    """[run]"""
    rule: int = -1
    asks: bool = False
    """somebody outside says what is done: the clock stops until the answer is there"""


class Answer(NamedTuple):
    """What an actor that is asked does, in the rows given; no acts is a pass."""

    acts: tuple[Act, ...]
    rows: Rows


class Turn(Protocol):
    """One actor's decision points on one day."""

    @property
    def sight(self) -> Sight: ...

    @property
    def runs(self) -> Truths:
        """[run] those in which it may still move today"""

    def ahead(self, place: int) -> Truths:
        """[run] those of `runs` in which the option at this place of the turn has not been passed yet."""

    def again(self, place: int, rule: int, table: Truths) -> Truths:
        """[run] those in which the rule may be taken: not passed yet, or `table` and it has not acted today."""

    def points(self, rule: PlannedRule) -> list[Occasion]:
        """The decision points of today at which the rule may act, the weightier first."""

    @property
    def consider(self) -> Callable[[Considered], None] | None:
        """Takes what is weighed, when somebody wants the story."""

    def undecided(self, rule: PlannedRule) -> Truths:
        """[run] those of which it is not known already that the rule does not act."""

    def shut(self, rule: PlannedRule, runs: Truths) -> None:
        """In these runs the condition does not hold, or nothing is open to do."""

    def lost(self, rule: PlannedRule, runs: Truths) -> None:
        """In these runs today's draw has gone against the rule."""

    def open_to(self, acts: tuple[Act, ...]) -> Truths: ...
    def draw(self, stream: str, occasion: str) -> NDArray[np.float64]: ...
    def disposition(self, stream: str) -> NDArray[np.float64]: ...


Policy = Callable[[Player, Turn], Iterator[Option]]


class QuantityError(Exception):
    """An expression gives a quantity that none of its kind can be; `text` stands at `path` of the file."""

    def __init__(self, path: str, text: str, gave: str, rule: str) -> None:
        super().__init__(path, text, gave, rule)
        self.path = path
        self.text = text
        self.gave = gave
        self.rule = rule

    def __str__(self) -> str:
        return f"{self.text!r} gave {self.gave}; {self.rule}"
