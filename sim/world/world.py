"""All simulated state, as plain arrays whose first axis is the run.

Whatever is pending is an array of days here, so a calendar can be rebuilt from a World at any instant,
and a run can be copied, saved, forked or sent to a worker.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING

Days = NDArray[np.int32]
Truths = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass
class World:
    """State of a block of runs. Axes: run first; then instrument, agreement, deal, … in the plan's order.

    Dates are days since 1970 (`sim.days.MISSING` where there is none), rates percentage points, shares 0–1.
    """

    run: NDArray[np.int64]
    """[run] run numbers"""

    threatened_on: Days
    """[run, instrument] day of the latest threat"""
    enacted_on: Days
    """[run, instrument] day of the legal act"""
    effective: Days
    """[run, instrument] first day in force if nothing stops it"""
    ends: Days
    """[run, instrument] last day in force"""
    held_from: Days
    """[run, instrument] first day of the latest delay"""
    held_until: Days
    """[run, instrument] last day of the latest delay"""
    lapsed_on: Days
    """[run, instrument] day on which a threat passed its date without being enacted"""
    withdrawn_on: Days
    """[run, instrument]"""
    cut_on: Days
    """[run, instrument] latest cut of the rate"""
    raised_on: Days
    """[run, instrument] latest rise of the rate"""
    rate: Numbers
    """[run, instrument] percentage points, whether or not in force"""
    share: Numbers
    """[run, instrument] part of its scope that it bites on"""
    approval: Numbers
    """[run, instrument] share of licence applications approved"""
    exempt: Truths
    """[run, instrument × actor] actor is freed from the instrument"""
    carried: Truths
    """[run, instrument × actor] actor carries out the coalition's instrument"""
    in_force: Truths
    """[run, instrument] derived; kept to see what changes"""

    since: Days
    """[run, agreement] first day of its present life"""
    expires: Days
    """[run, agreement] last day on which it is live"""
    extended_on: Days
    """[run, agreement]"""
    agreement_lapsed_on: Days
    """[run, agreement] first day after its last, the first time it lapsed"""
    left_on: Days
    """[run, agreement] day on which a party left"""

    consent: Days
    """[run, deal × decider] day of a standing offer or acceptance"""
    concluded_on: Days
    """[run, deal]"""

    date: Days
    """[run, milestone]"""
    takes_place: Truths
    """[run, milestone] drawn at the start; nobody at the table reads it before the day"""
    cancelled_on: Days
    """[run, milestone]"""

    decision: Days
    """[run, legal basis] day of the court's decision"""
    struck: Truths
    """[run, legal basis] the decision strikes it down"""
    invalid_from: Days
    """[run, legal basis]"""

    joined: Truths
    """[run, coalition × actor]"""
    reaction_due: Days
    """[run, decider] next day on which it answers an observed move"""
    next_review: Days
    """[run, decider]"""
    last_move: Days
    """[run, decider]"""
    acted_on: Days
    """[run, rule] day on which it last acted"""
    due: NDArray[np.int8]
    """[run, decider] why it decides today: bits of sim.engine.turns.Slot"""

    series: Numbers
    """[run, series] stacks of goods and average tariffs now, percentage points"""
    tracked: Numbers
    """[run, tracker] what the timed functions have gathered; days for dates"""
    tracked_value: Numbers
    """[run, tracker] value since `tracked_since`, for time means"""
    tracked_since: Days
    """[run, tracker]"""

    cursor: NDArray[np.int32]
    """[run] place in today's order of moves up to which everything is done"""

    today: int = 0
    """The day being simulated, or last simulated."""
    done: bool = False
    """Whether `today` is finished."""

    def __len__(self) -> int:
        return len(self.run)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """A World of the given rows (repeats allowed), sharing nothing with this one."""
        parts: dict[str, Any] = {name: _columns(values[rows]) for name, values in self.arrays().items()}
        return type(self)(**parts, **self.marks())

    def arrays(self) -> dict[str, NDArray]:  # type: ignore[type-arg]
        """Every array by name, in the order of declaration."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def marks(self) -> dict[str, Any]:
        """Where the clock stands."""
        return {"today": self.today, "done": self.done}


def _columns(values: NDArray) -> NDArray:  # type: ignore[type-arg]
    """Keep each column contiguous: handlers work on one instrument of many runs."""
    return np.asfortranarray(values)


def blank(run: NDArray[np.int64], counts: dict[str, int]) -> World:
    """A World without history. `counts` gives the length of each second axis.

    Axes: instruments, agreements, deals, milestones, bases, coalitions, deciders, actors, rules, series, trackers.
    """
    instruments, deciders, actors = counts["instruments"], counts["deciders"], counts["actors"]

    def days(columns: int) -> Days:
        return np.full((len(run), columns), MISSING, dtype=np.int32, order="F")

    def truths(columns: int) -> Truths:
        return np.zeros((len(run), columns), dtype=np.bool_, order="F")

    def numbers(columns: int, value: float = 0.0) -> Numbers:
        return np.full((len(run), columns), value, dtype=np.float64, order="F")

    per_instrument: dict[str, Any] = {
        name: days(instruments)
        for name in (
            "threatened_on", "enacted_on", "effective", "ends", "held_from", "held_until", "lapsed_on",
            "withdrawn_on", "cut_on", "raised_on",
        )
    }  # fmt: skip
    agreement_dates = ("since", "expires", "extended_on", "agreement_lapsed_on", "left_on")
    per_agreement: dict[str, Any] = {name: days(counts["agreements"]) for name in agreement_dates}
    return World(
        run=run,
        **per_instrument,
        rate=numbers(instruments),
        share=numbers(instruments, 1.0),
        approval=numbers(instruments),
        exempt=truths(instruments * actors),
        carried=truths(instruments * actors),
        in_force=truths(instruments),
        **per_agreement,
        consent=days(counts["deals"] * deciders),
        concluded_on=days(counts["deals"]),
        date=days(counts["milestones"]),
        takes_place=truths(counts["milestones"]),
        cancelled_on=days(counts["milestones"]),
        decision=days(counts["bases"]),
        struck=truths(counts["bases"]),
        invalid_from=days(counts["bases"]),
        joined=truths(counts["coalitions"] * actors),
        reaction_due=days(deciders),
        next_review=days(deciders),
        last_move=days(deciders),
        acted_on=days(counts["rules"]),
        cursor=np.zeros(len(run), dtype=np.int32),
        due=np.zeros((len(run), deciders), dtype=np.int8, order="F"),
        series=numbers(counts["series"]),
        tracked=numbers(counts["trackers"]),
        tracked_value=numbers(counts["trackers"]),
        tracked_since=days(counts["trackers"]),
    )
