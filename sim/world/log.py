"""The event log: what happened, to whom, when, in which run."""

from __future__ import annotations

from enum import IntEnum, auto
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class What(IntEnum):
    """What an entry of the log tells. The name, with spaces, is the verb of the story."""

    threatens = auto()
    enacts = auto()
    withdraws = auto()
    delays = auto()
    narrows = auto()
    sets_rate = auto()
    sets_licences = auto()
    exempts = auto()
    extends = auto()
    ends = auto()
    offers = auto()
    accepts = auto()
    cancels = auto()
    joins = auto()
    leaves = auto()
    concluded = auto()
    enters_into_force = auto()
    stops_being_in_force = auto()
    threat_lapses = auto()
    agreement_lapses = auto()
    takes_place = auto()
    does_not_take_place = auto()
    upheld = auto()
    struck_down = auto()


NATURE = -1
"""The mover of what nobody at the table does."""


class Entries(NamedTuple):
    """Columns of the log, one row an event; within a run, in the order in which things happened."""

    row: NDArray[np.int64]
    """row of the block (not the run number)"""
    day: NDArray[np.int32]
    what: NDArray[np.int16]
    who: NDArray[np.int16]
    """decider, or NATURE"""
    subject: NDArray[np.int16]
    """index into the plan's subjects"""
    rule: NDArray[np.int16]
    """index into the plan's rules, -1 where none"""
    value: NDArray[np.float64]
    """days, percentage points or share, as the event has it; 0 where it has none"""


class Log:
    """Grows by whole masks of runs; `entries()` gives it sorted by run."""

    def __init__(self, entries: Entries | None = None) -> None:
        self._chunks: list[Entries] = [] if entries is None else [entries]

    def add(
        self,
        rows: NDArray[np.int64],
        day: int,
        what: What,
        subject: int,
        who: int = NATURE,
        rule: int = -1,
        value: NDArray[np.float64] | float = 0.0,
    ) -> None:
        """One event for each of `rows`; `value` is one number or one for each row."""
        count = len(rows)
        if not count:
            return

        def same(number: int, dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg]
            return np.full(count, number, dtype=dtype)

        self._chunks.append(
            Entries(
                rows,
                same(day, np.int32),
                same(what, np.int16),
                same(who, np.int16),
                same(subject, np.int16),
                same(rule, np.int16),
                np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)),
            )
        )

    def entries(self) -> Entries:
        """All entries, by row of the block, then in the order in which they happened."""
        if not self._chunks:
            nothing: list[Any] = [np.empty(0, dtype) for dtype in ("i8", "i4", "i2", "i2", "i2", "i2", "f8")]
            return Entries(*nothing)
        if len(self._chunks) > 1:
            self._chunks = [Entries(*(np.concatenate(column) for column in zip(*self._chunks, strict=True)))]
        (whole,) = self._chunks
        order = np.argsort(whole.row, kind="stable")
        ordered: list[Any] = [column[order] for column in whole]
        return Entries(*ordered)

    def take(self, rows: NDArray[np.int64]) -> Log:
        """The log of the given rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        entries = self.entries()
        first, last = np.searchsorted(entries.row, [rows, rows + 1])
        counts = last - first
        index = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
        renumbered = np.repeat(np.arange(len(rows)), counts)
        taken: list[Any] = [column[index] for column in entries[1:]]
        return Log(Entries(renumbered, *taken))
