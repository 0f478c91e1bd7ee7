"""Working days: Monday to Friday without public holidays, and without a partner's absence.

Which holidays count is the setting WORKING_DAY_CALENDAR, Lower Saxony's by default.
"""

import calendar
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

ONE_DAY = timedelta(days=1)
OPENS, CLOSES = time(8), time(18)


def local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


def end_of(day: date) -> datetime:
    """The first moment after that local day."""
    if day == date.max:
        return datetime.max.replace(tzinfo=timezone.get_default_timezone()) - timedelta(days=2)
    midnight = datetime.combine(day + ONE_DAY, time.min)
    return timezone.make_aware(midnight, timezone.get_default_timezone())


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


def first_working_day(day: date) -> date:
    """`day` itself, or the next one that is worked on."""
    return day if is_working_day(day) else next_working_day(day)


def months_later(day: date, n: int) -> date:
    """The same day `n` months on, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def working_days_between(start: date, end: date, partner=None) -> int:
    """How many working days lie after `start`, up to and including `end`."""
    count = 0
    while start < end:
        start = next_working_day(start, partner)
        count += start <= end
    return count


def latest_start(day: date, n: int, partner=None) -> date:
    """The latest day from which `n` working days have gone by when `day` is over.

    Whatever began then or before has had them. A negative `n` looks ahead: of a deadline that is
    reached in so many working days. Never before year 1.
    """
    if n <= 0:
        return add_working_days(day, -n, partner)
    day += ONE_DAY
    for _ in range(n):
        day = last_working_day(day, partner)
    return day - ONE_DAY if day > date.min else day


def last_working_day(day: date, partner=None) -> date:
    """The one before `day`."""
    while day > date.min:
        day -= ONE_DAY
        if is_absent(partner, day):
            day = partner.absent_from
        elif is_working_day(day):
            break
    return day


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


def is_office_hour(at: datetime) -> bool:
    """A good time to write to people: a working day from eight to six."""
    local = timezone.localtime(at)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES
