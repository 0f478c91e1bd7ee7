"""Calendar files (RFC 5545) that a guest's calendar updates instead of doubling: stable UIDs."""

from collections.abc import Iterable
from datetime import UTC
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from events.models import Event, EventState
from events.wording import full_place

MOST_EVENTS = 200


def calendar_file(events: QuerySet[Event] | Iterable[Event], *, name: str) -> bytes:
    """Times in the agency's own zone, whose rules travel with the file."""
    from icalendar import Calendar  # noqa: PLC0415 - slow to import, few requests need it

    calendar = Calendar()
    calendar.add("prodid", "-//DMA-CRM//Veranstaltungen//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(entry_of(event))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def entry_of(event: Event):
    from icalendar import Event as Entry  # noqa: PLC0415 - as above

    zone = ZoneInfo(settings.TIME_ZONE)
    entry = Entry()
    entry.add("uid", f"{event.pk}@{urlsplit(settings.BASE_URL).hostname}")
    entry.add("dtstamp", event.modified_at.astimezone(UTC))
    entry.add("last-modified", event.modified_at.astimezone(UTC))
    entry.add("sequence", event.version)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if event.state == EventState.CANCELLED else "CONFIRMED")
    entry.add("url", settings.BASE_URL + event.get_absolute_url())
    for field, value in described(event):
        entry.add(field, value)
    return entry


def described(event: Event):
    text = "\n\n".join(filter(None, [event.summary, event.description]))
    if text:
        yield "description", text
    if event.venue:
        yield "location", full_place(event)
