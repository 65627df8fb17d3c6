"""Whose turn it is: why an actor decides today, in which order, and how its policy is asked."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.acts import Mover, any_open
from sim.engine.view import held
from sim.instruments import lives
from sim.negotiation.policy import Act, Choice, Considered, Occasion, Player, Truths

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
            if simulation.calendar.falls("date", milestone, today):
                due |= _bit(Slot.milestone, _held_today(simulation, milestone))
        for runs in _deadlines(simulation, player):
            due |= _bit(Slot.deadline, runs)
        if simulation.calendar.falls("reaction_due", player.index, today):
            answering = world.reaction_due[:, player.index] == today
            due |= _bit(Slot.reaction, answering)
            world.reaction_due[answering, player.index] = days.MISSING
        if simulation.calendar.falls("next_review", player.index, today):
            reviewing = world.next_review[:, player.index] == today
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


def occasions(simulation: Simulation, player: Player, runs: Truths) -> list[Occasion]:
    """The decision points of the player today in `runs`, the weightier first."""
    due = simulation.world.due[:, player.index]
    date = days.date(simulation.world.today).isoformat()
    found = []
    for milestone in player.milestones:
        held_today = runs & _held_today(simulation, milestone)
        if held_today.any():
            name = simulation.plan.names("milestones")[milestone]
            found.append(Occasion(name, name, held_today))
    for slot in (Slot.deadline, Slot.reaction, Slot.review):
        found.append(Occasion(f"{slot.name}:{date}", str(slot.name), runs & ((due & slot) != 0)))
    return [occasion for occasion in found if occasion.runs.any()]


def order(simulation: Simulation, players: list[Player]) -> NDArray[np.int64]:
    """[run, turn] positions in `players`: an order drawn for each run and day."""
    if len(players) == 1:
        return np.zeros((len(simulation.world), 1), dtype=np.int64)
    date = days.date(simulation.world.today).isoformat()
    keys = [simulation.uniforms.draw(f"turn:{player.name}", date) for player in players]
    return np.argsort(np.stack(keys, axis=1), axis=1, kind="stable")


class EngineTurn:
    """A turn as a policy sees it."""

    def __init__(self, simulation: Simulation, player: Player, runs: Truths) -> None:
        self._simulation = simulation
        self._player = player
        self.runs = runs
        self.sight = simulation.view
        self.occasions = occasions(simulation, player, runs)
        self.consider: Callable[[Considered], None] | None = simulation.consider

    def open_to(self, acts: tuple[Act, ...]) -> Truths:
        return any_open(self._simulation, acts, Mover(self._player.index))

    def draw(self, stream: str, occasion: str) -> NDArray[np.float64]:
        return self._simulation.uniforms.draw(stream, occasion)

    def disposition(self, stream: str) -> NDArray[np.float64]:
        return self._simulation.dispositions.draw(stream)

    def answer(self) -> Choice | None:
        return self._simulation.take_answer(self._player, self.runs)
