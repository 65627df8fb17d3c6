"""Public stockpiles: what a region holds of a material, and what it lets go when its users lack it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.supply.cells import Cells

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reserve:
    """What is held, and how it may be released. The first axis is the run, or has length 1."""

    size: Numbers
    """[run, region, material] weeks of the region's need"""
    release_cap: Numbers
    """[run] most that is released, as a share of the region's need"""
    decision_lag: Numbers
    """[run] weeks from the day on which release is asked for"""


def release(
    stockpile: Numbers,
    waited: Numbers,
    lacking: Numbers,
    need: Numbers,
    reserve: Reserve,
    pooled: Flags,
    cells: Cells,
    weeks: float,
) -> Numbers:
    """What is released in a step, [run, cell] weeks of need a week; `stockpile` is lowered in place.

    `stockpile` [run, region, material] weeks of the region's need; `waited` weeks since release was asked for at the
    start of the step, −1 where it is not; `lacking` [run, cell] what users lack a week; `need` [run, cell] tonnes;
    `pooled` [run, region] regions that serve each other's users too. Released is what is lacking, the stockpile, or
    the cap, whichever is least; users get it by what they lack.
    """
    ready = (waited >= 0) & (waited >= reserve.decision_lag[:, np.newaxis, np.newaxis])
    if not (ready & (stockpile > 0)).any():
        return np.zeros_like(lacking)
    region = cells.by_store(np.broadcast_to(need, lacking.shape))
    lacked = cells.by_store(need * lacking)
    cap = reserve.release_cap[:, np.newaxis, np.newaxis] * region
    able = np.where(ready, np.minimum(cap, stockpile * region / weeks), 0.0)
    together = pooled[:, :, np.newaxis]
    all_lacked = np.where(together, np.where(together, lacked, 0.0).sum(axis=1, keepdims=True), lacked)
    all_able = np.where(together, np.where(together, able, 0.0).sum(axis=1, keepdims=True), able)
    tonnes = np.minimum(all_able, all_lacked)
    drawn = able * _share(tonnes, all_able)
    stockpile -= _share(drawn * weeks, region)
    np.maximum(stockpile, 0.0, out=stockpile)
    return lacking * cells.of_store(_share(tonnes, all_lacked))


def pooled_supply(supply: Numbers, wanted: Numbers, need: Numbers, pooled: Flags, cells: Cells) -> Numbers:
    """What is not Chinese, [run, cell] weeks of need a week, after regions that pool have shared theirs by what each
    cell still wants; what nobody wants is shared by need. `need` [run, cell] tonnes.
    """
    if not pooled.any():
        return supply
    member = np.broadcast_to(pooled, (len(supply), pooled.shape[1])).T[cells.region].T
    tonnes = [cells.by_material(np.where(member, need * each, 0.0)) for each in (supply, wanted, np.ones(1))]
    given, called, whole = (cells.of_material(each) for each in tonnes)
    by_call = wanted * np.minimum(_share(given, called), 1.0)
    shared = by_call + _share(np.maximum(given - called, 0.0), whole)
    return np.where(member, shared, supply)


def _share(part: Numbers, whole: Numbers) -> Numbers:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
