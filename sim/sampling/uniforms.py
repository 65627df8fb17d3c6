"""One uniform for each (seed, stream, occasion, run), from counter-based Philox.

The value for run k is word k of the stream's own sequence, so it depends on nothing but those four: not on the
size of the ensemble, the order of draws, or what other runs do. (Salmon et al., Parallel random numbers: as easy
as 1, 2, 3, SC11, 2011.)
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

WORDS = 4
"""64-bit words that Philox 4×64 gives for one value of its counter"""
GAP = 4096
"""Words between two wanted ones that are skipped rather than drawn: to skip costs about as much as to draw so many."""


class Branch(NamedTuple):
    """One fork in a future's past: after `day`, child `child` of run `run` draws from streams of its own."""

    run: int
    day: int
    child: int


class Uniforms:
    """Uniforms of a fixed list of futures.

    Parameters
    ----------
    seed : int
    runs : int64 [future]
        Run numbers; any order, repeats allowed.
    branches : list of tuple of Branch, optional
        For each future, its forks so far; nothing for a run of the ensemble itself.
    """

    def __init__(self, seed: int, runs: NDArray[np.int64], branches: list[tuple[Branch, ...]] | None = None) -> None:
        self.seed = seed
        self.runs = np.asarray(runs, dtype=np.int64)
        self.branches = branches
        self._groups = None if branches is None else _grouped(branches)

    def draw(self, stream: str, occasion: str = "", rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """[future] uniforms in the open interval (0, 1); those of the futures `rows`, where given."""
        if self._groups is None:
            numbers = self.runs if rows is None else self.runs[rows]
            return _words(_key(self.seed, stream, occasion, ()), numbers)
        drawn = np.empty(len(self.runs))
        for lineage, (members, counters) in self._groups.items():
            numbers = self.runs[members] if counters is None else counters
            drawn[members] = _words(_key(self.seed, stream, occasion, lineage), numbers)
        return drawn if rows is None else drawn[rows]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The uniforms of some futures, in the order given."""
        branches = None if self.branches is None else [self.branches[row] for row in rows]
        return type(self)(self.seed, self.runs[rows], branches)

    def fork(self, rows: NDArray[np.int64], children: int, day: int) -> Self:
        """`children` futures of each row, parent by parent; child 0 keeps the draws of its parent."""
        branches = []
        for row in rows:
            past = self.branches[row] if self.branches is not None else ()
            run = int(self.runs[row])
            branches += [past if child == 0 else (*past, Branch(run, day, child)) for child in range(children)]
        return type(self)(self.seed, np.repeat(self.runs[rows], children), branches)

    def lineage(self) -> dict[str, object]:
        """Everything that `from_lineage` needs, as plain data."""
        return {"seed": self.seed, "runs": self.runs.tolist(), "branches": self.branches}

    @classmethod
    def from_lineage(cls, lineage: dict[str, object]) -> Self:
        """The uniforms that were written down by `lineage`."""
        stored = lineage["branches"]
        branches = None if stored is None else [tuple(Branch(*one) for one in past) for past in stored]  # type: ignore[attr-defined]
        return cls(int(lineage["seed"]), np.array(lineage["runs"], dtype=np.int64), branches)  # type: ignore[call-overload]


_Lineage = tuple[tuple[int, int, int], ...]


def _grouped(
    branches: list[tuple[Branch, ...]],
) -> dict[_Lineage, tuple[NDArray[np.int64], NDArray[np.int64] | None]]:
    """Futures that share a stream: lineage → (rows, counters within the stream; None where the run number counts)."""
    rows: dict[_Lineage, list[int]] = {}
    for row, past in enumerate(branches):
        lineage: _Lineage = () if not past else (*past[:-1], Branch(past[-1].run, past[-1].day, 0))
        rows.setdefault(lineage, []).append(row)
    return {
        lineage: (
            np.array(members),
            np.array([branches[row][-1].child for row in members]) if lineage else None,
        )
        for lineage, members in rows.items()
    }


def _key(seed: int, stream: str, occasion: str, lineage: _Lineage) -> int:
    """128 bits that name a stream."""
    text = "\x1f".join((str(seed), stream, occasion, *(f"{run}/{day}/{child}" for run, day, child in lineage)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")


def _words(key: int, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """The words at `numbers` of the stream `key`, as uniforms in (0, 1)."""
    if not len(numbers):
        return np.empty(0)
    first, last = int(numbers.min()), int(numbers.max())
    if last - first >= GAP + len(numbers):
        found, inverse = np.unique(numbers, return_inverse=True)
        parts = np.split(found, np.flatnonzero(np.diff(found) > GAP) + 1)
        chosen = [_range(key, int(part[0]), int(part[-1]) + 1)[part - part[0]] for part in parts]
        return _uniforms(np.concatenate(chosen)[inverse])
    words = _range(key, first, last + 1)
    return _uniforms(words if len(words) == len(numbers) and _ascending(numbers) else words[numbers - first])


def _ascending(numbers: NDArray[np.int64]) -> bool:
    return bool((np.diff(numbers) == 1).all())


def _range(key: int, first: int, stop: int) -> NDArray[np.uint64]:
    generator = np.random.Philox(key=key)
    block = first // WORDS
    if block:
        generator.advance(block)
    return generator.random_raw(stop - block * WORDS)[first - block * WORDS :]


def _uniforms(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """53 bits and a half step: never 0 or 1, so that every inverse CDF is finite."""
    uniforms: NDArray[np.float64] = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return uniforms
