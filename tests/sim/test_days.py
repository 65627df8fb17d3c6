from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import days


def test_days_count_from_1970() -> None:
    assert days.day("1970-01-01") == 0
    assert days.day(date(2025, 11, 10)) == days.day("2025-11-10") == 20402


@given(st.dates())
def test_day_and_date_are_inverse(when: date) -> None:
    assert days.date(days.day(when)) == when
    assert days.day(when.isoformat()) == days.day(when)


@pytest.mark.parametrize("text", ["2025-02-30", "20251110", "2025-W46-1", "2025-11-1", "tomorrow", ""])
def test_other_text_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="found"):
        days.day(text)


def test_missing_is_later_than_every_date_and_none_itself() -> None:
    assert days.day(date.max) < days.MISSING < 2**31
    with pytest.raises(ValueError, match="not a date"):
        days.date(days.MISSING)
