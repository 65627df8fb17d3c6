"""Optimal tariffs: the rates that bring a region the highest real income, and rates that are best against each other.

Real income is the exact measure of the equilibrium. A maximum of it, read off its values, would be known to the
square root of their precision only; so a grid of rates finds the peak, and Newton steps on slopes of sixth order find
where the slope is zero. Rates move in ln(1 + rate). Grids and slopes of all cases are solved as batches.

    t = 1 / (ε λ_FF)                             two countries, one sector, free trade of the other (Gros 1987)
    t = (1 + t_F λ_FF) / [ε λ_FF (1 + t_F)]      the same against its tariff t_F
    t = 1 / ε                                    a region of no size

are what it finds in these worlds; λ_FF is the share of its own goods in what the other spends, at the optimum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.economy.ascent import Ascent, Curve, climb
from sim.economy.economy import EVERY, Economy

Numbers = NDArray[np.float64]
By = Literal["uniform", "partner", "sector"]
Deficits = Literal["held", "purged"]
Elasticity = str | float | Mapping[str, float] | ArrayLike

TOLERANCE = 1e-7
"""Largest change of a rate in the last step, as a fraction."""
STEPS = 60
"""Most steps of a search, most rounds of a Nash equilibrium."""
LOWEST, HIGHEST, POINTS = -0.1, 1.7, 25
"""The grid in ln(1 + rate): from −10 % to 447 %."""
TOGETHER = 256
"""Rows that are handed to the solver at once: rates of 18 regions and 14 sectors are 9 MB."""
CLEARLY = 1e-9
"""By how much, in log real income, a rate of the grid must be better to count as a better peak."""


@dataclass(frozen=True, eq=False)
class BestResponse:
    """Optimal tariffs of a region against given rates of all others; with a draw axis in front if draws were given."""

    region: str
    charged: tuple[str, ...]
    """what each rate falls on: `*` for all imports, or codes of partners or sectors"""
    rate: Numbers
    """[charged] fractions"""
    tariffs: Numbers
    """[importer, exporter, sector] all rates with these in them"""
    gain: Numbers
    """[region] exact change of the real income of all, against what it is at the given rates, fractions"""
    converged: NDArray[np.bool_]
    """whether the slope is zero to `TOLERANCE` in rates"""


@dataclass(frozen=True, eq=False)
class Nash:
    """Tariffs that are optimal against each other."""

    regions: tuple[str, ...]
    """who plays"""
    charged: dict[str, tuple[str, ...]]
    """player → what each of its rates falls on"""
    rate: dict[str, Numbers]
    """player → [charged] fractions"""
    tariffs: Numbers
    """[importer, exporter, sector]"""
    gain: Numbers
    """[region] exact change of the real income of all, against what it is at the rates before, fractions"""
    rounds: int
    change: float
    """largest change of a rate that the last round asked for, as a fraction"""
    converged: bool
    """whether that is at most `TOLERANCE`, and no uniform rate of the grid is better for any player"""


@dataclass(frozen=True, eq=False)
class Optima:
    """The unilateral optimum of each region, or customs union, under several sets of elasticities."""

    regions: tuple[str, ...]
    sets: tuple[str, ...]
    rate: Numbers
    """[region, set] uniform tariff, fraction"""
    gain: Numbers
    """[region, set] change of own real income, fraction; of a union's members together, weighted by base income"""
    others: Numbers
    """[region, set] change of the real income of all others together, weighted by their base income, fraction"""
    converged: NDArray[np.bool_]
    """[region, set]"""


def members(party: str) -> tuple[str, ...]:
    """The regions of a party: one, or those of a customs union, whose codes are joined by `+`."""
    return tuple(party.split("+"))


def best_response(
    economy: Economy,
    region: str,
    elasticity: Elasticity = 4.0,
    against: ArrayLike | None = None,
    by: By = "uniform",
    on: Sequence[str] | None = None,
    deficits: Deficits = "purged",
) -> BestResponse:
    """The import tariffs of a region that bring it the highest real income.

    Only taxed sectors are charged. Raises KeyError for unknown codes, ValueError where nothing can be charged,
    ArithmeticError where real income rises up to the end of the grid (447 %) or an equilibrium is not found.

    Parameters
    ----------
    economy : Economy
    region : code of the region, or of several joined by `+`
        A customs union (`DEU+FRA+ITA`) charges common rates on everybody outside and looks at the sum of its members'
        real incomes, in incomes of the base.
    elasticity : as of `Economy.solve`
        With [run, sector] there is an optimum for each draw.
    against : [importer, exporter, sector] rates, by default the base's
        What others charge, and what the region charges on what its optimum leaves out.
    by : uniform, partner or sector
        One rate on everything, one on each partner, or one on each sector. The latter two are the peak that is reached
        from the best uniform rate.
    on : codes of partners, by default all
        Whose goods the rates fall on.
    deficits : held or purged, as of `Economy.solve`
        Purged by default, before and after: a deficit that is held is a transfer whose worth moves with the tariff, so
        that who gives one may gain by ending all trade (Ossa 2014 takes them out for the same reason).
    """
    theta = economy.theta(elasticity)
    draws = theta[np.newaxis] if theta.ndim == 1 else theta
    cases = _Cases(economy, [region] * len(draws), draws, against, by, on, deficits)
    log_rate, converged = _respond(cases)
    rate, gain = np.expm1(log_rate[:, cases.alive[0]]), cases.at(log_rate) / cases.reference() - 1
    tariffs = cases.tariffs(np.arange(len(draws)), log_rate)
    if theta.ndim == 2:
        return BestResponse(region, cases.charged(0), rate, tariffs, gain, converged)
    return BestResponse(region, cases.charged(0), rate[0], tariffs[0], gain[0], converged[0])


def optimal_by_region(
    economy: Economy,
    elasticities: Mapping[str, Elasticity] | Sequence[str],
    regions: Sequence[str] | None = None,
    deficits: Deficits = "purged",
) -> Optima:
    """Each region's best uniform tariff while all others keep the rates of the base, by set of elasticities.

    `elasticities` are names of sets of the data, or name → elasticities as of `Economy.solve`; `regions` are by default
    all; several joined by `+` are a customs union. Raises as `best_response`.
    """
    named = elasticities if isinstance(elasticities, Mapping) else {name: name for name in elasticities}
    if not named:
        raise ValueError("give at least one set of elasticities")
    chosen = economy.data.regions if regions is None else tuple(regions)
    sets = [economy.theta(value) for value in named.values()]
    if any(one.ndim == 2 for one in sets):
        raise ValueError("found draws of elasticities; a set has one a sector")
    theta = np.tile(np.stack(sets), (len(chosen), 1))
    movers = [region for region in chosen for _ in named]
    cases = _Cases(economy, movers, theta, None, "uniform", None, deficits)
    log_rate, converged = _respond(cases)
    change = cases.at(log_rate) / cases.reference() - 1
    weight = np.where(cases.inside, 0.0, economy.base.income)
    others = (change * weight).sum(1) / weight.sum(1)
    shape = len(chosen), len(named)
    rate, own = np.expm1(log_rate[:, 0]), (change * cases.weight).sum(1)
    found = [np.reshape(array, shape) for array in (rate, own, others)]
    return Optima(chosen, tuple(named), found[0], found[1], found[2], converged.reshape(shape))


def nash(
    economy: Economy,
    regions: Sequence[str] | None = None,
    elasticity: Elasticity = 4.0,
    against: ArrayLike | None = None,
    by: By = "uniform",
    on: Sequence[str] | None = None,
    deficits: Deficits = "purged",
) -> Nash:
    """Tariffs of the regions that play, by default all, each the best response to the others'.

    Parameters are those of `best_response`; with `by="partner"` there is a rate for each pair, with `on` the regions
    that play it is a war among them alone. All players move at once, a Newton step a round, and shorter ones when the
    rounds do not draw together. So the order of the regions is of no matter. Elasticities are one set, not draws.

    Raises as `best_response`, and ValueError for fewer than two players.
    """
    players = economy.data.regions if regions is None else tuple(dict.fromkeys(regions))
    theta = economy.theta(elasticity)
    if len(players) < 2:
        raise ValueError(f"found {len(players)} region(s) that play; it takes two")
    if theta.ndim == 2:
        raise ValueError("found draws of elasticities; a Nash equilibrium is of one set")
    inside = [code for player in players for code in members(player)]
    if twice := sorted({code for code in inside if inside.count(code) > 1}):
        raise ValueError(f"{', '.join(twice)} would play twice")
    each = np.repeat(theta[np.newaxis], len(players), axis=0)
    cases = _Cases(economy, players, each, against, by, on, deficits)
    before = cases.reference()[0]
    log_rate, rounds, change, converged = _played(cases)
    gain = cases.at(log_rate)[0] / before - 1
    rate = {region: np.expm1(log_rate[case, cases.alive[case]]) for case, region in enumerate(players)}
    charged = {region: cases.charged(case) for case, region in enumerate(players)}
    tariffs = cases.tariffs(np.array([0]), log_rate[:1])[0]
    return Nash(players, charged, rate, tariffs, gain, rounds, change, converged)


class _Cases:
    """Some regions that set rates, each in a case of its own: whose, on what, against whom, at which elasticities."""

    def __init__(
        self,
        economy: Economy,
        movers: Sequence[str],
        theta: Numbers,
        against: ArrayLike | None,
        by: By,
        on: Sequence[str] | None,
        deficits: Deficits,
    ) -> None:
        data = economy.data
        self.economy, self.movers, self.theta, self.by, self.on = economy, movers, theta, by, on
        self.deficits = deficits
        for code in [*(code for mover in movers for code in members(mover)), *(on or ())]:
            if code not in data.regions:
                raise KeyError(f"there is no region {code!r}; there are {', '.join(data.regions)}")
        base = data.tariff if against is None else np.asarray(against, dtype=np.float64)
        if base.shape != data.tariff.shape:
            raise ValueError(f"found rates of shape {base.shape}; they are {data.tariff.shape}")
        self.inside = np.array([[code in members(mover) for code in data.regions] for mover in movers])
        """[case, region] who moves"""
        self.weight = np.where(self.inside, economy.base.income, 0.0)
        self.weight /= self.weight.sum(1, keepdims=True)
        self.rest = np.repeat(base[np.newaxis], len(movers), axis=0)
        """[case, importer, exporter, sector] the rates around the mover's own"""
        shape, places = base.shape[1:], [np.arange(length) for length in base.shape[1:]]
        kinds = {"uniform": np.zeros((1, 1), np.int64), "partner": places[0][:, np.newaxis], "sector": places[1]}
        if by not in kinds:
            raise ValueError(f"found by={by!r}; it is uniform, partner or sector")
        self.group = np.broadcast_to(kinds[by], shape)
        """[exporter, sector] the rate that falls there"""
        groups = int(self.group.max()) + 1
        partner = np.array([on is None or code in on for code in data.regions])
        cells = self.inside[:, :, np.newaxis] & (partner & ~self.inside)[:, np.newaxis]
        self.charges = cells[..., np.newaxis] & data.taxed
        """[case, importer, exporter, sector] where the mover's rates fall"""
        traded = (self.charges & (data.flows_musd > 0)).any(1)
        self.alive = np.stack([(traded & (self.group == k)).any((1, 2)) for k in range(groups)], axis=1)
        """[case, group] whether any trade is charged"""
        for case in np.flatnonzero(~self.alive.any(1)).tolist():
            raise ValueError(f"{movers[case]} imports nothing of what it is to charge")

    def charged(self, case: int) -> tuple[str, ...]:
        """What the rates of a case fall on."""
        names = {"uniform": (EVERY,), "partner": self.economy.data.regions, "sector": self.economy.data.sectors}
        return tuple(np.array(names[self.by])[self.alive[case]].tolist())

    def tariffs(self, case: NDArray[np.int64], log_rate: Numbers) -> Numbers:
        """[row, importer, exporter, sector] all rates of a case under its mover's own, ln(1 + rate) [row, group]."""
        return np.where(self.charges[case], self._spread(log_rate)[:, np.newaxis], self.rest[case])

    def _spread(self, log_rate: Numbers) -> Numbers:
        """[row, exporter, sector] the rates of groups where they fall."""
        rates: Numbers = np.take(np.expm1(log_rate), self.group, axis=1)
        return rates

    def incomes(self, case: NDArray[np.int64], log_rate: Numbers) -> Numbers:
        """[row, region] real income; NaN where there is no equilibrium."""
        parts = []
        for first in range(0, len(case), TOGETHER):
            rows = slice(first, first + TOGETHER)
            parts.append(self._solved(self.tariffs(case[rows], log_rate[rows]), self.theta[case[rows]]))
        return np.concatenate(parts)

    def _solved(self, tariffs: Numbers, theta: Numbers) -> Numbers:
        solution = self.economy.solve(tariffs, theta, deficits=self.deficits)
        return np.where(solution.converged[:, np.newaxis], solution.real_income, np.nan)

    def at(self, log_rate: Numbers) -> Numbers:
        """[case, region] real income at rates [case, group]."""
        return self.incomes(np.arange(len(self.movers)), log_rate)

    def reference(self) -> Numbers:
        """[case, region] real income before anybody moves."""
        return self._solved(self.rest, self.theta)

    def curve(self, case: NDArray[np.int64], log_rate: Numbers) -> Numbers:
        """[row] log real income of the mover."""
        return np.asarray(np.log((self.incomes(case, log_rate) * self.weight[case]).sum(1)))

    def own_curve(self) -> Curve:
        """The curves to climb; the points of a difference are nearer to each other where trade reacts strongly."""
        highest = np.where(self.economy.data.taxed, self.theta, 0.0).max(1)
        return Curve(self.curve, self.alive, np.minimum(0.04, 0.1 / highest))

    def around(self, begun: Numbers, log_rate: Numbers) -> None:
        """Every case has the rates [case, group] of all movers; what they do not charge stays as it begun."""
        rates = begun.copy()
        for charges, own in zip(self.charges, self._spread(log_rate), strict=True):
            rates = np.where(charges, own, rates)
        self.rest[:] = rates

    def peak(self) -> tuple[Numbers, Numbers]:
        """([case] best uniform ln(1 + rate) of the grid, [case] its log real income)."""
        cases, grid = len(self.movers), np.linspace(LOWEST, HIGHEST, POINTS)
        rows = np.repeat(np.arange(cases), POINTS)
        rates = np.repeat(np.tile(grid, cases)[:, np.newaxis], self.alive.shape[1], axis=1)
        value = np.nan_to_num(self.curve(rows, rates).reshape(cases, POINTS), nan=-np.inf)
        best = value.argmax(1)
        for case in np.flatnonzero(best == POINTS - 1).tolist():
            found = f"real income of {self.movers[case]} still rises at a tariff of {np.expm1(HIGHEST):.0%}"
            raise ArithmeticError(f"{found}; no optimum is looked for beyond")
        return grid[best], value.max(1)


def _respond(cases: _Cases) -> tuple[Numbers, NDArray[np.bool_]]:
    """([case, group] ln(1 + rate), [case] whether the slope is zero there)."""
    best, _ = cases.peak()
    if cases.by != "uniform":
        alike = _Cases(cases.economy, cases.movers, cases.theta, cases.rest[0], "uniform", cases.on, cases.deficits)
        best = climb(alike.own_curve(), best[:, np.newaxis], TOLERANCE, STEPS)[0][:, 0]
    start = np.repeat(best[:, np.newaxis], cases.alive.shape[1], axis=1)
    return climb(cases.own_curve(), start, TOLERANCE, STEPS)


def _played(cases: _Cases) -> tuple[Numbers, int, float, bool]:
    """([player, group] ln(1 + rate), rounds, largest change asked for in the last, whether nobody has a better one)."""
    begun, groups = cases.rest[0].copy(), cases.alive.shape[1]
    at = np.repeat(cases.peak()[0][:, np.newaxis], groups, axis=1)
    players, ascent = np.arange(len(at)), Ascent(cases.own_curve())
    pace, last, change = 1.0, np.inf, np.inf
    for rounds in range(1, STEPS + 1):
        cases.around(begun, at)
        step = ascent.steps(players, at)
        change = float(np.abs(np.exp(at) * np.expm1(step)).max())
        at = at + pace * step
        if change <= TOLERANCE:
            cases.around(begun, at)
            best, value = cases.peak()
            better = value > cases.curve(players, at) + CLEARLY
            if not better.any():
                return at, rounds, change, True
            at[better] = best[better, np.newaxis]
        if change > last:
            pace = max(0.1, pace / 2)
        last = change
    return at, STEPS, change, False
