"""What a near-total cut would cost in GDP, in both branches of production, beside the figures of studies.

Losses of the using sectors are weighted by what these sectors are of GDP in the world of 2024 and multiplied by what
their suppliers and buyers lose (the network multiplier). Production of what is put off and made up for later within
the year counts as made.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.supply.controls import Controls
from sim.supply.episodes.assumptions import REGIONS, SECTORS, Values
from sim.supply.episodes.world import parameters
from sim.supply.state import State
from sim.supply.step import step

Numbers = NDArray[np.float64]

WORLD = Path(__file__).parents[2] / "economy" / "world_2024"
USERS = {"autos": ("MVH",), "industrial": ("MCH",), "electronics": ("ELE",), "wind": (), "defence": ("OTP",)}
"""Supply sector → sectors of the economy. Wind turbines are machinery and counted there."""
COUNTRIES = {
    "United States": ("us", ("USA",)),
    "Japan": ("japan", ("JPN",)),
    "Germany": ("eu", ("DEU",)),
    "European Union": ("eu", ("DEU", "FRA", "ITA", "REU")),
}
"""Country → its supply region, and its regions of the economy."""
YEAR = 52
"""Weeks over which GDP is counted."""
BRANCHES = ("Leontief", "CES")


@dataclass(frozen=True)
class Cut:
    """What is cut, and for how long."""

    title: str
    weeks: int
    left: float | None
    """share of need that is still met, alike everywhere; None: everything Chinese stops, the rest stays"""


CUTS = (Cut("80 % less for a year", 52, 0.2), Cut("Chinese stop of 26 weeks", 26, None))


@cache
def shares(country: str) -> dict[str, float]:
    """Supply sector → value added of the sectors that use magnets as a share of GDP, 2024. KeyError for no country."""
    codes = COUNTRIES[country][1]
    added = {(row["region"], row["sector"]): float(row["value_added_musd"]) for row in _rows("value_added.csv")}
    gdp = {row["region"]: float(row["gdp_2024_musd"]) for row in _rows("gdp.csv")}
    whole = sum(gdp[code] for code in codes)
    return {
        user: sum(added[code, sector] for code in codes for sector in sectors) / whole
        for user, sectors in USERS.items()
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (WORLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lost(values: Values, cut: Cut) -> dict[str, Numbers]:
    """Branch → [run, region, sector] share of a year's output that is lost in the first year."""
    kept = cut.left if cut.left is not None else 0.0
    chosen: Mapping[tuple[str, str], Numbers] = values
    if cut.left is not None:
        runs = len(next(iter(values.values())))
        chosen = {**values, **{("chinese_share", region): np.full(runs, 1 - kept) for region in REGIONS}}
    params = parameters(chosen)
    open_ = Controls.open(params)
    shut = replace(open_, licensed=np.ones_like(open_.licensed), approval=np.zeros_like(open_.approval))
    if cut.left is not None:  # a cut of 80 % is one of 80 %: nothing leaks, and no feed is lost on top
        params = replace(
            params,
            holding=replace(params.holding, leakage=np.zeros(1)),
            building=replace(params.building, feed_dependence=np.zeros_like(params.building.feed_dependence)),
        )
    state = State.at_rest(params)
    for week in range(YEAR):
        step(state, shut if week < cut.weeks else open_, params, 7.0)
    return {"Leontief": state.lost_leontief / YEAR, "CES": state.lost_ces / YEAR}


def of_gdp(values: Values, country: str, lost: Numbers) -> Numbers:
    """Change of GDP in per cent, [run], from shares of output lost [run, region, sector]."""
    place, share = REGIONS.index(COUNTRIES[country][0]), shares(country)
    weights = np.array([share[sector] for sector in SECTORS])
    return -100 * values["network_multiplier", ""] * (lost[:, place] * weights).sum(axis=1)
