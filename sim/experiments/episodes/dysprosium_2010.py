"""The export quota of 2010 and the stop to Japan: what was fitted to 2025 held against another episode.

Out of sample: nothing here is fitted. Only what was a fact of 2010 differs from the world of 2025: how much came from
China, that nobody had begun to build, the quota, and the stop.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.experiments.episodes.records import dysprosium
from sim.experiments.episodes.shipped import HEAVY, levers
from sim.supply.controls import Controls
from sim.supply.parameters import Parameters
from sim.supply.state import State
from sim.supply.step import step

Numbers = NDArray[np.float64]

QUOTA = datetime.date(2010, 7, 6)
"""The quota of the second half of 2010 begins, early in July (the day is an assumption); weeks are counted from it."""
STOP, RESUMED = datetime.date(2010, 9, 21), datetime.date(2010, 11, 19)
"""No rare earths to Japan, from September to November 2010 (the days are an assumption)."""
LIFTED = datetime.date(2015, 1, 1)
"""The quota is held until then (assumption)."""
WEEKS = 418
"""Eight years."""
YEAR = 365.25 / 7
"""Weeks."""
JAPAN = "japan"
MOVED = 1.5
"""Times the price at the stop from which prices count as running."""
RECOVERED = 0.98
"""Share of need met from which users count as supplied again."""


@dataclass(frozen=True)
class Played:
    """The episode in every run, by week."""

    quoted: Numbers
    """[run, week] quote over the price before the quota"""
    japan: Numbers
    """[run, week] non-Chinese share of what Japan buys"""
    met: Numbers
    """[run, week] share of need outside China that is met"""


def before(params: Parameters) -> Parameters:
    """The same world with the shares of 2010 and no project; what is not Chinese was as scarce at every stage."""
    facts, regions, building = dysprosium(), levers().regions, params.building
    chinese = np.full_like(params.chinese_share, facts["chinese_share"] / 100)
    chinese[:, regions.index(JAPAN)] = 1 - facts["japan_non_chinese_start"] / 100
    share = np.where(np.isnan(building.stage_share), np.nan, facts["japan_non_chinese_start"] / 100)
    none = replace(building.projects, on=np.zeros_like(building.projects.on))
    unbuilt = replace(building, stage_share=share, projects=none, projects_until=np.zeros(1))
    return replace(params, chinese_share=chinese, building=unbuilt)


def play(params: Parameters) -> Played:
    """The episode with the shares of 2010 in the place of those of some parameters, week by week."""
    free = before(params)
    held = under_quota(free)
    state, need = State.at_rest(free), free.need.sum(axis=(1, 2, 3))
    heavy, place = levers().materials.index(HEAVY), levers().regions.index(JAPAN)
    own, weight = free.cells.region == place, free.by_cell.need
    quoted, japan, met = [], [], []
    for week in range(WEEKS):
        day = QUOTA + datetime.timedelta(weeks=week)
        flows = step(state, controls(Controls.open(free), day), held if day < LIFTED else free)
        quoted.append(flows.quoted_ratio[:, heavy])
        met.append((flows.met * weight).sum(axis=1) / need)
        other = (flows.non_chinese * weight)[:, own].sum(axis=1)
        japan.append(other / (other + (flows.arrived * weight)[:, own].sum(axis=1)))
    return Played(np.stack(quoted, axis=1), np.stack(japan, axis=1), np.stack(met, axis=1))


def under_quota(params: Parameters) -> Parameters:
    """No more leaves China than the quota lets."""
    left = 1 - dysprosium()["quota_cut"] / 100
    capacity = np.full_like(params.licensing.export_capacity, left)
    return replace(params, licensing=replace(params.licensing, export_capacity=capacity))


def controls(open_: Controls, day: datetime.date) -> Controls:
    """What holds on a day."""
    if not STOP <= day < RESUMED:
        return open_
    place = levers().regions.index(JAPAN)
    licensed, approval = open_.licensed.copy(), open_.approval.copy()
    licensed[:, place], approval[:, place] = 1.0, 0.0
    return replace(open_, licensed=licensed, approval=approval, threatened=np.ones_like(open_.threatened))


def measures(played: Played) -> dict[str, Numbers]:
    """The measures of the record, [run], in its units."""
    stop = (STOP - QUOTA).days // 7
    after = played.quoted[:, stop:]
    running = after >= MOVED * played.quoted[:, [stop]]
    top = played.quoted.argmax(axis=1)
    short = played.met < RECOVERED
    weeks = np.arange(played.met.shape[1])
    last = np.where(short.any(axis=1), (weeks * short).max(axis=1) + 1.0, 0.0)
    return {
        "price_rise": played.quoted.max(axis=1),
        "months_to_peak": top * 12 / YEAR,
        "months_flat": np.where(running.any(axis=1), running.argmax(axis=1) * 12 / YEAR, np.inf),
        "half_life_first": _half_life(played.quoted, top, 1.0),
        "half_life_four": _half_life(played.quoted, top, 4.0),
        "recovery": last / YEAR,
        "japan_non_chinese_end": 100 * played.japan[:, -4:].mean(axis=1),
    }


def _half_life(quoted: Numbers, top: NDArray[np.int64], years: float) -> Numbers:
    """Years in which a quote halves, over some years after its peak; inf where it does not fall or the end comes."""
    then = top + round(years * YEAR)
    runs = np.arange(len(quoted))
    fall = np.log(quoted[runs, top] / quoted[runs, np.minimum(then, quoted.shape[1] - 1)])
    fell = (fall > 0) & (then < quoted.shape[1])
    return np.where(fell, years * np.log(2) / np.where(fell, fall, 1.0), np.inf)
