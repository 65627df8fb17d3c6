"""The levers of a scenario as wedges on the economy: tariffs by cell, limits on parts of trade, capacities.

A cell is one importer, exporter and sector of the economy's data that some tariff layer of the scenario touches. Its
statutory rate is the base rate of the data plus what the layers have changed since the base day, as an average at
the fixed weights of the trade data: layers in force on the base day are the base rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim.economy
from sim import days
from sim.days import MISSING
from sim.economy import Economy
from sim.economy.collection import reroutable
from sim.economy.measures import BN
from sim.engine.plan import Plan
from sim.engine.tariffs import TariffSeries, tranche_table
from sim.instruments import lives
from sim.instruments.layers import Stacks
from sim.instruments.tranches import TrancheTable
from sim.scenario.economy import SHIPPED_DATA
from sim.scenario.model import Scenario
from sim.scenario.provenance import Documented
from sim.world.window import window
from sim.world.world import World

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

BASE_DAY = "2025-01-01"
"""Day of the base rates of the shipped data; data of one's own are read as of the same day."""
ALL_GOODS = "GOODS"
"""Sector of trade data that do not tell sectors apart: its rates hold for every taxed sector."""


def data_folder(scenario: Scenario) -> str | None:
    """The folder of the economy's data, looked for beside the file that names it; None for the shipped data."""
    settings = scenario.economy
    if settings is None or settings.data in SHIPPED_DATA:
        return None
    beside = "" if not isinstance(scenario, Documented) else scenario.tree.place(("economy", "data")).value.file
    return str(Path(beside).parent / settings.data)


def economy_of(folder: str | None) -> Economy:
    """The economy of a folder as it is now, or the shipped one. DataError, OSError as in `load`."""
    files = [] if folder is None else sorted(Path(folder).glob("*.csv"))
    return _economy(folder, tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=4)
def _economy(folder: str | None, _files: tuple[tuple[str, int, int], ...]) -> Economy:
    return sim.economy.load(folder, BASE_DAY)


@lru_cache(maxsize=4)
def levers_of(plan: Plan) -> Levers | None:
    """The levers of a plan, compiled once; None where no economy is solved."""
    return None if plan.scenario.economy is None else Levers(plan)


@dataclass(frozen=True)
class Slice:
    """A part of trade that an instrument holds back."""

    instrument: int
    carrier: int | None
    """cell of `carried`: the member of a coalition that carries it out"""
    target: int | None
    """cell of `exempt`: the actor that a side deal may free from it"""
    cell: int
    """place in `[sector, importer, exporter]`, flattened"""
    path: str
    """of the restriction in the scenario"""
    has_own_allowance: bool


class Levers:
    """Wedges of a plan. `cell` holds places in `[sector, importer, exporter]` of the economy, flattened."""

    def __init__(self, plan: Plan) -> None:
        settings = plan.scenario.economy
        assert settings is not None
        self.plan = plan
        self.settings = settings
        self.economy = economy_of(data_folder(plan.scenario))
        self.base_day = days.day(BASE_DAY)
        data = self.economy.data
        self._region = {code: place for place, code in enumerate(data.regions)}
        self._sector = {code: place for place, code in enumerate(data.sectors)}
        table = _touched(plan, tranche_table(plan.scenario))
        self.series = TariffSeries(plan, [], table)
        self.cell, self._weights = self._averages(self.series.stacks)
        base = self.economy.base
        self.base_rate = base.tariff.reshape(-1)[self.cell]
        self.slices = sorted(self._slices(), key=lambda one: (one.cell, one.instrument, one.path))
        self.felt = {i for i, part in enumerate(plan.instruments) if part.kind == "tariff"}
        """instruments that the economy feels"""
        self.felt |= {one.instrument for one in self.slices}

    # ── Tariffs ──────────────────────────────────────────────────────────────────────────────────────

    def _averages(self, stacks: Stacks) -> tuple[NDArray[np.int64], Numbers]:
        """Cells, and the [class, cell] share of a cell's trade that is in a class of goods."""
        table, shape = stacks.table, self.economy.base.share.shape
        weights: dict[int, dict[int, float]] = {}
        for place in range(len(table)):
            pair = [self._region.get(str(code[place])) for code in (table.importer, table.exporter)]
            if None in pair or pair[0] == pair[1]:
                continue
            for sector in self._sectors(str(table.sector[place])):
                cell = int(np.ravel_multi_index((sector, *pair), shape))  # type: ignore[arg-type]
                held = weights.setdefault(cell, {})
                cls = int(stacks.class_of_cell[place])
                held[cls] = held.get(cls, 0.0) + float(table.weight_musd[place])
        traded = {cell: held for cell, held in sorted(weights.items()) if sum(held.values()) > 0}
        found = np.zeros((len(stacks.classes), len(traded)))
        for column, held in enumerate(traded.values()):
            for cls, weight in held.items():
                found[cls, column] = weight / sum(held.values())
        return np.array(list(traded), dtype=np.int64), found

    def _sectors(self, code: str) -> list[int]:
        if code == ALL_GOODS and code not in self._sector:
            return [int(place) for place in np.flatnonzero(self.economy.data.taxed)]
        return [self._sector[code]] if code in self._sector else []

    def stack(self, world: World, rows: Rows, whole: bool = False) -> tuple[Numbers, NDArray[np.int64]]:
        """([distinct, cell] average over MFN as fractions, [row] which of them a row has).

        `whole` takes what is in force from the dates of the World rather than from its record.
        """
        bite, rate = self.series.layer_state(world, rows, range(len(self.plan.instruments)) if whole else ())
        rate = np.where(bite > 0, rate, 0.0)
        first, place = distinct(np.concatenate([bite, rate], axis=1))
        add_on = self.series.stacks.add_on(np.asfortranarray(bite[first]), np.asfortranarray(rate[first]))
        average = np.matmul(np.ascontiguousarray(add_on)[:, np.newaxis], self._weights)[:, 0] / 100
        return average, place

    def ways_around(self, rate: Numbers) -> NDArray[np.bool_]:
        """[row, cell] links whose goods have a way through third countries, by their statutory rates [row, cell]."""
        base = self.economy.base
        sector, importer, exporter = np.unravel_index(self.cell, base.share.shape)
        rise = np.zeros((len(rate), base.regions, base.regions, base.sectors))
        rise[:, importer, exporter, sector] = rate - self.base_rate
        return reroutable(rise)[:, importer, exporter, sector]

    def past_days(self, world: World) -> list[int]:
        """Days after the base day and before the present on which what is in force may have changed."""
        pending = [
            world.effective, world.ends + 1, world.held_until + 1, world.since, world.expires + 1,
            world.invalid_from, world.enacted_on,
        ]  # fmt: skip
        found = np.unique(np.concatenate([array.reshape(-1) for array in pending]))
        return [int(day) for day in found if self.base_day < day <= world.today and day < MISSING]

    def about(self) -> dict[str, Any]:
        """What a reader of the tables needs to know: axes, names, the reference, sizes."""
        data, base = self.economy.data, self.economy.base
        people = data.population
        held = self.settings.against == "as_of"
        day = days.date(self.plan.as_of if held else self.base_day)
        return {
            "data": self.settings.data,
            "regions": list(data.regions),
            "sectors": list(data.sectors),
            "region_names": dict(data.region_names),
            "sector_names": dict(data.sector_names),
            "reference": f"the policy of {day.day} {day:%B %Y} held",
            "income_bn_usd": dict(zip(data.regions, (base.income / BN).tolist(), strict=True)),
            "population": None if people is None else dict(zip(data.regions, people.tolist(), strict=True)),
            "elasticity_set": self.settings.elasticities.describe(),
        }

    @cached_property
    def normal_musd(self) -> Numbers:
        """[instrument, region] base imports of the region that a tariff instrument covers, million USD a year."""
        base, stacks = self.economy.base, self.series.stacks
        flows = base.flows.reshape(-1)[self.cell]
        importer = np.unravel_index(self.cell, base.share.shape)[1]
        found = np.zeros((len(self.plan.instruments), base.regions))
        for source, classes in zip(self.series.sources, stacks.covered, strict=True):
            covered = self._weights[sorted(classes)].sum(axis=0) * flows
            np.add.at(found[source.instrument], importer, covered)
        return found

    # ── Limits and capacities ────────────────────────────────────────────────────────────────────────

    def _slices(self) -> Iterator[Slice]:
        scenario = self.plan.scenario
        for column, (name, part) in enumerate(scenario.instruments.items()):
            joint = part.by in scenario.coalitions
            holders = scenario.coalitions[part.by].members if joint else [part.by]
            aimed: list[str | None] = list(part.on) or [None]
            for place, item in enumerate(part.restricts):
                if item.material is not None:  # it acts through supply
                    continue
                quota = part.kind == "quota"
                sellers = list(item.from_) or (aimed if quota else holders)
                for buyer, seller in product(holders if quota else aimed, sellers):
                    holder, other = (buyer, seller) if quota else (seller, buyer)
                    carrier = self._decider(column, holder if joint and holder in holders else None)
                    target = self._decider(column, other if other in part.on else None)
                    path, own = f"instruments.{name}.restricts.{place}", item.allowed is not None
                    for cell in self._cells(item.sector, buyer, seller, holders):
                        yield Slice(column, carrier, target, cell, path, own)

    def _decider(self, column: int, actor: str | None) -> int | None:
        """Cell of an instrument and an actor in the arrays of the World; None for everybody."""
        plan = self.plan
        return None if actor is None else column * len(plan.players) + plan.columns["deciders"][actor]

    def _cells(self, sector: str, buyer: str | None, seller: str | None, holders: list[str]) -> Iterator[int]:
        """Cells of a sector that one sells to another; None is everybody but the holders of the instrument."""
        held = {region for holder in holders for region in self.regions_of(holder)}
        others = [region for region in self._region.values() if region not in held]
        for importer in others if buyer is None else self.regions_of(buyer):
            for exporter in others if seller is None else self.regions_of(seller):
                if importer != exporter:
                    place = self.sector(sector), importer, exporter
                    yield int(np.ravel_multi_index(place, self.economy.base.share.shape))

    def sector(self, code: str) -> int:
        """Place of a sector. ValueError for one that the data do not have."""
        if code not in self._sector:
            raise ValueError(f"found {code!r}; sectors of {self.settings.data}: {', '.join(self._sector)}")
        return self._sector[code]

    def regions_of(self, actor: str) -> list[int]:
        """Places of the regions that an actor speaks for, of those that the data have."""
        return [self._region[code] for code in self.plan.scenario.actors[actor].regions if code in self._region]

    def restricting(self, world: World, rows: Rows) -> dict[int, NDArray[np.bool_]]:
        """Instrument → [row] whether it is in force today, of those that hold parts of trade back."""
        here, today = window(world, rows), world.today
        held = {one.instrument for one in self.slices}
        return {i: lives.in_force(here, i, self.plan.standings[i], today) for i in sorted(held)}

    @staticmethod
    def reaches(world: World, rows: Rows, one: Slice, in_force: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """[row] whether an instrument that is in force holds the part back: carried out, nobody exempt."""
        if one.carrier is not None:
            in_force = in_force & world.carried[rows, one.carrier]
        return in_force if one.target is None else in_force & ~world.exempt[rows, one.target]

    @cached_property
    def alike(self) -> list[tuple[Slice, NDArray[np.int64]]]:
        """(One slice, the places of all) that the same restriction holds back of the same trader."""
        found: dict[tuple[str, int | None, int | None], list[int]] = {}
        for column, one in enumerate(self.slices):
            found.setdefault((one.path, one.carrier, one.target), []).append(column)
        return [(self.slices[columns[0]], np.array(columns)) for columns in found.values()]

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """(sector, region) of every output that may be limited: by the file, or by the supply of materials."""
        found = {(sector, region) for sector, region, _, _, _ in self.capped}
        if (supply := self.plan.scenario.supply) is not None:
            sectors = {self.sector(part.sector) for part in supply.sectors.values()}
            codes = [code for part in supply.regions.values() for code in part.regions if code in self._region]
            found |= {(sector, self._region[code]) for sector in sectors for code in codes}
        return sorted(found)

    @cached_property
    def boundaries(self) -> frozenset[int]:
        """Days on which a limit on capacity begins, and first days without it."""
        return frozenset(day for _, _, first, last, _ in self.capped for day in (first, last + 1) if day <= MISSING)

    @cached_property
    def capped(self) -> list[tuple[int, int, int, int, str]]:
        """(sector, region, first day, last day, path) of each capacity limit."""
        found = []
        for place, one in enumerate(self.settings.capacity):
            regions = [self._region[one.region]] if one.region in self._region else []
            if one.actor is not None:
                regions = self.regions_of(one.actor)
            first = days.day(one.from_)
            last = MISSING if one.until is None else days.day(one.until)
            found += [
                (self.sector(one.sector), region, first, last, f"economy.capacity.{place}.limit") for region in regions
            ]
        return found


def report_days(first: int, last: int) -> list[int]:
    """First days of half-years after `first` and before `last`, and `last`."""
    start, end = days.date(first), days.date(last)
    halves = [days.day(f"{year}-{month:02d}-01") for year in range(start.year, end.year + 1) for month in (1, 7)]
    return [*(day for day in halves if first < day < last), last]


def distinct(table: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """([distinct] first row of its kind, [row] which kind it is) of the rows of a table, in order of appearance."""
    seen: dict[bytes, int] = {}
    first: list[int] = []
    place = np.empty(len(table), dtype=np.int64)
    for row, values in enumerate(np.ascontiguousarray(table)):
        kind = seen.setdefault(values.tobytes(), len(seen))
        if kind == len(first):
            first.append(row)
        place[row] = kind
    return np.array(first, dtype=np.int64), place


def _touched(plan: Plan, table: TrancheTable) -> TrancheTable:
    """The cells of the table that some tariff layer may cover."""
    layers = TariffSeries(plan, []).layers
    covered = np.zeros(len(table), dtype=np.bool_)
    pairs = np.zeros(len(table), dtype=np.bool_)
    for layer in layers:
        covered |= layer.covered(table)
    # All tranches of a pair's sector that is touched: an average needs them all.
    names = np.array([f"{a}/{b}/{c}" for a, b, c in zip(table.importer, table.exporter, table.sector, strict=True)])
    pairs = np.isin(names, np.unique(names[covered]))
    return table.where(pairs)
