"""Of which referrals so many working days have gone by: a condition for the database.

Every organisation counts by its own target and absence. So the days are counted once for each of
the few calendars there are, not once a row, and rows are found by the index on the day itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from contacts.models import PartnerOrganisation
from dma_crm.workdays import ONE_DAY, end_of, latest_start

Days = Callable[[int], int]  # from the target of an organisation to working days


CALENDAR = ("id", "response_target_days", "absent_from", "absent_until")


def calendars() -> list[PartnerOrganisation]:
    """Everybody's target and absence, in one query."""
    return list(PartnerOrganisation.objects.only(*CALENDAR))


def reached(since: str, days: Days, *, today: date, of: str = "recipient", **more: Any) -> Q:
    """Today is the n-th working day after `since`, or a later one."""
    return elapsed(since, days, by=today, of=of, **more)


def passed(since: str, days: Days, *, today: date, of: str = "recipient", **more: Any) -> Q:
    """The n-th working day after `since` is over: it counts whole."""
    return elapsed(since, days, by=today - ONE_DAY, of=of, **more)


def elapsed(
    since: str,
    days: Days,
    *,
    by: date,
    of: str,
    organisations: Iterable[PartnerOrganisation] | None = None,
) -> Q:
    """`since` is a field with a day (`…_by`, `…_on`) or a moment, `of` whose working days count."""
    starts: dict[date, list] = defaultdict(list)
    for calendar, ids in by_calendar(calendars() if organisations is None else organisations):
        starts[latest_start(by, days(calendar.response_target_days), calendar)] += ids
    if not starts:
        return Q(pk__in=[])
    each = [began(since, day) & Q(**{f"{of}__in": ids}) for day, ids in starts.items()]
    return began(since, max(starts)) & reduce(or_, each)


def by_calendar(organisations: Iterable[PartnerOrganisation]):
    """One organisation of each calendar, with the ids of all that have the same."""
    same: dict[tuple, list[PartnerOrganisation]] = defaultdict(list)
    for row in organisations:
        same[row.response_target_days, row.absent_from, row.absent_until].append(row)
    return [(rows[0], [row.pk for row in rows]) for rows in same.values()]


def began(since: str, day: date) -> Q:
    if since.endswith(("_by", "_on")):
        return Q(**{f"{since}__lte": day})
    return Q(**{f"{since}__lt": end_of(day)})
