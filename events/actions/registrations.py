"""From the form to a seat or a place in line, and away from it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import MAIL_LINK_ROLE, NOBODY, Actor
from accounts.models import Channel
from events import mails
from events.actions.seating import HOLD, locked, settle
from events.errors import FullError, RegistrationClosedError, RegistrationStepError
from events.models import Event, EventState, Registration, RegistrationState
from events.people import recognise
from events.registration_texts import CURRENT
from events.seats import has_seat, next_in_line, turns_away
from outbox.suppression import key_of

S = RegistrationState
BY_LINK = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK)


@transaction.atomic
def register(
    *,
    event: Event,
    name: str,
    email: str,
    answer: str = "",
    wants_contact: bool = False,
    language: str = "de",
    by: Actor = NOBODY,
    at: datetime,
) -> Registration:
    """Hold a seat for half an hour or a place in line until the address is confirmed by mail.

    One address has one registration, however often and in whatever case it is typed; a mail tells
    its owner, and the caller must answer alike. Raises RegistrationClosedError, FullError.
    """
    event = locked(event.pk, at=at)
    if not event.takes_guests(at):
        raise RegistrationClosedError
    if turns_away(event):
        raise FullError
    row = event.registrations.filter(email=key_of(email)).first()
    if row and row.is_active:
        mails.registration_repeated(row, at=at)
        return row
    said = {"name": name, "answer": answer, "wants_contact": wants_contact, "language": language}
    said |= {"privacy_version": CURRENT, "confirmed_at": None, "respond_by": at + HOLD}
    state = S.HELD if has_seat(event) else S.WAITING
    row = put(event, row, state, email=key_of(email), **said, by=by, at=at)
    mails.registration_requested(row, at=at)
    return row


@transaction.atomic
def add_registration(
    *, event: Event, name: str, email: str = "", by: Actor, at: datetime
) -> Registration:
    """By the agency, for somebody on the phone or at the door, also while registration is closed.

    Raises RegistrationClosedError when the event is cancelled or over, FullError.
    """
    event = locked(event.pk, at=at)
    if event.state == EventState.CANCELLED or event.ends_at < at:
        raise RegistrationClosedError
    email = key_of(email)
    row = event.registrations.filter(email=email).first() if email else None
    if row and row.is_active:
        return row
    if turns_away(event):
        raise FullError
    state = S.CONFIRMED if has_seat(event) else S.WAITING
    said = {"name": name, "confirmed_at": at, "respond_by": None, "by_staff": True}
    row = put(event, row, state, email=email, **said, by=by, at=at)
    settled(row, by=by, at=at)
    return row


def put(
    event: Event, row: Registration | None, state: str, *, by: Actor, at: datetime, **said: Any
) -> Registration:
    """At the end of the line, where somebody who comes back stands as well."""
    said["queue"] = next_in_line(event)
    said["search"] = Registration.searched_by(said["name"], said["email"])
    if row:
        row.move_to(state, **said, by=by, at=at)
        return row
    row = Registration.bearing(event=event, state=state, state_since=at, **said, at=at)
    row.save(force_insert=True)
    return row


@transaction.atomic
def confirm_registration(
    *, registration: Registration, by: Actor = BY_LINK, at: datetime
) -> Registration:
    """The owner of the address says yes; twice is once.

    Whose half hour or offer has passed gets what is there now: a seat, or the end of the line.
    Raises RegistrationClosedError, FullError, RegistrationStepError (cancelled).
    """
    event, row = held(registration, at=at)
    if event.state != EventState.PUBLISHED or event.ends_at < at:
        raise RegistrationClosedError
    if row.state == S.CONFIRMED or (row.state == S.WAITING and row.confirmed_at):
        return row
    if row.state == S.CANCELLED:
        raise RegistrationStepError
    proven = {"confirmed_at": row.confirmed_at or at, "respond_by": None}
    if row.state == S.WAITING:
        row.write(**proven, by=by, at=at)
    elif row.state == S.LAPSED:
        come_back(event, row, **proven, by=by, at=at)
    else:
        row.move_to(S.CONFIRMED, **proven, by=by, at=at)
    settled(row, by=by, at=at)
    return row


def come_back(event: Event, row: Registration, *, by: Actor, at: datetime, **proven: Any) -> None:
    if not event.takes_guests(at):
        raise RegistrationClosedError
    if turns_away(event):
        raise FullError
    state = S.CONFIRMED if has_seat(event) else S.WAITING
    row.move_to(state, queue=next_in_line(event), **proven, by=by, at=at)


def settled(row: Registration, *, by: Actor, at: datetime) -> None:
    """An address that counts: find whose it is, and tell how things stand."""
    if row.email and row.person_id is None:
        recognise(row, by=by, at=at)
    tell = mails.registration_waiting if row.state == S.WAITING else mails.registration_confirmed
    tell(row, at=at)


@transaction.atomic
def cancel_registration(
    *, registration: Registration, by: Actor = BY_LINK, at: datetime
) -> Registration:
    """Twice is once. The seat goes to the first in line; who has come cannot cancel any more.

    Raises RegistrationStepError, RegistrationClosedError once the event is over.
    """
    event, row = held(registration, at=at)
    if row.state == S.CANCELLED:
        return row
    if event.ends_at < at:
        raise RegistrationClosedError
    if row.checked_in_at:
        raise RegistrationStepError
    row.move_to(S.CANCELLED, respond_by=None, by=by, at=at)
    mails.registration_cancelled(row, at=at)
    settle(event, at=at)
    return row


def held(registration: Registration, *, at: datetime) -> tuple[Event, Registration]:
    """Both as they stand now, for us alone until we are done."""
    event = locked(registration.event_id, at=at)
    return event, event.registrations.get(pk=registration.pk)
