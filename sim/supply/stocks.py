"""Firms' stocks: what they order, what they get, and what they can use.

The users of a cell differ in their cover. They are kept as quantiles, ascending, all of one size. Firm k of target T_k

    orders   o_k = r + max(0, h T_k (1 − φ) + pipeline at rest + expected backlog − v_k − pipeline) / τ
    gets     what is not Chinese, and what leaks, by need; Chinese goods by orders, but the share ω of them goes first
             to exact deficits, least cover first
    uses     u_k w = min(r w, stock · r w / (ψ T_k + r w)) at the end of the step: a hard stop for ψ = 0

The last line is u = r · min(1, v/(ψT)), rationing by the stock v that is left, taken at the end of the step: stable at
any step, first order in it. All stocks and flows are weeks of the cell's need at rest.

Arrays are [quantile, run, cell] and large, so they are worked on in parts of the runs that stay in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CACHED = 60_000
"""Numbers in one array of a part: two of them lie in a second-level cache of 1 MB (measured)."""
OUT_OF_STOCK = 1 - 1e-9
"""A firm that stops when it runs out is out of stock if it uses less than this share of what it requires,"""
OUT_OF_STOCK_RATIONED = 0.5
"""and one that rations if it uses less than this (assumption)."""
ALARM = 0.5
"""Share of their usual cover below which users take stocks for low, however high the alarm is set (assumption)."""


@dataclass(frozen=True, eq=False)
class Holding:
    """How firms hold stocks and leave the material. The first axis is the run, or has length 1."""

    cover: Numbers
    """[run, region, sector, material] target of the median user, weeks"""
    cover_dispersion: Numbers
    """[run] standard deviation of the log target among users"""
    restoration: Numbers
    """[run] weeks in which a gap to the target is ordered"""
    hoarding: Numbers
    """[run] multiple of the target under threat"""
    hoarding_lag: Numbers
    """[run] weeks in which it is reached"""
    rationing_start: Numbers
    """[run] share of the target below which users ration themselves; 0: they stop when there is none left"""
    triage: Numbers
    """[run] share of Chinese goods that goes first to those who would run out"""
    transit: Numbers
    """[run] weeks"""
    leakage: Numbers
    """[run] share of what is blocked that comes another way"""
    leakage_delay: Numbers
    """[run] weeks that the other way takes more"""
    adaptation_rate: Numbers
    """[run] share of need a year that users learn to do without, at first"""
    adaptation_limit: Numbers
    """[run, sector] share of need that users can learn to do without"""
    adaptation_price: Numbers
    """[run] log ratio of the quote above which they learn"""
    adaptation_cover: Numbers
    """[run] weeks of cover below which they learn"""
    adaptation_decay: Numbers
    """[run] years in which it is lost when all is calm"""


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
    held: Numbers
    """mean stock, weeks"""


def quantiles(count: int, dispersion: Numbers) -> Numbers:
    """Relative cover of firms, [quantile, run]: lognormal of median 1 at the middle of each of `count` equal parts."""
    from scipy.special import ndtri

    return np.exp(ndtri((np.arange(count) + 0.5) / count)[:, np.newaxis] * dispersion)


def over_quantiles(array: Numbers) -> Numbers:
    """Sums over the first axis in its order, whatever the others are.

    NumPy sums pairwise where all other axes have length 1: a run alone would differ from the same run among others.
    """
    if array[0].size == 1:
        return np.add.accumulate(array, axis=0)[-1]
    return np.add.reduce(array, axis=0)


def rows(array: Numbers, part: slice) -> Numbers:
    """Some runs of an array whose first axis is the run or has length 1."""
    return array if len(array) == 1 else array[part]


def parts(stock: Numbers) -> Iterator[slice]:
    """Parts of the runs that fit in the cache."""
    _, runs, cells = stock.shape
    size = max(1, CACHED // (len(stock) * max(1, cells)))
    for first in range(0, runs, size):
        yield slice(first, min(runs, first + size))


class Firms:
    """The stocks of all firms, worked on in place."""

    def __init__(self, stock: Numbers, spread: Numbers) -> None:
        """`stock` [quantile, run, cell] weeks, `spread` [quantile, run] cover relative to that of the median firm."""
        self.stock = stock
        self.spread = spread[:, :, np.newaxis]

    def ordered(self, wishes: Wishes) -> Numbers:
        """Mean order of the firms, [run, cell] a week."""
        count = len(self.stock)
        ordered = np.empty(self.stock.shape[1:])
        for part in parts(self.stock):
            here = Wishes(*(rows(array, part) for array in wishes))
            beyond = _beyond(self.stock[:, part], self.spread[:, part], here)
            gap = np.maximum(over_quantiles(beyond) / count + here.short, 0.0)
            ordered[part] = here.required + gap / here.restoration
        return ordered

    def step(self, wishes: Wishes, ordered: Numbers, supply: Supply, weeks: float) -> Use:
        """Goods arrive and are used, in place. `ordered` [run, cell] is the answer of :meth:`ordered`."""
        shape = self.stock.shape[1:]
        use = Use(np.empty(shape), np.zeros(shape), np.empty(shape))
        for part in parts(self.stock):
            self._step(
                part,
                Wishes(*(rows(array, part) for array in wishes)),
                ordered[part],
                Supply(*(rows(array, part) for array in supply)),
                Use(*(array[part] for array in use)),
                weeks,
            )
        return use

    def _step(self, part: slice, wishes: Wishes, ordered: Numbers, supply: Supply, use: Use, weeks: float) -> None:
        stock, spread, count = self.stock[:, part], self.spread[:, part], len(self.stock)
        chinese, wanted = supply.by_orders * weeks, supply.required * weeks
        orders = ordered > 0
        per_order = np.where(orders, chinese / np.where(orders, ordered, 1.0), 0.0)
        slope = per_order / wishes.restoration
        basis = slope * wishes.short + per_order * wishes.required + np.where(orders, 0.0, chinese)
        beyond = _beyond(stock, spread, wishes)
        beyond *= slope
        stock += beyond
        stock += basis + supply.by_need * weeks - wanted
        margin = _margin(stock, spread, supply.threshold)
        if (supply.triage > 0).any():
            margin = margin - supply.triage * (np.maximum.reduce(beyond, axis=0) + basis)
        use.used[:] = supply.required
        use.stopped[:] = 0.0
        run, cell = short = np.nonzero(margin < 0)
        if len(run):
            beyond += basis
            threshold = spread[:, :, 0].take(run, axis=1) * np.broadcast_to(supply.threshold, margin.shape)[short]
            urgent = np.broadcast_to(supply.triage, margin.shape)[short]
            left, used, stopped = _rationed(
                _columns(stock, short), _columns(beyond, short), chinese[short], urgent, wanted[short], threshold
            )
            stock[:, run, cell] = left
            use.used[short] = used / weeks
            use.stopped[short] = stopped
        use.held[:] = over_quantiles(stock) / count


def _beyond(stock: Numbers, spread: Numbers, wishes: Wishes) -> Numbers:
    """[quantile, run, cell] what each firm orders to restore its stock, less what the pipeline lacks, weeks."""
    beyond = spread * wishes.target
    beyond -= stock
    return np.maximum(beyond, -wishes.short, out=beyond)


def _columns(array: Numbers, places: tuple[NDArray[np.intp], ...]) -> Numbers:
    """[quantile, place] in C order, so that sums over quantiles are in their order."""
    return np.ascontiguousarray(array[:, places[0], places[1]])


def _margin(stock: Numbers, spread: Numbers, threshold: Numbers) -> Numbers:
    """Least distance of a firm from where it rations itself, [run, cell] weeks, if it uses all that it requires."""
    if not threshold.any():
        return np.minimum.reduce(stock, axis=0)
    from_threshold = spread * threshold
    np.subtract(stock, from_threshold, out=from_threshold)
    return np.minimum.reduce(from_threshold, axis=0)


def _rationed(
    left: Numbers, by_orders: Numbers, chinese: Numbers, triage: Numbers, wanted: Numbers, threshold: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Stocks [quantile, place], mean use and share of firms out of stock [place], where not all get what they require.

    `left` is what firms would have after full use, which may be less than nothing; `by_orders` their Chinese goods
    without triage, of mean `chinese`; `wanted` what each requires; `threshold` the stock below which it rations.
    """
    if triage.any():
        urgent = triage * chinese
        left = left - triage * by_orders
        lack = np.maximum(-left, 0.0)
        total = np.add.accumulate(lack, axis=0)
        first = np.clip(urgent * len(left) - (total - lack), 0.0, lack)
        rest = urgent - over_quantiles(first) / len(left)
        left = left + first + np.where(chinese > 0, rest / np.where(chinese > 0, chinese, 1.0), 0.0) * by_orders
    at_hand = left + wanted
    kept = threshold + wanted
    kept = np.divide(threshold, kept, out=np.zeros(kept.shape), where=kept > 0)
    kept *= at_hand
    np.maximum(kept, left, out=kept)
    at_hand -= kept
    enough = np.where(threshold > 0, OUT_OF_STOCK_RATIONED, OUT_OF_STOCK) * wanted
    out = np.add.reduce(at_hand < enough, axis=0) / len(left)
    return kept, over_quantiles(at_hand) / len(left), out


def adapted(
    share: Numbers, limit: Numbers, rate: Numbers, decay: Numbers, learning: NDArray[np.bool_], years: float
) -> Numbers:
    """Share of need that users have learnt to do without, [run, cell], after `years`.

    While they learn it nears `limit`, at first by `rate` a year; else it is lost with the time constant `decay` years.
    """
    pace = np.divide(rate, limit, out=np.zeros(np.broadcast(rate, limit).shape), where=limit > 0)
    gained = limit + (share - limit) * np.exp(-pace * years)
    return np.where(learning, np.maximum(gained, share), share * np.exp(-years / decay))
