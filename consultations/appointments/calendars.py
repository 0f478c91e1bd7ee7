"""Appointments as iCalendar: what is mailed (RFC 5546, RFC 6047), and the feed (RFC 5545)."""

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from consultations.appointments.models import Appointment, AppointmentState
from outbox.signing import sender

PRODUCT = "-//DMA-CRM//Termine//DE"


def calendar_of(method: str, **properties: str) -> Any:
    from icalendar import Calendar  # noqa: PLC0415 - slow to import, few requests need it

    calendar = Calendar()
    for name, value in {
        "prodid": PRODUCT,
        "version": "2.0",
        "method": method,
        **properties,
    }.items():
        calendar.add(name, value)
    return calendar


def written(calendar: Any) -> bytes:
    """Times are in the agency's own zone, whose rules travel with them."""
    calendar.add_missing_timezones()
    return calendar.to_ical()


def invitation(appointment: Appointment, *, address: str, name: str) -> tuple[str, str]:
    """The method and the calendar part of the mail that tells how the appointment now stands."""
    cancelled = appointment.state == AppointmentState.CANCELLED
    method = "CANCEL" if cancelled else "REQUEST"
    entry = entry_of(appointment, title_for_guest(appointment))
    entry.add("organizer", *party(appointment.advisor.email, str(appointment.advisor)))
    entry.add("attendee", *party(address, name, ROLE="REQ-PARTICIPANT", **answer(cancelled)))
    if appointment.place:
        entry.add("location", appointment.place)
    calendar = calendar_of(method)
    calendar.add_component(entry)
    return method, written(calendar).decode()


def answer(cancelled: bool) -> dict[str, str]:
    return {} if cancelled else {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}


def party(address: str, name: str, **parameters: str) -> tuple[str, dict[str, str]]:
    return f"mailto:{address}", {"CN": name.replace('"', "'"), **parameters}


def title_for_guest(appointment: Appointment) -> str:
    return f"{appointment.subject or _('Consultation')}, {sender().name}"


def entry_of(appointment: Appointment, summary: str) -> Any:
    from icalendar import Event  # noqa: PLC0415 - as above

    zone = ZoneInfo(settings.TIME_ZONE)
    entry = Event()
    entry.add("uid", uid_of(appointment))
    entry.add("sequence", appointment.sequence)
    entry.add("dtstamp", appointment.modified_at.astimezone(UTC))
    entry.add("dtstart", appointment.starts_at.astimezone(zone))
    entry.add("dtend", appointment.ends_at.astimezone(zone))
    entry.add("summary", summary)
    entry.add("status", "CONFIRMED" if appointment.is_open else "CANCELLED")
    return entry


def uid_of(record: Any) -> str:
    return f"{record.pk}@{urlsplit(settings.BASE_URL).hostname}"


def day_entry(record: Any, *, day: Any, summary: str) -> Any:
    """All day and not busy: shown on top of the day, where tasks are not shown by every program."""
    from icalendar import Event  # noqa: PLC0415 - as above

    entry = Event()
    entry.add("uid", uid_of(record))
    entry.add("dtstamp", record.modified_at.astimezone(UTC))
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", summary)
    entry.add("transp", "TRANSPARENT")
    return entry
