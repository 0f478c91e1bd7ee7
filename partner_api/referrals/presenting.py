"""A referral as partners see it. Plain functions, because nested serializers cost most in lists."""

import functools
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import get_language

from accounts.actors import Actor
from contacts.models import PartnerOrganisation
from contacts.models.people import full_name
from partner_api.referrals.loading import Hanging
from referrals import disclosure, rules, words
from referrals.models import (
    DeclineReason,
    Outcome,
    ReferralMessage,
    ReferralStatus,
    ReferralStep,
    WithdrawalReason,
)
from referrals.told import Told


def present(rows: list, actor: Actor, at: datetime) -> list[dict]:
    """Rows made by `loading`; one statement more, however many they are."""
    if not rows:
        return []
    accepted = [row for row in rows if disclosure.is_accepted_by(row, actor)]
    hanging = Hanging(rows, accepted)
    consents = disclosure.covering_consents(accepted, hanging.consents, at)
    said = functools.partial(coded_in, get_language())
    return [present_one(row, hanging, consents.get(row.pk), actor, at, said) for row in rows]


def present_one(row, hanging: Hanging, consent, actor: Actor, at: datetime, said) -> dict:
    is_sender = row.sender_id == actor.organisation_id
    readable = disclosure.is_readable(row, actor)
    _position, code, label = hanging.stages.get(row.need__stage_id, (None, None, None))
    topics = hanging.topics.get(row.need_id, [])
    return {
        "id": row.pk,
        "reference": row.reference,
        **said("status", row.status, ReferralStatus),
        "status_since": row.status_since,
        "direction": "sent" if is_sender else "received",
        "need": {"id": row.need_id, "reference": row.need__reference},
        "sender": named(row.sender_id, hanging.names),
        "recipient": named(row.recipient_id, hanging.names),
        "service": named(row.service_id, hanging.names),
        "topics": [code for _position, code, _label in topics],
        "topics_label": [label for _position, _code, label in topics],
        "stage": code,
        "stage_label": label,
        "postcode": row.need__postcode,
        "question": row.need__question if readable else "",
        "reason": row.reason if readable else "",
        "founder": present_founder(row, hanging, consent, actor) if consent else None,
        "respond_by": row.respond_by,
        "responsible": row.responsible,
        "your_reference": row.sender_reference if is_sender else row.recipient_reference,
        **said("decline_reason", row.decline_reason, DeclineReason),
        "forward_to": named(row.forward_to_id, hanging.names),
        "first_contact_on": row.first_contact_on,
        "resume_on": row.resume_on,
        **said("outcome", row.outcome, Outcome),
        **said("withdrawn_reason", row.withdrawn_reason, WithdrawalReason),
        "allowed_actions": rules.allowed_actions(row, actor, at),
        "version": row.version,
        "created_at": row.created_at,
        "modified_at": row.modified_at,
    }


def present_founder(row, hanging: Hanging, consent, actor: Actor) -> dict:
    said = hanging.told.get(row.pk, Told()) if row.agency_copied else ours(row, hanging)
    founder = disclosure.founder(consent, actor, said)
    return {
        "id": founder.id,
        "display_name": founder.display_name,
        "emails": list(founder.emails),
        "phones": list(founder.phones),
    }


def ours(row, hanging: Hanging) -> Told:
    """What our own records say."""
    name = full_name(
        row.need__person__title, row.need__person__given_name, row.need__person__family_name
    )
    emails, phones = hanging.emails.get(row.person_id, ()), hanging.phones.get(row.person_id, ())
    return Told(name, tuple(emails), tuple(phones))


def coded(name: str, code: str, choices: type[TextChoices]) -> dict:
    """A code and its label in the language asked for; both null where there is none."""
    return coded_in(get_language(), name, code, choices)


def coded_in(language: str | None, name: str, code: str, choices: type[TextChoices]) -> dict:
    label = labels(choices, language)[code] if code else None
    return {name: code or None, f"{name}_label": label}


@functools.lru_cache
def labels(choices: type[TextChoices], language: str | None) -> dict[str, str]:
    """Worded once: to translate takes longer than all else that is done with a row."""
    return {code: str(label) for code, label in choices.choices}


def named(pk: UUID | None, names: dict[UUID, str]) -> dict | None:
    return {"id": pk, "name": names[pk]} if pk else None


def organisation(row: PartnerOrganisation | None) -> dict | None:
    return {"id": row.pk, "name": row.name} if row else None


def present_step(step: ReferralStep, readable: bool) -> dict:
    """Which organisation it was, never which of its people."""
    return {
        "version": step.version,
        "at": step.at,
        "action": step.action,
        "action_label": words.done(step.action),
        **coded("before", step.before, ReferralStatus),
        **coded("after", step.after, ReferralStatus),
        "by": organisation(step.by_organisation),
        "text": step.text if readable else "",
    }


def present_message(message: ReferralMessage, readable: bool) -> dict:
    return {
        "id": message.pk,
        "at": message.at,
        "by": organisation(message.by_organisation),
        "text": message.text if readable else "",
    }
