"""One save for what an advisor does in one go: record the consent, make the referral, send it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from contacts.actions import record_consent
from contacts.models import ConsentPurpose, PartnerOrganisation, Person, Startup, Topic
from referrals.actions.needs import create_need
from referrals.actions.sending import create_referral, send_referral
from referrals.models import Referral, Service


@transaction.atomic
def refer_person(
    *,
    person: Person,
    startup: Startup | None = None,
    topics: Iterable[Topic],
    question: str,
    recipient: PartnerOrganisation,
    service: Service | None = None,
    reason: str = "",
    consent: dict[str, Any] | None = None,
    owner: User | None = None,
    override_capacity: bool = False,
    by: Actor,
    at: datetime,
) -> Referral:
    """All or nothing. `consent` (shared_fields, evidence) is recorded as given at this moment."""
    if consent:
        record_consent(
            person=person,
            purpose=ConsentPurpose.REFERRAL,
            recipient=recipient,
            given_at=at,
            by=by,
            at=at,
            **consent,
        )
    need = create_need(
        person=person, startup=startup, topics=topics, question=question, owner=owner, by=by, at=at
    )
    draft = create_referral(
        need=need, recipient=recipient, service=service, reason=reason, by=by, at=at
    )
    return send_referral(referral=draft, override_capacity=override_capacity, by=by, at=at)
