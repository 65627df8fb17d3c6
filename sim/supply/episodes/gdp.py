"""What a near-total cut would cost in GDP, in both branches of production, beside the figures of studies.

Losses of the using sectors are weighted by what these sectors are of GDP in the world of 2024 and multiplied by what
their suppliers and buyers lose (the network multiplier).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.supply.controls import Controls
from sim.supply.episodes.assumptions import REGIONS, SECTORS, Values
from sim.supply.episodes.world import parameters
from sim.supply.output import ces
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


LEFT = 0.2
"""Share of need that a cut of 80 % leaves."""


@dataclass(frozen=True)
class Cut:
    """What is cut, and for how long."""

    title: str
    weeks: int
    alike: bool
    """a share of :data:`LEFT` of need is still met everywhere; else all that is Chinese stops and the rest stays"""
    buffered: bool
    """with stocks, substitution and learning; studies of the GDP effect have none"""


CUTS = (
    Cut("80 % less for a year, no stocks and nothing in its place", 52, alike=True, buffered=False),
    Cut("80 % less for a year", 52, alike=True, buffered=True),
    Cut("no Chinese magnets for 26 weeks", 26, alike=False, buffered=True),
)


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
    return _played(values, cut) if cut.buffered else _at_once(values, cut)


def _at_once(values: Values, cut: Cut) -> dict[str, Numbers]:
    """The same lack all the time, and inputs that are no easier to replace than on the first day."""
    production = parameters(values).production
    runs, part = len(next(iter(values.values()))), cut.weeks / YEAR
    everywhere = np.ones((runs, len(REGIONS), len(SECTORS)))
    left = LEFT * everywhere
    smooth = ces(left, production.cost_share[:, None, None], production.sigma_short[:, None, None])
    rigid = production.criticality[:, np.newaxis] * (1 - LEFT) * everywhere
    return {"Leontief": part * rigid, "CES": part * (1 - smooth)}


def _played(values: Values, cut: Cut) -> dict[str, Numbers]:
    """Played week by week; what is put off and made up for within the year is not lost."""
    runs = len(next(iter(values.values())))
    alike = {("chinese_share", region): np.full(runs, 1 - LEFT) for region in REGIONS}
    params = parameters({**values, **alike} if cut.alike else values)
    if cut.alike:  # 80 % less is 80 % less: nothing leaks, and no feed is lost on top
        none = np.zeros_like(params.building.feed_dependence)
        holding = replace(params.holding, leakage=np.zeros(1))
        params = replace(params, holding=holding, building=replace(params.building, feed_dependence=none))
    open_ = Controls.open(params)
    shut = replace(open_, licensed=np.ones_like(open_.licensed), approval=np.zeros_like(open_.approval))
    state = State.at_rest(params)
    for week in range(YEAR):
        step(state, shut if week < cut.weeks else open_, params)
    return {"Leontief": state.lost_leontief / YEAR, "CES": state.lost_ces / YEAR}


def of_gdp(values: Values, country: str, lost: Numbers) -> Numbers:
    """Change of GDP in per cent, [run], from shares of output lost [run, region, sector]."""
    place, share = REGIONS.index(COUNTRIES[country][0]), shares(country)
    weights = np.array([share[sector] for sector in SECTORS])
    return -100 * values["network_multiplier", ""] * (lost[:, place] * weights).sum(axis=1)
