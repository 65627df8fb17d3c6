"""April to December 2025: licences on magnets, as the supply layer plays them, beside published exports.

This is calibration: the shipped values of :data:`FITTED` are such that their medians give the first :data:`PUBLISHED`
months. The months after these are what comes out.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.experiments.episodes.records import US, WORLD, Regime, regimes
from sim.experiments.episodes.shipped import HEAVY, levers
from sim.supply.controls import Controls
from sim.supply.parameters import Parameters
from sim.supply.state import State
from sim.supply.step import step

Numbers = NDArray[np.float64]

FIRST = datetime.date(2025, 4, 4)
"""The licence duty begins; weeks are counted from this day, before which all is as in a normal month."""
WEEKS = 39
"""To the end of the year."""
MONTHS = tuple(datetime.date(2025, month, 1) for month in range(4, 13))
FITTED = ("shipping", "tightening")
"""Values of `supply.licensing` that are fitted."""
PUBLISHED = 5
"""Months, to August, that customs had published by 20 September 2025; the fit is to these."""
FULL = 1.0
"""Exports of a normal month."""


@dataclass(frozen=True)
class Played:
    """The episode in every run."""

    exports: dict[str, Numbers]
    """`world` and `us` → [run, month] exports as a multiple of a normal month, from April on"""
    weekly: Numbers
    """[run, week] exports to the world as a multiple of a normal week"""
    stopped: dict[str, Numbers]
    """`world` and each region → [run, week] share of users that are out of stock, by need"""
    output: Numbers
    """[run, week] output of the using sectors of all regions, Leontief branch, by need, 1 at rest"""
    quoted: Numbers
    """[run, week] quotes of magnets with heavy rare earths outside China, 1 at rest"""


def in_force(day: datetime.date) -> dict[str, Regime]:
    """Region → the regime that holds on a day; none before the first."""
    return {one.region: one for one in regimes() if one.start <= day}


def controls(open_: Controls, day: datetime.date) -> Controls:
    """What holds on a day, of `open_` controls."""
    found = in_force(day)
    licensed, approval = np.array(open_.licensed, dtype=float), np.array(open_.approval, dtype=float)
    for place, region in enumerate(levers().regions):
        if region in found:
            licensed[:, place] = found[region].licensed
            approval[:, place] = found[region].approval
    threatened = np.ones_like(open_.threatened) if found else open_.threatened
    return replace(open_, licensed=licensed, approval=approval, threatened=threatened)


def play(params: Parameters, days: int = 7) -> Played:
    """The episode under some parameters, in steps of `days`; both materials of magnets are under licence."""
    state, open_ = State.at_rest(params, days=float(days)), Controls.open(params)
    need, regions = params.need, levers().regions
    weight = need.sum(axis=3) / need.sum(axis=(1, 2, 3))[:, np.newaxis, np.newaxis]
    normal = (need * params.chinese_share[:, :, np.newaxis]).sum(axis=(2, 3))
    shipped, stopped, output, quoted = [], [], [], []
    for k in range(WEEKS * 7 // days):
        flows = step(state, controls(open_, FIRST + datetime.timedelta(days=k * days)), params, float(days))
        shipped.append((params.cells.spread(flows.shipped, 0.0) * need).sum(axis=(2, 3)))
        stopped.append((params.cells.spread(flows.stopped, 0.0) * need).sum(axis=(2, 3)) / need.sum(axis=(2, 3)))
        output.append((flows.leontief * weight).sum(axis=(1, 2)))
        quoted.append(flows.quoted_ratio[:, levers().materials.index(HEAVY)])
    flow, out = np.stack(shipped), np.stack(stopped)
    world, us = flow.sum(axis=2) / normal.sum(axis=1), regions.index("us")
    exports = {WORLD: by_month(world, days), US: by_month(flow[:, :, us] / normal[:, us], days)}
    share = weight.sum(axis=2)
    out_of_stock = {WORLD: (out * share).sum(axis=2).T} | {region: out[:, :, k].T for k, region in enumerate(regions)}
    return Played(exports, world.T, out_of_stock, np.stack(output).T, np.stack(quoted).T)


def by_month(flow: Numbers, days: int) -> Numbers:
    """Means [run, month] over the days of each month of a flow [step, run], 1 before the first step."""
    daily = np.repeat(flow, days, axis=0)
    before = np.ones(((FIRST - MONTHS[0]).days, *flow.shape[1:]))
    daily = np.concatenate([before, daily])
    edges = [(month - MONTHS[0]).days for month in (*MONTHS, datetime.date(2026, 1, 1))]
    return np.stack([daily[first:last].mean(axis=0) for first, last in pairwise(edges)], axis=1)


def first_stoppages(played: Played, share: float = 0.01) -> Numbers:
    """Weeks to the first in which `share` of all users are out of stock, [run]; inf where there is none."""
    return first_week(played.stopped[WORLD] >= share)


def full_volume(played: Played) -> Numbers:
    """Weeks from the start to the first of normal exports after the lowest week, [run]; inf where there is none."""
    weeks = np.arange(played.weekly.shape[1])
    after = weeks > played.weekly.argmin(axis=1)[:, np.newaxis]
    return first_week(after & (played.weekly >= FULL))


def first_week(found: NDArray[np.bool_]) -> Numbers:
    """Place of the first true value of [run, week], inf where there is none."""
    return np.where(found.any(axis=1), found.argmax(axis=1), np.inf)


def hole(exports: Numbers) -> Numbers:
    """Weeks of normal exports that are missing from April to June, [run] of [run, month]."""
    weeks = np.array([(second - first).days / 7 for first, second in pairwise(MONTHS[:4])])
    return np.asarray(((1 - exports[..., :3]) * weeks).sum(axis=-1))
