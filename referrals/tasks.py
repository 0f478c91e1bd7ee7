"""What the clock does by itself: sweeps that load and delegate."""

from datetime import datetime

from accounts.actors import Actor
from contacts.tasks import send_due_follow_ups
from referrals import clock
from referrals.actions import acknowledge_outcome, expire_referral
from referrals.models import Referral, ReferralError, ReferralStatus

SYSTEM = Actor.system()


def run_clock(*, at: datetime) -> dict[str, int]:
    """How often each thing was done; safe to run twice, or after a week of standstill."""
    return {
        "expired": expire_overdue(at),
        "acknowledged": acknowledge_old(at),
        "follow_up_mails": send_due_follow_ups(at=at),
    }


def expire_overdue(at: datetime) -> int:
    today = clock.local_day(at)
    unanswered = Referral.objects.filter(status=ReferralStatus.SENT, respond_by__lt=today)
    queries = Referral.objects.filter(status=ReferralStatus.QUERY)
    return sum(
        attempt(expire_referral, referral, at)
        for rows in (unanswered, queries)
        for referral in rows.select_related("recipient", "sender", "need__owner").iterator()
        if clock.has_run_out(referral, at)
    )


def acknowledge_old(at: datetime) -> int:
    rows = Referral.objects.filter(
        status=ReferralStatus.COMPLETED,
        acknowledged_at=None,
        closed_at__lte=at - clock.ACKNOWLEDGED_AFTER,
    )
    return sum(attempt(acknowledge_outcome, referral, at) for referral in rows.iterator())


def attempt(action, referral: Referral, at: datetime) -> bool:
    """Somebody who acts at this very moment wins; the clock comes again."""
    try:
        action(referral=referral, by=SYSTEM, at=at)
    except ReferralError:
        return False
    return True
