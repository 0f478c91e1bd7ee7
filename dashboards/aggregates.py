"""What databases do differently: months and days in local time, and medians.

Months and days are cut in the agency's time zone: SQLite does it in Python, PostgreSQL with
AT TIME ZONE. A median (PostgreSQL: percentile_cont, SQLite: none) is taken of counted values, so
that the database sends one row for each different value, never one for each record.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate

from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone


def month_of(field: str) -> TruncMonth:
    """The first day of the month of a DATE."""
    return TruncMonth(field)


def day_of(field: str) -> TruncDate:
    """The local day of a moment: 23:30 UTC on 31 March is 1 April in Wolfsburg."""
    return TruncDate(field, tzinfo=timezone.get_default_timezone())


def median(counted: Iterable[tuple[int, int]]) -> float | int | None:
    """The middle of values that come as (value, how often); of an even number the mean of both."""
    times = Counter()
    for value, often in counted:
        times[value] += often
    total = times.total()
    if not total:
        return None
    middle = (nth(times, (total - 1) // 2) + nth(times, total // 2)) / 2
    return int(middle) if middle.is_integer() else middle


def nth(times: Counter, position: int) -> int:
    """The value at that place of the sorted row, counted from 0."""
    ends = accumulate(times[value] for value in sorted(times))
    return next(value for value, end in zip(sorted(times), ends, strict=True) if end > position)
