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


_DTYPES: tuple[Any, ...] = (np.int64, np.int32, np.int16, np.int16, np.int16, np.int16, np.float64)


class Log:
    """Grows by whole masks of runs; `entries()` gives it sorted by run."""

    def __init__(self, entries: Entries | None = None) -> None:
        self._whole = Entries(*(np.empty(0, dtype) for dtype in _DTYPES)) if entries is None else entries
        self._rows: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.float64]] = []
        self._told: list[tuple[int, int, int, int, int]] = []
        """(day, what, who, subject, rule) of each mask of runs, spelt out for every run when they are asked for"""

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
        if len(rows):
            self._rows.append(rows)
            self._values.append(np.zeros(len(rows)) + value)
            self._told.append((day, what, who, subject, rule))

    def entries(self) -> Entries:
        """All entries, by row of the block, then in the order in which they happened."""
        if self._rows:
            counts = [len(rows) for rows in self._rows]
            told = np.repeat(np.array(self._told), counts, axis=0).T
            added = (np.concatenate(self._rows), *told, np.concatenate(self._values))
            columns: list[Any] = [
                np.concatenate([before, column.astype(dtype)])
                for before, column, dtype in zip(self._whole, added, _DTYPES, strict=True)
            ]
            order = np.argsort(columns[0], kind="stable")
            self._whole = Entries(*(column[order] for column in columns))
            self._rows, self._values, self._told = [], [], []
        return self._whole

    def take(self, rows: NDArray[np.int64]) -> Log:
        """The log of the given rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        entries = self.entries()
        first, last = np.searchsorted(entries.row, [rows, rows + 1])
        counts = last - first
        index = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
        renumbered = np.repeat(np.arange(len(rows)), counts)
        taken: list[Any] = [column[index] for column in entries[1:]]
        return Log(Entries(renumbered, *taken))
