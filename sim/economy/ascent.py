"""Newton steps to the peak of smooth curves that are worked out in batches, many curves at a time.

Slopes are central differences of sixth order, so that with values good to about 1e-13 a peak is found to better than
1e-7; curvature across two variables is of second order, which matters for the pace only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

REACH = 0.15
"""Longest step of a variable."""
NEAR = 0.02
"""Steps below which curvature is kept from step to step."""
FLAT = 1e-10
"""Curvature, in units of the curve, below which a direction counts as no steeper."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Curves, one a case, of the same variables."""

    value: Callable[[Rows, Numbers], Numbers]
    """([row] case, [row, variable]) → [row]"""
    alive: NDArray[np.bool_]
    """[case, variable] what moves its curve at all; the rest is left where it starts"""
    width: Numbers
    """[case] distance of the points of a difference"""


class Ascent:
    """Steps on curves, with the curvature that was last found for each."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        cases, variables = curve.alive.shape
        self._bent = np.zeros((cases, variables, variables))
        self._far = np.ones(cases, np.bool_)

    def steps(self, cases: Rows, at: Numbers) -> Numbers:
        """[row, variable] Newton steps of some cases from [row, variable], each at most `REACH` long.

        Upwards always: where the curve bends up, as far as if it bent down as much. ArithmeticError where a curve has
        no value near.
        """
        slope, ends, bend = self._slopes(cases, at)
        afresh = np.flatnonzero(self._far[cases])
        if len(afresh):
            self._bent[cases[afresh]] = self._curvature(cases[afresh], at[afresh], ends[afresh], bend[afresh])
        values, axes = np.linalg.eigh(self._bent[cases])
        along = np.einsum("cvk,cv->ck", axes, slope) / np.maximum(np.abs(values), FLAT)
        step = np.einsum("cvk,ck->cv", axes, along)
        longest = np.abs(step).max(1)
        self._far[cases] = longest > NEAR
        return np.asarray(step * np.minimum(1.0, REACH / np.maximum(longest, REACH))[:, np.newaxis])

    def _slopes(self, cases: Rows, at: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """[row, variable] slope, [row, variable] sum of the two nearest values less twice the middle, and curvature."""
        row, variable = np.nonzero(self.curve.alive[cases])
        width = self.curve.width[cases[row]]
        points = np.repeat(at[row][np.newaxis], len(_PLACES), axis=0)
        points[:, np.arange(len(row)), variable] += np.multiply.outer(_PLACES, width)
        found = self._value(np.tile(cases[row], len(_PLACES)), points.reshape(-1, at.shape[1]))
        middle = self._value(cases, at)
        f = found.reshape(len(_PLACES), -1) - middle[row]
        slope, ends, bend = (np.zeros(at.shape) for _ in range(3))
        slope[row, variable] = (_SLOPE[:, np.newaxis] * f).sum(0) / width
        bend[row, variable] = (_BEND[:, np.newaxis] * f).sum(0) / width**2
        ends[row, variable] = f[2] + f[3]
        return slope, ends, bend

    def _curvature(self, cases: Rows, at: Numbers, ends: Numbers, bend: Numbers) -> Numbers:
        """[row, variable, variable]."""
        alive = self.curve.alive[cases]
        found = np.zeros((*at.shape, at.shape[1]))
        each = np.arange(at.shape[1])
        found[:, each, each] = bend
        row, one, other = np.nonzero(alive[:, :, np.newaxis] & alive[:, np.newaxis] & (each[:, np.newaxis] < each))
        if len(row):
            width = self.curve.width[cases[row]]
            total = -2 * self._value(cases, at)[row] - ends[row, one] - ends[row, other]
            for way in (1, -1):
                points = at[row]
                points[np.arange(len(row)), one] += way * width
                points[np.arange(len(row)), other] += way * width
                total += self._value(cases[row], points)
            found[row, one, other] = found[row, other, one] = total / (2 * width**2)
        return found

    def _value(self, cases: Rows, points: Numbers) -> Numbers:
        value = self.curve.value(cases, points)
        if not np.isfinite(value).all():
            raise ArithmeticError("an equilibrium on the way to an optimum was not found")
        return value


def climb(curve: Curve, start: Numbers, tolerance: float, most: int) -> tuple[Numbers, NDArray[np.bool_]]:
    """([case, variable] peak near `start`, [case] whether the last of at most `most` steps was within `tolerance`)."""
    ascent, at = Ascent(curve), start.copy()
    open_ = np.arange(len(start))
    for _ in range(most):
        step = ascent.steps(open_, at[open_])
        at[open_] += step
        open_ = open_[np.abs(step).max(1) > tolerance]
        if not len(open_):
            break
    return at, ~np.isin(np.arange(len(start)), open_)


_PLACES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_SLOPE = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60
_BEND = np.array([2.0, -27.0, 270.0, 270.0, -27.0, 2.0]) / 180
"""Weights of the sixth order, on differences from the middle (Fornberg 1988, table 1)."""
