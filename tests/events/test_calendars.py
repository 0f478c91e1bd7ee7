from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from events.calendars import calendar_file
from tests.factories import EventFactory, VenueFactory

pytestmark = pytest.mark.django_db


def entries(content):
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_entry_carries_the_facts_and_a_uid_that_stays(client, settings):
    settings.BASE_URL = "https://gruenden.example"
    event = EventFactory(
        title="Förderung, Zuschüsse; Kredite",
        summary="Kurz.",
        description="Lang.",
        venue=VenueFactory(name="DigitalCube", street="Am Bahnhof", house_number="1"),
        version=3,
    )

    response = client.get(f"/veranstaltungen/{event.slug}.ics")

    (entry,) = entries(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'inline; filename="{event.slug}.ics"'
    assert (entry["UID"], entry["SEQUENCE"]) == (f"{event.pk}@gruenden.example", 3)
    assert entry["SUMMARY"] == "Förderung, Zuschüsse; Kredite"
    assert entry["DESCRIPTION"] == "Kurz.\n\nLang."
    assert entry["LOCATION"] == "DigitalCube, Am Bahnhof 1"
    assert entry["URL"] == f"https://gruenden.example/veranstaltungen/{event.slug}/"
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (event.starts_at, event.ends_at)


def test_cancelled_event_reaches_calendars_as_cancelled(client):
    event = EventFactory(cancelled=True)

    (entry,) = entries(client.get(f"/veranstaltungen/{event.slug}.ics").content)

    assert entry["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(
    ("start", "wall"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "20260329T013000"),  # before the hour is skipped
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "20260329T033000"),  # after it
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), "20260701T180000"),
        (datetime(2026, 12, 1, 17, 0, tzinfo=UTC), "20261201T180000"),
    ],
)
def test_times_are_the_clock_on_the_wall_with_its_rules(start, wall):
    event = EventFactory(starts_at=start, ends_at=start + timedelta(hours=1))

    content = calendar_file([event], name="Test")

    assert f"DTSTART;TZID=Europe/Berlin:{wall}".encode() in content
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin" in content
    assert entries(content)[0]["DTSTART"].dt == start


def test_calendar_of_all_holds_what_comes_and_what_has_just_been(client):
    now = timezone.now()

    def at(days, **fields):
        moment = now + timedelta(days=days)
        return EventFactory(starts_at=moment, ends_at=moment, **fields)

    recent, soon, later = at(-10), at(1), at(300)
    at(-40)
    at(2, draft=True)  # could leak

    found = entries(client.get("/veranstaltungen/kalender.ics").content)

    assert [entry["SUMMARY"] for entry in found] == [recent.title, soon.title, later.title]


def test_an_empty_calendar_is_a_valid_file(client):
    assert entries(client.get("/veranstaltungen/kalender.ics").content) == []
