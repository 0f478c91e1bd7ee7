"""Writing events and venues."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.history import EditConflict, note_change, save_changes
from dma_crm.models import new_id
from events import mails
from events.actions.seating import locked, settle
from events.errors import (
    EndsBeforeStartError,
    EventChangedError,
    GuestsExpectedError,
    SeatsTakenError,
    StateStepError,
)
from events.models import STATE_STEPS, Event, EventState, Venue
from events.seats import taken_seats
from events.slugs import slugs_for

PLACE_AND_TIME = {"starts_at", "ends_at", "venue"}


@transaction.atomic
def create_event(
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    topics: Iterable = (),
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
            event.topics.set(topics)
            note_change(event, {}, by=by, at=at)
            return event
    return Event.objects.get(pk=event_id)


@transaction.atomic
def update_event(
    *,
    event: Event,
    changes: dict[str, Any],
    topics: Iterable | None = None,
    version: int,
    by: Actor,
    at: datetime,
) -> Event:
    """Change fields; the address stays.

    More seats go to the waiting list at once; guests are told of another time or place.

    Raises EditConflict, EndsBeforeStartError, SeatsTakenError.
    """
    locked(event.pk, at=at)
    starts_at = changes.get("starts_at", event.starts_at)
    refuse_disorder(starts_at, changes.get("ends_at", event.ends_at))
    refuse_too_few_seats(event, changes)
    was = {name: getattr(event, name) for name in PLACE_AND_TIME & changes.keys()}
    related = {}
    if topics is not None:
        before, after = codes(event.topics.all()), codes(topics)
        related = {"topics": [before, after]} if before != after else {}
    save_changes(event, changes, by=by, at=at, version=version, related=related)
    if related:
        event.topics.set(topics)
    if any(changes[name] != value for name, value in was.items()):
        event.registrations.update(reminded_at=None)
        if event.state == EventState.PUBLISHED and at < event.starts_at:
            mails.event_moved(event, at=at)
    settle(event, at=at)
    return event


def refuse_too_few_seats(event: Event, changes: dict[str, Any]) -> None:
    seats = changes.get("capacity", event.capacity)
    if seats is not None and seats < taken_seats(event):
        raise SeatsTakenError


def refuse_disorder(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at < starts_at:
        raise EndsBeforeStartError


def codes(topics: Iterable) -> list[str]:
    return sorted(topic.code for topic in topics)


@transaction.atomic
def publish_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """Strangers may see it from now on; of a cancelled one: it takes place after all."""
    revived = event.state == EventState.CANCELLED
    move(event, EventState.PUBLISHED, by=by, at=at)
    if revived:
        mails.event_revived(event, at=at)
    settle(event, at=at)
    return event


@transaction.atomic
def unpublish_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """Raises GuestsExpectedError: they would find nothing any more where their mail leads."""
    locked(event.pk, at=at)
    if event.registrations.active().exists():
        raise GuestsExpectedError
    return move(event, EventState.DRAFT, by=by, at=at)


@transaction.atomic
def cancel_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """It stays public, marked as cancelled; everybody who has a seat or waits is told."""
    move(event, EventState.CANCELLED, by=by, at=at)
    mails.event_cancelled(event, at=at)
    return event


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


@transaction.atomic
def create_venue(*, name: str, at: datetime, id: UUID | None = None, **fields: Any) -> Venue:
    return Venue.objects.create(
        id=id or new_id(), name=name, created_at=at, modified_at=at, **fields
    )


@transaction.atomic
def update_venue(*, venue: Venue, changes: dict[str, Any], at: datetime) -> Venue:
    for name, value in {**changes, "modified_at": at}.items():
        setattr(venue, name, value)
    venue.save(update_fields=[*changes, "modified_at"])
    return venue
