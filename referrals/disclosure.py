"""What an organisation may see of the founder behind a referral, and when.

Before acceptance: topics, phase, postcode, question and reason, nothing that names the person.
After it: what the consent names, for the recipient only, and only while the consent holds. The
sending partner gets nothing back: what it would learn is what we knew of the person before. For the
same reason a partner that another partner asks sees what that one has told, not what we know.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from accounts.actors import Actor
from contacts.models import Consent, Person, SharedField
from dma_crm.crypto import keyed_digest
from dma_crm.statements import Given
from referrals.models import DISCLOSED_STATUSES, Referral, ReferralStatus, ReferralStep
from referrals.rules import RECIPIENT, sides_of
from referrals.told import Told, read

Ids = Iterable[UUID | str] | Given


class Founder(NamedTuple):
    """`id` is stable for one organisation, differs between organisations and is not our key."""

    id: UUID
    display_name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True)
class HandedOver:
    """What the recipient sees before acceptance; the sender's preview is made of the same."""

    recipient: object
    topics: list
    stage: object
    postcode: str
    question: str
    reason: str


def handed_over(referral: Referral) -> HandedOver:
    need = referral.need
    return HandedOver(
        recipient=referral.recipient,
        topics=list(need.topics.all()),
        stage=need.stage,
        postcode=need.postcode,
        question=need.question,
        reason=referral.reason,
    )


def is_readable(referral: Referral, actor: Actor) -> bool:
    """A withdrawn referral keeps its question from the recipient: nobody is asked any more."""
    if referral.status != ReferralStatus.WITHDRAWN:
        return True
    return actor.is_agency or referral.sender_id == actor.organisation_id


def founder_of(referral: Referral, actor: Actor, at: datetime) -> Founder | None:
    return founders_of([referral], actor, at)[referral.pk]


def founders_of(
    referrals: Iterable[Referral], actor: Actor, at: datetime
) -> dict[UUID, Founder | None]:
    """By referral id, in a constant number of queries."""
    rows = list(referrals)
    accepted = [row for row in rows if is_accepted_by(row, actor)]
    founders: dict[UUID, Founder | None] = dict.fromkeys(row.pk for row in rows)
    consents = covering_consents(accepted, consents_about(accepted), at)
    covered = [row for row in accepted if row.pk in consents]
    known = [row for row in covered if not row.agency_copied]
    prefetch_related_objects(known, "need__person__emails", "need__person__phones")
    copied = [row for row in covered if row.agency_copied]
    first = Prefetch("steps", first_steps(row.pk for row in copied), to_attr="first_steps")
    prefetch_related_objects(copied, first)
    for row in covered:
        founders[row.pk] = founder(consents[row.pk], actor, said_of(row))
    return founders


def first_steps(told: Ids) -> QuerySet[ReferralStep]:
    """The steps in which one partner told another of the founder."""
    return ReferralStep.objects.filter(action="create", referral__any_of=told)


def is_accepted_by(referral: Referral, actor: Actor) -> bool:
    """Managers and administrators of a receiving agency may read along."""
    reads = actor.is_agency and actor.organisation_id == referral.recipient_id
    receives = reads or RECIPIENT in sides_of(referral, actor)
    return receives and referral.status in DISCLOSED_STATUSES


def consents_about(referrals: list[Referral]) -> Iterable[Consent]:
    people, recipients = (
        {row.person_id for row in referrals},
        {row.recipient_id for row in referrals},
    )
    stored = stored_consents(people, recipients).filter(person__in=shown_people(people))
    return stored if referrals else []


def shown_people(people: Ids) -> QuerySet[Person]:
    """The others are shown to nobody, whatever was agreed."""
    return Person.objects.usable().filter(pk__any_of=people)


def stored_consents(people: Ids, recipients: Ids) -> QuerySet[Consent]:
    """Those that may let data of `shown_people` go there, also when they no longer hold."""
    return Consent.objects.filter(
        person__any_of=people, recipient__any_of=recipients, purpose="referral"
    )


def covering_consents(
    referrals: list[Referral], consents: Iterable[Consent], at: datetime
) -> dict[UUID | str, Consent]:
    """The newest active consent per referral. Was the one it was sent under withdrawn, none."""
    withdrawn = set()
    active = defaultdict(list)
    for row in consents:
        if row.is_active(at):
            active[row.person_id, row.recipient_id].append(row)
        elif row.withdrawn_at:
            withdrawn.add(row.pk)
    found = {}
    for referral in referrals:
        pair = active[referral.person_id, referral.recipient_id]
        holds = [row for row in pair if row.counts_for(referral.sender_id)]
        if holds and referral.consent_id not in withdrawn:
            found[referral.pk] = newest(holds)
    return found


def newest(consents: list[Consent]) -> Consent:
    """There is one, mostly."""
    if len(consents) == 1:
        return consents[0]
    return max(consents, key=lambda consent: (consent.given_at, consent.pk))


def founder(consent: Consent, actor: Actor, said: Told) -> Founder:
    """What the consent shares of it."""
    shared = consent.shared_fields
    return Founder(
        id=founder_id(actor.organisation_id, consent.person_id),
        display_name=said.name if SharedField.NAME in shared else "",
        emails=said.emails if SharedField.EMAIL in shared else (),
        phones=said.phones if SharedField.PHONE in shared else (),
    )


@functools.lru_cache(maxsize=10_000)
def founder_id(organisation_id: UUID | str, person_id: UUID | str) -> UUID:
    """The same whenever it is asked: whoever polls sees the same founders again and again."""
    return UUID(hex=keyed_digest("founder-id", f"{organisation_id}:{person_id}")[:32])


def said_of(referral: Referral) -> Told:
    """By the partner that asks another, or by our own records."""
    if referral.agency_copied:
        steps = referral.first_steps  # type: ignore[attr-defined]  # prefetched
        return read(steps[0].text) if steps else Told()
    person = referral.need.person
    return Told(
        person.display_name,
        tuple(email.address for email in person.emails.all()),
        tuple(phone.number for phone in person.phones.all()),
    )
