"""Trackers: what the timed functions (ever, first_day, on, mean, max, min) gather along the path."""

from __future__ import annotations

import numpy as np

from sim.days import MISSING
from sim.engine.view import View
from sim.negotiation.policy import Rows
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


def gather(view: View, rows: Rows, world: World) -> None:
    """Take in the state at the end of today in `rows`, which `view` shows; in the others nothing has happened.

    State is constant between wake-ups, so looking then misses nothing. A time mean adds a stretch only where the
    value changes: which other days the block happens to wake on must not touch the rounding of a run.
    """
    today = world.today
    for column, tracker in enumerate(view.plan.timed.values()):
        if tracker.day != today if tracker.function == "on" else today < view.plan.as_of:
            continue
        gathered = world.tracked[rows, column]
        now = np.asarray(tracker.inner.evaluate(view), dtype=np.float64)
        if tracker.function in ("ever", "max"):
            gathered = np.maximum(gathered, now)
        elif tracker.function == "min":
            gathered = np.minimum(gathered, now)
        elif tracker.function == "first_day":
            gathered = np.where((now > 0) & (gathered == MISSING), today, gathered)
        elif tracker.function == "on":
            gathered = now
        else:
            changed = np.flatnonzero(now != world.tracked_value[rows, column])
            among = rows[changed]
            since = np.maximum(world.tracked_since[among, column], view.plan.as_of)
            gathered[changed] += world.tracked_value[among, column] * np.maximum(0, today - since)
            world.tracked_value[among, column] = now[changed]
            world.tracked_since[among, column] = today
        world.tracked[rows, column] = gathered
