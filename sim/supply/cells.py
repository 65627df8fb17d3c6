"""Cells: the uses of a material in a sector of a region, kept in one row for each run.

A use that no run has is left out. Cells are in the order of region, sector, material.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


class Cells:
    """Where each cell lies among regions, sectors and materials, and sums over cells."""

    def __init__(self, need: Numbers) -> None:
        """`need` [run, region, sector, material] tonnes a week."""
        used = (need > 0).any(axis=0)
        self.shape: tuple[int, int, int] = used.shape
        self.place = np.flatnonzero(used)
        self.region, self.sector, self.material = np.unravel_index(self.place, used.shape)
        self._materials = _Groups(self.material, used.shape[2])
        self._stores = _Groups(self.region * used.shape[2] + self.material, used.shape[0] * used.shape[2])

    def __len__(self) -> int:
        return len(self.place)

    def of(self, array: Numbers) -> Numbers:
        """[run, region, sector, material] → [run, cell]."""
        flat = array.reshape(len(array), -1)
        return flat if len(self) == flat.shape[1] else flat[:, self.place]

    def spread(self, array: Numbers, fill: float) -> Numbers:
        """[run, cell] → [run, region, sector, material], `fill` where there is no cell."""
        if len(self) == self.shape[0] * self.shape[1] * self.shape[2]:
            return array.reshape(len(array), *self.shape)
        dense = np.full((len(array), self.shape[0] * self.shape[1] * self.shape[2]), fill)
        dense[:, self.place] = array
        return dense.reshape(len(array), *self.shape)

    def by_material(self, array: Numbers) -> Numbers:
        """Sums of [run, cell] → [run, material]."""
        return self._materials.sums(array)

    def by_store(self, array: Numbers) -> Numbers:
        """Sums of [run, cell] → [run, region, material]."""
        return self._stores.sums(array).reshape(len(array), self.shape[0], self.shape[2])


class _Groups:
    """Sums over cells that belong together, in the order of the cells, each run by itself."""

    def __init__(self, group: Places, groups: int) -> None:
        self.groups = groups
        self.order = np.argsort(group, kind="stable")
        self.present, self.first = np.unique(group[self.order], return_index=True)

    def sums(self, array: Numbers) -> Numbers:
        sums = np.zeros((len(array), self.groups))
        if len(self.present):
            sums[:, self.present] = np.add.reduceat(array[:, self.order], self.first, axis=1)
        return sums
