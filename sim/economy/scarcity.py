"""Quantity limits at work on a batch: what they leave of the parts of trade that they hold, and what scarcity adds.

A part of a cell is a variety of its own. Where the quantity that buyers want is more than is allowed a rent µ makes up
the price, so that 0 ≤ µ ⊥ allowed − quantity ≥ 0; under a ban the part is gone. A tariff that leaves the same quantity
has the same equilibrium, and only the owner of the rent differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.economy.problem import Limits

if TYPE_CHECKING:
    from sim.economy.equilibrium import Batch

Numbers = NDArray[np.float64]


class Scarcity:
    """Limits at work on a batch: what they leave of the parts of its cells that they hold."""

    def __init__(self, batch: Batch, limits: Limits) -> None:
        self.batch = batch
        self.limits = limits
        base, runs = batch.base, len(batch.problem)
        self.cells, self.first = np.unique(limits.cell, return_index=True)
        place = np.unravel_index(limits.cell, base.share.shape)
        self.sector, self.importer, self.exporter = place
        self.theta = batch.theta[:, self.sector]
        self.free = 1 - np.add.reduceat(limits.share, self.first, axis=1)
        batch.chosen = batch.chosen.copy()
        if batch.paid is not batch.chosen and batch.problem.acted_on is not None:
            batch.paid = batch.paid.copy()
        else:
            batch.paid = batch.chosen
        batch.at_customs, batch.sold = batch.at_customs.copy(), batch.sold.copy()
        own = (batch.chosen,) if batch.paid is batch.chosen else (batch.chosen, batch.paid)
        self.whole = [(array.reshape(runs, -1), array.reshape(runs, -1)[:, self.cells]) for array in own]
        self.customs = batch.at_customs.reshape(runs, -1)
        self.sold = batch.sold.reshape(runs, -1)
        self.whole_customs = self.customs[:, self.cells].copy()
        self.whole_sold = self.sold[:, self.cells].copy()
        self.part_customs = self.customs[:, limits.cell] * limits.share
        self.per_unit = self.sold[:, limits.cell].copy()
        self.base_flow = base.flows.reshape(-1)[limits.cell]
        self.slope = 1 + self.theta * (1 - base.share.reshape(-1)[limits.cell] * limits.share)
        regions = np.eye(base.regions)
        self._ends = regions[self.importer], regions[self.exporter]
        """[limit, region] 1 at the importer, at the exporter"""
        self.bound = np.isfinite(limits.allowed) & (limits.allowed > 0) & (self.base_flow > 0)

    def apply(self, log_rent: Numbers) -> None:
        """Set the cells to what they are at these rents."""
        kept = self.limits.share * np.exp(-self.theta * log_rent)
        left = self.free + np.add.reduceat(kept, self.first, axis=1)
        net = self.free + np.add.reduceat(kept * np.exp(-log_rent), self.first, axis=1)
        for array, whole in self.whole:
            array[:, self.cells] = whole * left
        self.customs[:, self.cells] = self.whole_customs * left
        self.sold[:, self.cells] = self.whole_sold * net
        self.rent = self.part_customs * np.exp(-self.theta * log_rent) * -np.expm1(-log_rent)
        """[run, limit] per unit of pull and unit: customs value that is rent"""

    def rents(self, pull: Numbers, unit: Numbers) -> Numbers:
        """[run, limit] million USD."""
        rents: Numbers = self.rent * pull[:, self.sector, self.exporter] * unit[:, self.sector, self.importer]
        return rents

    def to_importers(self, pull: Numbers, unit: Numbers) -> Numbers:
        """[run, region] rents that importers' licence holders have, gained by them and missing at the exporters."""
        moved = self.rents(pull, unit) * (1 - self.limits.to_exporter[:, np.newaxis])
        return np.matmul(moved[:, np.newaxis], self._ends[0] - self._ends[1])[:, 0]

    def by_owner(self, pull: Numbers, unit: Numbers) -> Numbers:
        """[run, region] rents with whoever has them, million USD."""
        at_exporters = np.matmul(self.rents(pull, unit)[:, np.newaxis], self._ends[1])[:, 0]
        return at_exporters + self.to_importers(pull, unit)

    def quantity(self, log_rent: Numbers, log_cost: Numbers, pull: Numbers, unit: Numbers) -> Numbers:
        """[run, limit] log of the quantity of the part over that of the base."""
        value = self.per_unit * pull[:, self.sector, self.exporter] * unit[:, self.sector, self.importer]
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Numbers = np.log(value / self.base_flow)
        return found - (self.theta + 1) * log_rent - log_cost[:, self.exporter, self.sector]

    def next(self, log_rent: Numbers, log_cost: Numbers, pull: Numbers, unit: Numbers) -> Numbers:
        """[run, limit] the rents after a step; none where the limit does not bind, without end under a ban."""
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = self.quantity(log_rent, log_cost, pull, unit) - np.log(self.limits.allowed)
            following = np.maximum(0.0, log_rent + beyond / self.slope)
        banned = np.where(self.limits.allowed == 0, np.inf, 0.0)
        return np.where(self.bound, following, banned)
