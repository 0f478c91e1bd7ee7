"""The days a referral runs by. `respond_by` carries them: answering a query moves it on.

`has_run_out` asks of one row what `overdue` asks of the table; both count alike.
"""

from datetime import date, datetime, timedelta

from django.db.models import Q

from contacts.models import PartnerOrganisation
from dma_crm.workdays import (
    ONE_DAY,
    add_working_days,
    end_of,
    last_working_day,
    latest_start,
    local_day,
    working_days_between,
)
from referrals.elapsed import passed
from referrals.models import Referral, ReferralStatus

__all__ = ["end_of", "local_day"]

EXPIRES_AFTER_TARGETS = 3
QUERY_EXPIRES_AFTER = 30
CONTACT_AFTER = 5
SILENT_AFTER = 20
ACKNOWLEDGED_AFTER = timedelta(days=14)
LONGEST_STANDSTILL = timedelta(days=90)


def respond_by(recipient, at: datetime) -> date:
    return add_working_days(local_day(at), recipient.response_target_days, recipient)


def after_query(referral: Referral, at: datetime) -> date | None:
    """The clock stood still since the query: its working days are added."""
    if referral.status != ReferralStatus.QUERY or referral.respond_by is None:
        return referral.respond_by
    asked, today = local_day(referral.status_since), local_day(at)
    days = working_days_between(asked, today, referral.recipient)
    return add_working_days(referral.respond_by, days, referral.recipient)


def after_absence(referral: Referral, before: PartnerOrganisation, at: datetime) -> date | None:
    """As many working days left, or gone by, under the recipient's new absence as `before`.

    Also what is overdue moves: an absence that is over and deleted must not count in hindsight.
    While a query is open nothing has gone by since it was asked.
    """
    deadline, now = referral.respond_by, referral.recipient
    if deadline is None:
        return None
    asked = referral.status == ReferralStatus.QUERY
    day = local_day(referral.status_since) if asked else local_day(at) - ONE_DAY
    if left := working_days_between(day, deadline, before):
        return add_working_days(day, left, now)
    if gone := working_days_between(deadline, day, before):
        return last_working_day(latest_start(day, gone, now) + ONE_DAY, now)
    return deadline


def further_targets(target: int) -> int:
    """Working days from `respond_by`, one target after sending, until it expires."""
    return (EXPIRES_AFTER_TARGETS - 1) * target


def last_day(referral: Referral) -> date | None:
    """The day after which it expires: three targets after sending, 30 days after a query."""
    if referral.status == ReferralStatus.QUERY:
        asked = local_day(referral.status_since)
        return add_working_days(asked, QUERY_EXPIRES_AFTER, referral.sender)
    if referral.respond_by is None:
        return None
    more = further_targets(referral.recipient.response_target_days)
    return add_working_days(referral.respond_by, more, referral.recipient)


def has_run_out(referral: Referral, at: datetime) -> bool:
    day = last_day(referral)
    return day is not None and local_day(at) > day


def overdue(at: datetime) -> dict[str, Q]:
    """By status: which ones have run out."""
    today = local_day(at)
    query = passed("status_since", lambda _target: QUERY_EXPIRES_AFTER, today=today, of="sender")
    return {
        ReferralStatus.SENT: passed("respond_by", further_targets, today=today),
        ReferralStatus.QUERY: query,
    }


def is_silent(referral: Referral, at: datetime) -> bool:
    """Whether "still active?" is a question now: accepted without a first contact, or nothing new.

    Of the states in which the recipient works, each by the notice that asks; see notices.py.
    """
    days = {ReferralStatus.ACCEPTED: CONTACT_AFTER, ReferralStatus.IN_PROGRESS: SILENT_AFTER}
    n = days.get(ReferralStatus(referral.status))
    if n is None:
        return False
    since = local_day(referral.modified_at)
    return local_day(at) > add_working_days(since, n, referral.recipient)
