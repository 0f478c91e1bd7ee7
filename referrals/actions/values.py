"""What comes with a step, checked once for pages, mail links and the API."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from referrals.clock import local_day
from referrals.errors import InvalidValueError

TEXT_LENGTH = 2000
LONGEST_PAUSE = timedelta(days=2 * 365)


def text_of(field: str, value: str, *, limit: int = TEXT_LENGTH, required: bool = False) -> str:
    text = (value or "").strip()
    if required and not text:
        raise InvalidValueError(field, _("Please fill in this field."))
    if len(text) > limit:
        raise InvalidValueError(field, _("This text is too long."))
    return text


def code_of(field: str, value: str, allowed: Iterable[str]) -> str:
    if value not in set(allowed):
        raise InvalidValueError(field, _("Please choose one of the reasons or results offered."))
    return value


def past_day(field: str, day: date, *, since: datetime | None, at: datetime) -> date:
    """A day from the sending on, today at the latest."""
    if day > local_day(at):
        raise InvalidValueError(field, _("This day lies in the future."))
    if since and day < local_day(since):
        raise InvalidValueError(field, _("This day lies before the referral was sent."))
    return day


def coming_day(field: str, day: date, *, at: datetime) -> date:
    """A day after today, within two years."""
    today = local_day(at)
    if not today < day <= today + LONGEST_PAUSE:
        raise InvalidValueError(field, _("Please choose a day within the next two years."))
    return day
