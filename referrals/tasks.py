"""What the clock does by itself: sweeps that load and delegate.

Each is safe to run twice, at once with others, or after a week of standstill; what one run leaves
(`MOST_AT_ONCE`) the next one takes.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from accounts.actors import Actor
from contacts.tasks import send_due_follow_ups
from referrals import clock, notices
from referrals.actions import acknowledge_outcome, expire_referral, give_notice
from referrals.elapsed import calendars
from referrals.feedback.asking import ask_founders, ask_impact
from referrals.introductions.sweeps import run_introductions
from referrals.models import Referral, ReferralError, ReferralStatus
from referrals.workdays import is_office_hour

SYSTEM = Actor.system()
BATCH = 200
MOST_AT_ONCE = 2000


def tick(*, at: datetime) -> dict[str, int]:
    """What the background jobs run: states change at any hour, people are written to by day."""
    return run_clock(at=at) if is_office_hour(at) else keep_time(at=at)


def run_clock(*, at: datetime) -> dict[str, int]:
    """How often each thing was done. What has expired is not reminded of any more."""
    return {
        **keep_time(at=at),
        **give_notices(at=at),
        "feedback": ask_founders(at=at),
        "impact": ask_impact(at=at),
        "introductions": run_introductions(at=at),
    }


def keep_time(*, at: datetime) -> dict[str, int]:
    return {
        "expired": expire_overdue(at),
        "acknowledged": acknowledge_old(at),
        "follow_up_mails": send_due_follow_ups(at=at),
    }


def give_notices(*, at: datetime) -> dict[str, int]:
    """By kind, in the order of the table."""
    organisations = calendars()
    return {
        notice.kind: give_each(notice, notices.due(notice, at, organisations), at)
        for notice in notices.SWEPT
    }


def give_each(notice: notices.Notice, due: QuerySet[Referral], at: datetime) -> int:
    return sum(give_notice(notice=notice, referral=referral, at=at) for referral in each_of(due))


def expire_overdue(at: datetime) -> int:
    return sum(
        attempt(expire_referral, referral, at)
        for status, overdue in clock.overdue(at).items()
        for referral in each_of(Referral.objects.filter(overdue, status=status))
    )


def acknowledge_old(at: datetime) -> int:
    rows = Referral.objects.filter(
        status=ReferralStatus.COMPLETED,
        acknowledged_at=None,
        closed_at__lte=at - clock.ACKNOWLEDGED_AFTER,
    )
    return sum(attempt(acknowledge_outcome, referral, at) for referral in each_of(rows))


def each_of(rows: QuerySet[Referral]) -> Iterator[Referral]:
    """Each once, the oldest first, read in batches as it stands now."""
    ids = rows.order_by("pk").values_list("pk", flat=True)
    batch, left = list(ids[:BATCH]), MOST_AT_ONCE
    while batch and left > 0:
        yield from with_parties(Referral.objects.filter(pk__in=batch)).order_by("pk")
        left -= len(batch)
        batch = list(ids.filter(pk__gt=batch[-1])[:BATCH])


def with_parties(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    return rows.select_related("recipient", "sender", "need__owner", "need__person")


def attempt(action: Callable[..., object], referral: Referral, at: datetime) -> bool:
    """Somebody who acts at this very moment wins; the clock comes again."""
    try:
        action(referral=referral, by=SYSTEM, at=at)
    except ReferralError:
        return False
    return True
