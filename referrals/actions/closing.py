"""Ending what is not going on: withdrawn, expired, acknowledged."""

from datetime import datetime

from django.db import transaction

from accounts.actors import SYSTEM_ROLE, Actor
from contacts.models import Consent
from referrals import clock, mails, rules, webhooks
from referrals.actions.needs import roll_up
from referrals.actions.steps import move, take_step
from referrals.actions.values import code_of
from referrals.errors import WrongSideError
from referrals.models import (
    OPEN_STATUSES,
    Referral,
    ReferralChangedError,
    ReferralStatus,
    StepNotAllowedError,
    WithdrawalReason,
)

ENDED_AFTER_ACCEPTANCE = frozenset(
    {ReferralStatus.COMPLETED, ReferralStatus.DECLINED, ReferralStatus.FORWARDED}
)
SENDERS_REASONS = frozenset(WithdrawalReason.values) - {WithdrawalReason.CONSENT}


@transaction.atomic
def withdraw_referral(*, referral: Referral, reason: str, by: Actor, at: datetime) -> Referral:
    """The sender takes back what has not been accepted yet."""
    rules.check(referral, "withdraw", by=by, at=at)
    reason = code_of("reason", reason, SENDERS_REASONS)
    take_step(
        referral,
        "withdraw",
        to=ReferralStatus.WITHDRAWN,
        by=by,
        at=at,
        withdrawn_reason=reason,
    )
    mails.referral_withdrawn(referral, at=at)
    return referral


@transaction.atomic
def withdraw_for_consent(*, consent: Consent, by: Actor, at: datetime) -> int:
    """Stop every open referral of this person to this organisation, at once; how many.

    Of ended ones the recipient is told that its copy of the contact data has to go.
    Called inside the transaction of the withdrawal. Referrals first, needs after, both by id:
    whoever moves one of them at the same moment waits for us or we for them, never both.
    """
    rows = Referral.objects.filter(
        status__in=OPEN_STATUSES | ENDED_AFTER_ACCEPTANCE,
        need__person_id=consent.person_id,
        recipient_id=consent.recipient_id,
    )
    referrals = list(rows.select_related("need", "recipient").order_by("pk"))
    stopped = [referral for referral in referrals if stop(referral, at)]
    for need_id in sorted({referral.need_id for referral in stopped}):
        roll_up(need_id)
    return len(stopped)


def stop(referral: Referral, at: datetime) -> bool:
    """Withdraw it in whatever open state it is by now; False if it closed by itself or before."""
    while True:
        try:
            move(
                referral,
                ReferralStatus.WITHDRAWN,
                action="withdraw",
                by=Actor.system(),
                at=at,
                withdrawn_reason=WithdrawalReason.CONSENT,
            )
        except ReferralChangedError:
            referral.refresh_from_db()
        except StepNotAllowedError:
            note_consent_gone(referral, at)
            return False
        else:
            mails.referral_withdrawn(referral, at=at)
            return True


def note_consent_gone(referral: Referral, at: datetime) -> None:
    """An ended one stays as it is; systems and people of the recipient hear of it.

    `responsible` stands where it was accepted, whatever came after.
    """
    if referral.status not in ENDED_AFTER_ACCEPTANCE or not referral.responsible:
        return
    locked = Referral.objects.select_for_update().get(pk=referral.pk)
    locked.write(action="consent_gone", by=Actor.system(), at=at)
    webhooks.referral_moved(locked, at=at)
    mails.referral_consent_gone(locked, at=at)


@transaction.atomic
def acknowledge_outcome(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """The sender has taken note of the outcome; the system does so after 14 days."""
    if by.role != SYSTEM_ROLE:
        take_step(referral, "acknowledge", by=by, at=at, acknowledged_at=at)
        return referral
    long_enough = referral.closed_at and at - referral.closed_at >= clock.ACKNOWLEDGED_AFTER
    if referral.status != ReferralStatus.COMPLETED or referral.acknowledged_at or not long_enough:
        raise StepNotAllowedError
    referral.write(action="acknowledge", by=by, at=at, acknowledged_at=at)
    return referral


@transaction.atomic
def expire_referral(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """Nobody answered in time; only the clock says so."""
    if by.role != SYSTEM_ROLE:
        raise WrongSideError
    waiting = referral.status in {ReferralStatus.SENT, ReferralStatus.QUERY}
    if not waiting or not clock.has_run_out(referral, at):
        raise StepNotAllowedError
    move(referral, ReferralStatus.EXPIRED, action="expire", by=by, at=at)
    roll_up(referral.need_id)
    mails.referral_expired(referral, at=at)
    return referral
