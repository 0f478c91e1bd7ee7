"""Mail links: made on sending, prolonged with the clock, sent afresh on request."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, UUIDField

from dma_crm.statements import Given, Update
from dma_crm.workdays import end_of, local_day
from referrals import mails
from referrals.clock import last_day
from referrals.models import OPEN_STATUSES, AnswerLink, Referral, ReferralStatus

SHORTEST_LIFE = timedelta(days=7)
# Each step, and each question of the clock (every 20 working days), begins it anew.
LIFE_OF_WORK = timedelta(days=90)
PROLONGED = Update(
    lambda: AnswerLink.objects.filter(referral=Given("referral", UUIDField()), revoked_at=None),
    expires_at=Given("expires_at", DateTimeField()),
    modified_at=Given("at", DateTimeField()),
)


def create_link(*, referral: Referral, at: datetime) -> AnswerLink:
    """Valid until the referral's deadline; links made before are revoked."""
    referral.answer_links.filter(revoked_at=None).update(revoked_at=at, modified_at=at)
    link = AnswerLink.bearing(referral=referral, expires_at=deadline(referral, at), at=at)
    link.save(force_insert=True)
    return link


def prolong_links(referral: Referral, at: datetime) -> bool:
    """The mailed link stays good while the case is open, wherever its deadline moves.

    False where there is none.
    """
    return bool(PROLONGED.write(referral=referral.pk, expires_at=deadline(referral, at), at=at))


def keep_link(referral: Referral, at: datetime) -> None:
    """There is one that opens, for the mail that is written now."""
    if not prolong_links(referral, at):
        create_link(referral=referral, at=at)


def deadline(referral: Referral, at: datetime) -> datetime:
    """At least a week away: a fresh link asked for late must still open."""
    earliest = local_day(at + SHORTEST_LIFE)
    return end_of(max(last_open_day(referral, at) or earliest, earliest))


def last_open_day(referral: Referral, at: datetime) -> date | None:
    """Once it is accepted no deadline runs: a while from now, or from the end of a pause."""
    if referral.status in {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS}:
        return local_day(at + LIFE_OF_WORK)
    if referral.status == ReferralStatus.ON_HOLD and referral.resume_on:
        return max(referral.resume_on, local_day(at)) + LIFE_OF_WORK
    return last_day(referral)


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
