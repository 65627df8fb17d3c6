"""The tables of an economy that has reached its horizon, by run and region, sector, pair; and trade by outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.economy.measures import BN
from sim.engine.economy import MEASURES, EconomyRecord

Table = dict[str, NDArray[Any]]


def tables(economy: EconomyRecord, run: NDArray[np.int64], outcome: NDArray[np.int16]) -> dict[str, Table]:
    """Name → columns. `run` and `outcome` are [row].

    `economy`: one row for each run, day and region, in this order; days are as_of, those on which the run was solved
    again, and the horizon; values hold from that day to the next. `economy_sectors`, `economy_pairs`: means over as_of
    to the horizon, by run. `economy_trade`: moments of these means over the runs of an outcome that converged.
    """
    economy.catch_up()
    return {
        "economy": _by_region(economy, run),
        "economy_sectors": _by_sector(economy, run),
        "economy_pairs": _by_pair(economy, run),
        "economy_trade": _by_outcome(economy, outcome),
    }


def rows(economy: EconomyRecord) -> NDArray[np.int64]:
    """Row of each entry of the table `economy`."""
    return np.repeat(economy.entries()["row"], economy.base.regions)


def _by_region(economy: EconomyRecord, run: NDArray[np.int64]) -> Table:
    entries, regions = economy.entries(), economy.base.regions
    row, day = entries["row"], entries["day"]
    until = np.append(day[1:], economy.plan.horizon + 1).astype(np.int32)
    until[:-1][row[1:] != row[:-1]] = economy.plan.horizon + 1
    until[-1:] = economy.plan.horizon + 1
    table: dict[str, NDArray[Any]] = {
        "run": np.repeat(run[row], regions),
        "day": np.repeat(day, regions),
        "region": np.tile(np.arange(regions, dtype=np.int16), len(row)),
    }
    table |= {name: entries["value"][:, :, column].reshape(-1) for column, name in enumerate(MEASURES)}
    table["front_loaded_bn"] = economy.hikes.front_loaded_bn(row, day, until).reshape(-1)
    table["residual"] = np.repeat(entries["residual"], regions)
    table["converged"] = np.repeat(~entries["failed"], regions).astype(np.int8)
    return table


def _days(economy: EconomyRecord) -> int:
    return economy.plan.horizon + 1 - economy.plan.as_of


def _mean(economy: EconomyRecord, name: str) -> NDArray[Any]:
    """Mean deviation over as_of to the horizon; NaN in runs that did not converge."""
    left = (economy.plan.horizon + 1 - economy.since).astype(np.float64)
    off = economy.off[name]
    spread = left.reshape(-1, *(1,) * (off.ndim - 1)).astype(off.dtype)
    mean = (economy.sums[name] + off * spread) / off.dtype.type(_days(economy))
    mean[economy.failed] = np.nan
    return mean


def _by_sector(economy: EconomyRecord, run: NDArray[np.int64]) -> Table:
    sectors, regions = economy.base.output.shape
    output, price = (_mean(economy, name).transpose(0, 2, 1).reshape(-1) for name in ("output", "price"))
    return {
        "run": np.repeat(run, regions * sectors),
        "region": np.tile(np.repeat(np.arange(regions, dtype=np.int16), sectors), len(run)),
        "sector": np.tile(np.arange(sectors, dtype=np.int16), len(run) * regions),
        "output_percent": output,
        "price_percent": price,
    }


def _by_pair(economy: EconomyRecord, run: NDArray[np.int64]) -> Table:
    regions = economy.base.regions
    assert economy.reference is not None
    before = economy.measures.imports_bn(economy.reference)[economy.kind]
    change = _mean(economy, "flows").sum(1, dtype=np.float64) / BN
    importer, exporter = np.nonzero(~np.eye(regions, dtype=np.bool_))
    pairs = len(importer)
    return {
        "run": np.repeat(run, pairs),
        "importer": np.tile(importer.astype(np.int16), len(run)),
        "exporter": np.tile(exporter.astype(np.int16), len(run)),
        "imports_bn": (before + change)[:, importer, exporter].reshape(-1),
        "reference_bn": before[:, importer, exporter].reshape(-1),
    }


def _by_outcome(economy: EconomyRecord, outcome: NDArray[np.int16]) -> Table:
    """Moments of trade in the runs of each outcome that converged."""
    assert economy.reference is not None
    sectors, regions = economy.base.output.shape
    sector, importer, exporter = np.nonzero(
        np.broadcast_to(~np.eye(regions, dtype=np.bool_), (sectors, regions, regions))
    )
    columns: dict[str, list[NDArray[Any]]] = {}
    change = _mean(economy, "flows")
    for one in np.unique(outcome[~economy.failed]):
        rows = np.flatnonzero((outcome == one) & ~economy.failed)
        total, squared, before = (np.zeros(len(sector)) for _ in range(3))
        for row in rows:  # one after the other: no other run's company touches the rounding
            reference = economy.reference.flows_musd[economy.kind[row]][sector, importer, exporter] / BN
            value = reference + change[row][sector, importer, exporter] / BN
            total += value
            squared += value**2
            before += reference
        found: dict[str, NDArray[Any]] = {
            "outcome": np.full(len(sector), one, np.int16),
            "importer": importer.astype(np.int16),
            "exporter": exporter.astype(np.int16),
            "sector": sector.astype(np.int16),
            "runs": np.full(len(sector), len(rows), np.int64),
            "total_bn": total,
            "total_squared_bn2": squared,
            "reference_total_bn": before,
        }
        for name, values in found.items():
            columns.setdefault(name, []).append(values)
    return {name: np.concatenate(parts) for name, parts in columns.items()}
