"""Strangers at the form and by their link: no cookie, no script, nothing told about others."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from events import actions, senders
from events.models import Registration, SenderWindow
from events.registration_form import RegistrationForm, issue
from events.registration_texts import privacy_text
from events.tasks import hand_on_seats
from outbox.models import OutboundMail
from tests.events.guests import add, ask, asked, cancel, fresh, join, kinds, message
from tests.factories import EventFactory, actor

pytestmark = pytest.mark.django_db


def ahead(**fields):
    start = timezone.now() + timedelta(days=7)
    return EventFactory(**{"starts_at": start, "ends_at": start + timedelta(hours=2), **fields})


def form_of(event, seconds_ago=5, **fields):
    token = issue(event, timezone.now() - timedelta(seconds=seconds_ago))
    return {"name": "Zoë Kern", "email": "zoe@gruendung.example", "token": token, **fields}


def url_of(event):
    return f"{event.get_absolute_url()}anmelden/"


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_stranger_registers_confirms_and_cancels_without_a_cookie(client):
    event = ahead(capacity=3)
    page = client.get(event.get_absolute_url())
    assert f'href="{url_of(event)}"' in page.content.decode()
    assert "3 Plätze sind noch frei." in text_of(page)

    done = client.post(url_of(event), form_of(event), follow=True)
    assert done.redirect_chain == [(f"{url_of(event)}danke/", 302)]
    row = Registration.objects.get()
    link = re.search(r"http://\S+(/anmeldung/\S+/)", message("registration_requested", row).text)[1]
    assert "Anmeldung bestätigen" in text_of(client.get(link))
    assert fresh(row).state == "held"

    assert "Ihr Platz ist bestätigt" in text_of(client.post(link, follow=True))
    assert "Meine Anmeldung absagen" in text_of(client.get(f"{link}absagen/"))
    assert fresh(row).state == "confirmed"
    assert "Sie haben abgesagt" in text_of(client.post(f"{link}absagen/", follow=True))

    assert fresh(row).state == "cancelled"
    assert not client.cookies


def test_the_same_answer_for_known_and_new_addresses_and_for_robots(client):
    event = ahead(capacity=1)
    join(event, 1, at=timezone.now())
    seen = set()
    for fields in (
        {"email": "gast1@gruendung.example"},
        {"email": "neu@gruendung.example"},
        {"email": "robot@gruendung.example", "website": "https://spam.example"},
    ):
        answer = client.post(url_of(event), form_of(event, **fields))
        seen.add((answer.status_code, answer.url, client.get(answer.url).content))
        seen.add(client.get(event.get_absolute_url()).content)
        page = client.get(url_of(event)).content.decode()
        seen.add(re.sub(r'name="token" value="[^"]+"', "", page))

    assert len(seen) == 3
    assert {row.email for row in Registration.objects.all()} == {
        "gast1@gruendung.example", "neu@gruendung.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "\u202e\u200b"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "kein"}, "email"),
        ({"email": "zoe@gruendung.example\nBcc: alle@gruendung.example"}, "email"),
        ({"email": "zoë@gruendung.example"}, "email"),
        ({"email": f"{'x' * 250}@gruendung.example"}, "email"),
        ({"answer_q1": "x" * 301}, "answer_q1"),
        ({"token": ""}, "__all__"),
        ({"token": "forged:forged"}, "__all__"),
    ],
)
def test_bad_input_is_told_and_kept(client, fields, field):
    event = ahead(questions=[asked()])

    page = client.post(url_of(event), form_of(event, **fields))

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("name", ["Zoë\x00", "Zoë\ud800"])
def test_what_no_column_holds_is_a_bad_request(client, name):
    event = ahead()
    data = "&".join(f"{k}={v}" for k, v in form_of(event).items() if k != "name")
    coded = name.encode("utf-8", "surrogatepass").hex()
    coded = "".join(f"%{coded[n : n + 2]}" for n in range(0, len(coded), 2))

    page = client.post(
        url_of(event), f"{data}&name={coded}", content_type="application/x-www-form-urlencoded"
    )

    assert page.status_code in {400, 422} or "\ufffd" in Registration.objects.get().name


@pytest.mark.parametrize("seconds_ago", [24 * 3600 + 9, -60])
def test_a_form_is_not_sent_a_day_later_or_before_it_was_opened(client, seconds_ago):
    event = ahead()
    data = form_of(event, seconds_ago)

    page = client.post(url_of(event), data)

    assert (page.status_code, Registration.objects.count()) == (422, 0)
    assert (page.context["form"]["token"].value() != data["token"]) == (seconds_ago > 0)
    assert page.context["form"]["name"].value() == "Zoë Kern"


@pytest.mark.parametrize(
    ("after", "fits"), [(0, False), (1, False), (2, True), (24 * 3600, True), (24 * 3601, False)]
)
def test_a_form_takes_two_seconds_and_keeps_for_a_day(after, fits):
    event, opened = ahead(), timezone.now().replace(microsecond=0)
    data = QueryDict(mutable=True)
    data.update({"name": "Zoë", "email": "zoe@gruendung.example", "token": issue(event, opened)})

    form = RegistrationForm(
        data, event=event, contact_text="Ja", at=opened + timedelta(seconds=after)
    )

    assert form.is_valid() == fits


def test_a_form_of_another_event_does_not_count(client):
    page = client.post(url_of(ahead()), form_of(ahead()))

    assert page.status_code == 422


def test_two_submits_of_one_form_are_one_registration(client):
    event = ahead(capacity=5)
    data = form_of(event)

    for email in (data["email"], data["email"].upper()):
        assert client.post(url_of(event), data | {"email": email}).status_code == 302

    assert Registration.objects.count() == OutboundMail.objects.count() == 1


def test_a_network_that_sends_too_many_waits(client, settings):
    settings.REGISTRATIONS_PER_HOUR = 2
    event = ahead()
    for n in range(2):
        client.post(url_of(event), form_of(event, email=f"g{n}@gruendung.example"))

    refused = client.post(url_of(event), form_of(event, email="g3@gruendung.example"))

    assert (refused.status_code, Registration.objects.count()) == (429, 2)
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert client.post(url_of(event), form_of(event), REMOTE_ADDR="192.0.2.7").status_code == 302
    settings.REGISTRATIONS_PER_HOUR = 0
    assert client.post(url_of(event), form_of(event)).status_code == 302


def test_addresses_are_kept_as_digests_and_not_for_long():
    now = timezone.now()
    senders.may_send("192.0.2.7", at=now)
    assert "192.0.2.7" not in SenderWindow.objects.get().digest

    senders.forget_old_windows(at=now + timedelta(hours=2))
    assert SenderWindow.objects.count() == 1
    senders.forget_old_windows(at=now + timedelta(hours=3))
    assert SenderWindow.objects.count() == 0
    assert str(SenderWindow(hour=3, sent=2)) == "3: 2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "cancelled"}, "Diese Veranstaltung ist abgesagt."),
        ({"registration_closes_at": timezone.now()}, "Die Anmeldung ist geschlossen."),
        ({"registration": "none"}, "Die Anmeldung ist geschlossen."),
        ({"capacity": 0, "registration": "seats"}, "es gibt keine Warteliste"),
        ({"registration_opens_at": timezone.now() + timedelta(days=2)}, "Die Anmeldung öffnet am"),
    ],
)
def test_a_closed_form_says_why(client, fields, words):
    event = ahead(**fields)

    page = client.get(url_of(event))
    refused = client.post(url_of(event), form_of(event))

    assert (page.status_code, refused.status_code) == (200, 409)
    assert words in text_of(page)
    assert 'name="email"' not in page.content.decode()
    assert Registration.objects.count() == 0


def test_a_draft_takes_no_registration(client):
    assert client.get(url_of(ahead(state="draft"))).status_code == 404


def test_the_last_seat_may_go_while_somebody_types(client, monkeypatch):
    event = ahead(capacity=1, registration="seats")
    data = form_of(event)
    monkeypatch.setattr("events.views.registering.closed_because", lambda *_given: "")
    join(event, 1, at=timezone.now())

    assert client.post(url_of(event), data).status_code == 409


def test_who_waits_sees_the_place_and_takes_the_seat(client):
    now = timezone.now()
    event = ahead(capacity=1, online_link="https://raum.example/geheim-42")
    first, second, third = (join(event, n, at=now) for n in (1, 2, 3))
    assert "auf Platz 2" in text_of(client.get(third.get_absolute_url()))
    assert "2 Personen" in text_of(client.get(url_of(event)))

    cancel(first, at=now)
    page = text_of(client.get(second.get_absolute_url()))
    assert "Platz annehmen" in page
    assert "geheim-42" not in page
    client.post(second.get_absolute_url())

    page = text_of(client.get(second.get_absolute_url()))
    assert "geheim-42" in page
    assert "auf Platz 1" in text_of(client.get(third.get_absolute_url()))


def test_who_comes_too_late_may_come_back(client):
    event = ahead(capacity=1)
    row = ask(event, at=timezone.now() - timedelta(minutes=31))
    url = row.get_absolute_url()
    assert "Wieder anmelden" in text_of(client.get(url))
    hand_on_seats(at=timezone.now())

    client.post(url)

    assert fresh(row).state == "confirmed"


def test_a_link_says_how_things_stand(client):
    now = timezone.now()
    event = ahead(capacity=1)
    row, waiting = join(event, 1, at=now), ask(event, 2, at=now)
    assert "wenn Sie bis" in text_of(client.get(waiting.get_absolute_url()))
    actions.cancel_event(event=event, by=actor(), at=now)

    page = client.get(row.get_absolute_url())
    assert "Diese Veranstaltung ist abgesagt." in text_of(page)
    assert client.post(row.get_absolute_url()).status_code == 409
    assert page["Referrer-Policy"] == "same-origin"
    for path in ("", "absagen/"):
        assert client.get(f"/anmeldung/gibt-es-nicht/{path}").status_code == 404


def test_of_an_event_that_is_over_nothing_is_cancelled(client):
    now = timezone.now()
    event = ahead()
    row = join(event, 1, at=now)
    type(event).objects.update(starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))

    assert "Diese Veranstaltung ist vorbei." in text_of(client.get(row.get_absolute_url()))
    url = f"{row.get_absolute_url()}absagen/"
    assert "nichts mehr abzusagen" in text_of(client.get(url))
    assert (client.post(url).status_code, fresh(row).state) == (409, "confirmed")


def test_english_stays_english(client):
    event = ahead()
    page = client.get(f"{url_of(event)}?lang=en")
    assert "Your name" in text_of(page)

    done = client.post(f"{url_of(event)}?lang=en", form_of(event))

    assert done.url.endswith("danke/?lang=en")
    row = Registration.objects.get()
    assert row.language == "en"
    url = f"{row.get_absolute_url()}?lang=en"
    assert client.post(url).url == url
    assert kinds(row) == ["registration_requested", "registration_confirmed"]


def test_somebody_at_the_door_has_no_link_in_a_mail(client):
    row = add(ahead(), email="", at=timezone.now())

    assert client.get(row.get_absolute_url()).status_code == 200


def test_the_privacy_text_says_how_long(settings):
    text = privacy_text("de", "Die Agentur")
    assert text.startswith("Die Agentur nutzt Ihre Angaben")
    assert text.endswith("löschen wir 365 Tage nach der Veranstaltung.")
    settings.GUESTS_KEPT_DAYS = 0
    assert privacy_text("en", "The agency").endswith("by the link in the e-mail.")
