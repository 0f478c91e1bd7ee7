"""Who gets a seat: decided by whoever holds the event's row, one at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from accounts.actors import Actor
from events import mails
from events.models import Event, RegistrationState
from events.seats import free_seats

S = RegistrationState
SYSTEM = Actor.system()
HOLD = timedelta(minutes=30)
LONGEST_OFFER, SHORTEST_OFFER = timedelta(days=1), timedelta(hours=1)
LOCK_ORDER = (F("parent_id").asc(nulls_first=True), "pk")
SHARE = 4  # of the time that is left, so that several can be asked one after the other


def locked(event_id: UUID, *, at: datetime) -> Event:
    """The event, ours alone until the transaction ends, with nothing overdue in it.

    PostgreSQL locks the row; SQLite has one writer at a time anyway (IMMEDIATE).
    """
    event = Event.objects.select_for_update(no_key=True).get(pk=event_id)
    settle(event, at=at)
    return event


def lock_all(event_ids: Iterable[UUID], *, at: datetime) -> list[Event]:
    """As `locked`, and their parts as well.

    Always in one order, programmes before parts, so that no two transactions wait for each other.
    """
    wanted = list(event_ids)
    rows = Event.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted)).order_by(*LOCK_ORDER)
    return [locked(event_id, at=at) for event_id in rows.values_list("pk", flat=True)]


def settle(event: Event, *, at: datetime) -> None:
    """Give up what nobody has answered for, and hand on what is free, the first in line first.

    Of the waiting, who has proven the address is offered the seat by mail; who has not yet gets
    it held as long as their first mail says.
    """
    for row in event.registrations.overdue(at):
        row.move_to(S.LAPSED, respond_by=None, by=SYSTEM, at=at)
    if not event.moves_up(at):
        return
    for row in event.registrations.waiting()[: free_seats(event)]:
        if row.confirmed_at is None:
            row.move_to(S.HELD, by=SYSTEM, at=at)
        else:
            row.move_to(S.OFFERED, respond_by=offer_ends_at(event, at), by=SYSTEM, at=at)
            mails.registration_offered(row, at=at)


def offer_ends_at(event: Event, at: datetime) -> datetime:
    """A day; shortly before the event a quarter of what is left, an hour at least; its start."""
    left = event.starts_at - at
    return at + min(LONGEST_OFFER, max(SHORTEST_OFFER, left / SHARE), left)
