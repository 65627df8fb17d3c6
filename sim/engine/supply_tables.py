"""The tables of a supply that has reached its horizon: by run and region, material, using sector, and stage."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.days import MISSING
from sim.engine.supply import PERCENT, TARGETS, SupplyRecord
from sim.engine.supply_levers import SupplyLevers
from sim.engine.supply_measures import BN, Measures
from sim.engine.supply_values import DAYS_A_YEAR, WEEKS_A_YEAR, Values
from sim.supply import capacity

Numbers = NDArray[np.float64]
Table = dict[str, NDArray[Any]]
REGION = (
    "cover_weeks", "weeks_to_stock_out", "stopped_percent", "need_met_percent", "output_percent",
    "output_leontief_percent", "output_ces_percent", "lost_weeks", "lost_weeks_leontief", "lost_weeks_ces",
    "held_output_percent", "held_lost_weeks", "held_lost_weeks_leontief", "held_lost_weeks_ces", "value_lost_bn",
    "stop_loss_weeks",
)  # fmt: skip
MATERIAL = (
    "exports_percent", "backlog_weeks", "wait_weeks", "quoted_ratio", "transacted_ratio", "chinese_ratio",
    "non_chinese_percent", "revenue_lost_musd_week", "revenue_lost_musd", "exported_tonnes", "held_exports_percent",
)  # fmt: skip
DAYS_A_WEEK = 7


def tables(supply: SupplyRecord, run: NDArray[np.int64]) -> dict[str, Table]:
    """Name → columns. `run` is [row].

    `supply` and `supply_materials`: one row for each run, day and region or material, in this order; days are as_of,
    every 28 days after it and the horizon. `supply_sectors`: by run, region and using sector, to the horizon.
    `supply_years`: by run, material and stage, for stages that the material has.
    """
    series = supply.series()
    return {
        "supply": _over_time(series, run, "region", REGION),
        "supply_materials": _over_time(series, run, "material", MATERIAL),
        "supply_sectors": _by_sector(supply, run),
        "supply_years": _by_stage(supply, run),
    }


def _over_time(series: Table, run: NDArray[np.int64], axis: str, columns: tuple[str, ...]) -> Table:
    day, size = series["day"], series[columns[0]].shape[2]
    table: Table = {
        "run": np.repeat(run, len(day) * size),
        "day": np.tile(np.repeat(day.astype(np.int32), size), len(run)),
        axis: np.tile(np.arange(size, dtype=np.int16), len(run) * len(day)),
    }
    return table | {name: series[name].transpose(1, 0, 2).reshape(-1) for name in columns}


def _by_sector(supply: SupplyRecord, run: NDArray[np.int64]) -> Table:
    live, held, kind = supply.seen.state, supply.seen_held.state, supply.kind
    regions, sectors = live.lost_leontief.shape[1:]
    never = np.isinf(live.first_short)
    first = np.where(never, 0.0, live.first_short) * DAYS_A_WEEK + supply.plan.as_of
    columns: dict[str, NDArray[Any]] = {
        "first_stop_day": np.where(never, MISSING, np.rint(first)).astype(np.int32),
        "stopped_weeks": live.short_weeks,
        "lowest_output_percent": PERCENT * live.lowest,
        "lost_weeks_leontief": live.lost_leontief,
        "lost_weeks_ces": live.lost_ces,
        "held_lost_weeks_leontief": held.lost_leontief[kind],
        "held_lost_weeks_ces": held.lost_ces[kind],
    }
    table: Table = {
        "run": np.repeat(run, regions * sectors),
        "region": np.tile(np.repeat(np.arange(regions, dtype=np.int16), sectors), len(run)),
        "sector": np.tile(np.arange(sectors, dtype=np.int16), len(run) * regions),
    }
    return table | {name: values.reshape(-1) for name, values in columns.items()}


def _by_stage(supply: SupplyRecord, run: NDArray[np.int64]) -> Table:
    start, end = (PERCENT * share for share in (supply.start_shares, supply.shares()))
    years, held = supply.years_from_as_of(), supply.held_years_from_as_of()
    material, stage = np.nonzero(~np.isnan(start).any(0))
    table: Table = {
        "run": np.repeat(run, len(material)),
        "material": np.tile(material.astype(np.int16), len(run)),
        "stage": np.tile(stage.astype(np.int16), len(run)),
    }
    shown = {"share_start_percent": start, "share_end_percent": end}
    shown |= {f"years_{round(PERCENT * target)}": years[..., place] for place, target in enumerate(TARGETS)}
    shown["held_years_50"] = held[..., TARGETS.index(0.5)]
    return table | {
        name: np.broadcast_to(values, (len(run), *values.shape[1:]))[:, material, stage].reshape(-1)
        for name, values in shown.items()
    }


def about(levers: SupplyLevers) -> dict[str, Any]:
    """What a reader of the tables needs to know: axes, names, the reference; sizes at the medians of assumptions."""
    settings, values = levers.settings, Values.central(levers)
    measures, parameters = Measures.of(levers, values), values.parameters
    need, added = parameters.need[0] * WEEKS_A_YEAR, measures.value_added_bn[0].sum(1)
    normal = parameters.by_cell.normal_exports[0]
    gdp = np.array([levers.gdp_musd[levers.seat_region == place].sum() for place in range(len(levers.regions))]) / BN
    day = days.date(levers.plan.as_of)
    last = days.date(levers.plan.as_of + round(values.years_ahead * DAYS_A_YEAR))
    return {
        "regions": list(levers.regions),
        "sectors": list(levers.sectors),
        "materials": list(levers.materials),
        "stages": list(capacity.STAGES),
        "region_names": {name: settings.regions[name].title for name in levers.regions},
        "sector_names": {name: settings.sectors[name].title for name in levers.sectors},
        "material_names": {name: settings.materials[name].title for name in levers.materials},
        "stage_names": {name: name.replace("_", " ") for name in capacity.STAGES},
        "economy_regions": {name: list(settings.regions[name].regions) for name in levers.regions},
        "reference": f"the policy of {day.day} {day:%B %Y} held",
        "branches": settings.production.describe(),
        "horizon": last.isoformat(),
        "need_tonnes_a_year": {
            name: {
                region: dict(zip(levers.sectors, need[row, :, column].tolist(), strict=True))
                for row, region in enumerate(levers.regions)
            }
            for column, name in enumerate(levers.materials)
        },
        "normal_exports_musd_a_week": dict(
            zip(levers.materials, (normal * parameters.market.price[0] / BN).tolist(), strict=True)
        ),
        "value_added_bn": dict(zip(levers.regions, added.tolist(), strict=True)),
        "gdp_share_percent": dict(zip(levers.regions, (PERCENT * added / gdp).tolist(), strict=True)),
    }
