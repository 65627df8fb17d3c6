"""How numbers are written, in charts and in the briefing: one rule for all, and no false precision."""

from __future__ import annotations

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
        words = "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"
    return words.replace(" ", NARROW)


def span(low: float, high: float) -> str:
    """From one share to another."""
    ends = percent(low), percent(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def points(change: float, digits: int | None = None) -> str:
    """A change of a share, in percentage points with its sign; a decimal only where it would be 0 without."""
    if digits is None:
        digits = 1 if abs(change) < 0.005 else 0
    words = f"{change * 100:+.{digits}f}"
    return ("0" if float(words) == 0 else words).replace("-", MINUS)


def quantity(value: float, dimension: Dimension, unit: str = "") -> str:
    """A quantity with its unit, in two or three digits that count: thresholds, medians."""
    match dimension:
        case Dimension.date:
            return long_date(round(value))
        case Dimension.share:
            return f"{value * 100:.2g} %".replace(" ", NARROW) if value < 0.995 else percent(value)
        case Dimension.days:
            return _counted(f"{round(value):,}", "day")
        case Dimension.points:
            return _counted(f"{value:.3g}", "point")
        case _:
            return f"{value:.3g} {unit}".strip().replace("-", MINUS)


def _counted(number: str, thing: str) -> str:
    """1 day, 14 days."""
    return f"{number.replace('-', MINUS)}{NARROW}{thing}{'' if number == '1' else 's'}"


def long_date(day: int) -> str:
    """10 November 2025."""
    one = date(day)
    return f"{one.day}{NARROW}{one:%B}{NARROW}{one.year}"


def short_date(day: int) -> str:
    """10 Nov."""
    one = date(day)
    return f"{one.day}{NARROW}{one:%b}"
