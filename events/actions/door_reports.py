"""What phones at the door report, each report once, whatever the network does to it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from events.actions.door import check_in, registered_as, undo_check_in, walk_in
from events.actions.seating import locked
from events.errors import ChooseAPartError, FullError, NoSeatError, RegistrationClosedError
from events.models import DoorEntry, DoorOutcome, DoorStep, Event, Registration
from outbox.suppression import key_of

O = DoorOutcome  # noqa: E741 - read as S of states


@dataclass(frozen=True)
class Report:
    """About `guest_id`, or whoever holds the ticket `code`, or somebody new of that `name`."""

    id: UUID
    step: str
    said_at: datetime
    guest_id: UUID | None = None
    code: str = ""
    name: str = ""
    email: str = ""
    over: bool = False


def take_report(*, event: Event, report: Report, by: Actor, at: datetime) -> DoorEntry:
    """Do what it says, unless this report has come before; what came of it is kept and answered.

    Never raises for what a guest or a phone did: the words for it are the answer.
    """
    with suppress(IntegrityError), transaction.atomic():
        locked(event.pk, at=at)
        known = DoorEntry.objects.filter(pk=report.id).select_related("registration__event").first()
        return known or carry_out(event, report, by=by, at=at)
    return DoorEntry.objects.get(pk=report.id)  # at this very moment at another event


def carry_out(event: Event, report: Report, *, by: Actor, at: datetime) -> DoorEntry:
    row, step = subject_of(event, report), report.step
    if step == DoorStep.WALK_IN and row and row.is_active:
        step = DoorStep.IN
    if step == DoorStep.WALK_IN:
        outcome, row = enter_new(event, report, by=by, at=at)
    else:
        outcome, row = enter(event, row, step, report, by=by, at=at)
    return DoorEntry.objects.create(
        id=report.id,
        event=event,
        registration=row,
        step=step,
        outcome=outcome,
        said_at=report.said_at,
        created_at=at,
    )


def subject_of(event: Event, report: Report) -> Registration | None:
    if report.step == DoorStep.WALK_IN:
        return registered_as(event, key_of(report.email))
    if report.code:
        return holder_of(report.code, event)
    return event.registrations.filter(pk=report.guest_id).first()


def holder_of(code: str, event: Event) -> Registration | None:
    """Whoever has several parts of a programme may show the ticket of any of them."""
    row = Registration.objects.filter(ticket_code=code).select_related("event").first()
    if row is None or row.event_id == event.pk:
        return row
    return row.of_same_guest().filter(event=event).first() or row


def enter_new(
    event: Event, report: Report, *, by: Actor, at: datetime
) -> tuple[str, Registration | None]:
    said = {"name": report.name, "email": report.email, "over": report.over}
    try:
        return O.DONE, walk_in(event=event, came_at=report.said_at, **said, by=by, at=at)
    except FullError:
        return O.FULL, None
    except RegistrationClosedError:
        return O.CLOSED, None
    except ChooseAPartError:
        return O.PARTS, None


def enter(
    event: Event, row: Registration | None, step: str, report: Report, *, by: Actor, at: datetime
) -> tuple[str, Registration | None]:
    if row is None:
        return O.UNKNOWN, None
    if row.event_id != event.pk:
        return O.ELSEWHERE, row
    if (step == DoorStep.IN) == bool(row.checked_in_at):
        return O.ALREADY, row
    if row.door_at and report.said_at < row.door_at:
        return O.OVERTAKEN, row
    said_at = report.said_at
    if step == DoorStep.OUT:
        return O.DONE, undo_check_in(registration=row, left_at=said_at, by=by, at=at)
    try:
        over = report.over
        return O.DONE, check_in(registration=row, came_at=said_at, over=over, by=by, at=at)
    except NoSeatError:
        return DoorOutcome(row.state), row
