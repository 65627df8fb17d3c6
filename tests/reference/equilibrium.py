"""The trade equilibrium in plain NumPy: damped iteration, one shock at a time, slow and meant to be read.

Exact-hat Armington / Eaton–Kortum (Dekle, Eaton and Kortum 2008; Caliendo and Parro 2015) with input–output links.
n imports, i exports, j and k are sectors; a hat is new over base; θ = σ − 1 > 0. Every cell (n, i, j) has
parts: the goods that no limit touches (0) and, if there are limits, those under one (1); goods are [n, i, j, part].

- price of a good in n          p̂ = κ̂ p̂_i^j,  κ̂ = d̂ (1+t')(1+e')(1+µ) / [(1+t)(1+e)],  d̂ iceberg, µ scarcity rent
- what buyers reckon with       p̃ = κ̃ p̂_i^j / M_i^j,  κ̃ = κ̂ (1+t̃) / (1+t'),  t̃ what they have adjusted to, M below
- what they pay beyond that     m = (1+t') / (1+t̃) · M_i^j
- quantities follow p̃          s̃ = π p̃^−θ / Σ π p̃^−θ,  P̃ = (Σ π p̃^−θ)^(−1/θ)
- what is paid                  ρ = Σ s̃ m,  π' = s̃ m / ρ,  P̂ = P̃ ρ
- cost of i's bundle, which is chosen at P̃ and paid at P̃ ρ: with v value added and a_k input k per unit of output
                                ĉ_i^j = M ŵ_i^v Π_k (P̃_i^k)^a,  M = v + Σ_k a_k ρ_k,  p̂_i^j = ĉ (1 + capacity rent)
- final demand, chosen so too   P̂_n = Π_k (P̃_n^k)^α Σ_k α_k ρ_k
- expenditure                   X_n^k = ρ_k [α_n^k I_n / Σ α ρ + Σ_j a_n^kj Y_n^j / M_n^j / (1 + capacity rent)]
- sales at the exporter's price Y_i^j = Σ_n π' X / [(1+t')(1+e')(1+µ)]
- income                        I_n = ŵ L̂ VA + tariffs + export taxes + rents + D_n,  Σ ŵ L̂ VA = Σ VA
- labour                        Σ_j v Y / M / (1 + capacity rent) = ŵ L̂ VA,  L̂ = (keep ŵ / P̂_n)^κ
"""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq

INNER, OUTER, ROUNDS = 1e-13, 1e-11, 20_000
SMALL_TRADE, ROUNDING, LARGEST_LOG_TAX = 1e-3, 1e-10, 60.0


@dataclass
class Base:
    """The accounts of the base day: rates, expenditure X[n,k], shares π[n,i,j], α[n,k], output, VA, revenue, D."""

    flows: np.ndarray
    tariff: np.ndarray
    export_tax: np.ndarray
    value_added_share: np.ndarray
    input_coefficient: np.ndarray

    def __post_init__(self):
        paid = self.flows * (1 + self.tariff) * (1 + self.export_tax)
        self.expenditure = paid.sum(1)
        bought = np.where(self.expenditure > 0, self.expenditure, 1.0)
        self.share = paid / bought[:, None, :]
        self.output = self.flows.sum(0)
        inputs = np.einsum("nkj,nj->nk", self.input_coefficient, self.output)
        self.final_demand = self.expenditure - inputs
        self.final_share = self.final_demand / self.final_demand.sum(1, keepdims=True)
        self.value_added = (self.value_added_share * self.output).sum(1)
        taxed = self.flows * self.export_tax
        self.tariff_revenue = (self.flows * (1 + self.export_tax) * self.tariff).sum((1, 2))
        self.revenue = self.tariff_revenue + taxed.sum((0, 2))
        self.income = self.final_demand.sum(1)
        self.deficit = self.income - self.value_added - self.revenue


@dataclass
class Shock:
    """New rates and rules; `part` [n, i, j, part] splits each cell."""

    theta: np.ndarray
    tariff: np.ndarray
    export_tax: np.ndarray
    acted_on: np.ndarray
    deficit: np.ndarray
    part: np.ndarray
    rent_share: np.ndarray
    trade_costs: np.ndarray
    relief: bool = False
    labour_supply: float = 0.0
    income_tax: float = 0.0


class Iteration:
    """One base under one shock; wages, prices and expenditures are kept, so a nearby rent starts from them."""

    def __init__(self, base, shock):
        self.base, self.shock = base, shock
        self.wage = np.ones(len(base.value_added))
        self.reckoned, self.beyond = np.ones_like(base.expenditure), np.ones_like(base.expenditure)  # P̃, ρ
        self.expenditure = base.expenditure.copy()
        self.labour = np.ones_like(self.wage)
        self.step = 1 / (1 + 1.4 * shock.theta.max())  # shortened whenever a round makes it worse

    def prices(self, rent, capacity_rent):
        """ĉ, M and π' at the wages at hand; P̃ and ρ are kept."""
        base, shock = self.base, self.shock
        old = (1 + base.tariff) * (1 + base.export_tax)
        before_tariff = (shock.trade_costs * (1 + shock.export_tax) / old)[..., None] * (1 + rent)
        believed = (1 + shock.acted_on)[..., None] * before_tariff
        misjudged = ((1 + shock.tariff) / (1 + shock.acted_on))[..., None]
        weight = base.share[..., None] * shock.part
        theta = shock.theta[:, None]
        for _ in range(ROUNDS):
            log_inputs = np.einsum("ikj,ik->ij", base.input_coefficient, np.log(self.reckoned))
            margin = base.value_added_share + np.einsum("ikj,ik->ij", base.input_coefficient, self.beyond)
            cost = margin * self.wage[:, None] ** base.value_added_share * np.exp(log_inputs)
            terms = weight * (believed * (cost / margin * (1 + capacity_rent))[None, :, :, None]) ** -theta
            total = terms.sum((1, 3))
            there = total > 0
            total = np.where(there, total, 1.0)
            paid = terms / total[:, None, :, None] * misjudged * margin[None, :, :, None]
            reckoned, beyond = total ** (-1 / shock.theta), np.where(there, paid.sum((1, 3)), 1.0)
            moved = max(np.abs(np.log(reckoned / self.reckoned)).max(), np.abs(beyond / self.beyond - 1).max())
            self.reckoned, self.beyond = reckoned, beyond
            if moved < INNER:
                return cost, margin, paid / beyond[:, None, :, None]
        raise RuntimeError("prices do not settle")

    def accounts(self, share, margin, rent, capacity_rent):
        """Expenditure, income and what they are made of, at the wages and shares at hand."""
        base, shock = self.base, self.shock
        tariff, export_tax = shock.tariff[..., None], shock.export_tax[..., None]
        final_spending = base.final_share * self.beyond
        consumer_price = np.prod(self.reckoned**base.final_share, axis=1) * final_spending.sum(1)
        final_spending /= final_spending.sum(1, keepdims=True)
        for _ in range(ROUNDS):
            paid = share * self.expenditure[:, None, :, None]
            at_border = paid / (1 + tariff)
            sold = at_border / (1 + export_tax) / (1 + rent)
            sales = sold.sum((0, 3))
            cost_value = sales / (1 + capacity_rent)
            tariffs = (at_border * tariff).sum((1, 2, 3))
            rents = at_border * rent / (1 + rent)
            scarcity = (rents * shock.rent_share[..., None]).sum((0, 2, 3))
            scarcity += (rents * (1 - shock.rent_share[..., None])).sum((1, 2, 3))
            scarcity += (sales - cost_value).sum(1)
            revenue = tariffs + (sold * export_tax).sum((0, 2, 3))
            wages = self.wage * base.value_added * self.labour
            income = wages + revenue + scarcity + shock.deficit
            inputs = self.beyond * np.einsum("nkj,nj->nk", base.input_coefficient, cost_value / margin)
            new = final_spending * income[:, None] + inputs
            relieved = (tariffs - base.tariff_revenue) / ((1 - shock.income_tax) * wages) if shock.relief else 0.0
            labour = ((1 + relieved) * self.wage / consumer_price) ** shock.labour_supply
            moved = (np.abs(new - self.expenditure) / new.sum(1, keepdims=True)).max()
            moved = max(moved, np.abs(labour / self.labour - 1).max())
            # Half a step for labour: relief for those who work more is less relief for each.
            self.expenditure, self.labour = new, np.sqrt(labour * self.labour)
            if moved < INNER:
                return SimpleNamespace(**{name: value for name, value in locals().items() if name != "self"})
        raise RuntimeError("expenditures do not settle")

    def run(self, rent, capacity_rent):
        """Wages at which every labour market clears: ŵ rises where labour is short, by a damped step.

        What is short is counted against the region's trade, not its wage bill, for in a region that trades little a
        wrong wage moves little labour.
        """
        base, before = self.base, np.inf
        for _ in range(ROUNDS):
            cost, margin, share = self.prices(rent, capacity_rent)
            books = self.accounts(share, margin, rent, capacity_rent)
            short = (base.value_added_share * books.cost_value / margin).sum(1) - books.wages
            abroad = books.sold.sum((2, 3)) * ~np.eye(len(short), dtype=bool)
            excess = short / ((abroad.sum(0) + abroad.sum(1)) / 2 + SMALL_TRADE * books.wages)
            residual = np.abs(excess).max()
            if residual < OUTER:
                return self.result(cost, books, rent, capacity_rent, np.abs(short / books.wages).max())
            if residual > before:
                self.step = max(self.step * 0.8, 0.1 / (1 + self.shock.theta.max()))
            before = residual
            self.wage = self.wage * (1 + np.clip(excess, -0.9, 9)) ** self.step
            self.wage *= base.value_added.sum() / (self.wage * self.labour @ base.value_added)
        raise RuntimeError(f"wages do not settle: {residual}")

    def result(self, cost, books, rent, capacity_rent, residual):
        base = self.base
        producer_price = cost * (1 + capacity_rent)
        bought = books.sold / producer_price[None, :, :, None]
        cells = base.flows[..., None] * self.shock.part
        with np.errstate(invalid="ignore", divide="ignore"):
            part_quantity = bought / cells
            quantity = bought.sum(3) / base.flows
            output = books.cost_value / cost / base.output
        return SimpleNamespace(
            wage=self.wage.copy(),
            price=self.reckoned * self.beyond,
            cost=cost,
            producer_price=producer_price,
            labour=self.labour.copy(),
            consumer_price=books.consumer_price,
            income_musd=books.income,
            real_income=books.income / base.income / books.consumer_price,
            expenditure_musd=self.expenditure.copy(),
            flows_musd=books.sold.sum(3),
            share=books.share,
            quantity=quantity,
            part_quantity=part_quantity,
            output_musd=books.sales,
            output=output,
            tariff_musd=books.tariffs,
            revenue_musd=books.revenue,
            rent_musd=books.scarcity,
            rent=rent,
            capacity_rent=capacity_rent,
            residual=residual,
            base=base,
        )


def opening(data):
    """The accounts of a data set: attributes flows_musd, tariff, export_tax, value_added_share, input_coefficient."""
    # Printed coefficients and shares add up to one within their rounding only: value added is what inputs leave.
    value_added_share = 1 - data.input_coefficient.sum(1)
    assert np.abs(value_added_share - data.value_added_share)[data.flows_musd.sum(0) > 0].max() < 1e-5
    return Base(data.flows_musd, data.tariff, data.export_tax, value_added_share, data.input_coefficient)


def unshocked(base, theta, deficit):
    part = np.ones_like(base.flows)[..., None]
    nobody = np.zeros_like(base.flows)
    unmelted = np.ones_like(base.flows)
    return Shock(theta, base.tariff, base.export_tax, base.tariff, deficit, part, nobody, unmelted)


def rebased(base, theta, deficit, final_share):
    """The equilibrium at the rates of the base with other deficits or final shares, as a base of its own."""
    asked = replace(base)
    asked.final_share = final_share
    found = Iteration(asked, unshocked(asked, theta, deficit)).run(0.0, 0.0)
    return replace(base, flows=found.flows_musd)


def solve(
    data,
    tariffs=None,
    elasticity=4.0,
    export_taxes=None,
    deficits="held",
    limits=(),
    capacity=None,
    acted_on=None,
    revenue="rebated",
    labour_supply=0.0,
    income_tax=0.25,
    to_exporter=1.0,
    trade_costs=1.0,
):
    """The equilibrium of `data` under new rates; arguments as those of the solver that is judged.

    A limit has importer, exporter, sector (indices), share and allowed; `to_exporter` of its rent stays with the
    exporter. Capacity maps (region, sector) indices to output quantities relative to the base. Purged deficits are
    purged first: hats are taken from the base without them. Relief of the income tax is the new tariff revenue beyond
    that of the base; other revenue is handed out.
    """
    base = opening(data)
    theta = np.broadcast_to(np.asarray(elasticity, dtype=float), base.expenditure.shape[1:]).copy()
    if getattr(data, "final_share", None) is not None:
        base = rebased(base, theta, base.deficit, data.final_share)
    if deficits == "purged":
        base = rebased(base, theta, np.zeros_like(base.deficit), base.final_share)
    shock = unshocked(base, theta, base.deficit)
    shock.relief, shock.labour_supply, shock.income_tax = revenue == "tax_relief", labour_supply, income_tax
    shock.tariff = base.tariff if tariffs is None else np.asarray(tariffs, dtype=float)
    shock.export_tax = base.export_tax if export_taxes is None else np.asarray(export_taxes, dtype=float)
    shock.acted_on = shock.tariff if acted_on is None else np.asarray(acted_on, dtype=float)
    shock.trade_costs = trade_costs * np.ones_like(base.flows)
    if limits:
        shock.part = np.concatenate([shock.part, np.zeros_like(shock.part)], axis=-1)
    for limit in limits:
        cell = (limit.importer, limit.exporter, limit.sector)
        shock.rent_share[cell] = to_exporter
        shock.part[cell] = (1 - limit.share, limit.share if limit.allowed > 0 else 0.0)
    binding = [(limit, limit.allowed) for limit in limits if limit.allowed > 0]
    return constrained(Iteration(base, shock), binding + list((capacity or {}).items()))


def constrained(iteration, constraints):
    """The tax equivalent of each constraint: 0 where it is slack, else the root of log quantity − log allowed."""
    logs = np.zeros(len(constraints))

    def rents(logs):
        rent = np.zeros_like(iteration.shock.part)
        capacity_rent = np.zeros_like(iteration.base.output)
        for (where, _), log in zip(constraints, logs, strict=True):
            if isinstance(where, tuple):
                capacity_rent[where] = np.expm1(log)
            else:
                rent[where.importer, where.exporter, where.sector, 1] = np.expm1(log)
        return rent, capacity_rent

    def excess(position, log):
        tried = logs.copy()
        tried[position] = log
        found = iteration.run(*rents(tried))
        where, allowed = constraints[position]
        if isinstance(where, tuple):
            return np.log(found.output[where] / allowed)
        return np.log(found.part_quantity[where.importer, where.exporter, where.sector, 1] / allowed)

    widths = np.full(len(constraints), 0.3)
    while widths.max(initial=0.0) > 1e-8:
        for position in range(len(constraints)):
            old = logs[position]
            logs[position] = root(lambda log, position=position: excess(position, log), old, widths[position])
            widths[position] = 4 * abs(logs[position] - old)
        if len(constraints) == 1:
            break
    return iteration.run(*rents(logs))


def root(excess, near, width):
    """The log tax at which `excess` (falling) is zero, 0 if it is not positive there, found between brackets."""
    width = max(width, 1e-8)
    low, high = max(near - width, 0.0), near + width
    while excess(low) <= ROUNDING:
        if low == 0:
            return 0.0
        width *= 3
        low, high = max(low - width, 0.0), low
    while excess(high) >= -ROUNDING:
        width *= 3
        low, high = high, high + width
        assert high < LARGEST_LOG_TAX, "no tax chokes the quantity"
    return brentq(excess, low, high, xtol=1e-10, rtol=1e-13)
