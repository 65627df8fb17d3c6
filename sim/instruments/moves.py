"""What a move does to an instrument or an agreement: it sets dates, rate and terms of a declared one.

Every function changes `rows` of the World in column `i` on the day `today`; quantities are one number
or one for each row. Whether a move is open to an actor is asked first, with the functions of
:mod:`sim.instruments.lives`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.world.world import World

Rows = NDArray[np.int64]
Amount = NDArray[np.float64] | NDArray[np.int32] | float | int


def threaten(world: World, i: int, rows: Rows, today: int, fuse: Amount) -> None:
    """Announce it for `fuse` days from now."""
    world.threatened_on[rows, i] = today
    world.effective[rows, i] = today + fuse
    world.lapsed_on[rows, i] = MISSING
    world.withdrawn_on[rows, i] = MISSING


def lapse(world: World, i: int, rows: Rows, today: int) -> None:
    """The date of a threat passes without a legal act."""
    world.lapsed_on[rows, i] = today
    _forget_threat(world, i, rows)


def _forget_threat(world: World, i: int, rows: Rows) -> None:
    world.threatened_on[rows, i] = MISSING
    world.effective[rows, i] = MISSING


def enact(world: World, i: int, rows: Rows, today: int, effective: Amount, life: Amount | None) -> None:
    """Make the legal act; it enters into force on `effective` and ends after `life` days, if that is given."""
    for past in (world.threatened_on, world.withdrawn_on, world.held_from, world.held_until):
        past[rows, i] = MISSING
    world.enacted_on[rows, i] = today
    world.effective[rows, i] = effective
    world.ends[rows, i] = MISSING if life is None else effective + life - 1


def withdraw(world: World, i: int, rows: Rows, today: int) -> None:
    """Take it back: a threat is gone, an enacted instrument has its last day today."""
    threats = rows[world.threatened_on[rows, i] != MISSING]
    _forget_threat(world, i, threats)
    world.withdrawn_on[rows, i] = today
    stands = (world.enacted_on[rows, i] <= today) & (world.ends[rows, i] > today)
    world.ends[rows, i] = np.where(stands, today, world.ends[rows, i])


def delay(world: World, i: int, rows: Rows, today: int, by: Amount) -> None:
    """Put off by `by` days: from its date or the end of a standing delay when that is later than today."""
    until = world.held_until[rows, i]
    standing = (until != MISSING) & (until >= today)
    begin = np.maximum(world.effective[rows, i], today)
    begin = np.where(standing, np.maximum(begin, until + 1), begin)
    world.held_from[rows, i] = np.where(standing, world.held_from[rows, i], today)
    world.held_until[rows, i] = begin + by - 1


def set_rate(world: World, i: int, rows: Rows, today: int, rate: Amount) -> None:
    """Give it a new rate, in percentage points."""
    before = world.rate[rows, i]
    world.cut_on[rows, i] = np.where(rate < before, today, world.cut_on[rows, i])
    world.raised_on[rows, i] = np.where(rate > before, today, world.raised_on[rows, i])
    world.rate[rows, i] = rate


def extend(world: World, agreement: int, rows: Rows, today: int, by: Amount) -> None:
    """Prolong by `by` days; one that is no longer live is live again from today."""
    expires = world.expires[rows, agreement]
    alive = (world.since[rows, agreement] <= today) & (expires >= today)
    world.since[rows, agreement] = np.where(alive, world.since[rows, agreement], today)
    world.expires[rows, agreement] = np.where(alive, expires, today) + by
    world.extended_on[rows, agreement] = today


def end(world: World, agreement: int, rows: Rows, today: int) -> None:
    """Leave it: today is its last day."""
    world.left_on[rows, agreement] = today
    world.expires[rows, agreement] = today
