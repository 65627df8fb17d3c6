"""The record of tariff series: computed where a tariff may have changed, noted where they have."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.tariffs import TariffSeries
from sim.negotiation.policy import Rows
from sim.world.world import World


class Rates(NamedTuple):
    """Tariff series wherever they change: rows of the block, days, series columns, percentage points."""

    row: NDArray[np.int64]
    day: NDArray[np.int32]
    series: NDArray[np.int16]
    value: NDArray[np.float64]


class RateRecord:
    """Keeps the World's `series` up to date and notes its changes; computes the other averages when they are read."""

    def __init__(
        self, world: World, recorded: TariffSeries, others: TariffSeries, moved: Callable[[], Collection[int]]
    ) -> None:
        """`moved` tells the instruments whose state today's moves may have changed since it was last recorded."""
        self._world = world
        self._moved = moved
        self._recorded = recorded
        self._others = others
        self._noted = np.full(world.series.shape, np.nan)
        """[run, series] as last noted"""
        self._chunks: list[Rates] = []
        self.stale = np.ones(len(world), dtype=np.bool_)
        """[run] those in which a tariff may have changed"""
        self._unrecorded = np.zeros(len(world), dtype=np.bool_)
        self._others_stale = np.ones(len(world), dtype=np.bool_)
        self._others_now = np.empty((len(world), len(others)), order="F")

    def recorded(self, column: int) -> NDArray[np.float64]:
        """[run] a recorded series, as the instruments in force and their rates are now."""
        self._update()
        return self._world.series[:, column]

    def _update(self) -> None:
        """Bring the recorded series up to date in the runs in which a tariff may have changed."""
        rows = np.flatnonzero(self.stale)
        if len(rows):
            self._others_stale[rows] = True
            if len(self._recorded):
                self._world.series[rows] = self._recorded.of(self._world, rows, self._moved())
                self._unrecorded[rows] = True
            self.stale[:] = False

    def other(self, column: int) -> NDArray[np.float64]:
        """[run] an average that is not recorded, likewise."""
        self._update()
        rows = np.flatnonzero(self._others_stale)
        if len(rows):
            self._others_now[rows] = self._others.of(self._world, rows, self._moved())
            self._others_stale[:] = False
        return self._others_now[:, column]

    def record(self) -> None:
        """Note the series that differ from what was last noted."""
        self._update()
        rows = np.flatnonzero(self._unrecorded)
        if not len(rows):
            return
        now = self._world.series[rows]
        place, series = np.nonzero(now != self._noted[rows])
        day = np.full(len(place), self._world.today, dtype=np.int32)
        self._chunks.append(Rates(rows[place], day, series.astype(np.int16), now[place, series]))
        self._noted[rows] = now
        self._unrecorded[:] = False

    def rates(self) -> Rates:
        """Everything noted, by row, then day, then series."""
        if not self._chunks:
            nothing: list[Any] = [np.empty(0, dtype) for dtype in ("i8", "i4", "i2", "f8")]
            return Rates(*nothing)
        columns: list[Any] = [np.concatenate(column) for column in zip(*self._chunks, strict=True)]
        order = np.lexsort((columns[2], columns[1], columns[0]))
        return Rates(*(column[order] for column in columns))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `resume` needs."""
        return {"noted": self._noted, **self.rates()._asdict()}

    def resume(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take up the record that was written down by `arrays`."""
        self._noted = arrays["noted"]
        self._chunks = [Rates(**{name: arrays[name] for name in Rates._fields})]
        return self

    def take(self, index: Rows) -> dict[str, NDArray[Any]]:
        """The `arrays` of some rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        rates = self.rates()
        first, last = np.searchsorted(rates.row, [index, index + 1])
        chosen = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.empty(0, np.int64)])
        taken = {"row": np.repeat(np.arange(len(index)), last - first), "noted": self._noted[index]}
        return taken | {name: getattr(rates, name)[chosen] for name in ("day", "series", "value")}
