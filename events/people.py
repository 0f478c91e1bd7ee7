"""From a guest to a person we know: an address tells it exactly, all else is for an advisor."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Channel, Role
from contacts.actions import create_person, record_consent
from contacts.actions.consents import agency_name
from contacts.duplicates import NearDuplicate, near_duplicates
from contacts.imports.values.names import parse_name
from contacts.matchkeys import Identity
from contacts.models import ConsentPurpose, Evidence, Person, PersonEmail, PersonState, Source
from events.errors import RegistrationStepError
from events.models import Registration
from events.registration_texts import contact_text

SOURCE = "event"
FOR_THE_AGENCY = Actor(role=Role.ADVISOR, channel=Channel.SYSTEM)


def recognise(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Whose address has just been proven: link the person who has it, alone and for all uses.

    Whoever is new becomes a contact by their consent, unless they may be somebody we know under
    another address. What we hold of a person is never changed.
    """
    owners = list(Person.objects.filter(emails__address=registration.email).distinct()[:2])
    if len(owners) == 1 and owners[0].state == PersonState.ACTIVE:
        link_person(registration=registration, person=owners[0], by=by, at=at)
    elif not owners and registration.wants_contact and not proposals(registration, FOR_THE_AGENCY):
        make_contact(registration=registration, by=by, at=at)


def proposals(registration: Registration, actor: Actor) -> list[NearDuplicate]:
    return near_duplicates(identity_of(registration), actor=actor)


def identity_of(registration: Registration) -> Identity:
    """An address that nobody has yet says nothing against a person of that name."""
    name, email = parse_name(registration.name).value, registration.email
    known = bool(email) and PersonEmail.objects.filter(address=email).exists()
    return Identity(
        given_name=name.given_name,
        family_name=name.family_name,
        emails=(email,) if known else (),
    )


@transaction.atomic
def link_person(*, registration: Registration, person: Person, by: Actor, at: datetime) -> None:
    registration.write(person_id=person.pk, by=by, at=at)
    if registration.wants_contact:
        keep_consent(registration, person, by=by, at=at)


@transaction.atomic
def make_contact(*, registration: Registration, by: Actor, at: datetime) -> Person:
    """A new person whose source is the event. Raises RegistrationStepError if there is one."""
    if registration.person_id:
        raise RegistrationStepError
    name = parse_name(registration.name).value
    person = create_person(
        given_name=name.given_name,
        family_name=name.family_name or registration.name,
        title=name.title[:60],
        emails=[registration.email],
        source=Source.objects.filter(code=SOURCE).first(),
        first_contact_on=timezone.localdate(registration.created_at),
        by=by,
        at=at,
    )
    link_person(registration=registration, person=person, by=by, at=at)
    return person


def keep_consent(registration: Registration, person: Person, *, by: Actor, at: datetime) -> None:
    version, language = registration.privacy_version, registration.language
    record_consent(
        person=person,
        purpose=ConsentPurpose.FOLLOW_UP,
        evidence=Evidence.FORM,
        evidence_note=registration.event.title[:300],
        given_at=registration.confirmed_at,
        text=contact_text(version, language, agency_name()),
        text_version=version,
        by=by,
        at=at,
    )
