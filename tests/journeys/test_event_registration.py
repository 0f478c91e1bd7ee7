"""An organiser publishes, a stranger registers from a phone, another waits and moves up."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event, Registration
from outbox.delivery import deliver
from outbox.models import OutboundMail
from outbox.registry import kind_of
from tests.factories import UserFactory
from tests.journeys.conftest import NARROW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _here(settings, live_server):
    settings.BASE_URL = live_server.url


def mail_to(address, kind) -> str:
    """What the newest of that kind says, once it has gone out."""
    deliver(at=timezone.now())
    mail = OutboundMail.objects.filter(kind=kind, recipient=address).last()
    assert mail.state == "sent"
    return kind_of(mail).build(mail).text


def link_in(text, end="") -> str:
    return re.search(rf"http\S+/anmeldung/[^/\s]+/{end}(?=\s|$)", text)[0]


def register(page, event, name, address):
    page.goto(event.get_absolute_url())
    page.get_by_role("link", name=re.compile("Anmelden|Auf die Warteliste")).click()
    page.get_by_label("Ihr Name").fill(name)
    page.get_by_label("Ihre E-Mail-Adresse").fill(address)
    page.wait_for_timeout(2100)  # nobody types faster than the form allows
    page.locator("main form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")


def published(page, login) -> Event:
    day = timezone.localdate() + timedelta(days=20)
    login(page, UserFactory()).goto("/verwaltung/veranstaltungen/neu/")
    page.get_by_label("Titel").fill("Ein Abend für zwei")
    page.get_by_label("Format").select_option("talk")
    page.locator("#id_day").fill(f"{day:%Y-%m-%d}")
    page.locator("#id_starts").fill("18:00")
    page.locator("#id_ends").fill("20:00")
    page.get_by_text("Mehr angeben").click()
    page.get_by_label("Plätze").fill("1")
    page.get_by_role("button", name="Speichern und veröffentlichen").click()
    expect(page.get_by_text("ist jetzt öffentlich")).to_be_visible()
    return Event.objects.get()


def add_part(page, title, hour):
    page.get_by_role("link", name="Teil hinzufügen").click()
    page.get_by_label("Titel").fill(title)
    page.get_by_label("Format").select_option("workshop")
    page.locator("#id_starts").fill(hour)
    page.get_by_role("button", name="Speichern und veröffentlichen").click()
    expect(page.get_by_text("gehört jetzt zum Programm")).to_be_visible()


def test_from_an_event_to_its_copy_to_a_programme(page, login, assert_accessible, assert_fits):
    event = published(page, login)
    page.get_by_role("link", name="Kopieren").click()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("^Am ")).first.click()
    expect(page.get_by_text("Das ist die Kopie")).to_be_visible()
    copy = Event.objects.exclude(pk=event.pk).get()
    assert copy.starts_at.date() - event.starts_at.date() == timedelta(days=7)
    page.get_by_label("Plätze").fill("")
    page.get_by_role("button", name="Speichern", exact=True).click()

    page.goto(f"/verwaltung/veranstaltungen/{copy.slug}/")
    page.get_by_role("button", name="Veröffentlichen", exact=True).click()
    add_part(page, "Ideen ordnen", "18:00")
    add_part(page, "Zahlen rechnen", "20:00")
    page.get_by_label("Anmeldung über diese Seite").select_option("parts")
    page.get_by_role("button", name="Speichern", exact=True).click()
    page.goto(f"/verwaltung/veranstaltungen/{copy.slug}/")
    assert_accessible(page)
    page.context.clear_cookies()

    page.goto(copy.get_absolute_url())
    assert_accessible(page)
    page.get_by_role("link", name="Anmelden", exact=True).click()
    page.get_by_label("Zahlen rechnen").check()
    page.get_by_label("Ihr Name").fill("Zoë Kern")
    page.get_by_label("Ihre E-Mail-Adresse").fill("zoe@gruendung.example")
    assert_accessible(page)
    assert_fits(page)
    page.wait_for_timeout(2100)
    page.locator("main form button").click()
    page.goto(link_in(mail_to("zoe@gruendung.example", "registration_requested")))
    page.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(page.get_by_text("Ihr Platz ist bestätigt.")).to_be_visible()
    row = Registration.objects.get()
    assert (row.event.title, row.event.parent, row.state) == ("Zahlen rechnen", copy, "confirmed")


@pytest.mark.parametrize("viewport", [NARROW])
def test_a_seat_passes_from_one_to_the_next(page, login, assert_accessible, assert_fits):
    event = published(page, login)
    page.context.clear_cookies()

    register(page, event, "Zoë Kern", "zoe@gruendung.example")
    assert_accessible(page)
    page.goto(link_in(mail_to("zoe@gruendung.example", "registration_requested")))
    assert_accessible(page)
    page.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(page.get_by_text("Ihr Platz ist bestätigt.")).to_be_visible()
    assert_accessible(page)

    register(page, event, "Miro Tok", "miro@gruendung.example")
    page.goto(link_in(mail_to("miro@gruendung.example", "registration_requested")))
    page.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(page.get_by_text("Sie stehen auf der Warteliste, auf Platz 1.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)

    page.goto(link_in(mail_to("zoe@gruendung.example", "registration_confirmed"), "absagen/"))
    assert_accessible(page)
    page.get_by_role("button", name="Meine Anmeldung absagen").click()
    expect(page.get_by_text("Sie haben abgesagt.")).to_be_visible()

    page.goto(link_in(mail_to("miro@gruendung.example", "registration_offered")))
    page.get_by_role("button", name="Platz annehmen").click()
    expect(page.get_by_text("Ihr Platz ist bestätigt.")).to_be_visible()

    states = dict(Registration.objects.values_list("name", "state"))
    assert states == {"Zoë Kern": "cancelled", "Miro Tok": "confirmed"}
    assert page.context.cookies() == []
