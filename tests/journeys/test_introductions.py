"""An advisor proposes, two people agree from their mails, and three weeks later say how it went."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contacts.search.index import index_record
from referrals.models import Introduction
from tests.journeys.conftest import NARROW
from tests.referrals.introducing import MIRO, ZOE, Pair, left, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def pair(settings, live_server):
    settings.BASE_URL = live_server.url
    pair = Pair.made(timezone.now())
    for person in (pair.zoe, pair.miro):
        index_record(person)
    return pair


def link_to(address, kind) -> str:
    return re.search(r"http\S+/kontaktvermittlung/\S+", message(kind, address).text)[0]


def checked(page, assert_accessible, assert_fits):
    assert_accessible(page)
    assert_fits(page)


def pick(page, label, words):
    box = page.get_by_role("group", name=label).get_by_label("Name", exact=False).first
    box.fill(words)
    page.get_by_role("option").first.click()


def test_an_advisor_brings_two_together(page, login, pair, assert_accessible, assert_fits):
    login(page, pair.user).goto(pair.zoe.get_absolute_url())
    page.get_by_role("link", name="Kontakt vermitteln").click()
    expect(page.locator("#id_first")).to_have_value("Zoë Tok3nmann")
    checked(page, assert_accessible, assert_fits)

    pick(page, "Zweite Person", "Tok3nberg")
    page.locator("#id_first_about").fill("Baut Regale aus altem Holz.")
    page.locator("#id_second_about").fill("Miro verkauft seit Jahren Küchen.")
    page.locator("#id_purpose").fill("Wie man Möbel verkauft")
    page.get_by_role("button", name="Vorschlagen").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary]")).to_contain_text("Miro")
    expect(page.locator("#id_second")).to_have_value("Miro Tok3nberg")
    checked(page, assert_accessible, assert_fits)

    page.locator("#id_second_about").fill("Verkauft seit Jahren Küchen.")
    page.get_by_role("button", name="Vorschlagen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Tok3nmann ↔ Miro Tok3nberg")
    expect(page.get_by_text("Wartet auf beide").first).to_be_visible()
    page.get_by_text("Zurückziehen", exact=True).click()
    checked(page, assert_accessible, assert_fits)

    page.goto("/kontaktvermittlungen/")
    expect(page.get_by_role("row", name="Zoë Tok3nmann")).to_be_visible()
    checked(page, assert_accessible, assert_fits)


@pytest.mark.parametrize("viewport", [NARROW])
def test_two_people_agree_on_their_phones(page, pair, assert_accessible, assert_fits):
    row = pair.asked()
    for person, address in ((pair.zoe, ZOE), (pair.miro, MIRO)):
        page.goto(link_to(address, "proposed"))
        checked(page, assert_accessible, assert_fits)
        expect(page.get_by_role("checkbox")).to_have_count(0)
        page.get_by_text("Ja, gern").click()
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
        if person == pair.zoe:
            page.get_by_role("button", name="Zustimmen").click()
            expect(page.locator("[data-error-summary]")).to_be_focused()
            checked(page, assert_accessible, assert_fits)
        page.get_by_label("Name:").check()
        page.get_by_label("E-Mail:").check()
        page.get_by_role("button", name="Zustimmen").click()
        expect(page.get_by_role("button", name="Zustimmen")).to_have_count(0)
        checked(page, assert_accessible, assert_fits)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Wir haben Sie miteinander bekannt gemacht"
    )
    now = timezone.now()
    pair.at(now).deliver()
    assert left("made") == [MIRO, ZOE]

    later = pair.at(now + timedelta(days=22))
    later.run()
    page.goto(link_to(ZOE, "outcome"))
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    checked(page, assert_accessible, assert_fits)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_text("Danke! Ihre Beratung weiß jetzt Bescheid.")).to_be_visible()
    checked(page, assert_accessible, assert_fits)
    assert Introduction.objects.get(pk=row.pk).status == "introduced"


@pytest.mark.parametrize("viewport", [NARROW])
def test_somebody_says_no_and_the_other_reads_nothing_of_it(
    page, pair, assert_accessible, assert_fits
):
    pair.asked()
    page.goto(link_to(ZOE, "proposed"))
    page.get_by_text("Nein, danke").click()
    page.get_by_role("textbox").fill("Keine Zeit")
    checked(page, assert_accessible, assert_fits)
    page.get_by_role("button", name="Ablehnen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("In Ordnung")

    page.goto(link_to(MIRO, "proposed"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dieser Kontakt kommt nicht zustande")
    expect(page.get_by_text("Keine Zeit")).to_have_count(0)
    checked(page, assert_accessible, assert_fits)
    page.goto("/kontaktvermittlung/gibt-es-nicht/")
    checked(page, assert_accessible, assert_fits)
