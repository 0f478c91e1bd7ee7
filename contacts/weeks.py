"""Days to which a follow-up is put off, and the weeks in which they are planned."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from contacts.models import FollowUp
from dma_crm.workdays import first_working_day, is_working_day, months_later, next_working_day

FIRST_YEAR, LAST_YEAR = 2000, 2100
ONE_WEEK = timedelta(days=7)


def later_days(today: date) -> list[tuple[str, date]]:
    """What one puts things off to; each a day that is worked on."""
    monday = today + timedelta(days=7 - today.weekday())
    return [
        (_("Next working day"), next_working_day(today)),
        (_("Next Monday"), first_working_day(monday)),
        (_("In a month"), first_working_day(months_later(today, 1))),
    ]


@dataclass
class Day:
    """One column; `is_off` where nobody works."""

    day: date
    is_today: bool
    is_off: bool
    rows: list[FollowUp] = field(default_factory=list)


def week_of(text: str, today: date) -> date:
    """The Monday of `2026-W49`; of this week where that is no week."""
    try:
        monday = date.fromisoformat(f"{text}-1") if "W" in text else today
    except ValueError:
        monday = today
    if not FIRST_YEAR <= monday.year <= LAST_YEAR:
        monday = today
    return monday - timedelta(days=monday.weekday())


def name_of(monday: date) -> str:
    """As the address and ISO 8601 write it."""
    year, number, _weekday = monday.isocalendar()
    return f"{year}-W{number:02d}"


def days_of(monday: date, rows: Iterable[FollowUp], today: date) -> list[Day]:
    """Monday to Friday, and a day off on which something falls; of this week the rest."""
    begin = today.weekday() if monday <= today < monday + ONE_WEEK else 0
    dates = [monday + timedelta(days=n) for n in range(begin, 7)]
    days = {day: Day(day, day == today, not is_working_day(day)) for day in dates}
    for row in rows:
        days[row.due_on].rows.append(row)
    return [each for each in days.values() if each.day.weekday() < 5 or each.rows]
