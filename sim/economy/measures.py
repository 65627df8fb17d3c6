"""What an equilibrium means for each region: real income, trade, revenue, prices, rates. Every unit is in the name.

Effects are against a reference, another equilibrium of the same elasticities. Pass-through to the border is the slope
of Δ ln of border prices on Δ ln(1+t) over the cells of an importer, weighted by base imports, as in the regressions
that the evidence rests on. Consumer prices are at fixed weights and given wages: imports with a part of their rise,
home goods in full. `tests/reference/incidence.py` has both in plain words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.economy.base import Base
from sim.economy.solution import Solution

Numbers = NDArray[np.float64]
BN = 1000.0
"""million USD in a billion"""


@dataclass(frozen=True, eq=False)
class Picture:
    """What of an equilibrium is looked at; the first axis is the run."""

    income_musd: Numbers
    """[run, region] what final demand spends"""
    final_price: Numbers
    """[run, region] hat"""
    log_wage: Numbers
    """[run, region]"""
    log_cost: Numbers
    """[run, sector, region]"""
    flows_musd: Numbers
    """[run, sector, importer, exporter] at exporters' prices"""
    revenue_musd: Numbers
    """[run, importer]"""
    rent_musd: Numbers
    """[run, region]"""
    price: Numbers
    """[run, sector, region] hat of what buyers pay"""
    tariff: Numbers
    """[run, cell] rates that were levied"""

    @classmethod
    def of(cls, solution: Solution, tariff: Numbers) -> Self:
        """Of a batch."""
        return cls(
            solution.income_musd,
            solution.consumer_price,
            solution.state.log_wage,
            np.log(solution.cost).transpose(0, 2, 1),
            solution.flows_musd.transpose(0, 3, 1, 2),
            solution.revenue_musd,
            solution.rent_musd,
            solution.price.transpose(0, 2, 1),
            tariff,
        )

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Some runs."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.income_musd)


class Measures:
    """Measures of one base, for tariffs that differ in some cells."""

    def __init__(self, base: Base, cell: NDArray[np.int64], taxed: NDArray[np.bool_]) -> None:
        """`cell` are the places where tariffs may differ, `taxed` [sector] those that averages of tariffs are over."""
        self.base = base
        self._taxed = taxed
        _, self.importer, self.exporter = np.unravel_index(cell, base.share.shape)
        self.sector = cell // base.regions**2
        own = np.eye(base.regions, dtype=np.bool_)
        self._abroad = np.where(own, 0.0, base.flows)
        self._weight = self._abroad.reshape(-1)[cell]
        bought = base.final_share[:, :, np.newaxis] * base.share
        at_home = np.where(own, bought, 0.0)
        self._imported = np.where(own, 0.0, bought)
        self._home = at_home.sum(2)
        self._bought_cell = bought.reshape(-1)[cell]
        self._imports = self._abroad[taxed].sum((0, 2))
        self._base_duty = (self._abroad * base.tariff)[taxed].sum((0, 2))
        self._base_rate = base.tariff.reshape(-1)[cell]

    def real_income_percent(self, now: Picture, reference: Picture) -> Numbers:
        """[run, region] exact real income against the reference."""
        change = now.income_musd / reference.income_musd / (now.final_price / reference.final_price)
        return 100 * (change - 1)

    def real_income_bn(self, now: Picture, reference: Picture) -> Numbers:
        """[run, region] the same in bn USD a year: of the income of the reference, at its prices."""
        percent = self.real_income_percent(now, reference)
        return percent / 100 * reference.income_musd / BN

    def imports_bn(self, now: Picture) -> Numbers:
        """[run, importer, exporter] bn USD a year at exporters' prices; domestic sales are 0."""
        own = np.eye(self.base.regions, dtype=np.bool_)
        return np.where(own, 0.0, now.flows_musd.sum(1)) / BN

    def consumer_prices_percent(self, now: Picture, reference: Picture, border_to_retail: Numbers) -> Numbers:
        """[run, region] consumer prices at given wages; `border_to_retail` [run]."""
        cost = now.log_cost - reference.log_cost
        wage = now.log_wage - reference.log_wage
        abroad = np.matmul(self._imported, cost[..., np.newaxis])[..., 0].sum(1) - wage * self._imported.sum((0, 2))
        abroad += self._by_importer(self._bought_cell * self._wedge(now, reference))
        home = (self._home * (cost - wage[:, np.newaxis])).sum(1)
        return 100 * np.expm1(border_to_retail[:, np.newaxis] * abroad + home)

    def pass_through(self, now: Picture, reference: Picture) -> Numbers:
        """[run, importer] share of tariff changes that border prices show; NaN where no tariff has changed."""
        change = self._wedge(now, reference)
        cost = (now.log_cost - reference.log_cost)[:, self.sector, self.exporter]
        weight = self._weight * change
        size, shown = self._by_importer(weight * change), self._by_importer(weight * cost)
        return 1 + np.divide(shown, size, out=np.full(size.shape, np.nan), where=size > 0)

    def average_percent(self, tariff: Numbers) -> Numbers:
        """[run, importer] average rate on taxed goods at the base's import weights of rates [run, cell]."""
        changed = self._by_importer(self._weight * (tariff - self._base_rate))
        return 100 * np.divide(
            self._base_duty + changed, self._imports, out=np.zeros(changed.shape), where=self._imports > 0
        )

    def taxed_imports_musd(self, now: Picture) -> Numbers:
        """[run, importer] imports in the sectors that tariffs are on, million USD a year at exporters' prices."""
        own = np.eye(self.base.regions, dtype=np.bool_)
        return np.where(own, 0.0, now.flows_musd[:, self._taxed].sum(1)).sum(2)

    def by_importer_bn(self, now: Picture, part: Numbers) -> Numbers:
        """[run, importer] bn USD a year of a part [run, cell] of the flows of the cells."""
        return self._by_importer(part * now.flows_musd[:, self.sector, self.importer, self.exporter]) / BN

    def output_percent(self, now: Picture, reference: Picture) -> Numbers:
        """[run, sector, region] quantities made, against the reference; 0 where it makes none."""
        made, before = now.flows_musd.sum(2), reference.flows_musd.sum(2)
        ratio = np.divide(made, before, out=np.ones(made.shape), where=before > 0)
        return 100 * (ratio / np.exp(now.log_cost - reference.log_cost) - 1)

    def price_percent(self, now: Picture, reference: Picture) -> Numbers:
        """[run, sector, region] what buyers pay relative to the price of final demand, against the reference."""
        real = now.price / reference.price / (now.final_price / reference.final_price)[:, np.newaxis]
        return 100 * (real - 1)

    @staticmethod
    def _wedge(now: Picture, reference: Picture) -> Numbers:
        return np.log1p(now.tariff) - np.log1p(reference.tariff)

    def _by_importer(self, values: Numbers) -> Numbers:
        """[run, importer] sums of [run, cell], one cell after the other."""
        found = np.zeros((self.base.regions, len(values)))
        np.add.at(found, self.importer, values.T)
        return found.T.copy()
