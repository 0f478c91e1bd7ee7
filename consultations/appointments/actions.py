"""Agreeing on an appointment, moving it, calling it off, and what came of it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from accounts.models import User
from consultations.appointments import mails
from consultations.appointments.models import Appointment, AppointmentState
from consultations.errors import AppointmentClosedError
from contacts.actions import stop_series
from contacts.actions.writable import check_writable
from contacts.models import EndReason, Person, Startup
from dma_crm.models import next_reference


@transaction.atomic
def agree_appointment(
    *,
    person: Person,
    startup: Startup | None = None,
    advisor: User,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Appointment:
    """The person is invited by mail within a minute; series that wait for that stop.

    Raises NotWritableError.
    """
    check_writable(person)
    appointment = Appointment.objects.create(
        reference=next_reference(Appointment, at=at),
        person=person,
        startup=startup,
        advisor=advisor,
        created_at=at,
        modified_at=at,
        **fields,
    )
    note_change(appointment, {}, by=by, at=at)
    mails.queue_news(appointment, at=at)
    stop_series(person=person, reason=EndReason.BOOKED, by=by, at=at)
    return appointment


@transaction.atomic
def change_appointment(
    *, appointment: Appointment, version: int, by: Actor, at: datetime, **changes: Any
) -> Appointment:
    """Raises EditConflict, AppointmentClosedError once it is called off or held."""
    if not appointment.is_open:
        raise AppointmentClosedError
    return write(appointment, changes, version=version, by=by, at=at)


@transaction.atomic
def cancel_appointment(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Who was invited is told; who was not yet never hears of it."""
    if not appointment.is_open:
        raise AppointmentClosedError
    return write(appointment, {"state": AppointmentState.CANCELLED}, by=by, at=at)


@transaction.atomic
def restore_appointment(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Take "called off" back; who has been told of it is invited again."""
    if appointment.state != AppointmentState.CANCELLED:
        raise AppointmentClosedError
    return write(appointment, {"state": AppointmentState.AGREED}, by=by, at=at)


def write(
    appointment: Appointment,
    changes: dict[str, Any],
    *,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Where the last mail has not gone yet it tells of this, too; else there is a next one."""
    if not save_changes(appointment, changes, version=version, by=by, at=at):
        return appointment
    if not mails.still_untold(appointment, at=at):
        appointment.sequence += 1
        Appointment.objects.filter(pk=appointment.pk).update(sequence=appointment.sequence)
        mails.queue_news(appointment, at=at)
    return appointment


def hold_appointment(
    *, appointment: Appointment, consultation: Any, by: Actor, at: datetime
) -> None:
    """It took place: `consultation` was recorded from it. What is closed stays as it is."""
    if appointment.is_open:
        held = {"state": AppointmentState.HELD, "consultation_id": consultation.pk}
        save_changes(appointment, held, by=by, at=at)
