"""One date of a series and all that follow: changed, published and cancelled together."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from events.actions.events import cancel_event, codes, publish_event, update_event
from events.actions.seating import lock_all
from events.errors import EventError, LaterDateError
from events.models import Event, EventState
from events.recurring import MOMENTS, moments_like


@transaction.atomic
def update_following(
    *,
    event: Event,
    changes: dict[str, Any],
    version: int,
    by: Actor,
    at: datetime,
    **lists: Iterable,
) -> Event:
    """What is changed here is changed there; a new day or hour moves them all alike.

    Raises as `update_event`, LaterDateError where one of the later dates refuses.
    """
    changed = {name: value for name, value in changes.items() if getattr(event, name) != value}
    others = locked_following(event, at=at)
    plain = {name: value for name, value in changed.items() if name not in MOMENTS}
    each = {one.pk: plain | moments_like(event, changed, one) for one in others}
    given: dict[str, Any] = {"by": by, "at": at}
    for name, rows in lists.items():
        if codes(rows) != codes(getattr(event, name).all()):
            given[name] = rows
    update_event(event=event, changes=changes, version=version, **given)
    for_each(
        others,
        lambda one: update_event(event=one, changes=each[one.pk], version=one.version, **given),
    )
    return event


@transaction.atomic
def cancel_following(*, event: Event, by: Actor, at: datetime) -> Event:
    """Drafts among them stay drafts: nobody knows of them."""
    others = [one for one in locked_following(event, at=at) if one.state == EventState.PUBLISHED]
    cancel_event(event=event, by=by, at=at)
    for_each(others, lambda one: cancel_event(event=one, by=by, at=at))
    return event


@transaction.atomic
def publish_following(*, event: Event, by: Actor, at: datetime) -> Event:
    """All drafts from here on; of a cancelled one: what was cancelled together with it."""
    later = Event.objects.other_dates(event).filter(starts_at__gte=event.starts_at)
    same = later.filter(state=event.state)
    if event.state == EventState.CANCELLED:
        same = same.filter(modified_at=event.modified_at)
    ids = [event.pk, *same.values_list("pk", flat=True)]
    others = among(lock_all(ids, at=at), ids[1:])
    publish_event(event=event, by=by, at=at)
    for_each(others, lambda one: publish_event(event=one, by=by, at=at))
    return event


def locked_following(event: Event, *, at: datetime) -> list[Event]:
    ids = [event.pk, *Event.objects.following(event).values_list("pk", flat=True)]
    return among(lock_all(ids, at=at), ids[1:])


def among(events: list[Event], ids: Iterable) -> list[Event]:
    wanted = set(ids)
    return [event for event in events if event.pk in wanted]


def for_each(events: list[Event], act: Callable[[Event], Any]) -> None:
    for one in events:
        try:
            act(one)
        except EventError as error:
            raise LaterDateError(one, error.message) from error
