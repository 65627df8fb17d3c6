"""Some runs of a World, read as if there were no others: what is true of few runs is worked out for few."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sim.world.world import World


def window(world: World, rows: NDArray[np.int64]) -> World:
    """The runs `rows` of a World, for reading `array[:, columns]`; what is read is a copy."""
    return cast(World, _Window(world, rows))


class _Window:
    """Lives within a day: what it finds in the World it keeps."""

    def __init__(self, world: World, rows: NDArray[np.int64]) -> None:
        self._world = world
        self._rows = rows
        self.today = world.today

    def __len__(self) -> int:
        return len(self._rows)

    def __getattr__(self, name: str) -> _Columns:
        columns = self.__dict__[name] = _Columns(getattr(self._world, name), self._rows)
        return columns


class _Columns:
    def __init__(self, array: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self._array = array
        self._rows = rows

    def __getitem__(self, key: tuple[slice, Any]) -> NDArray[Any]:
        return self._array[key][self._rows]
