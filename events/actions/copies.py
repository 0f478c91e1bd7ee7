"""The same event again: once as a draft, or as a series of dates."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.history import save_changes
from dma_crm.models import new_id
from events.actions.events import LISTS, create_event, publish_event
from events.actions.seating import locked
from events.errors import NotInTheCalendarError
from events.models import Event, EventState
from events.recurring import MOMENTS, day_of, moments_shifted

LAST_YEAR = 2100  # as in forms
# Everything else goes along, also fields that come later.
NOT_COPIED = {
    *(
        "id",
        "slug",
        "notes",
        "state",
        "series",
        "created_by",
        "created_at",
        "modified_at",
        "version",
    ),
    *MOMENTS,
}


def copied(event: Event) -> dict[str, Any]:
    fields = [field for field in event._meta.concrete_fields if field.name not in NOT_COPIED]
    return {field.attname: getattr(event, field.attname) for field in fields}


@transaction.atomic
def copy_event(
    *, event: Event, day: date, by: Actor, at: datetime, id: UUID | None = None, **more: Any
) -> Event:
    """A draft that starts on `day` at the same hour, without guests; parts come along.

    Raises NoSuchHourError, NotInTheCalendarError.
    """
    if day.year > LAST_YEAR:
        raise NotInTheCalendarError
    days = day - day_of(event.starts_at)
    fields = {**copied(event), **moments_shifted(event, days), **more}
    lists = {name: getattr(event, name).all() for name in LISTS}
    made = create_event(**fields, **lists, id=id, by=by, at=at)
    if not made.parts.exists():  # else another click was faster
        copy_parts(event, made, days, by=by, at=at)
    return made


def copy_parts(event: Event, made: Event, days: timedelta, *, by: Actor, at: datetime) -> None:
    for part in event.parts.exclude(state=EventState.CANCELLED).order_by("pk"):
        day = day_of(part.starts_at) + days
        copy_event(event=part, day=day, parent_id=made.pk, by=by, at=at)


@transaction.atomic
def repeat_event(
    *,
    event: Event,
    days: Iterable[date],
    publish: bool = False,
    by: Actor,
    at: datetime,
    id: UUID | None = None,
) -> list[Event]:
    """One event per day, each with guests of its own; together with `event` they are a series.

    `id` becomes that of the first, so that a second call can be told. Raises as `copy_event`.
    """
    event = locked(event.pk, at=at)
    series = event.series or new_id()
    save_changes(event, {"series": series}, by=by, at=at)
    made: list[Event] = []
    for day in days:
        given = {"series": series, "id": None if made else id}
        made.append(copy_event(event=event, day=day, **given, by=by, at=at))
    if publish:
        for one in made:
            publish_event(event=one, by=by, at=at)
    return made
