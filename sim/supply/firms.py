"""Firms of a cell: what they order, what they get, and what they can use.

The users of a cell differ in their cover. They are kept as quantiles, ascending, all of one size. Firm k of target T_k

    orders   o_k = r + max(0, h T_k (1 − φ) + pipeline at rest + expected backlog − v_k − pipeline) / τ
    gets     what is not Chinese by need; Chinese goods by orders, but the share ω of them goes first to exact deficits,
             least cover first, where somebody would run out
    uses     u_k w = min(r w, stock · r w / (ψ T_k + r w)) at the end of the step: a hard stop for ψ = 0

The last line is u = r · min(1, v/(ψT)), rationing by the stock v that is left, taken at the end of the step: stable at
any step, first order in it. All stocks and flows are weeks of the cell's need at rest.

There are many numbers here, so they are worked on in blocks that stay in the cache, and two bounds are kept for each
run and cell, low · q ≤ v ≤ high · q for firms of relative cover q. They tell without a look at the firms where none
can be near a kink: none with more than it wants, none about to run out. There the mean order is known from the mean
stock. Which way a run goes depends on its own bounds alone, and so do its bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 20_000
"""Numbers in one array of a block: five of them lie in a second-level cache of 1 MB (measured)."""
OUT_OF_STOCK = 1 - 1e-9
"""A firm that stops when it runs out is out of stock if it uses less than this share of what it requires,"""
OUT_OF_STOCK_RATIONED = 0.5
"""and one that rations if it uses less than this (assumption)."""
SLACK = 1e-9
"""Weeks by which a bound must clear a kink, or may miss it, to count as clear of it: far above rounding."""
TINY = 1e-300


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


def over_quantiles(array: Numbers, axis: int = 0) -> Numbers:
    """Sums over the quantiles in their order, whatever the other axes are.

    NumPy sums pairwise along an axis that lies alone in memory: a run alone would differ from the same run among others.
    """
    if array.shape[-1] == 1:
        return np.take(np.add.accumulate(array, axis=axis), -1, axis=axis)
    return np.add.reduce(array, axis=axis)


def laid(stock: Numbers) -> Numbers:
    """The same stocks [quantile, run, cell] with each cell together in memory, as :class:`Firms` works on them."""
    return np.ascontiguousarray(stock.transpose(2, 0, 1)).transpose(1, 2, 0)


class Firms:
    """The stocks of all firms and their bounds, moved in place."""

    def __init__(self, stock: Numbers, spread: Numbers, low: Numbers, high: Numbers) -> None:
        """`stock` [quantile, run, cell] weeks, `spread` [quantile, run] cover relative to that of the median firm,
        ascending; `low` and `high` [run, cell] the least and the largest stock over relative cover.
        """
        self.stock = stock.transpose(2, 0, 1)
        self.spread = spread
        self.low, self.high = low, high
        self.count = len(spread)
        self.least, self.most = spread[0][:, np.newaxis], spread[-1][:, np.newaxis]
        cells, _, runs = self.stock.shape
        self._runs = min(runs, max(1, BLOCK // self.count))
        self._cells = min(cells, max(1, BLOCK // (self.count * self._runs)))
        self._scratch = np.empty((5, self._cells * self.count * self._runs))

    def ordered(self, wishes: Wishes, held: Numbers, mean: Numbers) -> Numbers:
        """Mean order of the firms, [run, cell] a week; `held` [run, cell] their mean stock, `mean` [run] of `spread`."""
        gap = wishes.target * mean[:, np.newaxis] - held + wishes.short
        room = wishes.target - self.high
        least = room * np.where(room >= 0, self.least, self.most) + wishes.short
        self.unsure = least < -SLACK
        if self.unsure.any():
            self._sum_gaps(wishes, gap)
        return wishes.required + np.maximum(gap, 0.0) / wishes.restoration

    def _sum_gaps(self, wishes: Wishes, gap: Numbers) -> None:
        """Gaps where some firms may have more than they want; and where the most is held now."""
        unsure, target, short = (np.ascontiguousarray(array.T) for array in (self.unsure, wishes.target, wishes.short))
        inverse = 1 / self.spread
        for cells, runs in self._blocks(unsure):
            stock, chosen = self.stock[cells, :, runs], unsure[cells, runs].T
            beyond, other = self._buffers(stock, 2)
            np.multiply(self.spread[:, runs], target[cells, np.newaxis, runs], out=beyond)
            beyond -= stock
            np.maximum(beyond, -short[cells, np.newaxis, runs], out=beyond)
            sums = over_quantiles(beyond, axis=1) / self.count + short[cells, runs]
            np.copyto(gap[runs, cells], sums.T, where=chosen)
            np.multiply(stock, inverse[:, runs], out=other)
            np.copyto(self.high[runs, cells], np.maximum.reduce(other, axis=1).T, where=chosen)

    def step(self, wishes: Wishes, ordered: Numbers, supply: Supply, weeks: float) -> Use:
        """Goods arrive and are used, in place. `ordered` [run, cell] is the answer of :meth:`ordered`."""
        chinese, wanted = supply.by_orders * weeks, supply.required * weeks
        orders = ordered > 0
        per_order = np.where(orders, chinese / np.where(orders, ordered, 1.0), 0.0)
        slope = per_order / wishes.restoration
        basis = slope * wishes.short + per_order * wishes.required + np.where(orders, 0.0, chinese)
        shift = basis + (supply.by_need * weeks - wanted)
        pull = slope * wishes.target
        low = (1 - slope) * self.low + pull
        margin = low - supply.threshold - supply.triage * pull
        margin = margin * np.where(margin >= 0, self.least, self.most) + shift - supply.triage * basis
        suspect = (margin <= SLACK) | self.unsure
        floor = np.where(self.unsure, -wishes.short, -np.inf)
        shape = np.broadcast_shapes(*(np.shape(array) for array in (shift, supply.threshold)))
        given = (wishes.target, floor, slope, shift, basis, chinese, wanted, supply.threshold, supply.triage)
        terms = Terms(*(np.ascontiguousarray(np.broadcast_to(array, shape).T) for array in given))
        use = Use(supply.required.copy(), np.zeros(shape))
        short = self._move(terms, suspect, use)
        self._bound(low, slope, pull, shift, basis, per_order, wishes, supply, short)
        use.used[short] /= weeks
        return use

    def _bound(
        self,
        low: Numbers,
        slope: Numbers,
        pull: Numbers,
        shift: Numbers,
        basis: Numbers,
        per_order: Numbers,
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
            urgent = supply.triage * (pull + np.maximum(basis, per_order * wishes.required) / self.least)
            high = np.where(short, np.maximum(high, np.maximum(supply.threshold, urgent)), high)
        self.high[:] = high
        np.maximum(low + shift / np.where(rises, self.most, self.least), 0.0, out=self.low)
        self.low[short] = 0.0

    def _blocks(self, wanted: Flags | None = None) -> Iterator[tuple[slice, slice]]:
        """Cells and runs of each block, of those where a flag [cell, run] is up if there are flags."""
        cells, _, runs = self.stock.shape
        for first in range(0, cells, self._cells):
            for start in range(0, runs, self._runs):
                block = slice(first, min(cells, first + self._cells)), slice(start, min(runs, start + self._runs))
                if wanted is None or wanted[block].any():
                    yield block

    def _buffers(self, like: Numbers, count: int) -> list[Numbers]:
        return [self._scratch[place][: like.size].reshape(like.shape) for place in range(count)]

    def _move(self, terms: Terms, suspect: Flags, use: Use) -> Flags:
        """Move all stocks; [run, cell] where somebody did not get all that it requires, with its use in the step."""
        short = np.zeros(suspect.shape, dtype=bool)
        unsure = np.ascontiguousarray(self.unsure.T)
        suspects = np.ascontiguousarray(suspect.T)
        for cells, runs in self._blocks():
            stock, spread = self.stock[cells, :, runs], self.spread[:, runs]
            (goods,) = self._buffers(stock, 1)
            np.multiply(spread, terms.target[cells, np.newaxis, runs], out=goods)
            goods -= stock
            if unsure[cells, runs].any():
                np.maximum(goods, terms.floor[cells, np.newaxis, runs], out=goods)
            goods *= terms.slope[cells, np.newaxis, runs]
            stock += goods
            stock += terms.shift[cells, np.newaxis, runs]
            if suspects[cells, runs].any():
                here = Terms(*(array[cells, np.newaxis, runs] for array in terms))
                lacking, used, stopped = self._ration(stock, spread, here)
                np.copyto(short[runs, cells], lacking.T)
                np.copyto(use.used[runs, cells], used.T, where=lacking.T)
                np.copyto(use.stopped[runs, cells], stopped.T, where=lacking.T)
        return short

    def _ration(self, left: Numbers, spread: Numbers, terms: Terms) -> tuple[Flags, Numbers, Numbers]:
        """Where somebody lacks something, what is used in the step and the share of firms out of stock, [cell, run].

        `left` [cell, quantile, run] is what firms would have after full use, which may be less than nothing.
        """
        goods, threshold, other, more, last = self._buffers(left, 5)
        if terms.triage.any():
            self._first_the_urgent(left, goods, terms, (threshold, other, more, last))
        np.multiply(spread, terms.threshold, out=threshold)
        np.subtract(left, threshold, out=other)
        short = np.minimum.reduce(other, axis=1) < 0
        if not short.any():
            return short, terms.wanted[:, 0], np.zeros(short.shape)
        np.add(left, terms.wanted, out=other)
        np.add(threshold, terms.wanted + TINY, out=more)
        threshold /= more
        threshold *= other
        np.maximum(threshold, left, out=threshold)
        other -= threshold
        used = over_quantiles(other, axis=1) / self.count
        enough = np.where(terms.threshold > 0, OUT_OF_STOCK_RATIONED, OUT_OF_STOCK) * terms.wanted
        stopped = np.add.reduce(other < enough, axis=1) / self.count
        np.copyto(left, threshold, where=short[:, np.newaxis])
        return short, used, stopped

    def _first_the_urgent(self, left: Numbers, goods: Numbers, terms: Terms, buffers: tuple[Numbers, ...]) -> None:
        """Where somebody would run out without them, the urgent part of Chinese goods goes to deficits first, in place."""
        without, lack, before, first = buffers
        goods += terms.basis
        np.multiply(goods, terms.triage, out=without)
        np.subtract(left, without, out=without)
        lacking = np.minimum.reduce(without, axis=1, keepdims=True) < 0
        if not lacking.any():
            return
        urgent = terms.triage * terms.chinese
        np.negative(without, out=lack)
        np.maximum(lack, 0.0, out=lack)
        np.add.accumulate(lack, axis=1, out=before)
        before -= lack
        np.subtract(urgent * self.count, before, out=first)
        np.maximum(first, 0.0, out=first)
        np.minimum(first, lack, out=first)
        rest = urgent - over_quantiles(first, axis=1)[:, np.newaxis] / self.count
        goods *= np.where(terms.chinese > 0, rest / np.where(terms.chinese > 0, terms.chinese, 1.0), 0.0)
        without += first
        without += goods
        np.copyto(left, without, where=lacking)
