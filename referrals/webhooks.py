"""Partners' systems hear of each change of state: what it is now, of which referral, no more."""

from datetime import datetime

from outbox.webhooks.actions import queue_webhooks
from outbox.webhooks.events import register_events
from referrals.models import Referral, ReferralStatus


def register() -> None:
    told = (status for status in ReferralStatus if status != ReferralStatus.DRAFT)
    register_events(*(event_of(status) for status in told))


def event_of(status: str) -> str:
    return f"referral.{status}"


def referral_moved(referral: Referral, *, at: datetime) -> None:
    """Both organisations, the one that acted as well; a draft was never known to its recipient."""
    told = {referral.sender_id}
    if referral.sent_at:
        told.add(referral.recipient_id)
    queue_webhooks(
        organisation_ids=told,
        type=event_of(referral.status),
        data={
            "id": str(referral.pk),
            "reference": referral.reference,
            "status": str(referral.status),
            "version": referral.version,
        },
        dedupe_key=f"referral:{referral.pk}:{referral.version}",
        at=at,
    )
