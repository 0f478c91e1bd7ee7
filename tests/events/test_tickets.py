"""Tickets: on the guest's page and in the mail, apart from the link that cancels."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from events.models import TICKET_LENGTH, TICKET_LETTERS, Registration
from events.tickets import qr_code, spelt
from tests.events.guests import join, message
from tests.factories import EventFactory, RegistrationFactory, VenueFactory

pytestmark = pytest.mark.django_db


def ahead(**fields):
    start = timezone.now() + timedelta(days=7)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    return EventFactory(**{"venue": VenueFactory(), **times, **fields})


def page_of(client, row):
    return client.get(row.get_absolute_url()).content.decode()


def test_codes_are_their_own_secret():
    rows = RegistrationFactory.create_batch(20)

    codes = {row.ticket_code for row in rows}
    assert len(codes) == 20
    assert all(len(code) == TICKET_LENGTH and set(code) <= set(TICKET_LETTERS) for code in codes)
    assert all(row.ticket_code not in row.token for row in rows)
    with pytest.raises(IntegrityError):
        RegistrationFactory(ticket_code=rows[0].ticket_code)


def test_a_ticket_opens_nothing_of_the_guest(client):
    row = RegistrationFactory(event=ahead())

    for address in (f"/anmeldung/{row.ticket_code}/", f"/anmeldung/{row.ticket_code}/absagen/"):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    assert client.get(f"/einlass/{row.ticket_code}/").url.startswith("/login/")


def test_the_page_shows_the_ticket_of_a_confirmed_seat(client):
    row = RegistrationFactory(event=ahead())

    page = page_of(client, row)

    assert "Ihr Ticket" in page
    assert spelt(row.ticket_code) in page
    drawn = qr_code(f"http://127.0.0.1:8000/einlass/{row.ticket_code}/")
    assert drawn["path"] in page
    assert row.token not in drawn["path"]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ({}, {"waiting": True}),
        ({}, {"held": True}),
        ({}, {"cancelled": True}),
        ({"cancelled": True}, {}),
        ({"online": True, "venue": None}, {}),
        ({"past": True}, {}),
    ],
)
def test_there_is_none_without_a_seat_in_a_room_ahead(client, event, fields):
    made = EventFactory(**event) if "past" in event else ahead(**event)
    row = RegistrationFactory(event=made, **fields)

    assert row.ticket_code[:5] not in page_of(client, row)


@pytest.mark.parametrize(
    ("language", "words"), [("de", "nennen diesen Code: {}"), ("en", "or say this code: {}")]
)
def test_the_mail_names_the_code(language, words):
    row = join(ahead(), at=timezone.now(), language=language)

    text = message("registration_confirmed", row).text

    assert words.format(f"**{spelt(row.ticket_code)}**") in text
    assert row.get_absolute_url() in text


def test_the_mail_of_an_online_event_has_no_ticket():
    row = join(ahead(online=True, venue=None), at=timezone.now())

    text = message("registration_confirmed", row).text

    assert "Meine Anmeldung ansehen" in text
    assert spelt(Registration.objects.get().ticket_code) not in text
