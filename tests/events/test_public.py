import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import Topic
from events.models import Event
from tests.factories import EventFactory, VenueFactory

pytestmark = pytest.mark.django_db


def ahead(days=7, hours=2, **fields):
    start = timezone.now() + timedelta(days=days)
    return EventFactory(**{"starts_at": start, "ends_at": start + timedelta(hours=hours), **fields})


def titles(response):
    return [item["title"] for month in response.context["months"] for item in month["items"]]


def test_list_shows_what_is_coming_the_next_one_first(client):
    later, sooner = ahead(days=40, title="Später"), ahead(days=3, title="Bald")
    ahead(days=5, title="Geheim", state="draft")  # could leak
    ahead(days=-3, title="Vorbei")

    response = client.get("/veranstaltungen/")

    assert titles(response) == [sooner.title, later.title]
    assert "Geheim" not in response.content.decode()


def test_archive_shows_what_is_over_the_latest_first(client):
    ahead(days=-30, title="Lange her")
    ahead(days=-3, title="Gerade erst")
    ahead(days=-2, title="Nie erschienen", state="draft")
    ahead(title="Kommt noch")

    assert titles(client.get("/veranstaltungen/?archiv=1")) == ["Gerade erst", "Lange her"]


def test_an_event_that_runs_now_is_not_over(client):
    now = timezone.now()
    EventFactory(
        title="Läuft", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )

    assert titles(client.get("/veranstaltungen/")) == ["Läuft"]


def test_filters_choose_by_format_and_topic(client):
    wanted = ahead(format="workshop", title="Steuern für Einsteiger*innen")
    wanted.topics.add(Topic.objects.get(code="taxes"))
    ahead(format="workshop", title="Anderes Thema")
    ahead(format="talk", title="Anderes Format").topics.add(Topic.objects.get(code="taxes"))

    response = client.get("/veranstaltungen/?format=workshop&topic=taxes")

    assert titles(response) == ["Steuern für Einsteiger*innen"]


def test_nothing_found_offers_all_in_the_same_language(client):
    page = client.get("/veranstaltungen/?format=workshop&lang=en").content.decode()

    assert 'href="/veranstaltungen/?lang=en"' in page


@pytest.mark.parametrize(
    "query",
    ["format=xyz", "topic=%F0%9F%98%80", "format=" + "x" * 5000, "lang=xx", "topic=9" * 300],
)
def test_filters_that_mean_nothing_are_ignored(client, query):
    ahead(title="Da")

    response = client.get(f"/veranstaltungen/?{query}")

    assert (response.status_code, titles(response)) == (200, ["Da"])


@pytest.mark.parametrize("query", ["cursor=xyz", "cursor=" + "A" * 4000, "format=%00"])
def test_hostile_addresses_get_400(client, query):
    assert client.get(f"/veranstaltungen/?{query}").status_code == 400


def test_list_is_paged(client):
    for day in range(1, 22):
        ahead(days=day, title=f"Tag {day}")

    first = client.get("/veranstaltungen/")
    second = client.get(f"/veranstaltungen/?cursor={first.context['page'].next}")

    assert (len(titles(first)), titles(second)) == (20, ["Tag 21"])


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_list_needs_the_same_few_queries(client, rows, django_assert_num_queries):
    EventFactory.create_batch(
        rows,
        venue=VenueFactory(),
        starts_at=timezone.now() + timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=2),
    )

    with django_assert_num_queries(5):  # hosts, months, topics of the filter, events, agency
        response = client.get("/veranstaltungen/")

    assert len(titles(response)) == min(rows, 20)


def test_months_group_the_list(client):
    year = timezone.now().year + 1
    for month, day in [(3, 1), (3, 31), (4, 1)]:
        moment = datetime(year, month, day, 12, tzinfo=UTC)
        EventFactory(starts_at=moment, ends_at=moment)

    months = client.get("/veranstaltungen/").context["months"]

    assert [(m["title"], len(m["items"])) for m in months] == [
        (f"März {year}", 2),
        (f"April {year}", 1),
    ]


def test_public_pages_set_no_cookie(client):
    event = ahead()

    for path in (
        "/veranstaltungen/",
        event.get_absolute_url(),
        f"/veranstaltungen/{event.slug}.ics",
        "/veranstaltungen/kalender.ics",
    ):
        response = client.get(path)
        assert (response.status_code, response.cookies.output()) == (200, "")


def test_event_page_tells_all_there_is(client):
    event = ahead(
        registration="none",
        title="Förderung & Zuschüsse",
        summary="Geld, das man nicht zurückzahlt.",
        description="Erster Absatz.\n\nZweiter Absatz.",
        venue=VenueFactory(
            name="DigitalCube",
            street="Schillerstraße",
            house_number="40",
            postcode="38440",
            town="Wolfsburg",
            access="Stufenlos, Klingel am Eingang.",
        ),
        online=True,
        capacity=40,
    )
    event.topics.add(Topic.objects.get(code="funding"))

    response = client.get(event.get_absolute_url())

    facts = {fact["term"]: fact["value"] for fact in response.context["facts"]}
    assert list(facts.values())[1:] == [
        "DigitalCube und online",
        "Schillerstraße 40, 38440 Wolfsburg",
        "Vortrag",
        "Digitale Mutterboden Agentur",
        "Förderung und Zuschüsse",
        40,
    ]
    page = response.content.decode()
    assert "Stufenlos, Klingel am Eingang." in page
    assert (
        'href="mailto:gruenden@dma.example?subject=F%C3%B6rderung%20%26%20Zusch%C3%BCsse"' in page
    )


def test_event_page_speaks_english_when_asked(client):
    event = ahead(format="workshop")

    response = client.get(event.get_absolute_url() + "?lang=en")

    assert response["Content-Language"] == "en"
    assert ("Format", "Workshop") in [(f["term"], f["value"]) for f in response.context["facts"]]
    assert response.context["other"] == {
        "label": "Deutsch", "code": "de", "url": event.get_absolute_url(),
    }  # fmt: skip


def test_draft_is_a_missing_page_for_strangers_and_partners(client, client_of):
    draft = ahead(state="draft")
    missing = client.get("/veranstaltungen/gibt-es-nicht/")

    for visitor in (client, client_of("partner")):
        response = visitor.get(draft.get_absolute_url())
        assert (response.status_code, response.content) == (404, missing.content)
        assert visitor.get(f"/veranstaltungen/{draft.slug}.ics").status_code == 404


@pytest.mark.parametrize("role", ["advisor", "manager", "admin"])
def test_agency_previews_its_drafts(client_of, role):
    draft = ahead(state="draft")

    response = client_of(role).get(draft.get_absolute_url())

    assert response.status_code == 200
    assert f'href="/verwaltung/veranstaltungen/{draft.slug}/"' in response.content.decode()


def test_cancelled_event_says_so_and_offers_no_registration(client):
    event = ahead(state="cancelled")

    page = client.get(event.get_absolute_url()).content.decode()

    assert "Diese Veranstaltung ist abgesagt." in page
    assert "mailto:" not in page
    assert "anmelden/" not in page
    assert "Abgesagt" in client.get("/veranstaltungen/").content.decode()


def test_past_event_says_so_and_offers_no_registration(client):
    page = client.get(ahead(days=-3).get_absolute_url()).content.decode()

    assert "Diese Veranstaltung ist vorbei." in page
    assert "mailto:" not in page
    assert "anmelden/" not in page


def test_programme_shows_its_parts_but_no_drafts(client):
    week = ahead(title="Gründungswoche", format="big_event")
    ahead(title="Auftakt", parent=week)
    ahead(title="Noch geheim", parent=week, state="draft")

    response = client.get(week.get_absolute_url())

    (day,) = response.context["days"]
    assert [part["title"] for part in day["items"]] == ["Auftakt"]
    part = Event.objects.get(title="Auftakt")
    assert week.get_absolute_url() in client.get(part.get_absolute_url()).content.decode()


@pytest.mark.parametrize("parts", [1, 3, 100])
def test_event_page_needs_the_same_few_queries(client, parts, django_assert_num_queries):
    week = ahead(venue=VenueFactory())
    EventFactory.create_batch(parts, parent=week, venue=VenueFactory())

    with django_assert_num_queries(5):  # event, topics, hosts, parts, agency
        client.get(week.get_absolute_url())


SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.S)


def test_linked_data_is_the_only_inline_script_and_cannot_be_closed(client):
    event = ahead(title="</script><script>alert(1)</script> & <b>")

    ((attributes, body),) = SCRIPT.findall(client.get(event.get_absolute_url()).content.decode())

    assert attributes == ' type="application/ld+json"'
    assert json.loads(body)["name"] == event.title


def test_linked_data_describes_the_event(client, settings):
    settings.BASE_URL = "https://gruenden.example"
    event = EventFactory(
        starts_at=datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # the night of the clock change
        ends_at=datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        venue=VenueFactory(name="DigitalCube", postcode="38440", town="Wolfsburg"),
        online=True,
        capacity=12,
        summary="Kurz.",
    )

    ((_, body),) = SCRIPT.findall(client.get(event.get_absolute_url()).content.decode())

    address = f"https://gruenden.example/veranstaltungen/{event.slug}/"
    data = json.loads(body)
    assert [url.partition("?")[0] for url in data.pop("image")] == [f"{address}bild.png"]
    assert data == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": "Kurz.",
        "url": address,
        "startDate": "2027-03-28T01:30:00+01:00",
        "endDate": "2027-03-28T03:30:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "DigitalCube",
                "address": {
                    "@type": "PostalAddress",
                    "postalCode": "38440",
                    "addressLocality": "Wolfsburg",
                },
            },
            {"@type": "VirtualLocation", "url": address},
        ],
        "organizer": {"@type": "Organization", "name": "Digitale Mutterboden Agentur"},
        "maximumAttendeeCapacity": 12,
    }


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({"online": True}, "OnlineEventAttendanceMode"),
        ({"online": False}, "OfflineEventAttendanceMode"),
    ],
)
def test_linked_data_knows_how_one_attends(client, fields, mode):
    page = client.get(ahead(**fields).get_absolute_url()).content.decode()

    assert f"https://schema.org/{mode}" in page
