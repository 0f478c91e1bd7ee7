"""Asking by hand how things stand: no step is taken, but somebody is written to."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from contacts.models import Consent
from referrals import mails, rules
from referrals.actions.links import keep_link
from referrals.clock import local_day
from referrals.errors import (
    ConsentMissingError,
    NoAddressError,
    RemindedTodayError,
    WrongSideError,
)
from referrals.models import BY_HAND, Referral, ReferralNotice, StepNotAllowedError


@transaction.atomic
def remind_recipient(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """Once a day, whoever presses first; what the clock says by itself goes on beside it.

    Raises RemindedTodayError, ConsentMissingError and NoAddressError besides those of the rules.
    """
    if rules.SENDER not in rules.sides_of(referral, by):
        raise WrongSideError
    if not rules.may_remind(referral, by):
        raise StepNotAllowedError
    consents = Consent.objects.covering(
        person_id=referral.need.person_id,
        recipient_id=referral.recipient_id,
        sender_id=referral.sender_id,
        at=at,
    )
    if not consents.exists():
        raise ConsentMissingError
    note_once(referral, at)
    keep_link(referral, at)
    if not mails.referral_reminded(referral, at=at):
        raise NoAddressError
    return referral


def note_once(referral: Referral, at: datetime) -> None:
    """The unique row decides between two who press at once."""
    day = local_day(at).isoformat()
    row = ReferralNotice(
        referral=referral, kind=BY_HAND, occasion=day, at=at, created_at=at, modified_at=at
    )
    ReferralNotice.objects.bulk_create([row], ignore_conflicts=True)
    if not ReferralNotice.objects.filter(pk=row.pk).exists():
        raise RemindedTodayError
