"""What stands on each day: the share of futures in which an instrument is in force, or an agreement live.

Counted from the changes in the log, block by block, so memory does not grow with the number of runs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.results import store
from sim.results.result import Result
from sim.world.log import What


def in_force(result: Result, since: int | None = None) -> dict[str, NDArray[np.float64]]:
    """Instrument → [day] share of futures in which it is in force, every day from `since` (default: as_of) on."""
    plan = result.plan
    all_days = result.days(since=since)
    days, opening = len(all_days), int(all_days[0])
    first = plan.subject("instruments", 0)
    names = plan.names("instruments")
    changes = np.zeros((len(names), days))
    for folder in store.blocks(result.folder):
        table = store.connect().execute(_CHANGES, [str(folder / "events.parquet"), first, first + len(names)])
        subject, day, change = table.fetchnumpy().values()
        place = np.maximum(day - opening, 0)
        np.add.at(changes, (subject[place < days] - first, place[place < days]), change[place < days])
    start = np.array([float(result.plan_start_in_force[name]) for name in names])
    shares = start[:, None] + np.cumsum(changes, axis=1) / result.runs
    return dict(zip(names, shares, strict=True))


_CHANGES = f"""
    SELECT subject, day, sum(CASE what WHEN {int(What.enters_into_force)} THEN 1.0 ELSE -1.0 END) AS change
    FROM read_parquet(?)
    WHERE what IN ({int(What.enters_into_force)}, {int(What.stops_being_in_force)}) AND subject >= ? AND subject < ?
    GROUP BY subject, day ORDER BY subject, day
"""


def live(result: Result, agreement: str, since: int | None = None) -> NDArray[np.float64]:
    """[day] share of futures in which the agreement is live, on every day from `since` (default: as_of) on."""
    plan, days = result.plan, result.days(since=since)
    opening = int(days[0])
    begins, expires = (_dates(result, f"agreements.{agreement}.{key}") for key in ("since", "expires"))
    at_first = (begins <= plan.start) & (plan.start <= expires)
    changes = np.zeros(len(days))
    begun = np.flatnonzero((begins > plan.start) & (begins <= plan.horizon))
    np.add.at(changes, np.maximum(begins[begun] - opening, 0), 1.0)
    subject = plan.subject("agreements", plan.column("agreements", agreement))
    for folder in store.blocks(result.folder):
        table = store.connect().execute(_TURNS, [str(folder / "events.parquet"), subject])
        run, day, what = table.fetchnumpy().values()
        on = what == What.extends
        before = np.r_[False, on[:-1]]
        new = np.flatnonzero(np.diff(run, prepend=-1))
        before[new] = (begins[run[new]] <= day[new]) & (plan.start <= expires[run[new]])
        place = np.maximum(day + (what == What.ends) - opening, 0)  # the day on which it is left is its last
        turned = (on != before) & (place < len(days))
        np.add.at(changes, place[turned], np.where(on[turned], 1.0, -1.0))
    return np.clip((at_first.sum() + np.cumsum(changes)) / result.runs, 0.0, 1.0)


def _dates(result: Result, path: str) -> NDArray[np.int64]:
    """[run] a date of the file."""
    scalar = result.plan.scalars[path]
    dates = int(scalar.value) if scalar.fixed else result.column(f"assumption.{path}")
    return np.broadcast_to(np.asarray(dates, dtype=np.int64), (result.runs,))


_TURNS = f"""
    SELECT run, day, what FROM read_parquet(?)
    WHERE subject = ? AND what IN ({int(What.extends)}, {int(What.agreement_lapses)}, {int(What.ends)})
"""
"""Extended (one that was over is live again), lapsed, left; by run, in the order of happening."""
