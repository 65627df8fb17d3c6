"""How firms hold stocks, and how they learn to do without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

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


def adapted(
    share: Numbers, limit: Numbers, rate: Numbers, decay: Numbers, learning: NDArray[np.bool_], years: float
) -> Numbers:
    """Share of need that users have learnt to do without, [run, cell], after `years`.

    While they learn it nears `limit`, at first by `rate` a year; else it is lost with the time constant `decay` years.
    """
    pace = np.divide(rate, limit, out=np.zeros(np.broadcast(rate, limit).shape), where=limit > 0)
    gained = limit + (share - limit) * np.exp(-pace * years)
    return np.where(learning, np.maximum(gained, share), share * np.exp(-years / decay))
