"""Working days: Monday to Friday without public holidays, and without a partner's absence.

Which holidays count is the setting WORKING_DAY_CALENDAR, Lower Saxony's by default.
"""

from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings

ONE_DAY = timedelta(days=1)


def add_working_days(day: date, n: int, partner=None) -> date:
    """The n-th working day after `day`; `day` itself when n is 0, never beyond year 9999."""
    for _ in range(n):
        day = next_working_day(day, partner)
    return day


def next_working_day(day: date, partner=None) -> date:
    while day < date.max:
        day += ONE_DAY
        if is_absent(partner, day):
            day = partner.absent_until
        elif is_working_day(day):
            break
    return day


def working_days_between(start: date, end: date, partner=None) -> int:
    """How many working days lie after `start`, up to and including `end`."""
    count = 0
    while start < end:
        start = next_working_day(start, partner)
        count += start <= end
    return count


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays_of(day.year)


def is_absent(partner, day: date) -> bool:
    if not partner or not partner.absent_from or not partner.absent_until:
        return False
    return partner.absent_from <= day <= partner.absent_until


@lru_cache(maxsize=64)
def holidays_of(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - slow to import, and most requests need no calendar

    country, _dash, part = settings.WORKING_DAY_CALENDAR.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
