"""What a replayed past comes to: tariffs imposed and changed, threats and what became of them, what stands at its end.

One run tells it. Where starting states are assumptions the runs differ in them; the first one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.branches import replayed
from sim.analysis.story import sentence
from sim.days import MISSING
from sim.engine.plan import SUBJECTS
from sim.instruments import lives
from sim.results.result import Result, Steps
from sim.scenario.scalars import Scalar
from sim.world.log import What


@dataclass(frozen=True)
class Threat:
    """An instrument threatened, and what became of it."""

    instrument: str
    day: int
    end: str = "standing"
    """standing, carried out, withdrawn or lapsed"""
    put_off: int = 0
    """times its date was moved"""


@dataclass(frozen=True)
class Act:
    """A tariff enters into force, or one in force changes its rate."""

    instrument: str
    day: int
    what: What


@dataclass(frozen=True)
class Standing:
    """What an instrument is on the last day."""

    instrument: str
    state: str
    """in force, suspended, enacted (its date still to come), threatened, ended or possible"""
    rate: float
    """percentage points; 0 for what is no tariff"""
    share: float
    since: int | None
    """first day of its present time in force; None where it has been in force from the start or is not"""


@dataclass(frozen=True)
class Stack:
    """A tariff series over the past."""

    now: float
    peak: float
    first: int
    """first day of the peak"""
    last: int
    """last day of the first stretch at the peak"""


class Record:
    """A finished replay, told from its first run."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.plan = result.plan
        self._simulation = replayed(result, 0, self.plan.horizon)

    @cached_property
    def events(self) -> dict[str, list[tuple[int, What]]]:
        """Instrument → (day, what) of what happened to it, in order; on a day facts of the file come first."""
        entries = self._simulation.log.entries()
        found = {name: list(self._facts(name)) for name in self.plan.names("instruments")}
        for day, what, subject in zip(
            entries.day.tolist(), entries.what.tolist(), entries.subject.tolist(), strict=True
        ):
            section, _, name = self.plan.subjects[subject].partition(".")
            if section == SUBJECTS[0]:
                found[name].append((day, What(what)))
        return {name: sorted(events, key=lambda event: event[0]) for name, events in found.items()}

    def _facts(self, name: str) -> Iterator[tuple[int, What]]:
        """Threat and legal act of the file, if they fall into the time replayed."""
        part = self.plan.scenario.instruments[name]
        for scalar, what in ((part.threatened, What.threatens), (part.enacted, What.enacts)):
            day = self._date(scalar, f"instruments.{name}.{'enacted' if what is What.enacts else 'threatened'}")
            if day is not None and day >= self.plan.start:
                yield day, what

    def _date(self, scalar: Scalar | None, path: str) -> int | None:
        if scalar is None:
            return None
        return int(scalar.value) if scalar.fixed else int(self._simulation.assumptions[path][0])

    def told(self) -> list[tuple[int, str]]:
        """(day, words) of everything that happened, in order."""
        entries = self._simulation.log.entries()
        columns = (entries.day, entries.what, entries.who, entries.subject, entries.value)
        return [
            (day, sentence(self.plan, What(what), who, subject, value))
            for day, what, who, subject, value in zip(*(column.tolist() for column in columns), strict=True)
        ]

    @cached_property
    def tariff_acts(self) -> list[Act]:
        """Entries of tariffs into force, and changes of the rate of one that is in force, by day."""
        found = []
        for name, events in self.events.items():
            if self.plan.scenario.instruments[name].kind != "tariff":
                continue
            in_force = self.result.plan_start_in_force[name]
            for day, what in events:
                if what is What.enters_into_force or (what is What.sets_rate and in_force):
                    found.append(Act(name, day, what))
                if what in (What.enters_into_force, What.stops_being_in_force):
                    in_force = what is What.enters_into_force
        return sorted(found, key=lambda act: (act.day, act.instrument))

    @cached_property
    def threats(self) -> list[Threat]:
        """Every threat made in the time replayed, by day."""
        found = [threat for name, events in self.events.items() for threat in threats(name, events)]
        return sorted(found, key=lambda threat: (threat.day, threat.instrument))

    @cached_property
    def standing(self) -> list[Standing]:
        """Every instrument as it stands on the last day, in the order of the file."""
        return [self._standing(name) for name in self.result.scenario.instruments]

    def _standing(self, name: str) -> Standing:
        world, today = self._simulation.world, self.plan.horizon
        column = self.plan.column("instruments", name)
        rests_on = self.plan.standings[column]
        if lives.in_force(world, column, rests_on, today)[0]:
            state = "in force"
        elif lives.suspended(world, column, rests_on, today)[0]:
            state = "suspended"
        elif lives.enacted(world, column, rests_on, today)[0]:
            state = "enacted"
        elif lives.threatened(world, column, today)[0]:
            state = "threatened"
        else:
            state = "ended" if world.enacted_on[0, column] < MISSING else "possible"
        entered = [day for day, what in self.events[name] if what is What.enters_into_force]
        since = entered[-1] if entered and state == "in force" else None
        return Standing(name, state, float(world.rate[0, column]), float(world.share[0, column]), since)

    def path(self, series: str) -> Steps:
        """A recorded tariff series from the start."""
        return self.result.path(series, since=self.plan.start)

    def stack(self, good: str) -> Stack:
        """The stack of a named good now and at its peak."""
        path = self.path(f"stack.{good}")
        return over_time(path.days, np.median(path.values, axis=0))


def over_time(days: NDArray[np.int32], values: NDArray[np.float64]) -> Stack:
    """Last value, highest value and the first stretch of days on which it stood."""
    rounded = np.round(values, 9)
    at_peak = rounded == rounded.max()
    first = int(at_peak.argmax())
    after = np.flatnonzero(~at_peak[first:])
    last = first + (int(after[0]) if len(after) else len(days) - first) - 1
    return Stack(float(values[-1]), float(values.max()), int(days[first]), int(days[last]))


def threats(instrument: str, events: list[tuple[int, What]]) -> Iterator[Threat]:
    """Threats of one instrument from what happened to it, in order.

    A threat that is withdrawn and made again on the same day has been put off: it is one threat.
    """
    open_: Threat | None = None
    taken_back = MISSING
    for day, what in events:
        if what is What.threatens:
            if open_ is not None and open_.end == "withdrawn" and taken_back == day:
                open_ = replace(open_, end="standing", put_off=open_.put_off + 1)
                continue
            if open_ is not None:
                yield open_
            open_ = Threat(instrument, day)
        elif open_ is not None and open_.end == "standing" and what in _ENDS:
            open_ = replace(open_, end=_ENDS[what])
            taken_back = day
    if open_ is not None:
        yield open_


_ENDS = {
    What.enacts: "carried out",
    What.sets_rate: "carried out",
    What.enters_into_force: "carried out",
    What.withdraws: "withdrawn",
    What.threat_lapses: "lapsed",
}
"""What ends a standing threat; a tariff that does not stand is enacted by setting its rate."""
