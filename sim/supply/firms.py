"""Firms of a cell: what they order, what they get, and what they can use.

The users of a cell differ in their cover. They are kept as quantiles, ascending, all of one size. Firm k of target T_k

    orders   o_k = r + max(0, h T_k (1 − φ) + pipeline at rest + expected backlog − v_k − pipeline) / τ
    gets     what is not Chinese by need; Chinese goods by orders, but the share ω of them goes first to exact deficits,
             least cover first, where somebody would run out
    uses     u_k w = min(r w, stock · r w / (ψ T_k + r w)) at the end of the step: a hard stop for ψ = 0

The last line is u = r · min(1, v/(ψT)), rationing by the stock v that is left, taken at the end of the step: stable at
any step, first order in it. All stocks and flows are weeks of the cell's need at rest.

Stocks are worked on firm by firm, or some firms at once where runs are few, in blocks that stay in the cache. Two
bounds are kept for each run and cell: low · q ≤ v ≤ high · q for firms of relative cover q. They tell without a look
at the firms where none can be near a kink, having more than it wants or about to run out. There the mean order is
known from the mean stock. Which way a run goes depends on its own bounds alone, and so do its bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 16_384
"""Numbers in an array that is worked on at once: half a dozen lie in a second-level cache of 1 MB (measured)."""
OUT_OF_STOCK = 1 - 1e-9
"""A firm that stops when it runs out is out of stock if it uses less than this share of what it requires,"""
OUT_OF_STOCK_RATIONED = 0.5
"""and one that rations if it uses less than this (assumption)."""
SLACK = 1e-9
"""Weeks by which a bound must clear a kink, or may miss it, to count as clear of it: far above rounding."""
TINY = 1e-300
COUNTED = 255
"""Firms that are counted in bytes."""


class Wishes(NamedTuple):
    """What the firms of a cell order by, [run, cell]."""

    target: Numbers
    """target of a firm of relative cover 1, with hoarding, weeks"""
    short: Numbers
    """what the pipeline lacks, weeks"""
    required: Numbers
    """need a week"""
    restoration: Numbers
    """[run, 1] weeks"""


class Supply(NamedTuple):
    """What comes in during a step and what is asked for it, [run, cell], a week."""

    by_need: Numbers
    by_orders: Numbers
    required: Numbers
    threshold: Numbers
    """stock of a firm of relative cover 1 below which it rations, weeks"""
    triage: Numbers
    """[run, 1]"""


class Use(NamedTuple):
    """[run, cell]"""

    used: Numbers
    """weeks of need a week"""
    stopped: Numbers
    """share of firms out of stock"""


class Terms(NamedTuple):
    """A step for each firm: v ← v + slope · max(target · q − v, floor) + shift, then rationing; [cell, run]."""

    target: Numbers
    floor: Numbers
    """−inf where no firm can have more than it wants"""
    slope: Numbers
    shift: Numbers
    basis: Numbers
    """Chinese goods of a firm beyond slope · max(…)"""
    chinese: Numbers
    wanted: Numbers
    threshold: Numbers
    triage: Numbers


def quantiles(count: int, dispersion: Numbers) -> Numbers:
    """Relative cover of firms, [quantile, run]: lognormal of median 1 at the middle of each of `count` equal parts."""
    from scipy.special import ndtri

    return np.exp(ndtri((np.arange(count) + 0.5) / count)[:, np.newaxis] * dispersion)


def over_quantiles(array: Numbers) -> Numbers:
    """Sums over the first axis in its order, whatever the other axes are.

    NumPy sums in pairs along an axis that lies alone in memory: a run alone would differ from itself among others.
    """
    total = np.zeros(array.shape[1:])
    for one in array:
        total += one
    return total


def laid(stock: Numbers) -> Numbers:
    """A copy of stocks [quantile, run, cell] with the runs of a cell together in memory, as `Firms` needs them."""
    return np.array(stock.transpose(0, 2, 1), order="C").transpose(0, 2, 1)


class Firms:
    """The stocks of all firms and their bounds, moved in place."""

    def __init__(self, stock: Numbers, spread: Numbers, low: Numbers, high: Numbers) -> None:
        """`stock` [quantile, run, cell] weeks, `spread` [quantile, run] cover relative to that of the median firm,
        ascending; `low` and `high` [run, cell] the least and the largest stock over relative cover.
        """
        self.stock = stock.transpose(0, 2, 1)
        self.spread = spread
        self.low, self.high = low, high
        self.count, cells, runs = self.stock.shape
        self.least, self.most = spread[0][:, np.newaxis], spread[-1][:, np.newaxis]
        self._runs = min(runs, BLOCK)
        self._cells = min(cells, max(1, BLOCK // self._runs))
        self._firms = min(self.count, max(1, BLOCK // (self._cells * self._runs)))

    def ordered(self, wishes: Wishes, held: Numbers, mean: Numbers) -> Numbers:
        """Mean order of the firms, [run, cell] a week; `held` [run, cell] their mean stock, `mean` [run] that of q."""
        gap = wishes.target * mean[:, np.newaxis] - held + wishes.short
        room = wishes.target - self.high
        least = room * np.where(room >= 0, self.least, self.most) + wishes.short
        self.unsure = least < -SLACK
        if self.unsure.any():
            self._sum_gaps(wishes, gap)
        return wishes.required + np.maximum(gap, 0.0) / wishes.restoration

    def _sum_gaps(self, wishes: Wishes, gap: Numbers) -> None:
        """Gaps where some firms may have more than they want."""
        unsure, target, short = (np.ascontiguousarray(array.T) for array in (self.unsure, wishes.target, wishes.short))
        for cells, runs in self._blocks(unsure):
            here, lacking = target[cells, runs], -short[cells, runs]
            total = np.zeros(here.shape)
            for stock, spread, (beyond,) in self._slabs(cells, runs, 1):
                np.multiply(spread, here, out=beyond)
                beyond -= stock
                np.maximum(beyond, lacking, out=beyond)
                _add(beyond, total)
            np.copyto(gap[runs, cells], (total / self.count - lacking).T, where=unsure[cells, runs].T)

    def step(self, wishes: Wishes, ordered: Numbers, supply: Supply, weeks: float) -> Use:
        """Goods arrive and are used, in place. `ordered` [run, cell] is the answer of :meth:`ordered`."""
        chinese, wanted = supply.by_orders * weeks, supply.required * weeks
        orders = ordered > 0
        per_order = np.where(orders, chinese / np.where(orders, ordered, 1.0), 0.0)
        slope = per_order / wishes.restoration
        least_goods = per_order * wishes.required + np.where(orders, 0.0, chinese)
        basis = slope * wishes.short + least_goods
        shift = basis + (supply.by_need * weeks - wanted)
        pull = slope * wishes.target
        low = (1 - slope) * self.low + pull
        margin = low - supply.threshold - supply.triage * pull
        margin = margin * np.where(margin >= 0, self.least, self.most) + shift
        margin -= supply.triage * np.maximum(basis, least_goods)
        suspect = margin <= SLACK
        floor = np.where(self.unsure, -wishes.short, -np.inf)
        shape = shift.shape
        given = (wishes.target, floor, slope, shift, basis, chinese, wanted, supply.threshold, supply.triage)
        terms = Terms(*(np.ascontiguousarray(np.broadcast_to(array, shape).T) for array in given))
        lack, stopped = np.zeros_like(shift), np.zeros_like(shift)
        self._move(terms, suspect, lack, stopped)
        short = lack > 0
        self._bound(low, slope, pull, shift, least_goods, wishes, supply, short)
        return Use(supply.required - lack / weeks, stopped)

    def _bound(
        self,
        low: Numbers,
        slope: Numbers,
        pull: Numbers,
        shift: Numbers,
        least_goods: Numbers,
        wishes: Wishes,
        supply: Supply,
        short: Flags,
    ) -> None:
        """Bounds after the step; they hold for every firm."""
        rises = shift >= 0
        high = (1 - slope) * self.high + pull + shift / np.where(rises, self.least, self.most)
        if self.unsure.any():
            kept = shift - slope * wishes.short
            high = np.where(self.unsure, np.maximum(high, self.high + np.maximum(kept, 0.0) / self.least), high)
        if short.any():
            goods = pull + np.maximum(slope * wishes.short + least_goods, least_goods) / self.least
            high = np.where(short, np.maximum(high, np.maximum(supply.threshold, supply.triage * goods)), high)
        self.high[:] = high
        np.maximum(low + shift / np.where(rises, self.most, self.least), 0.0, out=self.low)
        self.low[short] = 0.0

    def _blocks(self, wanted: Flags | None = None) -> Iterator[tuple[slice, slice]]:
        """Cells and runs of each block, of those where a flag [cell, run] is up if there are flags."""
        _, cells, runs = self.stock.shape
        for first in range(0, cells, self._cells):
            for start in range(0, runs, self._runs):
                block = slice(first, min(cells, first + self._cells)), slice(start, min(runs, start + self._runs))
                if wanted is None or wanted[block].any():
                    yield block

    def _slabs(self, cells: slice, runs: slice, buffers: int) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
        """Stocks of some firms, [quantile, cell, run], their relative cover, [quantile, 1, run], and buffers."""
        size = (cells.stop - cells.start, runs.stop - runs.start)
        scratch = np.empty((buffers, self._firms, *size))
        for first in range(0, self.count, self._firms):
            firms = slice(first, min(self.count, first + self._firms))
            yield (
                self.stock[firms, cells, runs],
                self.spread[firms, np.newaxis, runs],
                scratch[:, : firms.stop - first],
            )

    def _move(self, terms: Terms, suspect: Flags, lack: Numbers, stopped: Numbers) -> None:
        """Move all stocks. Where somebody may ration, what firms lack in the mean goes to `lack` [run, cell], weeks,
        and the share of those out of stock to `stopped`.
        """
        unsure, suspects = np.ascontiguousarray(self.unsure.T), np.ascontiguousarray(suspect.T)
        for cells, runs in self._blocks():
            here = Terms(*(array[cells, runs] for array in terms))
            clipped, rations = bool(unsure[cells, runs].any()), bool(suspects[cells, runs].any())
            if rations and here.triage.any():
                self._arrive_with_triage(cells, runs, here, clipped)
            else:
                for stock, spread, (goods,) in self._slabs(cells, runs, 1):
                    _arrive(stock, spread, here, clipped, goods)
            if rations:
                missed, out = self._ration(cells, runs, here)
                lack[runs, cells], stopped[runs, cells] = missed.T, out.T

    def _arrive_with_triage(self, cells: slice, runs: slice, terms: Terms, clipped: bool) -> None:
        """Goods arrive and are used where the urgent part of Chinese goods may go to deficits first."""
        goods = np.empty((self.count, *terms.slope.shape))
        total, first = np.zeros(terms.slope.shape), 0
        for stock, spread, (lack,) in self._slabs(cells, runs, 1):
            good = goods[first : first + len(stock)]
            first += len(stock)
            _arrive(stock, spread, terms, clipped, good)
            good += terms.basis
            np.multiply(good, terms.triage, out=lack)
            np.subtract(stock, lack, out=lack)
            if lack.min() < 0:
                np.minimum(lack, 0.0, out=lack)
                _add(lack, total)
        if (total < 0).any():
            self._first_the_urgent(cells, runs, goods, -total, terms)

    def _first_the_urgent(self, cells: slice, runs: slice, goods: Numbers, total: Numbers, terms: Terms) -> None:
        """Goods of the urgent part go to deficits, least cover first; what is left of it goes by orders.

        `total` is the sum of deficits without the urgent part; where there is none, nothing changes, to the bit.
        """
        share = np.where(total > 0, terms.triage, 0.0)
        left = share * terms.chinese * self.count
        rest = np.maximum(left - total, 0.0) / self.count
        by_orders = np.where(terms.chinese > 0, rest / np.where(terms.chinese > 0, terms.chinese, 1.0), 0.0)
        first = 0
        for stock, _, (lack,) in self._slabs(cells, runs, 1):
            good = goods[first : first + len(stock)]
            first += len(stock)
            np.multiply(good, share, out=lack)
            stock -= lack
            if stock.min() < 0:
                np.minimum(stock, 0.0, out=lack)
                np.negative(lack, out=lack)
                for one in lack:
                    np.minimum(left, one, out=one)
                    left -= one
                stock += lack
            good *= by_orders
            stock += good

    def _ration(self, cells: slice, runs: slice, terms: Terms) -> tuple[Numbers, Numbers]:
        """Stocks come to what firms leave when they ration themselves or run out.

        What they lack in the mean of what they require in the step, and the share of firms out of stock; [cell, run].
        """
        soft = terms.threshold.any()
        enough = np.where(terms.threshold > 0, OUT_OF_STOCK_RATIONED, OUT_OF_STOCK)
        limit = (1 - enough) * terms.wanted
        some = terms.wanted + TINY
        total, out = np.zeros(limit.shape), np.zeros(limit.shape)
        few, counted = np.zeros(limit.shape, dtype=np.uint8), 0
        for stock, spread, (kept, lack) in self._slabs(cells, runs, 2):
            if not soft and stock.min() >= 0:
                continue  # firms of more cover lack nothing
            if soft:
                np.multiply(spread, terms.threshold, out=kept)
                np.add(kept, some, out=lack)
                kept /= lack
                np.add(stock, terms.wanted, out=lack)
                kept *= lack
            else:
                kept[:] = 0.0
            np.subtract(kept, stock, out=lack)
            np.maximum(lack, 0.0, out=lack)
            np.maximum(stock, kept, out=stock)
            if len(lack) == 1:
                few += (lack[0] > limit).view(np.uint8)
                counted += 1
            else:
                out += np.add.reduce(lack > limit, axis=0)
            if counted == COUNTED:
                out += few
                few[:] = counted = 0
            _add(lack, total)
        return total / self.count, (out + few) / self.count


def _add(firms: Numbers, total: Numbers) -> None:
    """Add firms, [quantile, cell, run], to their total one after the other; the first of them is used up."""
    if len(firms) > 1:
        firms[0] += total
        total[:] = np.add.accumulate(firms, axis=0)[-1]
    else:
        total += firms[0]


def _arrive(stock: Numbers, spread: Numbers, terms: Terms, clipped: bool, goods: Numbers) -> None:
    """Firms get their goods and use all that they require, in place: less than nothing may be left.

    `goods` is what they get by their orders, but for the basis. All [quantile, cell, run].
    """
    np.multiply(spread, terms.target, out=goods)
    goods -= stock
    if clipped:
        np.maximum(goods, terms.floor, out=goods)
    goods *= terms.slope
    stock += goods
    stock += terms.shift
