"""Days as whole numbers: days since 1970-01-01, which arrays can hold and subtract."""

from __future__ import annotations

import datetime
import re

MISSING = 2**30
"""No date. Later than every date, and small enough that a few years added to it still fit 32 bits."""

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day(date: datetime.date | str) -> int:
    """Days since 1970-01-01 of a date or of its text, YYYY-MM-DD. ValueError for any other text."""
    if isinstance(date, str):
        if not _ISO.fullmatch(date):
            raise ValueError(f"found {date!r}; a date is written YYYY-MM-DD, such as 2025-11-10")
        try:
            date = datetime.date.fromisoformat(date)
        except ValueError:
            raise ValueError(f"found {date!r}; there is no such day in the calendar") from None
    return date.toordinal() - _EPOCH


def date(day: int) -> datetime.date:
    """The calendar date of a day. ValueError for MISSING and others out of the calendar."""
    try:
        return datetime.date.fromordinal(int(day) + _EPOCH)
    except (ValueError, OverflowError):
        raise ValueError(f"day {day} is not a date of the calendar") from None
