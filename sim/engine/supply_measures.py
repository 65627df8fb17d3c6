"""What is read of the supply of materials: by using sector, by region, by material."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class Measures:
    """Weights of regions and sectors, and the readings that need them."""

    def __init__(self, levers: SupplyLevers, values: Values) -> None:
        part = values.by_sector("part")
        region = levers.seat_region == np.arange(len(levers.regions))[:, np.newaxis]
        added = np.einsum("ge,se->gs", region, levers.value_added_musd)
        self.value_added_bn = added * part[:, np.newaxis] / BN
        """[run or 1, region, sector] value added of the using sectors, bn USD a year"""
        whole = self.value_added_bn.sum(2, keepdims=True)
        self._weight = self.value_added_bn / np.maximum(whole, np.finfo(float).tiny)

    def over_sectors(self, values: Numbers) -> Numbers:
        """[run, region] mean of [run, region, sector] values by value added."""
        return (values * self._of(self._weight, len(values))).sum(2)

    @staticmethod
    def _of(weight: Numbers, runs: int) -> Numbers:
        return weight if len(weight) in (1, runs) else weight[:1]

    # ── By using sector, [run, region, sector] ───────────────────────────────────────────────────────

    @staticmethod
    def whole(seen: Seen, values: Numbers, fill: float) -> Numbers:
        """[run, region, sector, material] of [run, cell] values; `fill` where nothing is needed."""
        return seen.parameters.cells.spread(values, fill)

    def stopped(self, seen: Seen) -> Numbers:
        """Share of users that have run out of some material."""
        return self.whole(seen, seen.flows.stopped, 0.0).max(3)

    @staticmethod
    def output(seen: Seen, is_leontief: NDArray[np.bool_]) -> Numbers:
        """Output of that at rest, in the branch of each run."""
        return np.where(is_leontief[:, np.newaxis, np.newaxis], seen.flows.leontief, seen.flows.ces)

    @staticmethod
    def lost(seen: Seen, is_leontief: NDArray[np.bool_]) -> Numbers:
        """Weeks of output lost so far, in the branch of each run."""
        return np.where(is_leontief[:, np.newaxis, np.newaxis], seen.state.lost_leontief, seen.state.lost_ces)

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
        return self.whole(
            seen, leverage.weeks_to_stock_out(seen.state.stock, np.where(draw > STILL, draw, 0.0)), np.inf
        )

    def weeks_to_stock_out(self, seen: Seen) -> Numbers:
        """Weeks until half of the need is that of cells whose median user is out."""
        left = self.weeks_left(seen)
        runs, regions = left.shape[:2]
        need = np.broadcast_to(seen.parameters.need, left.shape)
        return leverage.of_region(left.reshape(runs, regions, -1), need.reshape(runs, regions, -1))

    def _by_tonnes(self, seen: Seen, values: Numbers, over: tuple[int, ...]) -> Numbers:
        need = np.broadcast_to(seen.parameters.need, (len(values), *seen.parameters.need.shape[1:]))
        held = (self.whole(seen, values, 0.0) * need).sum(over)
        return np.divide(held, need.sum(over), out=np.zeros_like(held), where=need.sum(over) > 0)

    def value_lost_bn(self, lost_weeks: Numbers, multiplier: Numbers) -> Numbers:
        """[run, region] value added lost, bn USD, of [run, region, sector] weeks of output."""
        a_week = self._of(self.value_added_bn, len(lost_weeks)) / WEEKS_A_YEAR
        return (lost_weeks * a_week).sum(2) * multiplier[:, np.newaxis]

    # ── By material, [run, material] ─────────────────────────────────────────────────────────────────

    def of_normal(self, seen: Seen, values: Numbers) -> Numbers:
        """Tonnes of [run, cell] flows or stocks, in weeks of normal Chinese exports."""
        need, share = seen.parameters.need, seen.parameters.chinese_share[:, :, np.newaxis]
        normal = (need * share).sum((1, 2))
        return (self.whole(seen, values, 0.0) * need).sum((1, 2)) / np.maximum(normal, np.finfo(float).tiny)

    def revenue_lost(self, seen: Seen) -> Numbers:
        """Million USD a week that China does not earn, at the price at rest; below 0 where it ships more than normal."""
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
        mine = (self.whole(seen, seen.flows.non_chinese, 0.0) * need).sum((1, 2))
        return mine / np.maximum(need.sum((1, 2)), np.finfo(float).tiny)


STILL = 1e-9
"""A net draw, in weeks a week, that is rounding."""
