"""Threats and retreats: what is announced with a date ahead, and what becomes of it.

An instrument is *announced* when it is threatened, or enacted for a day that leaves time for an answer. What becomes
of it by the horizon, in each future:

- carried out: it enters into force after the announcement, however long it then stays;
- withdrawn: taken back before that;
- lapsed: the date of the threat passes without an act, or the law under the act falls;
- put off: neither, so that on the last day it still stands: delayed, suspended, or its date lies ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.results import store
from sim.results.result import Result
from sim.scenario.model import Instrument
from sim.scenario.scalars import Scalar
from sim.world.log import What

NOTICE = 2
"""Days. An act for tomorrow is no threat: reactions come tomorrow at the earliest, so nobody can retreat in between."""


class Fate(IntEnum):
    """What becomes of what was announced."""

    carried_out = 0
    withdrawn = 1
    put_off = 2
    lapsed = 3


@dataclass(frozen=True)
class Stretch:
    """Days on which an instrument stands announced, or is in force."""

    first: int
    last: int
    in_force: bool


@dataclass(frozen=True)
class Life:
    """An instrument in one future."""

    stretches: tuple[Stretch, ...]
    marks: tuple[tuple[int, Fate], ...]
    """day → retreat: withdrawn, put off, lapsed"""


@dataclass(frozen=True)
class Threat:
    """An instrument that is announced in some future."""

    name: str
    ahead: bool
    """announced in the file, for a day that is still to come on the first day"""
    shares: NDArray[np.float64]
    """[fate] of all futures; they add up to `announced`"""
    life: Life
    """in the run that is drawn"""
    announced: float
    """share of futures in which it is announced at all"""


_TOLD = (
    What.threatens,
    What.enacts,
    What.withdraws,
    What.delays,
    What.enters_into_force,
    What.stops_being_in_force,
    What.threat_lapses,
)
"""Events that the life of a threat is made of."""


def first_day(result: Result) -> int:
    """The day from which threats are followed: as_of, or the start of a record."""
    return result.plan.start if result.scenario.is_record else result.plan.as_of


def threats(result: Result, run: int) -> list[Threat]:
    """Every instrument that is announced in some future, in the order of the file, with its life in `run`."""
    plan = result.plan
    names = plan.names("instruments")
    if not names:
        return []
    first = first_day(result)
    told = {
        name: _Written.of(result, part, f"instruments.{name}") for name, part in result.scenario.instruments.items()
    }
    counts = np.zeros((len(names), len(Fate)), dtype=np.int64)
    for folder in store.blocks(result.folder):
        events = _Events.read(plan, folder, first)
        ahead = np.column_stack([told[name].ahead(events.runs, first) for name in names])
        counts += _fates(plan, events, ahead)
    drawn = _Events.of_run(result, run, first)
    found = []
    for name in result.scenario.instruments:
        column = plan.column("instruments", name)
        if counts[column].any():
            written = told[name]
            one = np.array([run])
            life = _life(drawn, column, written, bool(written.ahead(one, first)[0]), plan)
            shares = counts[column] / result.runs
            everywhere = bool(written.ahead(np.arange(result.runs), first).any())
            found.append(Threat(name, everywhere, shares, life, float(shares.sum())))
    return found


# ── What the file says ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Written:
    """Dates of the file, each one day or [run]."""

    threatened: NDArray[np.int64] | int
    enacted: NDArray[np.int64] | int
    effective: NDArray[np.int64] | int
    ends: NDArray[np.int64] | int
    longest_life: NDArray[np.int64] | int
    """days from its entry into force, by its law"""

    @classmethod
    def of(cls, result: Result, part: Instrument, path: str) -> _Written:
        def days(key: str, scalar: Scalar | None) -> NDArray[np.int64] | int:
            if scalar is None:
                return MISSING
            if scalar.fixed:
                return int(scalar.value)
            return np.asarray(result.column(f"assumption.{key}"), dtype=np.int64)

        threatened, enacted, effective, ends = (
            days(f"{path}.{key}", getattr(part, key)) for key in ("threatened", "enacted", "effective", "ends")
        )
        law = None if part.legal_basis is None else result.scenario.legal_bases[part.legal_basis].longest_life
        longest = days(f"legal_bases.{part.legal_basis}.longest_life", law)
        return cls(threatened, enacted, effective, ends, longest)

    def announced(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """[run] day of the threat or, if there is none, of the act."""
        return np.minimum(_at(self.threatened, runs), _at(self.enacted, runs))

    def ahead(self, runs: NDArray[np.int64], first: int) -> NDArray[np.bool_]:
        """[run] announced for a day with time to answer, and not in force before the first day."""
        said, due = self.announced(runs), _at(self.effective, runs)
        return (said < MISSING) & (due < MISSING) & (due >= said + NOTICE) & (due >= first)


def _at(days: NDArray[np.int64] | int, runs: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.full(len(runs), days, dtype=np.int64) if isinstance(days, int) else days[runs]


# ── What became of it ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Events:
    """The lives of instruments in some runs, by run and instrument, then in the order of happening."""

    runs: NDArray[np.int64]
    """[row] run numbers"""
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    what: NDArray[np.int64]
    day: NDArray[np.int64]
    fell: NDArray[np.int64]
    """[row, legal basis] day on which the court strikes it down"""

    @classmethod
    def read(cls, plan: Plan, folder: Path, first: int) -> _Events:
        table = store.connect().execute(_RUNS, [str(folder / "runs.parquet")]).fetchnumpy()
        events = store.connect().execute(_EVENTS, [str(folder / "events.parquet"), first]).fetchnumpy()
        return cls._made(plan, np.sort(np.asarray(table["run"], dtype=np.int64)), events)

    @classmethod
    def of_run(cls, result: Result, run: int, first: int) -> _Events:
        where = f"run = {run} AND day >= {first} AND what IN ({_KINDS})"
        events = store.read(result.folder, "events", "run, subject, what, day", where, "run")
        return cls._made(result.plan, np.array([run]), events)

    @classmethod
    def _made(cls, plan: Plan, runs: NDArray[np.int64], events: store.Columns) -> _Events:
        row = np.searchsorted(runs, events["run"])
        subject = np.asarray(events["subject"], dtype=np.int64)
        what, day = (np.asarray(events[key], dtype=np.int64) for key in ("what", "day"))
        bases = len(plan.columns["legal_bases"])
        fell = np.full((len(runs), bases), MISSING, dtype=np.int64)
        struck = what == What.struck_down
        fell[row[struck], subject[struck] - plan.subject("legal_bases", 0)] = day[struck]
        column = subject - plan.subject("instruments", 0)
        own = ~struck & (column >= 0) & (column < len(plan.instruments))
        order = np.flatnonzero(own)
        order = order[np.lexsort((order, column[order], row[order]))]
        return cls(runs, row[order], column[order], what[order], day[order], fell)


_KINDS = ", ".join(str(int(kind)) for kind in (*_TOLD, What.struck_down))
_RUNS = "SELECT run FROM read_parquet(?)"
_EVENTS = f"SELECT run, subject, what, day FROM read_parquet(?) WHERE day >= ? AND what IN ({_KINDS}) ORDER BY run"


def _fates(plan: Plan, events: _Events, ahead: NDArray[np.bool_]) -> NDArray[np.int64]:
    """[instrument, fate] futures. `ahead` is [row, instrument]: announced in the file."""
    row, column, what, places = events.row, events.column, events.what, np.arange(len(events.row))

    def latest(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """[row, instrument] place of the last of the chosen events, -1 where there is none."""
        found = np.full(ahead.shape, -1, dtype=np.int64)
        np.maximum.at(found, (row[chosen], column[chosen]), places[chosen])
        return found

    said = _announces(events)
    begun = np.where(ahead, -1, len(row))
    np.minimum.at(begun, (row[said], column[said]), places[said])
    since = places > begun[row, column]
    standing = latest(said)
    withdrawn = latest(since & (what == What.withdraws))
    lapsed = latest(since & (what == What.threat_lapses))
    fate = np.where(ahead | (standing >= 0), int(Fate.put_off), -1)
    fate[withdrawn > np.maximum(standing, lapsed)] = Fate.withdrawn
    fate[lapsed > np.maximum(standing, withdrawn)] = Fate.lapsed
    for place, rests in enumerate(plan.standings):
        if rests.basis is not None:
            fallen = (events.fell[:, rests.basis] < MISSING) & (fate[:, place] == Fate.put_off)
            fate[fallen, place] = Fate.lapsed
    fate[latest(since & (what == What.enters_into_force)) >= 0] = Fate.carried_out
    return np.stack([(fate == one).sum(axis=0) for one in Fate], axis=1)


def _announces(events: _Events) -> NDArray[np.bool_]:
    """[event] is a threat, or an act that does not bite at once."""
    soon = np.zeros(len(events.row), dtype=np.bool_)
    same = (events.row[1:] == events.row[:-1]) & (events.column[1:] == events.column[:-1])
    bites = (events.what[1:] == What.enters_into_force) & (events.day[1:] < events.day[:-1] + NOTICE)
    soon[:-1] = same & bites
    return (events.what == What.threatens) | ((events.what == What.enacts) & ~soon)


# ── The run that is drawn ────────────────────────────────────────────────────────────────────────────


def _life(events: _Events, column: int, written: _Written, ahead: bool, plan: Plan) -> Life:
    """Stretches and retreats of an instrument; a stretch that is not over reaches to the horizon."""
    run = events.runs
    mine = events.column == column
    basis = plan.standings[column].basis
    fell = MISSING if basis is None else int(events.fell[0, basis])
    ends, longest = int(_at(written.ends, run)[0]), int(_at(written.longest_life, run)[0])
    entered = MISSING
    stretches: list[Stretch] = []
    marks: list[tuple[int, Fate]] = []
    since: int | None = int(written.announced(run)[0]) if ahead else None
    in_force = taken_back = False

    def close(day: int) -> None:
        nonlocal since
        if since is not None and day > since:
            stretches.append(Stretch(since, day, in_force))
        since = None

    for what, day in zip(events.what[mine].tolist(), events.day[mine].tolist(), strict=True):
        if what in (What.threatens, What.enacts):
            if taken_back and marks[-1] == (day, Fate.withdrawn):  # this is how a threat is put off
                marks[-1] = (day, Fate.put_off)
            taken_back = False
            since = day if since is None else since
        elif what == What.enters_into_force:
            close(day)
            since, in_force = day, True
            entered = min(entered, day)
        elif what == What.stops_being_in_force:
            close(day)
            in_force = False
            over = taken_back or day > ends or day >= entered + longest or day >= fell
            since = None if over else day
            if not over and (not marks or marks[-1] != (day, Fate.put_off)):
                marks.append((day, Fate.put_off))
            if day >= fell and not taken_back:
                marks.append((day, Fate.lapsed))
        elif what == What.withdraws:
            taken_back = True
            marks.append((day, Fate.withdrawn))
            if not in_force:
                close(day)
        elif what == What.delays and since is not None:
            marks.append((day, Fate.put_off))
        elif what == What.threat_lapses:
            marks.append((day, Fate.lapsed))
            close(day)
    close(plan.horizon + 1)
    return Life(tuple(stretches), tuple(marks))
