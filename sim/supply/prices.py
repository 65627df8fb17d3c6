"""Prices of a material outside China: what sellers ask, what buyers pay, and what it costs within China.

All prices are ratios to the price at rest, and their logarithms are 0 there. Asking prices follow scarcity and leave
most trade untouched: in 2025 less than 1 % of dysprosium changed hands at the European quote (Adamas 2026). Quotes and
paid prices are therefore kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WEEKS_A_YEAR = 365.25 / 7
LEAST = 1e-9
"""Of demand. A market with nothing to sell has no price; its quote climbs to the cap."""


@dataclass(frozen=True)
class Market:
    """How prices answer. The first axis is the run, or has length 1."""

    price: Numbers
    """[run, material] at rest, USD per kg"""
    elasticity: Numbers
    """[run, material] of demand in the short run, as a positive number"""
    adjustment: Numbers
    """[run] a week: speed at which quotes move toward what scarcity asks"""
    cap: Numbers
    """[run, material] highest quote as a multiple of the price at rest"""
    exposed: Numbers
    """[run] share of normal volume that is bought at the quote"""
    chinese_response: Numbers
    """[run] fall of the log price within China if nothing is exported"""
    half_life: Numbers
    """[run] years in which a quote halves after a shortage"""
    deadband: Numbers
    """[run] weeks of scarcity before quotes move"""
    panic_cover: Numbers
    """[run] weeks of cover below which quotes move at once"""


class Prices(NamedTuple):
    """After a step, each [run, material]."""

    log_quoted: Numbers
    log_chinese: Numbers
    tight: Numbers
    """weeks that scarcity has lasted"""


def step(
    log_quoted: Numbers,
    log_chinese: Numbers,
    tight: Numbers,
    demand: Numbers,
    arrivals: Numbers,
    drawable: Numbers,
    unexported: Numbers,
    cover: Numbers,
    market: Market,
    weeks: float,
) -> Prices:
    """Prices after `weeks` in which all else stays as it is; all arrays [run, material], nothing is changed in place.

    `demand`, `arrivals` and `drawable` (what owners let go of their stocks) have one unit, any flow; `unexported` is
    the share of normal Chinese exports that does not leave; `cover` in weeks. Exact for what is constant within the
    step, so steps of any length give the same: ln P = target · (1 − e^(−λt)), target = ln(demand / available) / ε plus
    the log price in China as far as goods leave China. Quotes never pass the cap, and while scarcity is younger than
    the deadband they move only if cover is below panic. Downward a quote halves every half-life.
    """
    scarce = scarcity(demand, arrivals + drawable)
    is_scarce = scarce > 0
    response = 1 - np.exp(-market.adjustment[:, None] * weeks)
    held = np.clip(unexported, 0.0, 1.0)
    chinese = log_chinese + (-market.chinese_response[:, None] * held - log_chinese) * response
    linked = (1 - held) * chinese
    older = np.where(is_scarce, tight + weeks, 0.0)
    awake = np.clip(older - market.deadband[:, None], 0.0, weeks)
    awake = np.where(is_scarce & (cover < market.panic_cover[:, None]), weeks, awake)
    quoted = _toward(log_quoted, linked, weeks - awake, market)
    quoted = _toward(quoted, linked + scarce / market.elasticity, awake, market)
    return Prices(quoted, chinese, older)


def scarcity(demand: Numbers, available: Numbers) -> Numbers:
    """ln(demand / available), 0 where there is enough; the static price ratio is its exponential to the power 1/ε."""
    wanted = np.where(demand > 0, demand, 1.0)
    return np.where(demand > 0, -np.log(np.clip(available / wanted, LEAST, 1.0)), 0.0)


def _toward(log_price: Numbers, target: Numbers, weeks: Numbers, market: Market) -> Numbers:
    """Up by exponential adjustment, down by half every half-life, never above the cap."""
    risen = target + (log_price - target) * np.exp(-market.adjustment[:, None] * weeks)
    fallen = log_price - np.log(2.0) * weeks / (market.half_life[:, None] * WEEKS_A_YEAR)
    return np.minimum(np.where(target > log_price, risen, np.maximum(target, fallen)), np.log(market.cap))


def transacted(log_quoted: Numbers, log_chinese: Numbers, unexported: Numbers, market: Market) -> Numbers:
    """Mean price paid outside China as a ratio to that at rest, [run, material].

    The exposed share of normal volume is bought at the quote; what China exports beyond it costs what it costs within
    China. So the quote weighs little while goods flow, and is the whole market under a full stop.
    """
    exposed = market.exposed[:, None]
    chinese = (1 - exposed) * (1 - np.clip(unexported, 0.0, 1.0))
    at_quote = np.divide(exposed, exposed + chinese, out=np.zeros(np.shape(exposed + chinese)), where=exposed > 0)
    return at_quote * np.exp(log_quoted) + (1 - at_quote) * np.exp(log_chinese)
