"""A scenario's tariff series beside published figures: the gap on every day that both have, and what it comes to.

Nothing later than as_of is compared, nor anything before `start`. On the days compared all runs agree, unless a state
at the start is an assumption; the median over runs stands for them. The runs are played again as far as as_of with
the compared series on record, so that a comparison changes neither the results nor their digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.days import day
from sim.engine.simulation import Simulation
from sim.results.result import Result, Steps, filled
from sim.scenario.model import Published
from sim.scenario.published import Figures, figures

RUNS = 200
"""Runs of which the median is taken: those of the file if it has fewer."""


@dataclass(frozen=True)
class Comparison:
    """One series beside its published figures, on every day that both have. Rates are percentage points."""

    name: str
    part: Published
    days: NDArray[np.int32]
    """[day] without a hole"""
    ours: NDArray[np.float64]
    """[day] median over runs"""
    theirs: NDArray[np.float64]
    """[day] as published"""
    explained: NDArray[np.bool_]
    """[day] whether a window explains a gap"""

    @property
    def gap(self) -> NDArray[np.float64]:
        """[day] ours less theirs."""
        return self.ours - self.theirs

    @property
    def mean(self) -> float:
        """Mean of the gap without its sign, over all days, those in windows too."""
        return float(np.abs(self.gap).mean())

    @property
    def bias(self) -> float:
        """Mean of the gap with its sign: above or below the published figures on average."""
        return float(self.gap.mean())

    @property
    def largest(self) -> tuple[int, float] | None:
        """(day, gap) of the largest gap outside the windows, on its first day; None where they hold all days."""
        return self._largest(~self.explained)

    @property
    def largest_explained(self) -> tuple[int, float] | None:
        """The same inside the windows."""
        return self._largest(self.explained)

    @property
    def within(self) -> bool:
        """Whether no gap outside the windows is larger than the tolerance."""
        return self.largest is None or abs(self.largest[1]) <= float(self.part.tolerance.value) + _HAIR

    def _largest(self, among: NDArray[np.bool_]) -> tuple[int, float] | None:
        places = np.flatnonzero(among)
        if not len(places):
            return None
        place = places[int(np.round(np.abs(self.gap[places]), 9).argmax())]
        return int(self.days[place]), float(self.gap[place])


_HAIR = 1e-9
"""Points by which a sum of binary fractions may miss a decimal."""


def comparisons(result: Result) -> list[Comparison]:
    """Those of the file, in its order, as far as both series have days in common."""
    parts = result.scenario.published
    spans = {name: span for name, part in parts.items() if (span := _span(result, figures(part))) is not None}
    if not spans:
        return []
    last = max(last for _, last in spans.values())
    paths = _replayed(result, sorted({parts[name].series for name in spans}), last)
    return [compare(name, parts[name], paths[parts[name].series], *span) for name, span in spans.items()]


def compare(name: str, part: Published, path: Steps, first: int, last: int) -> Comparison:
    """One comparison over the days `first` to `last`, which `path` and the published figures both have."""
    days = np.arange(first, last + 1, dtype=np.int32)
    ours = np.median(path.values, axis=0)[np.searchsorted(path.days, days, side="right") - 1]
    since, rates = zip(*figures(part), strict=True)
    theirs = np.asarray(rates)[np.searchsorted(since, days, side="right") - 1]
    explained = np.zeros(len(days), dtype=np.bool_)
    for window in part.windows:
        explained |= (day(window.from_) <= days) & (days <= day(window.to))
    return Comparison(name, part, days, ours, theirs, explained)


def _span(result: Result, published: Figures) -> tuple[int, int] | None:
    """First and last day on which the scenario has a past and figures are published; None if there is none."""
    first, last = max(result.plan.start, published[0][0]), result.plan.as_of
    return (first, last) if first <= last else None


def _replayed(result: Result, series: list[str], last: int) -> dict[str, Steps]:
    """Series → its path from start to `last` in the first runs, played again."""
    plan = result.plan.following(series)
    runs = min(result.runs, RUNS)
    simulation = Simulation(plan, np.arange(runs), int(result.manifest["seed"]), result.chances)
    simulation.advance(last)
    return dict(_paths(simulation, series, np.arange(plan.start, last + 1, dtype=np.int32)))


def _paths(simulation: Simulation, series: list[str], days: NDArray[np.int32]) -> Iterator[tuple[str, Steps]]:
    rates = simulation.rates()
    for name in series:
        own = rates.series == simulation.plan.recorded_series.index(name)
        changes = (column[own] for column in (rates.row, rates.day, rates.value))
        yield name, filled(days, len(simulation.world), *changes)
