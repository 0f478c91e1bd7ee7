"""From the form to a seat or a place in line, and away from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import MAIL_LINK_ROLE, NOBODY, Actor
from accounts.models import Channel
from events import mails
from events.actions.seating import HOLD, lock_all, locked, settle
from events.errors import (
    ChooseAPartError,
    EventError,
    FullError,
    RegistrationClosedError,
    RegistrationStepError,
)
from events.models import Event, EventState, Registration, RegistrationState
from events.people import recognise
from events.registration_texts import CURRENT
from events.seats import has_seat, next_in_line, turns_away
from outbox.suppression import key_of

S = RegistrationState
BY_LINK = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK)


@transaction.atomic
def register(
    *, event: Event, email: str, by: Actor = NOBODY, at: datetime, **said: Any
) -> Registration:
    """Hold a seat for half an hour or a place in line until the address is confirmed by mail.

    One address has one registration, however often and in whatever case it is typed; a mail tells
    its owner, and the caller must answer alike. `said`: name, and answers, wants_contact, language.
    Raises RegistrationClosedError, FullError.
    """
    event = locked(event.pk, at=at)
    row, is_new = asked(event, key_of(email), said, by=by, at=at)
    tell = mails.registration_requested if is_new else mails.registration_repeated
    tell(row, at=at)
    return row


@transaction.atomic
def register_for_parts(
    *, parts: Iterable[Event], email: str, by: Actor = NOBODY, at: datetime, **said: Any
) -> list[Registration]:
    """As `register`, for each of these parts of a programme or for none; one mail tells all.

    What the address has already in some of them stays as it is.
    """
    events = lock_all([part.pk for part in parts], at=at)
    rows = [asked(event, key_of(email), said, by=by, at=at) for event in events]
    new = [row for row, is_new in rows if is_new]
    if new:
        mails.registration_requested(new[0], whole=len(new) > 1, at=at)
    else:
        mails.registration_repeated(rows[0][0], whole=len(rows) > 1, at=at)
    return [row for row, _is_new in rows]


def asked(
    event: Event, email: str, said: dict[str, Any], *, by: Actor, at: datetime
) -> tuple[Registration, bool]:
    """The registration, and whether it was made or taken up again just now."""
    if event.by_parts or not event.takes_guests(at):
        raise RegistrationClosedError
    if turns_away(event):
        raise FullError
    row = event.registrations.filter(email=email).first()
    if row and row.is_active:
        return row, False
    said = {"answers": {}, "wants_contact": False, "language": "de", **said}
    said |= {"privacy_version": CURRENT, "confirmed_at": None, "respond_by": at + HOLD}
    state = S.HELD if has_seat(event) else S.WAITING
    return put(event, row, state, email=email, **said, by=by, at=at), True


@transaction.atomic
def add_registration(
    *, event: Event, name: str, email: str = "", by: Actor, at: datetime
) -> Registration:
    """By the agency, for somebody on the phone or at the door, also while registration is closed.

    Raises RegistrationClosedError when the event is cancelled or over, ChooseAPartError, FullError.
    """
    event = locked(event.pk, at=at)
    if event.state == EventState.CANCELLED or event.ends_at < at:
        raise RegistrationClosedError
    if event.by_parts:
        raise ChooseAPartError
    email = key_of(email)
    row = event.registrations.filter(email=email).first() if email else None
    if row and row.is_active:
        return row
    if turns_away(event):
        raise FullError
    state = S.CONFIRMED if has_seat(event) else S.WAITING
    said = {"name": name, "confirmed_at": at, "respond_by": None, "by_staff": True}
    row = put(event, row, state, email=email, **said, by=by, at=at)
    settled([row], by=by, at=at)
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

    That answers for all parts of the programme which the same address has asked for. Whose half
    hour or offer has passed gets what is there now: a seat, or the end of the line.
    Raises RegistrationClosedError, FullError, RegistrationStepError (cancelled).
    """
    own, *others = rows_of_guest(registration, at=at)
    lapsed = own.state == S.LAPSED
    rows = [row for row in others if row.is_asked or (lapsed and may_come_back(row))]
    done, refused = [], None
    for row in (own, *rows):
        try:
            if confirm_one(row, by=by, at=at):
                done.append(row)
        except EventError as error:
            refused = refused or error
    if refused and not done:
        raise refused
    settled(done, by=by, at=at)
    return own


def may_come_back(row: Registration) -> bool:
    return row.state == S.LAPSED and row.confirmed_at is None


def rows_of_guest(registration: Registration, *, at: datetime) -> list[Registration]:
    """This one first, then what the same address has in other parts; all ours alone until done."""
    rows = registration.of_same_guest()
    lock_all(rows.values_list("event", flat=True), at=at)
    return sorted(rows.all(), key=lambda row: row.pk != registration.pk)


def confirm_one(row: Registration, *, by: Actor, at: datetime) -> bool:
    """False: it was done before."""
    event = row.event
    if event.state != EventState.PUBLISHED or event.ends_at < at:
        raise RegistrationClosedError
    if row.state == S.CONFIRMED or (row.state == S.WAITING and row.confirmed_at):
        return False
    if row.state == S.CANCELLED:
        raise RegistrationStepError
    proven = {"confirmed_at": row.confirmed_at or at, "respond_by": None}
    if row.state == S.WAITING:
        row.write(**proven, by=by, at=at)
    elif row.state == S.LAPSED:
        come_back(event, row, **proven, by=by, at=at)
    else:
        row.move_to(S.CONFIRMED, **proven, by=by, at=at)
    return True


def come_back(event: Event, row: Registration, *, by: Actor, at: datetime, **proven: Any) -> None:
    if not event.takes_guests(at):
        raise RegistrationClosedError
    if turns_away(event):
        raise FullError
    state = S.CONFIRMED if has_seat(event) else S.WAITING
    row.move_to(state, queue=next_in_line(event), **proven, by=by, at=at)


def settled(rows: list[Registration], *, by: Actor, at: datetime) -> None:
    """An address that counts: find whose it is, and tell how things stand, once."""
    person_id = None
    for row in rows:
        if person_id:
            row.write(person_id=person_id, by=by, at=at)
        elif row.email and row.person_id is None:
            recognise(row, by=by, at=at)
        person_id = row.person_id
    if len(rows) > 1:
        mails.registration_confirmed(rows[0], whole=True, at=at)
    elif rows:
        waits = rows[0].state == S.WAITING
        tell = mails.registration_waiting if waits else mails.registration_confirmed
        tell(rows[0], at=at)


@transaction.atomic
def cancel_registration(
    *, registration: Registration, by: Actor = BY_LINK, at: datetime
) -> Registration:
    """Twice is once. The seat goes to the first in line; who has come cannot cancel any more.

    Raises RegistrationStepError, RegistrationClosedError once the event is over.
    """
    _event, row = held(registration, at=at)
    if cancel_one(row, by=by, at=at):
        mails.registration_cancelled(row, at=at)
    return row


@transaction.atomic
def cancel_all_parts(
    *, registration: Registration, by: Actor = BY_LINK, at: datetime
) -> Registration:
    """All that this address still has ahead in the programme; one mail says so."""
    rows = rows_of_guest(registration, at=at)
    ahead = [row for row in rows if row.is_active and row.event.ends_at >= at]
    gone = [row for row in ahead if not row.checked_in_at and cancel_one(row, by=by, at=at)]
    if gone:
        mails.registration_cancelled(gone[0], whole=len(gone) > 1, at=at)
    return rows[0]


def cancel_one(row: Registration, *, by: Actor, at: datetime) -> bool:
    """False: it was done before."""
    if row.state == S.CANCELLED:
        return False
    if row.event.ends_at < at:
        raise RegistrationClosedError
    if row.checked_in_at:
        raise RegistrationStepError
    row.move_to(S.CANCELLED, respond_by=None, by=by, at=at)
    settle(row.event, at=at)
    return True


def held(registration: Registration, *, at: datetime) -> tuple[Event, Registration]:
    """Both as they stand now, for us alone until we are done."""
    event = locked(registration.event_id, at=at)
    return event, event.registrations.select_related("event").get(pk=registration.pk)
