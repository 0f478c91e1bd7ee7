from datetime import date

import pytest

from consultations.forms.parts import in_days


@pytest.mark.parametrize(
    ("today", "chip", "day"),
    [
        ("2026-03-10", "3d", "2026-03-13"),
        ("2026-03-28", "1w", "2026-04-04"),  # over the change of the clock
        ("2026-01-31", "1m", "2026-02-28"),
        ("2028-01-30", "1m", "2028-02-29"),
        ("2026-12-31", "1m", "2027-01-31"),
    ],
)
def test_chips_mean_days_of_the_calendar(today, chip, day):
    assert in_days(date.fromisoformat(today), chip) == date.fromisoformat(day)
