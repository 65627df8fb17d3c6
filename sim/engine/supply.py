"""The supply of materials to a block of runs: stepped every seven days from `as_of`, and recorded.

Beside each run goes the policy of `as_of` held, once for each kind of runs that assume the same: what supply does to
the economy is output against that, so a run in which nothing changes has no effect. Controls that stand at the end of
a step's day hold to the next.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.in_order import total
from sim.engine.levers import Levers, Rows, distinct
from sim.engine.supply_levers import SupplyLevers
from sim.engine.supply_measures import Measures, Seen
from sim.engine.supply_values import DAYS_A_YEAR, Values
from sim.supply import Controls, Flows, Parameters, State, capacity, step

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
STEP = 7
"""Days."""
REPORT = 28
"""Days between entries of the record."""
TOLD = 0.01
"""Least shortage of a sector, of its output, and least change of one, of which the economy is told."""
PERCENT = 100.0
TARGETS = (0.25, 0.5, 0.75)
"""Shares of the need outside China; data support no more of the curve."""
YEARS = ("years_to_quarter", "years_to_half", "years_to_three_quarters")

HELD = ("output_percent", "lost_weeks", "lost_weeks_leontief", "lost_weeks_ces", "exports_percent")
"""What is noted under the policy held too."""
NEVER = 520.0
"""Weeks to a stock-out, for expressions, where stocks do not fall."""
LEAST = 1e-3
"""An output that is nearly nothing: the economy has no limit at nothing at all."""


class SupplyRecord:
    """The supply of a simulation's rows: states, controls, and everything noted."""

    def __init__(self, simulation: Simulation, levers: SupplyLevers) -> None:
        self._simulation = simulation
        self.levers = levers
        self.plan = simulation.plan
        self.values = Values(levers, simulation.assumptions, len(simulation.world))
        self.measures = Measures.of(levers, self.values)
        self.kind = np.zeros(len(simulation.world), dtype=np.int64)
        """[run] runs of one kind assume the same, and so have the same supply under the policy held"""
        self.first = np.zeros(0, dtype=np.int64)
        """[kind] its first run"""
        self.begun = False
        """as_of has come; nothing below is there before it"""
        self.live: State
        self.held: State
        self.controls: Controls
        self.held_controls: Controls
        self.flows: Flows
        self.held_flows: Flows
        self.start_shares: Numbers
        """[run, material, stage] capacity outside China on as_of, of the need there"""
        self.reached: Numbers
        """[run, material, stage, target] years from as_of to the first entry with the share; inf until then"""
        self._noted: list[dict[str, Any]] = []

    def days(self) -> list[int]:
        """Days on which supply is stepped."""
        return [*range(self.plan.as_of, self.plan.horizon, STEP), self.plan.horizon]

    def _runs(self) -> Rows:
        return np.arange(len(self._simulation.world))

    # ── The clock's calls ────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """On as_of, before anybody moves: the queue as the controls of that day leave it, stocks as assumed."""
        if self._simulation.world.today != self.plan.as_of:
            return
        self.begun = True
        controls = self._controls()
        self.first, self.kind = distinct(self.values.told_apart(controls))
        runs = len(self.kind)
        self.live = State.under(self.values.parameters, controls, self.values.starting_cover, runs=runs)
        self.held, self.held_controls = self.live.take(self.first), Controls(**_rows_of(controls, self.first))
        # What flows on as_of is what would flow in the week to come if nobody moved.
        self.controls = controls
        self.flows = step(self.live.take(self._runs()), controls, self.values.parameters)
        self.held_flows = step(self.held.take(slice(None)), self.held_controls, self.held_parameters)
        self.start_shares = self.shares()
        self.reached = np.full((*self.start_shares.shape, len(TARGETS)), np.inf)

    def record(self) -> None:
        """The day is over: if a step ends with it tell the economy what has changed; note.

        What is left of a step on the horizon is not stepped.
        """
        today = self._simulation.world.today
        passed = today - self.plan.as_of
        if passed > 0 and passed % STEP == 0:
            self._step()
            self._tell()
        if passed >= 0 and passed % STEP == 0:
            self.controls = self._controls()
        if (passed >= 0 and passed % REPORT == 0) or today == self.plan.horizon:
            self._note(today)

    def _controls(self) -> Controls:
        rows = self._runs()
        need = self.values.parameters.need
        need = np.broadcast_to(need, (len(rows), *need.shape[1:]))
        return self.levers.controls(self._simulation.world, rows, self._simulation.assumptions, need)

    def _step(self) -> None:
        self.flows = step(self.live, self.controls, self.values.parameters)
        self.held_flows = step(self.held, self.held_controls, self.held_parameters)

    @cached_property
    def held_parameters(self) -> Parameters:
        """Parameters of the first runs of their kinds."""
        return self.values.parameters.take(self.first)

    @cached_property
    def held_measures(self) -> Measures:
        """Readings of the first runs of their kinds."""
        return self.measures.take(self.first)

    # ── What the economy is told ─────────────────────────────────────────────────────────────────────

    def _tell(self) -> None:
        """Hand limits on output to the economy in runs where one has moved, or is gone."""
        economy = self._simulation.economy
        if economy is None:
            return
        limit, told = self._limits(economy.levers), economy.wedges.short
        with np.errstate(invalid="ignore"):
            moved = np.abs(limit - told) > TOLD
        moved |= np.isinf(limit) != np.isinf(told)
        rows = np.flatnonzero(moved.any(1))
        told[rows] = limit[rows]
        economy.stale[rows] = True

    def _limits(self, economy: Levers) -> Numbers:
        """[run, place of the economy] output of that under the policy held; infinite where there is as much.

        What is more than under the policy held is no limit. Using sectors weigh in an economy's sector by their part.
        """
        mine = self.measures.output(self.seen)
        other = self.held_measures.output(self.seen_held)[self.kind]
        short = 1 - np.minimum(1.0, mine / other)
        part = self.values.by_sector("part")
        found = np.zeros((len(mine), len(economy.places)))
        for place, using in enumerate(self._using(economy)):
            for region, sector in using:
                found[:, place] += short[:, region, sector] * part[:, sector]
        limit = np.maximum(LEAST, 1 - found)
        return np.where(limit <= 1 - TOLD, limit, np.inf)

    def _using(self, economy: Levers) -> list[list[tuple[int, int]]]:
        """For each place of the economy the (region, sector) that use materials there."""
        levers, data = self.levers, economy.economy.data
        found = []
        for column, region in economy.places:
            regions = [
                place
                for place, name in enumerate(levers.regions)
                if data.regions[region] in levers.settings.regions[name].regions
            ]
            sectors = [
                place
                for place, name in enumerate(levers.sectors)
                if levers.settings.sectors[name].sector == data.sectors[column]
            ]
            found.append(list(product(regions, sectors)))
        return found

    # ── What is seen ─────────────────────────────────────────────────────────────────────────────────

    @property
    def seen(self) -> Seen:
        """The runs as they are now."""
        return Seen(self.values.parameters, self.live, self.flows)

    @property
    def seen_held(self) -> Seen:
        """The kinds of runs under the policy held."""
        return Seen(self.held_parameters, self.held, self.held_flows)

    # ── What was ─────────────────────────────────────────────────────────────────────────────────────

    def _note(self, today: int) -> None:
        held = _look(self.seen_held, self.held_measures)
        entry = _look(self.seen, self.measures)
        entry |= {f"held_{name}": held[name][self.kind] for name in HELD}
        self._noted.append(entry | {"day": np.array(today)})
        met = self.shares()[..., np.newaxis] >= np.array(TARGETS)
        self.reached = np.where(met & np.isinf(self.reached), self._passed(), self.reached)

    # ── How soon without China ───────────────────────────────────────────────────────────────────────

    def _passed(self) -> float:
        """Years from as_of to today."""
        return (self._simulation.world.today - self.plan.as_of) / DAYS_A_YEAR

    def shares(self) -> Numbers:
        """[run, material, stage] capacity outside China now, of the need there."""
        return self._runwise(capacity.share(self.live.progress, self.live.late, self.values.parameters.building))

    def _runwise(self, values: Numbers) -> Numbers:
        return np.broadcast_to(values, (len(self.kind), *values.shape[1:]))

    def _left(self, seen: Seen, controls: Controls) -> Numbers:
        """[run, material, stage, target] years from now until the shares are reached, all controls held."""
        building, state = seen.parameters.building, seen.state
        denied = capacity.denied(controls.technology_denied, controls.experts_denied)
        floor = controls.price_floor / seen.parameters.market.price
        drive = capacity.incentive(seen.flows.transacted_ratio, floor, controls.floor_scope, controls.subsidy, building)
        clock = (state.progress, state.late, state.held_up)
        return np.stack([capacity.years_to(target, *clock, denied, drive, building) for target in TARGETS], axis=-1)

    def years_from_as_of(self) -> Numbers:
        """[run, material, stage, target] years from as_of, the controls of today held; inf beyond `supply.horizon`."""
        ahead = self._within(self._left(self.seen, self.controls) + self._passed())
        return np.where(np.isinf(self.reached), ahead, self.reached)

    def held_years_from_as_of(self) -> Numbers:
        """The same under the policy of as_of held; what it reaches by the last day counts as reached then."""
        ahead = self._within(self._left(self.seen_held, self.held_controls) + self._passed())[self.kind]
        return np.where(self.start_shares[..., np.newaxis] >= np.array(TARGETS), 0.0, ahead)

    def _within(self, years: Numbers) -> Numbers:
        return np.where(years > self.values.years_ahead, np.inf, years)

    def series(self) -> dict[str, NDArray[Any]]:
        """Everything noted: `day` [entry], the rest [entry, run, region or material]."""
        return {name: np.stack([entry[name] for entry in self._noted]) for name in self._noted[0]}

    def measure(self, name: str, of: str, by: str | None) -> Numbers:
        """[run] a measure of `names.SUPPLY` as the last step left it: of an actor, a sector of it, or a material.

        Before `as_of` nothing is known of it.
        """
        if not self.begun:
            return np.full(len(self.kind), np.nan)
        if of in self.levers.materials:
            return self._of_material(name)[:, self.levers.materials.index(of)]
        weight = self.levers.weight_of(of)
        if by is not None:
            return _weighed(self._by_sector(name)[:, :, self.levers.sectors.index(by)], weight)
        return _weighed(self._by_region(name), weight)

    def _by_sector(self, name: str) -> Numbers:
        """[run, region, sector]"""
        seen = self.seen
        if name == "stopped":
            return self.measures.stopped(seen)
        if name == "output_lost":
            return self.measures.lost(seen)
        return PERCENT * self.measures.output(seen)

    def _by_region(self, name: str) -> Numbers:
        """[run, region]"""
        if name == "cover":
            return self.measures.region_cover(self.seen)
        if name == "weeks_to_stock_out":
            return np.minimum(self.measures.weeks_to_stock_out(self.seen), NEVER)
        return self.measures.over_sectors(self._by_sector(name))

    def _of_material(self, name: str) -> Numbers:
        """[run, material]"""
        seen = self.seen
        match name:
            case "price_ratio":
                return seen.flows.quoted_ratio
            case "exports_index":
                return seen.flows.exports_index
            case "licence_backlog":
                return self.measures.of_normal(seen, seen.state.backlog)
            case "non_chinese":
                return self.measures.non_chinese(seen)
            case "revenue_lost":
                return self.measures.revenue_lost(seen)
            case _:
                # A material can be had without China once all its stages can.
                left = np.fmax.reduce(self._left(seen, self.controls)[..., YEARS.index(name)], axis=2)
                return np.minimum(self._runwise(left), self.values.years_ahead)

    # ── Copies and disk ──────────────────────────────────────────────────────────────────────────────

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `resume` needs."""
        return self._stored(self._runs())

    def take(self, index: Rows) -> dict[str, NDArray[Any]]:
        """The `arrays` of some rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        return self._stored(index)

    def _stored(self, index: Rows) -> dict[str, NDArray[Any]]:
        if not self.begun:
            return {}
        kinds, first, kind = np.unique(self.kind[index], return_index=True, return_inverse=True)
        groups: dict[str, dict[str, Any]] = {
            "": {
                "kind": kind,
                "first": first,
                "reached": self.reached[index],
                "start_shares": self.start_shares[index],
            },
            "live": self.live.take(index).arrays(),
            "held": self.held.take(kinds).arrays(),
            "controls": _rows_of(self.controls, index),
            "held_controls": _rows_of(self.held_controls, kinds),
            "flows": _rows_of(self.flows, index),
            "held_flows": _rows_of(self.held_flows, kinds),
            "series": {name: np.stack([entry[name] for entry in self._noted]) for name in self._noted[0]}
            if self._noted
            else {},
            "clock": {"live": np.array(self.live.slot), "held": np.array(self.held.slot)},
        }
        series = groups["series"]
        groups["series"] = {name: values if name == "day" else values[:, index] for name, values in series.items()}
        return {f"{group}.{name}": values for group, arrays in groups.items() for name, values in arrays.items()}

    def resume(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take up the record that was written down by `arrays`."""
        if not arrays:
            return self

        def group(name: str) -> dict[str, Any]:
            return {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}

        own, clock = group(""), group("clock")
        self.begun = True
        self.kind, self.first, self.reached, self.start_shares = (
            own[name] for name in ("kind", "first", "reached", "start_shares")
        )
        # Copies, for a state lays its arrays as a step goes through them.
        live, held = (
            State(**group(name), slot=int(clock[name]), days=float(STEP)).take(slice(None)) for name in ("live", "held")
        )
        self.live, self.held = live, held
        self.controls, self.held_controls = Controls(**group("controls")), Controls(**group("held_controls"))
        self.flows, self.held_flows = Flows(**group("flows")), Flows(**group("held_flows"))
        series = group("series")
        days = range(len(series["day"])) if series else range(0)
        self._noted = [{name: values[place] for name, values in series.items()} for place in days]
        return self


def _weighed(values: Numbers, weight: Numbers) -> Numbers:
    """[run] of [run, region] values; a region that weighs nothing does not count, whatever its value."""
    there = weight > 0
    return total(values[:, there] * weight[there], 1)


def _rows_of(record: Controls | Flows, rows: Rows) -> dict[str, NDArray[Any]]:
    return {name: array[rows] for name, array in vars(record).items() if array is not None}


def _look(seen: Seen, measures: Measures) -> dict[str, Numbers]:
    """Everything of a day: [run, region] and [run, material] by name."""
    flows, state = seen.flows, seen.state
    return {
        "cover_weeks": measures.region_cover(seen),
        "weeks_to_stock_out": measures.weeks_to_stock_out(seen),
        "stopped_percent": PERCENT * measures.over_sectors(measures.stopped(seen)),
        "need_met_percent": PERCENT * measures.met(seen),
        "output_percent": PERCENT * measures.over_sectors(measures.output(seen)),
        "output_leontief_percent": PERCENT * measures.over_sectors(flows.leontief),
        "output_ces_percent": PERCENT * measures.over_sectors(flows.ces),
        "lost_weeks": measures.over_sectors(measures.lost(seen)),
        "lost_weeks_leontief": measures.over_sectors(state.lost_leontief),
        "lost_weeks_ces": measures.over_sectors(state.lost_ces),
        "value_lost_bn": measures.value_lost_bn(seen),
        "stop_loss_weeks": measures.over_sectors(measures.stop_loss(seen)),
        "exports_percent": PERCENT * flows.exports_index,
        "backlog_weeks": measures.of_normal(seen, state.backlog),
        "wait_weeks": flows.wait,
        "quoted_ratio": flows.quoted_ratio,
        "transacted_ratio": flows.transacted_ratio,
        "chinese_ratio": flows.chinese_ratio,
        "non_chinese_percent": PERCENT * measures.non_chinese(seen),
        "revenue_lost_musd_week": measures.revenue_lost(seen),
        "revenue_lost_musd": measures.revenue_lost_so_far(seen),
        "exported_tonnes": state.exported.copy(),
    }
