"""The calendar: SimPy wakes the clock on every day on which something is pending in some run.

A wake-up carries no content. Pending days are read from the World; each of its columns is scanned once and then
only again when its day has come or a move has touched it, so the calendar can be thrown away and made again
from the World at any instant without changing a bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.engine.settled import Settled
from sim.world.world import World


class Pending(NamedTuple):
    """A column of the World that may wake the clock, `offset` days after the day it holds."""

    array: str
    column: int
    offset: int = 0


# Which days wake the clock. The day after the last one is when an end shows.
_OFFSETS: dict[str, tuple[int, ...]] = {
    "threatened_on": (0,),
    "enacted_on": (0,),
    "effective": (0, 1),
    "ends": (1,),
    "held_until": (1,),
    "since": (0,),
    "expires": (0, 1),
    "concluded_on": (1,),
    "date": (0,),
    "decision": (0,),
    "invalid_from": (0,),
    "reaction_due": (0,),
    "next_review": (0,),
}


_UNKNOWN = -1
"""A column that must be looked at again."""


_SECTION = {
    **dict.fromkeys(("threatened_on", "enacted_on", "effective", "ends", "held_until"), "instruments"),
    **dict.fromkeys(("since", "expires"), "agreements"),
    **dict.fromkeys(("decision", "invalid_from"), "legal_bases"),
    "date": "milestones",
    **dict.fromkeys(("consent", "concluded_on"), "deals"),
}
"""What changes its state on a pending day."""


class Calendar:
    """The next day on which anything is pending, by column of the World."""

    def __init__(
        self,
        plan: Plan,
        world: World,
        fixed_days: list[int],
        deadlines: Callable[[int], NDArray[np.int32]],
        stands: Callable[[int], NDArray[np.int32]],
    ) -> None:
        """`fixed_days` wake every run; `deadlines(instrument)` and `stands(deal × decider)` are [run] days."""
        self._world = world
        self._players = len(plan.players)
        self._fixed = sorted(set(fixed_days))
        self._deadlines = deadlines
        self._stands = stands
        self._next: dict[tuple[str, int, int], int] = dict.fromkeys(self._columns(plan), _UNKNOWN)

    def _columns(self, plan: Plan) -> Iterator[Pending]:
        for array, offsets in _OFFSETS.items():
            for column in range(getattr(self._world, array).shape[1]):
                yield from (Pending(array, column, offset) for offset in offsets)
        yield from (Pending("deadline", column) for column in range(len(plan.instruments)))
        for deal, (parties, _) in enumerate(plan.deals):
            yield from (Pending("consent", deal * self._players + party) for party in parties)

    def touch(self, array: str, column: int) -> None:
        """A move has set this column: look at it again."""
        for offset in _OFFSETS.get(array, (0,)):
            self._next[Pending(array, column, offset)] = _UNKNOWN
        if array == "effective":
            self._next[Pending("deadline", column)] = _UNKNOWN

    def falls(self, array: str, column: int, day: int, offset: int = 0) -> bool:
        """Whether some run may have this pending on `day`, the day that `next_day` gave last.

        A column that today's moves have touched may: what happens in one run hides nothing of another.
        """
        return self._next[array, column, offset] in (day, _UNKNOWN)

    def stirred(self, day: int, settled: Settled) -> NDArray[np.int64]:
        """Rows in which something is pending on `day`, the day that `next_day` gave last; rules look at it again."""
        found = np.full(len(self._world), day in self._fixed)
        for key, on in self._next.items():
            if on == day:
                pending = Pending(*key)
                today = self._days(pending) == day - pending.offset
                found |= today
                if pending.array in _SECTION:
                    settled.stir(_SECTION[pending.array], self._part(pending), np.flatnonzero(today))
        return np.flatnonzero(found)

    def _part(self, pending: Pending) -> int:
        """Column of the part of the scenario that the pending day is about."""
        return pending.column // self._players if pending.array == "consent" else pending.column

    def next_day(self, after: int) -> int:
        """The first day later than `after` on which something is pending (MISSING if none)."""
        earliest = next((day for day in self._fixed if day > after), MISSING)
        for key, day in self._next.items():
            if day <= after:
                self._next[key] = self._scan(Pending(*key), after)
        return min(earliest, *self._next.values())

    def _scan(self, pending: Pending, after: int) -> int:
        days = self._days(pending)
        first = int(days.min(initial=MISSING, where=days > after - pending.offset))
        return MISSING if first >= MISSING else first + pending.offset

    def _days(self, pending: Pending) -> NDArray[np.int32]:
        if pending.array == "deadline":
            return self._deadlines(pending.column)
        if pending.array == "consent":
            return self._stands(pending.column)
        values: NDArray[np.int32] = getattr(self._world, pending.array)[:, pending.column]
        return values
