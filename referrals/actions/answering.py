"""The recipient's answer: accept, ask back, decline, propose somebody else, take it back."""

from datetime import date, datetime

from django.db import transaction

from accounts.actors import AGENCY_ID, Actor
from contacts.models import PartnerOrganisation
from referrals import clock, mails, rules
from referrals.actions.links import prolong_links
from referrals.actions.sending import REFERENCE_LENGTH
from referrals.actions.steps import take_step
from referrals.actions.values import TEXT_LENGTH, code_of, text_of
from referrals.errors import RecipientUnavailableError
from referrals.models import (
    WORKING_STATUSES,
    DeclineReason,
    Need,
    Referral,
    ReferralMessage,
    ReferralStatus,
)

RESPONSIBLE_LENGTH = 150


@transaction.atomic
def accept_referral(
    *, referral: Referral, responsible: str = "", your_reference: str = "", by: Actor, at: datetime
) -> Referral:
    """The recipient takes the case; its owner and the founder hear of it by mail.

    Without `responsible` it is the organisation's contact person.
    """
    rules.check(referral, "accept", by=by, at=at)
    contact = referral.recipient.contact_name or referral.recipient.name
    take_step(
        referral,
        "accept",
        to=ReferralStatus.ACCEPTED,
        by=by,
        at=at,
        responsible=text_of("responsible", responsible, limit=RESPONSIBLE_LENGTH) or contact,
        recipient_reference=text_of("your_reference", your_reference, limit=REFERENCE_LENGTH),
    )
    prolong_links(referral, at)
    take_over_need(referral, by)
    mails.referral_accepted(referral, at=at)
    return referral


def take_over_need(referral: Referral, by: Actor) -> None:
    """What a partner sent to the agency belongs to the advisor who takes it."""
    if referral.recipient_id == AGENCY_ID and by.user_id:
        Need.objects.filter(pk=referral.need_id, owner=None).update(owner=by.user_id)


@transaction.atomic
def ask_referral(*, referral: Referral, text: str, by: Actor, at: datetime) -> Referral:
    """A question to the sender; the recipient's clock stands still until it is answered."""
    rules.check(referral, "ask", by=by, at=at)
    text = text_of("text", text, limit=2 * TEXT_LENGTH, required=True)
    take_step(referral, "ask", to=ReferralStatus.QUERY, by=by, at=at)
    ReferralMessage.objects.create(referral=referral, text=text, at=at, **by.as_history())
    prolong_links(referral, at)
    mails.referral_query(referral, at=at)
    return referral


@transaction.atomic
def decline_referral(
    *, referral: Referral, reason: str, text: str = "", by: Actor, at: datetime
) -> Referral:
    """With a reason; "other" needs words."""
    rules.check(referral, "decline", by=by, at=at)
    reason = code_of("reason", reason, DeclineReason.values)
    text = text_of("text", text, required=reason == DeclineReason.OTHER)
    take_step(
        referral,
        "decline",
        to=ReferralStatus.DECLINED,
        by=by,
        at=at,
        text=text,
        decline_reason=reason,
        decline_text=text,
        respond_by=clock.after_query(referral, at),
    )
    mails.referral_declined(referral, at=at)
    return referral


@transaction.atomic
def propose_forward(
    *, referral: Referral, recipient: PartnerOrganisation, text: str = "", by: Actor, at: datetime
) -> Referral:
    """Somebody else would fit better: the state stays, the sender decides. The last one counts."""
    rules.check(referral, "forward", by=by, at=at)
    if not recipient.active or recipient.pk in {referral.sender_id, referral.recipient_id}:
        raise RecipientUnavailableError
    text = text_of("text", text)
    take_step(referral, "forward", by=by, at=at, text=text, forward_to=recipient, forward_text=text)
    mails.referral_forward_proposed(referral, at=at)
    return referral


def to_be_answered_again_by(referral: Referral, at: datetime) -> date | None:
    """The day stays, unless the case was at work: its first answer lies too far back to go on."""
    answer = referral.steps.filter(version=referral.version).first()
    if answer is None or answer.before not in WORKING_STATUSES:
        return referral.respond_by
    return clock.respond_by(referral.recipient, at)


@transaction.atomic
def undo_answer(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """Back to waiting, as if nothing had been answered; those who were told are told again."""
    rules.check(referral, "undo", by=by, at=at)
    undone, version = referral.status, referral.version
    take_step(
        referral,
        "undo",
        to=ReferralStatus.SENT,
        by=by,
        at=at,
        responsible="",
        recipient_reference="",
        decline_reason="",
        decline_text="",
        first_contact_on=None,
        respond_by=to_be_answered_again_by(referral, at),
    )
    mails.referral_undone(referral, undone=undone, version=version, at=at)
    return referral
