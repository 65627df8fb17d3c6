"""Sums that come out the same bit for bit whoever shares the array."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.supply.firms import over_quantiles

Numbers = NDArray[np.float64]


def total(values: Numbers, *axes: int) -> Numbers:
    """Sum over some axes, one entry after the other.

    NumPy chooses how to add by the lengths of all axes, so that a run alone would differ from the same run among
    others in the last digit.
    """
    moved = np.moveaxis(values, axes, range(len(axes)))
    entries = moved.reshape(math.prod(moved.shape[: len(axes)]), *moved.shape[len(axes) :])
    return over_quantiles(entries)
