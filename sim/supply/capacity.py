"""Capacity outside China by stage of the chain, on a clock of effective years.

Shares are of the need outside China at the time. The clock of a material runs one year a year while Chinese technology
and experts can be had as now. Access to more of them makes it faster, denial makes it stand still for some time and
then run slower; prices that are paid, floors and subsidies make it faster. With denial, what needed x years needs
`denial_time` · x + `denial_delay`. A stage with named projects follows them first, while need grows by the calendar,
and a logistic curve from the share reached when their time is over; a stage without follows the curve from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.supply.prices import WEEKS_A_YEAR
from sim.supply.projects import Projects, output

Numbers = NDArray[np.float64]

STAGES = ("mine", "separation", "metal", "magnet", "end_to_end")
PARTS = 60
"""Points between now and the end of the named projects at which a first crossing is looked for."""
HALVINGS = 12
"""Of the time between two of them: to less than an hour, for the share leaps when a project starts."""
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


class Clock(NamedTuple):
    """How far building has come; all 0 at rest."""

    progress: Numbers
    """[run, material] effective years"""
    late: Numbers
    """[run, material] years that the calendar was ahead while the named projects came; negative where behind"""
    held_up: Numbers
    """[run] years of pause that denial has taken"""


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
    # Not a power: NumPy takes a root where one exponent serves all, so a run alone would differ in its last bit.
    factor = np.exp(building.price_response[:, None] * np.log(price))
    factor = np.clip(factor, building.slowest[:, None], building.fastest[:, None])
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
    progress: Numbers,
    late: Numbers,
    held_up: Numbers,
    denied: Numbers,
    incentive: Numbers,
    building: Building,
    weeks: float,
) -> Clock:
    """The clock after `weeks`; exact for controls that are constant within the step, and nothing changes in place."""
    years = weeks / WEEKS_A_YEAR
    paused = np.minimum(pause(held_up, denied, building), years)
    pace = speed(denied, incentive, building)
    ran = pace * (years - paused)[:, None]
    of_projects = np.clip(building.projects_until[:, None] - progress, 0.0, ran)
    waited = np.where(progress < building.projects_until[:, None], paused[:, None], 0.0)
    return Clock(progress + ran, late + waited + of_projects * (1 / pace - 1), held_up + paused)


def share(progress: Numbers, late: Numbers, building: Building) -> Numbers:
    """Share of the need outside China that is met without China, [run, material, stage].

    `progress` and `late` as in :class:`Clock`. NaN where a material has no such stage, 0 for ever where it is 0 at rest
    and no project is named. Never above 1.
    """
    stages = building.stage_share.shape[2]
    each = np.broadcast_to(progress[..., None], (*progress.shape, stages))
    return _share(each, late[..., None], building)


def _share(progress: Numbers, late: Numbers, building: Building) -> Numbers:
    """The same with a clock [run, material, stage] for every stage."""
    named, until = _named(building), building.projects_until[:, None, None]
    reached = building.stage_share
    if named.any():
        of_projects = np.minimum(progress, until)
        made = reached + output(building.projects, of_projects)
        grown = (1 + building.demand_growth[:, None, None]) ** (of_projects + late)
        reached = np.where(named, np.minimum(made / grown, 1.0), reached)
    years = np.where(named, np.maximum(progress - until, 0.0), progress)
    return reached / (reached + (1 - reached) * np.exp(-building.stage_growth * years))


def _named(building: Building) -> NDArray[np.bool_]:
    return building.projects.named(*building.stage_share.shape[1:])


def narrowest(share: Numbers) -> Numbers:
    """The least share among the stages that follow one another, [run, material]; NaN where there is none."""
    least: Numbers = np.fmin.reduce(share[..., CHAIN], axis=-1)
    return least


def years_to(
    target: float,
    progress: Numbers,
    late: Numbers,
    held_up: Numbers,
    denied: Numbers,
    incentive: Numbers,
    building: Building,
) -> Numbers:
    """Years from now until a share of need is first met if all controls stay as they are, [run, material, stage].

    After the time of the named projects in closed form, (logit target − logit share) / growth in effective years;
    within it by halving. 0 where the share is met now, inf where it never is, NaN where
    there is no such stage. How far a scenario looks is the caller's. Do not ask for more than three quarters: no data
    support that end of the curve. ValueError unless 0 < target < 1.
    """
    if not 0 < target < 1:
        raise ValueError(f"found a share of {target}; it lies between 0 and 1")
    pace = speed(denied, incentive, building)
    still = pause(held_up, denied, building)[:, None]
    left = np.maximum(building.projects_until[:, None] - progress, 0.0)
    named = _named(building)
    until = np.where(named, left[..., None], 0.0)
    now = share(progress, late, building)
    start = now
    if named.any():
        waits = np.where(left > 0, still, 0.0)
        start = np.where(named, share(progress + left, late + waits + left * (1 / pace - 1), building), now)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(target / (1 - target)) - np.log(start / (1 - start))
        effective = until + np.where(odds <= 0, 0.0, odds / building.stage_growth)
        years = still[..., None] + effective / pace[..., None]
    if named.any():
        years = np.where(named, np.minimum(years, _first(target, (progress, late), left, still, pace, building)), years)
    years = np.where(np.isnan(now), np.nan, years)
    return np.where(now >= target, 0.0, years)


def _first(
    target: float,
    clock: tuple[Numbers, Numbers],
    left: Numbers,
    still: Numbers,
    pace: Numbers,
    building: Building,
) -> Numbers:
    """Years until the named projects first reach a share within the `left` effective years of their time; or inf."""
    progress, late = (one[..., None] for one in clock)
    late = late + still[..., None]
    shape = np.broadcast_shapes((*left.shape, 1), (*pace.shape, 1), building.stage_share.shape)

    def met(part: Numbers) -> NDArray[np.bool_]:
        """Whether shares are met after parts [run, material, stage] of what is left."""
        ran = left[..., None] * part
        return _share(progress + ran, late + ran * (1 / pace - 1)[..., None], building) >= target

    high = np.full(shape, np.inf)
    for part in range(PARTS, 0, -1):
        high = np.where(met(np.full(shape, part / PARTS)), part / PARTS, high)
    found = np.isfinite(high) & (left > 0)[..., None]
    high = np.where(found, high, 1.0)
    low = high - 1 / PARTS
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        there = met(middle)
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    return np.where(found, still[..., None] + high * (left / pace)[..., None], np.inf)
