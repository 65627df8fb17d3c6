"""Inverse CDFs, CDFs and means of the distributions of a scenario.

All variates come from one uniform by inverse CDF, so that a value moves smoothly, and only it, when its own
parameters change. Dates and durations are whole days: a uniform on dates gives every day of the range, both ends
included, the same probability; every other shape is rounded to the nearest day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.scenario.scalars import Distribution
from sim.scenario.units import Dimension

Numbers = NDArray[np.float64]
PERT_WEIGHT = 4.0
"""Weight of the mode in a PERT mean, (a + 4m + b)/6 (Malcolm et al., Operations Research 7, 1959)."""

_WHOLE = (Dimension.date, Dimension.days)


def quantile(distribution: Distribution, u: ArrayLike, dimension: Dimension = Dimension.number) -> NDArray[Any]:
    """Values at the cumulative probabilities `u` in (0, 1).

    Returns
    -------
    float64 [u] in the internal unit; int32 [u] for dates and durations; for a choice of words, places of words.
    """
    probability = np.asarray(u, dtype=np.float64)
    if distribution.lower is not None and distribution.upper is not None:
        low, high = (_cdf(distribution, np.array([end])) for end in (distribution.lower, distribution.upper))
        probability = low + probability * (high - low)
    drawn = _inverse(distribution, probability, dimension)
    if distribution.labels:
        return drawn
    drawn = drawn * distribution.scale + distribution.shift
    return np.rint(drawn).astype(np.int32) if dimension in _WHOLE else drawn


def quantile_after(distribution: Distribution, u: ArrayLike, after: float, dimension: Dimension) -> NDArray[Any]:
    """Values given that they are greater than `after`: what is left of a date that has not come.

    Where the distribution leaves nothing later, the first value after `after`.
    """
    probability = np.asarray(u, dtype=np.float64)
    past = float(cdf(distribution, np.array([after]), dimension)[0])
    drawn = quantile(distribution, np.clip(past + probability * (1 - past), 0, 1 - 2.0**-53), dimension)
    return np.maximum(drawn, after + 1).astype(drawn.dtype) if dimension in _WHOLE else drawn


def cdf(distribution: Distribution, x: ArrayLike, dimension: Dimension = Dimension.number) -> Numbers:
    """P(value ≤ x), the inverse of `quantile` for a continuous distribution and its step function for whole days."""
    values = np.asarray(x, dtype=np.float64)
    if dimension in _WHOLE and distribution.shape not in ("fixed", "choice"):
        values = np.floor(values) + (1.0 if _daily(distribution, dimension) else 0.5)
    inner = (values - distribution.shift) / distribution.scale if distribution.scale else np.full_like(values, np.inf)
    found = _cdf(distribution, inner, _daily(distribution, dimension))
    if distribution.lower is None or distribution.upper is None:
        return found
    low, high = (_cdf(distribution, np.array([end]))[0] for end in (distribution.lower, distribution.upper))
    return np.clip((found - low) / (high - low), 0.0, 1.0)


def mean(distribution: Distribution) -> float:
    """Expected value before truncation, in closed form."""
    own = distribution.parameters
    inner = {
        "fixed": lambda: own[0],
        "uniform": lambda: (own[0] + own[1]) / 2,
        "triangular": lambda: sum(own) / 3,
        "pert": lambda: (own[0] + PERT_WEIGHT * own[1] + own[2]) / (PERT_WEIGHT + 2),
        "normal": lambda: own[0],
        "lognormal": lambda: own[0] * float(np.exp(own[1] ** 2 / 2)),
        "beta": lambda: own[2] + (own[3] - own[2]) * own[0] / (own[0] + own[1]),
        "choice": lambda: float(np.dot(*np.array(own).reshape(2, -1))),
        "table": lambda: _table_mean(*np.array(own).reshape(2, -1)),
    }[distribution.shape]()
    return float(inner) * distribution.scale + distribution.shift


def _table_mean(shares: Numbers, values: Numbers) -> float:
    return float((np.diff(shares) * (values[1:] + values[:-1]) / 2).sum())


def _daily(distribution: Distribution, dimension: Dimension) -> bool:
    return distribution.shape == "uniform" and dimension in _WHOLE


def _inverse(distribution: Distribution, u: Numbers, dimension: Dimension) -> Numbers:
    own = distribution.parameters
    if distribution.shape == "fixed":
        return np.full(u.shape, own[0] if own else 0.0)
    if distribution.shape == "uniform":
        if _daily(distribution, dimension):
            return np.minimum(np.floor(own[0] + u * (own[1] - own[0] + 1)), own[1])
        return own[0] + u * (own[1] - own[0])
    if distribution.shape == "triangular":
        return _triangular(u, *own)
    if distribution.shape == "choice":
        weights, values = _halves(own) if not distribution.labels else (np.array(own), np.arange(len(own)))
        place = np.searchsorted(np.cumsum(weights), u, side="right")
        return np.asarray(values, dtype=np.float64)[np.minimum(place, len(weights) - 1)]
    if distribution.shape == "table":
        return np.interp(u, *_halves(own))
    return _special(distribution, u)


def _special(distribution: Distribution, u: Numbers) -> Numbers:
    """The shapes whose inverse CDF is a special function."""
    from scipy.special import betaincinv, ndtri

    own = distribution.parameters
    if distribution.shape == "normal":
        return np.asarray(own[0] + own[1] * ndtri(u))
    if distribution.shape == "lognormal":
        return np.asarray(own[0] * np.exp(own[1] * ndtri(u)))
    alpha, beta, least, most = _beta(distribution)
    return np.asarray(least + (most - least) * betaincinv(alpha, beta, u))


def _cdf(distribution: Distribution, x: Numbers, daily: bool = False) -> Numbers:
    from scipy.special import betainc, ndtr

    own = distribution.parameters
    if distribution.shape == "fixed":
        return np.where(x >= own[0], 1.0, 0.0)
    if distribution.shape == "uniform":
        return np.clip((x - own[0]) / (own[1] - own[0] + daily), 0.0, 1.0)
    if distribution.shape == "triangular":
        return _triangular_cdf(x, *own)
    if distribution.shape == "normal":
        return np.asarray(ndtr((x - own[0]) / own[1]))
    if distribution.shape == "lognormal":
        return np.asarray(ndtr(np.log(np.maximum(x, 1e-300) / own[0]) / own[1]))
    if distribution.shape == "choice":
        weights, values = _halves(own)
        return np.asarray(np.concatenate(([0.0], np.cumsum(weights)))[np.searchsorted(values, x, side="right")])
    if distribution.shape == "table":
        shares, values = _halves(own)
        return np.interp(x, values, shares, left=0.0, right=1.0)
    alpha, beta, least, most = _beta(distribution)
    return np.asarray(betainc(alpha, beta, np.clip((x - least) / (most - least), 0.0, 1.0)))


def _beta(distribution: Distribution) -> tuple[float, float, float, float]:
    """(alpha, beta, least, most) of a beta, or of the beta that a PERT is."""
    own = distribution.parameters
    if distribution.shape == "beta":
        return own[0], own[1], own[2], own[3]
    least, mode, most = own
    alpha = 1 + PERT_WEIGHT * (mode - least) / (most - least)
    return alpha, PERT_WEIGHT + 2 - alpha, least, most


def _halves(own: tuple[float, ...]) -> tuple[Numbers, Numbers]:
    first, second = np.array(own).reshape(2, -1)
    return first, second


def _triangular(u: Numbers, least: float, mode: float, most: float) -> Numbers:
    rising = least + np.sqrt(u * (most - least) * (mode - least))
    falling = most - np.sqrt((1 - u) * (most - least) * (most - mode))
    return np.where(u < (mode - least) / (most - least), rising, falling)


def _triangular_cdf(x: Numbers, least: float, mode: float, most: float) -> Numbers:
    x = np.clip(x, least, most)
    rising = (x - least) ** 2 / max((most - least) * (mode - least), 1e-300)
    falling = 1 - (most - x) ** 2 / max((most - least) * (most - mode), 1e-300)
    return np.where(x < mode, rising, falling)
