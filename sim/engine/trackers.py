"""Trackers: what the timed functions (ever, first_day, on, mean, max, min) gather along the path."""

from __future__ import annotations

import numpy as np

from sim.days import MISSING
from sim.engine.view import View
from sim.scenario.evaluation import Timed
from sim.world.world import World


def start(world: World, timed: dict[str, Timed]) -> None:
    """Nothing gathered yet."""
    first = {"first_day": float(MISSING), "max": -np.inf, "min": np.inf}
    for column, tracker in enumerate(timed.values()):
        world.tracked[:, column] = first.get(tracker.function, 0.0)


def gather(view: View, elapsed: int) -> None:
    """Take in the state at the end of today; `elapsed` days have passed since the last time.

    State is constant between wake-ups, so looking at its end misses nothing.
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
            gathered += world.tracked_value[:, column] * elapsed
            world.tracked_value[:, column] = now
