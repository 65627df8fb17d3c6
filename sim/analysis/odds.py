"""Odds: the mean over futures, a band over assumptions with the sampling noise removed, the sampling error.

In a nested ensemble (draws × chances) the frequency of an outcome differs between draws of the assumptions for
two reasons: the assumptions differ, and each draw has only a few futures of chance. The second part is
binomial and known, so it is taken out in two steps. A beta distribution of the odds is set by their mean and by the
between-draw component of a one-way analysis of variance (Searle, Casella and McCulloch, Variance Components, 1992,
ch. 3; where the counts of the draws differ no more than equal odds would make them, by Pearson's test at 5 %, the
spread cannot be told from chance and there is no band: a narrow one would be false precision). Some
steps of the EM algorithm toward the nonparametric maximum-likelihood distribution (Laird, JASA 73, 1978) then
roughen it where the counts ask for it; stopped early it stays smooth (Laird and Louis, Computational Statistics & Data
Analysis 12, 1991). Its 5 % and 95 % points are the band.

Simulated with odds that are beta(2, 38), beta(8, 12), uniform, logit-normal or one of two values, 100 to 500 draws ×
10 or 20 chances, the root mean square error of a point is 3.3 percentage points on average, and 0.6 for the lower
one of beta(2, 38). Frequencies drawn together linearly have 3.7 and 1.7, a beta by maximum likelihood 3.5 and 0.6,
the EM algorithm run to its end 4.4 and 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BAND = (0.05, 0.95)
"""The share of assumption draws below the band's lower and upper end."""
CELLS = 400
"""Cells of the odds' distribution, of equal width in arcsin √odds, where binomial noise is as wide everywhere."""
LEVEL = 0.05
"""Of the test whether the odds differ between draws at all."""
STEPS = 20
"""Of the EM algorithm. More are nearer to odds of a few values, fewer to smooth ones; 10 to 50 do about as well."""
FLOOR = 1e-12
"""Weight that every cell starts with, so that no count is impossible however narrow the beta."""


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
    count = holds[: draws * chances].reshape(draws, chances).sum(axis=1)
    error = float(count.std(ddof=1) / chances / np.sqrt(draws))
    between = _between(count / chances, chances)
    if between <= 0 or _by_chance(count, chances) > LEVEL:
        return Odds(mean, None, None, error, runs)
    low, high = _band(count, chances, between)
    return Odds(mean, min(low, mean), max(high, mean), error, runs)


def _between(by_draw: NDArray[np.float64], chances: int) -> float:
    """Variance of the odds over the assumptions: that of the frequencies [draw] less its binomial part."""
    binomial = (by_draw * (1 - by_draw)).mean() / (chances - 1)
    return float(by_draw.var(ddof=1) - binomial)


def _by_chance(count: NDArray[np.integer], chances: int) -> float:
    """Probability that counts [draw] out of `chances` differ at least so much if their odds are all the same.

    Pearson's test of homogeneity: Σ (count − expected)² / variance is χ² with one degree of freedom less than draws.
    """
    from scipy.special import chdtrc

    share = count.sum() / (len(count) * chances)
    spread = float(((count - share * chances) ** 2).sum() / (chances * share * (1 - share)))
    return float(chdtrc(len(count) - 1, spread))


def _band(count: NDArray[np.integer], chances: int, between: float) -> tuple[float, float]:
    """5 % and 95 % points of the odds that lie behind counts [draw] out of `chances`."""
    edges = np.linspace(0, np.pi / 2, CELLS + 1)
    angle = (edges[1:] + edges[:-1]) / 2
    holds, fails = 2 * np.log(np.sin(angle)), 2 * np.log(np.cos(angle))
    mean = float(count.mean()) / chances
    size = max(mean * (1 - mean) / between - 1, 0.0)
    weight = _shares((size * mean - 0.5) * holds + (size * (1 - mean) - 0.5) * fails) + FLOOR  # a beta
    seen, draws = np.unique(count, return_counts=True)
    likelihood = _shares(seen[:, None] * holds + (chances - seen[:, None]) * fails)
    for _ in range(STEPS):
        weight *= draws / draws.sum() / (likelihood @ weight) @ likelihood
    low, high = np.sin(np.interp(BAND, np.concatenate(([0.0], np.cumsum(weight))), edges)) ** 2
    return float(low), float(high)


def _shares(logarithm: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is known up to a factor by its logarithm, [..., cell], as shares that add up to one."""
    weight = np.exp(logarithm - logarithm.max(axis=-1, keepdims=True))
    scaled: NDArray[np.float64] = weight / weight.sum(axis=-1, keepdims=True)
    return scaled


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
