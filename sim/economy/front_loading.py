"""Front-loading: importers bring purchases forward before an announced hike and buy less after it.

An overlay in time on the imports of the equilibrium. It moves imports and never adds any: what is bought ahead is
a stock, in days of normal imports, that is all used up at the end.

    build-up    from start to end   at g = min(peak, per_point · hike) of normal imports more
    payback     from end on         the stock is used up evenly over `payback_days`

`start` is the day of the announcement, but at most `lead_days` before the hike takes effect. `end` is the day it
takes effect, or the day the threat is withdrawn if that is earlier: then buyers live off their stocks just the
same. A hike with no notice is not front-loaded, nor is a cut. A hike that is put off is one withdrawn on that day
and another announced on it.

Several hikes add up, whether one is announced during the payback of another or at the same time (an assumption:
none has a bound on all hikes together). The stock is in closed form, so the overlay between any two days is the
difference of two stocks, and over all time exactly zero.

A day is the whole of it, from its start: `stock(day)` is what lies in stock as the day begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.days import MISSING

Numbers = NDArray[np.float64]

PEAK = (0.05, 0.18, 0.22)
"""Highest build-up as a share of normal imports, low, central and high. Real imports of the United States were 16.9,
15.3 and 22.0 % over trend in January to March 2025 (The Budget Lab at Yale)."""
PER_POINT = 0.017
"""Build-up as a share of normal imports for each percentage point of the hike: 1.7 % in the month before (Goldman
Sachs on 2018, as quoted in the press). That it holds in the whole of a longer build-up is an assumption."""
LEAD_DAYS = (30, 90, 90)
"""Longest build-up, low, central and high: the month before of 2018; January to March 2025. The central one at the
central peak is 16 days of imports, 4.4 % of a year's; 5 % was measured in 2025 (The Budget Lab at Yale)."""
PAYBACK_DAYS = 304
"""Ten months: the stock of March 2025 was used up in January 2026 (The Budget Lab at Yale)."""


@dataclass(frozen=True, eq=False)
class Hikes:
    """Announced hikes, arrays of shapes that broadcast to one, such as [run, cell]; days since 1970-01-01."""

    announced: ArrayLike
    effective: ArrayLike
    """first day of the higher rate, as announced"""
    points: ArrayLike
    """rise of the rate in percentage points"""
    withdrawn: ArrayLike = MISSING
    """day the threat was withdrawn, MISSING if it was not; later than `effective` it counts for nothing"""


@dataclass(frozen=True, eq=False)
class Response:
    """How importers respond, each a number or an array that broadcasts with the hikes, such as [run, 1]."""

    peak: ArrayLike = PEAK[1]
    per_point: ArrayLike = PER_POINT
    lead_days: ArrayLike = LEAD_DAYS[1]
    payback_days: ArrayLike = PAYBACK_DAYS

    def __post_init__(self) -> None:
        """ValueError for a negative number, or stocks that are used up within no day."""
        for name in ("peak", "per_point", "lead_days", "payback_days"):
            given, least = np.asarray(getattr(self, name)), int(name == "payback_days")
            if not (given >= least).all():
                raise ValueError(f"{name} is {given[~(given >= least)].flat[0]:g}; at least {least} is meant")


CENTRAL = Response()


def stock(day: ArrayLike, hikes: Hikes, response: Response = CENTRAL) -> Numbers:
    """What was bought ahead and is not yet used up as `day` begins, in days of normal imports; never negative.

    `day` is broadcast against the hikes. Where one cell has several, sum the answers.
    """
    day = np.asarray(day, dtype=np.float64)
    announced, effective = (np.asarray(given, dtype=np.float64) for given in (hikes.announced, hikes.effective))
    end = np.minimum(effective, np.asarray(hikes.withdrawn, dtype=np.float64))
    start = np.maximum(announced, effective - np.asarray(response.lead_days, dtype=np.float64))
    pace = np.minimum(response.peak, np.asarray(response.per_point) * np.maximum(np.asarray(hikes.points), 0.0))
    bought = pace * np.maximum(np.minimum(day, end) - start, 0.0)
    return bought * (1.0 - np.clip((day - end) / np.asarray(response.payback_days, dtype=np.float64), 0.0, 1.0))


def overlay(day: ArrayLike, hikes: Hikes, response: Response = CENTRAL) -> Numbers:
    """Imports of `day` over normal ones, as a share: 0.18 is 18 % more. The change of the stock over the day.

    Imports of a day are those of the equilibrium times 1 + overlay, summed over the hikes of the cell.
    """
    day = np.asarray(day, dtype=np.float64)
    return stock(day + 1.0, hikes, response) - stock(day, hikes, response)


def moved(first: ArrayLike, until: ArrayLike, hikes: Hikes, response: Response = CENTRAL) -> Numbers:
    """The overlay summed from day `first` to the day before `until`, in days of normal imports."""
    return stock(until, hikes, response) - stock(first, hikes, response)
