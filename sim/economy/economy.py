"""An economy ready to be asked: a data set, its base, and what tariffs, controls and shortages do to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.economy import dataset
from sim.economy.base import Base
from sim.economy.dataset import SHIPPED, DataSet
from sim.economy.problem import Capacity, Limits, Problem
from sim.economy.solution import Solution
from sim.economy.solver import TOLERANCE, Solver

Numbers = NDArray[np.float64]
Pair = tuple[str, str] | tuple[str, str, str]
"""(importer, exporter) or (importer, exporter, sector); `*` for all others"""
EVERY = "*"
INCOME_TAX = 0.25
"""Average tax on labour income where none is given. Assumption, 0.15 to 0.40."""


@dataclass(frozen=True)
class Limit:
    """A quantity limit on a part of what an importer buys from an exporter in a sector.

    `share` of the cell's base trade is a variety of its own, of which no more than `allowed` times the base quantity is
    sold: numbers, or [run]. Where it binds a scarcity rent is paid, of which `to_exporter` stays with the exporter.
    """

    importer: str
    exporter: str
    sector: str
    allowed: float | Sequence[float]
    share: float | Sequence[float] = 1.0


def load(
    folder: str | Path | None = None,
    tariffs_on: str = "2025-01-01",
    final_demand: Literal["residual", "shares"] = "residual",
) -> Economy:
    """The economy of a data set in the layout of docs/economy-data.md; without a folder the shipped world of 2024.

    `tariffs_on` chooses the base rates: the latest on or before that day. Final demand is the residual of absorption
    and intermediate use, or has the shares of `final_demand_shares.csv`. Raises DataError with every mistake found.
    """
    return Economy(dataset.read(SHIPPED if folder is None else folder, tariffs_on, final_demand))


class Economy:
    """A data set with its base equilibrium."""

    def __init__(self, data: DataSet, base: Base | None = None) -> None:
        self.data = data
        self.base = Base.of(data) if base is None else base
        if base is None and data.final_share is not None:
            self.base = self._closed(self.base, self.base.deficit)
        self.solver = Solver(self.base)
        self._region = {code: place for place, code in enumerate(data.regions)}
        self._sector = {code: place for place, code in enumerate(data.sectors)}

    def balanced(self, elasticity: str | float | Mapping[str, float] | ArrayLike = 4.0) -> Economy:
        """The same economy with trade balanced everywhere, solved anew at one elasticity: a base without deficits."""
        return Economy(self.data, self._closed(self.base, np.zeros(self.base.regions), self.theta(elasticity)))

    def _closed(self, base: Base, deficit: Numbers, theta: Numbers | None = None) -> Base:
        """The equilibrium of the base's own rates at given deficits. ArithmeticError if there is none."""
        nothing = np.zeros((1, 0))
        plain = np.full((1, base.sectors), _CLOSING_ELASTICITY) if theta is None else theta[np.newaxis]
        none, off = np.zeros(1), np.zeros(1, np.bool_)
        problem = Problem(plain, np.zeros(0, np.int64), nothing, None, None, deficit, off, none, none)
        solution = Solution(base, problem, Solver(base).solve(problem), single=True)
        if not solution.converged:
            raise ArithmeticError(
                f"the base of the data set has no equilibrium; a gap of {solution.residual:.1e} is left"
            )
        flows = np.asarray(solution.flows_musd).transpose(2, 0, 1)
        return Base.from_flows(
            flows, base.tariff, base.export_tax, base.value_added_share, base.input_coefficient, base.final_share
        )

    # ── What is asked ────────────────────────────────────────────────────────────────────────────────

    def rates(self, changes: Mapping[Pair, float], added: bool = False) -> Numbers:
        """[importer, exporter, sector] the base tariffs with some rates set, or with rates added to them.

        `("USA", "CHN"): 0.2` is meant for every taxed sector, `("USA", "CHN", "STL")` for one; `*` stands for all other
        regions or taxed sectors. Later entries count. KeyError for a code that the data do not have.
        """
        found = self.data.tariff.copy()
        for pair, rate in changes.items():
            for cell in self._cells(pair):
                found[cell] = self.data.tariff[cell] + rate if added else rate
        return found

    def _cells(self, pair: Pair) -> Iterable[tuple[int, int, int]]:
        importers, exporters = (self._named(code, self._region, "region") for code in pair[:2])
        sectors = np.flatnonzero(self.data.taxed).tolist()
        if len(pair) == 3 and pair[2] != EVERY:
            sectors = self._named(pair[2], self._sector, "sector")
        return [(n, i, j) for n in importers for i in exporters if n != i for j in sectors]

    @staticmethod
    def _named(code: str, places: Mapping[str, int], what: str) -> list[int]:
        if code == EVERY:
            return list(places.values())
        if code not in places:
            raise KeyError(f"there is no {what} {code!r}; there are {', '.join(places)}")
        return [places[code]]

    def theta(self, elasticity: str | float | Mapping[str, float] | ArrayLike) -> Numbers:
        """[sector] or [run, sector] trade elasticities: one number, one a sector, a mapping, or a named set."""
        if isinstance(elasticity, str):
            if elasticity not in self.data.elasticities:
                raise KeyError(f"there is no set {elasticity!r}; there are {', '.join(self.data.elasticities)}")
            return self.data.elasticities[elasticity]
        if isinstance(elasticity, Mapping):
            if missing := [code for code in self.data.sectors if code not in elasticity]:
                raise KeyError(f"elasticities are missing for {', '.join(missing)}")
            return np.array([elasticity[code] for code in self.data.sectors], dtype=np.float64)
        theta = np.asarray(elasticity, dtype=np.float64)
        theta = np.full(self.base.sectors, theta) if theta.ndim == 0 else theta
        if theta.shape[-1] != self.base.sectors:
            raise ValueError(f"found {theta.shape[-1]} elasticities; there are {self.base.sectors} sectors")
        if not (theta > 0).all() or not np.isfinite(theta).all():
            raise ValueError("trade elasticities (σ − 1) are above 0")
        return theta

    def solve(
        self,
        tariffs: Mapping[Pair, float] | ArrayLike | None = None,
        elasticity: str | float | Mapping[str, float] | ArrayLike = 4.0,
        export_taxes: ArrayLike | None = None,
        deficits: Literal["held", "purged"] = "held",
        acted_on: ArrayLike | None = None,
        limits: Sequence[Limit] = (),
        to_exporter: ArrayLike = 1.0,
        capacity: Mapping[tuple[str, str], float | Sequence[float]] | None = None,
        revenue: Literal["rebated", "tax_relief"] = "rebated",
        labour_supply: ArrayLike = 0.0,
        income_tax: ArrayLike = INCOME_TAX,
        trade_costs: ArrayLike | None = None,
        start: Solution | None = None,
    ) -> Solution:
        """The equilibrium under other rates and limits, against the base; or a batch of them.

        Raises ValueError for arrays of a wrong shape and rates that cannot be, KeyError for unknown codes. A run that
        does not converge is marked in `converged`.

        Parameters
        ----------
        tariffs : mapping, or [importer, exporter, sector], or [run, importer, exporter, sector]
            Import tariff rates (levels, 0.1 is 10 %); by default the base's. A mapping is read as by `rates`.
        elasticity : number, [sector], [run, sector], mapping of sector to number, or name of a set of the data
            Trade elasticities θ = σ − 1.
        export_taxes : array like `tariffs`
            Rates on exporters' prices; by default the base's.
        deficits : held or purged
            Deficits stay what they are in units of world value added, or are purged first: the base is solved without
            them, and changes are against that (Caliendo and Parro 2015, Ossa 2014).
        acted_on : array like `tariffs`
            The rates that buyers have adjusted to so far; by default the tariffs themselves.
        limits : sequence of Limit
            Export controls and quotas; `to_exporter` (number or [run]) is the exporter's share of their rents.
        capacity : mapping of (region, sector) to number or [run]
            Largest output relative to the base.
        revenue : rebated or tax_relief
            Tariff revenue is handed out, or lowers the tax on labour; this matters where labour supply is elastic.
        labour_supply : number or [run]
            Elasticity of labour supply to the real wage after tax.
        income_tax : number or [run]
            Average tax on labour income in the base.
        trade_costs : array like `tariffs`
            Hats of iceberg trade costs, units shipped for one that arrives: above 0, 1 where nothing changes.
        start : Solution
            A solution of as many runs to start from.
        """
        given = self.rates(tariffs) if isinstance(tariffs, Mapping) else tariffs
        dense = {"tariffs": self._dense(given, "tariffs"), "acted_on": self._dense(acted_on, "acted_on")}
        dense["export_taxes"] = self._dense(export_taxes, "export_taxes")
        dense["trade_costs"] = self._dense(trade_costs, "trade_costs", above=0.0)
        theta = self.theta(elasticity)
        vectors = {"to_exporter": to_exporter, "labour_supply": labour_supply, "income_tax": income_tax}
        numbers = {name: np.asarray(value, dtype=np.float64) for name, value in vectors.items()}
        held = [np.asarray(value, dtype=np.float64) for limit in limits for value in (limit.allowed, limit.share)]
        capped = {key: np.asarray(value, dtype=np.float64) for key, value in (capacity or {}).items()}
        lengths = [len(array) for array in dense.values() if array is not None and array.ndim == 4]
        lengths += [len(array) for array in (theta,) if array.ndim == 2]
        lengths += [len(array) for array in (*numbers.values(), *held, *capped.values()) if array.ndim == 1]
        runs = lengths[0] if lengths else 1
        if any(length != runs for length in lengths):
            raise ValueError(f"found batches of {', '.join(map(str, dict.fromkeys(lengths)))} runs; give all the same")
        problem = self._problem(runs, theta, dense, numbers)
        problem = replace(
            problem,
            deficit=self.base.deficit if deficits == "held" else np.zeros(self.base.regions),
            tax_relief=np.full(runs, revenue == "tax_relief"),
            limits=self._limits(limits, runs, np.broadcast_to(numbers["to_exporter"], runs)),
            capacity=self._capacity(capped, runs),
        )
        solved = self.solver.solve(problem, None if start is None else start.state)
        before = self._purged(problem, single=not lengths) if deficits == "purged" else None
        return Solution(self.base, problem, solved, single=not lengths, before=before)

    def _purged(self, problem: Problem, single: bool) -> Solution:
        """The base without deficits at the elasticities of a problem."""
        nothing = np.zeros((len(problem), 0))
        plain = replace(
            problem, cell=np.zeros(0, np.int64), tariff=nothing, acted_on=None, export_tax=None, trade_cost=None,
            tax_relief=np.zeros(len(problem), np.bool_), labour_supply=np.zeros(len(problem)),
            limits=None, capacity=None,
        )  # fmt: skip
        return Solution(self.base, plain, self.solver.solve(plain), single)

    def _dense(self, rates: ArrayLike | None, name: str, above: float = -1.0) -> Numbers | None:
        """[…, sector, importer, exporter] as the solver has them."""
        if rates is None:
            return None
        array = np.asarray(rates, dtype=np.float64)
        shape = (self.base.regions, self.base.regions, self.base.sectors)
        if array.shape[-3:] != shape or array.ndim > 4:
            raise ValueError(f"found {name} of shape {array.shape}; it is {shape}, importer, exporter, sector")
        if not (array > above).all() or not np.isfinite(array).all():
            raise ValueError(f"{name} are above {above:.0%}".replace("-", "−"))
        return np.moveaxis(array, -1, -3)

    def _problem(
        self, runs: int, theta: Numbers, dense: Mapping[str, Numbers | None], numbers: Mapping[str, Numbers]
    ) -> Problem:
        base = self.base
        bases = {"tariffs": base.tariff, "acted_on": base.tariff, "export_taxes": base.export_tax}
        bases["trade_costs"] = np.ones_like(base.share)
        changed = np.zeros(base.share.size, dtype=np.bool_)
        for name, array in dense.items():
            if array is not None:
                differs = array != bases[name]
                changed |= differs.reshape(-1, base.share.size).any(0)
        cell = np.flatnonzero(changed)

        def at(name: str) -> Numbers | None:
            array = dense[name]
            if array is None and name != "tariffs":
                return None
            array = base.tariff if array is None else array
            flat = array.reshape(-1, base.share.size)[:, cell]
            return np.ascontiguousarray(np.broadcast_to(flat, (runs, len(cell))))

        tariff = at("tariffs")
        assert tariff is not None
        return Problem(
            np.ascontiguousarray(np.broadcast_to(theta, (runs, base.sectors))),
            cell,
            tariff,
            at("acted_on"),
            at("export_taxes"),
            base.deficit,
            np.zeros(runs, np.bool_),
            np.ascontiguousarray(np.broadcast_to(numbers["labour_supply"], runs)),
            np.ascontiguousarray(np.broadcast_to(numbers["income_tax"], runs)),
            trade_cost=at("trade_costs"),
        )

    def _limits(self, limits: Sequence[Limit], runs: int, to_exporter: Numbers) -> Limits | None:
        if not limits:
            return None
        places = []
        for limit in limits:
            sector = self._named(limit.sector, self._sector, "sector")[0]
            importer, exporter = (
                self._named(code, self._region, "region")[0] for code in (limit.importer, limit.exporter)
            )
            places.append((sector * self.base.regions + importer) * self.base.regions + exporter)
        order = np.argsort(places, kind="stable")
        share = np.stack([np.broadcast_to(np.asarray(limits[k].share, float), runs) for k in order], axis=1)
        allowed = np.stack([np.broadcast_to(np.asarray(limits[k].allowed, float), runs) for k in order], axis=1)
        if not ((share >= 0) & (share <= 1)).all() or not (allowed >= 0).all():
            raise ValueError("a limit holds a share of 0 to 1 of a cell and allows 0 or more times its base quantity")
        return Limits(np.asarray(places)[order], share, allowed, np.ascontiguousarray(to_exporter), order)

    def _capacity(self, capped: Mapping[tuple[str, str], Numbers], runs: int) -> Capacity | None:
        if not capped:
            return None
        region = [self._named(code, self._region, "region")[0] for code, _ in capped]
        sector = [self._named(code, self._sector, "sector")[0] for _, code in capped]
        limit = np.stack([np.broadcast_to(value, runs) for value in capped.values()], axis=1)
        if not (limit > 0).all():
            raise ValueError("a capacity is above 0 times the base output")
        return Capacity(np.asarray(sector), np.asarray(region), limit)


_CLOSING_ELASTICITY = 4.0
"""Trade elasticity at which a base is brought to equilibrium (Simonovska and Waugh 2014)."""
__all__ = ["TOLERANCE", "Economy", "Limit", "load"]
