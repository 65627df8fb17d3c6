"""Goods at sea: what is shipped arrives after a time that each run has for itself.

A ring of steps. A time that is no whole number of steps is split between the two steps next to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def slots(longest: float, weeks: float) -> int:
    """How many steps a ring needs for journeys of `longest` weeks."""
    return int(np.ceil(longest / weeks)) + 2


def send(ring: Numbers, slot: int, shipped: Numbers, transit: Numbers, weeks: float) -> None:
    """Put what is shipped in this step, [run, cell] a week, on its way for `transit` [run] weeks, in place.

    `ring` [slot, run, cell] has what arrives in each step, in weeks of need; `slot` is the step that is now.
    """
    journey = transit / weeks
    amount = shipped * weeks
    for ahead in range(int(journey.min()), int(np.ceil(journey.max())) + 1):
        part = np.maximum(1 - np.abs(journey - ahead), 0.0)
        ring[(slot + ahead) % len(ring)] += amount * part[:, np.newaxis]


def receive(ring: Numbers, slot: int, weeks: float) -> Numbers:
    """What arrives in this step, [run, cell] a week; the slot is empty afterwards."""
    arrived: Numbers = ring[slot] / weeks
    ring[slot] = 0.0
    return arrived


def at_sea(ring: Numbers, slot: int) -> Numbers:
    """All that is on its way, [run, cell], summed in order of arrival, so that the ring's length changes no bit."""
    total: Numbers = ring[slot].copy()
    for ahead in range(1, len(ring)):
        total += ring[(slot + ahead) % len(ring)]
    return total
