"""The equilibrium of a batch of runs: prices, expenditures and wages that clear every market, in hats.

n imports, i exports, j is a sector, k an input. Taxes and trade costs add κ to a price; buyers have adjusted to κ̃:

    c̃_i^j = w_i^B Π_k (P̃_i^k)^A · (1 + capacity rent)                       unit cost that is acted on
    P̃_n  = [Σ_i π_ni (κ̃ c̃_i)^−θ]^(−1/θ)                                     price index that buyers act on
    s_ni  = π_ni (κ̃ c̃_i)^−θ P̃_n^θ,   ρ_n = Σ_i s_ni M_i κ̂/κ̃                choice, and what it costs beyond P̃
    π′_ni = s_ni M_i (κ̂/κ̃) / ρ_n,   P_n = P̃_n ρ_n                           spending, price
    c_i^j = c̃_i^j · M_i^j,   M = B + Σ_k A^kj ρ^k                            unit cost
    Y_i   = Σ_n π′_ni X_n / [(1 + t)(1 + e)(1 + scarcity rent)]              producers' value
    X_n^k = ρ_n^k (Σ_j A_n^kj Y_n^j / M_n^j + α_n^k I_n / Σ_k α_n^k ρ_n^k)   expenditure
    I_n   = wL + revenue + rents + deficit                                   income
    Σ_j B_n^j Y_n^j / M_n^j = w_n L_n                                        labour

(With κ̃ = κ all ρ and M are 1, and every line is that of Caliendo and Parro 2015.) Buyers who have adjusted to a part
of a change choose quantities at κ̃, among sources, goods and inputs alike, and pay κ; prices are the exact cost of what
they chose. So a tariff to which nobody has adjusted moves no quantity, but for what its revenue does to incomes.

Every run is worked out by itself: products over sectors and regions are made matrix by matrix, run by run, so that
no bit depends on which runs share a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.economy.base import Base
from sim.economy.problem import Capacity, Places, Problem
from sim.economy.scarcity import Scarcity
from sim.economy.tangent import Slopes

Numbers = NDArray[np.float64]


@dataclass(eq=False)
class State:
    """Where a batch of runs stands: logs of hats, and expenditure as a hat. All zeros and ones are the base."""

    log_price: Numbers
    """[run, region, sector] ln P̃, what buyers act on"""
    log_beyond: Numbers
    """[run, region, sector] ln ρ, what they pay beyond it"""
    expenditure: Numbers
    """[run, region, sector]"""
    log_wage: Numbers
    """[run, region]"""
    log_rent: Numbers
    """[run, limit] ln(1 + scarcity rent); infinite under a ban"""
    log_capacity: Numbers
    """[run, capacity place] ln(1 + capacity rent)"""

    @classmethod
    def start(cls, problem: Problem, base: Base) -> Self:
        """The base itself."""
        runs, limits, capacity = len(problem), problem.limits, problem.capacity
        shape = (runs, base.regions, base.sectors)
        rent = np.zeros((runs, 0)) if limits is None else np.where(limits.allowed == 0, np.inf, 0.0)
        places = 0 if capacity is None else len(capacity.region)
        return cls(
            np.zeros(shape), np.zeros(shape), np.ones(shape), np.zeros(shape[:2]), rent, np.zeros((runs, places))
        )

    def take(self, rows: Places) -> Self:
        """Some runs, copied."""
        return type(self)(*(array[rows] for array in vars(self).values()))

    def flat(self) -> Numbers:
        """[run, variable] everything that is finite, in one row a run; rents under a ban count as 0."""
        parts = [np.where(np.isfinite(array), array, 0.0).reshape(len(array), -1) for array in vars(self).values()]
        return np.concatenate(parts, axis=1)

    def moved_to(self, flat: Numbers) -> State:
        """The state of such rows: rents are not negative, expenditures positive, bans stay bans."""
        found, first = [], 0
        for array in vars(self).values():
            size = int(np.prod(array.shape[1:]))
            found.append(flat[:, first : first + size].reshape(array.shape))
            first += size
        price, beyond, spent, wage, rent, capacity = found
        rent = np.where(np.isfinite(self.log_rent), np.maximum(0.0, rent), self.log_rent)
        return State(price, beyond, np.where(spent > 0, spent, self.expenditure), wage, rent, np.maximum(0.0, capacity))

    def put(self, rows: Places, other: State) -> None:
        """Set some runs."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine[rows] = theirs


@dataclass(eq=False)
class Step:
    """What is left open at a state, and the next one."""

    error: Numbers
    """[run] largest of: log price, expenditure hat, demand for labour over value added, rents"""
    labour: Numbers
    """[run] largest gap between demand and supply of labour, over base value added"""
    state: State


class Batch:
    """A few runs of a problem with everything worked out that does not depend on prices."""

    def __init__(self, base: Base, problem: Problem) -> None:
        self.base = base
        self.problem = problem
        runs = len(problem)
        shape = (runs, *base.share.shape)
        self.theta = problem.elasticity
        cell = problem.cell
        own = base.share.reshape(-1)[cell]
        theta = self.theta[:, cell // base.regions**2]
        base_tariff, base_tax = base.tariff.reshape(-1)[cell], base.export_tax.reshape(-1)[cell]
        tax = np.broadcast_to(base_tax, problem.tariff.shape) if problem.export_tax is None else problem.export_tax
        acted_on = problem.tariff if problem.acted_on is None else problem.acted_on
        melted = 0.0 if problem.trade_cost is None else np.log(problem.trade_cost)
        change = melted + np.log1p(acted_on) - np.log1p(base_tariff) + np.log1p(tax) - np.log1p(base_tax)
        chosen = own * np.exp(-theta * change)

        self.chosen = _with(base.share, cell, chosen, shape)
        """[run, sector, importer, exporter] π κ̃^−θ"""
        self.paid = self.chosen
        """the same times m: what is spent"""
        if problem.acted_on is not None:
            chosen = chosen * (1 + problem.tariff) / (1 + acted_on)
            self.paid = _with(base.share, cell, chosen, shape)
        self.at_customs = _with(base.share / (1 + base.tariff), cell, chosen / (1 + problem.tariff), shape)
        """spending over 1 + t"""
        self.sold = self.at_customs
        """spending over (1 + t)(1 + e): what exporters' producers get"""
        self.taxed = problem.export_tax is not None or bool(base.export_tax.any())
        if self.taxed:
            net = chosen / ((1 + problem.tariff) * (1 + tax))
            self.sold = _with(base.share / ((1 + base.tariff) * (1 + base.export_tax)), cell, net, shape)
        self.X = np.ascontiguousarray(base.expenditure.T)
        self.scale = np.where(self.X > 0, self.X, 1.0)
        self.B = np.ascontiguousarray(base.value_added_share.T)
        self.A = base.input_coefficient
        self.alpha = np.ascontiguousarray(base.final_share.T)
        self.weight = base.value_added / base.value_added.sum()
        self.limits = None if problem.limits is None else Scarcity(self, problem.limits)
        self.elastic = bool(problem.labour_supply.any())
        self.aged = self.paid is not self.chosen

    def step(self, state: State, slopes: Slopes) -> Step:
        """Look at the state, and take one step of Newton's method by the given slopes."""
        base, problem, theta = self.base, self.problem, self.theta
        wage = np.exp(state.log_wage)
        log_cost = self._acted_on(state)
        acted_on = pull = np.exp(-theta[:, np.newaxis] * log_cost).transpose(0, 2, 1).copy()  # [run, sector, region]
        if self.aged:
            margin = self.margin(state)
            pull = acted_on * margin.transpose(0, 2, 1)
            log_cost = log_cost + np.log(margin)
        if self.limits is not None:
            self.limits.apply(state.log_rent)
        inclusive = _times(self.chosen, acted_on)
        spent = _times(self.paid, pull) if self.aged else inclusive
        price = -np.log(inclusive) / theta[:, :, np.newaxis]
        price_gap = price.transpose(0, 2, 1) - state.log_price

        X = (state.expenditure * self.X).transpose(0, 2, 1)
        unit = X / spent
        output = pull * _times_transposed(self.sold, unit)
        customs = unit * _times(self.at_customs, pull)
        revenue = (X - customs).sum(1)
        income = revenue + problem.deficit
        if self.taxed or self.limits is not None:
            income += (pull * _times_transposed(self.at_customs, unit) - output).sum(1)
        if self.limits is not None:
            income += self.limits.to_importers(pull, unit)
        made = output.transpose(0, 2, 1).copy()  # [run, region, sector]
        if problem.capacity is not None:
            whole = made.sum(2)
            made = made * np.exp(-self.capacity_rent(state))
            income += whole - made.sum(2)
        supply = wage * self.labour(state, revenue) if self.elastic else wage
        income += supply * base.value_added
        beyond_gap = np.zeros_like(price_gap)
        if self.aged:
            beyond_gap = np.log(spent / inclusive).transpose(0, 2, 1) - state.log_beyond
            made = made / margin
            bought = np.exp(state.log_beyond) * (
                _rows(self.A, made) + self.alpha * (income / self._final_margin(state))[:, :, np.newaxis]
            )
        else:
            bought = _rows(self.A, made) + self.alpha * income[:, :, np.newaxis]
        demand = (self.B * made).sum(2) / base.value_added
        left = demand - supply
        spent_gap = (bought - state.expenditure * self.X) / self.scale

        level = (self.weight * supply).sum(1) - 1
        d_spent = _rows(slopes.tangent.expenditure_at_home, spent_gap * self.scale)
        to_come = (slopes.tangent.labour_at_home * d_spent).sum(2)  # what that will ask for
        d_wage = _rows_of(slopes.wage, left + to_come - level[:, np.newaxis])
        d_wage = d_wage / np.maximum(1.0, np.abs(d_wage).max(1) / LONGEST_STEP)[:, np.newaxis]
        d_price = _rows(slopes.tangent.price_at_home, price_gap)
        d_price += _moved(slopes.tangent.price, d_wage).reshape(d_price.shape)
        d_spent = d_spent / self.scale + _rows_of(slopes.expenditure, d_wage).reshape(d_spent.shape)
        error = np.abs(price_gap).max((1, 2))
        error = np.maximum(error, np.abs(spent_gap).max((1, 2)))
        if self.aged:
            error = np.maximum(error, np.abs(beyond_gap).max((1, 2)))
            beyond_gap = _rows(slopes.tangent.price_at_home, beyond_gap)
        labour = np.abs(left).max(1)
        error = np.maximum(error, labour)
        log_rent, log_capacity = state.log_rent, state.log_capacity
        if self.limits is not None:
            log_rent = self.limits.next(state.log_rent, log_cost, pull, unit)
            error = np.maximum(error, _gap(log_rent, state.log_rent))
        if problem.capacity is not None:
            log_capacity = self._next_capacity(problem.capacity, state, output, log_cost)
            error = np.maximum(error, _gap(log_capacity, state.log_capacity))
        following = State(
            state.log_price + d_price,
            state.log_beyond + beyond_gap,
            state.expenditure + d_spent,
            state.log_wage + d_wage,
            log_rent,
            log_capacity,
        )
        return Step(error, labour, following)

    def trade(self, state: State) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """(Spending shares, flows at exporters' prices, duties, expenditure).

        All are [run, sector, importer, exporter] and million USD a year; expenditure is [run, sector, region].
        """
        if self.limits is not None:
            self.limits.apply(state.log_rent)
        pull = self._pull(state)
        X = (state.expenditure * self.X).transpose(0, 2, 1).copy()
        spent = self.paid * pull[:, :, np.newaxis]
        total = spent.sum(3, keepdims=True)
        unit = X[..., np.newaxis] / total * pull[:, :, np.newaxis]
        flows = self.sold * unit
        return spent / total, flows, (self.paid - self.at_customs) * unit, X

    def rents(self, state: State) -> Numbers:
        """[run, region] scarcity rents under limits, million USD, with whoever has them."""
        if self.limits is None:
            return np.zeros((len(self.problem), self.base.regions))
        self.limits.apply(state.log_rent)
        pull = self._pull(state)
        X = (state.expenditure * self.X).transpose(0, 2, 1)
        return self.limits.by_owner(pull, X / _times(self.paid, pull))

    def _pull(self, state: State) -> Numbers:
        """[run, sector, region] c̃^−θ M, by which buyers spend."""
        chosen = np.exp(-self.theta[:, np.newaxis] * self._acted_on(state)).transpose(0, 2, 1).copy()
        return chosen * self.margin(state).transpose(0, 2, 1) if self.aged else chosen

    def _acted_on(self, state: State) -> Numbers:
        """[run, region, sector] log of the unit cost that buyers act on, capacity rents included."""
        inputs = np.matmul(state.log_price[:, :, np.newaxis], self.A)[:, :, 0]
        cost: Numbers = self.B * state.log_wage[:, :, np.newaxis] + inputs
        return cost if self.problem.capacity is None else cost + self.capacity_rent(state)

    def costs(self, state: State) -> Numbers:
        """[run, region, sector] log of unit cost."""
        cost = self._acted_on(state)
        return cost + np.log(self.margin(state)) if self.aged else cost

    def margin(self, state: State) -> Numbers:
        """[run, region, sector] M: what inputs cost beyond the prices that producers act on, a factor of unit cost."""
        beyond = np.expm1(state.log_beyond)
        return 1 + np.matmul(beyond[:, :, np.newaxis], self.A)[:, :, 0]

    def _final_margin(self, state: State) -> Numbers:
        """[run, region] the same of final demand."""
        margin: Numbers = 1 + (self.alpha * np.expm1(state.log_beyond)).sum(2)
        return margin

    def log_final_price(self, state: State) -> Numbers:
        """[run, region] log of the price of final demand: the exact cost of what is chosen."""
        acted_on: Numbers = (self.alpha * state.log_price).sum(2)
        return acted_on + np.log(self._final_margin(state)) if self.aged else acted_on

    def labour(self, state: State, revenue: Numbers) -> Numbers:
        """[run, region] hat of labour supply: (real wage after tax)^elasticity, by the revenue [run, region].

        Where revenue lowers the tax, what is kept of a wage rises by the gain in revenue over labour income after tax.
        """
        problem, base = self.problem, self.base
        elasticity = problem.labour_supply[:, np.newaxis]
        real = elasticity * (state.log_wage - self.log_final_price(state))
        supply: Numbers = np.exp(real)
        if not problem.tax_relief.any():
            return supply
        kept = base.value_added * np.exp(state.log_wage) * (1 - problem.income_tax[:, np.newaxis])
        gained = np.where(problem.tax_relief[:, np.newaxis], (revenue - base.revenue) / kept, 0.0)
        for _ in range(_TAX_ROUNDS):  # more labour, more income over which the gain is spread
            supply = np.exp(real + elasticity * np.log(np.maximum(1 + gained / supply, _LEAST_KEPT)))
        return supply

    def capacity_rent(self, state: State) -> Numbers:
        """[run, region, sector] log of 1 + capacity rent."""
        capacity = self.problem.capacity
        found = np.zeros(state.log_price.shape)
        if capacity is not None:
            found[:, capacity.region, capacity.sector] = state.log_capacity
        return found

    def _next_capacity(self, capacity: Capacity, state: State, output: Numbers, log_cost: Numbers) -> Numbers:
        sector, region = capacity.sector, capacity.region
        base = self.base.output[sector, region]
        with np.errstate(divide="ignore"):
            beyond = np.log(output[:, sector, region] / base / capacity.limit) - log_cost[:, region, sector]
        slope = 1 + self.theta[:, sector] * (1 - self.base.share[sector, region, region])
        following: Numbers = np.maximum(0.0, state.log_capacity + beyond / slope)
        return following


LONGEST_STEP = 0.5
"""Largest change of a log wage in one step: slopes are good for no more."""
_TAX_ROUNDS = 40
"""Rounds in which tax relief and labour supply meet; the gap shrinks by less than a quarter of itself in each."""
_LEAST_KEPT = 1e-3
"""Least part of labour income that is kept after tax, relative to the base; a guard on the way to a solution."""


def _with(base: Numbers, cell: Places, values: Numbers, shape: tuple[int, ...]) -> Numbers:
    """The base array for every run, with some cells set."""
    found = np.empty(shape)
    found[:] = base
    found.reshape(shape[0], -1)[:, cell] = values
    return found


def _gap(one: Numbers, other: Numbers) -> Numbers:
    """[run] largest difference; none between two that have no end."""
    if not one.shape[1]:
        return np.zeros(len(one))
    with np.errstate(invalid="ignore"):
        return np.where(one == other, 0.0, np.abs(one - other)).max(1)


def _times(matrix: Numbers, vector: Numbers) -> Numbers:
    """[run, sector, importer] of [run, sector, importer, exporter] and [run, sector, exporter]."""
    return np.matmul(matrix, vector[..., np.newaxis])[..., 0]


def _times_transposed(matrix: Numbers, vector: Numbers) -> Numbers:
    """[run, sector, exporter] of [run, sector, importer, exporter] and [run, sector, importer]."""
    return np.matmul(vector[..., np.newaxis, :], matrix)[..., 0, :]


def _rows(matrix: Numbers, vector: Numbers) -> Numbers:
    """[run, region, a] of [region, a, b] and [run, region, b]."""
    return np.matmul(matrix, vector[..., np.newaxis])[..., 0]


def _rows_of(matrix: Numbers, vector: Numbers) -> Numbers:
    """[run, a] of [run, a, b] and [run, b]."""
    return np.matmul(matrix, vector[..., np.newaxis])[..., 0]


def _moved(matrix: Numbers, vector: Numbers) -> Numbers:
    """[run, a] of [a, b] and [run, b], run by run."""
    return np.matmul(matrix, vector[:, :, np.newaxis])[..., 0]
