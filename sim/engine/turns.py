"""Whose turn it is: why an actor decides today, in which order, and how its policy is asked."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.acts import Mover, any_open, carry_out
from sim.engine.view import held
from sim.instruments import lives
from sim.negotiation.policy import Act, Considered, Occasion, Option, PlannedRule, Player, Truths

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


class Slot(IntFlag):
    """Why an actor decides on a day."""

    milestone = 1
    deadline = 2
    reaction = 4
    review = 8
    script = 16


def mark_due(simulation: Simulation) -> None:
    """Note in the World who decides today and why; spend the reactions and reviews that are due."""
    world, today = simulation.world, simulation.world.today
    world.due[:] = 0
    for player in simulation.plan.players:
        due = world.due[:, player.index]
        for move in player.script:
            due |= _bit(Slot.script, np.asarray(move.on.of(simulation.view)) == today)
        if today < simulation.plan.as_of or not simulation.decides(player):
            continue
        for milestone in player.milestones:
            name = simulation.plan.names("milestones")[milestone]
            if simulation.calendar.falls("date", milestone, today) and simulation.listens(player, name):
                due |= _bit(Slot.milestone, _held_today(simulation, milestone))
        if simulation.listens(player, "deadline"):
            for runs in _deadlines(simulation, player):
                due |= _bit(Slot.deadline, runs)
        if simulation.calendar.falls("reaction_due", player.index, today):
            answering = world.reaction_due[:, player.index] == today
            due |= _bit(Slot.reaction, answering)
            world.reaction_due[answering, player.index] = days.MISSING
        if simulation.calendar.falls("next_review", player.index, today):
            reviewing = world.next_review[:, player.index] == today
            if simulation.listens(player, "review"):
                due |= _bit(Slot.review, reviewing)
            step = np.maximum(1, simulation.duration(player, "review"))
            world.next_review[:, player.index] += np.where(reviewing, step, 0).astype(np.int32)


def _bit(slot: Slot, runs: Truths) -> NDArray[np.int8]:
    return np.where(runs, np.int8(slot), np.int8(0))


def _held_today(simulation: Simulation, milestone: int) -> Truths:
    return (simulation.world.date[:, milestone] == simulation.world.today) & held(simulation.view, milestone)


def _deadlines(simulation: Simulation, player: Player) -> list[Truths]:
    """Runs in which today is the last day to act on a threat, or the last day of an agreement."""
    world, today = simulation.world, simulation.world.today
    threats = [
        lives.last_day_to_act(world, i, simulation.whole_lag(i)) == today
        for i in player.own_instruments
        if simulation.calendar.falls("deadline", i, today)
    ]
    lasts = [
        world.expires[:, agreement] == today
        for agreement in player.agreements
        if simulation.calendar.falls("expires", agreement, today)
    ]
    return threats + lasts


def _occasions(simulation: Simulation, player: Player) -> list[Occasion]:
    """The decision points of the player today, the weightier first."""
    due = simulation.world.due[:, player.index]
    date = days.date(simulation.world.today).isoformat()
    found = []
    for milestone in player.milestones:
        name = simulation.plan.names("milestones")[milestone]
        if simulation.listens(player, name):
            found.append(Occasion(name, name, _held_today(simulation, milestone)))
    for slot in (Slot.deadline, Slot.reaction, Slot.review):
        found.append(Occasion(f"{slot.name}:{date}", str(slot.name), (due & slot) != 0))
    return [occasion for occasion in found if occasion.runs.any()]


def _ranks(simulation: Simulation, players: list[Player]) -> NDArray[np.int32]:
    """[run, player] place of each player in the order of turns, drawn for each run and day."""
    if len(players) == 1:
        return np.zeros((len(simulation.world), 1), dtype=np.int32)
    date = days.date(simulation.world.today).isoformat()
    keys = np.stack([simulation.uniforms.draw(f"turn:{player.name}", date) for player in players], axis=1)
    order = np.argsort(keys, axis=1, kind="stable")
    ranks = np.empty(order.shape, dtype=np.int32, order="F")
    np.put_along_axis(ranks, order, np.arange(len(players), dtype=np.int32)[None, :], axis=1)
    return ranks


class EngineTurn:
    """A turn as a policy sees it."""

    def __init__(self, simulation: Simulation, player: Player) -> None:
        self._simulation = simulation
        self._player = player
        self._due = simulation.world.due[:, player.index] != 0
        self._draws: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._points: dict[int, list[Occasion]] = {}
        self._fired: dict[int, tuple[int, Truths]] = {}
        """rule → (moves made today when it was weighed, what it came to)"""
        self.runs = self._due
        self.sight = simulation.view
        self.occasions = _occasions(simulation, player)
        self.consider: Callable[[Considered], None] | None = None

    def narrow(self, active: Truths) -> None:
        """Only these runs may still move today."""
        self.runs = self._due & active

    def points(self, rule: PlannedRule) -> list[Occasion]:
        """The decision points of today at which the rule may act, the weightier first."""
        if rule.index not in self._points:
            self._points[rule.index] = [one for one in self.occasions if not rule.at or one.at in rule.at]
        return self._points[rule.index]

    def before(self, rule: PlannedRule) -> Truths | None:
        """[run] what the rule came to earlier today, where nothing that it rests on has moved since."""
        if rule.index not in self._fired or self.consider is not None:
            return None
        weighed, fires = self._fired[rule.index]
        moved = self._simulation.moved
        return fires if all(moved.get(part, -1) < weighed for part in rule.rests_on) else None

    def remember(self, rule: int, fires: Truths) -> None:
        """Keep what a rule has come to."""
        self._fired[rule] = (self._simulation.waves, fires)

    def open_to(self, acts: tuple[Act, ...]) -> Truths:
        return any_open(self._simulation, acts, Mover(self._player.index))

    def draw(self, stream: str, occasion: str) -> NDArray[np.float64]:
        key = (stream, occasion)
        if key not in self._draws:
            self._draws[key] = self._simulation.uniforms.draw(stream, occasion)
        return self._draws[key]

    def disposition(self, stream: str) -> NDArray[np.float64]:
        return self._simulation.dispositions.draw(stream)


def take_turns(simulation: Simulation) -> tuple[Player, NDArray[np.int64]] | None:
    """Step 4: everybody who is due moves once, in the order drawn for the run. A player and rows if it is to be asked.

    Runs are independent, so all of them take their next move together: in each run the first option that fires, at
    or after the run's cursor, is carried out, and the run looks again from there. Runs in which nothing fires are
    finished, so there are as many waves as moves in the busiest run, not as many as players.
    """
    world = simulation.world
    players = [player for player in simulation.plan.players if world.due[:, player.index].any()]
    if not players:
        return None
    turns = [EngineTurn(simulation, player) for player in players]
    ranks = _ranks(simulation, players) * simulation.plan.longest_turn
    active = np.ones(len(world), dtype=np.bool_)
    while active.any():
        simulation.waves += 1
        wave = _Wave(simulation, active)
        with simulation.view.unchanging():
            for index, (player, turn) in enumerate(zip(players, turns, strict=True)):
                wave.look(player, turn, ranks[:, index])
        asked = wave.carry_out()
        if asked is not None:
            return asked
        active = wave.moved
    return None


class _Wave:
    """One move of every run that has one: the earliest option, at or after its cursor, that fires."""

    def __init__(self, simulation: Simulation, active: Truths) -> None:
        self._simulation = simulation
        self._active = active
        self._options: list[tuple[Player, Option]] = []
        self._first = np.full(len(active), np.iinfo(np.int32).max, dtype=np.int32)
        self._chosen = np.full(len(active), -1, dtype=np.int32)
        self._weighed: list[tuple[int, Considered]] = []

    @property
    def moved(self) -> Truths:
        """[run] something fired"""
        return self._chosen >= 0

    def look(self, player: Player, turn: EngineTurn, rank: NDArray[np.int32]) -> None:
        """Note what the player would do and where that comes before what is known so far."""
        turn.narrow(self._active)
        if not turn.runs.any():
            return
        if self._simulation.consider is not None:
            turn.consider = lambda one: self._weighed.append((int(rank[one.row]) + one.place, one))
        cursor = self._simulation.world.cursor
        for option in self._simulation.policy(player)(player, turn):
            turn.remember(option.rule, option.fires)
            if not option.fires.any():
                continue
            place = rank + np.int32(option.place)
            earlier = option.fires & (place >= cursor) & (place < self._first)
            if earlier.any():
                self._first[earlier] = place[earlier]
                self._chosen[earlier] = len(self._options)
                self._options.append((player, option))

    def carry_out(self) -> tuple[Player, NDArray[np.int64]] | None:
        """Do what was chosen; whoever is to be asked, and has no answer yet, is left for last and returned."""
        self._tell()
        question = None
        for index, (player, option) in enumerate(self._options):
            rows = np.flatnonzero(self._chosen == index)
            if not len(rows):
                continue
            acts = option.acts
            if option.asks:
                answer = self._simulation.take_answer(player)
                if answer is None:
                    question = question or (player, rows)
                    continue
                acts, rows = answer.acts, np.intersect1d(rows, answer.rows)
            self._simulation.world.cursor[rows] = self._first[rows] + 1
            for act in acts:
                carry_out(self._simulation, act, rows, Mover(player.index, option.rule))
        return question

    def _tell(self) -> None:
        """Of what was weighed, only that counts which comes before the run's next move, or is it."""
        cursor = self._simulation.world.cursor
        for place, one in self._weighed:
            if cursor[one.row] <= place <= self._first[one.row] and self._simulation.consider is not None:
                self._simulation.consider(one)
