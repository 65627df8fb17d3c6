"""How numbers are written, in charts and in the briefing: one rule for all, and no false precision."""

from __future__ import annotations

from sim.days import date

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
