"""Writing events."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.history import EditConflict, note_change, save_changes
from dma_crm.models import new_id
from events import mails
from events.actions.seating import lock_all, locked, settle
from events.errors import (
    EndsBeforeStartError,
    EventChangedError,
    GuestsExpectedError,
    NoPartOfAPartError,
    PartOutsideError,
    ProgrammeNotPublicError,
    RegistrationKindError,
    RoomElsewhereError,
    SeatsTakenError,
    StateStepError,
)
from events.models import (
    STATE_STEPS,
    Event,
    EventState,
    Registration,
    RegistrationKind,
)
from events.recurring import day_of, moments_shifted
from events.seats import taken_seats
from events.slugs import slugs_for

LISTS = ("topics", "co_hosts", "co_organisers")
PLACE_AND_TIME = {"starts_at", "ends_at", "venue", "room"}


@transaction.atomic
def create_event(
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    topics: Iterable = (),
    co_hosts: Iterable = (),
    co_organisers: Iterable = (),
    by: Actor,
    at: datetime,
    id: UUID | None = None,
    **fields: Any,
) -> Event:
    """A draft under an address of its own; a second call with one `id` answers the first's event.

    Raises EndsBeforeStartError.
    """
    refuse_disorder(starts_at, ends_at)
    fields |= {"title": title, "starts_at": starts_at, "ends_at": ends_at}
    fields |= {"created_by_id": by.user_id, "created_at": at, "modified_at": at}
    event_id = id or new_id()
    for slug in slugs_for(title, event_id):
        with suppress(IntegrityError), transaction.atomic():
            event = Event.objects.create(id=event_id, slug=slug, **fields)
            refuse_foreign_room(event)
            for name, rows in zip(LISTS, (topics, co_hosts, co_organisers), strict=True):
                getattr(event, name).set(rows)
            note_change(event, {}, by=by, at=at)
            return event
    return Event.objects.get(pk=event_id)


@transaction.atomic
def create_part(*, programme: Event, by: Actor, at: datetime, **fields: Any) -> Event:
    """A draft. Raises as `create_event`, and NoPartOfAPartError, PartOutsideError."""
    programme = locked(programme.pk, at=at)
    if programme.parent_id:
        raise NoPartOfAPartError
    part = create_event(**fields, parent=programme, by=by, at=at)
    refuse_parts_outside(part, [])
    return part


@transaction.atomic
def update_event(
    *,
    event: Event,
    changes: dict[str, Any],
    topics: Iterable | None = None,
    co_hosts: Iterable | None = None,
    co_organisers: Iterable | None = None,
    version: int,
    by: Actor,
    at: datetime,
) -> Event:
    """Change fields; the address stays. Lists that are not named stay, too.

    More seats go to the waiting list at once; guests are told of another time or place. A
    programme that moves by whole days takes its parts along.

    Raises EditConflict, EndsBeforeStartError, SeatsTakenError, PartOutsideError,
    RegistrationKindError.
    """
    parts = [part for part in lock_all([event.pk], at=at) if part.pk != event.pk]
    refuse_disorder(*span_of(event, changes))
    refuse_too_few_seats(event, changes)
    refuse_other_kind(event, changes)
    days = days_moved(event, changes)
    was = {name: getattr(event, name) for name in PLACE_AND_TIME & changes.keys()}
    given = dict(zip(LISTS, (topics, co_hosts, co_organisers), strict=True))
    lists = {name: list(rows) for name, rows in given.items() if rows is not None}
    pairs = {name: [codes(getattr(event, name).all()), codes(rows)] for name, rows in lists.items()}
    related = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    save_changes(event, changes, by=by, at=at, version=version, related=related)
    for name in related:
        getattr(event, name).set(lists[name])
    if any(changes[name] != value for name, value in was.items()):
        event.registrations.update(reminded_at=None)
        moved = [event, *move_parts(parts, days, by=by, at=at)]
        if event.state == EventState.PUBLISHED and at < event.starts_at:
            mails.event_moved(event, moved, at=at)
    refuse_parts_outside(event, parts)
    refuse_foreign_room(event)
    settle(event, at=at)
    return event


def span_of(event: Event, changes: dict[str, Any]) -> tuple[datetime, datetime]:
    starts_at = changes.get("starts_at", event.starts_at)
    return starts_at, changes.get("ends_at", event.ends_at)


def days_moved(event: Event, changes: dict[str, Any]) -> timedelta:
    """Zero where its first day and its last do not move alike: it becomes longer or shorter."""
    starts_at, ends_at = span_of(event, changes)
    days = day_of(starts_at) - day_of(event.starts_at)
    return days if day_of(ends_at) - day_of(event.ends_at) == days else timedelta(0)


def move_parts(parts: list[Event], days: timedelta, *, by: Actor, at: datetime) -> list[Event]:
    if not days:
        return []
    for part in parts:
        save_changes(part, moments_shifted(part, days), by=by, at=at)
        part.registrations.update(reminded_at=None)
    return [part for part in parts if part.state == EventState.PUBLISHED]


def refuse_parts_outside(event: Event, parts: list[Event]) -> None:
    """By days: a part may begin before the opening hour of its programme."""
    whole = [(event.parent, event)] if event.parent else []
    for programme, part in [*whole, *((event, part) for part in parts)]:
        first, last = day_of(programme.starts_at), day_of(programme.ends_at)
        if not first <= day_of(part.starts_at) <= day_of(part.ends_at) <= last:
            raise PartOutsideError


def refuse_foreign_room(event: Event) -> None:
    if event.room is not None and event.room.venue_id != event.venue_id:
        raise RoomElsewhereError


def refuse_other_kind(event: Event, changes: dict[str, Any]) -> None:
    """Whoever has a seat in the whole has none in a part, and the other way round."""
    kinds = {event.registration, changes.get("registration", event.registration)}
    if len(kinds) == 2 and RegistrationKind.PARTS in kinds:
        own = Q(event=event) | Q(event__parent=event)
        if Registration.objects.active().filter(own).exists():
            raise RegistrationKindError


def refuse_too_few_seats(event: Event, changes: dict[str, Any]) -> None:
    seats = changes.get("capacity", event.capacity)
    if seats is not None and seats < taken_seats(event):
        raise SeatsTakenError


def refuse_disorder(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at < starts_at:
        raise EndsBeforeStartError


def codes(rows: Iterable) -> list[str]:
    """What the history calls them."""
    return sorted(getattr(row, "code", "") or str(row.pk) for row in rows)


@transaction.atomic
def publish_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """Strangers may see it from now on; of a cancelled one: it takes place after all.

    A programme takes its parts along: drafts, or those that were cancelled with it. Raises
    StateStepError, EventChangedError, ProgrammeNotPublicError.
    """
    if event.parent_id:
        locked(event.parent_id, at=at)
        if Event.objects.get(pk=event.parent_id).state != EventState.PUBLISHED:
            raise ProgrammeNotPublicError
    revived, since = event.state == EventState.CANCELLED, event.modified_at
    parts = [part for part in lock_all([event.pk], at=at) if part.parent_id == event.pk]
    parts = [part for part in parts if part.state == event.state]
    if revived:
        parts = [part for part in parts if part.modified_at == since]
    for one in (event, *parts):
        move(one, EventState.PUBLISHED, by=by, at=at)
    if revived:
        mails.event_revived(event, [event, *parts], at=at)
    for one in (event, *parts):
        settle(one, at=at)
    return event


@transaction.atomic
def unpublish_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """Raises GuestsExpectedError: they would find nothing any more where their mail leads."""
    parts = published_parts(event, at=at)
    if Registration.objects.active().filter(event__in=[event, *parts]).exists():
        raise GuestsExpectedError
    for one in (event, *parts):
        move(one, EventState.DRAFT, by=by, at=at)
    return event


@transaction.atomic
def cancel_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """It stays public, marked as cancelled; everybody who has a seat or waits is told.

    With a programme go its parts, and each guest is told once.
    """
    parts = published_parts(event, at=at)
    for one in (event, *parts):
        move(one, EventState.CANCELLED, by=by, at=at)
    mails.event_cancelled(event, [event, *parts], at=at)
    return event


def published_parts(event: Event, *, at: datetime) -> list[Event]:
    parts = [part for part in lock_all([event.pk], at=at) if part.parent_id == event.pk]
    return [part for part in parts if part.state == EventState.PUBLISHED]


def move(event: Event, state: str, *, by: Actor, at: datetime) -> Event:
    """Raises StateStepError, and EventChangedError when somebody was faster."""
    locked(event.pk, at=at)
    if state not in STATE_STEPS[event.state]:
        raise StateStepError
    try:
        save_changes(event, {"state": state}, by=by, at=at)
    except EditConflict as conflict:
        raise EventChangedError from conflict
    return event
