"""A referral as partners see it. Plain functions, because nested serializers cost most in lists."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet, TextChoices

from accounts.actors import Actor
from partner_api.referrals.loading import Page
from referrals import disclosure, rules, words
from referrals.models import (
    DeclineReason,
    Outcome,
    Referral,
    ReferralMessage,
    ReferralStatus,
    ReferralStep,
    WithdrawalReason,
)

NAMED = ("sender", "recipient", "service", "forward_to")
JOINED = ("need__person", "need__stage", *NAMED)
# What `present` reads, and no more: most of the time of a long list goes into making instances.
SHOWN = [
    *[f"{name}__name" for name in NAMED],
    *["need__reference", "need__postcode", "need__question"],
    *["need__stage__code", "need__stage__names"],
    *["need__person__title", "need__person__given_name", "need__person__family_name"],
    *["reference", "status", "status_since", "consent", "reason", "respond_by", "responsible"],
    *["sender_reference", "recipient_reference", "decline_reason", "first_contact_on"],
    *["resume_on", "outcome", "withdrawn_reason", "acknowledged_at", "version"],
    *["agency_copied", "created_at", "modified_at"],
]


def shown_to(actor: Actor) -> QuerySet[Referral]:
    """The referrals of this actor, ready for `present`."""
    return Referral.objects.visible_to(actor).select_related(*JOINED)


def listed_to(actor: Actor) -> QuerySet[Referral]:
    """As `shown_to`, for reading alone: an action needs whole rows."""
    return shown_to(actor).only(*SHOWN)


def present(referrals: Iterable[Referral], actor: Actor, at: datetime) -> list[dict]:
    """Rows read by `shown_to`; one statement more, however many they are."""
    rows = list(referrals)
    if not rows:
        return []
    founders = disclosure.founders_of(rows, actor, at, Page(rows).consents_of)
    return [present_one(row, founders[row.pk], actor, at) for row in rows]


def present_one(
    referral: Referral, founder: disclosure.Founder | None, actor: Actor, at: datetime
) -> dict:
    is_sender = referral.sender_id == actor.organisation_id
    need = referral.need
    readable = disclosure.is_readable(referral, actor)
    topics = list(need.topics.all())
    return {
        "id": str(referral.pk),
        "reference": referral.reference,
        **coded("status", referral.status, ReferralStatus),
        "status_since": referral.status_since,
        "direction": "sent" if is_sender else "received",
        "need": {"id": str(need.pk), "reference": need.reference},
        "sender": named(referral.sender),
        "recipient": named(referral.recipient),
        "service": named(referral.service),
        "topics": [topic.code for topic in topics],
        "topics_label": [topic.label for topic in topics],
        "stage": need.stage.code if need.stage else None,
        "stage_label": need.stage.label if need.stage else None,
        "postcode": need.postcode,
        "question": need.question if readable else "",
        "reason": referral.reason if readable else "",
        "founder": present_founder(founder),
        "respond_by": referral.respond_by,
        "responsible": referral.responsible,
        "your_reference": referral.sender_reference if is_sender else referral.recipient_reference,
        **coded("decline_reason", referral.decline_reason, DeclineReason),
        "forward_to": named(referral.forward_to),
        "first_contact_on": referral.first_contact_on,
        "resume_on": referral.resume_on,
        **coded("outcome", referral.outcome, Outcome),
        **coded("withdrawn_reason", referral.withdrawn_reason, WithdrawalReason),
        "allowed_actions": rules.allowed_actions(referral, actor, at),
        "version": referral.version,
        "created_at": referral.created_at,
        "modified_at": referral.modified_at,
    }


def coded(name: str, code: str, choices: type[TextChoices]) -> dict:
    """A code and its label in the language asked for; both null where there is none.

    Django's get_…_display() words all choices each time, which showed in long lists.
    """
    return {name: code or None, f"{name}_label": str(choices(code).label) if code else None}


def named(row) -> dict | None:
    return {"id": str(row.pk), "name": row.name} if row else None


def present_founder(founder: disclosure.Founder | None) -> dict | None:
    if founder is None:
        return None
    return {
        "id": str(founder.id),
        "display_name": founder.display_name,
        "emails": list(founder.emails),
        "phones": list(founder.phones),
    }


def present_step(step: ReferralStep, readable: bool) -> dict:
    """Which organisation it was, never which of its people."""
    return {
        "version": step.version,
        "at": step.at,
        "action": step.action,
        "action_label": words.done(step.action),
        **coded("before", step.before, ReferralStatus),
        **coded("after", step.after, ReferralStatus),
        "by": named(step.by_organisation),
        "text": step.text if readable else "",
    }


def present_message(message: ReferralMessage, readable: bool) -> dict:
    return {
        "id": str(message.pk),
        "at": message.at,
        "by": named(message.by_organisation),
        "text": message.text if readable else "",
    }
