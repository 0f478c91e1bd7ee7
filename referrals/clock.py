"""The days a referral runs by. `respond_by` carries them: answering a query moves it on."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from referrals.models import Referral, ReferralStatus
from referrals.workdays import add_working_days, working_days_between

EXPIRES_AFTER_TARGETS = 3
QUERY_EXPIRES_AFTER = 30
ACKNOWLEDGED_AFTER = timedelta(days=14)


def local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


def end_of(day: date) -> datetime:
    """The first moment after that local day."""
    if day == date.max:
        return datetime.max.replace(tzinfo=timezone.get_default_timezone()) - timedelta(days=2)
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return timezone.make_aware(midnight, timezone.get_default_timezone())


def respond_by(recipient, at: datetime) -> date:
    return add_working_days(local_day(at), recipient.response_target_days, recipient)


def after_query(referral: Referral, at: datetime) -> date | None:
    """The clock stood still since the query: its working days are added."""
    if referral.status != ReferralStatus.QUERY or referral.respond_by is None:
        return referral.respond_by
    asked, today = local_day(referral.status_since), local_day(at)
    days = working_days_between(asked, today, referral.recipient)
    return add_working_days(referral.respond_by, days, referral.recipient)


def last_day(referral: Referral) -> date | None:
    """The day after which it expires: three targets after sending, 30 days after a query."""
    if referral.status == ReferralStatus.QUERY:
        return add_working_days(local_day(referral.status_since), QUERY_EXPIRES_AFTER)
    if referral.respond_by is None:
        return None
    more = (EXPIRES_AFTER_TARGETS - 1) * referral.recipient.response_target_days
    return add_working_days(referral.respond_by, more, referral.recipient)


def has_run_out(referral: Referral, at: datetime) -> bool:
    day = last_day(referral)
    return day is not None and local_day(at) > day
