"""One block of futures: the clock, the order of a day, and what can be done with them (advance, fork, save)."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine import chance, trackers, turns
from sim.engine.acts import Mover
from sim.engine.calendar import Calendar
from sim.engine.day import open_day, record_in_force
from sim.engine.economy import EconomyRecord
from sim.engine.levers import levers_of
from sim.engine.opening import Opening
from sim.engine.plan import Plan
from sim.engine.rates import RateRecord, Rates
from sim.engine.settled import Settled
from sim.engine.supply import SupplyRecord
from sim.engine.supply_levers import supply_levers_of
from sim.engine.tariffs import TariffSeries
from sim.engine.view import View, value_of
from sim.instruments import lives
from sim.negotiation.asking import asking
from sim.negotiation.doctrine import doctrine
from sim.negotiation.policy import Answer, Considered, Player, Policy, Rows, Value
from sim.negotiation.script import script
from sim.sampling.uniforms import Uniforms
from sim.scenario.names import SUPPLY
from sim.scenario.scalars import Scalar
from sim.world.log import Entries, Log
from sim.world.world import World


class Question(NamedTuple):
    """An actor that is asked. Answer it with `Simulation.answer`, then `advance` again."""

    actor: str
    day: int
    runs: NDArray[np.int64]
    """run numbers whose clock stands before this turn"""


class Simulation:
    """Runs of a plan, advanced together. Run k is the same whatever other runs share the block.

    Parameters
    ----------
    plan : Plan
    runs : int64 [run]
        Run numbers.
    seed : int
    chances : int
        Futures of chance for each draw of the assumptions: run k has assumption row k // chances and chance row k.
    quantiles : mapping of path to float64 [run], optional
        An external design in (0, 1) that takes the place of the uniforms of those assumptions.
    asked : sequence of str
        Actors whose moves come from outside, through questions.
    consider : callable, optional
        Takes every rule that is weighed, for the story of a run.
    """

    def __init__(
        self,
        plan: Plan,
        runs: Sequence[int] | NDArray[np.int64],
        seed: int,
        chances: int = 1,
        quantiles: Mapping[str, NDArray[np.float64]] | None = None,
        asked: Sequence[str] = (),
        consider: Callable[[Considered], None] | None = None,
    ) -> None:
        run = np.asarray(runs, dtype=np.int64)
        uniforms = Uniforms(seed, run)
        assumptions = chance.draw(plan, seed, run, chances, quantiles)
        world = Opening(plan, run, assumptions, uniforms).fill()
        self._set(plan, world, Log(), assumptions, uniforms, uniforms, asked, consider)
        trackers.start(world, plan.timed, plan.as_of)

    def _set(
        self,
        plan: Plan,
        world: World,
        log: Log,
        assumptions: dict[str, NDArray[np.float64]],
        uniforms: Uniforms,
        dispositions: Uniforms,
        asked: Sequence[str],
        consider: Callable[[Considered], None] | None,
    ) -> None:
        self.plan = plan
        self.world = world
        self.log = log
        self.assumptions = assumptions
        self.uniforms = uniforms
        self.dispositions = dispositions
        self._disposed: dict[str, NDArray[np.float64]] = {}
        self.consider = consider
        self._asked = tuple(asked)
        self._answers: dict[str, Answer] = {}
        self._listening = plan.listening
        self.settled = Settled(plan, len(world))
        recorded, others = _tariffs(plan)
        self.series = RateRecord(world, recorded, others, lambda: self.dirty)
        levers = levers_of(plan)
        self.economy = None if levers is None else EconomyRecord(self, levers)
        supplied = supply_levers_of(plan)
        self.supply = None if supplied is None else SupplyRecord(self, supplied)
        self.view = View(plan, world, assumptions, self.series.recorded, self.series.other, self._measure)
        # In the middle of a day it is not known what its moves have touched so far: look at everything.
        self.dirty: set[int] = set() if world.done else set(range(len(plan.instruments)))
        self.calendar = self._fresh_calendar()
        self.stirred: Rows = np.arange(len(world))
        """rows in which something is pending today; nothing happens in the others"""

    def _fresh_calendar(self) -> Calendar:
        fixed = [self.plan.start, self.plan.as_of, self.plan.horizon]
        if self.economy is not None:
            fixed += self.economy.days()
        if self.supply is not None:
            fixed += self.supply.days()
        fixed += [timed.day for timed in self.plan.timed.values() if timed.day is not None]
        for player in self.plan.players:
            for move in player.script:
                fixed += np.unique(np.asarray(move.on.of(self.view))).astype(int).tolist()
        return Calendar(self.plan, self.world, fixed, self._deadline, self._stands_until)

    # ── The clock ────────────────────────────────────────────────────────────────────────────────────

    def advance(self, until: int | None = None) -> Question | None:
        """Play on to the end of `until` (default: the horizon), or to the next question.

        Stops before a turn whose actor is asked, with nothing of the turn done; answer and call it again.
        """
        until = self.plan.horizon if until is None else min(until, self.plan.horizon)
        environment = simpy.Environment(initial_time=self.world.today)
        clock = environment.process(self._clock(environment, until))
        return environment.run(until=clock)

    def _clock(self, environment: simpy.Environment, until: int) -> Generator[simpy.Event, None, Question | None]:
        """Sleep to the next pending day; whoever is due in whichever run acts then."""
        if not self.world.done:
            question = self._day()
            if question is not None:
                return question
        while (day := self.calendar.next_day(self.world.today)) <= until:
            yield environment.timeout(day - environment.now)
            self._open(day)
            question = self._day()
            if question is not None:
                return question
        return None

    def _open(self, day: int) -> None:
        """Steps 1–3 of a day: derived states change, exogenous events, meetings; then who is due is noted."""
        self.world.today, self.world.done = day, False
        self.world.cursor[:] = 0
        self.stirred = self.calendar.stirred(day, self.settled)
        open_day(self)
        if self.supply is not None:
            self.supply.open()
        if self.economy is not None:
            self.economy.open()
        turns.mark_due(self)

    def _day(self) -> Question | None:
        """Steps 4–6: turns in the order drawn for each run, then the record. Resumes where a question stopped it."""
        asked = turns.take_turns(self)
        if asked is not None:
            player, rows = asked
            return Question(player.name, self.world.today, self.world.run[rows])
        record_in_force(self)
        self.series.record()
        if self.supply is not None:
            self.supply.record()
        if self.economy is not None:
            self.economy.record()
        trackers.gather(self.view.within(self.stirred), self.stirred, self.world)
        self.world.done = True
        return None

    def policy(self, player: Player) -> Policy:
        """How the player decides."""
        if player.name in self._asked:
            return asking
        return script if player.script else doctrine

    def listens(self, player: Player, at: str) -> bool:
        """Whether the player may move at a decision point of this kind."""
        return player.name in self._asked or (player.index, at) in self._listening

    def decides(self, player: Player) -> bool:
        """Whether the player has anything to decide by."""
        return bool(player.rules) or player.name in self._asked

    def disposition(self, stream: str) -> NDArray[np.float64]:
        """[run] the one draw of a rule that decides for the whole future."""
        if stream not in self._disposed:
            self._disposed[stream] = self.dispositions.draw(stream)
        return self._disposed[stream]

    def answer(self, actor: str, answer: Answer) -> None:
        """The answer to the question that stopped the clock: for at least one row in which the actor is due.

        Raises ValueError for an answer to what was not asked, which would leave the clock where it is.
        """
        due = self.world.due[:, self.plan.column("deciders", actor)] != 0
        if actor not in self._asked or not due[answer.rows].any():
            raise ValueError(f"{actor} is not asked in any of the rows {answer.rows.tolist()}")
        self._answers[actor] = answer

    def take_answer(self, player: Player) -> Answer | None:
        """The answer that waits for this player's turn, once."""
        return self._answers.pop(player.name, None)

    # ── What acts ask of the simulation ──────────────────────────────────────────────────────────────

    def touched(self, array: str, column: int, rows: Rows) -> None:
        """A move has set this column in `rows`: calendar, derived states and tariff series must look again."""
        self.calendar.touch(array, column)
        changed: set[int] = set()
        if array in ("effective", "ends", "held_until"):
            changed = {column}
        elif array in ("since", "expires"):
            changed = {i for i, standing in enumerate(self.plan.standings) if column in standing.suspended_by}
        self.dirty |= changed
        if any(self.plan.instruments[i].kind == "tariff" for i in changed):
            self.series.stale[rows] = True
        if self.economy is not None and not self.economy.levers.felt.isdisjoint(changed):
            self.economy.stale[rows] = True

    def _measure(self, measure: str, actor: str, partner: str | None) -> NDArray[np.float64]:
        """[run] a measure of the economy, or of supply: `actor` may be a material there, and `partner` a sector."""
        if measure in SUPPLY:
            assert self.supply is not None
            return self.supply.measure(measure, actor, partner)
        assert self.economy is not None
        regions_of = self.economy.levers.regions_of
        return self.economy.measure(measure, regions_of(actor), [] if partner is None else regions_of(partner))

    def observed(self, section: str, column: int, rows: Rows, mover: Mover) -> None:
        """Those who see the move will answer it after their reaction time, tomorrow at the earliest."""
        world, today = self.world, self.world.today
        self.settled.stir(section, column, rows)
        if mover.who >= 0:
            world.last_move[rows, mover.who] = today
            self.settled.stir("deciders", mover.who, rows)
        for index in self._audience(section, column) - mover.audience_without:
            player = self.plan.players[index]
            if not self.listens(player, "reaction"):
                continue
            reaction = self.duration(player, "reaction", rows)
            due = today + np.maximum(1, np.rint(reaction)).astype(np.int32)
            world.reaction_due[rows, index] = np.minimum(world.reaction_due[rows, index], due)
            self.calendar.touch("reaction_due", index)

    def _audience(self, section: str, column: int) -> frozenset[int]:
        if section == "instruments":
            return self.plan.audience[column]
        return self.plan.parties[section][column]

    def duration(self, player: Player, key: str, rows: Rows | None = None) -> Value:
        """Reaction or review time of a player, days."""
        section = "actors" if player.name in self.plan.scenario.actors else "coalitions"
        part = getattr(self.plan.scenario, section)[player.name]
        return self.value(getattr(part, key), f"{section}.{player.name}.{key}", rows)

    def lag(self, instrument: int, rows: Rows | None = None) -> Value:
        """Days from decision to effect that its legal basis asks for."""
        basis = self.plan.instruments[instrument].legal_basis
        if basis is None:
            return 0
        return self.value(self.plan.scenario.legal_bases[basis].lag, f"legal_bases.{basis}.lag", rows)

    def whole_lag(self, instrument: int) -> NDArray[np.int32]:
        """The lag as whole days."""
        return np.rint(self.lag(instrument)).astype(np.int32)

    def longest_life(self, instrument: int, rows: Rows) -> Value | None:
        """Days after which its legal basis ends it, if it does."""
        basis = self.plan.instruments[instrument].legal_basis
        life = None if basis is None else self.plan.scenario.legal_bases[basis].longest_life
        return None if life is None else self.value(life, f"legal_bases.{basis}.longest_life", rows)

    def stated(self) -> dict[str, NDArray[np.float64]]:
        """Uncertain values of the file, [run] by path in alphabetical order.

        Whether a project is built is drawn as they are, but the file states its chance.
        """
        return {path: values for path, values in sorted(self.assumptions.items()) if path in self.plan.scalars}

    def value(self, scalar: Scalar, path: str, rows: Rows | None = None) -> Value:
        """A scalar of the file in every run, or in the given rows, or one number for all."""
        value = value_of(scalar, path, self.assumptions)
        return value[rows] if rows is not None and isinstance(value, np.ndarray) else value

    def _deadline(self, instrument: int) -> NDArray[np.int32]:
        """[run] last day to act on a standing threat, or the day it lapses when that comes first."""
        return lives.last_day_to_act(self.world, instrument, self.whole_lag(instrument))

    def _stands_until(self, cell: int) -> NDArray[np.int32]:
        """[run] first day on which the consent no longer stands."""
        deal = cell // len(self.plan.players)
        name = self.plan.names("deals")[deal]
        stands = self.value(self.plan.scenario.deals[name].offer_stands, f"deals.{name}.offer_stands")
        consent = self.world.consent[:, cell]
        return np.where(consent == MISSING, MISSING, consent + np.asarray(stands, dtype=np.int32)).astype(np.int32)

    # ── Records, copies, disk ────────────────────────────────────────────────────────────────────────

    def rates(self) -> Rates:
        """Tariff series wherever they changed, by row, then day, then series."""
        return self.series.rates()

    def fork(self, children: int, rows: Sequence[int] | None = None) -> Simulation:
        """`children` futures of each given row from today on; child 0 is the parent's own future.

        Assumptions stay. Chance is redrawn for what has not happened: later dates, meetings and rulings come
        from their distributions given that they lie ahead; dispositions stay.
        """
        chosen = np.arange(len(self.world)) if rows is None else np.asarray(rows, dtype=np.int64)
        index = np.repeat(chosen, children)
        twin: Simulation = object.__new__(Simulation)
        uniforms = self.uniforms.fork(chosen, children, self.world.today)
        assumptions = {path: values[index] for path, values in self.assumptions.items()}
        world = self.world.take(index)
        args = (self.dispositions.take(index), self._asked, self.consider)
        twin._set(self.plan, world, self.log.take(index), assumptions, uniforms, *args)
        twin.series.resume(self.series.take(index))
        if self.economy is not None and twin.economy is not None:
            twin.economy.resume(self.economy.take(index))
        if self.supply is not None and twin.supply is not None:
            twin.supply.resume(self.supply.take(index))
        chance.redraw(twin, np.arange(len(index)) % children > 0)
        return twin

    def save(self, path: Path) -> None:
        """Write everything that `restore` needs, as one .npz file."""
        arrays = {f"world.{name}": array for name, array in self.world.arrays().items()}
        arrays |= {f"log.{name}": array for name, array in self.log.entries()._asdict().items()}
        arrays |= {f"series.{name}": array for name, array in self.series.arrays().items()}
        if self.economy is not None:
            arrays |= {f"economy.{name}": array for name, array in self.economy.arrays().items()}
        if self.supply is not None:
            arrays |= {f"supply.{name}": array for name, array in self.supply.arrays().items()}
        arrays |= {f"assumption.{name}": array for name, array in self.assumptions.items()}
        marks = self.world.marks() | {"asked": list(self._asked)}
        state = json.dumps(
            {"marks": marks, "uniforms": self.uniforms.lineage(), "dispositions": self.dispositions.lineage()}
        )
        with path.open("wb") as file:
            np.savez(file, state=np.array(state), **arrays)  # type: ignore[arg-type]

    @classmethod
    def restore(cls, plan: Plan, path: Path) -> Self:
        """Take up a saved simulation of the same plan where it stood."""
        with np.load(path) as stored:
            parts: dict[str, dict[str, NDArray]] = {  # type: ignore[type-arg]
                group: {} for group in ("world", "log", "series", "economy", "supply", "assumption")
            }
            for key in stored.files:
                kind, _, name = key.partition(".")
                if name:
                    parts[kind][name] = stored[key]
            state = json.loads(str(stored["state"]))
        marks = state["marks"]
        asked = marks.pop("asked")
        arrays: dict[str, Any] = {name: np.asfortranarray(array) for name, array in parts["world"].items()}
        world = World(**arrays, **marks)
        simulation: Self = object.__new__(cls)
        lineages = (Uniforms.from_lineage(state["uniforms"]), Uniforms.from_lineage(state["dispositions"]))
        simulation._set(plan, world, Log(Entries(**parts["log"])), parts["assumption"], *lineages, asked, None)
        simulation.series.resume(parts["series"])
        if simulation.economy is not None:
            simulation.economy.resume(parts["economy"])
        if simulation.supply is not None:
            simulation.supply.resume(parts["supply"])
        return simulation


@lru_cache(maxsize=4)
def _tariffs(plan: Plan) -> tuple[TariffSeries, TariffSeries]:
    """The tariff arithmetic of a plan, compiled once: for what is recorded, and for what rules read besides."""
    return TariffSeries(plan, plan.recorded_series), TariffSeries(plan, plan.unrecorded_series)
