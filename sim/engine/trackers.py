"""Trackers: what the timed functions (ever, first_day, on, mean, max, min) gather along the path."""

from __future__ import annotations

import numpy as np

from sim.days import MISSING
from sim.engine.view import View
from sim.scenario.evaluation import Timed
from sim.scenario.expressions import Kind
from sim.world.world import World


def start(world: World, timed: dict[str, Timed], as_of: int) -> None:
    """Nothing gathered yet. A date on a day that has not come is missing."""
    first = {"first_day": float(MISSING), "max": -np.inf, "min": np.inf}
    for column, tracker in enumerate(timed.values()):
        unknown = float(MISSING) if tracker.function == "on" and tracker.inner.kind is Kind.date else 0.0
        world.tracked[:, column] = first.get(tracker.function, unknown)
        world.tracked_since[:, column] = as_of


def gather(view: View) -> None:
    """Take in the state at the end of today.

    State is constant between wake-ups, so looking then misses nothing. A time mean adds a stretch only where the
    value changes: which other days the block happens to wake on must not touch the rounding of a run.
    """
    world = view.world
    for column, tracker in enumerate(view.plan.timed.values()):
        gathered = world.tracked[:, column]
        if tracker.function == "on" and tracker.day != world.today:
            continue
        now = np.asarray(tracker.inner.evaluate(view), dtype=np.float64)
        if tracker.function == "ever":
            np.maximum(gathered, now, out=gathered)
        elif tracker.function == "first_day":
            gathered[(now > 0) & (gathered == MISSING)] = world.today
        elif tracker.function == "on":
            gathered[:] = now
        elif tracker.function == "max":
            np.maximum(gathered, now, out=gathered)
        elif tracker.function == "min":
            np.minimum(gathered, now, out=gathered)
        else:
            changed = now != world.tracked_value[:, column]
            since = np.maximum(world.tracked_since[changed, column], view.plan.as_of)
            gathered[changed] += world.tracked_value[changed, column] * np.maximum(0, world.today - since)
            world.tracked_value[changed, column] = now[changed]
            world.tracked_since[changed, column] = world.today
