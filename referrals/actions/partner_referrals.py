"""A partner refers a founder: to the agency, or to another partner with the agency in copy.

Whether we know the founder already never shows to the sender. A person is found by the exact
e-mail address only and never changed; what the answer says of the need is what the sender said;
a double counts among the sender's own referrals only, compared by what the sender told us.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID, Actor
from accounts.models import Role
from contacts.actions import create_person, create_startup, record_consent
from contacts.actions.people import normal_emails
from contacts.folding import fold
from contacts.models import (
    ConsentPurpose,
    Evidence,
    PartnerOrganisation,
    Person,
    SharedField,
    Source,
    Startup,
    Topic,
)
from referrals.actions.needs import create_need
from referrals.actions.sending import UNDER_WAY, create_referral, send_referral
from referrals.actions.values import TEXT_LENGTH, text_of
from referrals.errors import DuplicateReferralError, InvalidValueError, WrongSideError
from referrals.models import Referral
from referrals.told import written

OLDEST_CONSENT = timedelta(days=365)
EVIDENCE_LENGTH = 300
SOURCE_CODE = "partner"


@transaction.atomic
def refer_by_partner(
    *,
    recipient: PartnerOrganisation | None = None,
    founder: dict[str, Any],
    startup: str = "",
    topics: Iterable[Topic],
    question: str,
    postcode: str = "",
    consent: dict[str, Any],
    your_reference: str = "",
    by: Actor,
    at: datetime,
) -> Referral:
    """Person, consent, need and the sent referral: all or nothing.

    `founder` has given_name, family_name, emails and perhaps phones; `consent` has given_at, text
    and evidence in the partner's words. Without `recipient` it is the agency. Raises ReferralError.
    """
    agency = take_turns()
    if by.role != Role.PARTNER or by.organisation_id is None:
        raise WrongSideError
    recipient, topics = recipient or agency, list(topics)
    emails = normal_emails(founder["emails"])
    check_own_double(emails, recipient, topics, by)
    person = known_person(founder, emails) or new_person(founder, emails, by=by, at=at)
    need = create_need(
        person=person,
        startup=startup_of(person, startup, by=by, at=at),
        topics=topics,
        question=question,
        postcode=postcode,
        fill_in=False,
        by=by,
        at=at,
    )
    draft = create_referral(
        need=need,
        recipient=recipient,
        sender=PartnerOrganisation.objects.get(pk=by.organisation_id),
        consent=partners_consent(person, recipient, founder, consent, by=by, at=at),
        your_reference=your_reference,
        told=told(founder, emails),
        by=by,
        at=at,
    )
    return send_referral(referral=draft, override_capacity=recipient == agency, by=by, at=at)


def take_turns() -> PartnerOrganisation:
    """One after the other, so that two at once find each other's person; keys still refer to it."""
    return PartnerOrganisation.objects.select_for_update(no_key=True).get(pk=AGENCY_ID)


def known_person(founder: dict[str, Any], emails: list[str]) -> Person | None:
    """Whoever has one of the addresses; of several the one of that name, else nobody.

    Locked rows (Art. 18 DSGVO) are no match: the refusal would tell that they are there.
    """
    rows = Person.objects.usable().filter(emails__address__in=emails).distinct()
    people = list(rows.order_by("pk")[:20])
    if len(people) == 1:
        return people[0]
    wanted = folded_name(founder["given_name"], founder["family_name"])
    named = [row for row in people if folded_name(row.given_name, row.family_name) == wanted]
    return named[0] if named else None


def folded_name(given_name: str, family_name: str) -> str:
    return fold(f"{given_name} {family_name}")


def new_person(founder: dict[str, Any], emails: list[str], *, by: Actor, at: datetime) -> Person:
    return create_person(
        given_name=founder["given_name"],
        family_name=founder["family_name"],
        emails=emails,
        phones=founder.get("phones", ()),
        source=Source.objects.filter(code=SOURCE_CODE).first(),
        by=by,
        at=at,
    )


def startup_of(person: Person, name: str, *, by: Actor, at: datetime) -> Startup | None:
    """The person's venture of that name, or a new one."""
    name = text_of("startup", name, limit=150)
    if not name:
        return None
    own = Startup.objects.filter(affiliations__person=person, affiliations__until=None)
    same = [row for row in own.distinct() if fold(row.name) == fold(name)]
    return same[0] if same else create_startup(name=name, people=[person], by=by, at=at)


def partners_consent(
    person: Person,
    recipient: PartnerOrganisation,
    founder: dict[str, Any],
    consent: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
):
    """Kept in the partner's own words; it covers what the founder gave the partner."""
    given_at = consent["given_at"]
    if not at - OLDEST_CONSENT <= given_at <= at:
        raise InvalidValueError("consent", _("A consent is given within the last year."))
    shared = [SharedField.NAME, SharedField.EMAIL]
    return record_consent(
        person=person,
        purpose=ConsentPurpose.REFERRAL,
        recipient=recipient,
        shared_fields=[*shared, SharedField.PHONE] if founder.get("phones") else shared,
        evidence=Evidence.PARTNER,
        evidence_note=text_of("consent", consent["evidence"], limit=EVIDENCE_LENGTH, required=True),
        given_at=given_at,
        text=text_of("consent", consent["text"], limit=TEXT_LENGTH, required=True),
        by=by,
        at=at,
    )


def told(founder: dict[str, Any], emails: list[str]) -> str:
    """What the sender said of the founder: kept with the first step.

    A known person stays as it is, so this is where another name or number can be read; and it is
    all that another partner gets to see.
    """
    name = f"{founder['given_name']} {founder['family_name']}"
    return written(name, emails, founder.get("phones", ()))


def check_own_double(
    emails: list[str], recipient: PartnerOrganisation, topics: list[Topic], by: Actor
) -> None:
    """Raises DuplicateReferralError where this sender has told us one of these addresses before.

    Asked of what was told, not of the person found: two addresses of one person, known to us as
    such, would else be told apart from two of somebody unknown.
    """
    told_before = Q()
    for email in emails:
        told_before |= Q(steps__text__contains=f"\n{email}\n")
    rows = Referral.objects.filter(
        told_before,
        steps__action="create",
        sender_id=by.organisation_id,
        recipient=recipient,
        status__in=UNDER_WAY,
        need__topics__in=topics,
    )
    if rows.exists():
        raise DuplicateReferralError
