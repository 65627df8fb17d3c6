"""Export licences: applications wait, are decided, expire or are shipped.

    B′ = A − μ (1 − ρ (1 − p)) B        applications that wait; of what is denied the share ρ is filed again
    V′ = p μ B − (δ + 1/τ) V            licences not yet used: they are shipped at the rate δ or expire after τ weeks
    S  = δ V                            shipments

(A filed, µ processing hazard, p granted.) Both are linear, so a step is integrated exactly for what flows in evenly
during it. Amounts are weeks of a cell's need at rest; only the staff of the licensing office counts tonnes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.supply.cells import Cells

Numbers = NDArray[np.float64]

CLOCK_WEEKS = 9.0
"""The legal clock of an application: 45 working days (Reuters, 2025)."""
SERIES_BELOW = 1e-4
"""Approval shares below which three terms of the series are nearer than Newton's method in doubles."""
NEWTON_STEPS = 8
STANDSTILL = 1e-9
"""Rates a week below which a backlog is taken not to move by itself within a step; it loses no more than that."""


@dataclass(frozen=True, eq=False)
class Licensing:
    """How licences are given. The first axis is the run, or has length 1."""

    general_hazard: Numbers
    """[run] a week: processing at its fastest, as under a general licence"""
    granted_civil: Numbers
    """[run] share of the tonnes decided upon that are granted"""
    granted_military: Numbers
    """[run] the same for military sectors"""
    refiled: Numbers
    """[run] share of what is denied that is filed again"""
    validity: Numbers
    """[run] weeks after which an unused licence expires"""
    shipping: Numbers
    """[run] a week: rate at which licensed goods are shipped"""
    easing: Numbers
    """[run] weeks in which processing gets faster"""
    tightening: Numbers
    """[run] weeks in which it gets slower"""
    export_capacity: Numbers
    """[run] most that can be shipped as a multiple of the normal flow"""
    staff_cap: Numbers
    """[run, material] tonnes a week that the office can decide upon; inf where staff is no limit"""
    military: NDArray[np.bool_]
    """[sector]"""


class Rules(NamedTuple):
    """What a queue needs to know, by cell; the first axis is the run, or has length 1."""

    granted: Numbers
    """[run, cell]"""
    refiled: Numbers
    """[run, 1]"""
    validity: Numbers
    """[run, 1] weeks"""
    shipping: Numbers
    """[run, 1] a week"""
    capacity: Numbers
    """[run, cell] most that can be shipped, weeks of need a week"""
    staff_cap: Numbers
    """[run, material] tonnes a week"""
    need: Numbers
    """[run, cell] tonnes a week"""


class Passage(NamedTuple):
    """What happened in a step, [run, cell], weeks of need a week."""

    processed: Numbers
    """applications decided upon"""
    granted: Numbers
    """made ready to ship: granted, let through, or free of licences"""
    denied: Numbers
    """denied and not filed again"""
    lapsed: Numbers
    """licences that expired unused"""
    shipped: Numbers


def relax(value: Numbers, target: Numbers, weeks: Numbers, time: float) -> Numbers:
    """Where `value` is after `time` weeks on its way to `target` with the time constant `weeks`; 0: it is there."""
    return target + (value - target) * _kept(weeks, time)


def _kept(weeks: Numbers, time: float) -> Numbers:
    ratio = np.divide(time, weeks, out=np.full(np.shape(weeks), np.inf), where=np.asarray(weeks) > 0)
    kept: Numbers = np.exp(-ratio)
    return kept


def relaxed_mean(value: Numbers, target: Numbers, weeks: Numbers, time: float) -> tuple[Numbers, Numbers]:
    """The mean of :func:`relax` over `time` weeks, and where it ends."""
    kept = _kept(weeks, time)
    away = value - target
    return target + away * (weeks / time * (1 - kept)), target + away * kept


def granted_share(hazard: Numbers, granted: Numbers, weeks: float) -> Numbers:
    """Share of what was filed evenly over `weeks` that has been granted: p [1 − (1 − e^(−μT)) / (μT)]."""
    x = np.asarray(hazard * weeks, dtype=np.float64)
    left = np.divide(-np.expm1(-x), x, out=np.ones(x.shape), where=x > 0)
    return granted * (1 - left)


def hazard_of(approval: Numbers, granted: Numbers, clock_weeks: float = CLOCK_WEEKS) -> Numbers:
    """Processing hazard a week at which `approval` of the applications of the past `clock_weeks` has been granted.

    The inverse of :func:`granted_share`, to about 1e-12: 0 for an approval of 0, inf for one of `granted` or more. With
    a = approval / granted, x = µT solves x (1 − a) − 1 + e^(−x) = 0. That is convex, and both 1/(1 − a) and
    2a/(1 − a) lie above its root, so Newton's method comes down to it.
    """
    share = np.divide(approval, granted, out=np.ones(np.broadcast(approval, granted).shape), where=granted > 0)
    share = np.where(np.asarray(approval) <= 0, 0.0, share)
    a = np.clip(share, SERIES_BELOW, 1 - 1e-15)
    x = np.minimum(1.0, 2 * a) / (1 - a)
    for _ in range(NEWTON_STEPS):
        x = x - (x * (1 - a) + np.expm1(-x)) / ((1 - a) - np.exp(-x))
    series = share * (2 + share * (4 / 3 + share * (10 / 9)))
    x = np.where(share < SERIES_BELOW, series, np.where(share >= 1, np.inf, x))
    return x / clock_weeks


def filled(rate: Numbers, weeks: float) -> Numbers:
    """What a flow of 1 leaves in a stock that drains at `rate`, after `weeks`: (1 − e^(−rate·w)) / rate, w at 0."""
    share = np.asarray(rate, dtype=np.float64)
    return np.divide(-np.expm1(-share * weeks), share, out=np.full_like(share, weeks), where=share > 0)


class Queue:
    """Applications that wait and licences that are not used yet, [run, cell] in weeks of need."""

    def __init__(self, backlog: Numbers, valid: Numbers) -> None:
        self.backlog = backlog
        self.valid = valid

    def step(
        self,
        filed: Numbers,
        licensed: Numbers,
        freed: Numbers,
        hazard: Numbers,
        rules: Rules,
        cells: Cells,
        weeks: float,
    ) -> Passage:
        """One step, in place.

        `filed` is a flow, weeks of need a week; `licensed` the share of it that needs a licence; `freed` the share of
        the backlog that is let through because it needs none any more; `hazard` a week, finite. All [run, cell].
        """
        ready = filed * (1 - licensed)
        if licensed.any() or self.backlog.any():
            through = self.backlog * freed
            self.backlog -= through
            processed = self._process(filed * licensed, hazard, rules, cells, weeks)
            ready += through / weeks + rules.granted * processed
            denied = (1 - rules.refiled) * (1 - rules.granted) * processed
        else:
            processed, denied = np.zeros_like(filed), np.zeros_like(filed)
        shipped, lapsed = self._ship(ready, licensed, rules, weeks)
        return Passage(processed, ready, denied, lapsed, shipped)

    def _process(self, filed: Numbers, hazard: Numbers, rules: Rules, cells: Cells, weeks: float) -> Numbers:
        """Applications decided upon, a week; the backlog moves to the end of the step."""
        final = 1 - rules.refiled * (1 - rules.granted)
        rate = hazard * final
        decays = filled(rate, weeks)
        left = self.backlog * np.exp(-rate * weeks) + filed * decays
        arrived = self.backlog + filed * weeks
        moves = rate > STANDSTILL
        waiting = (arrived - left) / np.where(moves, rate, 1.0)
        waiting = np.where(moves, waiting, self.backlog * weeks + filed * weeks**2 / 2)
        processed = hazard * waiting / weeks
        if np.isfinite(rules.staff_cap).any():
            tonnes = cells.by_material(rules.need * processed)
            able = np.divide(rules.staff_cap, tonnes, out=np.ones(tonnes.shape), where=tonnes > rules.staff_cap)
            processed = processed * cells.of_material(able)
        np.maximum(arrived - processed * final * weeks, 0.0, out=self.backlog)
        return processed

    def _ship(self, ready: Numbers, licensed: Numbers, rules: Rules, weeks: float) -> tuple[Numbers, Numbers]:
        """Shipped and lapsed, a week; what is ready but not shipped stays."""
        expiry = licensed / rules.validity
        rate = rules.shipping + expiry
        held = self.valid + ready * weeks
        left = self.valid * np.exp(-rate * weeks) + ready * filled(rate, weeks)
        out = (held - left) / (rate * weeks)
        lapsed = out * expiry
        shipped = np.minimum(out * rules.shipping, rules.capacity)
        np.maximum(held - (shipped + lapsed) * weeks, 0.0, out=self.valid)
        return shipped, lapsed


def steady(
    filed: Numbers, licensed: Numbers, hazard: Numbers, rules: Rules, longest: float
) -> tuple[Numbers, Numbers, Numbers]:
    """Backlog, unused licences and shipments to which constant filing leads, [run, cell], without a staff cap.

    Where nothing is processed there is no such state: then `longest` weeks of filing wait.
    """
    final = 1 - rules.refiled * (1 - rules.granted)
    rate = hazard * final
    wait = np.divide(1.0, rate, out=np.full(rate.shape, longest), where=rate > 0)
    backlog = filed * licensed * np.minimum(wait, longest)
    processed = np.where(rate > 0, filed * licensed / np.where(final > 0, final, 1.0), 0.0)
    ready = filed * (1 - licensed) + rules.granted * processed
    valid = ready / (rules.shipping + licensed / rules.validity)
    shipped: Numbers = rules.shipping * valid
    return backlog, valid, shipped
