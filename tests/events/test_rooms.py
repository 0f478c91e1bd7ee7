"""Rooms of a venue: where guests go, and who else is there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events import actions
from events.calendars import calendar_file
from events.errors import RoomElsewhereError
from events.models import Event, Room
from events.rooms import warnings_for
from tests.events.guests import join, kinds, message
from tests.factories import NOW, EventFactory, RoomFactory, VenueFactory, actor

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/veranstaltungen/"
VENUES = "/verwaltung/veranstaltungsorte/"
HOUR = timedelta(hours=1)


def in_room(room, shift=0, **fields):
    start = NOW + timedelta(days=7) + shift * HOUR
    fields = {"starts_at": start, "ends_at": start + 2 * HOUR, **fields}
    return EventFactory(venue=room.venue, room=room, **fields)


def test_who_overlaps_in_one_room_is_found():
    room = RoomFactory()
    event = in_room(room)
    before, during, after = in_room(room, -2), in_room(room, 1), in_room(room, 2)
    in_room(room, 0, cancelled=True)
    in_room(RoomFactory(venue=room.venue))
    draft = in_room(room, -1, draft=True)

    assert set(Event.objects.clashing(event)) == {during, draft}
    assert set(Event.objects.clashing(before)) == {draft}
    assert set(Event.objects.clashing(after)) == {during}


def test_a_programme_and_its_parts_share_a_room():
    room = RoomFactory()
    week = in_room(room, 0, ends_at=NOW + timedelta(days=9))
    part, other = in_room(room, 0, parent=week), in_room(room, 1, parent=week)

    assert list(Event.objects.clashing(week)) == []
    assert list(Event.objects.clashing(part)) == [other]


def test_without_a_room_nothing_clashes():
    assert warnings_for(EventFactory(venue=VenueFactory())) == []


def test_a_room_too_small_is_told():
    room = RoomFactory(name="Studio", seats=12)

    assert warnings_for(in_room(room, capacity=12)) == []
    (said,) = warnings_for(in_room(room, 5, capacity=13))
    assert "12" in said


def test_a_room_belongs_to_the_venue_of_the_event():
    room, event = RoomFactory(), EventFactory(venue=VenueFactory())

    with pytest.raises(RoomElsewhereError):
        actions.update_event(event=event, changes={"room": room}, version=1, by=actor(), at=NOW)
    assert Event.objects.get().room is None


def test_guests_are_told_of_another_room_and_how_to_get_in():
    room = RoomFactory(name="Bühne", access="Treppe links", venue__access="Klingel am Hof")
    event = EventFactory(venue=room.venue)
    row = join(event)

    actions.update_event(
        event=Event.objects.get(), changes={"room": room}, version=1, by=actor(), at=NOW
    )

    assert kinds()[-1] == "event_moved"
    text = message("event_moved", row).text
    assert f"{room.venue.name}, Bühne" in text
    assert "Klingel am Hof\nTreppe links" in text
    assert f"{room.venue.name}\\, Bühne".encode() in calendar_file(Event.objects.all(), name="x")


def test_the_public_page_names_the_room(client):
    event = in_room(RoomFactory(name="Bühne", access="Treppe links"))

    page = client.get(event.get_absolute_url()).content.decode()

    assert f"{event.venue.name}, Bühne" in page
    assert "Treppe links" in page


def filled(client, url, **fields):
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | fields
    return {name: value for name, value in data.items() if value not in (None, False)}


def test_whoever_takes_a_room_twice_is_warned_and_not_hindered(client_of):
    room = RoomFactory(name="Bühne")
    other = in_room(room, title="Chorprobe")
    client, data = client_of(), {"title": "Lesung", "format": "talk"}
    day = f"{other.starts_at:%Y-%m-%d}"
    data = filled(
        client, f"{LIST}neu/", **data, day=day, starts="00:00", ends="23:59", room=room.pk, venue=""
    )

    page = client.post(f"{LIST}neu/", data, follow=True).content.decode()

    event = Event.objects.get(title="Lesung")
    assert (event.room, event.venue) == (room, room.venue)  # a room says where
    assert "Im Raum „Bühne“ ist auch: „Chorprobe“" in page
    url = f"{LIST}{event.slug}/"
    assert "„Chorprobe“" in client.get(url).content.decode()
    page = client.post(url, filled(client, url), follow=True).content.decode()
    assert "„Chorprobe“" in page


def test_a_room_of_another_venue_is_told_at_its_field(client_of):
    room, client = RoomFactory(), client_of()
    event = EventFactory(venue=VenueFactory())
    url = f"{LIST}{event.slug}/"

    response = client.post(url, filled(client, url, room=room.pk))

    assert list(response.context["form"].errors) == ["room"]
    assert room.venue.name in response.content.decode()


def test_rooms_out_of_use_are_offered_to_those_who_have_them(client_of):
    old = RoomFactory(active=False)
    event, client = in_room(old), client_of()

    def offered(url):
        return list(client.get(url).context["form"].fields["room"].queryset)

    assert offered(f"{LIST}{event.slug}/") == [old]
    assert offered(f"{LIST}neu/") == []


def test_managers_keep_the_rooms(client_of):
    venue, client = VenueFactory(), client_of("manager")
    new, page = f"{VENUES}{venue.pk}/raeume/neu/", f"{VENUES}{venue.pk}/"
    assert "Noch kein Raum" in client.get(page).content.decode()
    data = filled(client, new, name="Saal", seats="80")

    for _click in range(2):
        response = client.post(new, data)

    room = Room.objects.get()
    assert (response.url, room.name, room.seats, room.venue) == (page, "Saal", 80, venue)
    url = f"{VENUES}raeume/{room.pk}/"
    assert url in client.get(page).content.decode()
    client.post(url, filled(client, url, name="Großer Saal"))
    room.refresh_from_db()
    assert room.name == str(room) == "Großer Saal"
    for fields, field in (
        ({"name": "Großer Saal"}, "name"),
        ({"name": "x", "seats": "0"}, "seats"),
    ):
        told = client.post(new, filled(client, new, **fields))
        assert (told.status_code, list(told.context["form"].errors)) == (422, [field])


def test_a_name_is_given_once_in_a_venue():
    room = RoomFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomFactory(venue=room.venue, name=room.name)
    assert RoomFactory(name=room.name).venue != room.venue
