"""What the clock does by itself: sweeps that load and delegate.

Each is safe to run twice, at once with others, or after a week of standstill; what one run leaves
(`MOST_AT_ONCE`) the next one takes.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.actors import Actor
from contacts.tasks import send_due_follow_ups
from dma_crm.workdays import is_office_hour
from referrals import clock, notices
from referrals.actions import acknowledge_outcome, expire_referral, give_notice
from referrals.elapsed import calendars
from referrals.feedback.asking import ask_founders, ask_impact
from referrals.introductions.sweeps import run_introductions
from referrals.models import Referral, ReferralError, ReferralStatus

SYSTEM = Actor.system()
BATCH = 200
MOST_AT_ONCE = 2000


def tick(*, at: datetime) -> dict[str, int]:
    """What the background jobs run: states change at any hour, people are written to by day.

    It comes often, so it looks for forgotten outcomes only as far back as a standstill may last.
    """
    done = keep_time(at=at, back=clock.LONGEST_STANDSTILL)
    return done | tell_people(at=at) if is_office_hour(at) else done


def run_clock(*, at: datetime) -> dict[str, int]:
    """How often each thing was done. What has expired is not reminded of any more."""
    return keep_time(at=at) | tell_people(at=at)


def keep_time(*, at: datetime, back: timedelta | None = None) -> dict[str, int]:
    return {
        "expired": expire_overdue(at),
        "acknowledged": acknowledge_old(at, back),
        "follow_up_mails": send_due_follow_ups(at=at),
    }


def tell_people(*, at: datetime) -> dict[str, int]:
    return {
        **give_notices(at=at),
        "feedback": ask_founders(at=at),
        "impact": ask_impact(at=at),
        "introductions": run_introductions(at=at),
    }


def give_notices(*, at: datetime) -> dict[str, int]:
    """By kind, in the order of the table."""
    organisations = calendars()
    return {
        notice.kind: give_each(notice, notices.due(notice, at, organisations), at)
        for notice in notices.SWEPT
    }


def give_each(notice: notices.Notice, due: QuerySet[Referral], at: datetime) -> int:
    rows = each_of(due.order_by(notice.since))
    return sum(give_notice(notice=notice, referral=referral, at=at) for referral in rows)


def expire_overdue(at: datetime) -> int:
    return sum(
        attempt(expire_referral, referral, at)
        for status, overdue in clock.overdue(at).items()
        for referral in each_of(Referral.objects.filter(overdue, status=status).order_by("sent_at"))
    )


def acknowledge_old(at: datetime, back: timedelta | None = None) -> int:
    """With `back` a range of one index (status, closed_at), however old the table is."""
    due = at - clock.ACKNOWLEDGED_AFTER
    rows = Referral.objects.filter(
        status=ReferralStatus.COMPLETED, acknowledged_at=None, closed_at__lte=due
    )
    rows = rows.filter(closed_at__gt=due - back) if back else rows
    due_rows = each_of(rows.order_by("closed_at"))
    return sum(attempt(acknowledge_outcome, referral, at) for referral in due_rows)


def each_of(rows: QuerySet[Referral]) -> Iterator[Referral]:
    """Each once, the first `MOST_AT_ONCE` of them, read in batches as it stands by then."""
    ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for start in range(0, len(ids), BATCH):
        yield from with_parties(Referral.objects.filter(pk__in=ids[start : start + BATCH]))


def with_parties(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    return rows.select_related("recipient", "sender", "need__owner", "need__person")


def attempt(action: Callable[..., object], referral: Referral, at: datetime) -> bool:
    """Somebody who acts at this very moment wins; the clock comes again."""
    try:
        action(referral=referral, by=SYSTEM, at=at)
    except ReferralError:
        return False
    return True
