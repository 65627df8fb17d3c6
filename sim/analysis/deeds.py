"""What each actor does: how often, and when for the first time. Counted block by block, by day, never by run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.results import store
from sim.results.result import Result
from sim.world.log import What


@dataclass(frozen=True)
class Deed:
    """One kind of move by one actor on one subject."""

    who: int
    """index into the plan's players"""
    what: What
    subject: str
    """section.name"""
    share: float
    """of futures in which it happens at least once"""
    day: int
    """median of its first day, over those futures"""


def deeds(result: Result) -> list[Deed]:
    """Every move on every subject, the most frequent first."""
    counted: dict[tuple[int, int, int], dict[int, int]] = {}
    for folder in store.blocks(result.folder):
        table = store.connect().execute(_FIRST, [str(folder / "events.parquet")])
        for who, what, subject, day, runs in table.fetchall():
            days = counted.setdefault((who, what, subject), {})
            days[day] = days.get(day, 0) + runs
    found = [
        Deed(who, What(what), result.plan.subjects[subject], sum(days.values()) / result.runs, _median(days))
        for (who, what, subject), days in counted.items()
    ]
    return sorted(found, key=lambda deed: (-deed.share, deed.who, deed.what, deed.subject))


_MOVES = f"who >= 0 AND what <= {int(What.leaves)}"
_FIRST = f"""
    SELECT who, what, subject, day, count(*) AS runs
    FROM (SELECT who, what, subject, run, min(day) AS day FROM read_parquet(?) WHERE {_MOVES}
          GROUP BY who, what, subject, run)
    GROUP BY who, what, subject, day
"""


def _median(days: dict[int, int]) -> int:
    """The first day by which half of them have happened."""
    ordered = sorted(days)
    reached = np.cumsum([days[day] for day in ordered])
    return int(ordered[int(np.searchsorted(reached, reached[-1] / 2))])


def kinds_of_moves(result: Result) -> NDArray[np.float64]:
    """[player, kind of move] share of futures in which the player makes a move of the kind at least once."""
    counts = np.zeros((len(result.plan.players), int(What.leaves)))
    query = f"SELECT who, what, count(DISTINCT run) FROM read_parquet(?) WHERE {_MOVES} GROUP BY who, what"
    for folder in store.blocks(result.folder):
        for who, what, runs in store.connect().execute(query, [str(folder / "events.parquet")]).fetchall():
            counts[who, what - 1] += runs
    return counts / result.runs
