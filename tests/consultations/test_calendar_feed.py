"""The secret address at which a calendar program reads appointments and follow-ups."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from consultations.models import Appointment, CalendarFeed
from tests.factories import (
    NOW,
    AppointmentFactory,
    CalendarFeedFactory,
    FollowUpFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def feed():
    return CalendarFeedFactory()


def read(feed, **headers):
    return Client().get(f"/kalender/{feed.token}.ics", headers=headers)


def text(feed) -> str:
    return read(feed).content.decode().replace("\r\n ", "")


def summaries(feed) -> list[str]:
    return [line[8:] for line in text(feed).split("\r\n") if line.startswith("SUMMARY:")]


def appointment(feed, **fields):
    return AppointmentFactory(advisor=feed.user, person__family_name="Brandes", **fields)


def test_it_shows_own_appointments_and_open_follow_ups_of_the_time_around(feed):
    kept = [appointment(feed, starts_at=NOW + days * DAY) for days in (-29, 7, 365)]
    for days in (-31, 367):
        appointment(feed, starts_at=NOW + days * DAY)
    appointment(feed, state="cancelled")
    AppointmentFactory()  # a colleague's
    appointment(feed, person__state="restricted")
    due = FollowUpFactory(assignee=feed.user, due_on=NOW.date())
    FollowUpFactory(assignee=feed.user, due_on=NOW.date(), state="done")
    FollowUpFactory(due_on=NOW.date())

    assert summaries(feed) == [
        *(f"Termin {row.reference}" for row in kept),
        f"Wiedervorlage {due.reference}",
    ]


def test_without_names_it_says_nothing_about_people(feed):
    appointment(feed, subject="Insolvenz", place="05361 123456")
    FollowUpFactory(assignee=feed.user, due_on=NOW.date(), subject="Brandes anrufen")

    for word in ("Brandes", "Insolvenz", "123456"):
        assert word not in text(feed)


def test_with_names_it_does(feed):
    CalendarFeed.objects.update(with_names=True)
    row = appointment(feed, place="Raum 3")
    FollowUpFactory(assignee=feed.user, due_on=NOW.date(), subject="Plan lesen")

    assert summaries(feed)[0] == f"Zoë Brandes ({row.reference})"
    assert summaries(feed)[1].startswith("Plan lesen (W-")
    assert "LOCATION:Raum 3" in text(feed)
    assert "DTSTART;VALUE=DATE:20260310\r\nDTEND;VALUE=DATE:20260311" in text(feed)


def test_it_is_private_sets_no_cookie_and_says_304(feed):
    appointment(feed)
    response = read(feed)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"].startswith("private")
    assert not response.cookies
    again = read(feed, if_none_match=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    Appointment.objects.update(place="Anders", modified_at=NOW + DAY)
    assert read(feed, if_none_match=response["ETag"]).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_three_queries_however_many_there_are(feed, rows, django_assert_num_queries):
    for _ in range(rows):
        appointment(feed)
        FollowUpFactory(assignee=feed.user, due_on=NOW.date())

    with django_assert_num_queries(3):
        assert len(summaries(feed)) == 2 * rows


def test_it_ends_with_the_account_the_role_and_the_address(feed):
    assert read(feed).status_code == 200
    user = feed.user
    for changes in ({"is_active": False}, {"is_active": True, "role": "advisor"}):
        User.objects.filter(pk=user.pk).update(**changes)
        assert read(feed).status_code == (200 if changes["is_active"] else 404)
    CalendarFeed.objects.all().delete()
    assert read(feed).status_code == 404


def test_a_wrong_secret_is_answered_like_any_missing_page(client, feed):
    assert client.get("/kalender/falsch.ics").status_code == 404


def test_the_address_is_shown_once_renewed_and_ended():
    user = UserFactory()
    web = Client()
    web.force_login(user)

    shown = web.post("/termine/im-kalender/", {"with_names": "on"})
    address = urlsplit(shown.context["address"]).path
    secret = address.removeprefix("/kalender/").removesuffix(".ics")
    row = CalendarFeed.objects.get()

    assert shown["Cache-Control"] == "no-store"
    assert (row.user, row.with_names) == (user, True)
    assert len(secret) >= 43
    assert secret not in row.digest
    assert secret not in web.get("/termine/im-kalender/").content.decode()
    assert Client().get(address).status_code == 200
    renewed = urlsplit(web.post("/termine/im-kalender/", {}).context["address"]).path
    assert Client().get(address).status_code == 404
    assert Client().get(renewed).status_code == 200
    web.post("/termine/im-kalender/beenden/")
    assert Client().get(renewed).status_code == 404
