"""Anderson mixing: a fixed-point iteration sped up by its own last steps, run by run.

D. G. Anderson (1965); the form is that of Walker and Ni (2011), type II, with a window.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WINDOW = 6
"""Steps that are remembered."""
RIDGE = 1e-13
"""Weight, relative to the squared steps, that keeps nearly repeated steps from blowing up."""


class Mixing:
    """Remembers points and their steps [run, variable] and proposes the next point."""

    def __init__(self) -> None:
        self._points: list[Numbers] = []
        self._steps: list[Numbers] = []

    def next(self, point: Numbers, step: Numbers) -> Numbers:
        """The point that a combination of the remembered steps leads to; the plain step when there is no other."""
        self._points = [*self._points[-WINDOW:], point]
        self._steps = [*self._steps[-WINDOW:], step]
        if len(self._steps) == 1:
            return point + step
        moved = np.diff(np.stack(self._points, axis=1), axis=1)
        turned = np.diff(np.stack(self._steps, axis=1), axis=1)
        gram = np.matmul(turned, turned.transpose(0, 2, 1))
        size = np.einsum("rkk->r", gram)[:, np.newaxis, np.newaxis]
        gram = gram + (RIDGE * size + np.finfo(np.float64).tiny) * np.eye(gram.shape[1])
        weight = np.linalg.solve(gram, np.matmul(turned, step[..., np.newaxis]))
        mixed: Numbers = point + step - np.matmul(weight.transpose(0, 2, 1), moved + turned)[:, 0]
        return mixed
