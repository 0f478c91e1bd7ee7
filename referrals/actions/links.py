"""Mail links: made on sending, prolonged with the clock, sent afresh on request."""

from datetime import datetime, timedelta

from django.db import transaction

from referrals import mails
from referrals.clock import end_of, last_day, local_day
from referrals.models import OPEN_STATUSES, AnswerLink, Referral, ReferralStatus

SHORTEST_LIFE = timedelta(days=7)


def create_link(*, referral: Referral, at: datetime) -> AnswerLink:
    """Valid until the referral's deadline; links made before are revoked."""
    referral.answer_links.filter(revoked_at=None).update(revoked_at=at, modified_at=at)
    link = AnswerLink.bearing(referral=referral, expires_at=deadline(referral, at), at=at)
    link.save(force_insert=True)
    return link


def prolong_links(referral: Referral, at: datetime) -> None:
    """A query moves the deadline, and the mailed link stays good with it."""
    referral.answer_links.filter(revoked_at=None).update(
        expires_at=deadline(referral, at), modified_at=at
    )


def deadline(referral: Referral, at: datetime) -> datetime:
    """At least a week away: a fresh link asked for late must still open."""
    earliest = local_day(at + SHORTEST_LIFE)
    return end_of(max(last_day(referral) or earliest, earliest))


@transaction.atomic
def send_fresh_link(*, token: str, at: datetime) -> bool:
    """Mail a new link to the recipient's address of record, at most one an hour.

    Whoever holds an old link may ask; nothing tells them whether anything was sent.
    """
    link = (
        AnswerLink.objects.select_related("referral__recipient", "referral__need")
        .filter(token_hash=AnswerLink.hash_of(token))
        .first()
    )
    if link is None or link.referral.status not in OPEN_STATUSES - {ReferralStatus.DRAFT}:
        return False
    if not mails.referral_link(link.referral, at=at):
        return False
    create_link(referral=link.referral, at=at)
    return True
