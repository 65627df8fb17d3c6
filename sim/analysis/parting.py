"""How futures part: at each date ahead the share that stands in each of a few states, and who goes where in between.

A future's state is the latest of a few *turns* that it has taken since as_of: a deal concluded, an agreement lapsed or
left, an instrument that enters into force or is narrowed, a law struck down. Which turns these are is read from the
results: one by one those are taken that tell most about how futures end (the mutual information of state and outcome,
Shannon 1948). So nobody names them, and a turn that says nothing that another has not said is left out.

Of the dates ahead (milestones, last days of agreements, days for which instruments are threatened or enacted, court
decisions) those are kept on which most futures turn. A date is read at the end of its day in the run, and never before
the dates that stand before it, so nothing runs back in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import Plan
from sim.results import store
from sim.results.result import FAN_RUNS, Result
from sim.scenario.scalars import Scalar
from sim.world.log import What

TURNS = 5
"""Most states besides the first, in which none of the turns has been taken."""
TELLING = 0.01
"""Of the entropy of what is to be told: a turn that adds less is not taken."""
RARE = 0.01
"""Of futures: a turn that fewer take, and a date on which fewer turn, are left out."""
GATES = 5
"""Most dates between the first day and the horizon."""
KINDS = (
    What.concluded,
    What.agreement_lapses,
    What.ends,
    What.enters_into_force,
    What.narrows,
    What.struck_down,
)


@dataclass(frozen=True)
class Turn:
    """Something that sets a future apart."""

    what: What
    subject: str
    """section.name; of an instrument that a package holds, the package's"""


@dataclass(frozen=True)
class Gate:
    """A date at which the states are read."""

    subject: str
    """section.name of what falls on it; empty: the first day, and the horizon"""
    days: tuple[int, int]
    """5 % and 95 % points of its day over the futures"""
    shares: NDArray[np.float64]
    """[state] of futures, at the end of the day"""
    flows: NDArray[np.float64]
    """[state at the gate before, state now] of futures; the first gate has none: all zero"""
    turned: NDArray[np.float64]
    """[state] of futures that turn to it on the day itself, not on the days between"""


@dataclass(frozen=True)
class Parting:
    """The dates in the order of their medians, and the states between which futures move."""

    turns: list[Turn]
    """state k + 1: turn k is the latest that has been taken; state 0: none"""
    gates: list[Gate]


def parting(result: Result) -> Parting:
    """States, dates and flows of an ensemble. Takes some tens of bytes a future."""
    turns = telling_turns(result)
    changes = _Changes.read(result, turns)
    gates = _kept(list(_dates(result)), changes, result.runs)
    return Parting(turns, list(_read(result, gates, changes, len(turns) + 1)))


# ── Turns ────────────────────────────────────────────────────────────────────────────────────────────


def telling_turns(result: Result) -> list[Turn]:
    """The turns that tell most about the outcome, the most telling first, found on the first runs."""
    plan, runs = result.plan, min(result.runs, FAN_RUNS)
    table = _events(result, f"run < {FAN_RUNS}")
    turns, kind = _kinds(plan, table)
    latest = np.full((len(turns), runs), -1, dtype=np.int64)
    np.maximum.at(latest, (kind, table["run"]), np.arange(len(kind)))
    often = [k for k in range(len(turns)) if (latest[k] >= 0).mean() >= RARE]
    outcome = result.outcome[:runs]
    whole = entropy(np.bincount(outcome))
    chosen: list[int] = []
    told = 0.0
    while len(chosen) < TURNS and len(often) > len(chosen):
        gains = {k: _told(latest[[*chosen, k]], outcome, whole) for k in often if k not in chosen}
        best = max(gains, key=lambda k: gains[k])
        if gains[best] < told + TELLING:
            break
        chosen.append(best)
        told = gains[best]
    return [turns[k] for k in chosen]


def _told(latest: NDArray[np.int64], outcome: NDArray[np.int16], whole: float) -> float:
    """Share of the outcomes' entropy that the states account for; where all end alike, the states' own, in bits."""
    state = np.where(latest.max(axis=0) < 0, 0, latest.argmax(axis=0) + 1)
    own = entropy(np.bincount(state))
    if whole == 0:
        return own
    kinds = int(outcome.max()) + 1
    together = entropy(np.bincount(state * kinds + outcome))
    return (own + whole - together) / whole


def entropy(counts: NDArray[np.integer]) -> float:
    """Of a distribution given by counts, in bits."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _events(result: Result, where: str = "TRUE") -> store.Columns:
    """What may be a turn, by run, then in the order of happening."""
    kinds = ", ".join(str(int(kind)) for kind in KINDS)
    condition = f"{where} AND what IN ({kinds}) AND day >= {result.plan.as_of}"
    return store.read(result.folder, "events", "run, day, what, subject", condition, "run")


def _kinds(plan: Plan, table: store.Columns) -> tuple[list[Turn], NDArray[np.int64]]:
    """The turns that occur, and [event] which of them it is."""
    width = len(plan.subjects)
    codes, kind = np.unique(table["what"].astype(np.int64) * width + table["subject"], return_inverse=True)
    named = [Turn(What(code // width), of_package(plan, plan.subjects[code % width])) for code in codes.tolist()]
    turns = list(dict.fromkeys(named))
    return turns, np.array([turns.index(turn) for turn in named], dtype=np.int64)[kind]


def of_package(plan: Plan, subject: str) -> str:
    """The package that holds an instrument, if one does; else the subject itself."""
    section, _, name = subject.partition(".")
    if section == "instruments":
        for package, part in plan.scenario.packages.items():
            if name in part.instruments:
                return f"packages.{package}"
    return subject


@dataclass(frozen=True)
class _Changes:
    """Every change of state in every run, by run, then in order."""

    run: NDArray[np.int64]
    day: NDArray[np.int32]
    state: NDArray[np.int64]
    """the one that is turned to"""

    @classmethod
    def read(cls, result: Result, turns: list[Turn]) -> _Changes:
        table = _events(result)
        found, kind = _kinds(result.plan, table)
        state_of = np.array([turns.index(turn) + 1 if turn in turns else 0 for turn in found], dtype=np.int64)
        state = state_of[kind] if len(kind) else np.zeros(0, dtype=np.int64)
        keep = state > 0
        run, day, state = table["run"][keep], table["day"][keep], state[keep]
        # Of a day's turns the last one counts; a turn that is taken again changes nothing.
        last = np.r_[(run[1:] != run[:-1]) | (day[1:] != day[:-1]), True][: len(run)]
        run, day, state = run[last], day[last], state[last]
        new = np.r_[True, (run[1:] != run[:-1]) | (state[1:] != state[:-1])][: len(run)]
        return cls(run[new], day[new], state[new])

    def by(self, days: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
        """[run] state at the end of a day of its own."""
        span = horizon + 1
        place = np.searchsorted(self.run * span + self.day, np.arange(len(days)) * span + days, side="right") - 1
        there = np.maximum(place, 0)
        if not len(self.run):
            return np.zeros(len(days), dtype=np.int64)
        return np.where((place >= 0) & (self.run[there] == np.arange(len(days))), self.state[there], 0)


# ── Dates ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Date:
    """Something dated: its day in each run, and the days around it on which a turn is put down to it."""

    subject: str
    day: NDArray[np.int64]
    """[run] on which the state is read"""
    before: int
    """so many days before that count as well"""


def _dates(result: Result) -> Iterator[_Date]:
    """What lies ahead, by section in the order of the file."""
    scenario = result.scenario
    for name in scenario.milestones:
        yield from _ahead(result, f"milestones.{name}", result.column(f"{name}.date"))
    for name, agreement in scenario.agreements.items():
        last = scalar_days(result, f"agreements.{name}.expires", agreement.expires)
        # What comes of a last day shows the day after.
        yield from _ahead(result, f"agreements.{name}", last + 1, before=1)
    seen: set[tuple[str, bytes]] = set()
    for name, part in scenario.instruments.items():
        if part.effective is not None:
            subject = of_package(result.plan, f"instruments.{name}")
            day = scalar_days(result, f"instruments.{name}.effective", part.effective)
            if (subject, day.tobytes()) not in seen:
                seen.add((subject, day.tobytes()))
                yield from _ahead(result, subject, day)
    for name, basis in scenario.legal_bases.items():
        if basis.challenge is not None:
            yield from _ahead(result, f"legal_bases.{name}", result.column(f"{name}.decided_on"))


def _ahead(result: Result, subject: str, day: NDArray[np.integer], before: int = 0) -> Iterator[_Date]:
    """The date, if it lies between the first day and the horizon in most futures."""
    if ((day >= result.plan.as_of) & (day <= result.plan.horizon)).mean() > 0.5:
        yield _Date(subject, day.astype(np.int64), before)


def scalar_days(result: Result, path: str, scalar: Scalar) -> NDArray[np.int64]:
    """[run] a date of the file: as written, or as drawn."""
    if scalar.fixed:
        return np.full(result.runs, int(scalar.value), dtype=np.int64)
    return np.asarray(result.column(f"assumption.{path}"), dtype=np.int64)


@dataclass(frozen=True)
class _Kept:
    date: _Date
    turned: NDArray[np.bool_]
    """[change] put down to this date"""


def _kept(dates: list[_Date], changes: _Changes, runs: int) -> list[_Kept]:
    """The dates on which most futures turn, in the order of their medians. Each turn is put down to one of them."""
    left = np.ones(len(changes.run), dtype=np.bool_)
    kept: list[_Kept] = []
    ahead = list(dates)
    while ahead and len(kept) < GATES:
        near = [_near(date, changes) & left for date in ahead]
        best = int(np.argmax([found.sum() for found in near]))
        if near[best].sum() < max(RARE * runs, 1):
            break
        kept.append(_Kept(ahead.pop(best), near[best]))
        left &= ~near[best]
    return sorted(kept, key=lambda one: float(np.median(one.date.day)))


def _near(date: _Date, changes: _Changes) -> NDArray[np.bool_]:
    """[change] falls on the date of its run."""
    day = date.day[changes.run]
    return (changes.day <= day) & (changes.day >= day - date.before)


def _read(result: Result, kept: list[_Kept], changes: _Changes, states: int) -> Iterator[Gate]:
    """The gates from the first day to the horizon."""
    runs, plan = result.runs, result.plan
    before = np.zeros(runs, dtype=np.int64)
    nobody, nothing = np.zeros(states), np.zeros((states, states))
    shares = nobody.copy()
    shares[0] = 1.0
    yield Gate("", (plan.as_of, plan.as_of), shares, nothing, nobody)
    reached = np.full(runs, plan.as_of, dtype=np.int64)
    for one in kept:
        reached = np.maximum(reached, np.minimum(one.date.day, plan.horizon))
        now = changes.by(reached, plan.horizon)
        fallen = np.minimum(one.date.day, plan.horizon) - one.date.before
        ends = np.quantile(fallen, [0.05, 0.95], method="nearest").astype(int)
        turned = np.bincount(changes.state[one.turned], minlength=states) / runs
        yield _gate(one.date.subject, (int(ends[0]), int(ends[1])), before, now, turned)
        before = now
    now = changes.by(np.full(runs, plan.horizon, dtype=np.int64), plan.horizon)
    yield _gate("", (plan.horizon, plan.horizon), before, now, nobody)


def _gate(
    subject: str,
    days: tuple[int, int],
    before: NDArray[np.int64],
    now: NDArray[np.int64],
    turned: NDArray[np.float64],
) -> Gate:
    states = len(turned)
    flows = np.bincount(before * states + now, minlength=states * states).reshape(states, states) / len(now)
    return Gate(subject, days, flows.sum(axis=0), flows, turned)
