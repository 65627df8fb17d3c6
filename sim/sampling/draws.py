"""Draws of the assumptions, correlated by a Gaussian copula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.sampling.distributions import cdf, quantile, quantile_after
from sim.sampling.uniforms import Uniforms
from sim.scenario.scalars import Scalar

Numbers = NDArray[np.float64]
ATTEMPTS = 8
"""How often correlated dates are drawn anew before each is bound to lie ahead by itself."""


class Correlated(Protocol):
    """Two paths and the correlation of their normal scores."""

    @property
    def between(self) -> tuple[str, str]: ...
    @property
    def value(self) -> float: ...


class CorrelationError(ValueError):
    """Correlations that no numbers can have together; `paths` names them."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(f"the correlations between {', '.join(paths)} contradict each other")
        self.paths = tuple(paths)


def draw_assumptions(
    scalars: Mapping[str, Scalar],
    correlations: Sequence[Correlated],
    uniforms: Uniforms,
    quantiles: Mapping[str, Numbers] | None = None,
) -> dict[str, NDArray[Any]]:
    """The value of every assumption, [run] by path.

    Parameters
    ----------
    scalars : mapping of path to Scalar
    correlations : sequence
        Of pairs among `scalars`. The marginal distributions stay exact, and a path without correlations draws
        the same with and without them.
    uniforms : Uniforms
        For a nested ensemble, built on the rows of the assumptions (run // chances).
    quantiles : mapping of path to float64 [run] in (0, 1), optional
        An external design: these take the place of the paths' own uniforms, after the copula.

    Returns
    -------
    dict of path to float64 [run]; int32 days for dates and durations; places of words for choices of words.
    """
    given = quantiles or {}
    correlated = _scores(correlations, uniforms)
    drawn = {}
    for path, scalar in scalars.items():
        if path in given:
            probability = np.asarray(given[path], dtype=np.float64)
        elif path in correlated:
            probability = correlated[path]
        else:
            probability = uniforms.draw(stream(path))
        drawn[path] = quantile(scalar.distribution, probability, scalar.dimension)
    return drawn


def redraw_after(
    today: int,
    scalars: Mapping[str, Scalar],
    correlations: Sequence[Correlated],
    uniforms: Uniforms,
    values: Mapping[str, NDArray[Any]],
    ahead: Mapping[str, NDArray[np.bool_]],
) -> dict[str, NDArray[Any]]:
    """Dates drawn again where they lie ahead, [run] by path; elsewhere they keep their value.

    A date comes from its distribution given that it is later than `today`. Dates that are correlated are drawn
    together, given the normal scores of those of them that have come; a day that has come stands for the middle
    of its probability.
    """
    drawn = {}
    scores = _scores_after(today, scalars, correlations, uniforms, values, ahead)
    for path, scalar in scalars.items():
        if path in scores:
            redrawn = np.maximum(quantile(scalar.distribution, scores[path], scalar.dimension), today + 1)
        else:
            redrawn = quantile_after(scalar.distribution, uniforms.draw(stream(path)), today, scalar.dimension)
        drawn[path] = np.where(ahead[path], redrawn, values[path])
    return drawn


def stream(path: str) -> str:
    """The name under which an assumption draws."""
    return f"assumption:{path}"


def check_correlations(correlations: Sequence[Correlated]) -> None:
    """CorrelationError where correlations contradict each other."""
    for paths in _clusters(correlations):
        _factor(paths, correlations)


def _scores(correlations: Sequence[Correlated], uniforms: Uniforms) -> dict[str, Numbers]:
    """Correlated uniforms of every path that has a correlation."""
    if not correlations:
        return {}
    from scipy.special import ndtr, ndtri

    found: dict[str, Numbers] = {}
    for paths in _clusters(correlations):
        factor = _factor(paths, correlations)
        normal = [ndtri(uniforms.draw(stream(path))) for path in paths]
        for row, path in enumerate(paths):
            # An explicit sum: a matrix product over runs may round a run differently next to other runs.
            score = np.zeros(len(uniforms.runs))
            for column in range(row + 1):
                score += factor[row, column] * normal[column]
            found[path] = np.clip(ndtr(score), 2.0**-53, 1 - 2.0**-53)
    return found


def _scores_after(
    today: int,
    scalars: Mapping[str, Scalar],
    correlations: Sequence[Correlated],
    uniforms: Uniforms,
    values: Mapping[str, NDArray[Any]],
    ahead: Mapping[str, NDArray[np.bool_]],
) -> dict[str, Numbers]:
    """Correlated uniforms of every path that has a correlation, given what has come by `today`.

    By rejection: drawn given what has come until every date that should lie ahead does. Where that takes more than
    `ATTEMPTS`, one date after the other is drawn given that it lies ahead, which for several is near but not the same.
    """
    if not correlations:
        return {}
    from scipy.special import ndtr, ndtri

    found: dict[str, Numbers] = {}
    for paths in _clusters(correlations):
        own = [scalars[path] for path in paths]
        coming = np.stack([ahead[path] for path in paths], axis=1)
        least = ndtri([float(cdf(one.distribution, [today], one.dimension)[0]) for one in own])
        score = np.stack([ndtri(_middle(one, values[path])) for one, path in zip(own, paths, strict=True)], axis=1)
        left = coming.any(axis=1)
        for attempt in range(ATTEMPTS + 1):
            if not left.any():
                break
            occasion = f"attempt {attempt}" if attempt else ""
            uniform = np.stack([uniforms.draw(stream(path), occasion) for path in paths], axis=1)
            for pattern in np.unique(coming[left], axis=0):
                rows = np.flatnonzero(left & (coming == pattern).all(axis=1))
                order = [*np.flatnonzero(~pattern), *np.flatnonzero(pattern)]
                factor = _factor([paths[column] for column in order], correlations)
                alone = attempt == ATTEMPTS or pattern.sum() == 1
                beyond = least if alone else np.full(len(paths), -np.inf)
                score[rows] = _given(score[rows], uniform[rows], pattern, order, factor, beyond)
            left &= (coming & (score <= least)).any(axis=1)
        probability = np.clip(ndtr(score), 2.0**-53, 1 - 2.0**-53)
        found |= {path: probability[:, column] for column, path in enumerate(paths)}
    return found


def _middle(scalar: Scalar, values: NDArray[Any]) -> Numbers:
    """The middle of the cumulative probabilities that give these days."""
    below, upto = (cdf(scalar.distribution, values - before, scalar.dimension) for before in (1, 0))
    return np.clip((below + upto) / 2, 2.0**-53, 1 - 2.0**-53)


def _given(
    score: Numbers, uniform: Numbers, drawn: NDArray[np.bool_], order: Sequence[int], factor: Numbers, least: Numbers
) -> Numbers:
    """Normal scores [run, path] of which the columns `drawn` are drawn, each above its `least`, given the others.

    `factor` is the Cholesky factor of the columns in `order`: those that are given, then those that are drawn.
    """
    from scipy.special import ndtr, ndtri

    score = score.copy()
    own = np.zeros_like(score)
    for row, column in enumerate(order):
        mean = np.zeros(len(score))
        for before in range(row):  # an explicit sum, as in _scores
            mean += factor[row, before] * own[:, before]
        if drawn[column]:
            past = ndtr((least[column] - mean) / factor[row, row])
            own[:, row] = ndtri(np.clip(past + uniform[:, column] * (1 - past), 2.0**-60, 1 - 2.0**-53))
            score[:, column] = mean + factor[row, row] * own[:, row]
        else:
            own[:, row] = (score[:, column] - mean) / factor[row, row]
    return score


def _clusters(correlations: Sequence[Correlated]) -> list[list[str]]:
    """Paths that hang together, each cluster sorted."""
    clusters: list[set[str]] = []
    for correlation in correlations:
        joined = set(correlation.between)
        apart = []
        for cluster in clusters:
            if cluster & joined:
                joined |= cluster
            else:
                apart.append(cluster)
        clusters = [*apart, joined]
    return sorted(sorted(cluster) for cluster in clusters)


def _factor(paths: Sequence[str], correlations: Sequence[Correlated]) -> Numbers:
    """Cholesky factor of the cluster's correlation matrix."""
    place = {path: index for index, path in enumerate(paths)}
    matrix = np.eye(len(paths))
    for correlation in correlations:
        first, second = correlation.between
        if first in place:
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = correlation.value
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise CorrelationError(paths) from None
