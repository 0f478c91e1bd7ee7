"""At the door: who comes.

`came_at` and `left_at` are when it was said at the door; a phone without a network tells it later.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from events.actions.registrations import held, put
from events.actions.seating import locked, settle
from events.errors import ChooseAPartError, FullError, NoSeatError, RegistrationClosedError
from events.models import (
    SEATED,
    DoorOutcome,
    DoorStep,
    Event,
    EventState,
    Registration,
    RegistrationState,
)
from events.people import recognise
from events.seats import free_seats, next_in_line
from outbox.suppression import key_of

S = RegistrationState


@transaction.atomic
def check_in(
    *,
    registration: Registration,
    by: Actor,
    at: datetime,
    came_at: datetime | None = None,
    over: bool = False,
) -> Registration:
    """Twice is once, at the first moment. Whoever stands there with a seat has confirmed it.

    `over` lets in whoever has no seat, as people at the door may decide; else NoSeatError.
    """
    event, row = held(registration, at=at)
    let_in(event, row, came_at=came_at or at, over=over, by=by, at=at)
    return row


def let_in(
    event: Event, row: Registration, *, came_at: datetime, over: bool, by: Actor, at: datetime
) -> None:
    if row.checked_in_at:
        return
    if row.state not in SEATED and not over:
        raise NoSeatError
    came: dict[str, Any] = {"checked_in_at": came_at, "door_at": came_at, "respond_by": None}
    if row.state == S.CONFIRMED:
        row.write(**came, by=by, at=at)
        return
    if not row.is_active:
        came["queue"] = next_in_line(event)
    row.move_to(S.CONFIRMED, **came, by=by, at=at)


@transaction.atomic
def undo_check_in(
    *, registration: Registration, by: Actor, at: datetime, left_at: datetime | None = None
) -> Registration:
    """Whoever was written down at the door was a mistake altogether: the seat is free again."""
    event, row = held(registration, at=at)
    gone = {"checked_in_at": None, "door_at": left_at or at}
    written_down = {"step": DoorStep.WALK_IN, "outcome": DoorOutcome.DONE}
    if row.checked_in_at and row.door_entries.filter(**written_down).exists():
        row.move_to(S.CANCELLED, **gone, by=by, at=at)
        settle(event, at=at)
    else:
        row.write(**gone, by=by, at=at)
    return row


@transaction.atomic
def walk_in(
    *,
    event: Event,
    name: str,
    email: str = "",
    by: Actor,
    at: datetime,
    came_at: datetime | None = None,
    over: bool = False,
) -> Registration:
    """Somebody stands at the door without a registration; no mail tells them that they are in.

    Whoever turns out to be registered is checked in. Raises RegistrationClosedError when the event
    is cancelled, ChooseAPartError; without `over` FullError, or NoSeatError.
    """
    event, email, came_at = locked(event.pk, at=at), key_of(email), came_at or at
    row = registered_as(event, email)
    if row and row.is_active:
        let_in(event, row, came_at=came_at, over=over, by=by, at=at)
        return row
    if event.state == EventState.CANCELLED:
        raise RegistrationClosedError
    if event.by_parts:
        raise ChooseAPartError
    if free_seats(event) == 0 and not over:
        raise FullError
    said = {"name": name, "email": email, "confirmed_at": at, "respond_by": None, "by_staff": True}
    came = {"checked_in_at": came_at, "door_at": came_at}
    row = put(event, row, S.CONFIRMED, **said, **came, by=by, at=at)
    if row.email and row.person_id is None:
        recognise(row, by=by, at=at)
    return row


def registered_as(event: Event, email: str) -> Registration | None:
    """One address has one registration; of those without an address nobody is the same."""
    return event.registrations.filter(email=email).first() if email else None
