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

from sim.engine.levers import Levers, Rows, distinct
from sim.engine.supply_levers import SupplyLevers
from sim.engine.supply_measures import Measures, Seen
from sim.engine.supply_values import Values
from sim.supply import Controls, Flows, Parameters, State, capacity, step

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
STEP = 7
"""Days."""
REPORT = 28
"""Days between entries of the record."""
TOLD = 0.01
"""Change of a sector's limit, of its output, of which the economy is told; smaller ones wait."""
NO_LIMIT = 1 - 1e-9
LEAST = 1e-3
"""An output that is nearly nothing: the economy has no limit at nothing at all."""


class SupplyRecord:
    """The supply of a simulation's rows: states, controls, and everything noted."""

    def __init__(self, simulation: Simulation, levers: SupplyLevers) -> None:
        self._simulation = simulation
        self.levers = levers
        self.plan = simulation.plan
        self.values = Values(levers, simulation.assumptions, len(simulation.world))
        self.measures = Measures(levers, self.values)
        self.stepped = self.plan.as_of
        """day to which the states have come"""
        self.kind = np.zeros(len(simulation.world), dtype=np.int64)
        """[run] runs of one kind assume the same, and so have the same supply under the policy held"""
        self.first = np.zeros(0, dtype=np.int64)
        """[kind] its first run"""
        self.live: State | None = None
        self.held: State | None = None
        self.controls: Controls | None = None
        self.held_controls: Controls | None = None
        self.flows: Flows | None = None
        self.held_flows: Flows | None = None
        self._noted: list[dict[str, Any]] = []

    def days(self) -> list[int]:
        """Days on which supply is stepped."""
        return [*range(self.plan.as_of, self.plan.horizon, STEP), self.plan.horizon]

    # ── The clock's calls ────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """On as_of, before anybody moves: the queue as the controls of that day leave it, stocks as assumed."""
        if self._simulation.world.today != self.plan.as_of:
            return
        controls = self._controls()
        self.first, self.kind = distinct(self.values.told_apart(controls))
        self.live = State.under(self.values.parameters, controls, self.values.starting_cover)
        self.held, self.held_controls = self.live.take(self.first), controls.take(self.first)
        # What flows on as_of is what would flow in the week to come if nobody moved.
        everyone = np.arange(len(self.kind))
        self.flows = step(self.live.take(everyone), controls, self.values.parameters, STEP)
        self.held_flows = self.flows.take(self.first)

    def record(self) -> None:
        """The day is over: step to it, tell the economy what has changed, note."""
        today = self._simulation.world.today
        if today < self.plan.as_of or (today - self.plan.as_of) % STEP and today != self.plan.horizon:
            return
        if today > self.stepped:
            self._step(float(today - self.stepped))
            self.stepped = today
            self._tell()
        self.controls = self._controls()
        if (today - self.plan.as_of) % REPORT == 0 or today == self.plan.horizon:
            self._note(today)

    def _controls(self) -> Controls:
        rows = np.arange(len(self._simulation.world))
        need = self.values.parameters.need
        need = np.broadcast_to(need, (len(rows), *need.shape[1:]))
        return self.levers.controls(self._simulation.world, rows, self._simulation.assumptions, need)

    def _step(self, passed: float) -> None:
        assert self.live is not None
        assert self.controls is not None and self.held_controls is not None
        self.flows = step(self.live, self.controls, self.values.parameters, passed)
        self.held_flows = step(self.held, self.held_controls, self.held_parameters, passed)

    @cached_property
    def held_parameters(self) -> Parameters:
        """Parameters of the first runs of their kinds."""
        return self.values.parameters.take(self.first)

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
        live, held = self.seen, self.seen_held
        mine = self.measures.output(live, self.values.is_leontief)
        other = self.measures.output(held, self._branch_of_kinds)[self.kind]
        short = 1 - np.minimum(1.0, mine / other)
        part = self.values.by_sector("part")
        found = np.zeros((len(mine), len(economy.places)))
        for place, using in enumerate(self._using(economy)):
            for region, sector in using:
                found[:, place] += short[:, region, sector] * part[:, sector]
        limit = np.maximum(LEAST, 1 - found)
        return np.where(limit < NO_LIMIT, limit, np.inf)

    @cached_property
    def _branch_of_kinds(self) -> NDArray[np.bool_]:
        whole = self.values.is_leontief
        return whole if len(whole) == 1 else whole[self.first]

    def _using(self, economy: Levers) -> list[list[tuple[int, int]]]:
        """For each place of the economy the (region, sector) that use materials there."""
        levers, data = self.levers, economy.economy.data
        found = []
        for column, region in economy.places:
            regions = [place for place, name in enumerate(levers.regions) if data.regions[region] in levers.settings.regions[name].regions]
            sectors = [place for place, name in enumerate(levers.sectors) if levers.settings.sectors[name].sector == data.sectors[column]]
            found.append(list(product(regions, sectors)))
        return found

    # ── What is seen ─────────────────────────────────────────────────────────────────────────────────

    @property
    def seen(self) -> Seen:
        """The runs as they are now."""
        assert self.live is not None and self.flows is not None
        return Seen(self.values.parameters, self.live, self.flows)

    @property
    def seen_held(self) -> Seen:
        """The kinds of runs under the policy held."""
        assert self.held is not None and self.held_flows is not None
        return Seen(self.held_parameters, self.held, self.held_flows)

    # ── What was ─────────────────────────────────────────────────────────────────────────────────────

    def _note(self, today: int) -> None:
        held = self._look(self.seen_held, self._branch_of_kinds)
        entry = self._look(self.seen, self.values.is_leontief)
        entry |= {f"held_{name}": held[name][self.kind] for name in HELD}
        self._noted.append(entry | {"day": np.array(today)})
        years = (today - self.plan.as_of) / DAYS_A_YEAR
        shares = self._shares(self.seen)
        met = shares[..., np.newaxis] >= np.array(capacity_targets())
        self.reached = np.where(met & np.isinf(self.reached), years, self.reached)

    def _look(self, seen: Seen, leontief: NDArray[np.bool_]) -> dict[str, Numbers]:
        """Everything of a day: [run, region] and [run, material] by name."""
        measures, flows, state = self.measures, seen.flows, seen.state
        lost = measures.lost(seen, leontief)
        return {
            "cover_weeks": measures.region_cover(seen),
            "weeks_to_stock_out": measures.weeks_to_stock_out(seen),
            "stopped_percent": PERCENT * measures.over_sectors(measures.stopped(seen)),
            "need_met_percent": PERCENT * measures.met(seen),
            "output_percent": PERCENT * measures.over_sectors(measures.output(seen, leontief)),
            "output_leontief_percent": PERCENT * measures.over_sectors(flows.leontief),
            "output_ces_percent": PERCENT * measures.over_sectors(flows.ces),
            "lost_weeks": measures.over_sectors(lost),
            "lost_weeks_leontief": measures.over_sectors(state.lost_leontief),
            "lost_weeks_ces": measures.over_sectors(state.lost_ces),
            "value_lost_bn": measures.value_lost_bn(lost, self.values.multiplier),
            "stop_loss_weeks": measures.over_sectors(measures.stop_loss(seen)),
            "exports_percent": PERCENT * flows.exports_index,
            "backlog_weeks": measures.of_normal(seen, state.backlog),
            "wait_weeks": flows.wait,
            "quoted_ratio": flows.quoted_ratio,
            "transacted_ratio": flows.transacted_ratio,
            "chinese_ratio": flows.chinese_ratio,
            "non_chinese_percent": PERCENT * measures.non_chinese(seen),
            "revenue_lost_musd_week": flows.revenue_lost_musd,
            "revenue_lost_musd": state.revenue_lost,
            "exported_tonnes": state.exported,
        }

    def series(self) -> dict[str, NDArray[Any]]:
        """Everything noted: `day` [entry], the rest [entry, run, region or material]."""
        return {name: np.stack([entry[name] for entry in self._noted]) for name in self._noted[0]}

    def measure(self, name: str, of: str, by: str | None) -> Numbers:
        """[run] a measure of `names.SUPPLY` as the last step left it: of an actor, a sector of it, or a material.

        Before `as_of` nothing is known of it.
        """
        if self.live is None:
            return np.full(len(self.kind), np.nan)
        if of in self.levers.materials:
            return self._of_material(name)[:, self.levers.materials.index(of)]
        weight = self.levers.weight_of(of)
        if by is not None:
            return _weighed(self._by_sector(name)[:, :, self.levers.sectors.index(by)], weight)
        return _weighed(self._by_region(name), weight)

    def _by_sector(self, name: str) -> Numbers:
        """[run, region, sector]"""
        seen, leontief = self.seen, self.values.is_leontief
        if name == "stopped":
            return self.measures.stopped(seen)
        if name == "output_lost":
            return self.measures.lost(seen, leontief)
        return PERCENT * self.measures.output(seen, leontief)

    def _by_region(self, name: str) -> Numbers:
        """[run, region]"""
        if name == "cover":
            return self.measures.region_cover(self.seen)
        if name == "weeks_to_stock_out":
            return self.measures.weeks_to_stock_out(self.seen)
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
                return seen.flows.revenue_lost_musd
            case _:
                return self.years()[:, :, capacity.STAGES.index("end_to_end"), YEARS.index(name)]


PERCENT = 100.0
YEARS = ("years_to_quarter", "years_to_half", "years_to_three_quarters")


def _weighed(values: Numbers, weight: Numbers) -> Numbers:
    """[run] of [run, region] values; a region that weighs nothing does not count, whatever its value."""
    there = weight > 0
    return (values[:, there] * weight[there]).sum(1)
