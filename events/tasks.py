"""What events do by the clock: load and delegate."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from dma_crm import jobs
from events.actions.seating import locked
from events.guest_mails import write_to_guests
from events.models import Event, Registration
from events.retention import forget_guests
from events.senders import forget_old_windows

MOST_AT_ONCE = 200


def register() -> None:
    jobs.register("events.seats", every_seconds=60, work=hand_on_seats)
    jobs.register("events.guest_mails", every_seconds=300, work=write_to_guests)
    jobs.register("events.senders", every_seconds=3600, work=forget_old_windows)
    jobs.register("events.retention", every_seconds=24 * 3600, work=forget_guests)


def hand_on_seats(*, at: datetime) -> int:
    """Free what nobody has answered for, and move up; in how many events."""
    overdue = Registration.objects.overdue(at).filter(event=OuterRef("pk"))
    events = Event.objects.filter(Exists(overdue))
    ids = list(events.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for event_id in ids:
        with transaction.atomic():
            locked(event_id, at=at)
    return len(ids)
