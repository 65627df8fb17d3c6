"""The wedges and limits of a block of runs, each with its age: what the law, the levers and time make of them.

From the base day on every change of a tariff is noted with its day. On `as_of`, before anybody moves, the policy of
that day is held: what is not adjusted to by then stays so, and a policy that stays the same has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.economy.ages import Steps
from sim.economy.collection import applied
from sim.economy.problem import Capacity, Limits, Problem
from sim.engine.levers import Levers, Rows, Slice, distinct
from sim.engine.view import value_of
from sim.negotiation.policy import Value
from sim.scenario.economy import Economy as Settings

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
DEPTH = 6
"""Outstanding steps of a cell that are kept apart."""


@dataclass(frozen=True, eq=False)
class Policy:
    """What is in force in some runs on some day, as the economy feels it."""

    tariff: Numbers
    """[row, cell] rates that are levied"""
    acted_on: Numbers
    """[row, cell] rates that buyers have adjusted to"""
    statutory: Numbers
    """[row, cell] rates of the law"""
    way_around: NDArray[np.bool_]
    """[row, cell] goods have a way through third countries"""
    limits: Numbers
    """[row, slice, (share, allowed)]; no share and no end where nothing is limited"""
    capacity: Numbers
    """[row, place]"""

    def take(self, rows: Rows) -> Self:
        """Some rows."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def alike(self) -> list[Rows]:
        """Rows by whether trade is limited and whether output is: a run's bits must not tell its company.

        With all slices and places, those without a limit included, a run is the same beside any other that has limits.
        """
        limited = np.isfinite(self.limits[:, :, 1]).any(1)
        short = np.isfinite(self.capacity).any(1)
        kinds = [(limited == trade) & (short == output) for trade in (True, False) for output in (True, False)]
        return [np.flatnonzero(kind) for kind in kinds if kind.any()]

    @classmethod
    def joined(cls, parts: list[Policy]) -> Self:
        """The rows of several."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


class Rated(NamedTuple):
    """The rates of some rows."""

    statutory: Numbers
    """[row, cell]"""
    applied: Numbers
    """[row, cell]"""
    way_around: NDArray[np.bool_]
    """[row, cell]"""


class Wedges:
    """The wedges of a simulation's rows, and what each run assumes of the economy."""

    def __init__(self, simulation: Simulation, levers: Levers) -> None:
        self._simulation = simulation
        self.levers = levers
        self.plan = simulation.plan
        runs, cells = len(simulation.world), len(levers.cell)
        self.on_base_day = np.zeros((0, cells))
        """[run, cell] average over MFN on the base day, fractions; nothing before it is known"""
        self.steps = Steps.at_rest(np.log1p(np.broadcast_to(levers.base_rate, (runs, cells))), DEPTH)
        self.statutory = np.broadcast_to(levers.base_rate, (runs, cells)).copy()
        self.way_around = np.zeros((runs, cells), dtype=np.bool_)
        self.limits = np.full((runs, len(levers.slices), 2), np.inf)
        self.capacity = np.full((runs, len(levers.places)), np.inf)
        self.short = np.full((runs, len(levers.places)), np.inf)
        """[run, place] largest output, of that in the base, that the supply of materials leaves"""
        self.held_limits, self.held_capacity = self.limits, self.capacity
        """those of the policy held"""
        self._set_parameters(simulation)

    # ── What a run assumes ───────────────────────────────────────────────────────────────────────────

    def _set_parameters(self, simulation: Simulation) -> None:
        settings, runs = self.levers.settings, len(simulation.world)

        def drawn(key: str) -> Numbers:
            value = self._value(getattr(settings, key), f"economy.{key}")
            return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=np.float64), runs))

        self.elasticity = self._elasticities(settings, runs, drawn("elasticity_factor"))
        names = ("labour_supply", "income_tax", "rent_share", "non_collection", "rerouting", "border_to_retail")
        self.assumed = {name: drawn(name) for name in (*names, "response_first_year", "adjustment_time")}
        self.tax_relief = self._words(settings.revenue, "economy.revenue", runs) == "tax_relief"
        purged = settings.deficits == "purged"
        base = self.levers.economy.base
        self.deficit = np.zeros(base.regions) if purged else base.deficit

    def _value(self, scalar: Any, path: str) -> Value:
        return value_of(scalar, path, self._simulation.assumptions)

    def _words(self, scalar: Any, path: str, runs: int) -> NDArray[np.str_]:
        """[run] a choice."""
        labels = np.array(scalar.distribution.labels)
        if scalar.fixed:
            return np.full(runs, labels[0])
        return labels[np.asarray(self._simulation.assumptions[path], dtype=np.int64)]

    def _elasticities(self, settings: Settings, runs: int, factor: Numbers) -> Numbers:
        sets = self._words(settings.elasticities, "economy.elasticities", runs)
        found = np.stack([self.levers.economy.theta(str(name)) for name in sets]) * factor[:, np.newaxis]
        for code, scalar in settings.sector_elasticities.items():
            value = self._value(scalar, f"economy.sector_elasticities.{code}")
            found[:, self.levers.sector(code)] = value
        return found

    # ── What is in force ─────────────────────────────────────────────────────────────────────────────

    def update(self, rows: Rows) -> NDArray[np.bool_]:
        """Bring wedges and limits of `rows` up to date; tells which have changed."""
        if not len(self.on_base_day):
            self._begin()
        rated = self._rated(rows, *self.levers.stack(self._simulation.world, rows))
        wedge = np.log1p(rated.applied)
        moved = (wedge != self.steps.wedge[rows]).any(1)
        self.steps.push(rows[moved], self._simulation.world.today, wedge[moved])
        self.statutory[rows], self.way_around[rows] = rated.statutory, rated.way_around
        limits, capacity = self._limits_of(rows), self._capacity_of(rows)
        moved |= (limits != self.limits[rows]).any((1, 2)) | (capacity != self.capacity[rows]).any(1)
        self.limits[rows], self.capacity[rows] = limits, capacity
        return moved

    def hold(self) -> NDArray[np.float64]:
        """Hold the policy of today; [run, …] all that the economy of a run rests on, to tell kinds of runs by."""
        assumed = self.assumed
        pace = (assumed["response_first_year"], assumed["adjustment_time"])
        self.steps = self.steps.held(self._simulation.world.today, *pace)
        self.held_limits, self.held_capacity = self.limits.copy(), self.capacity.copy()
        runs = len(self.statutory)
        kinds = [self.elasticity, self.statutory, self.steps.wedge, self.steps.adjusted, self.capacity]
        kinds += [self.limits.reshape(runs, -1), self.tax_relief[:, np.newaxis].astype(np.float64)]
        return np.concatenate([*kinds, *(values[:, np.newaxis] for values in assumed.values())], axis=1)

    def is_held(self, rows: Rows) -> NDArray[np.bool_]:
        """[row] whether wedges, limits and capacities are those of the policy held."""
        same = (self.steps.wedge[rows] == self.steps.base[rows]).all(1)
        same &= (self.limits[rows] == self.held_limits[rows]).all((1, 2))
        return same & (self.capacity[rows] == self.held_capacity[rows]).all(1)

    def policy(self, rows: Rows) -> Policy:
        """What is in force in `rows` today."""
        steps, assumed = self.steps.take(rows), self.assumed
        pace = (assumed["response_first_year"][rows], assumed["adjustment_time"][rows])
        acted_on = np.expm1(steps.acted_on(self._simulation.world.today, *pace))
        return Policy(
            np.expm1(steps.wedge), acted_on, self.statutory[rows], self.way_around[rows], self.limits[rows],
            self.capacity[rows],
        )  # fmt: skip

    def on_the_base_day(self, rows: int) -> Policy:
        """The policy of the data's base day, to which buyers have adjusted, in as many rows."""
        rate = np.broadcast_to(self.levers.base_rate, (rows, len(self.levers.cell))).copy()
        limits = np.zeros((rows, len(self.levers.slices), 2))
        limits[:, :, 1] = np.inf
        capacity = np.full((rows, len(self.levers.places)), np.inf)
        return Policy(rate, rate, rate, np.zeros(rate.shape, dtype=np.bool_), limits, capacity)

    def problem(self, rows: Rows, policy: Policy) -> Problem:
        """The equilibrium to solve for `rows` under a policy: in all of them something is limited, or in none."""
        levers, assumed = self.levers, self.assumed
        limits = capacity = None
        if np.isfinite(policy.limits[:, :, 1]).any():
            cell = np.array([one.cell for one in levers.slices])
            share, allowed = policy.limits.transpose(2, 0, 1).copy()
            limits = Limits(cell, _within_whole(cell, share), allowed, assumed["rent_share"][rows])
        if np.isfinite(policy.capacity).any():
            sector, region = np.array(levers.places).T
            capacity = Capacity(sector, region, policy.capacity)
        return Problem(
            elasticity=self.elasticity[rows],
            cell=levers.cell,
            tariff=policy.tariff,
            acted_on=policy.acted_on,
            export_tax=None,
            deficit=self.deficit,
            tax_relief=self.tax_relief[rows],
            labour_supply=assumed["labour_supply"][rows],
            income_tax=assumed["income_tax"][rows],
            limits=limits,
            capacity=capacity,
        )

    def _begin(self) -> None:
        """Take the stacks of the base day, and what the law changed from then to the day before the first."""
        world, levers = self._simulation.world, self.levers
        rows, today = np.arange(len(world)), world.today
        past = [day for day in levers.past_days(world) if day < today]
        days = [levers.base_day, *past] if today > levers.base_day else [levers.base_day]
        stacks = []
        try:
            for day in days:
                world.today = day
                stacks.append(levers.stack(world, rows, whole=True))
        finally:
            world.today = today
        (stack, place), *later = stacks
        self.on_base_day = stack[place]
        # Runs with the same past that assume the same are alike: one of each is enough.
        assumed = [self.assumed[name] for name in ("non_collection", "rerouting")]
        first, kind = distinct(np.stack([*(place for _, place in stacks), *assumed], axis=1))
        steps = self.steps.take(first)
        for day, (stack, place) in zip(days[1:], later, strict=True):
            wedge = np.log1p(self._rated(first, stack, place[first]).applied)
            moved = np.flatnonzero((wedge != steps.wedge).any(1))
            steps.push(moved, day, wedge[moved])
        self.steps = steps.take(kind)

    def _rated(self, rows: Rows, stack: Numbers, place: NDArray[np.int64]) -> Rated:
        """Rates of `rows` under averages over MFN [distinct, cell], of which each has the one of its `place`."""
        levers, assumed = self.levers, self.assumed
        first, kind = distinct(np.concatenate([stack[place], self.on_base_day[rows]], axis=1))
        change = stack[place[first]] - self.on_base_day[rows[first]]
        rate = np.maximum(0.0, levers.base_rate + change)
        around = levers.ways_around(rate)
        statutory, way_around = rate[kind], around[kind]
        rerouting = np.where(way_around, assumed["rerouting"][rows, np.newaxis], 0.0)
        levied = applied(statutory, levers.base_rate, assumed["non_collection"][rows, np.newaxis], rerouting)
        return Rated(statutory, levied, way_around)

    def _limits_of(self, rows: Rows) -> Numbers:
        """[row, slice, (share, allowed)]; no limit is infinite."""
        world, levers = self._simulation.world, self.levers
        found = np.zeros((len(rows), len(levers.slices), 2))
        found[:, :, 1] = np.inf
        in_force = levers.restricting(world, rows)
        for one, columns in levers.alike:
            if not in_force[one.instrument].any():
                continue
            bound = levers.reaches(world, rows, one, in_force[one.instrument])
            share = self._restriction(one, "share", rows) * world.share[rows, one.instrument]
            if one.has_own_allowance:
                allowed: Any = self._restriction(one, "allowed", rows)
            else:
                allowed = world.approval[rows, one.instrument]
            found[:, columns, 0] = np.where(bound, share, 0.0)[:, np.newaxis]
            found[:, columns, 1] = np.where(bound, allowed, np.inf)[:, np.newaxis]
        return found

    def _restriction(self, one: Slice, key: str, rows: Rows) -> Any:
        name = self.plan.names("instruments")[one.instrument]
        place = int(one.path.rpartition(".")[2])
        scalar = getattr(self.plan.scenario.instruments[name].restricts[place], key)
        value = self._value(scalar, f"{one.path}.{key}")
        return value[rows] if isinstance(value, np.ndarray) else value

    def _capacity_of(self, rows: Rows) -> Numbers:
        """[row, place] the lowest limit on the output of a sector, of those of the file and of supply."""
        today, levers = self._simulation.world.today, self.levers
        found = self.short[rows]
        for sector, region, first, last, path in levers.capped:
            if first <= today <= last:
                scalar = levers.settings.capacity[int(path.split(".")[2])].limit
                value: Any = self._value(scalar, path)
                column = levers.places.index((sector, region))
                found[:, column] = np.minimum(found[:, column], value[rows] if isinstance(value, np.ndarray) else value)
        return found

    # ── Copies and disk ──────────────────────────────────────────────────────────────────────────────

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `resume` needs."""
        own = {name: getattr(self, name) for name in _KEPT}
        return own | {f"steps.{name}": values for name, values in self.steps.arrays().items()}

    def take(self, index: Rows) -> dict[str, NDArray[Any]]:
        """The `arrays` of some rows."""
        own = {name: getattr(self, name)[index] if len(getattr(self, name)) else getattr(self, name) for name in _KEPT}
        return own | {f"steps.{name}": values for name, values in self.steps.take(index).arrays().items()}

    def resume(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take up what `arrays` wrote down."""
        for name in _KEPT:
            setattr(self, name, arrays[name])
        steps = {name.removeprefix("steps."): values for name, values in arrays.items() if name.startswith("steps.")}
        self.steps = Steps.restore(steps)


_KEPT = ("on_base_day", "statutory", "way_around", "limits", "capacity", "short", "held_limits", "held_capacity")


def _within_whole(cell: NDArray[np.int64], share: Numbers) -> Numbers:
    """[run, limit] shares of which those of one cell sum to 1 at most: where they would be more they overlap."""
    first = np.unique(cell, return_index=True)[1]
    total = np.maximum(1.0, np.add.reduceat(share, first, axis=1))
    return share / np.repeat(total, np.diff(np.append(first, len(cell))), axis=1)
