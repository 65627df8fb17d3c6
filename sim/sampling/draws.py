"""Draws of the assumptions, correlated by a Gaussian copula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.sampling.distributions import quantile
from sim.sampling.uniforms import Uniforms
from sim.scenario.scalars import Scalar

Numbers = NDArray[np.float64]


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
