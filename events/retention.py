"""How long guests are kept: a period from the end of the event; what figures count stays."""

from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from accounts.history import forget_values
from contacts.models import PersonState
from events.models import DoorEntry, Registration

NAMELESS = "Gast"  # data, and no word of the interface: it stands in the row
ENTRIES_KEPT = timedelta(days=30)  # a phone that has no answer yet sends within minutes
AT_ONCE = 500  # short transactions
CHUNKS = 40


def due(*, at: datetime) -> QuerySet[Registration]:
    """Of events long over; not while processing of the person is restricted (Art. 18 DSGVO)."""
    if not settings.GUESTS_KEPT_DAYS:
        return Registration.objects.none()
    over = at - timedelta(days=settings.GUESTS_KEPT_DAYS)
    rows = Registration.objects.filter(forgotten_at=None, event__ends_at__lt=over)
    return rows.exclude(person__state=PersonState.RESTRICTED)


def forget_guests(*, at: datetime) -> int:
    """How many were forgotten; what is left over goes with the next sweep."""
    forgotten = sum(takewhile(bool, (forget_some(at=at) for _chunk in range(CHUNKS))))
    DoorEntry.objects.filter(created_at__lt=at - ENTRIES_KEPT).delete()
    return forgotten


@transaction.atomic
def forget_some(*, at: datetime) -> int:
    rows = due(at=at).order_by("event__ends_at", "pk")
    ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    if ids:
        forget(ids, at=at)
    return len(ids)


def forget(ids: list[UUID], *, at: datetime) -> None:
    """Who has become a contact keeps the name and the place in their timeline, nothing else."""
    rows = Registration.objects.filter(pk__in=ids)
    rows.filter(person=None).update(name=NAMELESS)
    said = {"email": "", "answers": {}, "search": "", "wants_contact": False}
    rows.update(**said, forgotten_at=at, version=F("version") + 1, modified_at=at)
    DoorEntry.objects.filter(registration_id__in=ids).delete()
    forget_values(Registration, ids)
