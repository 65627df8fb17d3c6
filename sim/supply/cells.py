"""Cells: the uses of a material in a sector of a region, kept in one row for each run.

A use that no run has is left out. Cells are in the order of region, sector, material. Arrays [run, cell] have the runs
of a cell together in memory: what is the same for all cells of a run then meets long stretches. All other arrays have
those of a run together, so that sums over their other axes are in one order however many runs there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Cells:
    """Where each cell lies among regions, sectors and materials, and sums over cells."""

    def __init__(self, need: Numbers) -> None:
        """`need` [run, region, sector, material] tonnes a week."""
        used = (need > 0).any(axis=0)
        self.shape: tuple[int, int, int] = used.shape
        self.place = np.flatnonzero(used)
        self.region, self.sector, self.material = np.unravel_index(self.place, used.shape)

    def __len__(self) -> int:
        return len(self.place)

    def of(self, array: Numbers) -> Numbers:
        """[run, region, sector, material] → [run, cell]."""
        return np.asfortranarray(array.reshape(len(array), -1)[:, self.place])

    def of_material(self, array: Numbers) -> Numbers:
        """[run, material] → [run, cell]."""
        return array.T[self.material].T

    def of_sector(self, array: Numbers) -> Numbers:
        """[run, sector] → [run, cell]."""
        return array.T[self.sector].T

    def of_store(self, array: Numbers) -> Numbers:
        """[run, region, material] → [run, cell]."""
        return array.transpose(1, 2, 0)[self.region, self.material].T

    def of_branch(self, array: Numbers) -> Numbers:
        """[run, region, sector] → [run, cell]."""
        return array.transpose(1, 2, 0)[self.region, self.sector].T

    def spread(self, array: Numbers, fill: float) -> Numbers:
        """[run, cell] → [run, region, sector, material], `fill` where there is no cell."""
        dense = np.full((self.shape[0] * self.shape[1] * self.shape[2], len(array)), fill)
        dense[self.place] = array.T
        return np.ascontiguousarray(dense.reshape(*self.shape, len(array)).transpose(3, 0, 1, 2))

    def least(self, array: Numbers) -> Numbers:
        """The least of [run, cell] over materials → [run, region, sector]; 1 where there is no cell."""
        least = np.ones((*self.shape[:2], len(array)))
        for one, region, sector in zip(array.T, self.region, self.sector, strict=True):
            np.minimum(least[region, sector], one, out=least[region, sector])
        return np.ascontiguousarray(least.transpose(2, 0, 1))

    def by_material(self, array: Numbers) -> Numbers:
        """Sums of [run, cell] → [run, material], in the order of the cells."""
        sums = np.zeros((self.shape[2], len(array)))
        for one, material in zip(array.T, self.material, strict=True):
            sums[material] += one
        return np.ascontiguousarray(sums.T)

    def by_store(self, array: Numbers) -> Numbers:
        """Sums of [run, cell] → [run, region, material], in the order of the cells."""
        sums = np.zeros((self.shape[0], self.shape[2], len(array)))
        for one, region, material in zip(array.T, self.region, self.material, strict=True):
            sums[region, material] += one
        return np.ascontiguousarray(sums.transpose(2, 0, 1))
