"""Odds under beliefs: a result's futures weighed so that what a user holds true holds, and none of them played again.

Of all weights under which every believed share is met exactly, those are taken that change the futures least: they
minimise the relative entropy to equal weights (Csiszár, Annals of Probability 3, 1975), and are products of one factor
for each statement. For one statement with share q among the futures and p believed they are p/q and (1 − p)/(1 − q).
What chance and assumptions are like given the statements stays as it was simulated; that is the belief's meaning, and
its limit.

Fewer futures carry the answer: n futures count as many as (Σw)²/Σw² of equal weight (Kish, Survey Sampling, 1965). The
error of a weighted share is that of a calibration estimator: the spread, over draws of the assumptions, of the weighted
residuals that the statements leave (Deville and Särndal, JASA 87, 1992). So a believed share itself has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statements import Statement, StatementError, statement, truths
from sim.results.result import Result
from sim.scenario.scalars import parse
from sim.scenario.units import Dimension

FEWEST = 200
"""Futures of equal weight below which reweighted odds are rough: a share may be seven points off (two errors)."""
SAME = 1e-12
"""A believed share this near to that of the futures is that share, written in decimals."""
MOST = 12
"""Beliefs at once: beyond, their combinations are too many for any ensemble to fill."""


@dataclass(frozen=True)
class Belief:
    """The share of futures in which a user holds a statement true."""

    statement: Statement
    share: float


@dataclass(frozen=True)
class Shift:
    """A share of futures under the beliefs, against the same as it was simulated. All are shares 0–1."""

    base: float
    share: float
    change: float
    error: float
    """standard error of the share under the beliefs"""
    change_error: float
    """standard error of the change"""

    @property
    def clear(self) -> bool:
        """Whether the change is more than twice its error."""
        return abs(self.change) > 2 * self.change_error


@dataclass(frozen=True)
class Believed:
    """A result under beliefs."""

    beliefs: tuple[Belief, ...]
    """by name"""
    base: tuple[float, ...]
    """share of futures in which each statement holds, as simulated"""
    holds: NDArray[np.bool_]
    """[run, belief]"""
    weights: NDArray[np.float64]
    """[run], none negative; they sum to the number of runs"""
    chances: int

    @property
    def effective(self) -> float:
        """How many futures of equal weight would tell as much."""
        return float(self.weights.sum() ** 2 / np.square(self.weights).sum())

    @property
    def rough(self) -> bool:
        """Whether too few futures carry the answer."""
        return self.effective < FEWEST

    def shift(self, measure: NDArray[np.bool_]) -> Shift:
        """How the beliefs move the share of futures in which something holds; `measure` is [run]."""
        value = measure.astype(np.float64)
        runs, base = len(value), float(value.sum() / len(value))
        share = float((self.weights * value).sum() / runs)
        residual = self.weights * (value - share - self._explained(value))
        return Shift(base, share, share - base, self._error(residual), self._error(residual - (value - base)))

    def odds(self, result: Result) -> dict[str, Shift]:
        """Of each outcome, in the order of the file."""
        return {name: self.shift(result.outcome == place) for place, name in enumerate(result.outcome_names)}

    def _explained(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """[run] what the statements tell of a value, by weighted regression: known, because they are."""
        centred = self.holds - np.average(self.holds, axis=0, weights=self.weights)
        weighted = centred * self.weights[:, None]
        slope, *_ = np.linalg.lstsq(weighted.T @ centred, weighted.T @ value, rcond=1e-10)
        return np.asarray(centred @ slope)

    def _error(self, influence: NDArray[np.float64]) -> float:
        """Standard error of a mean from what each run adds to it; draws of the assumptions are the units."""
        by_draw = np.bincount(np.arange(len(influence)) // self.chances, influence)
        draws = len(by_draw)
        if draws < 2:
            return float("nan")
        return float(np.sqrt(draws / (draws - 1) * np.square(by_draw).sum()) / len(influence))


def read(result: Result, texts: Sequence[str]) -> list[Belief]:
    """Beliefs from `NAME=SHARE` (`leaders_meeting=0.73`, `ieepa.struck=40 %`), by name.

    StatementError for a name that says nothing, a share that is none, a statement believed twice.
    """
    found: dict[str, Belief] = {}
    for text in texts:
        name, equals, written = text.partition("=")
        if not equals or not written.strip():
            raise StatementError(f"found {text!r}; write NAME=SHARE, such as leaders_meeting=73 %")
        one = statement(result.plan, name.strip())
        try:
            share = float(parse(written.strip(), Dimension.share).value)
        except ValueError as error:
            raise StatementError(f"{name.strip()}: {error}") from None
        if one.name in found and found[one.name].share != share:
            raise StatementError(f"{one.name} is believed twice: with {found[one.name].share:g} and with {share:g}")
        found[one.name] = Belief(one, share)
    if len(found) > MOST:
        raise StatementError(f"found {len(found)} beliefs; at most {MOST} can be held at once")
    return [found[name] for name in sorted(found)]


def believed(result: Result, beliefs: Sequence[Belief]) -> Believed:
    """The result under beliefs, at least one. StatementError where no weights meet them, naming which."""
    ordered = tuple(sorted(beliefs, key=lambda belief: belief.statement.name))
    holds = np.stack([truths(result, belief.statement) for belief in ordered], axis=1)
    base = tuple(float(share) for share in holds.mean(axis=0))
    futures = f"the {result.runs:,} futures"
    for belief, share in zip(ordered, base, strict=True):
        if share in (0, 1) and belief.share != share:
            raise StatementError(
                f"{_written(belief)} cannot be met: it holds in {'every one' if share else 'none'} of {futures}; more "
                "runs, or a what-if, would be needed"
            )
    shares = np.array([belief.share for belief in ordered])
    if (against := conflict(holds, shares)) is not None:
        listed = ", ".join(_written(ordered[place]) for place in against)
        raise StatementError(f"no weighing of {futures} meets these together: {listed}; change one, or play a what-if")
    return Believed(ordered, base, holds, tilted(holds, shares), result.chances)


def _written(belief: Belief) -> str:
    return f"{belief.statement.name}={belief.share:g}"


# ── Weights ──────────────────────────────────────────────────────────────────────────────────────────


def tilted(holds: NDArray[np.bool_], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """[run] weights nearest to equal ones, by relative entropy, under which `holds` [run, statement] has these shares.

    They are not negative and sum to the number of runs. StatementError where there are none.
    """
    base = holds.mean(axis=0)
    if (np.abs(base - shares) <= SAME).all():
        return np.ones(len(holds))
    if holds.shape[1] == 1 and 0 < base[0] < 1:
        return np.where(holds[:, 0], shares[0] / base[0], (1 - shares[0]) / (1 - base[0]))
    cells = _Cells.of(holds)
    possible = cells.possible(shares)
    if possible is None:
        raise StatementError("no weights of these futures meet the believed shares")
    weight = np.zeros(len(cells.share))
    weight[possible] = _least_changed(cells.patterns[possible], cells.share[possible], shares)
    return (weight / cells.share)[cells.cell]


def conflict(holds: NDArray[np.bool_], shares: NDArray[np.float64]) -> list[int] | None:
    """The places of statements that cannot have their shares together, no fewer of which clash; None where all can."""
    kept = list(range(holds.shape[1]))
    if _Cells.of(holds).possible(shares) is not None:
        return None
    for place in range(holds.shape[1]):
        fewer = [other for other in kept if other != place]
        if fewer and _Cells.of(holds[:, fewer]).possible(shares[fewer]) is None:
            kept = fewer
    return kept


@dataclass(frozen=True)
class _Cells:
    """The futures by which of the statements hold in them; all futures of a cell have the same weight."""

    patterns: NDArray[np.float64]
    """[cell, statement] 1 where it holds"""
    share: NDArray[np.float64]
    """[cell] of all futures"""
    cell: NDArray[np.int64]
    """[run]"""

    @classmethod
    def of(cls, holds: NDArray[np.bool_]) -> _Cells:
        patterns, cell, counts = np.unique(holds, axis=0, return_inverse=True, return_counts=True)
        return cls(patterns.astype(np.float64), counts / len(holds), cell.ravel())

    def possible(self, shares: NDArray[np.float64]) -> NDArray[np.bool_] | None:
        """[cell] whether a weighing that meets the shares can give the cell any weight; None where none meets them.

        One linear program finds them all: weights, up to a common factor t ≥ 1, that are at least u ≤ 1 in as many
        cells as can be.
        """
        from scipy.optimize import linprog

        count, statements = self.patterns.shape
        least = np.hstack([-np.eye(count), np.eye(count), np.zeros((count, 1))])  # u ≤ w
        rows = np.vstack([np.ones(count), self.patterns.T])
        met = np.hstack([rows, np.zeros((statements + 1, count)), -np.r_[1.0, shares][:, None]])
        aim = np.r_[np.zeros(count), -np.ones(count), 0.0]
        bounds = [(0, None)] * count + [(0, 1)] * count + [(1, None)]
        found = linprog(aim, least, np.zeros(count), met, np.zeros(statements + 1), bounds, method="highs")
        return np.asarray(found.x[count : 2 * count] > 0.5) if found.status == 0 else None


_STEPS = 200
"""Of Newton's method; from equal weights it needs five to fifteen."""


def _least_changed(
    patterns: NDArray[np.float64], share: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """[cell] weights that sum to one, by Newton's method on the convex dual, each step halved until it descends."""
    centred, tilt = patterns - shares, np.zeros(len(shares))
    weight, level = _tilt(centred, share, tilt)
    for _ in range(_STEPS):
        gap = weight @ centred
        if np.abs(gap).max() < 1e-15:
            break
        spread = (centred * weight[:, None]).T @ centred - np.outer(gap, gap)
        step, *_ = np.linalg.lstsq(spread, gap, rcond=1e-13)
        size = 1.0
        while size > 1e-9:
            nearer, lower = _tilt(centred, share, tilt - size * step)
            if lower <= level:
                break
            size /= 2
        else:
            break  # nothing descends any more: it is met as far as numbers go
        tilt, weight, level = tilt - size * step, nearer, lower
    return weight


def _tilt(
    centred: NDArray[np.float64], share: NDArray[np.float64], tilt: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights with these factors, and the dual's level."""
    logarithm = np.log(share) + centred @ tilt
    top = float(logarithm.max())
    weight = np.exp(logarithm - top)
    return weight / weight.sum(), top + float(np.log(weight.sum()))
