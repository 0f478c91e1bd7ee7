"""Writing venues and their rooms."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from dma_crm.models import Record, new_id
from events.models import Room, Venue

Place = TypeVar("Place", bound=Record)


@transaction.atomic
def create_venue(*, name: str, at: datetime, id: UUID | None = None, **fields: Any) -> Venue:
    return Venue.objects.create(
        id=id or new_id(), name=name, created_at=at, modified_at=at, **fields
    )


@transaction.atomic
def create_room(
    *, venue: Venue, name: str, at: datetime, id: UUID | None = None, **fields: Any
) -> Room:
    return Room.objects.create(
        id=id or new_id(), venue=venue, name=name, created_at=at, modified_at=at, **fields
    )


@transaction.atomic
def update_venue(*, venue: Venue, changes: dict[str, Any], at: datetime) -> Venue:
    return update(venue, changes, at=at)


@transaction.atomic
def update_room(*, room: Room, changes: dict[str, Any], at: datetime) -> Room:
    return update(room, changes, at=at)


def update(place: Place, changes: dict[str, Any], *, at: datetime) -> Place:
    for name, value in {**changes, "modified_at": at}.items():
        setattr(place, name, value)
    place.save(update_fields=[*changes, "modified_at"])
    return place
