"""Writing people: names, addresses, phones, and the search entry that follows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from contacts.actions.writable import check_writable
from contacts.folding import fold
from contacts.imports.values.reachability import parse_phones
from contacts.models import Person, PersonEmail, PersonPhone
from contacts.search.index import index_record
from dma_crm.models import next_reference

SORT_NAME_LENGTH = 220
PHONE_LENGTH = 40


@transaction.atomic
def create_person(
    *,
    given_name: str,
    family_name: str,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Person:
    """A new person, found by search at once. `id` among the fields makes the write idempotent."""
    person = Person.objects.create(
        reference=next_reference(Person, at=at),
        given_name=given_name,
        family_name=family_name,
        sort_name=sort_name(given_name, family_name),
        created_at=at,
        modified_at=at,
        **fields,
    )
    write_emails(person, normal_emails(emails), at=at)
    write_phones(person, normal_phones(phones), at=at)
    note_change(person, {}, by=by, at=at)
    index_record(person)
    return person


@transaction.atomic
def update_person(
    *,
    person: Person,
    changes: dict[str, Any],
    emails: Iterable[str] | None = None,
    phones: Iterable[str] | None = None,
    version: int,
    by: Actor,
    at: datetime,
) -> Person:
    """Change fields, and all addresses or phones where given. Raises EditConflict."""
    check_writable(person)
    names = {"given_name", "family_name"} & changes.keys()
    if names:
        said = [changes.get(name, getattr(person, name)) for name in ("given_name", "family_name")]
        changes = {**changes, "sort_name": sort_name(*said)}
    related: dict[str, list] = {}
    if emails is not None:
        related |= difference("emails", stored_emails(person), normal_emails(emails))
    if phones is not None:
        related |= difference("phones", stored_phones(person), normal_phones(phones))
    save_changes(person, changes, related=related, by=by, at=at, version=version)
    if "emails" in related:
        write_emails(person, related["emails"][1], at=at)
    if "phones" in related:
        write_phones(person, related["phones"][1], at=at)
    index_record(person)
    return person


def sort_name(given_name: str, family_name: str) -> str:
    """As a phone book sorts: family name first, umlauts spelt out (DIN 5007-2)."""
    return fold(f"{family_name} {given_name}")[:SORT_NAME_LENGTH].rstrip()


def normal_emails(emails: Iterable[str]) -> list[str]:
    spoken = (email.strip().lower() for email in emails)
    return list(dict.fromkeys(email for email in spoken if email))


def normal_phones(phones: Iterable[str]) -> list[str]:
    """E.164 where the number is understood, else as it was typed."""
    said = [phone.strip() for phone in phones if phone.strip()]
    read = [number for phone in said for number in parse_phones(phone).value or [phone]]
    return list(dict.fromkeys(number[:PHONE_LENGTH] for number in read))


def stored_emails(person: Person) -> list[str]:
    return list(person.emails.values_list("address", flat=True))


def stored_phones(person: Person) -> list[str]:
    return list(person.phones.values_list("number", flat=True))


def difference(name: str, before: list[str], after: list[str]) -> dict[str, list]:
    return {} if before == after else {name: [before, after]}


def write_emails(person: Person, addresses: Sequence[str], *, at: datetime) -> None:
    person.emails.all().delete()
    PersonEmail.objects.bulk_create(
        PersonEmail(person=person, address=address, position=n, created_at=at, modified_at=at)
        for n, address in enumerate(addresses)
    )


def write_phones(person: Person, numbers: Sequence[str], *, at: datetime) -> None:
    person.phones.all().delete()
    PersonPhone.objects.bulk_create(
        PersonPhone(person=person, number=number, position=n, created_at=at, modified_at=at)
        for n, number in enumerate(numbers)
    )
