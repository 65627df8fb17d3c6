"""Solving batches: a few runs at a time by chord steps from the base, hard ones alone with slopes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.economy.base import Base
from sim.economy.equilibrium import Batch, State, Step
from sim.economy.mixing import Mixing
from sim.economy.problem import Places, Problem
from sim.economy.tangent import Slopes, Tangent, tangent

Numbers = NDArray[np.float64]

TOLERANCE = 1e-10
"""Largest error of a solution: of log prices, expenditure hats, labour demand over value added, log rents."""
STEPS = 120
"""Most steps to one equilibrium, or to one part of the way."""
PLAIN_STEPS = 16
"""Steps before their mixing begins: most runs need no more, and mixing costs as much as a third of a step."""
PARTS = 24
"""Most parts into which the way to a very large shock is divided."""
BATCH_BYTES = 1_500_000
"""Trade shares of the runs that are worked out together: they should fit a processor's cache."""


@dataclass(eq=False)
class Solved:
    """States of all runs and how they were reached."""

    state: State
    error: Numbers
    """[run]"""
    labour: Numbers
    """[run] excess demand for labour in the market that is left out of no equation, over base value added"""
    steps: NDArray[np.int64]
    """[run]"""
    converged: NDArray[np.bool_]
    """[run]"""


class Solver:
    """Solves problems of one base."""

    def __init__(self, base: Base) -> None:
        self.base = base
        duties = base.flows * (1 + base.export_tax) * base.tariff
        ones = np.ones(base.regions)
        self._tangent = tangent(base, base.share, base.flows, duties, base.expenditure, ones)
        self._weight = base.value_added / base.value_added.sum()
        self._together = max(1, min(64, BATCH_BYTES // base.share.nbytes))

    def solve(self, problem: Problem, start: State | None = None) -> Solved:
        """The equilibria of all runs; `start` are states near them, by default the base."""
        runs = len(problem)
        state = State.start(problem, self.base) if start is None else start.take(np.arange(runs))
        solved = Solved(
            state, np.full(runs, np.inf), np.full(runs, np.inf), np.zeros(runs, np.int64), np.zeros(runs, np.bool_)
        )
        for first in range(0, runs, self._together):
            self._batch(problem, solved, np.arange(first, min(runs, first + self._together)))
        for row in np.flatnonzero(~solved.converged):
            self._alone(problem, solved, np.array([row]))
        return solved

    def _batch(self, problem: Problem, solved: Solved, rows: Places) -> None:
        """Solve some runs together by the slopes of the base."""
        part = problem.take(rows)
        batch = Batch(self.base, part)
        slopes = Slopes.of(self._tangent, part.elasticity, self._weight)
        for state, step, count in _path(batch, slopes, solved.state.take(rows), STEPS):
            found = (step.error <= TOLERANCE) & ~solved.converged[rows]
            if found.any():
                _keep(solved, rows, found, state, step, count)
            if solved.converged[rows].all():
                return
        solved.steps[rows[~solved.converged[rows]]] = STEPS

    def _alone(self, problem: Problem, solved: Solved, row: Places) -> None:
        """The way to a very large shock in parts, from each solution to the next by fresh slopes."""
        whole, base = problem.take(row), self.base
        tariff, tax = base.tariff.reshape(-1)[whole.cell], base.export_tax.reshape(-1)[whole.cell]
        state, way, stride = State.start(whole, base), 0.0, 0.5
        for _ in range(PARTS):
            goal = min(1.0, way + stride)
            batch = Batch(base, whole.part(goal, tariff, tax))
            with np.errstate(all="ignore"):
                slopes = Slopes.of(self._tangent_at(batch, state), whole.elasticity, self._weight)
            there, step, count = self._end(batch, slopes, state)
            solved.steps[row] += count
            solved.error[row], solved.labour[row] = step.error, step.labour
            if step.error[0] > TOLERANCE or np.isnan(step.error[0]):
                stride /= 2
                continue
            if goal == 1.0:
                _keep(solved, row, np.ones(1, np.bool_), there, step, 0)
                return
            state, way, stride = there, goal, 2 * stride
        self._give_up(whole, solved, row, state)

    def _give_up(self, whole: Problem, solved: Solved, row: Places, state: State) -> None:
        """Leave the run at the farthest state on its way, with what is left open there."""
        batch = Batch(self.base, whole)
        with np.errstate(all="ignore"):
            slopes = Slopes.of(self._tangent, whole.elasticity, self._weight)
            step = batch.step(state, slopes)
        solved.state.put(row, state)
        solved.error[row], solved.labour[row] = np.nan_to_num(step.error, nan=np.inf), step.labour

    @staticmethod
    def _end(batch: Batch, slopes: Slopes, state: State) -> tuple[State, Step, int]:
        """Where the path of one run ends, and after how many steps: at a solution, or after the most steps."""
        path = _path(batch, slopes, state, STEPS)
        last = next(path)
        for reached in path:
            if last[1].error[0] <= TOLERANCE:
                break
            last = reached
        return last

    def _tangent_at(self, batch: Batch, state: State) -> Tangent:
        share, flows, duties, spent = batch.trade(state)
        return tangent(self.base, share[0], flows[0], duties[0], spent[0], np.exp(state.log_wage[0]))


def _path(batch: Batch, slopes: Slopes, state: State, most: int) -> Iterator[tuple[State, Step, int]]:
    """The states that steps lead through, each with the step that leaves it; after the first steps they are mixed."""
    mixing = Mixing()
    with np.errstate(all="ignore"):  # a run that runs away is told by its error
        for count in range(most):
            step = batch.step(state, slopes)
            yield state, step, count
            if count < PLAIN_STEPS:
                state = step.state
                continue
            here = state.flat()
            following = step.state.flat() - here
            lost = ~np.isfinite(following).all(1)
            following[lost] = 0.0
            state = step.state.moved_to(mixing.next(here, following))


def _keep(solved: Solved, rows: Places, found: NDArray[np.bool_], state: State, step: Step, steps: int) -> None:
    chosen = rows[found]
    solved.state.put(chosen, state.take(np.flatnonzero(found)))
    solved.error[chosen], solved.labour[chosen] = step.error[found], step.labour[found]
    solved.steps[chosen] += steps
    solved.converged[chosen] = True
