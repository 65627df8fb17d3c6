"""Leverage: what a stop of Chinese exports would cost from today, who pays, and how soon.

Weeks are weeks of a cell's need at rest. A cell is a region, sector and material.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HORIZON = 26.0
"""Weeks over which a full stop is counted."""


def gap(non_chinese: Numbers, substitutable: Numbers, adapted: Numbers) -> Numbers:
    """Share of need that nothing meets while no Chinese material comes: 1 − adapted − substitutable − non-Chinese."""
    return np.maximum(1 - adapted - substitutable - non_chinese, 0.0)


def weeks_to_stock_out(stock: Numbers, draw: Numbers) -> Numbers:
    """Weeks until the median user has none left at the present net draw, [run, cell]; inf where stocks do not fall.

    `stock` [quantile, run, cell] in weeks, users in the order of their cover; `draw` [run, cell] weeks a week.
    """
    middle = len(stock) // 2
    median = stock[middle] if len(stock) % 2 else (stock[middle - 1] + stock[middle]) / 2
    falls = draw > 0
    return np.where(falls, median / np.where(falls, draw, 1.0), np.inf)


def of_region(weeks: Numbers, weight: Numbers) -> Numbers:
    """Weighted median of cells' weeks over the last axis; `weight` [run or 1, …, cell] of the same shape, such as need.

    The weeks after which half of the need belongs to cells whose median user has none.
    """
    order = np.argsort(weeks, axis=-1, kind="stable")
    sorted_weight = np.take_along_axis(np.broadcast_to(weight, weeks.shape), order, axis=-1)
    reached = np.cumsum(sorted_weight, axis=-1) >= sorted_weight.sum(axis=-1, keepdims=True) / 2
    first = np.argmax(reached, axis=-1)[..., None]
    found: Numbers = np.take_along_axis(np.take_along_axis(weeks, order, axis=-1), first, axis=-1)[..., 0]
    return found


def loss_of_a_stop(stock: Numbers, gap: Numbers, horizon: float = HORIZON) -> Numbers:
    """Weeks of output that a full stop from now would cost within `horizon` weeks, [run, cell].

    `stock` [quantile, run, cell] weeks, `gap` [run, cell]. A user with stock v loses max(0, gap · horizon − v): full
    output until v / gap, then 1 − gap.
    """
    lost = np.zeros(gap.shape)
    for held in stock:
        lost = lost + np.maximum(gap * horizon - held, 0.0)
    return lost / len(stock)


def revenue_at_stake(price: Numbers, normal: Numbers, shipped: Numbers) -> Numbers:
    """Million USD a week that China does not earn, [run, material]: price at rest in USD per kg × tonnes a week."""
    return price * (normal - shipped) / 1000
