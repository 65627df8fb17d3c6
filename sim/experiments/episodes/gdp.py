"""What a near-total cut would cost in GDP, in both branches of production, beside the figures of studies.

Losses of the using sectors are weighted by what these sectors are of GDP in the world of 2024 and multiplied by what
their suppliers and buyers lose (the network multiplier).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.supply_values import Values
from sim.experiments.episodes.shipped import central, levers
from sim.supply.controls import Controls
from sim.supply.output import ces
from sim.supply.parameters import Parameters
from sim.supply.state import State
from sim.supply.step import step

Numbers = NDArray[np.float64]

COUNTRIES = {
    "United States": ("us", ("USA",)),
    "Japan": ("japan", ("JPN",)),
    "Germany": ("eu", ("DEU",)),
    "European Union": ("eu", ("DEU", "FRA", "ITA", "REU")),
}
"""Country → its supply region, and its regions of the economy, which are all of them of this supply region."""
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


def shares(country: str) -> dict[str, float]:
    """Supply sector → value added of those that use magnets as a share of GDP, 2024. KeyError for no country.

    Of a sector of the economy it is the part that uses magnets that counts, as in a scenario.
    """
    part = central().by_sector("part")[0]
    seats = [place for place, code in enumerate(_codes()) if code in COUNTRIES[country][1]]
    added = levers().value_added_musd[:, seats].sum(axis=1) * part / levers().gdp_musd[seats].sum()
    return dict(zip(levers().sectors, added.tolist(), strict=True))


def users() -> dict[str, tuple[str, float]]:
    """Supply sector → sector of the economy, and the part of it in per cent that uses magnets."""
    found = levers()
    part = (100 * central().by_sector("part")[0]).tolist()
    return {name: (found.settings.sectors[name].sector, one) for name, one in zip(found.sectors, part, strict=True)}


def _codes() -> list[str]:
    """Regions of the economy in the order of the seats."""
    found, data = levers(), levers().economy.data.regions
    return [code for name in found.regions for code in found.settings.regions[name].regions if code in data]


def lost(params: Parameters, cut: Cut) -> dict[str, Numbers]:
    """Branch → [run, region, sector] share of a year's output that is lost in the first year."""
    return _played(params, cut) if cut.buffered else _at_once(params, cut)


def _at_once(params: Parameters, cut: Cut) -> dict[str, Numbers]:
    """The same lack all the time, and inputs that are no easier to replace than on the first day."""
    production, part = params.production, cut.weeks / YEAR
    met = 1 - (1 - LEFT) * np.broadcast_to(params.dependence, (params.runs, *params.dependence.shape[1:])).max(axis=2)
    smooth = ces(met, production.cost_share[:, np.newaxis], production.sigma_short[:, np.newaxis])
    everywhere = np.ones((1, len(levers().regions), 1))
    rigid = production.criticality * (1 - met)
    branches = {"Leontief": rigid, "CES": 1 - smooth}
    return {name: part * share[:, np.newaxis] * everywhere for name, share in branches.items()}


def _played(params: Parameters, cut: Cut) -> dict[str, Numbers]:
    """Played week by week; what is put off and made up for within the year is not lost."""
    if cut.alike:  # 80 % less is 80 % less: nothing leaks, and no feed is lost on top
        alike = np.full_like(params.chinese_share, 1 - LEFT)
        none = np.zeros_like(params.building.feed_dependence)
        holding, building = replace(params.holding, leakage=np.zeros(1)), replace(params.building, feed_dependence=none)
        params = replace(params, chinese_share=alike, holding=holding, building=building)
    open_ = Controls.open(params)
    shut = replace(open_, licensed=np.ones_like(open_.licensed), approval=np.zeros_like(open_.approval))
    state = State.at_rest(params)
    for week in range(YEAR):
        step(state, shut if week < cut.weeks else open_, params)
    return {"Leontief": state.lost_leontief / YEAR, "CES": state.lost_ces / YEAR}


def of_gdp(values: Values, country: str, lost: Numbers) -> Numbers:
    """Change of GDP in per cent, [run], from shares of output lost [run, region, sector]."""
    place, share = levers().regions.index(COUNTRIES[country][0]), shares(country)
    weights = np.array([share[sector] for sector in levers().sectors])
    return -100 * values.multiplier * (lost[:, place] * weights).sum(axis=1)
