"""How often a tariff series leaves the value it has on the first day, counted block by block."""

from __future__ import annotations

from sim.results import store
from sim.results.result import Result


def beyond(result: Result, series: str) -> tuple[float, float]:
    """Shares of futures in which the series is above, and below, its value on as_of on some later day."""
    column, as_of = result.plan.recorded_series.index(series), result.plan.as_of
    above = below = 0
    for folder in store.blocks(result.folder):
        query = store.connect().execute(_COUNTS, [str(folder / "rates.parquet"), column, as_of, as_of])
        higher, lower = query.fetchall()[0]
        above, below = above + higher, below + lower
    return above / result.runs, below / result.runs


_COUNTS = """
    WITH changes AS (SELECT run, day, value FROM read_parquet(?) WHERE series = ?),
         today AS (SELECT run, arg_max(value, day) AS value FROM changes WHERE day <= ? GROUP BY run),
         later AS (SELECT run, max(value) AS high, min(value) AS low FROM changes WHERE day > ? GROUP BY run)
    SELECT count(*) FILTER (high > today.value), count(*) FILTER (low < today.value) FROM today JOIN later USING (run)
"""
