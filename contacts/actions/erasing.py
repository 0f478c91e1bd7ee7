"""Art. 17 DSGVO: what is known of a person goes; that there was somebody stays, for the figures.

The row of the person stays, and so do the needs, referrals and consultations that point at it,
without a word in them. What is left is called by its reference.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Lower

from accounts.actors import Actor
from accounts.history import forget_values, note_change
from accounts.models import User
from contacts import registry
from contacts.actions.startups import sort_name
from contacts.models import (
    Affiliation,
    AffiliationRole,
    Consent,
    Erasure,
    FollowUp,
    LegalForm,
    Objection,
    PartnerOrganisation,
    Person,
    PersonEmail,
    PersonState,
    StageChange,
    Startup,
)
from contacts.search.index import index_record
from outbox.erasing import forget_recipient

logger = logging.getLogger(__name__)
# The venture of one person is that person's data; a company is somebody of its own.
OF_ITS_FOUNDER = (
    LegalForm.UNDECIDED,
    LegalForm.SOLE,
    LegalForm.FREELANCE,
    LegalForm.EK,
    LegalForm.GBR,
    LegalForm.OTHER,
)
STARTUP_WORDS = (
    *("pitch", "activity", "street", "house_number", "postcode", "town", "phone", "website"),
    *("registry_number", "vat_id"),
)


@transaction.atomic
def erase_person(*, person: Person, by: Actor, at: datetime) -> Erasure:
    """Cannot be taken back; twice is once. The ledger keeps ids, to erase again after a restore.

    State and consents come first: whatever the hooks ask, this person is not there any more, and
    locks are taken in the order of a withdrawal. Whoever adds a row about the person meanwhile is
    not kept waiting, so nobody waits in a circle.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if done := Erasure.objects.filter(person_id=person.pk).first():
        return done
    addresses = addresses_of_nobody_else(person)
    before, person.state = person.state, PersonState.ANONYMISED
    person.save(update_fields=["state"])
    Consent.objects.filter(person=person).active(at).update(withdrawn_at=at)
    for hook in registry.erasure_hooks:
        hook(person=person, by=by, at=at)
    for startup in ventures_of_nobody_else(person):
        erase_startup(startup, at=at)
    erase_what_was_planned_and_permitted(person, at=at)
    erase_row(person, before, by=by, at=at)
    forget_recipient(person_id=person.pk, addresses=addresses, at=at)
    logger.info("person %s is erased by user %s", person.pk, by.user_id)
    actor = {**by.as_history(), "by_label": ""}
    return Erasure.objects.create(
        person_id=person.pk, at=at, created_at=at, modified_at=at, **actor
    )


def replay_erasures(person_ids: Iterable[UUID], *, by: Actor, at: datetime) -> int:
    """After a restore: whoever was erased since the backup goes again; how many. Others stay."""
    waiting = Person.objects.filter(pk__in=set(person_ids)).exclude(state=PersonState.ANONYMISED)
    people = list(waiting.order_by("pk"))
    for person in people:
        erase_person(person=person, by=by, at=at)
    return len(people)


def addresses_of_nobody_else(person: Person) -> list[str]:
    """A couple may share one; the address of a colleague or a partner is not the founder's own."""
    own = {address.lower() for address in person.emails.values_list("address", flat=True)}
    known = (
        PersonEmail.objects.exclude(person=person).annotate(known=Lower("address")),
        User.objects.annotate(known=Lower("email")),
        PartnerOrganisation.objects.annotate(known=Lower("email")),
    )
    for rows in known:
        own -= set(rows.filter(known__in=own).values_list("known", flat=True))
    return sorted(own)


def ventures_of_nobody_else(person: Person) -> list[Startup]:
    founded = person.affiliations.filter(startup__isnull=False, role=AffiliationRole.FOUNDER)
    others = Affiliation.objects.filter(startup=models.OuterRef("pk")).exclude(person=person)
    others = others.exclude(person__state=PersonState.ANONYMISED)
    alone = Startup.objects.filter(pk__in=founded.values("startup"), legal_form__in=OF_ITS_FOUNDER)
    return list(alone.exclude(models.Exists(others)))


def erase_startup(startup: Startup, *, at: datetime) -> None:
    Startup.objects.filter(pk=startup.pk).update(
        name=startup.reference,
        sort_name=sort_name(startup.reference),
        version=F("version") + 1,
        modified_at=at,
        **dict.fromkeys(STARTUP_WORDS, ""),
    )
    StageChange.objects.filter(startup=startup).update(reason="")
    forget_values(Startup, [startup.pk])
    erase_follow_ups(FollowUp.objects.filter(startup=startup))
    index_record(startup)


def erase_what_was_planned_and_permitted(person: Person, *, at: datetime) -> None:
    """Consents stay as proof that they were given; the hooks have ended what rested on them."""
    erase_follow_ups(FollowUp.objects.filter(person=person))
    person.series_runs.all().delete()
    consents = Consent.objects.filter(person=person)
    consents.update(evidence_note="", by_label="", withdrawn_by_label="", modified_at=at)
    consents.filter(text_version="foreign").update(text="")
    Objection.objects.filter(person=person).delete()
    person.affiliations.all().delete()
    person.emails.all().delete()
    person.phones.all().delete()


def erase_follow_ups(follow_ups: models.QuerySet[FollowUp]) -> None:
    forget_values(FollowUp, list(follow_ups.values_list("pk", flat=True)))
    follow_ups.delete()


def erase_row(person: Person, before: str, *, by: Actor, at: datetime) -> None:
    nobody = Person()
    written: dict[str, Any] = {name: getattr(nobody, name) for name in personal_fields()}
    written |= {"family_name": person.reference, "sort_name": sort_name(person.reference)}
    written |= {"version": person.version + 1, "modified_at": at}
    Person.objects.filter(pk=person.pk).update(**written)
    person.refresh_from_db()
    forget_values(Person, [person.pk])
    note_change(person, {"state": [before, person.state]}, by=by, at=at)
    index_record(person)


def personal_fields() -> frozenset[str]:
    return Person.PRIVACY.classes["personal"] | Person.PRIVACY.classes["sensitive"]
