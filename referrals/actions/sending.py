"""The sender's steps: make, send, answer a query, decide on a forwarding proposal."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import AGENCY_ID, Actor
from contacts.models import Consent, PartnerOrganisation, Person
from dma_crm.models import next_reference
from referrals import clock, mails, rules
from referrals.actions.links import create_link, prolong_links
from referrals.actions.needs import CREATING_ROLES
from referrals.actions.steps import take_step
from referrals.actions.values import TEXT_LENGTH, text_of
from referrals.errors import (
    CapacityFullError,
    ConsentMissingError,
    DuplicateReferralError,
    InvalidValueError,
    NoAddressError,
    RecipientUnavailableError,
    WrongSideError,
)
from referrals.models import (
    OPEN_STATUSES,
    Need,
    Referral,
    ReferralMessage,
    ReferralStatus,
    Service,
)

REASON_LENGTH = 1000
REFERENCE_LENGTH = 100
UNDER_WAY = OPEN_STATUSES - {ReferralStatus.DRAFT}


@transaction.atomic
def create_referral(
    *,
    need: Need,
    recipient: PartnerOrganisation,
    sender: PartnerOrganisation | None = None,
    service: Service | None = None,
    reason: str = "",
    consent: Consent | None = None,
    your_reference: str = "",
    replaces: Referral | None = None,
    told: str = "",
    by: Actor,
    at: datetime,
) -> Referral:
    """A draft. From one partner to another the agency is always in copy.

    `told` is what a partner said of the founder, kept with the first step.
    """
    sender = sender or PartnerOrganisation.objects.get(pk=AGENCY_ID)
    if by.role not in CREATING_ROLES or by.organisation_id != sender.pk:
        raise WrongSideError
    if recipient.pk == sender.pk or not recipient.active:
        raise RecipientUnavailableError
    if service and service.partner_id != recipient.pk:
        raise InvalidValueError("service")
    return insert(
        need=need,
        recipient=recipient,
        sender=sender,
        service=service,
        reason=text_of("reason", reason, limit=REASON_LENGTH),
        consent=consent,
        sender_reference=text_of("your_reference", your_reference, limit=REFERENCE_LENGTH),
        replaces=replaces,
        told=told,
        by=by,
        at=at,
    )


def insert(*, told: str = "", by: Actor, at: datetime, **fields: Any) -> Referral:
    referral = Referral.objects.create(
        reference=next_reference(Referral, at=at),
        status_since=at,
        created_at=at,
        modified_at=at,
        agency_copied=AGENCY_ID not in {fields["sender"].pk, fields["recipient"].pk},
        **fields,
    )
    referral.steps.create(
        action="create",
        after=referral.status,
        text=told,
        at=at,
        version=referral.version,
        **by.as_history(),
    )
    return referral


@transaction.atomic
def send_referral(
    *, referral: Referral, override_capacity: bool = False, by: Actor, at: datetime
) -> Referral:
    """Needs consent, an address, room and no open double; the clock starts."""
    rules.check(referral, "send", by=by, at=at)
    recipient = referral.recipient
    check_recipient(recipient, at=at, override_capacity=override_capacity)
    Person.objects.select_for_update().get(pk=referral.need.person_id)  # two sends take turns
    if referral.sender_id == AGENCY_ID:  # a partner would learn of referrals that are not its own
        check_double(referral)
    take_step(
        referral,
        "send",
        to=ReferralStatus.SENT,
        by=by,
        at=at,
        sent_at=at,
        respond_by=clock.respond_by(recipient, at),
        consent=consent_for(referral, recipient, at),
    )
    create_link(referral=referral, at=at)
    mails.referral_sent(referral, at=at)
    return referral


def check_recipient(recipient: PartnerOrganisation, *, at: datetime, override_capacity: bool):
    if not recipient.active:
        raise RecipientUnavailableError
    if not (recipient.email or recipient.is_agency):  # the agency works with its lists
        raise NoAddressError
    if recipient.is_full_on(clock.local_day(at)) and not override_capacity:
        raise CapacityFullError


def consent_for(referral: Referral, recipient: PartnerOrganisation, at: datetime) -> Consent:
    """The newest that covers; locked, so that a withdrawal at this moment waits and then finds us.

    Raises ConsentMissingError.
    """
    covering = Consent.objects.covering(
        person_id=referral.need.person_id,
        recipient_id=recipient.pk,
        sender_id=referral.sender_id,
        at=at,
    )
    consent = covering.select_for_update(of=("self",)).first()
    if consent is None:
        raise ConsentMissingError
    return consent


def check_double(referral: Referral) -> None:
    """Raises DuplicateReferralError: same person, recipient and one topic in common."""
    doubles = Referral.objects.filter(
        need__person_id=referral.need.person_id,
        recipient_id=referral.recipient_id,
        status__in=UNDER_WAY,
        need__topics__in=referral.need.topics.all(),
    )
    if doubles.exclude(pk=referral.pk).exists():
        raise DuplicateReferralError


@transaction.atomic
def answer_query(*, referral: Referral, text: str, by: Actor, at: datetime) -> Referral:
    """The recipient's clock goes on where it stood."""
    rules.check(referral, "answer", by=by, at=at)
    text = text_of("text", text, limit=2 * TEXT_LENGTH, required=True)
    respond_by = clock.after_query(referral, at)
    take_step(referral, "answer", to=ReferralStatus.SENT, by=by, at=at, respond_by=respond_by)
    ReferralMessage.objects.create(referral=referral, text=text, at=at, **by.as_history())
    prolong_links(referral, at)
    mails.referral_answered(referral, at=at)
    return referral


@transaction.atomic
def confirm_forward(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """The proposed organisation gets a new, linked referral; the old one ends as forwarded.

    That the new one takes no cases is overridden: somebody who knows it has proposed it.
    """
    rules.check(referral, "confirm_forward", by=by, at=at)
    recipient = referral.forward_to
    assert recipient is not None  # the rule has seen the proposal
    check_recipient(recipient, at=at, override_capacity=True)
    consent = consent_for(referral, recipient, at)
    take_step(
        referral,
        "confirm_forward",
        to=ReferralStatus.FORWARDED,
        by=by,
        at=at,
        forward_to=recipient,
        forward_text=referral.forward_text,
    )
    mails.referral_forward_decided(referral, at=at)
    successor = insert(
        need=referral.need,
        sender=referral.sender,
        recipient=recipient,
        reason=referral.forward_text[:REASON_LENGTH] or referral.reason,
        sender_reference=referral.sender_reference,
        consent=consent,
        forwarded_from=referral,
        told=told_of(referral),
        by=by,
        at=at,
    )
    send_referral(referral=successor, override_capacity=True, by=by, at=at)
    return referral


def told_of(referral: Referral) -> str:
    """What its sender, if a partner, has said of the founder."""
    texts = referral.steps.filter(action="create").values_list("text", flat=True)
    return texts.first() or ""


@transaction.atomic
def refuse_forward(*, referral: Referral, text: str = "", by: Actor, at: datetime) -> Referral:
    """The case stays where it is; the recipient is told."""
    rules.check(referral, "refuse_forward", by=by, at=at)
    text = text_of("text", text)
    take_step(referral, "refuse_forward", by=by, at=at, text=text, forward_to=None, forward_text="")
    mails.referral_forward_decided(referral, at=at)
    return referral
