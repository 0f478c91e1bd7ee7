"""Who belongs to which venture or organisation."""

from datetime import date, datetime

from django.db import transaction

from accounts.actors import Actor
from contacts.actions.writable import check_writable
from contacts.models import Affiliation, PartnerOrganisation, Person, Startup


@transaction.atomic
def affiliate(
    *,
    person: Person,
    startup: Startup | None = None,
    partner: PartnerOrganisation | None = None,
    role: str,
    since: date | None = None,
    by: Actor,
    at: datetime,
) -> Affiliation:
    """Tie a person to one venture or one organisation; the same open tie again is returned."""
    check_writable(person)
    affiliation, _created = Affiliation.objects.get_or_create(
        person=person,
        startup=startup,
        partner=partner,
        role=role,
        until=None,
        defaults={"since": since, "created_at": at, "modified_at": at},
    )
    return affiliation


@transaction.atomic
def end_affiliation(
    *, affiliation: Affiliation, until: date, by: Actor, at: datetime
) -> Affiliation:
    """End it on a day, not before it began; ended already, it stays as it is."""
    if affiliation.since:
        until = max(until, affiliation.since)
    still_open = Affiliation.objects.filter(pk=affiliation.pk, until=None)
    still_open.update(until=until, modified_at=at)
    affiliation.refresh_from_db()
    return affiliation
