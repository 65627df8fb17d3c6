"""Capacity outside China by stage of the chain, on a clock of effective years.

Shares are of the need of all outside China, as if their demand had not grown. The clock of a material runs one year a
year while Chinese technology and experts can be had as now. Access to more of them makes it faster, denial makes it
stand still for some time and then slower; prices that are paid, floors and subsidies make it faster. With denial a
share that needed x years needs `denial_time` · x + `denial_delay`. To the end of the named projects shares follow them,
then a logistic curve from the share reached; stages without projects follow the curve from the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.supply.prices import WEEKS_A_YEAR
from sim.supply.projects import Projects, output

Numbers = NDArray[np.float64]

STAGES = ("mine", "separation", "metal", "magnet", "end_to_end")
CHAIN = slice(0, 4)
"""The stages that follow one another; `end_to_end` is a chain that has no Chinese part at all."""


@dataclass(frozen=True)
class Building:
    """How capacity grows. The first axis is the run, or has length 1."""

    stage_share: Numbers
    """[run, material, stage] at rest; NaN where a material has no such stage"""
    stage_growth: Numbers
    """[run, material, stage] of the logistic curve, a year; NaN with the share"""
    feed_dependence: Numbers
    """[run, material] share of this output that is lost without Chinese feed"""
    demand_growth: Numbers
    """[run] of need outside China, a year, which named projects must outrun"""
    denial_time: Numbers
    """[run] times as long without Chinese technology and experts, 1 or more"""
    denial_delay: Numbers
    """[run] years that denial costs once"""
    access_time: Numbers
    """[run] times as long with more access to them, 1 or less"""
    access: Numbers
    """[run] 0 as now, 1 full access"""
    price_response: Numbers
    """[run] elasticity of the clock to the price that builders count on"""
    slowest: Numbers
    """[run] least factor that prices make"""
    fastest: Numbers
    """[run] largest factor that prices make"""
    subsidy_response: Numbers
    """[run] the clock is faster by this factor times the share of capital cost that is paid for"""
    projects: Projects
    projects_until: Numbers
    """[run] effective years to which shares follow the named projects"""


def denied(technology: Numbers, experts: Numbers) -> Numbers:
    """How far denial goes, [run] 0 to 1: technology and experts count equally (assumption)."""
    return (technology + experts) / 2


def incentive(transacted: Numbers, floor: Numbers, scope: Numbers, subsidy: Numbers, building: Building) -> Numbers:
    """Factor of prices and support on the clock, [run, material].

    `transacted` and `floor` [run, material] are ratios to the price at rest, no floor is 0; `scope` [run] is the share
    of output that has the floor; `subsidy` [run] the share of capital cost paid. Builders count on the price that is
    paid, not on quotes at which nearly nothing changes hands. Factor: (price / price at rest)^response within bounds,
    times 1 + subsidy_response · subsidy.
    """
    covered = scope[:, None]
    price = transacted + covered * np.maximum(floor - transacted, 0.0)
    factor = np.clip(price ** building.price_response[:, None], building.slowest[:, None], building.fastest[:, None])
    return factor * (1 + building.subsidy_response * subsidy)[:, None]


def speed(denied: Numbers, incentive: Numbers, building: Building) -> Numbers:
    """Effective years a year once the pause of denial is over, [run, material]; `incentive` [run, material]."""
    with_denial = 1 + (building.denial_time - 1) * denied
    with_access = 1 + (building.access_time - 1) * building.access * (1 - denied)
    return incentive / (with_denial * with_access)[:, None]


def pause(held_up: Numbers, denied: Numbers, building: Building) -> Numbers:
    """Years for which the clock still stands still, [run]; `held_up` [run] are those that earlier denial took."""
    return np.maximum(building.denial_delay * denied - held_up, 0.0)


def advance(
    progress: Numbers, held_up: Numbers, denied: Numbers, incentive: Numbers, building: Building, weeks: float
) -> tuple[Numbers, Numbers]:
    """Effective years [run, material] and years of pause taken [run] after `weeks`; nothing is changed in place.

    Exact for controls that are constant within the step.
    """
    years = weeks / WEEKS_A_YEAR
    paused = np.minimum(pause(held_up, denied, building), years)
    return progress + speed(denied, incentive, building) * (years - paused)[:, None], held_up + paused


def share(progress: Numbers, building: Building) -> Numbers:
    """Share of need outside China met without China by stage, [run, material, stage], at effective years
    `progress` [run, material]; NaN where a material has no such stage.
    """
    materials, stages = building.stage_share.shape[1:]
    until = building.projects_until[:, None]
    named = building.projects.cover(materials, stages)
    reached = np.where(named, _with_projects(np.minimum(progress, until), building), building.stage_share)
    years = np.where(named, np.maximum(progress - until, 0.0)[..., None], progress[..., None])
    return np.where(named & (years <= 0), reached, _logistic(reached, building.stage_growth * years))


def _with_projects(progress: Numbers, building: Building) -> Numbers:
    """Share of what was there and of the projects in a need that has grown."""
    stages = building.stage_share.shape[2]
    grown = (1 + building.demand_growth[:, None]) ** progress
    return np.minimum((building.stage_share + output(building.projects, progress, stages)) / grown[..., None], 1.0)


def _logistic(start: Numbers, exponent: Numbers) -> Numbers:
    return start / (start + (1 - start) * np.exp(-exponent))


def narrowest(share: Numbers) -> Numbers:
    """The least share among the stages that follow one another, [run, material]; NaN where there is none."""
    least: Numbers = np.fmin.reduce(share[..., CHAIN], axis=-1)
    return least


def effective_years(target: float, building: Building) -> Numbers:
    """Effective years from rest at which a share of need is first met, [run, material, stage]; inf if never.

    Within the time of the named projects to about a day's part of a month, after it in closed form,
    (logit target − logit share) / growth. Targets above three quarters rest on the tail of a curve that no data support.
    ValueError unless 0 < target < 1.
    """
    if not 0 < target < 1:
        raise ValueError(f"found a share of {target}; it lies between 0 and 1")
    materials, stages = building.stage_share.shape[1:]
    until = building.projects_until[:, None]
    named = building.projects.cover(materials, stages)
    start = np.where(named, share(np.broadcast_to(until, (len(until), materials)), building), building.stage_share)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(target / (1 - target)) - np.log(start / (1 - start))
        years = np.where(odds <= 0, 0.0, odds / building.stage_growth)
    years = np.where(np.isnan(building.stage_share), np.nan, years)
    if not named.any():
        return years
    return np.where(named, np.minimum(_first_with_projects(target, building), years + until[..., None]), years)


def _first_with_projects(target: float, building: Building) -> Numbers:
    """Effective years at which the named projects first reach a share, between months by a straight line; or inf."""
    materials = building.stage_share.shape[1]
    until = building.projects_until[:, None]
    parts = max(1, int(np.ceil(12 * until.max())))
    before = _with_projects(np.zeros((len(until), materials)), building)
    found = np.where(before >= target, 0.0, np.inf)
    for part in range(1, parts + 1):
        after = _with_projects(np.broadcast_to(until * (part / parts), (len(until), materials)), building)
        rise = np.where(after > before, after - before, 1.0)
        within = (part - 1 + np.clip((target - before) / rise, 0.0, 1.0)) * (until / parts)[..., None]
        found = np.where((after >= target) & np.isinf(found), within, found)
        before = after
    return found


def years_to(
    target: float, progress: Numbers, held_up: Numbers, denied: Numbers, incentive: Numbers, building: Building
) -> Numbers:
    """Years from now until a share of need is met if the controls stay as they are, [run, material, stage].

    0 where the clock has passed it, inf where it never will, NaN where there is no such stage. The horizon to which a
    scenario looks is the caller's.
    """
    ahead = effective_years(target, building) - progress[..., None]
    still = pause(held_up, denied, building)[:, None, None]
    with np.errstate(divide="ignore"):
        years = still + ahead / speed(denied, incentive, building)[..., None]
    return np.where(ahead <= 0, 0.0, years)
