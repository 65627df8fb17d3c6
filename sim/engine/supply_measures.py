"""What is read of the supply of materials: by using sector, by region, by material."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.in_order import total
from sim.engine.levers import Rows
from sim.engine.supply_levers import SupplyLevers
from sim.engine.supply_values import WEEKS_A_YEAR, Values
from sim.supply import Flows, Parameters, State, leverage

Numbers = NDArray[np.float64]
BN = 1000.0
"""million USD in a bn USD"""
THOUSAND = 1000.0
"""USD/kg times tonnes is thousand USD; this many make a million"""


class Seen(NamedTuple):
    """The supply of some runs on a day: parameters, state and the flows of the step before; all have the run first."""

    parameters: Parameters
    state: State
    flows: Flows


@dataclass(frozen=True, eq=False)
class Measures:
    """Readings of some runs, and what each of these needs; the run is first, with one entry where all agree."""

    value_added_bn: Numbers
    """[run, region, sector] value added of the using sectors, bn USD a year"""
    multiplier: Numbers
    """[run] loss of value added in all, of that in the using sectors"""
    is_leontief: NDArray[np.bool_]
    """[run] output follows the branch leontief, else ces"""

    @classmethod
    def of(cls, levers: SupplyLevers, values: Values) -> Self:
        """Those of the runs that `values` are about."""
        added = np.zeros((len(levers.regions), len(levers.sectors)))
        for seat, region in enumerate(levers.seat_region):
            added[region] += levers.value_added_musd[:, seat]
        return cls(added * values.by_sector("part")[:, np.newaxis] / BN, values.multiplier, values.is_leontief)

    def take(self, rows: Rows) -> Self:
        """Those of some runs."""
        own = (getattr(self, field.name) for field in fields(self))
        return type(self)(*(array if len(array) == 1 else array[rows] for array in own))

    def over_sectors(self, values: Numbers) -> Numbers:
        """[run, region] mean of [run, region, sector] values by value added."""
        whole = np.maximum(total(self.value_added_bn, 2), np.finfo(float).tiny)
        return total(values * (self.value_added_bn / whole[:, :, np.newaxis]), 2)

    # ── By using sector, [run, region, sector] ───────────────────────────────────────────────────────

    @staticmethod
    def whole(seen: Seen, values: Numbers, fill: float) -> Numbers:
        """[run, region, sector, material] of [run, cell] values; `fill` where nothing is needed."""
        return seen.parameters.cells.spread(values, fill)

    def stopped(self, seen: Seen) -> Numbers:
        """Share of users that have run out of some material."""
        return self.whole(seen, seen.flows.stopped, 0.0).max(3)

    def output(self, seen: Seen) -> Numbers:
        """Output of that at rest, in the branch of each run."""
        return np.where(self.is_leontief[:, np.newaxis, np.newaxis], seen.flows.leontief, seen.flows.ces)

    def lost(self, seen: Seen) -> Numbers:
        """Weeks of output lost so far, in the branch of each run."""
        return np.where(self.is_leontief[:, np.newaxis, np.newaxis], seen.state.lost_leontief, seen.state.lost_ces)

    def cover(self, seen: Seen) -> Numbers:
        """Weeks of need in store, of the materials together by tonnes."""
        return self._by_tonnes(seen, seen.flows.cover, over=(3,))

    def stop_loss(self, seen: Seen) -> Numbers:
        """Weeks of output, branch leontief, that a full stop from today would cost over half a year."""
        parameters, flows, state = seen.parameters, seen.flows, seen.state
        spared = parameters.by_cell.substitutable
        gap = leverage.gap(flows.non_chinese, spared, state.adapted)
        lost = self.whole(seen, leverage.loss_of_a_stop(state.stock, gap), 0.0) * parameters.dependence[:, np.newaxis]
        return lost.max(3) * parameters.production.criticality[:, np.newaxis]

    # ── By region, [run, region] ─────────────────────────────────────────────────────────────────────

    def region_cover(self, seen: Seen) -> Numbers:
        """Weeks of need in store, of all sectors and materials by tonnes."""
        return self._by_tonnes(seen, seen.flows.cover, over=(2, 3))

    def met(self, seen: Seen) -> Numbers:
        """Share of the need met, by tonnes."""
        return self._by_tonnes(seen, seen.flows.met, over=(2, 3))

    def weeks_left(self, seen: Seen) -> Numbers:
        """[run, region, sector, material] weeks until the median user is out at the present net draw; inf: never."""
        flows = seen.flows
        draw = flows.used - flows.arrived - flows.non_chinese - flows.released
        left = leverage.weeks_to_stock_out(seen.state.stock, np.where(draw > STILL, draw, 0.0))
        return self.whole(seen, np.where(flows.stopped >= HALF, 0.0, left), np.inf)

    def weeks_to_stock_out(self, seen: Seen) -> Numbers:
        """Weeks until half of the need is that of cells whose median user is out."""
        left = self.weeks_left(seen)
        runs, regions = left.shape[:2]
        need = np.broadcast_to(seen.parameters.need, left.shape)
        return leverage.of_region(left.reshape(runs, regions, -1), need.reshape(runs, regions, -1))

    def _by_tonnes(self, seen: Seen, values: Numbers, over: tuple[int, ...]) -> Numbers:
        need = np.broadcast_to(seen.parameters.need, (len(values), *seen.parameters.need.shape[1:]))
        held, whole = total(self.whole(seen, values, 0.0) * need, *over), total(need, *over)
        return np.divide(held, whole, out=np.zeros_like(held), where=whole > 0)

    def value_lost_bn(self, seen: Seen) -> Numbers:
        """[run, region] value added lost so far, bn USD."""
        return total(self.lost(seen) * self.value_added_bn, 2) / WEEKS_A_YEAR * self.multiplier[:, np.newaxis]

    # ── By material, [run, material] ─────────────────────────────────────────────────────────────────

    def of_normal(self, seen: Seen, values: Numbers) -> Numbers:
        """Tonnes of [run, cell] flows or stocks, in weeks of normal Chinese exports."""
        tonnes = total(self.whole(seen, values, 0.0) * seen.parameters.need, 1, 2)
        return tonnes / np.maximum(seen.parameters.by_cell.normal_exports, np.finfo(float).tiny)

    def revenue_lost(self, seen: Seen) -> Numbers:
        """Million USD a week that China does not earn, at the price at rest; below 0 where it ships more."""
        return self._normal_musd(seen) * (1 - seen.flows.exports_index)

    def revenue_lost_so_far(self, seen: Seen) -> Numbers:
        """Million USD from as_of to now."""
        weeks = seen.state.elapsed[:, np.newaxis] * WEEKS_A_YEAR
        sold = seen.state.exported * seen.parameters.market.price / THOUSAND
        return self._normal_musd(seen) * weeks - sold

    @staticmethod
    def _normal_musd(seen: Seen) -> Numbers:
        return seen.parameters.by_cell.normal_exports * seen.parameters.market.price / THOUSAND

    def non_chinese(self, seen: Seen) -> Numbers:
        """Share of the need outside China that is met from elsewhere."""
        need = seen.parameters.need
        mine = total(self.whole(seen, seen.flows.non_chinese, 0.0) * need, 1, 2)
        return mine / np.maximum(seen.parameters.by_cell.tonnes, np.finfo(float).tiny)


HALF = 0.5
"""Share of users out of stock at which the median one is."""
STILL = 1e-9
"""A net draw, in weeks a week, that is rounding."""
