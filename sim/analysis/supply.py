"""What a result says of shortage: stocks, stoppages, output lost and leverage of each buying region.

Figures stand on recorded days: as_of, every 28 days after it, the horizon. A band is the 5 %, 50 % and 95 % point over
all futures. The two forms of production are kept apart everywhere: each future draws one, both are followed in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.economy import LEVELS, NONE, Band
from sim.days import MISSING
from sim.results import store
from sim.results.result import FAN_RUNS, Result, Steps

WEEK = 7.0
FORMS = ("leontief", "ces")
"""The two forms of production, as they stand in names of columns."""
HALF = 50.0
"""Per cent of users out of stock from which a region is told as out."""
WEEKS_A_YEAR = 365.25 / WEEK
_LEFT = f"CASE WHEN stopped_percent >= {HALF} THEN 0 ELSE weeks_to_stock_out END"


def has_supply(result: Result) -> bool:
    """Whether the supply layer was followed for this result."""
    return bool((result.manifest.get("supply") or {}).get("regions"))


def times(values: NDArray[np.float64]) -> Band:
    """The band of [run] times of which some are infinite: the values of three futures, nothing in between.

    Not-a-numbers are left out; of nothing all three are not a number.
    """
    there = np.sort(values[~np.isnan(values)])
    if not len(there):
        return Band(*[float("nan")] * 3)
    places = np.maximum(np.ceil(np.array(LEVELS) * len(there) - 1e-9).astype(np.int64) - 1, 0)
    return Band(*there[places].tolist())


def never(values: NDArray[np.float64]) -> float:
    """The share of [run] times that do not come, 0–1."""
    return float(np.isinf(values).mean()) if len(values) else 0.0


@dataclass(frozen=True)
class TwoForms:
    """A loss in both forms of production, and what it is with the policy of as_of held, where that is known."""

    leontief: Band
    ces: Band
    held_leontief: float | None = None
    """median"""
    held_ces: float | None = None


class Recorded:
    """Reads tables of a result by run, day and one more axis."""

    def __init__(self, result: Result) -> None:
        """KeyError where the supply layer was not followed for this result."""
        self.result = result
        self.about: dict[str, Any] = result.manifest["supply"]
        self.regions: tuple[str, ...] = tuple(self.about["regions"])
        self.sectors: tuple[str, ...] = tuple(self.about["sectors"])
        self.materials: tuple[str, ...] = tuple(self.about["materials"])
        self.stages: tuple[str, ...] = tuple(self.about["stages"])
        self.reference: str = self.about["reference"]
        self.first, self.last = result.plan.as_of, result.plan.horizon

    def path_of(self, table: str, axis: str, place: int, column: str) -> Steps:
        """A column at one place of an axis over the recorded days; of the first runs."""
        where = f"{axis} = {place} AND run < {FAN_RUNS}"
        found = store.read(self.result.folder, table, f"run, day, {number(column)} AS value", where, "run, day")
        days = np.unique(found["day"]).astype(np.int32)
        return Steps(days, found["value"].reshape(-1, len(days)))

    def cells(self, table: str, column: str, axes: dict[str, int], where: str = "TRUE") -> NDArray[np.float64]:
        """[run, …] a column by the axes (name → length); one row each."""
        order = ", ".join(["run", *axes])
        found = store.read(self.result.folder, table, f"{number(column)} AS value", where, order)["value"]
        return found.reshape(-1, *axes.values())

    def highest(self, table: str, column: str, axis: str, length: int) -> NDArray[np.float64]:
        """[run, place] the highest value of a column on any recorded day."""
        columns = f"run, {axis}, max({number(column)}) AS value"
        where = f"TRUE GROUP BY run, {axis}"
        return store.read(self.result.folder, table, columns, where, f"run, {axis}")["value"].reshape(-1, length)

    def has(self, table: str, column: str) -> bool:
        """Whether a table has a column."""
        return column in store.read(self.result.folder, table, "*", "FALSE")


class Supply(Recorded):
    """Buying regions and their sectors."""

    @cached_property
    def region_names(self) -> dict[str, str]:
        """Region → what it is called."""
        return dict(self.about["region_names"])

    @cached_property
    def sector_names(self) -> dict[str, str]:
        """Sector → what it is called."""
        return dict(self.about["sector_names"])

    # ── By day ───────────────────────────────────────────────────────────────────────────────────────

    def path(self, column: str, region: str) -> Steps:
        """A column of the table `supply` for one region."""
        return self.path_of("supply", "region", self.regions.index(region), column)

    def on(self, column: str, day: int) -> NDArray[np.float64]:
        """[run, region] a column of the table `supply` on a recorded day."""
        return self.cells("supply", column, {"region": len(self.regions)}, f"day = {day}")

    def worst(self, column: str) -> NDArray[np.float64]:
        """[run, region] the highest value on any recorded day."""
        return self.highest("supply", column, "region", len(self.regions))

    def weeks_left(self, day: int) -> NDArray[np.float64]:
        """[run, region] weeks until half of the users are out if flows stayed as on a recorded day; infinite: never.

        Where half of them are out they are 0, though what is left is used no faster than it comes.
        """
        return self.cells("supply", _LEFT, {"region": len(self.regions)}, f"day = {day}")

    def weeks_left_at_worst(self) -> NDArray[np.float64]:
        """[run, region] the fewest of them on any recorded day."""
        return -self.worst(f"-({_LEFT})")

    def lost(self, form: str) -> NDArray[np.float64]:
        """[run, region] weeks of output lost from as_of to the horizon in one form of production."""
        return self.on(f"lost_weeks_{form}", self.last)

    @cached_property
    def ranked(self) -> list[str]:
        """Regions, the one that loses most output first (fixed proportions, median, then mean over futures)."""
        lost = self.lost("leontief")
        order = np.lexsort((-lost.mean(axis=0), -np.median(lost, axis=0)))
        return [self.regions[place] for place in order]

    @cached_property
    def short(self) -> bool:
        """Whether any user runs out of stock in any future, or some output is lost."""
        return bool((self.worst("stopped_percent") > 0).any() or (self.lost("leontief") > 0).any())

    def lost_by_region(self) -> dict[str, TwoForms]:
        """Region → weeks of output lost to the horizon."""
        values = [self.lost(form) for form in FORMS]
        held: list[NDArray[np.float64] | None] = [None, None]
        if self.has("supply", "held_lost_weeks_leontief"):
            held = [self.on(f"held_lost_weeks_{form}", self.last) for form in FORMS]
        return {code: _forms(values, held, place) for place, code in enumerate(self.regions)}

    def value_lost(self, form: str) -> NDArray[np.float64]:
        """[run, region] bn USD of value added lost to the horizon in one form of production.

        The table has it in the form that the run draws; it is proportional to the weeks lost.
        """
        drawn, own = self.on("lost_weeks", self.last), self.lost(form)
        ratio = np.divide(own, drawn, out=np.zeros_like(own), where=drawn > 0)
        return self.on("value_lost_bn", self.last) * ratio

    # ── By sector ────────────────────────────────────────────────────────────────────────────────────

    def by_sector(self, column: str) -> NDArray[np.float64]:
        """[run, region, sector] a column of the table `supply_sectors`."""
        return self.cells("supply_sectors", column, {"region": len(self.regions), "sector": len(self.sectors)})

    @cached_property
    def weeks_to_stop(self) -> NDArray[np.float64]:
        """[run, region, sector] weeks from as_of to the first stoppage; infinite where there is none."""
        days = self.by_sector("first_stop_day")
        return np.where(days >= MISSING, np.inf, (days - self.first) / WEEK)

    @cached_property
    def uses(self) -> NDArray[np.bool_]:
        """[region, sector] whether a sector needs any of the materials."""
        found = np.zeros((len(self.regions), len(self.sectors)), dtype=np.bool_)
        for by_region in self.about["need_tonnes_a_year"].values():
            for region, by_sector in by_region.items():
                for sector, tonnes in by_sector.items():
                    found[self.regions.index(region), self.sectors.index(sector)] |= tonnes > 0
        return found

    def lost_by_sector(self, region: str) -> dict[str, TwoForms]:
        """Sector of a region that uses the materials → weeks of its output lost, the most first."""
        row = self.regions.index(region)
        values = [self.by_sector(f"lost_weeks_{form}")[:, row] for form in FORMS]
        held: list[NDArray[np.float64] | None]
        held = [self.by_sector(f"held_lost_weeks_{form}")[:, row] for form in FORMS]
        order = [place for place in np.argsort(-values[0].mean(axis=0), kind="stable") if self.uses[row, place]]
        return {self.sectors[place]: _forms(values, held, place) for place in order}


def _forms(values: list[NDArray[np.float64]], held: list[NDArray[np.float64] | None], place: int) -> TwoForms:
    """The bands at one place of [run, place] values by form."""
    bands = [Band(*np.quantile(one[:, place], LEVELS).tolist()) for one in values]
    medians = [None if one is None else float(np.median(one[:, place])) for one in held]
    return TwoForms(bands[0], bands[1], medians[0], medians[1])


def number(column: str) -> str:
    """A column in SQL, of which what Parquet keeps as a null is not a number."""
    return f"coalesce(({column})::DOUBLE, {NONE})"
