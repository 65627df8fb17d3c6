"""The life of an instrument: threatened → enacted → in force → suspended → ended, derived from its dates.

A threat lapses unless it is enacted; a legal instrument enters into force unless it is stopped. Nothing
here is stored: every answer follows from the dates in the :class:`~sim.world.world.World`, so when a hold ends
nothing needs to be rewound.

Every function takes the column `i` of one instrument and returns [run]; `today` is a day since 1970.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.world.world import Truths, World


@dataclass(frozen=True)
class Standing:
    """What one instrument rests on and what may suspend it: columns of the World."""

    basis: int | None
    suspended_by: Sequence[int]
    once: bool
    """its law gives it a longest life, which cannot be had a second time"""


def live(world: World, agreement: int, today: int) -> Truths:
    """The agreement binds: on every day from `since` to `expires`, both included."""
    return (world.since[:, agreement] <= today) & (today <= world.expires[:, agreement])


def held(world: World, i: int, today: int) -> Truths:
    """A delay keeps it out of force."""
    return (world.held_from[:, i] <= today) & (today <= world.held_until[:, i])


def basis_valid(world: World, standing: Standing, today: int) -> Truths:
    """Its legal basis has not fallen (an instrument without one needs none)."""
    if standing.basis is None:
        return np.ones(len(world), dtype=np.bool_)
    return world.invalid_from[:, standing.basis] > today


def enacted(world: World, i: int, standing: Standing, today: int) -> Truths:
    """The legal act stands: made, not over, its basis valid."""
    return (world.enacted_on[:, i] <= today) & (today <= world.ends[:, i]) & basis_valid(world, standing, today)


def threatened(world: World, i: int, today: int) -> Truths:
    """A threat stands."""
    return world.threatened_on[:, i] <= today


def stayed(world: World, i: int, standing: Standing, today: int) -> Truths:
    """A delay or a live agreement keeps it out of force."""
    stay = held(world, i, today)
    for agreement in standing.suspended_by:
        stay |= live(world, agreement, today)
    return stay


def suspended(world: World, i: int, standing: Standing, today: int) -> Truths:
    """Enacted, but kept out of force by a delay or a live agreement."""
    return enacted(world, i, standing, today) & stayed(world, i, standing, today)


def in_force(world: World, i: int, standing: Standing, today: int) -> Truths:
    """effective ≤ today ≤ end, legal basis valid, no delay and no live agreement suspends it."""
    due = (world.effective[:, i] <= today) & enacted(world, i, standing, today)
    return due & ~stayed(world, i, standing, today) if np.count_nonzero(due) else due


def ended(world: World, i: int, standing: Standing, today: int) -> Truths:
    """Was enacted and is over: past its last day, or its legal basis has fallen."""
    return (world.enacted_on[:, i] <= today) & ~enacted(world, i, standing, today)


def available(world: World, i: int, standing: Standing, today: int) -> Truths:
    """Could be enacted today."""
    free = basis_valid(world, standing, today) & ~enacted(world, i, standing, today)
    return free & (world.enacted_on[:, i] == MISSING) if standing.once else free


def effective(world: World, i: int) -> NDArray[np.int32]:
    """First day in force as things stand: its date, or the day after the delay that covers it."""
    date, until = world.effective[:, i], world.held_until[:, i]
    put_off = (until != MISSING) & (world.held_from[:, i] <= date) & (date <= until)
    return np.where(put_off, until + 1, date)


def last_day_to_act(world: World, i: int, lag: NDArray[np.int32] | int) -> NDArray[np.int32]:
    """Last day on which enacting a standing threat still meets its date."""
    threat = world.threatened_on[:, i] != MISSING
    return np.where(threat, world.effective[:, i] - lag, MISSING).astype(np.int32)


def threat_lapses_on(world: World, i: int, lag: NDArray[np.int32] | int) -> NDArray[np.int32]:
    """The day on which a standing threat is past: its date, or the day after if it could still be enacted on it."""
    threat = world.threatened_on[:, i] != MISSING
    return np.where(threat, world.effective[:, i] + (np.asarray(lag) == 0), MISSING).astype(np.int32)
