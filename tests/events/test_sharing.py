"""The public list elsewhere, read by parsers that are not ours."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import icalendar
import pytest
from defusedxml.ElementTree import fromstring
from django.utils import timezone

from contacts.models import Topic
from events.filters import EventFilter
from events.models import Event
from events.pictures import words_of
from tests.events.guests import asked
from tests.factories import (
    EventFactory,
    PartnerFactory,
    RegistrationFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
FRAME = "/einbettung/veranstaltungen/"
JSON = "/veranstaltungen.json"
FEED = "/veranstaltungen/feed.xml"
ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = f"{ATOM}entry"


def ahead(days=7, hours=2, **fields):
    start = timezone.now() + timedelta(days=days)
    return EventFactory(**{"starts_at": start, "ends_at": start + timedelta(hours=hours), **fields})


def framed(response):
    return [item["title"] for item in response.context["items"]]


def told(response):
    return [event["title"] for event in response.json()["events"]]


def entries(response):
    return fromstring(response.content).findall(ENTRY)


def titles_everywhere(client, query):
    """The same choice on each way out."""
    calendar = icalendar.Calendar.from_ical(
        client.get(f"/veranstaltungen/kalender.ics?{query}").content
    )
    months = client.get(f"/veranstaltungen/?{query}").context["months"]
    return [
        [item["title"] for month in months for item in month["items"]],
        framed(client.get(f"{FRAME}?{query}")),
        told(client.get(f"{JSON}?{query}")),
        [entry.findtext(f"{ATOM}title") for entry in entries(client.get(f"{FEED}?{query}"))],
        [str(entry["summary"]) for entry in calendar.walk("VEVENT")],
    ]


# --- filters ---


@pytest.fixture
def choice():
    """Three events; each filter finds the second alone."""
    host = PartnerFactory(name="Hochschule", reference="O-2026-0099")
    in_march = datetime(2031, 3, 31, 22, 30, tzinfo=UTC)  # 00:30 on 1 April in Wolfsburg
    ahead(title="Ganz anders", format="talk", venue=VenueFactory())
    wanted = EventFactory(
        title="Gesucht", format="workshop", online=True, host=host,
        starts_at=in_march, ends_at=in_march + timedelta(hours=1),
    )  # fmt: skip
    wanted.topics.add(Topic.objects.get(code="taxes"), Topic.objects.get(code="funding"))
    before = datetime(2031, 3, 31, 21, 30, tzinfo=UTC)
    EventFactory(title="Noch März", starts_at=before, ends_at=in_march)
    return wanted


@pytest.mark.parametrize(
    "query",
    ["format=workshop", "topic=taxes", "month=2031-04", "online=1", "host=O-2026-0099"],
)
def test_each_filter_holds_on_every_way_out(client, choice, query):
    assert titles_everywhere(client, query) == [["Gesucht"]] * 5


def test_on_site_leaves_out_what_is_online_alone(client, choice):
    ahead(title="Beides", online=True, venue=VenueFactory())

    assert told(client.get(f"{JSON}?online=0")) == ["Ganz anders", "Beides", "Noch März"]


def test_unknown_host_finds_nothing_rather_than_everything(client, choice):
    assert titles_everywhere(client, "host=O-2026-1234") == [[]] * 5


def test_page_offers_months_and_hosts_there_are(client, choice):
    ahead(title="Entwurf", state="draft", host=PartnerFactory(name="Heimlich"))

    form = client.get("/veranstaltungen/").context["form"]

    assert [label for _value, label in form.fields["host"].widget.choices] == [
        "Alle", "Digitale Mutterboden Agentur", "Hochschule",
    ]  # fmt: skip
    assert [value for value, _l in form.fields["month"].widget.choices][-2:] == [
        "2031-03", "2031-04",
    ]  # fmt: skip


def test_what_is_chosen_stays_chosen_in_the_archive(client, choice):
    page = client.get("/veranstaltungen/?archiv=1&month=2031-04")

    assert '<option value="2031-04" selected>' in page.content.decode()


@pytest.mark.parametrize("month", ["2031-13", "april", "2031-4", "9999-12", "0000-01", "٢٠٣١-٠٤"])
def test_a_month_that_is_none_is_refused(month):
    assert list(EventFilter({"month": month}).refused) == ["month"]


# --- the frame ---


def test_frame_may_be_framed_by_the_sites_of_the_setting_alone(client, settings):
    settings.EMBEDDING_SITES = ["https://www.example.org", "https://*.example.net"]

    response = client.get(FRAME)

    assert "X-Frame-Options" not in response
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; font-src 'self'")
    assert policy.endswith("frame-ancestors 'self' https://www.example.org https://*.example.net")


def test_no_other_page_may_be_framed(client):
    for path in ("/veranstaltungen/", ahead().get_absolute_url(), "/login/"):
        response = client.get(path)
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def test_links_of_the_frame_open_the_full_page(client):
    event = ahead()

    tags = Tags(client.get(f"{FRAME}?lang=en&format=talk").content.decode())

    assert [(a["href"], a["target"], a["rel"]) for a in tags.of("a")] == [
        (f"{event.get_absolute_url()}?lang=en", "_blank", "noopener"),
        ("/veranstaltungen/?format=talk&lang=en", "_blank", "noopener"),
    ]
    assert (tags.of("script"), tags.of("form"), tags.of("img")) == ([], [], [])
    assert tags.of("html") == [{"lang": "en"}]


def test_frame_shows_as_many_as_asked_for_and_says_there_are_more(client):
    for day in (1, 2, 3):
        ahead(days=day, title=f"Tag {day}")

    two, all_of_them = client.get(f"{FRAME}?limit=2"), client.get(f"{FRAME}?limit=3")

    assert (framed(two), two.context["more"]) == (["Tag 1", "Tag 2"], True)
    assert all_of_them.context["more"] is False


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=x", "topic=nope", "month=mai"])
def test_frame_tells_its_editor_what_is_wrong(client, query):
    ahead()

    response = client.get(f"{FRAME}?{query}")

    assert (response.status_code, framed(response)) == (400, [])
    assert f"<b>{query.partition('=')[0]}</b>" in response.content.decode()


def test_frame_ignores_what_a_site_hangs_on_for_itself(client):
    ahead(title="Da")

    assert framed(client.get(f"{FRAME}?utm_source=x&_=1")) == ["Da"]


def test_frame_says_what_is_full_or_cancelled(client):
    full = ahead(days=1, capacity=1)
    RegistrationFactory(event=full)
    RegistrationFactory(event=ahead(days=2, capacity=1, registration="seats"))
    RegistrationFactory(event=ahead(days=3, capacity=1), held=True)  # not sure yet
    ahead(days=4, state="cancelled")

    items = client.get(FRAME).context["items"]

    assert [(item["full"], item["badge"]) for item in items] == [
        ("Warteliste", ""), ("Ausgebucht", ""), ("", ""), ("", "Abgesagt"),
    ]  # fmt: skip


# --- JSON ---


def test_json_tells_all_that_is_public_and_nothing_else(client, settings):
    settings.BASE_URL = "https://gruenden.example"
    event = EventFactory(
        title="Förderung", summary="Kurz.", description="Lang.", format="talk", capacity=5,
        starts_at=datetime(2031, 3, 3, 17, tzinfo=UTC),
        ends_at=datetime(2031, 3, 3, 19, tzinfo=UTC),
        venue=VenueFactory(name="Cube", street="Platz", house_number="3", town="Wolfsburg"),
        questions=[asked("Essen?")], online_link="https://geheim.example/raum",
        mail_before="Geheim", notes="Geheim",
    )  # fmt: skip
    event.topics.add(Topic.objects.get(code="funding"))
    RegistrationFactory(event=event, name="Frau Geheim")
    RegistrationFactory(event=event, held=True)

    response = client.get(JSON)

    (shown,) = response.json()["events"]
    assert shown.pop("modified_at") == timezone.localtime(event.modified_at).isoformat(
        timespec="seconds"
    )
    address = f"https://gruenden.example/veranstaltungen/{event.slug}"
    assert shown == {
        "id": str(event.pk),
        "url": f"{address}/",
        "title": "Förderung",
        "summary": "Kurz.",
        "description": "Lang.",
        "format": "talk",
        "format_label": "Vortrag",
        "state": "published",
        "state_label": "Veröffentlicht",
        "starts_at": "2031-03-03T18:00:00+01:00",
        "ends_at": "2031-03-03T20:00:00+01:00",
        "online": False,
        "venue": {
            "name": "Cube", "street": "Platz 3", "postcode": "", "town": "Wolfsburg", "access": "",
        },
        "host": {"reference": event.host.reference, "name": "Digitale Mutterboden Agentur"},
        "topics": [{"code": "funding", "label": "Förderung und Zuschüsse"}],
        "registration_open": True,
        "seats_left": 4,
        "calendar_url": f"{address}.ics",
        "image_url": f"{address}/bild.png",
    }  # fmt: skip
    assert "geheim" not in response.content.decode().lower()


def test_json_may_be_read_by_scripts_of_any_site(client):
    for path in (JSON, f"{JSON}?format=xyz", FEED):
        assert client.get(path)["Access-Control-Allow-Origin"] == "*"


def test_json_pages_to_the_end(client):
    EventFactory.create_batch(
        51, starts_at=timezone.now() + timedelta(days=1), ends_at=timezone.now() + timedelta(days=2)
    )

    first = client.get(f"{JSON}?format=talk").json()
    second = client.get(first["next"].partition("8000")[2]).json()

    assert (len(first["events"]), len(second["events"]), second["next"]) == (50, 1, None)
    assert not {e["id"] for e in first["events"]} & {e["id"] for e in second["events"]}


def test_json_of_the_archive_begins_with_the_latest(client):
    ahead(days=-30, title="Lange her")
    ahead(days=-3, title="Gerade erst")
    ahead(title="Kommt noch")

    assert told(client.get(f"{JSON}?archiv=1")) == ["Gerade erst", "Lange her"]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("format=xyz", ["format"]),
        ("formt=talk", ["formt"]),
        ("topic=nope&month=mai", ["month", "topic"]),
        ("cursor=xyz", ["cursor"]),
        ("limit=5", ["limit"]),
    ],
)
def test_json_refuses_what_it_does_not_understand(client, query, pointers):
    response = client.get(f"{JSON}?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in response.json()["errors"]] == pointers


def test_json_speaks_english(client):
    event = ahead(format="workshop")

    (shown,) = client.get(f"{JSON}?lang=en").json()["events"]

    assert shown["state_label"] == "Published"
    assert shown["url"].endswith(f"{event.get_absolute_url()}?lang=en")


# --- the feed ---


def test_feed_is_atom_whose_ids_stay(client, settings):
    settings.BASE_URL = "https://gruenden.example"
    event = ahead(title="Alt & <neu>", format="workshop", summary="Kurz.")
    before = entries(client.get(FEED))[0]
    Event.objects.filter(pk=event.pk).update(
        title="Anders", state="cancelled", modified_at=datetime(2030, 5, 1, 12, tzinfo=UTC)
    )

    response = client.get(FEED)

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    (after,) = entries(response)
    assert before.findtext(f"{ATOM}title") == "Alt & <neu>"
    assert after.findtext(f"{ATOM}title") == "Abgesagt: Anders"
    assert {one.findtext(f"{ATOM}id") for one in (before, after)} == {f"urn:uuid:{event.pk}"}
    assert after.findtext(f"{ATOM}updated") == "2030-05-01T12:00:00+00:00"
    link = after.find(f"{ATOM}link").get("href")
    assert link == f"https://gruenden.example/veranstaltungen/{event.slug}/"
    assert after.find(f"{ATOM}category").get("term") == "Workshop"
    assert "Kurz." in after.findtext(f"{ATOM}summary")


def test_feed_names_itself_in_its_language(client, settings):
    settings.BASE_URL = "https://gruenden.example"

    root = fromstring(client.get(f"{FEED}?format=talk&lang=en").content)

    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "https://gruenden.example/veranstaltungen/?lang=en",
        "self": "https://gruenden.example/veranstaltungen/feed.xml?format=talk&lang=en",
    }
    assert root.findtext(f"{ATOM}title") == "Events: Digitale Mutterboden Agentur"


@pytest.mark.parametrize("text", ["\x0b", "\x1f", "\ufffe", "]]>", "&amp;", "\u202e"])
def test_no_title_breaks_the_feed(client, text):
    ahead(title=f"Vor{text}nach")

    assert len(entries(client.get(FEED))) == 1


# --- the picture ---

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def shape(png):
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


@pytest.mark.parametrize(
    "title",
    [
        "Gründungsabend",
        "W" * 150,
        "Donaudampfschifffahrt " * 6,
        '#panic("x") $x$ \\ " *',
        "😀 Łódź",
    ],
)
def test_picture_is_drawn_whatever_the_title(client, title):
    event = ahead(title=title[:150])

    response = client.get(f"{event.get_absolute_url()}bild.png")

    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(SIGNATURE)
    assert shape(response.content) == (1200, 630)


def open_graph(client, event, query=""):
    page = client.get(event.get_absolute_url() + query).content.decode()
    return {m["property"]: m["content"] for m in Tags(page).of("meta") if "property" in m}


def test_page_names_its_picture_for_other_sites(client, settings):
    settings.BASE_URL = "https://gruenden.example"
    event = ahead(title='Über "uns" & <andere>', summary="Kurz.")

    german, english = open_graph(client, event), open_graph(client, event, "?lang=en")

    assert german["og:title"] == 'Über "uns" & <andere>'
    assert german["og:description"].endswith("Kurz.")
    assert german["og:url"] == f"https://gruenden.example{event.get_absolute_url()}"
    assert (german["og:image:width"], german["og:image:height"]) == ("1200", "630")
    assert (english["og:locale"], english["og:url"]) == ("en_GB", german["og:url"] + "?lang=en")
    assert german["og:image"] != english["og:image"]
    picture = client.get(german["og:image"].removeprefix("https://gruenden.example"))
    assert picture["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shape(picture.content) == (1200, 630)


def test_picture_has_another_address_when_what_it_shows_has_changed(client):
    event = ahead(venue=VenueFactory(name="Cube"))
    before = open_graph(client, event)["og:image"]
    event.venue.name = "DigitalCube"
    event.venue.save()

    assert open_graph(client, event)["og:image"] != before
    old = client.get(before.partition("8000")[2])
    assert (old.status_code, old["Cache-Control"]) == (200, "public, max-age=3600")


def test_picture_says_that_an_event_is_cancelled():
    words = words_of(EventFactory(state="cancelled"), agency="DMA")

    assert words["called_off"] == "Abgesagt"


def test_picture_of_a_draft_does_not_exist(client):
    draft = ahead(state="draft")

    assert client.get(f"{draft.get_absolute_url()}bild.png").status_code == 404


# --- for caches, in a few queries, without a cookie ---


def ways_out(event):
    return [FRAME, JSON, FEED, f"{event.get_absolute_url()}bild.png"]


def test_every_way_out_may_be_kept_and_asked_for_again(client):
    event = ahead()

    for path in ways_out(event):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert first["Cache-Control"].startswith("public, max-age=")
        assert (first.cookies.output(), first.get("Vary", "")) == ("", "")

    Event.objects.update(title="Neu", modified_at=timezone.now())
    for path in ways_out(event):
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 40])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        (f"{FRAME}?limit=50", 1),  # events
        (JSON, 2),  # events, topics
        (FEED, 2),  # events, agency
    ],
)
def test_lists_need_the_same_few_queries(client, rows, path, queries, django_assert_num_queries):
    day = timezone.now() + timedelta(days=1)
    for event in EventFactory.create_batch(
        rows, venue=VenueFactory(), starts_at=day, ends_at=day, capacity=9
    ):
        event.topics.add(Topic.objects.get(code="taxes"))
        RegistrationFactory(event=event)

    with django_assert_num_queries(queries):
        response = client.get(path)

    shown = {FRAME: framed, JSON: told, FEED: entries}[path.partition("?")[0]](response)
    assert len(shown) == rows


# --- the code to copy ---


def test_code_and_preview_show_what_is_chosen(client_of, settings):
    settings.BASE_URL = "https://gruenden.example"
    ahead(host=PartnerFactory(reference="O-2026-0099", name='A & "B"'))

    response = client_of("advisor").get(
        "/verwaltung/einbettung/?format=talk&host=O-2026-0099&limit=5&lang=en"
    )

    (frame,) = Tags(response.context["code"]).of("iframe")
    query = "format=talk&host=O-2026-0099&lang=en&limit=5"
    assert frame["src"] == f"https://gruenden.example{FRAME}?{query}"
    assert response.context["preview"] == f"{FRAME}?{query}"
    assert [one["url"].partition("?")[2] for one in response.context["data"]] == [
        "format=talk&host=O-2026-0099&lang=en"
    ] * 3
    tags = Tags(response.content.decode())
    assert response.context["code"] in [button.get("data-copy") for button in tags.of("button")]


def test_addresses_of_the_code_are_understood(client_of, client):
    page = client_of("manager").get("/verwaltung/einbettung/?online=1&limit=3").context

    for url in (page["preview"], *(one["url"].partition("8000")[2] for one in page["data"])):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        (["https:"], "Jede Website mit https darf die Liste zeigen."),
        (["https://a.example"], "Diese Websites dürfen die Liste zeigen: https://a.example."),
    ],
)
def test_code_page_says_who_may_use_it(client_of, settings, sites, said):
    settings.EMBEDDING_SITES = sites

    assert said in client_of("admin").get("/verwaltung/einbettung/").content.decode()


# --- linked data and calendar, by other parsers ---


def test_linked_data_has_what_search_engines_require(client):
    """https://developers.google.com/search/docs/appearance/structured-data/event"""
    page = client.get(ahead(venue=VenueFactory(town="Wolfsburg")).get_absolute_url())
    block = page.content.decode().partition('<script type="application/ld+json">')[2]

    data = json.loads(block.partition("</script>")[0])

    assert data["@type"] == "Event"
    assert {"name", "startDate", "endDate", "location", "eventStatus", "image"} <= data.keys()
    assert data["location"][0]["address"]["@type"] == "PostalAddress"
    assert datetime.fromisoformat(data["startDate"]).tzinfo is not None
