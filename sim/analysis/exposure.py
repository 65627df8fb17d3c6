"""Exposure: what a country sells to whom and buys from whom, at the fixed weights of the trade data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries, tranche_table
from sim.instruments import lives
from sim.instruments.tranches import TrancheTable, load_dataset
from sim.scenario.model import Scenario

PAIR_TOTALS, BY_SECTOR = "other_imports", "other_imports_by_sector"


@dataclass(frozen=True)
class Flow:
    """Trade of one year, bn USD."""

    importer: str
    """region"""
    exporter: str
    """region"""
    value: float
    year: int
    """0 where the file states none"""


@dataclass(frozen=True)
class Sectoral:
    """Trade of one pair of actors in one sector."""

    sector: str
    value: float
    """bn USD a year"""
    covered: float | None = None
    """share in tranches that a tariff layer covers which is enacted or threatened"""
    tariff: float | None = None
    """average, percentage points with MFN"""


def flows(scenario: Scenario, regions: list[str]) -> tuple[list[Flow], list[Flow]]:
    """Who buys from the regions and who sells to them, the largest first.

    The scenario's own trade first, then shipped sets for the pairs that it leaves open, as far as they were public on
    its as_of.
    """
    found: dict[tuple[str, str], Flow] = {}
    for table in (tranche_table(scenario), *(_public(scenario, name) for name in _SETS)):
        one = table.select(exporter=regions), table.select(importer=regions)
        sums: dict[tuple[str, str], list[float]] = {}
        for side in one:
            for importer, exporter, value, year in zip(
                side.importer.tolist(), side.exporter.tolist(), side.weight_musd, side.year, strict=True
            ):
                if (importer in regions) != (exporter in regions):
                    held = sums.setdefault((importer, exporter), [0.0, float(year)])
                    held[0] += float(value) / 1000
        for pair, (value, year) in sums.items():
            found.setdefault(pair, Flow(*pair, value, int(year)))
    ordered = sorted(found.values(), key=lambda flow: -flow.value)
    return [one for one in ordered if one.exporter in regions], [one for one in ordered if one.importer in regions]


_SETS = ("us_imports_2024", "china_imports_2017", PAIR_TOTALS)


def _public(scenario: Scenario, name: str) -> TrancheTable:
    """The cells of a shipped set that were public on as_of, between regions that somebody at the table holds or not."""
    table = load_dataset(name)
    return table.where(table.known <= days.day(scenario.as_of))


def imports_by_sector(scenario: Scenario, importers: list[str], exporters: list[str]) -> list[Sectoral]:
    """Imports of some regions from others by sector, the largest first; none where they were not public yet.

    The mix by sector of all pairs but the imports of the United States is an estimate.
    """
    table = _public(scenario, BY_SECTOR).select(importer=importers, exporter=exporters)
    sums = {
        sector: float(table.weight_musd[table.sector == sector].sum()) / 1000
        for sector in sorted(set(table.sector.tolist()))
    }
    return sorted((Sectoral(*pair) for pair in sums.items() if pair[1] > 0), key=lambda one: -one.value)


def taxed(clock: Simulation, importer: str, exporter: str) -> list[Sectoral]:
    """What one actor buys from another by sector, the largest first, with the tariffs on the day of the clock.

    `clock` is one run, in which nobody has moved if the figures are to be those of the law.
    """
    series = TariffSeries(clock.plan, [f"average.{importer}.{exporter}"])
    table, actors = series.stacks.table, clock.plan.scenario.actors
    pair = table.fits(actors[importer].regions, actors[exporter].regions)
    covered = _covered(clock, series)
    tariffs = series.by_sector(clock.world, importer, exporter)
    found = []
    for sector, rates in tariffs.items():
        cells = pair & (table.sector == sector)
        value = table.weight_musd[cells]
        found.append(Sectoral(sector, float(value.sum()) / 1000, _share(value, covered[cells]), float(rates[0])))
    return sorted(found, key=lambda one: -one.value)


def _share(value: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    return float(value[chosen].sum() / value.sum())


def _covered(clock: Simulation, series: TariffSeries) -> NDArray[np.bool_]:
    """[cell] some tariff layer covers it that is enacted (in force, to come or suspended) or threatened."""
    table, world = series.stacks.table, clock.world
    found = np.zeros(len(table), dtype=np.bool_)
    for source, layer in zip(series.sources, series.layers, strict=True):
        column, standing = source.instrument, clock.plan.standings[source.instrument]
        enacted = lives.enacted(world, column, standing, world.today)
        if enacted[0] or lives.threatened(world, column, world.today)[0]:
            found |= layer.covered(table)
    return found
