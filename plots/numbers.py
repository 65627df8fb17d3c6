"""How numbers are written, in charts and in the briefing: one rule for all, and no false precision."""

from __future__ import annotations

import math

from sim.days import date
from sim.scenario.units import Dimension

MINUS, NARROW = "\u2212", "\u00a0"
"""A real minus sign; the space before a unit, at which no line breaks."""


def percent(share: float) -> str:
    """A share in words: whole per cent, and no false zero or certainty."""
    if share in (0, 1):
        words = f"{share * 100:.0f} %"
    elif share < 0.01:
        words = "under 1 %"
    else:
        words = "over 99 %" if share > 0.99 else f"{whole(share * 100):.0f} %"
    return words.replace(" ", NARROW)


def whole(value: float) -> float:
    """The nearest whole number, and of two the one farther from 0, as people round and as tables read."""
    return math.copysign(math.floor(abs(value) + 0.5 + _HAIR), value)


_HAIR = 1e-9
"""A half that arithmetic left a little short of one is a half."""


def remainder(share: float) -> str:
    """What is left of all futures, as it reads beside `percent(share)`: the two add up."""
    if 0.01 <= share <= 0.99:
        share = whole(share * 100) / 100
    return percent(1 - share)


def span(low: float, high: float) -> str:
    """From one share to another."""
    ends = percent(low), percent(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def points(change: float, digits: int | None = None) -> str:
    """A change of a share, in percentage points with its sign; a decimal only where it would be 0 without."""
    if digits is None:
        digits = 1 if abs(change) < 0.005 else 0
    words = f"{whole(change * 100 * 10**digits) / 10**digits:+.{digits}f}"
    return ("0" if float(words) == 0 else words).replace("-", MINUS)


def number(value: float) -> str:
    """A number in the digits that count: three, and all of its whole part."""
    words = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return ("0" if words == "-0" else words).replace("-", MINUS)


def counted(amount: float, thing: str) -> str:
    """1 day, 14 days, 4,000 futures."""
    words = number(amount) if amount != int(amount) else f"{int(amount):,}".replace("-", MINUS)
    return f"{words}{NARROW}{thing}{'' if words in ('1', MINUS + '1') else 's'}"


def quantity(value: float, dimension: Dimension, unit: str = "") -> str:
    """A quantity with its unit, in two or three digits that count: thresholds, medians."""
    match dimension:
        case Dimension.date:
            return long_date(round(value))
        case Dimension.share:
            return f"{value * 100:.2g} %".replace(" ", NARROW) if value < 0.995 else percent(value)
        case Dimension.days:
            return counted(round(value), "day")
        case Dimension.points:
            return counted(value, "point")
        case _:
            return f"{number(value)} {unit}".strip()


def long_date(day: int) -> str:
    """10 November 2025."""
    one = date(day)
    return f"{one.day}{NARROW}{one:%B}{NARROW}{one.year}"


def short_date(day: int) -> str:
    """10 Nov."""
    one = date(day)
    return f"{one.day}{NARROW}{one:%b}"


def rate(value: float) -> str:
    """A tariff rate or a gap without sign, in percentage points: one decimal, none where it is 0."""
    words = f"{value:.1f}".replace("-", MINUS).removesuffix(".0")
    return "0" if words == f"{MINUS}0" else words


def signed(value: float) -> str:
    """The same with its sign."""
    return rate(value) if round(value, 1) <= 0 else f"+{rate(value)}"
