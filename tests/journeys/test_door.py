"""The door on a phone: the network is cut for a while, and nothing that was tapped is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contacts.folding import collapse
from events import actions
from events.models import DoorEntry, Registration
from tests.factories import EventFactory, RegistrationFactory, UserFactory, actor
from tests.journeys.conftest import NARROW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
NAMES = ("Anna Müller", "Bo Kern", "Cem Yıldız", "Dana Weg", "Eva Neu", "Finn O’Hara")


@pytest.fixture
def event():
    starts_at = timezone.now() + timedelta(hours=1)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    event = EventFactory(capacity=6, title="Gründungsabend", **times)
    for n, name in enumerate(NAMES):
        RegistrationFactory(event=event, name=name, queue=n + 1)
    Registration.objects.filter(name="Dana Weg").update(state="cancelled")
    return event


def open_door(page, login, event):
    login(page, UserFactory()).goto(f"/verwaltung/veranstaltungen/{event.slug}/einlass/")
    return page


def row(page, name):
    return page.get_by_role("button", name=name)


def came():
    return set(
        Registration.objects.filter(checked_in_at__isnull=False).values_list("name", flat=True)
    )


def test_the_network_goes_and_comes(
    page, browser, live_server, login, event, assert_accessible, assert_fits
):
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    open_door(page, login, event)
    other = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    second = open_door(other.new_page(), login, event)
    count, link = page.locator("#door-count"), page.locator("#door-link")
    expect(count).to_have_text("0 von 5 da")
    assert_accessible(page)
    assert_fits(page)

    row(page, "Anna Müller").click()
    expect(second.locator("#door-count")).to_have_text("1 von 5 da")
    expect(row(second, "Anna Müller")).to_have_attribute("aria-pressed", "true")

    page.context.set_offline(True)
    row(page, "Bo Kern").click()
    row(page, "Cem").click()
    page.get_by_role("button", name="Ohne Anmeldung").click()
    page.get_by_label("Name", exact=True).fill("Zoë Spontan")
    page.get_by_role("button", name="Einlassen", exact=True).click()
    expect(link).to_have_text("3 warten auf Verbindung")
    expect(count).to_have_text("4 von 6 da")
    assert_accessible(page)
    assert came() == {"Anna Müller"}
    assert page.evaluate("Object.keys(localStorage).length") == 3

    # Meanwhile, at the other phone and in the office.
    row(second, "Bo Kern").click()
    expect(second.locator("#door-count")).to_have_text("2 von 5 da")
    gone = Registration.objects.get(name="Cem Yıldız")
    actions.cancel_registration(registration=gone, by=actor(), at=timezone.now())

    page.context.set_offline(False)
    expect(link).to_have_text("Verbunden")
    expect(count).to_have_text("3 von 5 da")
    trouble = page.get_by_role("list", name="Zu klären")
    expect(trouble).to_contain_text("Cem Yıldız hat keinen Platz: Die Anmeldung wurde storniert.")
    assert_accessible(page)
    assert came() == {"Anna Müller", "Bo Kern", "Zoë Spontan"}
    assert page.evaluate("Object.keys(localStorage).length") == 1  # what is to be settled

    page.reload()
    trouble.get_by_role("button", name="Trotzdem einlassen").click()
    expect(second.locator("#door-count")).to_have_text("4 von 6 da")
    assert came() == {"Anna Müller", "Bo Kern", "Cem Yıldız", "Zoë Spontan"}
    assert Registration.objects.count() == len(NAMES) + 1
    other.close()


def test_an_answer_that_gets_lost_is_asked_for_again(page, login, event):
    open_door(page, login, event)
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/melden/**", lose, times=1)
    row(page, "Bo Kern").click()

    expect(page.locator("#door-link")).to_have_text("Verbunden", timeout=15_000)
    assert lost == [200]
    assert DoorEntry.objects.count() == 1
    assert Registration.objects.get(name="Bo Kern").version == 2


def test_a_queue_outlives_page_and_login(page, login, event):
    open_door(page, login, event)
    page.context.set_offline(True)
    row(page, "Bo Kern").click()
    expect(page.locator("#door-link")).to_have_text("1 wartet auf Verbindung")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    expect(page.locator("#door-link")).to_contain_text("gemerkte Meldungen: 1")

    page.context.add_cookies(cookies)
    page.get_by_role("button", name="Seite neu laden").click()

    expect(page.locator("#door-count")).to_have_text("1 von 5 da")
    expect(page.locator("#door-link")).to_have_text("Verbunden")
    assert came() == {"Bo Kern"}


def test_by_keyboard_and_however_it_is_spelt(page, login, event):
    open_door(page, login, event)
    search, rows = page.get_by_label("Name suchen"), page.locator(".door-guest")
    for typed in ("mueller", "MULLER", "Mü an", "nna"):
        search.fill(typed)
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("Anna Müller")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(700)  # two taps in a moment are one
    page.keyboard.press("Enter")
    expect(rows).to_have_attribute("aria-pressed", "false")

    search.fill("dana")
    rows.click()
    page.get_by_role("button", name="Abbrechen").click()
    expect(rows).to_have_attribute("aria-pressed", "false")
    rows.click()
    page.keyboard.press("Enter")
    expect(rows).to_have_attribute("aria-pressed", "true")
    search.fill("niemand")
    expect(page.get_by_text("Niemand in der Liste heißt so.")).to_be_visible()
    expect(page.locator("#door-link")).to_have_text("Verbunden")
    assert came() == {"Dana Weg"}


def test_names_are_folded_as_on_the_server(page, login, event):
    open_door(page, login, event)
    names = [*NAMES, "Ærø Łódź", "Bauer-Neue", "  Çelik  Ñandú ", "ǅ ﬁ Straße", "Þór Ðan"]

    folded = page.evaluate(
        "names => import('/static/js/folding.js').then(({ collapse }) => names.map(collapse))",
        names,
    )

    assert folded == [collapse(name) for name in names]
