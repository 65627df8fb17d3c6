"""Quantities as they are written: `20 %`, `20 pp`, `14 d`, `2025-11-10`, `3 bn USD`, `1200 t`.

Each dimension has one internal unit: shares 0–1, percentage points, days, days since 1970, bn USD, tonnes.
"""

from __future__ import annotations

import datetime
import re
from enum import StrEnum

from sim.days import day


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
    Dimension.choice: "a word",
}
_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_LARGEST = 1e15


def written(dimension: Dimension) -> str:
    """How a quantity of the dimension is written, with an example."""
    return _WRITTEN[dimension]


def split(text: str) -> tuple[float, str] | None:
    """(number, unit) of a quantity's text; None where it does not begin with a number."""
    match = _NUMBER.fullmatch(text.strip())
    return None if match is None else (float(match[1]), " ".join(match[2].split()))


def dimension_of(unit: str) -> Dimension | None:
    """The dimension that a unit belongs to; None for a unit of one's own."""
    return next((dimension for dimension, units in _FACTORS.items() if unit in units), None)


def value(raw: object, dimension: Dimension, unit: str = "") -> float:
    """A written quantity in the dimension's internal unit.

    `unit` is that of the mapping around it, for bare numbers in it. ValueError says what was found and what is
    allowed.
    """
    if isinstance(raw, bool) or raw is None:
        raise ValueError(f"found {raw!r}; {written(dimension)} is wanted")
    if dimension is Dimension.date:
        return _date(raw)
    if isinstance(raw, str):
        parts = split(raw)
        if parts is None:
            raise ValueError(f"found {raw!r}; {written(dimension)} is wanted")
        number, own_unit = parts
    elif isinstance(raw, int | float):
        number, own_unit = float(raw), ""
    else:
        raise ValueError(f"found {raw!r}; {written(dimension)} is wanted")
    if not abs(number) < _LARGEST:
        raise ValueError(f"found {raw!r}; numbers are finite and smaller than {_LARGEST:g}")
    return _in_units(raw, number, own_unit or unit, dimension)


def _in_units(raw: object, number: float, unit: str, dimension: Dimension) -> float:
    factors = _FACTORS.get(dimension)
    if factors is None:
        return number
    if unit in factors:
        # 20 % must be the same float as 0.2, whatever the factor's own rounding.
        return number / 100 if unit == "%" else number * factors[unit]
    if unit and not (dimension is Dimension.share and unit == "share"):
        raise ValueError(f"found {raw!r}; {_mixed_up(unit, dimension) or written(dimension) + ' is wanted'}")
    if dimension is Dimension.share:
        if not 0 <= number <= 1:
            raise ValueError(f"found {raw!r}; a share is between 0 and 1: write {number:g} % or {number / 100:g}")
        return number
    if dimension is Dimension.days and number == int(number):
        return number
    raise ValueError(f"found {raw!r} without a unit; {written(dimension)} is wanted")


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
        return day(raw)
    if isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw.strip()):
        try:
            return day(raw.strip())
        except ValueError:
            raise ValueError(f"found {raw!r}, which is no date of the calendar") from None
    raise ValueError(f"found {raw!r}; {written(Dimension.date)} is wanted")
