"""How the economy comes out: real income, revenue, prices and rates by region, over the futures that were solved.

Every figure is against the reference that the result names (the policy of as_of held). Levels hold from the day of
their row to the next row of the run; a day counts whole, as_of and the horizon included, and a year has 365 of them, so
33 days at some policy weigh 33/365 of a year. Runs of which any equilibrium did not converge are in no figure; they are
counted and named. A band is the 5 % and the 95 % point over all other runs: assumptions and chance together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results import store
from sim.results.result import FAN_RUNS, Result, Steps, filled

YEAR = 365.0
"""Days over which an annual rate is earned."""
EVIDENCE = (0.86, 1.0)
"""Border pass-through of tariffs that was measured: 86 to 94 % in 2025 (Federal Reserve Bank of New York, February
2026), about 100 % in 2018 (Amiti, Redding and Weinstein 2019; Fajgelbaum et al. 2020)."""
NONE = "'nan'::DOUBLE"
"""What is no number, in SQL; in Parquet it may have become a null."""
_HAIR = 1e-9
"""A pass-through of one that arithmetic left a little above one is within the evidence."""
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Band:
    """A figure over futures: its 5 % point, median and 95 % point."""

    low: float
    middle: float
    high: float

    @property
    def zero(self) -> bool:
        """Whether it is exactly 0 in 90 of 100 futures and more."""
        return self.low == self.high == 0


def band(values: NDArray[np.float64]) -> Band:
    """The band of [run] values; not-a-numbers are left out, and of nothing all three are not a number."""
    there = values[~np.isnan(values)]
    return Band(*(np.quantile(there, LEVELS).tolist() if len(there) else [float("nan")] * 3))


def has_economy(result: Result) -> bool:
    """Whether the economy was solved for this result."""
    return bool(regions(result))


def regions(result: Result) -> tuple[str, ...]:
    """Codes of the regions, in the order of the axes of the tables; none where the economy was not solved."""
    return tuple((result.manifest.get("economy") or {}).get("regions", ()))


def sectors(result: Result) -> tuple[str, ...]:
    """Codes of the sectors, likewise."""
    return tuple((result.manifest.get("economy") or {}).get("sectors", ()))


class Economy:
    """What a result says of the economy. Arrays have the runs that converged, in run order, as their first axis."""

    def __init__(self, result: Result) -> None:
        """KeyError where the economy was not solved for this result."""
        self.result = result
        self._about: dict[str, Any] = result.manifest["economy"]
        self.regions, self.sectors = regions(result), sectors(result)
        self.region_names: dict[str, str] = self._about["region_names"]
        self.sector_names: dict[str, str] = self._about["sector_names"]
        self.reference: str = self._about["reference"]
        self.elasticity_set: str = self._about["elasticity_set"]
        self.first, self.last = result.plan.as_of, result.plan.horizon
        self._read: dict[str, NDArray[np.float64]] = {}

    # ── Which runs ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def left_out(self) -> NDArray[np.int64]:
        """Numbers of the runs of which some equilibrium did not converge."""
        found = store.read(self.result.folder, "economy", "DISTINCT run", "converged = 0", "run")["run"]
        return found.astype(np.int64)

    @cached_property
    def runs(self) -> NDArray[np.int64]:
        """Numbers of the runs that every figure rests on."""
        return np.setdiff1d(np.arange(self.result.runs), self.left_out)

    @cached_property
    def outcome(self) -> NDArray[np.int16]:
        """[run] place of the outcome, of the runs that converged."""
        return self.result.outcome[self.runs]

    @cached_property
    def residual(self) -> float:
        """The largest residual of an equilibrium among these runs."""
        found = store.read(self.result.folder, "economy", "max(residual) AS most", self.kept)["most"]
        return float(found[0]) if len(self.runs) else float("nan")

    @property
    def kept(self) -> str:
        """The condition, in SQL, on the rows of a table by run."""
        return f"run NOT IN ({', '.join(map(str, self.left_out.tolist()))})" if len(self.left_out) else "TRUE"

    def of_outcome(self, values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        """The rows of [run, …] values whose run ends in an outcome."""
        return values[self.outcome == self.result.outcome_names.index(name)]

    # ── Over the horizon ─────────────────────────────────────────────────────────────────────────────

    def mean(self, column: str) -> NDArray[np.float64]:
        """[run, region] time mean of a column from as_of to the horizon; days on which it is no number do not count.

        `column` is SQL over the columns of the table `economy`.
        """
        if column not in self._read:
            value = f"coalesce(({column})::DOUBLE, {NONE}) AS value"
            blocks = store.each_block(self.result.folder, "economy", f"run, day, {value}")
            parts = [self._mean(block) for block in blocks]
            self._read[column] = np.concatenate([np.empty((0, len(self.regions))), *parts])
        return self._read[column]

    def cumulated(self, column: str) -> NDArray[np.float64]:
        """[run, region] bn USD over the horizon of a column in bn USD a year."""
        return self.mean(column) * self.years

    @property
    def years(self) -> float:
        """Length of the time from as_of to the horizon, both included."""
        return (self.last - self.first + 1) / YEAR

    def changes(self, column: str) -> NDArray[np.bool_]:
        """[region] whether a column is other than 0 on some day of some run."""
        where = f"{self.kept} AND {column} <> 0"
        moved = store.read(self.result.folder, "economy", "DISTINCT region", where, "region")["region"]
        return np.isin(np.arange(len(self.regions)), moved)

    def _mean(self, block: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
        """[run, region] of the rows of one block, which are by run, then day, then region."""
        kept = ~np.isin(block["run"], self.left_out)
        run, days = (block[name][kept][:: len(self.regions)].astype(np.int64) for name in ("run", "day"))
        values = np.asarray(block["value"][kept], dtype=np.float64).reshape(-1, len(self.regions))
        if not len(run):
            return values
        begins = np.flatnonzero(np.r_[True, np.diff(run) != 0])
        until = np.r_[days[1:], 0]
        until[np.r_[begins[1:], len(days)] - 1] = self.last + 1
        held = np.where(np.isnan(values), 0.0, (until - days)[:, None])
        total = np.add.reduceat(np.where(np.isnan(values), 0.0, values) * held, begins, axis=0)
        count = np.add.reduceat(held, begins, axis=0)
        found = np.full(total.shape, np.nan)
        np.divide(total, count, out=found, where=count > 0)
        return found

    # ── Figures ──────────────────────────────────────────────────────────────────────────────────────

    def bands(self, column: str) -> dict[str, Band]:
        """Region → band of the time mean of a column."""
        values = self.mean(column)
        return {code: band(values[:, place]) for place, code in enumerate(self.regions)}

    def cumulated_bands(self, column: str) -> dict[str, Band]:
        """Region → band of a column in bn USD a year cumulated over the horizon, bn USD."""
        values = self.cumulated(column)
        return {code: band(values[:, place]) for place, code in enumerate(self.regions)}

    def of(self, column: str, codes: Iterable[str]) -> NDArray[np.float64]:
        """[run] sum over some regions of the time mean of a column of amounts."""
        return self.mean(column)[:, [self.regions.index(code) for code in codes]].sum(axis=1)

    def income_percent(self, codes: Sequence[str]) -> NDArray[np.float64]:
        """[run] real income of some regions together, in per cent, each weighted by its income in the base."""
        incomes = np.array([self.income[code] for code in codes])
        values = self.mean("real_income_percent")[:, [self.regions.index(code) for code in codes]]
        return np.asarray(values @ (incomes / incomes.sum()))

    @property
    def income(self) -> dict[str, float]:
        """Region → income of the base year, bn USD."""
        return {code: float(value) for code, value in self._about["income_bn_usd"].items()}

    def persons(self, codes: Iterable[str]) -> float | None:
        """How many live in some regions, or None where the data set does not say."""
        known: dict[str, float] = self._about.get("population") or {}
        chosen = list(codes)
        return float(sum(known[code] for code in chosen)) if all(code in known for code in chosen) else None

    @property
    def household(self) -> float | None:
        """Persons in a household, the median of the scenario's assumption; None where no scenario states it."""
        settings = self.result.scenario.economy
        if settings is None:
            return None
        size = settings.persons_per_household
        if size.fixed:
            return float(size.value)
        return float(np.median(self.result.column("assumption.economy.persons_per_household")))

    def path(self, column: str, code: str, step: int = 1) -> Steps:
        """A column of one region by day, from as_of to the horizon; of the first runs that converged."""
        place = self.regions.index(code)
        where = f"region = {place} AND run < {FAN_RUNS} AND {self.kept}"
        table = store.read(self.result.folder, "economy", f"run, day, {column} AS value", where, "run, day")
        chosen = self.runs[self.runs < FAN_RUNS]
        rows = np.searchsorted(chosen, table["run"])
        return filled(self.result.days(step), len(chosen), rows, table["day"], table["value"])

    # ── Checks ───────────────────────────────────────────────────────────────────────────────────────

    def within_evidence(self) -> tuple[Band, float] | None:
        """Border pass-through of the tariffs that have changed: its band over runs and regions, and the share of
        these days, runs and regions in which it lies within :data:`EVIDENCE`; None where no tariff changes.
        """
        means = self.mean("pass_through")
        if not (~np.isnan(means)).any():
            return None
        low, high = EVIDENCE
        inside = f"(pass_through BETWEEN {low} AND {high + _HAIR})"
        none = "coalesce(isnan(pass_through), TRUE)"
        share = self.mean(f"CASE WHEN {none} THEN {NONE} ELSE {inside}::DOUBLE END")
        changed = self.mean(f"NOT {none}")
        return band(means.ravel()), float(np.nansum(share * changed) / changed.sum())
