"""Mails the day before and afterwards: to whom, once, and in whose words."""

from datetime import timedelta

import pytest

from events import actions
from events.guest_mails import MISSED, REMINDER, THANKS, write_to_guests
from events.models import Event
from outbox.models import OutboundMail
from tests.events.guests import may_go, message
from tests.factories import NOW, EventFactory, RegistrationFactory, VenueFactory, actor

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EARLY = NOW - 9 * DAY


def guest(event, **fields):
    return RegistrationFactory(event=event, **{"state_since": EARLY, **fields})


def sent(kind):
    rows = OutboundMail.objects.filter(kind=kind).order_by("recipient")
    return [mail.recipient for mail in rows]


def test_the_day_before_everybody_with_a_seat_is_reminded_once():
    event = EventFactory(starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    row = guest(event, email="kommt@gruendung.example")
    guest(event, email="wartet@gruendung.example", waiting=True)
    guest(event, email="weg@gruendung.example", cancelled=True)
    guest(event, email="")
    guest(event, email="gerade.erst@gruendung.example", state_since=NOW - HOUR)
    guest(EventFactory(starts_at=NOW + DAY + HOUR), email="spaeter@gruendung.example")
    guest(EventFactory(starts_at=NOW + DAY, cancelled=True), email="abgesagt@gruendung.example")

    assert [write_to_guests(at=NOW - HOUR), write_to_guests(at=NOW), write_to_guests(at=NOW)] == [
        0, 1, 0,
    ]  # fmt: skip

    assert sent(REMINDER) == [row.email]
    assert may_go(REMINDER, row) == ""
    assert may_go(REMINDER, row, NOW + DAY) == "state_changed"


def test_a_reminder_names_place_access_and_link_below_the_organisers_words():
    venue = VenueFactory(name="DigitalCube", access="Aufzug links")
    event = EventFactory(
        starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR, venue=venue, title="*Pitch*",
        online_link="https://raum.example/42",
        mail_before="Hallo {name}, bringt etwas zu {event} mit!",
    )  # fmt: skip
    row = guest(event, name="[Zoë](https://boese.example)")
    write_to_guests(at=NOW)

    built = message(REMINDER, row)

    assert built.subject == "Morgen: *Pitch*"
    assert built.text.startswith("Hallo [Zoë](https://boese.example), bringt etwas zu *Pitch* mit!")
    for words in ("DigitalCube", "Aufzug links", "https://raum.example/42", f"{event.slug}.ics"):
        assert words in built.text
    assert row.token in built.text
    assert 'href="https://boese.example' not in built.html
    assert "<em>Pitch" not in built.html


def test_afterwards_those_who_came_and_those_who_did_not_read_different_things():
    event = EventFactory(starts_at=NOW - DAY - HOUR, ends_at=NOW - DAY)
    came = guest(event, checked_in_at=NOW - DAY, language="en")
    not_there = guest(event)
    guest(event, waiting=True)
    nobody_counted = EventFactory(starts_at=NOW - DAY - HOUR, ends_at=NOW - DAY)
    guest(nobody_counted)

    assert [write_to_guests(at=NOW), write_to_guests(at=NOW)] == [2, 0]

    assert (sent(THANKS), sent(MISSED)) == ([came.email], [not_there.email])
    assert message(THANKS, came).text.startswith(f"Good day {came.name},")
    assert "schade" in message(MISSED, not_there).text
    assert (may_go(THANKS, came), may_go(MISSED, not_there)) == ("", "")
    actions.check_in(registration=not_there, by=actor(), at=NOW)
    assert may_go(MISSED, not_there) == "state_changed"


@pytest.mark.parametrize("ago", [timedelta(hours=11), timedelta(days=3)])
def test_neither_at_once_nor_days_later(ago):
    event = EventFactory(starts_at=NOW - ago - HOUR, ends_at=NOW - ago)
    guest(event, checked_in_at=NOW - ago)

    assert write_to_guests(at=NOW) == 0


def test_a_moved_event_tells_its_guests_and_reminds_again():
    event = EventFactory(starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    row, gone = guest(event), guest(event, cancelled=True)
    write_to_guests(at=NOW)

    for changes in ({"title": "Nur ein neuer Titel"}, {"starts_at": event.starts_at}):
        update(event, **changes)
    assert sent("event_moved") == []
    update(event, starts_at=NOW + 5 * DAY, ends_at=NOW + 5 * DAY + HOUR)

    assert sent("event_moved") == [row.email]
    assert gone.email not in sent("event_moved")
    assert "Ihre Anmeldung gilt weiter" in message("event_moved", row).text
    assert may_go("event_moved", row) == ""
    assert write_to_guests(at=NOW + 4 * DAY) == 1
    assert sent(REMINDER) == [row.email, row.email]


def update(event, **changes):
    event = Event.objects.get(pk=event.pk)
    actions.update_event(event=event, changes=changes, version=event.version, by=actor(), at=NOW)


def test_unknown_placeholders_are_told_at_the_field(client_of):
    event, client = EventFactory(), client_of()
    url = f"/verwaltung/veranstaltungen/{event.slug}/"
    initial = client.get(url).context["form"].initial
    data = {name: value for name, value in initial.items() if value not in (None, "")}

    for name in ("mail_before", "mail_after", "mail_missed"):
        page = client.post(url, {**data, name: "Hallo {vorname} {cancel_url}"})
        assert (page.status_code, list(page.context["form"].errors)) == (422, [name])
        assert "{vorname}, {cancel_url}" in page.content.decode()
    assert client.post(url, {**data, "mail_before": "Hallo {name}, {when}"}).status_code == 302
