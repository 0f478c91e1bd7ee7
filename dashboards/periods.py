"""The spans of time that figures are asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

MONTHS_SHOWN = 14
MOST_MONTHS = 120
PERIODS = {
    "": _("Last 14 months"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "last_year": _("Last year"),
    "all": _("All the time"),
}


@dataclass(frozen=True)
class Span:
    """Both days included; None has no end."""

    since: date | None
    until: date | None


def span_of(period: str, today: date) -> Span:
    """Whole months, quarters and years, so that the running one is complete in the lists too."""
    if period == "all":
        return Span(None, None)
    if period == "year":
        return Span(date(today.year, 1, 1), date(today.year, 12, 31))
    if period == "last_year":
        return Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    month = first_of(today)
    if period == "quarter":
        start = month.replace(month=(today.month - 1) // 3 * 3 + 1)
        return Span(start, last_of(later(start, 2)))
    return Span(later(month, 1 - MONTHS_SHOWN), last_of(month))


def first_of(day: date) -> date:
    return day.replace(day=1)


def later(month: date, count: int) -> date:
    """The first day of the month that many months later; earlier if negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def last_of(month: date) -> date:
    return later(month, 1) - timedelta(days=1)


def months_in(since: date, until: date) -> list[date]:
    """The first days of all months from the one to the other, the latest MOST_MONTHS of them."""
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    start = max(0, count - MOST_MONTHS)
    return [later(first_of(since), number) for number in range(start, count)]
