"""Whose turn it is: why an actor decides today, in which order, and how its policy is asked."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.acts import Mover, any_open, carry_out
from sim.engine.view import View, held
from sim.instruments import lives
from sim.negotiation.policy import Act, Considered, Occasion, Option, PlannedRule, Player, Rows, Truths

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


def _occasions(simulation: Simulation, player: Player, rows: Rows) -> list[Occasion]:
    """The decision points of the player today in the given runs, the weightier first."""
    due = simulation.world.due[rows, player.index]
    date = days.date(simulation.world.today).isoformat()
    found = []
    for milestone in player.milestones:
        name = simulation.plan.names("milestones")[milestone]
        if simulation.calendar.falls("date", milestone, simulation.world.today) and simulation.listens(player, name):
            found.append(Occasion(name, name, _held_today(simulation, milestone)[rows], table=True))
    for slot in (Slot.deadline, Slot.reaction, Slot.review):
        found.append(Occasion(f"{slot.name}:{date}", str(slot.name), (due & slot) != 0, slot is Slot.deadline))
    return [occasion for occasion in found if np.count_nonzero(occasion.runs)]


def _ranks(simulation: Simulation, players: list[Player], rows: Rows) -> NDArray[np.int32]:
    """[row, player] place of each player in the order of turns, drawn for each run and day.

    Where one player alone is due there is nothing to draw.
    """
    ranks = np.zeros((len(rows), len(players)), dtype=np.int32, order="F")
    due = simulation.world.due[rows][:, [player.index for player in players]] != 0
    contested = np.flatnonzero(due.sum(axis=1) > 1)
    if len(contested):
        date = days.date(simulation.world.today).isoformat()
        draws = [simulation.uniforms.draw(f"turn:{player.name}", date, rows[contested]) for player in players]
        order = np.argsort(np.stack(draws, axis=1), axis=1, kind="stable")
        places = np.empty_like(order)
        np.put_along_axis(places, order, np.arange(len(players))[None, :], axis=1)
        ranks[contested] = places
    return ranks * np.int32(simulation.plan.longest_turn)


class EngineTurn:
    """A turn as a policy sees it, in the runs `rows` that may still move today."""

    def __init__(self, simulation: Simulation, player: Player, rows: Rows, first: NDArray[np.int32]) -> None:
        """`first` is [row] the place of the player's first option in the run's order of moves."""
        self._simulation = simulation
        self._player = player
        self._rows = rows
        self.first = first
        self._draws: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._points: dict[int, list[Occasion]] = {}
        self.runs: Truths = simulation.world.due[rows, player.index] != 0
        self.occasions = _occasions(simulation, player, rows)
        self.consider: Callable[[Considered], None] | None = None

    def narrow(self, still: Truths) -> None:
        """Only these of the runs so far may still move today."""
        self._rows, self.first = self._rows[still], self.first[still]
        self._draws = {key: drawn[still] for key, drawn in self._draws.items()}
        self._points = {}
        self.runs = self.runs[still]
        self.occasions = [one._replace(runs=one.runs[still]) for one in self.occasions]

    def look(self, view: View, cursor: NDArray[np.int32]) -> None:
        """Take in the state and how far each run has come."""
        self.sight = view
        self._passed = cursor - self.first

    def ahead(self, place: int) -> Truths:
        """[run] those of `runs` in which the option at this place of the turn has not been passed yet."""
        return self.runs & (self._passed <= place)

    def again(self, place: int, rule: int, table: Truths) -> Truths:
        """[run] those in which the rule may be taken: not passed yet, or `table` and it has not acted today."""
        passed = self._passed > place
        if not np.count_nonzero(passed):
            return self.runs
        acted = self._simulation.world.acted_on[:, rule][self._rows] == self._simulation.world.today
        return self.runs & (~passed | (table & ~acted))

    def points(self, rule: PlannedRule) -> list[Occasion]:
        """The decision points of today at which the rule may act, the weightier first."""
        if rule.index not in self._points:
            self._points[rule.index] = [one for one in self.occasions if not rule.at or one.at in rule.at]
        return self._points[rule.index]

    def undecided(self, rule: PlannedRule) -> Truths:
        """[run] those of which it is not known already that the rule does not act."""
        return self._simulation.settled.undecided(rule, self._rows, self.sight.today)

    def shut(self, rule: PlannedRule, runs: Truths) -> None:
        """In these runs the condition does not hold, or nothing is open to do."""
        self._simulation.settled.shut(rule, self._rows[runs], self.sight.today)

    def lost(self, rule: PlannedRule, runs: Truths) -> None:
        """In these runs today's draw has gone against the rule."""
        self._simulation.settled.lost(rule, self._rows[runs], self.sight.today)

    def open_to(self, acts: tuple[Act, ...]) -> Truths:
        return any_open(self.sight, acts, Mover(self._player.index))

    def draw(self, stream: str, occasion: str) -> NDArray[np.float64]:
        key = (stream, occasion)
        if key not in self._draws:
            self._draws[key] = self._simulation.uniforms.draw(stream, occasion, self._rows)
        return self._draws[key]

    def disposition(self, stream: str) -> NDArray[np.float64]:
        return self._simulation.disposition(stream)[self._rows]


def take_turns(simulation: Simulation) -> tuple[Player, Rows] | None:
    """Step 4: everybody who is due moves once, in the order drawn for the run. A player and rows if it is to be asked.

    Runs are independent, so all of them take their next move together: in each run the first option that fires, at
    or after the run's cursor, is carried out, and the run looks again from there. At a meeting and on a last day the
    order starts over until nobody moves, so that what one lays on the table another can take. Runs in which nothing
    fires are finished, so there are as many waves as moves in the busiest run, not as many as players.
    """
    world = simulation.world
    players = [player for player in simulation.plan.players if world.due[:, player.index].any()]
    rows = np.flatnonzero(world.due.any(axis=1))
    ranks = _ranks(simulation, players, rows)
    turns = [EngineTurn(simulation, player, rows, ranks[:, place]) for place, player in enumerate(players)]
    while len(rows):
        wave = _Wave(simulation, rows, len(players) * simulation.plan.longest_turn)
        with wave.view.unchanging():
            for player, turn in zip(players, turns, strict=True):
                wave.look(player, turn)
        asked = wave.carry_out()
        if asked is not None:
            return asked
        rows = rows[wave.moved]
        for turn in turns:
            turn.narrow(wave.moved)
    return None


class _Wave:
    """One move of each of the runs `rows` that has one: the earliest option, at or after its cursor, that fires."""

    def __init__(self, simulation: Simulation, rows: Rows, round_: int) -> None:
        """`round_` is the number of places in the order of moves, after which it starts over."""
        self.view = simulation.view.within(rows)
        self._round = np.int32(round_)
        self._simulation = simulation
        self._rows = rows
        self._cursor = simulation.world.cursor[rows]
        self._options: list[tuple[Player, Option]] = []
        self._first = np.full(len(rows), np.iinfo(np.int32).max, dtype=np.int32)
        self._chosen = np.full(len(rows), -1, dtype=np.int32)
        self._weighed: list[tuple[int, Considered]] = []

    @property
    def moved(self) -> Truths:
        """[row] something fired"""
        return self._chosen >= 0

    def look(self, player: Player, turn: EngineTurn) -> None:
        """Note what the player would do and where that comes before what is known so far."""
        if not np.count_nonzero(turn.runs):
            return
        turn.look(self.view, self._cursor)
        if self._simulation.consider is not None:
            turn.consider = lambda one: self._weighed.append((int(turn.first[one.row]) + one.place, one))
        for option in self._simulation.policy(player)(player, turn):
            if not np.count_nonzero(option.fires):
                continue
            place = self._next(turn.first + np.int32(option.place))
            earlier = option.fires & (place < self._first)
            if np.count_nonzero(earlier):
                self._first[earlier] = place[earlier]
                self._chosen[earlier] = len(self._options)
                self._options.append((player, option))

    def _next(self, place: NDArray[np.int32]) -> NDArray[np.int32]:
        """[row] where a place of the order comes next, at or after the cursor."""
        rounds = -((place - self._cursor) // self._round)
        return place + self._round * np.maximum(rounds, 0)

    def carry_out(self) -> tuple[Player, Rows] | None:
        """Do what was chosen; whoever is to be asked, and has no answer yet, is left for last and returned."""
        self._tell()
        question = None
        for index, (player, option) in enumerate(self._options):
            chosen = np.flatnonzero(self._chosen == index)
            if not len(chosen):
                continue
            rows, acts = self._rows[chosen], option.acts
            if option.asks:
                answer = self._simulation.take_answer(player)
                if answer is None:
                    question = question or (player, rows)
                    continue
                acts = answer.acts
                chosen = chosen[np.isin(rows, answer.rows)]
                rows = self._rows[chosen]
            self._simulation.world.cursor[rows] = self._first[chosen] + 1
            for act in acts:
                carry_out(self._simulation, act, rows, Mover(player.index, option.rule))
            if option.rule >= 0:
                self._simulation.world.acted_on[rows, option.rule] = self.view.today
        return question

    def _tell(self) -> None:
        """Of what was weighed, only that counts which comes before the run's next move, or is it.

        What comes round again is told when it acts.
        """
        for place, one in self._weighed:
            coming = int(self._next(np.full_like(self._cursor, place))[one.row])
            told = coming <= self._first[one.row] and (coming == place or one.acted)
            if told and self._simulation.consider is not None:
                self._simulation.consider(one)
