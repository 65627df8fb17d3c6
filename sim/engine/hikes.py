"""Announced rises of tariffs, as importers see them come: what they buy ahead and use up afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.economy.front_loading import Hikes, Response, moved
from sim.economy.measures import BN
from sim.engine.levers import Levers, Rows
from sim.engine.plan import Plan
from sim.engine.view import value_of
from sim.instruments import lives
from sim.world.window import window

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
NONE = float(MISSING)


class HikeRecord:
    """Tariffs that are threatened or enacted for a day to come, by run; and those that have come or been dropped."""

    def __init__(self, simulation: Simulation, levers: Levers) -> None:
        self._simulation = simulation
        self._levers = levers
        self._tariffs = sorted(_may_come(simulation.plan))
        shape = (len(simulation.world), len(self._tariffs))
        self.pending = np.full((*shape, 3), NONE)
        """[run, tariff, (announced, effective, points)] of those that lie ahead"""
        self.over: list[NDArray[np.float64]] = []
        """[hike, (row, tariff, announced, effective, points, withdrawn)] of those that do not"""

    def look(self, rows: Rows) -> None:
        """Note what has been announced, put off, dropped or come into force in `rows`, which are in ascending order."""
        world, plan = self._simulation.world, self._simulation.plan
        here, today = window(world, rows), world.today
        for column, i in enumerate(self._tariffs):
            standing = plan.standings[i]
            date = lives.effective(here, i)
            known = np.minimum(here.threatened_on[:, i], here.enacted_on[:, i])
            ahead = (date > today) & (date < MISSING) & (known <= today)
            ahead &= lives.enacted(here, i, standing, today) | lives.threatened(here, i, today)
            before = self.pending[rows, column]
            now = np.full((len(rows), 3), NONE)
            now[ahead] = np.stack([known, date, here.rate[:, i]], axis=1)[ahead]
            was = before[:, 1] < NONE
            same = was & ahead & (before[:, 1] == now[:, 1])
            now[same] = before[same]
            put_off = was & ahead & ~same
            now[put_off, 0] = today
            ended = np.flatnonzero(was & ~same)
            if len(ended):
                withdrawn = np.where(before[ended, 1] > today, float(today), NONE)
                place = np.stack([rows[ended], np.full(len(ended), column)], axis=1)
                self.over.append(np.concatenate([place, before[ended], withdrawn[:, np.newaxis]], axis=1))
            self.pending[rows, column] = now

    def announced(self) -> NDArray[np.bool_]:
        """[run] whether any rise has been announced so far."""
        found = np.asarray((self.pending[:, :, 1] < NONE).any(1))
        for some in self.over:
            found[some[:, 0].astype(np.int64)] = True
        return found

    def every(self) -> NDArray[np.float64]:
        """[hike, …] all of them; axes as in `over`."""
        row, column = np.nonzero(self.pending[:, :, 1] < NONE)
        ahead = np.concatenate(
            [np.stack([row, column], axis=1), self.pending[row, column], np.full((len(row), 1), NONE)], axis=1
        )
        return np.concatenate([*self.over, ahead])

    def front_loaded_bn(self, row: NDArray[np.int64], day: NDArray[np.int32], until: NDArray[np.int32]) -> Numbers:
        """[entry, region] imports moved ahead less those used up, bn USD a year, mean of [day, until) in each entry."""
        normal = self._levers.normal_musd[self._tariffs] / BN
        found = np.zeros((len(row), normal.shape[1]))
        hikes = self.every()
        order = np.argsort(hikes[:, 0], kind="stable")
        hikes = hikes[order]
        first, last = np.searchsorted(hikes[:, 0], [row, row + 1])
        entry = np.repeat(np.arange(len(row)), last - first)
        if not len(entry):
            return found
        within = np.arange(len(entry)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        chosen = hikes[np.repeat(first, last - first) + within]
        run = chosen[:, 0].astype(np.int64)
        one = Hikes(chosen[:, 2], chosen[:, 3], chosen[:, 4], chosen[:, 5])
        length = (until - day)[entry]
        ahead = moved(day[entry], until[entry], one, self._response(run)) / length
        np.add.at(found, entry, ahead[:, np.newaxis] * normal[chosen[:, 1].astype(np.int64)])
        return found

    def _response(self, run: NDArray[np.int64]) -> Response:
        settings = self._levers.settings

        def drawn(key: str) -> Any:
            value = value_of(getattr(settings, key), f"economy.{key}", self._simulation.assumptions)
            return value[run] if isinstance(value, np.ndarray) else value

        names = ("front_loading", "front_loading_per_point", "front_loading_time", "payback")
        return Response(*(drawn(name) for name in names))

    def arrays(self) -> dict[str, Numbers]:
        """Everything that `resume` needs."""
        return {"pending": self.pending, "over": np.concatenate([np.zeros((0, 6)), *self.over])}

    def resume(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take up what `arrays` wrote down."""
        self.pending, self.over = arrays["pending"], [arrays["over"]]

    def take(self, index: Rows) -> dict[str, Numbers]:
        """The `arrays` of some rows, renumbered."""
        over = self.arrays()["over"]
        parts = [
            np.concatenate([np.full((len(mine), 1), float(new)), mine[:, 1:]], axis=1)
            for new, old in enumerate(index)
            for mine in (over[over[:, 0] == old],)
        ]
        return {"pending": self.pending[index], "over": np.concatenate([np.zeros((0, 6)), *parts])}


def _may_come(plan: Plan) -> set[int]:
    """Tariffs that some act threatens, enacts or puts off, or whose day may lie ahead when the simulation begins."""
    found = {column for act in plan.every_act() if act.verb in ("threaten", "enact", "delay") for column in act.targets}
    for column, part in enumerate(plan.instruments):
        date = part.effective
        if date is not None and not (date.fixed and float(date.value) <= plan.start):
            found.add(column)
        if date is None and part.enacted is not None:
            found.add(column)
    return {i for i in found if plan.instruments[i].kind == "tariff"}
