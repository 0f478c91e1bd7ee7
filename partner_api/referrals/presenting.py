"""A referral as partners see it. Plain functions, because nested serializers cost most in lists."""

import functools
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import get_language

from accounts.actors import Actor
from contacts.models import PartnerOrganisation
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
    actor = replace(actor, organisation_id=str(actor.organisation_id))  # as `loading` has keys
    accepted = [row for row in rows if disclosure.is_accepted_by(row, actor)]
    hanging = Hanging(rows, accepted)
    consents = disclosure.covering_consents(accepted, hanging.consents, at)
    said = Labels.of(get_language())
    return [present_one(row, hanging, consents.get(row.pk), actor, at, said) for row in rows]


def present_one(row, hanging: Hanging, consent, actor: Actor, at: datetime, said: "Labels") -> dict:
    is_sender = row.sender_id == actor.organisation_id
    readable = disclosure.is_readable(row, actor)
    _position, code, label = hanging.stages.get(row.need__stage_id, (None, None, None))
    topics = hanging.topics.get(row.need_id, ())
    named = hanging.named
    return {
        "id": row.pk,
        "reference": row.reference,
        "status": row.status,
        "status_label": said.statuses[row.status],
        "status_since": row.status_since,
        "direction": "sent" if is_sender else "received",
        "need": {"id": row.need_id, "reference": row.need__reference},
        "sender": named.get(row.sender_id),
        "recipient": named.get(row.recipient_id),
        "service": named.get(row.service_id),
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
        "decline_reason": row.decline_reason or None,
        "decline_reason_label": said.decline_reasons[row.decline_reason],
        "forward_to": named.get(row.forward_to_id),
        "first_contact_on": row.first_contact_on,
        "resume_on": row.resume_on,
        "outcome": row.outcome or None,
        "outcome_label": said.outcomes[row.outcome],
        "withdrawn_reason": row.withdrawn_reason or None,
        "withdrawn_reason_label": said.withdrawal_reasons[row.withdrawn_reason],
        "allowed_actions": rules.allowed_actions(row, actor, at),
        "version": row.version,
        "created_at": row.created_at,
        "modified_at": row.modified_at,
    }


def present_founder(row, hanging: Hanging, consent, actor: Actor) -> dict:
    by_partner = row.agency_copied
    said = hanging.told.get(row.pk, Told()) if by_partner else hanging.people[row.person_id]
    founder = disclosure.founder(consent, actor, said)
    return {
        "id": founder.id,
        "display_name": founder.display_name,
        "emails": list(founder.emails),
        "phones": list(founder.phones),
    }


class Labels(NamedTuple):
    """Of codes in one language; the empty one has none."""

    statuses: dict[str, str | None]
    decline_reasons: dict[str, str | None]
    outcomes: dict[str, str | None]
    withdrawal_reasons: dict[str, str | None]

    @classmethod
    @functools.cache
    def of(cls, language: str | None) -> "Labels":
        """Worded once: to translate takes longer than all else that is done with a row."""
        return cls(*map(labels, (ReferralStatus, DeclineReason, Outcome, WithdrawalReason)))


def labels(choices: type[TextChoices]) -> dict[str, str | None]:
    return {"": None, **{code: str(label) for code, label in choices.choices}}


def organisation(row: PartnerOrganisation | None) -> dict | None:
    return {"id": row.pk, "name": row.name} if row else None


def present_step(step: ReferralStep, readable: bool) -> dict:
    """Which organisation it was, never which of its people."""
    statuses = Labels.of(get_language()).statuses
    return {
        "version": step.version,
        "at": step.at,
        "action": step.action,
        "action_label": words.done(step.action),
        "before": step.before or None,
        "before_label": statuses[step.before],
        "after": step.after or None,
        "after_label": statuses[step.after],
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
