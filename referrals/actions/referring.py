"""One save for what an advisor does in one go: record consents, make referrals, send them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Role, User
from contacts.actions import record_consent
from contacts.models import (
    Consent,
    ConsentPurpose,
    PartnerOrganisation,
    Person,
    Startup,
    Topic,
)
from referrals.actions.needs import create_need
from referrals.actions.sending import create_referral, send_referral
from referrals.errors import AskRefusedError, InvalidValueError, WrongSideError
from referrals.models import (
    Need,
    Referral,
    ReferralError,
    ReferralStatus,
    Service,
    StepNotAllowedError,
)

MOST_ASKED = 10
REPLACEABLE = frozenset({ReferralStatus.DECLINED, ReferralStatus.EXPIRED})


@dataclass(frozen=True)
class Ask:
    """Whom to ask. `consent` (shared_fields, evidence) is recorded as given at this moment."""

    recipient: PartnerOrganisation
    service: Service | None = None
    reason: str = ""
    consent: dict[str, Any] | None = None
    override_capacity: bool = False


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
    """All or nothing: a new need and its first referral."""
    need = create_need(
        person=person, startup=startup, topics=topics, question=question, owner=owner, by=by, at=at
    )
    ask = Ask(recipient, service, reason, consent, override_capacity)
    return ask_one(need, ask, by=by, at=at)


@transaction.atomic
def refer_need(*, need: Need, asks: Iterable[Ask], by: Actor, at: datetime) -> list[Referral]:
    """Several partners at once for one need: all are asked, or nobody is.

    Raises AskRefusedError, which names the one that stands in the way.
    """
    asks = list(asks)
    if not 0 < len(asks) <= MOST_ASKED:
        raise InvalidValueError("partners", _("Please choose one to ten partner organisations."))
    lock_consents(need, [ask.recipient for ask in asks], at)
    return [ask_or_name(need, ask, by=by, at=at) for ask in asks]


def lock_consents(need: Need, recipients: list[PartnerOrganisation], at: datetime) -> None:
    """The person first, as every sending does, then the consents by id.

    A withdrawal meanwhile waits for all of them, holding nothing that we shall want.
    """
    Person.objects.select_for_update().get(pk=need.person_id)
    rows = Consent.objects.active(at).filter(person_id=need.person_id, recipient__in=recipients)
    list(rows.select_for_update(of=("self",)).order_by("pk"))


def ask_or_name(need: Need, ask: Ask, *, by: Actor, at: datetime) -> Referral:
    try:
        return ask_one(need, ask, by=by, at=at)
    except ReferralError as error:
        raise AskRefusedError(ask.recipient, error) from error


def ask_one(
    need: Need, ask: Ask, *, replaces: Referral | None = None, by: Actor, at: datetime
) -> Referral:
    if ask.consent:
        record_consent(
            person=need.person,
            purpose=ConsentPurpose.REFERRAL,
            recipient=ask.recipient,
            given_at=at,
            by=by,
            at=at,
            **ask.consent,
        )
    draft = create_referral(
        need=need,
        recipient=ask.recipient,
        service=ask.service,
        reason=ask.reason,
        replaces=replaces,
        by=by,
        at=at,
    )
    return send_referral(referral=draft, override_capacity=ask.override_capacity, by=by, at=at)


@transaction.atomic
def replace_referral(*, referral: Referral, ask: Ask, by: Actor, at: datetime) -> Referral:
    """Ask somebody else instead of one who declined or never answered; the old one stays closed.

    The old one gets a step, so that its recipient can no longer undo the answer, and of two who
    replace it at once the second is told.
    """
    if by.role != Role.ADVISOR:
        raise WrongSideError
    if referral.status not in REPLACEABLE:
        raise StepNotAllowedError
    referral.write(action="replace", by=by, at=at)
    return ask_one(referral.need, ask, replaces=referral, by=by, at=at)
