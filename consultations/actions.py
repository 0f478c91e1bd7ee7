"""Logging a consultation with all that follows from it in one save, and correcting one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from consultations import notes
from consultations.appointments.actions import hold_appointment
from consultations.drafts import draft_row
from consultations.errors import AlreadyLoggedError
from consultations.models import (
    Appointment,
    Consultation,
    ConsultationKind,
    ConsultationResult,
    ConsultationState,
)
from contacts.actions import (
    affiliate,
    create_person,
    create_startup,
    plan_follow_up,
    record_consent,
    start_series,
    stop_series,
)
from contacts.models import (
    ALL_SHARED_FIELDS,
    AffiliationRole,
    Consent,
    ConsentPurpose,
    EndReason,
    Evidence,
    FollowUp,
    FollowUpKind,
    FollowUpSeries,
    MailTemplate,
    PartnerOrganisation,
    Person,
    SeriesRun,
    Startup,
    Topic,
)
from referrals.actions import create_need, create_referral, send_referral
from referrals.models import Need, Referral, ReferralError, Service


@dataclass(frozen=True)
class NewPerson:
    family_name: str
    given_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class FollowUpPlan:
    """With a template it is a mail to the person, else a task for the advisor."""

    due_on: date
    subject: str = ""
    template: MailTemplate | None = None


@dataclass(frozen=True)
class ReferralPlan:
    """One question to one or more partners; `consented` and `overridden` hold their ids.

    `overridden`: send although the partner says that it is full.
    """

    question: str
    partners: tuple[PartnerOrganisation, ...]
    consented: frozenset[UUID] = frozenset()
    overridden: frozenset[UUID] = frozenset()
    services: Mapping[UUID, Service | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """A referral that was not sent, and why; without `referral` not even a draft was possible."""

    partner: PartnerOrganisation
    reason: str
    referral: Referral | None = None


@dataclass(frozen=True)
class Logged:
    """What one save made. `again`: it had been saved before, nothing was written now."""

    consultation: Consultation
    again: bool = False
    follow_up: FollowUp | None = None
    series: SeriesRun | None = None
    sent: tuple[Referral, ...] = ()
    held: tuple[Held, ...] = ()


@transaction.atomic
def log_consultation(
    *,
    token: UUID,
    person: Person | NewPerson,
    summary: str,
    startup: Startup | str | None = None,
    topics: Iterable[Topic] = (),
    confidential: str = "",
    follow_up: FollowUpPlan | None = None,
    series: FollowUpSeries | None = None,
    referral: ReferralPlan | None = None,
    appointment: Appointment | None = None,
    by: Actor,
    at: datetime,
    **facts: Any,
) -> Logged:
    """Write everything that was said, or nothing; the same `token` again writes nothing more.

    A new person or venture (given by name) is made with it. Series that were running for the
    person have reached their aim and stop; `series` is one that starts. Whatever forbids a
    referral blocks that referral alone: it stays a draft and is named in `held`. Raises
    AlreadyLoggedError for a discarded draft, DoesNotExist for somebody else's, ContactsError for a
    locked person or a series that cannot be.
    """
    consultation = draft_row(token, by=by, at=at)
    if consultation.state == ConsultationState.COMPLETE:
        return Logged(consultation, again=True)
    if consultation.state != ConsultationState.DRAFT:
        raise AlreadyLoggedError
    topics = list(topics)
    founder = founder_of(person, by=by, at=at)
    venture = venture_of(startup, founder, by=by, at=at)
    facts = filled(facts, founder, referral)
    complete(consultation, founder, venture, summary, topics, facts, by=by, at=at)
    notes.write_note(consultation=consultation, text=confidential, by=by, at=at)
    if appointment:
        hold_appointment(appointment=appointment, consultation=consultation, by=by, at=at)
    held_on = consultation.held_on
    stop_series(person=founder, reason=EndReason.CONSULTED, on=held_on, by=by, at=at)
    planned = plan(consultation, follow_up, by=by, at=at) if follow_up else None
    run = (
        start_series(
            series=series,
            person=founder,
            startup=venture,
            assignee=consultation.advisor,
            by=by,
            at=at,
        )
        if series
        else None
    )
    sent, held = (
        refer(consultation, founder, referral, topics, by=by, at=at) if referral else ((), ())
    )
    return Logged(consultation, follow_up=planned, series=run, sent=sent, held=held)


def founder_of(person: Person | NewPerson, *, by: Actor, at: datetime) -> Person:
    """Whoever writes somebody down first is their owner."""
    if isinstance(person, Person):
        return person
    return create_person(
        given_name=person.given_name,
        family_name=person.family_name,
        emails=[person.email] if person.email else [],
        phones=[person.phone] if person.phone else [],
        owner_id=by.user_id,
        first_contact_on=timezone.localdate(at),
        by=by,
        at=at,
    )


def venture_of(
    startup: Startup | str | None, founder: Person, *, by: Actor, at: datetime
) -> Startup | None:
    if not startup:
        return None
    if isinstance(startup, str):
        return create_startup(name=startup, people=[founder], owner_id=by.user_id, by=by, at=at)
    if not founder.affiliations.filter(startup=startup, until=None).exists():
        affiliate(person=founder, startup=startup, role=AffiliationRole.FOUNDER, by=by, at=at)
    return startup


def filled(facts: dict[str, Any], founder: Person, referral: ReferralPlan | None) -> dict[str, Any]:
    """Kind and result follow from the case where the advisor left them open."""
    known = {name: value for name, value in facts.items() if value not in ("", None)}
    if "kind" not in known:
        earlier = founder.consultations.filter(state=ConsultationState.COMPLETE).exists()
        known["kind"] = ConsultationKind.FURTHER if earlier else ConsultationKind.FIRST
    result = ConsultationResult.REFERRED if referral else ConsultationResult.OPEN
    return {"result": result, **known}


def complete(
    consultation: Consultation,
    founder: Person,
    venture: Startup | None,
    summary: str,
    topics: list[Topic],
    facts: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The row is locked by `draft_row`; its history starts here, typing left none."""
    written = {
        **facts,
        "person": founder,
        "startup": venture,
        "summary": summary,
        "draft": {},
        "state": ConsultationState.COMPLETE,
        "completed_at": at,
        "modified_at": at,
        "version": consultation.version + 1,
    }
    Consultation.objects.filter(pk=consultation.pk).update(**written)
    for name, value in written.items():
        setattr(consultation, name, value)
    consultation.topics.set(topics)
    note_change(consultation, {"state": ["draft", "complete"]}, by=by, at=at)


def plan(
    consultation: Consultation, follow_up: FollowUpPlan, *, by: Actor, at: datetime
) -> FollowUp:
    mail = follow_up.template
    return plan_follow_up(
        due_on=follow_up.due_on,
        subject=follow_up.subject or (mail.label if mail else _("Follow up the consultation")),
        assignee=consultation.advisor,
        person=consultation.person,
        startup=consultation.startup,
        kind=FollowUpKind.MAIL if mail else FollowUpKind.TASK,
        template=mail,
        by=by,
        at=at,
    )


def refer(
    consultation: Consultation,
    founder: Person,
    plan: ReferralPlan,
    topics: list[Topic],
    *,
    by: Actor,
    at: datetime,
) -> tuple[tuple[Referral, ...], tuple[Held, ...]]:
    """One need, one referral to each partner; (sent, held)."""
    need = create_need(
        person=founder,
        startup=consultation.startup,
        topics=topics,
        question=plan.question,
        owner=consultation.advisor,
        by=by,
        at=at,
    )
    tried = [refer_to(partner, need, plan, by=by, at=at) for partner in plan.partners]
    sent = tuple(one for one in tried if isinstance(one, Referral))
    return sent, tuple(one for one in tried if isinstance(one, Held))


def refer_to(
    partner: PartnerOrganisation, need: Need, plan: ReferralPlan, *, by: Actor, at: datetime
) -> Referral | Held:
    """Make the draft and send it; what forbids sending leaves the draft as it is."""
    consent = consent_for(partner, need.person, plan, by=by, at=at)
    referral = None
    try:
        with transaction.atomic():
            referral = create_referral(
                need=need,
                recipient=partner,
                service=plan.services.get(partner.pk),
                consent=consent,
                by=by,
                at=at,
            )
        override = partner.pk in plan.overridden
        with transaction.atomic():
            return send_referral(referral=referral, override_capacity=override, by=by, at=at)
    except ReferralError as error:
        return Held(partner, str(error.message), referral)


def consent_for(
    partner: PartnerOrganisation, person: Person, plan: ReferralPlan, *, by: Actor, at: datetime
) -> Consent | None:
    """The consent there is; else the one just given, said while the advisor was listening."""
    covering = Consent.objects.covering(person_id=person.pk, recipient_id=partner.pk, at=at)
    if (consent := covering.first()) or partner.pk not in plan.consented:
        return consent
    return record_consent(
        person=person,
        purpose=ConsentPurpose.REFERRAL,
        recipient=partner,
        shared_fields=ALL_SHARED_FIELDS,
        evidence=Evidence.SPOKEN,
        given_at=at,
        by=by,
        at=at,
    )


@transaction.atomic
def correct_consultation(
    *,
    consultation: Consultation,
    changes: dict[str, Any],
    topics: Iterable[Topic] | None = None,
    reason: str,
    version: int,
    by: Actor,
    at: datetime,
) -> Consultation:
    """Complete is final: what is corrected keeps its old text in the history, with the reason.

    Raises EditConflict where somebody corrected it meanwhile. Nothing changed: nothing written.
    """
    before: list[str] = sorted(consultation.topics.values_list("code", flat=True))
    after = before if topics is None else sorted(topic.code for topic in topics)
    related: dict[str, list] = {} if after == before else {"topics": [before, after]}
    differing = {k: v for k, v in changes.items() if getattr(consultation, k) != v}
    if differing or related:
        related["reason"] = ["", reason]
    save_changes(consultation, differing, related=related, by=by, at=at, version=version)
    if "topics" in related:
        consultation.topics.set(Topic.objects.filter(code__in=after))
    return consultation
