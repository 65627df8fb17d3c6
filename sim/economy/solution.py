"""What an equilibrium says, in the axes and units of the data set: importer, exporter, sector; million USD a year."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.economy.base import Base
from sim.economy.equilibrium import Batch, State
from sim.economy.problem import Problem
from sim.economy.solver import Solved

Numbers = NDArray[np.float64]


class Solution:
    """An equilibrium, or a batch of them with a run axis in front. A hat is the new value over that of the base.

    Where deficits were purged first the base is that without them: `before`.
    """

    def __init__(
        self, base: Base, problem: Problem, solved: Solved, single: bool, before: Solution | None = None
    ) -> None:
        self._base = base
        self._before = before
        self._problem = problem
        self._solved = solved
        self._single = single

    def _out(self, values: Any) -> Any:
        return values[0] if self._single else values

    @property
    def state(self) -> State:
        """Where the solver stands, to start another solution from."""
        return self._solved.state

    # ── How it was reached ───────────────────────────────────────────────────────────────────────────

    @property
    def converged(self) -> Any:
        """Whether the run is an equilibrium: its residual is at most `sim.economy.TOLERANCE`."""
        there = self._solved.converged
        return self._out(there if self._before is None else there & self._before._solved.converged)

    @property
    def residual(self) -> Any:
        """Largest gap left: in log prices, in expenditure over its base, in labour demand over base value added."""
        left = self._solved.error
        return self._out(left if self._before is None else np.maximum(left, self._before._solved.error))

    @property
    def dropped_market(self) -> Any:
        """Largest excess demand for labour over base value added: by Walras' law the market left over clears too."""
        return self._out(self._solved.labour)

    @property
    def iterations(self) -> Any:
        """Steps that were taken."""
        return self._out(self._solved.steps)

    # ── Hats ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wage(self) -> Any:
        """[region] hat of the price of labour; world value added is the unit of account."""
        return self._out(np.exp(self._hat("_log_wage")))

    @property
    def price(self) -> Any:
        """[region, sector] hat of what buyers pay for a unit of the sector's goods."""
        return self._out(np.exp(self._hat("_log_price")))

    @property
    def cost(self) -> Any:
        """[region, sector] hat of producers' prices, capacity rents included."""
        return self._out(np.exp(self._hat("_log_cost")))

    @property
    def consumer_price(self) -> Any:
        """[region] hat of the price of final demand."""
        return self._out(np.exp(self._hat("_log_final_price")))

    @property
    def real_income(self) -> Any:
        """[region] hat of income over the price of final demand: the exact measure of welfare."""
        before = self._base.income if self._before is None else self._before._income
        return self._out(self._income / before / np.exp(self._hat("_log_final_price")))

    @property
    def quantity(self) -> Any:
        """[importer, exporter, sector] hat of quantities; NaN where the base has no trade."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = self._flows / self._base_flows / np.exp(self._hat("_log_cost")).transpose(0, 2, 1)[:, :, np.newaxis]
        return self._out(value.transpose(0, 2, 3, 1))

    @property
    def output(self) -> Any:
        """[region, sector] hat of quantities made; NaN where the base makes none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = self._flows.sum(2) / self._base_flows.sum(-2) / np.exp(self._hat("_log_cost")).transpose(0, 2, 1)
        return self._out(value.transpose(0, 2, 1))

    @property
    def labour(self) -> Any:
        """[region] hat of labour supplied."""
        return self._out(self._labour)

    @property
    def scarcity_rent(self) -> Any:
        """[limit] what scarcity adds to the price, as a rate, in the order given; infinite under a ban."""
        rents = np.expm1(self.state.log_rent)
        limits = self._problem.limits
        if limits is not None and limits.order is not None:
            rents = rents[:, np.argsort(limits.order)]
        return self._out(rents)

    @property
    def capacity_rent(self) -> Any:
        """[place] what scarcity adds to the price of a capped sector, as a rate; in the order given."""
        return self._out(np.expm1(self.state.log_capacity))

    # ── Million USD a year ───────────────────────────────────────────────────────────────────────────

    @property
    def flows_musd(self) -> Any:
        """[importer, exporter, sector] at exporters' prices, domestic sales on the diagonal."""
        return self._out(self._flows.transpose(0, 2, 3, 1))

    @property
    def expenditure_musd(self) -> Any:
        """[region, sector] at prices that buyers pay."""
        return self._out(self.state.expenditure * self._base.expenditure.T)

    @property
    def output_musd(self) -> Any:
        """[region, sector] at producers' prices."""
        return self._out(self._flows.sum(2).transpose(0, 2, 1))

    @property
    def revenue_musd(self) -> Any:
        """[importer] revenue of import tariffs."""
        return self._out(self._duties.sum((1, 3)))

    @property
    def duties_musd(self) -> Any:
        """[importer, exporter, sector] import tariffs paid."""
        return self._out(self._duties.transpose(0, 2, 3, 1))

    @property
    def rent_musd(self) -> Any:
        """[region] scarcity rents under limits, with whoever has them."""
        return self._out(self._rents)

    @property
    def income_musd(self) -> Any:
        """[region] what final demand spends."""
        return self._out(self._income)

    def decomposition(self) -> tuple[Any, Any]:
        """(terms of trade, volume of trade) [region]: first-order parts of the change in real income, as fractions.

        Caliendo and Parro (2015), equation 17: price changes at base trade, and base tariffs on the change of import
        volumes. Their sum meets exact real income as the shock goes to zero, and only then.
        """
        base = self._base
        income = base.income if self._before is None else self._before._income
        own = np.eye(base.regions, dtype=np.bool_)
        trade = np.where(own, 0.0, self._base_flows)
        change = np.expm1(self._hat("_log_cost")).transpose(0, 2, 1)  # [run, sector, exporter]
        sold = (trade.sum(-2) * change).sum(1)
        bought = (trade * change[:, :, np.newaxis]).sum((1, 3))
        volume = np.where(own, 0.0, self._flows) - trade * (1 + change[:, :, np.newaxis])
        taxed = (base.tariff * volume).sum((1, 3))
        return self._out((sold - bought) / income), self._out(taxed / income)

    # ── Worked out when asked ────────────────────────────────────────────────────────────────────────

    def _hat(self, name: str) -> Numbers:
        """The log of a hat by its name, against the base or what was before."""
        own: Numbers = getattr(self, name)
        return own if self._before is None else own - getattr(self._before, name)

    @property
    def _base_flows(self) -> Numbers:
        return self._base.flows if self._before is None else self._before._flows

    @property
    def _log_wage(self) -> Numbers:
        return self.state.log_wage

    @property
    def _log_price(self) -> Numbers:
        return self.state.log_price + self.state.log_beyond

    @cached_property
    def _batch(self) -> Batch:
        return Batch(self._base, self._problem)

    @cached_property
    def _trade(self) -> tuple[Numbers, Numbers, Numbers]:
        _, flows, duties, _ = self._batch.trade(self.state)
        return flows, duties, self._batch.rents(self.state)

    @property
    def _flows(self) -> Numbers:
        return self._trade[0]

    @property
    def _duties(self) -> Numbers:
        return self._trade[1]

    @property
    def _rents(self) -> Numbers:
        return self._trade[2]

    @cached_property
    def _log_cost(self) -> Numbers:
        return self._batch.costs(self.state)

    @cached_property
    def _log_final_price(self) -> Numbers:
        return self._batch.log_final_price(self.state)

    @cached_property
    def _labour(self) -> Numbers:
        return self._batch.labour(self.state, self._duties.sum((1, 3)))

    @cached_property
    def _income(self) -> Numbers:
        """[run, region] what is spent and not for inputs: by the budget, income."""
        made = self._flows.sum(2).transpose(0, 2, 1) * np.exp(-self._batch.capacity_rent(self.state))
        made = made / self._batch.margin(self.state)
        inputs = np.matmul(self._base.input_coefficient, made[..., np.newaxis])[..., 0] * np.exp(self.state.log_beyond)
        return (self.state.expenditure * self._base.expenditure.T - inputs).sum(2)
