"""Quantities as they are written: `20 %`, `20 pp`, `14 d`, `2025-11-10`, `3 bn USD`, `1200 t`.

Each dimension has one internal unit: shares 0–1, percentage points, days, days since 1970, bn USD, tonnes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from sim import days
from sim.scenario.problems import describe


class Dimension(StrEnum):
    """What a number measures."""

    share = "share"
    points = "points"
    days = "days"
    date = "date"
    money = "money"
    tonnes = "tonnes"
    number = "number"
    choice = "choice"


UNIT = {
    Dimension.share: "share",
    Dimension.points: "pp",
    Dimension.days: "days",
    Dimension.date: "date",
    Dimension.money: "bn USD",
    Dimension.tonnes: "t",
    Dimension.number: "",
    Dimension.choice: "",
}
"""The unit in which a dimension is kept."""

_FACTORS: dict[Dimension, dict[str, float]] = {
    Dimension.share: {"%": 0.01},
    Dimension.points: {"pp": 1.0},
    Dimension.days: {"d": 1, "day": 1, "days": 1, "week": 7, "weeks": 7},
    Dimension.money: {"bn USD": 1.0, "m USD": 1e-3, "tn USD": 1e3},
    Dimension.tonnes: {"t": 1.0, "kt": 1e3, "Mt": 1e6},
}
_WRITTEN = {
    Dimension.share: "a share, such as 20 % or 0.2",
    Dimension.points: "percentage points, such as 20 pp",
    Dimension.days: "a duration, such as 14 d or 2 weeks",
    Dimension.date: "a date, such as 2025-11-10",
    Dimension.money: "an amount, such as 3 bn USD",
    Dimension.tonnes: "a mass, such as 1200 t",
    Dimension.number: "a number, such as 0.8",
    Dimension.choice: "a word of letters, digits, _ and - that starts with a letter",
}
_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WORD = re.compile(r"[^\W\d_][\w-]*")
_LARGEST = 1e15
LONGEST = 36_525
"""days of the longest duration, a hundred years"""
HIGHEST = 10_000.0
"""Points: above every duty on record (anti-dumping orders of thousands of per cent), below a slip of the pen."""


def written(dimension: Dimension) -> str:
    """How a quantity of the dimension is written, with an example."""
    return _WRITTEN[dimension]


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[float, str] | None:
    """(number, unit) of a quantity's text; None where it does not begin with a number."""
    match = _NUMBER.fullmatch(text.strip())
    return None if match is None else (float(match[1]), unit_of(match[2], text))


def exact(text: str) -> tuple[Decimal, str] | None:
    """(number, unit) of a quantity's text, the number with the digits that are written."""
    match = _NUMBER.fullmatch(text.strip())
    return None if match is None else (Decimal(match[1]), unit_of(match[2], text))


def unit_of(text: str, found: str) -> str:
    """A unit as it is written. ValueError for what is none, such as the `,5 pp` of `20,5 pp`."""
    unit = " ".join(text.split())
    if unit and not (unit[0].isalpha() or unit[0] in "%$€£¥°"):
        raise ValueError(f"found {describe(found)}, in which {describe(unit)} is no unit; numbers are written 1200.5")
    if unit.count(" ") > 2:
        raise ValueError(
            f"found {describe(found)}, in which {describe(unit)} is no unit; a unit is at most three words"
        )
    return unit


def is_date(text: str) -> bool:
    """Whether text is written like a date."""
    return _DATE.fullmatch(text.strip()) is not None


def is_word(text: object) -> bool:
    """Whether something is one word, as a choice has them."""
    return isinstance(text, str) and _WORD.fullmatch(text) is not None


def dimension_of(unit: str) -> Dimension | None:
    """The dimension that a unit belongs to; None for a unit of one's own."""
    return next((dimension for dimension, units in _FACTORS.items() if unit in units), None)


def value(raw: object, dimension: Dimension, unit: str = "") -> float:
    """A written quantity in the dimension's internal unit.

    `unit` is that of the mapping around it, for bare numbers in it. ValueError says what was found and what is
    allowed.
    """
    if dimension is Dimension.date:
        return _date(raw)
    parts = (float(raw), "") if isinstance(raw, int | float) and not isinstance(raw, bool) else None
    if isinstance(raw, str):
        parts = split(raw)
    if parts is None:
        raise ValueError(f"found {describe(raw)}; give {written(dimension)}")
    number, own_unit = parts
    if not abs(number) < _LARGEST:
        raise ValueError(f"found {describe(raw)}; numbers are finite and smaller than {_LARGEST:g}")
    if dimension is Dimension.number and unit and own_unit not in ("", unit):
        raise ValueError(f"found {describe(raw)} where the unit is {unit}")
    return _in_units(raw, number, own_unit or unit, dimension)


def within(number: float, found: Callable[[], str], dimension: Dimension) -> float:
    """The number, if the dimension allows it. ValueError, which says what was `found`, otherwise."""
    if dimension is Dimension.share and not 0 <= number <= 1:
        raise ValueError(f"found {found()}; a share is between 0 % and 100 %")
    if dimension in (Dimension.days, Dimension.tonnes) and number < 0:
        raise ValueError(f"found {found()}, which is negative; give {written(dimension)}")
    if dimension is Dimension.days and number > LONGEST:
        raise ValueError(f"found {found()}; a duration is at most {LONGEST:,} days")
    if dimension is Dimension.points and abs(number) > HIGHEST:
        raise ValueError(f"found {found()}; a rate is at most {HIGHEST:,.0f} points")
    return number


def _in_units(raw: object, number: float, unit: str, dimension: Dimension) -> float:
    factors = _FACTORS.get(dimension)
    if factors is None:
        return number
    if unit in factors:
        # 20 % must be the same float as 0.2, whatever the factor's own rounding.
        return number / 100 if unit == "%" else number * factors[unit]
    if unit and not (dimension is Dimension.share and unit == "share"):
        raise ValueError(f"found {describe(raw)}; {_mixed_up(unit, dimension) or f'give {written(dimension)}'}")
    if dimension is Dimension.share:
        if not 0 <= number <= 1:
            raise ValueError(
                f"found {describe(raw)}; a share is between 0 and 1: write {number:g} % or {number / 100:g}"
            )
        return number
    if dimension is Dimension.days and number == int(number):
        return number
    raise ValueError(f"found {describe(raw)} without a unit; give {written(dimension)}")


def _mixed_up(unit: str, dimension: Dimension) -> str | None:
    if dimension is Dimension.points and unit == "%":
        return "a tariff rate is written in percentage points (20 pp); % is for shares and odds"
    if dimension is Dimension.share and unit == "pp":
        return "a share is written in per cent (20 %); pp is for tariff rates"
    if dimension is Dimension.days and unit.rstrip("s") in ("month", "year"):
        return "months and years differ in length; give days or weeks"
    return None


def _date(raw: object) -> float:
    if isinstance(raw, datetime.date):
        return days.day(raw)
    if isinstance(raw, str) and is_date(raw):
        try:
            return days.day(raw.strip())
        except ValueError:
            raise ValueError(f"found {raw!r}, which is no date of the calendar") from None
    raise ValueError(f"found {describe(raw)}; give {written(Dimension.date)}")
