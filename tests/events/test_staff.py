from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actors import AGENCY_ID
from contacts import registry
from contacts.models import Topic
from events.menu import next_events, opens_today
from events.models import Event, Venue
from tests.factories import EventFactory, PartnerFactory, VenueFactory, actor

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/veranstaltungen/"
NEW = LIST + "neu/"
VENUES = "/verwaltung/veranstaltungsorte/"


def filled(client, url, **fields):
    """What the form of that page would send, with `fields` on top; None leaves one out."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | fields
    return {name: value for name, value in data.items() if value not in (None, False)}


def event_data(client, **fields):
    given = {
        "title": "Gründungsabend", "format": "talk", "day": "2027-03-10",
        "starts": "18:00", "ends": "20:00",
    }  # fmt: skip
    return filled(client, NEW, **{**given, **fields})


@pytest.mark.parametrize("role", ["advisor", "manager", "admin"])
def test_five_fields_publish_an_event(client_of, role):
    VenueFactory(name="DigitalCube")
    client = client_of(role)

    response = client.post(NEW, {**event_data(client), "publish": "1"}, follow=True)

    event = Event.objects.get()
    assert response.redirect_chain == [(LIST, 302)]
    assert (event.title, event.state, event.host_id) == ("Gründungsabend", "published", AGENCY_ID)
    assert event.venue.name == "DigitalCube"  # filled in already
    assert event.starts_at == datetime(2027, 3, 10, 17, 0, tzinfo=UTC)
    assert event.created_by == client.user
    assert "„Gründungsabend“ ist jetzt öffentlich." in response.content.decode()


def test_without_publishing_it_is_a_draft(client_of):
    client = client_of()

    response = client.post(NEW, event_data(client), follow=True)

    assert Event.objects.get().state == "draft"
    assert "Entwurf gespeichert." in response.content.decode()


def test_double_submit_makes_one_event(client_of):
    client = client_of()
    data = {**event_data(client), "publish": "1"}

    client.post(NEW, data)
    response = client.post(NEW, data)

    assert (response.status_code, response.url) == (302, LIST)
    assert Event.objects.count() == 1


def test_an_event_may_last_until_another_day(client_of):
    client = client_of()

    client.post(NEW, event_data(client, last_day="2027-03-12", ends="01:00"))

    assert Event.objects.get().ends_at == datetime(2027, 3, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": None}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"format": "party"}, "format"),
        ({"day": "29.02.2027"}, "day"),
        ({"day": "0000-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"day": "1899-12-31"}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"ends": "17:59"}, "ends"),
        ({"last_day": "2027-03-09"}, "ends"),
        ({"day": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "starts"),  # skipped hour
        (
            {"day": "2027-10-31", "starts": "01:00", "ends": "02:30"},
            "ends",
        ),  # comes twice
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": "9" * 30}, "capacity"),
        ({"capacity": "9" * 5000}, "capacity"),
        ({"host": "00000000-0000-7000-8000-00000000dead"}, "host"),
        ({"venue": "nonsense"}, "venue"),
        ({"topics": ["9" * 5000]}, "topics"),
        ({"description": "x" * 5001}, "description"),
        ({"token": "forged"}, "token"),
    ],
)
def test_bad_input_is_told_at_its_field(client_of, fields, field):
    client = client_of()

    response = client.post(NEW, event_data(client, **fields))

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Event.objects.count() == 0


def test_without_an_end_an_event_takes_two_hours(client_of):
    client = client_of()

    client.post(NEW, event_data(client, starts="23:00", ends=""))

    event = Event.objects.get()
    assert event.ends_at - event.starts_at == timedelta(hours=2)
    assert str(timezone.localtime(event.ends_at).date()) == "2027-03-11"
    page = client.post(NEW, event_data(client, ends="", last_day="2027-03-12"))
    assert list(page.context["form"].errors) == ["ends"]


def test_the_night_of_the_clock_change_keeps_real_hours(client_of):
    client = client_of()

    client.post(NEW, event_data(client, day="2027-03-28", starts="01:30", ends=""))

    event = Event.objects.get()
    assert event.ends_at.timestamp() - event.starts_at.timestamp() == 2 * 3600
    assert f"{timezone.localtime(event.ends_at):%H:%M}" == "04:30"


def test_a_new_event_shows_little_until_something_is_wrong(client_of):
    client = client_of()
    assert 'id="more" open' not in client.get(NEW).content.decode()
    assert 'id="more" open' in client.post(NEW, event_data(client, capacity="0")).content.decode()
    event = EventFactory()
    assert 'id="more" open' in client.get(f"{LIST}{event.slug}/").content.decode()


def test_a_title_starts_no_line_of_its_own_in_a_mail(client_of):
    client = client_of()
    title = "Abend\r\nBcc: alle@example.org\x00"

    client.post(NEW, {**event_data(client, title=title), "publish": "1"})

    titles = Event.objects.values_list("title", flat=True)
    assert not any(sign in title for title in titles for sign in "\r\n\x00")


def test_hours_beside_the_clock_change_are_real(client_of):
    client = client_of()

    client.post(NEW, event_data(client, day="2027-03-28", starts="01:30", ends="03:30"))

    event = Event.objects.get()
    assert event.ends_at - event.starts_at == timedelta(hours=1)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "🚀 Los!", "‮gnudnürG", "=cmd()"])
def test_odd_titles_are_kept_and_escaped(client_of, text):
    client = client_of()

    client.post(NEW, {**event_data(client, title=text), "publish": "1"})

    event = Event.objects.get()
    page = client.get(event.get_absolute_url())
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_edit_shows_the_event_as_the_clock_on_the_wall_and_saves(client_of):
    event = EventFactory(
        starts_at=datetime(2027, 7, 1, 16, 0, tzinfo=UTC),
        ends_at=datetime(2027, 7, 2, 20, 0, tzinfo=UTC),
        venue=VenueFactory(active=False),
        host=PartnerFactory(active=False),
    )
    event.topics.add(Topic.objects.get(code="taxes"))
    client, url = client_of(), f"{LIST}{event.slug}/"
    data = filled(client, url)
    assert (str(data["day"]), str(data["starts"]), str(data["last_day"]), str(data["ends"])) == (
        "2027-07-01", "18:00:00", "2027-07-02", "22:00:00",
    )  # fmt: skip

    response = client.post(url, {**data, "title": "Umbenannt"}, follow=True)

    changed = Event.objects.get()
    assert response.redirect_chain == [(LIST, 302)]
    assert (changed.title, changed.slug, changed.version) == ("Umbenannt", event.slug, 2)
    assert (changed.starts_at, changed.ends_at) == (event.starts_at, event.ends_at)
    assert (changed.venue, changed.host) == (event.venue, event.host)
    assert [topic.code for topic in changed.topics.all()] == ["taxes"]


def test_of_two_edits_the_second_sees_both(client_of):
    event = EventFactory(title="Alt")
    client, url = client_of(), f"{LIST}{event.slug}/"
    mine = filled(client, url, title="Meins", topics=["taxes"])
    client_of().post(url, filled(client, url, title="Ihres"))

    response = client.post(url, mine)

    assert response.status_code == 409
    conflict = response.context["conflict"]
    assert [(row["mine"], row["theirs"]) for row in conflict["rows"]] == [
        ("Meins", "Ihres"),
        ("Steuern und Buchhaltung", ""),
    ]
    assert (conflict["keep_url"], conflict["version"]) == (url, 2)
    again = client.post(url, {**mine, "version": "2"})
    assert (again.status_code, Event.objects.get().title) == (302, "Meins")


def test_publish_cancel_and_back(client_of):
    event = EventFactory(draft=True)
    client = client_of()

    for step, state in [
        ("veroeffentlichen", "published"),
        ("absagen", "cancelled"),
        ("veroeffentlichen", "published"),
        ("zurueckziehen", "draft"),
    ]:
        response = client.post(f"{LIST}{event.slug}/{step}/")
        assert (response.status_code, response.url) == (302, f"{LIST}{event.slug}/")
        assert Event.objects.get().state == state


def test_cancelling_can_be_undone(client_of):
    event, client = EventFactory(), client_of()

    page = client.post(f"{LIST}{event.slug}/absagen/", follow=True).content.decode()

    assert f'action="{LIST}{event.slug}/veroeffentlichen/"' in page


def test_a_step_that_does_not_fit_is_told(client_of):
    event = EventFactory(draft=True)

    response = client_of().post(f"{LIST}{event.slug}/absagen/", follow=True)

    assert "im jetzigen Stand" in response.content.decode()
    assert Event.objects.get().state == "draft"


STAFF_PAGES = [LIST, f"{LIST}?vergangen=1", NEW, VENUES]


@pytest.mark.parametrize("url", STAFF_PAGES)
def test_pages_of_the_agency_are_closed_to_others(client, client_of, url):
    assert client.get(url).status_code == 302
    assert client_of("partner").get(url).status_code == 403


def test_steps_are_closed_to_others_and_to_reading(client_of):
    event = EventFactory(draft=True)
    url = f"{LIST}{event.slug}/veroeffentlichen/"

    assert client_of("partner").post(url).status_code == 403
    assert client_of("advisor").get(url).status_code == 405
    assert client_of("advisor").post(f"{LIST}fehlt/veroeffentlichen/").status_code == 404
    assert Event.objects.get().state == "draft"


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_list_needs_the_same_few_queries(client_of, rows, django_assert_num_queries):
    moment = timezone.now() + timedelta(days=1)
    EventFactory.create_batch(rows, starts_at=moment, ends_at=moment, venue=VenueFactory())
    EventFactory(past=True)
    client = client_of()

    with django_assert_num_queries(4):  # session, user, events, agency
        response = client.get(LIST)

    assert len(response.context["rows"]) == min(rows, 50)


def test_list_turns_to_the_past(client_of):
    past = EventFactory(past=True)
    moment = timezone.now() + timedelta(days=1)
    EventFactory(starts_at=moment, ends_at=moment)

    rows = client_of().get(f"{LIST}?vergangen=1").context["rows"]

    assert [row["event"] for row in rows] == [past]


def test_lists_without_rows_say_so(client_of):
    page = client_of().get(LIST).content.decode()
    assert "Es ist keine Veranstaltung geplant." in page
    assert (
        "noch keine Veranstaltung stattgefunden"
        in client_of().get(f"{LIST}?vergangen=1").content.decode()
    )


def test_managers_keep_the_venues(client_of):
    client = client_of("manager")
    data = filled(client, f"{VENUES}neu/", name="Schiller40", town="Wolfsburg")

    client.post(f"{VENUES}neu/", data)
    client.post(f"{VENUES}neu/", data)  # a double click
    venue = Venue.objects.get()
    url = f"{VENUES}{venue.pk}/"
    response = client.post(url, filled(client, url, street="Schillerstraße"), follow=True)

    venue.refresh_from_db()
    assert (venue.name, venue.town, venue.street) == ("Schiller40", "Wolfsburg", "Schillerstraße")
    assert response.redirect_chain == [(VENUES, 302)]
    assert f'href="{url}"' in response.content.decode()


def test_two_venues_cannot_share_a_name(client_of):
    VenueFactory(name="Schiller40")
    other = VenueFactory(name="Cube")
    client, url = client_of("admin"), f"{VENUES}{other.pk}/"

    assert client.post(url, filled(client, url, name="Schiller40")).status_code == 422
    assert Venue.objects.get(pk=other.pk).name == "Cube"


def test_advisors_read_venues_and_change_none(client_of):
    venue, client = VenueFactory(name="Schiller40"), client_of("advisor")

    page = client.get(VENUES).content.decode()

    assert "Schiller40" in page
    assert f"{VENUES}{venue.pk}/" not in page
    assert client.get(f"{VENUES}{venue.pk}/").status_code == 403
    assert client.get(f"{VENUES}neu/").status_code == 403


def test_empty_venue_list_says_so(client_of):
    assert "Es gibt noch keinen Veranstaltungsort." in client_of().get(VENUES).content.decode()
    assert f'href="{VENUES}neu/"' in client_of("manager").get(VENUES).content.decode()


def in_days(days, **fields):
    moment = timezone.now() + timedelta(days=days)
    return EventFactory(starts_at=moment, ends_at=moment + timedelta(hours=1), **fields)


def test_heute_shows_the_next_published_events():
    shown = [in_days(day) for day in (1, 2, 3)]
    in_days(4)
    in_days(1, draft=True)
    in_days(1, cancelled=True)

    panel = next_events(None, actor())

    assert [row["event"] for row in panel["events"]] == shown
    assert "events/_today.html" in [entry.template for entry in registry.today_panels]


def test_heute_leads_to_the_door_on_the_day(monkeypatch):
    now = timezone.localtime().replace(hour=9)
    monkeypatch.setattr("events.menu.timezone.now", lambda: now)
    times = {"starts_at": now + timedelta(hours=8), "ends_at": now + timedelta(hours=9)}
    EventFactory(**times)
    EventFactory(**times, registration="parts")
    EventFactory(**times, registration="none")

    assert [row["today"] for row in next_events(None, actor())["events"]] == [True, False, False]
    assert not opens_today(in_days(1), now)


def test_heute_shows_nothing_when_nothing_is_near():
    in_days(40)

    assert next_events(None, actor()) is None


def test_one_entry_of_the_menu_is_the_present_page(client_of):
    """The pages lie below /verwaltung/, which is an entry of its own."""
    menu = client_of("manager").get(LIST).context["main_nav"]

    assert [item["label"] for item in menu if item["active"]] == ["Veranstaltungen"]
