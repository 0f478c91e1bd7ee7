from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.navigation import Menu
from outbox import menu
from outbox.audience import readers
from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.previews import Link, masked, preview_of
from outbox.reasons import in_words
from outbox.registry import register_kind
from outbox.wording import trouble
from tests.factories import OutboundMailFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/postausgang/"
TOKEN = "http://127.0.0.1:8000/antwort/AbC-_efghijklmnop12345/"


def build_answer(mail):
    html = f'<html><head></head><a href="{TOKEN}" class="button">Jetzt &amp; hier</a></html>'
    return Message("Vermittlung", f"Antworten: {TOKEN}", html + '<a href="http://x.example">x</a>')


register_kind("test_answer", build=build_answer)


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(role="admin"))
    return client


def page(client, mail, part=""):
    return client.get(f"{LIST}{mail.pk}/{part}")


def shown(response):
    return [row["mail"].recipient for row in response.context["rows"]]


@pytest.mark.parametrize("role", ["advisor", "manager", "partner"])
@pytest.mark.parametrize("part", ["", "ansicht/", "erneut/", "abbrechen/"])
def test_only_administrators_look_after_mails(client, role, part):
    traits = {"partner": True} if role == "partner" else {"role": role}
    client.force_login(UserFactory(**traits))
    mail = OutboundMailFactory(state="dead")
    ask = client.post if part in {"erneut/", "abbrechen/"} else client.get

    assert ask(f"{LIST}{mail.pk}/{part}").status_code == 403
    assert client.get(LIST).status_code == 403
    mail.refresh_from_db()
    assert mail.state == "dead"


def test_a_stranger_is_asked_to_log_in(client):
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize(("role", "code"), [("advisor", 200), ("manager", 200), ("partner", 403)])
def test_in_a_demo_the_agency_reads_everybodys_mail(client, settings, role, code):
    settings.DEMO = True
    traits = {"partner": True} if role == "partner" else {"role": role}
    client.force_login(UserFactory(**traits))
    mail = OutboundMailFactory(kind="test_answer", state="dead")

    assert [client.get(LIST).status_code, page(client, mail).status_code] == [code, code]
    assert client.post(f"{LIST}{mail.pk}/erneut/").status_code == 403


def test_an_unknown_mail_is_not_found(admin_client):
    for part in ("", "ansicht/"):
        assert admin_client.get(f"{LIST}{uuid4()}/{part}").status_code == 404
    assert admin_client.post(f"{LIST}{uuid4()}/erneut/").status_code == 404


def test_the_list_shows_mails_newest_first_in_as_many_queries_for_1_as_for_3(admin_client, now):
    OutboundMailFactory(recipient="0@x.example", created_at=now)
    admin_client.get(LIST)
    with CaptureQueriesContext(connection) as for_one:
        one = admin_client.get(LIST)
    for minute in (1, 2):
        created_at = now + timedelta(minutes=minute)
        OutboundMailFactory(recipient=f"{minute}@x.example", created_at=created_at)
    with CaptureQueriesContext(connection) as for_three:
        three = admin_client.get(LIST)

    assert shown(one) == ["0@x.example"]
    assert shown(three) == ["2@x.example", "1@x.example", "0@x.example"]
    assert "Testmail" in three.content.decode()
    assert len(for_one) == len(for_three)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("state=dead", ["a@x.example"]),
        ("kind=test_hold", ["b@y.example"]),
        ("recipient=X.example", ["a@x.example"]),
        ("day=2026-03-10", ["b@y.example", "a@x.example"]),
        ("day=2026-03-11", []),
        ("recipient=+", ["b@y.example", "a@x.example"]),
    ],
)
def test_the_list_is_filtered(admin_client, now, query, wanted):
    OutboundMailFactory(recipient="a@x.example", state="dead", created_at=now)
    later = now + timedelta(minutes=1)
    OutboundMailFactory(recipient="b@y.example", kind="test_hold", created_at=later)

    assert shown(admin_client.get(f"{LIST}?{query}")) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "state=nowhere",
        "kind=nothing",
        "recipient=" + "x" * 300,
        "day=2026-02-30",
    ],
)
def test_an_unknown_filter_finds_nothing(admin_client, query):
    OutboundMailFactory()

    response = admin_client.get(f"{LIST}?{query}")

    assert (response.status_code, shown(response)) == (422, [])


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_time_finds_nothing(admin_client, day):
    OutboundMailFactory()

    response = admin_client.get(f"{LIST}?day={day}")

    assert (response.status_code, shown(response)) == (200, [])


def test_a_day_is_a_local_one_also_when_the_clock_changes(admin_client):
    """Sunday 29 March 2026 has 23 hours: 23:00 UTC to 22:00 UTC."""
    for moment in ("2026-03-28T22:59", "2026-03-28T23:00", "2026-03-29T21:59", "2026-03-29T22:00"):
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        OutboundMailFactory(recipient=f"{at:%d-%H}@x.example", created_at=at)

    found = shown(admin_client.get(f"{LIST}?day=2026-03-29"))

    assert found == ["29-21@x.example", "28-23@x.example"]


def test_pages_go_forth_and_back(admin_client):
    OutboundMailFactory.create_batch(120)

    first = admin_client.get(LIST)
    second = admin_client.get(LIST, {"cursor": first.context["page"].next})
    third = admin_client.get(LIST, {"cursor": second.context["page"].next})
    back = admin_client.get(LIST, {"cursor": third.context["page"].previous})

    assert [len(shown(each)) for each in (first, second, third)] == [50, 50, 20]
    assert shown(back) == shown(second)
    assert admin_client.get(LIST, {"cursor": "x"}).status_code == 400


def test_a_mail_is_shown_with_its_delivery(admin_client, now):
    mail = OutboundMailFactory(
        recipient_name="Zoë Müller", state="dead", attempts=9, last_error="smtp: 550 5.1.1"
    )

    text = page(admin_client, mail).content.decode()

    for wanted in ("Zoë Müller &lt;zoe@gruenden.example&gt;", "550 5.1.1", "Betreff Guten Tag"):
        assert wanted in text
    assert mail.message_id.strip("<>") in text


def test_the_html_part_stands_in_a_frame_that_can_do_nothing(admin_client):
    mail = OutboundMailFactory()

    response = page(admin_client, mail, "ansicht/")

    assert response.content.decode() == (
        '<html><head><base target="_blank"></head><p>Guten Tag</p></html>'
    )
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    policy = response["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert policy[-1] == "sandbox allow-popups allow-popups-to-escape-sandbox"


@pytest.mark.parametrize("demo", [False, True])
def test_mails_of_the_login_are_never_shown(admin_client, settings, demo):
    settings.DEMO = demo
    mail = OutboundMailFactory(kind="account", payload="geheim")

    assert "geheim" not in page(admin_client, mail).content.decode()
    assert page(admin_client, mail, "ansicht/").status_code == 404


@pytest.mark.parametrize("kind", ["test_broken", "nobody_knows"])
def test_a_mail_that_cannot_be_built_has_a_page(admin_client, kind):
    mail = OutboundMailFactory(kind=kind)

    assert page(admin_client, mail).status_code == 200
    assert page(admin_client, mail, "ansicht/").status_code == 404
    assert admin_client.get(LIST).status_code == 200


def test_secrets_in_links_are_masked(admin_client):
    mail = OutboundMailFactory(kind="test_answer")

    for part in ("", "ansicht/"):
        text = page(admin_client, mail, part).content.decode()
        assert "AbC-_efgh" not in text
        assert "http://127.0.0.1:8000/antwort/…/" in text
    assert preview_of(mail).links == []


def test_in_a_demo_links_can_be_followed(admin_client, settings):
    settings.DEMO = True
    mail = OutboundMailFactory(kind="test_answer")

    assert preview_of(mail).links == [Link("Jetzt & hier", TOKEN)]
    assert f'<a href="{TOKEN}">Jetzt &amp; hier</a>' in page(admin_client, mail).content.decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'"{TOKEN}"', '"http://127.0.0.1:8000/antwort/…/"'),
        (TOKEN.rstrip("/"), "http://127.0.0.1:8000/antwort/…"),
        ("http://127.0.0.1:8000/x/?t=AbCdefghijklmnop1234&a=b", "http://127.0.0.1:8000/x/?t=…&a=b"),
        ("http://127.0.0.1:8000/vermittlungen/V-2026-0042/", None),
        ("http://x.example/AbCdefghijklmnop1234/", None),
    ],
)
def test_what_is_masked(text, wanted):
    assert masked(text) == (wanted or text)


def test_a_dead_mail_is_sent_again(admin_client):
    mail = OutboundMailFactory(state="dead")

    response = admin_client.post(f"{LIST}{mail.pk}/erneut/")

    assert response.url == f"{LIST}{mail.pk}/"
    mail.refresh_from_db()
    assert mail.state == "queued"


def test_a_waiting_mail_is_cancelled(admin_client):
    mail = OutboundMailFactory()

    assert admin_client.post(f"{LIST}{mail.pk}/abbrechen/").status_code == 302
    mail.refresh_from_db()
    assert mail.state == "cancelled"


@pytest.mark.parametrize("part", ["erneut/", "abbrechen/"])
def test_who_comes_too_late_is_told(admin_client, part):
    mail = OutboundMailFactory(state="sent", transport="kept")

    response = admin_client.post(f"{LIST}{mail.pk}/{part}", follow=True)

    [message] = response.context["messages"]
    assert message.level_tag == "error"
    assert OutboundMail.objects.get().state == "sent"


@pytest.mark.parametrize("part", ["erneut/", "abbrechen/"])
def test_looking_changes_nothing(admin_client, part):
    mail = OutboundMailFactory(state="dead")

    assert admin_client.get(f"{LIST}{mail.pk}/{part}").status_code == 405


@pytest.mark.parametrize(
    ("state", "buttons"),
    [("queued", (False, True)), ("dead", (True, True)), ("uncertain", (True, True))]
    + [("sent", (False, False)), ("sending", (False, False)), ("cancelled", (False, False))],
)
def test_buttons_fit_the_state(admin_client, state, buttons):
    context = page(admin_client, OutboundMailFactory(state=state)).context

    assert (context["may_retry"], context["may_cancel"]) == buttons


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "Welche E-Mails verschickt sind und welche noch warten."),
        (1, "1 E-Mail konnte nicht zugestellt werden."),
        (2, "2 E-Mails konnten nicht zugestellt werden."),
        (101, "100+ E-Mails konnten nicht zugestellt werden."),
    ],
)
def test_verwaltung_says_how_many_mails_failed(count, text):
    OutboundMailFactory.create_batch(count, state="dead")
    OutboundMailFactory()

    assert trouble() == text


@pytest.mark.parametrize(("demo", "entries"), [(False, []), (True, ["outbox:mails"])])
def test_in_a_demo_the_main_menu_leads_to_the_outbox(settings, monkeypatch, demo, entries):
    settings.DEMO = demo
    monkeypatch.setattr(menu, "main", Menu())
    monkeypatch.setattr(menu, "administration", Menu())

    menu.register()

    assert [item.url_name for item in menu.main.items] == entries
    assert [(item.url_name, item.roles) for item in menu.administration.items] == [
        ("outbox:mails", readers()),
        ("outbox:delivery", {"admin"}),
        ("outbox:suppressions", {"admin"}),
        ("outbox:webhooks", {"admin"}),
    ]


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("", ""),
        ("unreachable", "Der Mailserver ist nicht erreichbar"),
        ("smtp: 550 5.1.1", "Der Mailserver hat die E-Mail abgelehnt (550 5.1.1)"),
        ("from before", "from before"),
    ],
)
def test_reasons_are_told_in_words(stored, words):
    assert in_words(stored) == words
