"""Odds: the mean over futures, a band over assumptions with the sampling noise removed, the sampling error.

In a nested ensemble (draws × chances) the frequency of an outcome differs between draws of the assumptions for
two reasons: the assumptions differ, and each draw has only a few futures of chance. The second part is
binomial and known, so it is taken out: the draws' frequencies are drawn together toward their mean until their
variance is the between-draw component of a one-way analysis of variance (Searle, Casella and McCulloch,
Variance Components, 1992, ch. 3), and the 5 % and 95 % points of what is left are the band. Where nothing is left,
the spread cannot be told from chance and there is no band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BAND = (0.05, 0.95)
"""The share of assumption draws below the band's lower and upper end."""


@dataclass(frozen=True)
class Odds:
    """How likely something is. All are shares 0–1."""

    mean: float
    low: float | None
    """5 % point over the assumptions; None where each draw of them has one future of chance only, or where the
    spread over the assumptions cannot be told from chance"""
    high: float | None
    error: float
    """standard error of the mean from sampling (draws and chance)"""
    runs: int


def odds(holds: NDArray[np.bool_], chances: int) -> Odds:
    """Odds that something holds.

    Parameters
    ----------
    holds : bool [run]
        Whole ensemble in run order.
    chances : int
        Runs of each draw of the assumptions; the last draw may have fewer.
    """
    runs = len(holds)
    mean = float(holds.mean())
    draws = runs // chances
    if chances == 1 or draws < 2:
        return Odds(mean, None, None, float(np.sqrt(mean * (1 - mean) / runs)), runs)
    by_draw = holds[: draws * chances].reshape(draws, chances).mean(axis=1)
    error = float(by_draw.std(ddof=1) / np.sqrt(draws))
    left = _without_chance(by_draw, chances)
    if left is None:
        return Odds(mean, None, None, error, runs)
    low, high = np.quantile(left, BAND)
    return Odds(mean, min(float(low), mean), max(float(high), mean), error, runs)


def _without_chance(by_draw: NDArray[np.float64], chances: int) -> NDArray[np.float64] | None:
    """[draw] frequencies with the binomial part of their spread taken out; None where that is all of it."""
    spread = float(by_draw.var(ddof=1))
    binomial = float((by_draw * (1 - by_draw)).mean()) / (chances - 1)
    between = spread - binomial
    if between <= 0:
        return None
    center = by_draw.mean()
    shrunk: NDArray[np.float64] = center + np.sqrt(between / spread) * (by_draw - center)
    return np.clip(shrunk, 0.0, 1.0)


def shares(outcome: NDArray[np.integer], names: list[str], chances: int) -> dict[str, Odds]:
    """Odds of each outcome by name; `outcome` is [run] the place of its name."""
    return {name: odds(outcome == place, chances) for place, name in enumerate(names)}


@dataclass(frozen=True)
class Difference:
    """How a what-if moves something, on the same futures."""

    base: float
    variant: float
    change: float
    """variant − base"""
    error: float
    """standard error of the change, from the paired runs"""
    changed: float
    """share of futures in which it comes out otherwise"""

    @property
    def clear(self) -> bool:
        """Whether the change is more than twice its error."""
        return abs(self.change) > 2 * self.error


def difference(base: NDArray[np.float64], variant: NDArray[np.float64], chances: int) -> Difference:
    """Paired comparison of two [run] measures on the same run numbers; draws of the assumptions are the units."""
    count = min(len(base), len(variant))
    change = variant[:count].astype(np.float64) - base[:count].astype(np.float64)
    draws = max(1, count // chances)
    by_draw = change[: draws * chances].reshape(draws, -1).mean(axis=1)
    error = float(by_draw.std(ddof=1) / np.sqrt(draws)) if draws > 1 else float("nan")
    return Difference(
        float(base[:count].mean()),
        float(variant[:count].mean()),
        float(change.mean()),
        error,
        float((change != 0).mean()),
    )
