"""Ages: buyers adjust to a change of a tariff over years, and every change has its own age.

A wedge is ln(1+t). What buyers have adjusted to on a day is

    acted on = base + Σ over steps k of share(age of k) · (level of k − level of k−1)

The steps of a cell that stand are kept as *levels*, each with its day, never as differences, so that nothing is
lost to rounding. They lie ever further from the base, all to one side:

- A change further away is a step of its own.
- A change back takes the latest steps back first. What was reversed leaves no trace, to the last bit.
- A change past the base takes all steps back and is a step to the other side.
- What happens within one day counts net: +20 is +10 twice.

Effects are reported against the policy of a day held (:meth:`Steps.held`). From that day its levels and what
buyers had adjusted to are the new base: a policy that stays the same drifts no further, and both a hike and a
cut that is reversed later leave no trace. Such a cut undoes what was done in proportion: one of the whole wedge
leads, in the end, to no effect of it at all, even if buyers had adjusted to part of it only.

An assumption stands behind "no trace": who has begun to adjust to a change that is reversed goes back at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

DAYS_A_YEAR = 365.0
FIRST_YEAR = 0.38
"""Share of the long-run response after one year: −0.76 of −2.0, the elasticity of tariff-exclusive imports.
Boehm, Levchenko, Pandalai-Nayar, "The Long and Short (Run) of Trade Elasticities", AER 113(4), 2023."""
TIME_DAYS = 3 * DAYS_A_YEAR
"""Days in which the rest of the way shrinks to 1/e: a curve through −0.76 after one year and about −1.8 after
seven of the same paper (own fit; the paper finds convergence in 7 to 10 years)."""
DEPTH = 8


def share(age_days: ArrayLike, first_year: ArrayLike = FIRST_YEAR, time_days: ArrayLike = TIME_DAYS) -> Numbers:
    """How much of the long-run response a change of this age has had, 0 to 1.

    1 − (1 − first_year)·exp(−(age − 1 year)/time): with the defaults 0.13 at once, 0.38 after one year. The
    arguments are broadcast against each other.
    """
    rest = 1.0 - np.asarray(first_year, dtype=np.float64)
    late = (np.asarray(age_days, dtype=np.float64) - DAYS_A_YEAR) / np.asarray(time_days, dtype=np.float64)
    return np.clip(1.0 - rest * np.exp(-late), 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Steps:
    """The outstanding steps of wedges ln(1+t), [run, cell], and the days they were made.

    A cell is whatever has one wedge: a pair of regions and a sector, or a group of goods. It takes
    16·depth + 32 bytes a run, so cells that never change are better left out.
    """

    origin: Numbers
    """[run, cell] wedges that buyers had fully adjusted to at first"""
    base: Numbers
    """[run, cell] wedges on which the steps stand: `origin`, later those of the policy held"""
    adjusted: Numbers
    """[run, cell] what buyers had adjusted to when `base` was the present wedge"""
    wedge: Numbers
    """[run, cell] present wedges"""
    level: Numbers
    """[run, cell, step] wedge after each step of days before `today`; free places repeat the last"""
    since: Numbers
    """[run, cell, step] day of each step; 0 in free places; not whole where two steps were merged"""
    today: Numbers
    """[run] day of the last change, −∞ before the first; what changed on it is in `wedge` only"""
    held_since: Numbers
    """[run] day whose policy is held for comparison, ∞ if none"""

    @classmethod
    def at_rest(cls, wedge: ArrayLike, depth: int = DEPTH) -> Self:
        """Buyers have fully adjusted to `wedge`, ln(1+t) [run, cell].

        Of more than `depth` outstanding steps of a cell (at least 2) the two oldest are merged into one, of the
        mean of their days weighted by size: up to this depth a reversal leaves no trace. ValueError for another
        shape or numbers that are not finite.
        """
        start = np.array(wedge, dtype=np.float64)
        if start.ndim != 2 or not np.isfinite(start).all():
            raise ValueError(f"wedges are finite numbers [run, cell]; found shape {start.shape}")
        if depth < 2:
            raise ValueError(f"depth is {depth}; at least 2 steps are kept")
        level = np.repeat(start[:, :, None], depth, axis=2)
        runs = len(start)
        today, held_since = np.full(runs, -np.inf), np.full(runs, np.inf)
        return cls(start, start.copy(), start.copy(), start.copy(), level, np.zeros_like(level), today, held_since)

    def push(self, rows: NDArray[np.intp] | NDArray[np.bool_], day: ArrayLike, wedge: ArrayLike) -> None:
        """From `day` on the wedges of `rows` are `wedge` [row, cell].

        `rows` are different runs, or a mask of them; `day` is one number or [row]. ValueError for a day before
        the last change of a row, and for numbers that are not finite.
        """
        rows = np.arange(len(self.today))[rows]
        wedge = np.asarray(wedge, dtype=np.float64)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), rows.shape)
        if not np.isfinite(wedge).all():
            raise ValueError("a wedge is not a finite number")
        self._not_before(days, self.today[rows])
        self._settle(rows[days > self.today[rows]])
        self.today[rows] = days
        self.wedge[rows] = wedge

    def acted_on(self, day: ArrayLike, first_year: ArrayLike = FIRST_YEAR, time_days: ArrayLike = TIME_DAYS) -> Numbers:
        """The wedges ln(1+t) that buyers have adjusted to on `day`, [run, cell].

        `day`, `first_year` and `time_days` (see :func:`share`) are one number or [run]. ValueError for a day
        before the last change of a run.
        """
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), self.today.shape)
        self._not_before(days, self.today)
        first_year, time_days = (np.asarray(given, dtype=np.float64) for given in (first_year, time_days))
        first_year, time_days = (given[:, None] if given.ndim else given for given in (first_year, time_days))
        level = _standing(self.level, self.base, self.wedge)
        total, before = self.adjusted.copy(), self._felt(self.base)
        for k in range(level.shape[2]):
            after = self._felt(level[:, :, k])
            if (after == before).all():
                break  # free places in every cell
            total += share(days[:, None] - self.since[:, :, k], first_year, time_days) * (after - before)
            before = after
        return total + share((days - self.today)[:, None], first_year, time_days) * (self._felt(self.wedge) - before)

    def held(self, day: float, first_year: ArrayLike = FIRST_YEAR, time_days: ArrayLike = TIME_DAYS) -> Self:
        """A copy in which the policy of `day` is the one held: its steps adjust no further than on `day`.

        Without a change :meth:`acted_on` is from then on what it was on `day`. ValueError if `day` is before a
        change, or if a policy is held already.
        """
        if np.isfinite(self.held_since).any():
            raise ValueError(f"the policy of day {self.held_since.min():g} is held already")
        adjusted = self.acted_on(day, first_year, time_days)
        new = type(self).at_rest(self.wedge, self.level.shape[2])
        new.origin[:], new.adjusted[:] = self.origin, adjusted
        new.today[:], new.held_since[:] = day, day
        return new

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """A copy of the runs `rows`, in this order; a run may be taken more than once."""
        rows = np.arange(len(self.today))[rows]
        return type(self)(*(array[rows] for array in self.arrays().values()))

    def arrays(self) -> dict[str, Numbers]:
        """All state by name, ready for numpy.savez."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def restore(cls, arrays: Mapping[str, Numbers]) -> Self:
        """A copy of the state that :meth:`arrays` gave. KeyError if one is missing."""
        return cls(**{field.name: np.array(arrays[field.name], dtype=np.float64) for field in fields(cls)})

    @staticmethod
    def _not_before(days: Numbers, last: Numbers) -> None:
        early = ~(days >= last)
        if early.any():
            raise ValueError(f"day {days[early][0]:g} is before the last change, on day {last[early][0]:g}")

    def _felt(self, wedge: Numbers) -> Numbers:
        """What buyers adjust to in the end under a wedge: in proportion where it undoes a step of the policy held."""
        way = self.base - self.origin
        done = np.divide(self.adjusted - self.origin, way, out=np.ones_like(way), where=way != 0)
        between = np.clip(wedge, np.minimum(self.origin, self.base), np.maximum(self.origin, self.base))
        return self.origin + done * (between - self.origin) + (wedge - between)

    def _settle(self, rows: NDArray[np.intp]) -> None:
        """What changed on a day that is over becomes a step."""
        base, wedge, since = self.base[rows], self.wedge[rows], self.since[rows]
        level = _standing(self.level[rows], base, wedge)
        stands = level != np.concatenate([base[:, :, None], level[:, :, :-1]], axis=2)
        since[~stands] = 0.0
        count = stands.sum(axis=2)
        changes = wedge != level[:, :, -1]
        full = changes & (count == level.shape[2])
        if full.any():
            level[full], since[full] = _merged(base[full], level[full], since[full])
            count[full] -= 1
        places = np.arange(level.shape[2])
        free = changes[:, :, None] & (places >= count[:, :, None])
        latest = changes[:, :, None] & (places == count[:, :, None])
        self.level[rows] = np.where(free, wedge[:, :, None], level)
        self.since[rows] = np.where(latest, self.today[rows][:, None, None], since)


def _standing(level: Numbers, base: Numbers, wedge: Numbers) -> Numbers:
    """Levels [.., step] that a present wedge [..] leaves standing; places of steps that it undoes repeat the last."""
    above = np.minimum(level, np.maximum(wedge, base)[..., None])
    below = np.maximum(level, np.minimum(wedge, base)[..., None])
    return np.where((level[..., 0] > base)[..., None], above, below)


def _merged(base: Numbers, level: Numbers, since: Numbers) -> tuple[Numbers, Numbers]:
    """Levels and days [.., step] with the two oldest steps as one; the last place, now free, repeats the last level."""
    first, second = level[..., 0] - base, level[..., 1] - level[..., 0]
    day = (first * since[..., 0] + second * since[..., 1]) / (first + second)
    last = np.zeros_like(day)
    days = np.concatenate([day[..., None], since[..., 2:], last[..., None]], axis=-1)
    return np.concatenate([level[..., 1:], level[..., -1:]], axis=-1), days
