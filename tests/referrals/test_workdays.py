"""Working days of Lower Saxony, with holidays, absence and clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Q

from contacts.models import PartnerOrganisation
from dma_crm.workdays import (
    add_working_days,
    is_working_day,
    latest_start,
    working_days_between,
)
from referrals import clock
from referrals.elapsed import passed
from referrals.models import Referral


def away(start, end):
    return PartnerOrganisation(absent_from=start, absent_until=end)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
        (date(2026, 3, 10), 1, date(2026, 3, 11)),
        (date(2026, 3, 13), 1, date(2026, 3, 16)),  # over a weekend
        (date(2026, 3, 14), 1, date(2026, 3, 16)),  # from a Saturday
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 10, 30), 1, date(2026, 11, 2)),  # 31 October is a Saturday
        (date(2025, 10, 30), 1, date(2025, 11, 3)),  # Reformation Day, a Friday, Lower Saxony
        (date(2026, 12, 23), 3, date(2026, 12, 29)),  # Christmas Eve is worked, 25 and 26 are not
        (date(2028, 2, 28), 1, date(2028, 2, 29)),  # a leap day
        (date(2026, 3, 27), 1, date(2026, 3, 30)),  # over the clock change
        (date(9999, 12, 30), 5, date.max),
    ],
)
def test_adding_working_days(day, n, expected):
    assert add_working_days(day, n) == expected


@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        (away(date(2026, 3, 11), date(2026, 3, 20)), date(2026, 3, 24)),
        (away(date(2026, 3, 1), date(2026, 3, 10)), date(2026, 3, 12)),
        (away(date(2026, 3, 11), None), date(2026, 3, 12)),
        (away(date(2026, 3, 11), date.max), date.max),
        (None, date(2026, 3, 12)),
    ],
)
def test_absence_is_not_counted(partner, expected):
    assert add_working_days(date(2026, 3, 10), 2, partner) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), 0),
        (date(2026, 3, 10), date(2026, 3, 9), 0),
        (date(2026, 3, 10), date(2026, 3, 17), 5),
        (date(2026, 3, 13), date(2026, 3, 15), 0),
        (date(2026, 4, 1), date(2026, 4, 8), 3),
    ],
)
def test_counting_working_days(start, end, expected):
    assert working_days_between(start, end) == expected


def test_the_calendar_is_a_setting(settings):
    assert is_working_day(date(2026, 1, 6))
    settings.WORKING_DAY_CALENDAR = "DE-BY"
    from dma_crm import workdays  # noqa: PLC0415 - its cache is emptied around this test

    workdays.holidays_of.cache_clear()
    assert not is_working_day(date(2026, 1, 6))  # Epiphany in Bavaria
    workdays.holidays_of.cache_clear()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),  # 00:30 before the change
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),  # 00:30 after it
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_days_are_those_of_wolfsburg(moment, day):
    assert clock.local_day(moment) == day


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 28), "2026-03-28T23:00:00+00:00"),
        (date(2026, 3, 29), "2026-03-29T22:00:00+00:00"),  # a day of 23 hours
        (date(2026, 10, 25), "2026-10-25T23:00:00+00:00"),  # a day of 25 hours
    ],
)
def test_a_day_ends_at_local_midnight(day, expected):
    assert clock.end_of(day).astimezone(UTC).isoformat() == expected


def test_the_end_of_all_days_is_a_moment():
    assert clock.end_of(date.max).year == 9999


def test_a_referral_without_a_date_runs_for_ever(now):
    referral = Referral(status="sent", status_since=now)

    assert clock.last_day(referral) is None
    assert not clock.has_run_out(referral, now)
    assert clock.after_query(referral, now) is None


@pytest.mark.parametrize(
    ("day", "n", "partner", "expected"),
    [
        (date(2026, 3, 17), 5, None, date(2026, 3, 10)),
        (date(2026, 3, 17), 0, None, date(2026, 3, 17)),
        (date(2026, 3, 15), 1, None, date(2026, 3, 12)),  # a Sunday: Friday has gone by
        (date(2026, 3, 17), 2, away(date(2026, 3, 12), date(2026, 3, 16)), date(2026, 3, 10)),
        (date(2026, 3, 10), -2, None, date(2026, 3, 12)),
        (date(2026, 3, 10), 1, away(date.min, date.max), date.min),
    ],
)
def test_since_when_so_many_working_days_have_gone_by(day, n, partner, expected):
    assert latest_start(day, n, partner) == expected


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_both_ways_of_counting_agree(n):
    """What began on the latest day has had its working days, what began a day later has not."""
    holidays = away(date(2026, 3, 30), date(2026, 4, 10))
    for offset in range(60):
        day = date(2026, 3, 1) + timedelta(days=offset)
        start = latest_start(day, n, holidays)
        assert working_days_between(start, day, holidays) >= n
        assert working_days_between(start + timedelta(days=1), day, holidays) < n


def test_without_organisations_nothing_has_elapsed():
    assert passed("respond_by", int, today=date(2026, 3, 10), organisations=[]) == Q(pk__in=[])
