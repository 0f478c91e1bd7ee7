"""What tells the records we hold, as the plain values that match keys and likeness work on."""

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from contacts.matchkeys import Identity, match_keys
from contacts.models import (
    Affiliation,
    MatchKey,
    PartnerOrganisation,
    Person,
    PersonEmail,
    PersonPhone,
    Startup,
)

LONGEST_KEY = MatchKey._meta.get_field("key").max_length


def stored_keys(identity: Identity) -> set[str]:
    """The match keys as the table holds them."""
    return {key[:LONGEST_KEY] for key in match_keys(identity)}


def people_identities(people: Iterable[Person]) -> dict:
    """Identity by id of the person, in three queries however many they are."""
    people = list(people)
    ids = [person.pk for person in people]
    emails = _grouped(PersonEmail.objects.filter(person__in=ids), "address")
    phones = _grouped(PersonPhone.objects.filter(person__in=ids), "number")
    firms = _grouped(
        Affiliation.objects.filter(person__in=ids, startup__isnull=False, until__isnull=True),
        "startup__name",
    )
    return {
        person.pk: person_identity(
            person,
            emails=emails[person.pk],
            phones=phones[person.pk],
            firm=next(iter(firms[person.pk]), ""),
        )
        for person in people
    }


def _grouped(rows, field: str) -> dict[object, tuple[str, ...]]:
    found: dict[object, tuple[str, ...]] = defaultdict(tuple)
    for person_id, value in rows.values_list("person_id", field):
        found[person_id] += (value,)
    return found


def person_identity(person: Person, *, emails=(), phones=(), firm: str = "") -> Identity:
    return Identity(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        emails=tuple(emails),
        phones=tuple(phones),
        firm=firm,
        **address_of(person),
    )


def startup_identity(startup: Startup) -> Identity:
    return Identity(
        firm=startup.name,
        birth_date=startup.founded_on,
        phones=tuple(filter(None, [startup.phone])),
        domain=domain_of(startup.website),
        **address_of(startup),
    )


def partner_identity(partner: PartnerOrganisation) -> Identity:
    return Identity(
        firm=partner.name,
        emails=tuple(filter(None, [partner.email])),
        phones=tuple(filter(None, [partner.phone])),
        domain=domain_of(partner.website),
        **address_of(partner),
    )


def address_of(record) -> dict[str, str]:
    return {name: getattr(record, name) for name in ("street", "house_number", "postcode", "town")}


def domain_of(website: str) -> str:
    """The host without 'www.', empty for what is no address."""
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
