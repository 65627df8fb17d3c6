"""How trade and production come out: by pair, by sector, and which imports change their supplier.

Against the same reference, over the same runs and time as in :mod:`sim.analysis.economy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.economy import LEVELS, NONE, Band, Economy
from sim.results import store


def _ends(value: str) -> list[str]:
    """A band of a column over runs, in SQL; no number where the column is null in all of them."""
    return [f"coalesce(quantile_cont({value}, {level}), {NONE})" for level in LEVELS]


def _bands(values: list[float]) -> list[Band]:
    """Bands from their ends, three by three."""
    return [Band(*values[place : place + 3]) for place in range(0, len(values), 3)]


def _rows(economy: Economy, table: str, columns: list[str], where: str, by: str) -> list[list[Any]]:
    """Rows of a table over the runs that converged, by some columns."""
    named = ", ".join(f"{column} AS column_{place}" for place, column in enumerate(columns))
    condition = f"{where} AND {economy.kept} GROUP BY {by}"
    found = store.read(economy.result.folder, table, named, condition, by).values()
    return [list(row) for row in zip(*(values.tolist() for values in found), strict=True)]


@dataclass(frozen=True)
class Traded:
    """What one region buys of another, bn USD a year at exporters' prices, on average from as_of to the horizon."""

    importer: str
    exporter: str
    before: float
    """with the reference policy; the median over runs"""
    after: Band
    change: Band
    """paired, run by run"""
    percent: Band
    """the same in per cent of what it is with the reference; no number where that is nothing"""


def traded(economy: Economy) -> list[Traded]:
    """Every pair of two regions that trade, the largest median change in money first."""
    percent = "CASE WHEN reference_bn > 0 THEN 100 * (imports_bn / reference_bn - 1) END"
    columns = ["importer", "exporter", "quantile_cont(reference_bn, 0.5)", *_ends("imports_bn")]
    columns += [*_ends("imports_bn - reference_bn"), *_ends(percent)]
    found = [
        Traded(economy.regions[importer], economy.regions[exporter], before, *_bands(values))
        for importer, exporter, before, *values in _rows(
            economy, "economy_pairs", columns, "importer <> exporter", "importer, exporter"
        )
        if before > 0 or values[2] > 0
    ]
    return sorted(found, key=lambda one: -abs(one.change.middle))


@dataclass(frozen=True)
class Hit:
    """How one sector of one region fares, per cent, on average from as_of to the horizon."""

    region: str
    sector: str
    strength: float
    """median over runs of the size of the change of output"""
    output: Band
    price: Band


def hit(economy: Economy) -> list[Hit]:
    """Every sector of every region, the most changed output first."""
    columns = ["region", "sector", "quantile_cont(abs(output_percent), 0.5)"]
    columns += [*_ends("output_percent"), *_ends("price_percent")]
    found = [
        Hit(economy.regions[region], economy.sectors[sector], strength, *_bands(values))
        for region, sector, strength, *values in _rows(economy, "economy_sectors", columns, "TRUE", "region, sector")
    ]
    return sorted(found, key=lambda one: -one.strength)


@dataclass(frozen=True)
class Diverted:
    """How one region's imports of one sector move between suppliers, bn USD a year, mean over futures."""

    sector: str
    before: NDArray[np.float64]
    """[exporter] with the reference policy; its own sales at home are 0 here"""
    change: NDArray[np.float64]
    """[exporter]"""

    @property
    def switched(self) -> float:
        """What some suppliers lose and others gain: the smaller of all falls and all rises."""
        return float(min(-self.change[self.change < 0].sum(), self.change[self.change > 0].sum()))

    @property
    def total(self) -> float:
        """Change of all imports of the sector."""
        return float(self.change.sum())


class Cube:
    """Trade by outcome, importer, exporter and sector, from sums over the runs that converged."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        n, j = len(economy.regions), len(economy.sectors)
        shape = (len(economy.result.outcome_names), n, n, j)
        self._runs, self._total, self._reference = (np.zeros(shape) for _ in range(3))
        columns = "outcome, importer, exporter, sector, sum(runs) AS runs, sum(total_bn) AS total, "
        columns += "sum(reference_total_bn) AS reference"
        by = "outcome, importer, exporter, sector"
        table = store.read(economy.result.folder, "economy_trade", columns, f"TRUE GROUP BY {by}", by)
        cell = tuple(table[name].astype(np.int64) for name in by.split(", "))
        self._runs[cell], self._total[cell] = table["runs"], table["total"]
        self._reference[cell] = table["reference"]

    def mean(self, outcome: str | None = None) -> NDArray[np.float64]:
        """[importer, exporter, sector] bn USD a year, mean over the futures of an outcome or of all; 0 of none."""
        return self._averaged(self._total, outcome)

    def reference(self, outcome: str | None = None) -> NDArray[np.float64]:
        """The same with the reference policy held."""
        return self._averaged(self._reference, outcome)

    def runs(self, outcome: str) -> int:
        """Futures of an outcome that the sums hold."""
        place = self.economy.result.outcome_names.index(outcome)
        return int(self._runs[place].max())

    def _averaged(self, total: NDArray[np.float64], outcome: str | None) -> NDArray[np.float64]:
        names = self.economy.result.outcome_names
        chosen = slice(None) if outcome is None else slice(names.index(outcome), names.index(outcome) + 1)
        runs, summed = self._runs[chosen].sum(axis=0), total[chosen].sum(axis=0)
        mean = np.zeros_like(summed)
        np.divide(summed, runs, out=mean, where=runs > 0)
        return mean

    def diverted(self, codes: list[str], outcome: str | None = None) -> list[Diverted]:
        """By sector, the imports of some regions together from all others, what changes supplier most first."""
        own = [self.economy.regions.index(code) for code in codes]
        before, after = (cube[own].sum(axis=0) for cube in (self.reference(outcome), self.mean(outcome)))
        before[own], after[own] = 0, 0
        found = [
            Diverted(code, before[:, place], after[:, place] - before[:, place])
            for place, code in enumerate(self.economy.sectors)
        ]
        return sorted(found, key=lambda one: -float(np.abs(one.change).sum()))
