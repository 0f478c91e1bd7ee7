"""Recording what a person permits, and taking it back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID, Actor
from contacts import registry
from contacts.actions.series import stop_series
from contacts.actions.writable import check_writable
from contacts.consent_texts import current_text
from contacts.errors import ConsentRefusedError
from contacts.models import (
    Consent,
    ConsentPurpose,
    EndReason,
    Evidence,
    Objection,
    PartnerOrganisation,
    Person,
    SharedField,
)


@transaction.atomic
def record_consent(
    *,
    person: Person,
    purpose: str,
    recipient: PartnerOrganisation | None = None,
    shared_fields: Iterable[str] = (),
    evidence: str,
    evidence_note: str = "",
    given_at: datetime,
    expires_at: datetime | None = None,
    text: str = "",
    text_version: str = "",
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Consent:
    """Keep the consent with the very words it was given to; without `text` the current wording.

    Raises ConsentRefusedError where it would not hold, NotWritableError for a locked person.
    """
    check_writable(person)
    shared = [field for field in SharedField.values if field in set(shared_fields)]
    recipient = recipient if purpose == ConsentPurpose.REFERRAL else None
    check_valid(purpose, recipient, shared, evidence, given_at, expires_at, at)
    if not text:
        text, text_version = current_text(
            purpose, agency_name=agency_name(), recipient=recipient, shared_fields=shared
        )
    return Consent.objects.create(
        person=person,
        purpose=purpose,
        recipient=recipient,
        shared_fields=shared,
        text=text,
        text_version=text_version or "foreign",
        evidence=evidence,
        evidence_note=evidence_note,
        given_at=given_at,
        expires_at=expires_at,
        created_at=at,
        modified_at=at,
        at=at,
        **by.as_history(),
        **fields,
    )


def check_valid(purpose, recipient, shared, evidence, given_at, expires_at, at) -> None:
    if purpose not in ConsentPurpose.values or evidence not in Evidence.values:
        raise ConsentRefusedError(_("Please say what was consented to, and how."))
    if purpose == ConsentPurpose.REFERRAL and not recipient:
        raise ConsentRefusedError(_("Please name the organisation the data may go to."))
    if purpose == ConsentPurpose.REFERRAL and not shared:
        raise ConsentRefusedError(_("Please choose at least one piece of data to pass on."))
    if given_at > at:
        raise ConsentRefusedError(_("A consent cannot be given in the future."))
    if expires_at and expires_at <= given_at:
        raise ConsentRefusedError(_("A consent cannot expire before it was given."))


def agency_name() -> str:
    return PartnerOrganisation.objects.values_list("name", flat=True).get(pk=AGENCY_ID)


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: Actor, at: datetime) -> Consent:
    """Acts at once: whatever rests on it is stopped in the same transaction. Twice is once."""
    unwithdrawn = Consent.objects.filter(pk=consent.pk, withdrawn_at=None)
    changed = unwithdrawn.update(withdrawn_at=at, withdrawn_by_label=by.label, modified_at=at)
    consent.refresh_from_db()
    if changed:
        for hook in registry.consent_withdrawn_hooks:
            hook(consent=consent, by=by, at=at)
        if consent.purpose == ConsentPurpose.FOLLOW_UP:
            stop_series(person=consent.person, reason=EndReason.WITHDRAWN, by=by, at=at)
    return consent


@transaction.atomic
def object_to(*, person: Person, purpose: str, by: Actor, at: datetime) -> Objection:
    """Acts at once, and takes back what was permitted for that purpose. Twice is once."""
    for consent in Consent.objects.filter(person=person, purpose=purpose).active(at):
        withdraw_consent(consent=consent, by=by, at=at)
    acted = {"at": at, "modified_at": at, **by.as_history()}
    objection, _new = Objection.objects.update_or_create(
        person=person,
        purpose=purpose,
        defaults=acted,
        create_defaults={**acted, "created_at": at},
    )
    if purpose == ConsentPurpose.FOLLOW_UP:
        stop_series(person=person, reason=EndReason.WITHDRAWN, by=by, at=at)
    return objection
