"""Days that a follow-up may fall on: worked on, and in a month that has them."""

from datetime import date

import pytest

from dma_crm.workdays import first_working_day, months_later


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 10), date(2026, 3, 10)),
        (date(2026, 3, 14), date(2026, 3, 16)),  # a Saturday
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday
        (date(2026, 12, 25), date(2026, 12, 28)),
    ],
)
def test_the_first_working_day_is_the_day_itself_or_the_next_one(day, expected):
    assert first_working_day(day) == expected


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_on_their_last_day(day, n, expected):
    assert months_later(day, n) == expected
