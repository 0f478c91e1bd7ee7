"""The same event on other days: the clock on the wall counts, whatever the clock change does."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.errors import NoSuchHourError
from events.models import Event

MOST_DATES = 52
MOMENTS = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
DAYS_OF_A_WEEK = 7


class Rhythm(TextChoices):
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY = "monthly", _("Every month on the same weekday")


def day_of(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def on_day(day: date, hour: time) -> datetime:
    """Raises NoSuchHourError where the clock change skips or doubles the hour."""
    try:
        return from_current_timezone(datetime.combine(day, hour))
    except ValidationError as error:
        raise NoSuchHourError(day, hour) from error


def shifted(moment: datetime, days: timedelta) -> datetime:
    local = timezone.localtime(moment)
    return on_day(local.date() + days, local.time())


def moments_shifted(event: Event, days: timedelta) -> dict[str, datetime | None]:
    """Everything about the event that is a moment, so many days later."""
    moments = {name: getattr(event, name) for name in MOMENTS}
    return {name: value and shifted(value, days) for name, value in moments.items()}


def moments_like(model: Event, changed: dict, event: Event) -> dict[str, datetime | None]:
    """What `changed`, about to be written into `model`, means for another date of its series.

    It moves by as many days, to the same hours, with the same distance to the registration's.
    """
    start = timezone.localtime(changed.get("starts_at", model.starts_at))
    day = day_of(event.starts_at) + (start.date() - day_of(model.starts_at))
    moved = {}
    for name in changed.keys() & set(MOMENTS):
        local = changed[name] and timezone.localtime(changed[name])
        moved[name] = local and on_day(day + (local.date() - start.date()), local.time())
    if "starts_at" in moved and "ends_at" not in moved:
        end = timezone.localtime(model.ends_at)
        moved["ends_at"] = on_day(day + (end.date() - start.date()), end.time())
    return moved


def days_from(first: date, rhythm: str) -> Iterator[date]:
    """The dates after `first`, without end."""
    if rhythm == Rhythm.MONTHLY:
        yield from (same_weekday(first, months) for months in count(1))
    else:
        step = timedelta(weeks=2 if rhythm == Rhythm.FORTNIGHTLY else 1)
        yield from (first + step * n for n in count(1))


def same_weekday(day: date, months: int) -> date:
    """The second Thursday stays the second; the fifth becomes the last where there is none."""
    nth = (day.day - 1) // DAYS_OF_A_WEEK + 1
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    ahead = (day.weekday() - first.weekday()) % DAYS_OF_A_WEEK
    found = first + timedelta(days=ahead, weeks=nth - 1)
    return found if found.month == first.month else found - timedelta(weeks=1)


def suggested_days(event: Event, *, today: date) -> list[date]:
    """A week later and in the next month, both on the same weekday and not in the past."""
    day = day_of(event.starts_at)
    weekly = next(one for one in days_from(day, Rhythm.WEEKLY) if one > today)
    monthly = next(one for one in days_from(day, Rhythm.MONTHLY) if one > today)
    return [weekly, monthly] if monthly != weekly else [weekly]
