"""A partner works through the list: ten answers, few actions each, nobody overwritten."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from contacts.models import Topic
from dma_crm.models import new_id
from referrals import actions
from referrals.models import Referral
from tests.factories import (
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    UserFactory,
)
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/vermittlungen/"


@pytest.fixture
def ihk():
    return PartnerFactory(
        name="IHK Lüneburg-Wolfsburg", short_name="IHK", contact_name="Özlem Krüger"
    )


@pytest.fixture
def partner(ihk):
    return UserFactory(name="Kim Beispiel", role="partner", organisation=ihk)


def waiting(ihk, count):
    """Sent today, due one after the other; the first row of the list is the first of these."""
    now, topic = timezone.now(), Topic.objects.get(code="funding")
    made = []
    for place in range(count):
        person = PersonFactory(
            given_name="Zoë", family_name=f"Brandes {place}", phone="+4953611234"
        )
        consent = ConsentFactory(person=person, recipient=ihk, given_at=now)
        referral = ReferralFactory(
            recipient=ihk, sent=True, need__person=person, consent=consent, sent_at=now,
            status_since=now, created_at=now, modified_at=now,
            respond_by=timezone.localdate() + timedelta(days=place),
            need__question=f"Welcher Zuschuss passt zu Nummer {place}?",
        )  # fmt: skip
        referral.need.topics.add(topic)
        made.append(referral)
    return made


def row(page, referral):
    return page.locator(f"#work-{referral.reference}")


def button(page, referral, name):
    return row(page, referral).locator(".work-actions").get_by_text(name)


def status(referral):
    return Referral.objects.get(pk=referral.pk).status


def test_ten_answers_take_fewer_than_twenty_actions(
    page, login, hands, ihk, partner, assert_accessible
):
    asked = waiting(ihk, 10)
    login(page, partner).goto(LIST)
    expect(page.locator("#count-antworten")).to_have_text("10")
    assert_accessible(page)

    for place, referral in enumerate(asked[:7]):
        hands.click(button(page, referral, "Annehmen"))
        expect(row(page, referral)).to_contain_text(f"Zoë Brandes {place}")
        expect(row(page, asked[place + 1]).locator("[data-work-title]")).to_be_focused()
    for referral in asked[7:9]:
        hands.click(button(page, referral, "Ablehnen"))
        expect(row(page, referral).locator("[name=reason]").first).to_be_focused()
        hands.click(row(page, referral).locator(".chip-choice", has_text="Keine Kapazität"))
        hands.click(
            row(page, referral).locator(".step-body").get_by_role("button", name="Ablehnen")
        )
        expect(row(page, referral)).to_contain_text("Abgelehnt")
    last = asked[9]
    hands.click(button(page, last, "Rückfrage"))
    expect(row(page, last).locator("textarea")).to_be_focused()
    hands.words("Welche Rechtsform ist geplant?")
    hands.press("Control+Enter")
    expect(row(page, last)).to_contain_text("Ihre Rückfrage ist gesendet")

    assert hands.actions <= 20
    expect(page.locator("#count-antworten")).to_have_text("0")
    expect(page.locator("#count-arbeit")).to_have_text("8")
    expect(row(page, last).locator("[data-work-title]")).to_be_focused()
    assert_accessible(page)
    assert [status(referral) for referral in asked] == (
        ["accepted"] * 7 + ["declined"] * 2 + ["query"]
    )
    accepted = Referral.objects.get(pk=asked[0].pk)
    assert accepted.responsible == "Özlem Krüger"


def test_an_answer_is_undone_in_its_row(page, login, ihk, partner):
    first, second = waiting(ihk, 2)
    login(page, partner).goto(LIST)

    button(page, first, "Annehmen").click()
    expect(row(page, second).locator("[data-work-title]")).to_be_focused()
    row(page, first).get_by_role("button", name="Rückgängig").click()

    expect(button(page, first, "Annehmen")).to_be_visible()
    expect(row(page, first).locator("[data-work-title]")).to_be_focused()
    expect(row(page, first)).not_to_contain_text("Brandes")
    expect(page.locator("#count-antworten")).to_have_text("2")
    assert status(first) == "sent"


def test_a_faster_colleague_is_shown_and_not_overwritten(
    page, login, ihk, partner, assert_accessible
):
    first, _second = waiting(ihk, 2)
    login(page, partner).goto(LIST)
    colleague = UserFactory(name="Aylin Schnell", role="partner", organisation=ihk)
    actions.decline_referral(
        referral=first, reason="area", by=Actor.of(colleague), at=timezone.now()
    )

    button(page, first, "Annehmen").click()

    expect(row(page, first)).to_contain_text("Aylin Schnell war schneller")
    expect(row(page, first)).to_contain_text("Abgelehnt")
    expect(row(page, first).locator("[data-work-title]")).to_be_focused()
    assert_accessible(page)
    assert status(first) == "declined"


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_errors_stay_in_the_row(
    page, login, ihk, partner, viewport, assert_accessible, assert_fits
):
    (first,) = waiting(ihk, 1)
    login(page, partner).goto(LIST)

    button(page, first, "Ablehnen").click()
    expect(row(page, first).locator("[name=reason]").first).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    row(page, first).locator(".chip-choice", has_text="Anderer Grund").click()
    row(page, first).locator(".step-body").get_by_role("button", name="Ablehnen").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert page.title().startswith("Fehler:")
    assert_accessible(page)
    row(page, first).locator("textarea").fill("Wir fusionieren gerade.")
    row(page, first).locator(".step-body").get_by_role("button", name="Ablehnen").click()

    expect(row(page, first)).to_contain_text("Abgelehnt")
    expect(page).not_to_have_title(re.compile("^Fehler:"))
    assert Referral.objects.get(pk=first.pk).decline_text == "Wir fusionieren gerade."


def test_escape_closes_a_form_and_goes_back_to_its_button(page, login, ihk, partner):
    first, second = waiting(ihk, 2)
    login(page, partner).goto(LIST)

    button(page, first, "Ablehnen").click()
    expect(row(page, first).locator(".step-body")).to_be_visible()
    button(page, second, "Rückfrage").click()
    expect(row(page, first).locator(".step-body")).to_have_count(0)
    expect(row(page, second).locator("textarea")).to_be_focused()
    page.keyboard.press("Escape")

    expect(row(page, second).locator(".step-body")).to_have_count(0)
    expect(button(page, second, "Rückfrage")).to_be_focused()
    assert [status(first), status(second)] == ["sent", "sent"]


def test_contact_and_outcome_need_no_detour(page, login, hands, ihk, partner):
    (first,) = waiting(ihk, 1)
    actions.accept_referral(referral=first, by=Actor.of(partner), at=timezone.now())
    login(page, partner).goto(f"{LIST}?tab=arbeit")

    hands.click(button(page, first, "Erstkontakt heute"))
    expect(row(page, first)).to_contain_text("In Arbeit")
    page.goto(f"{LIST}?tab=arbeit")
    hands.click(button(page, first, "Abschließen"))
    hands.click(row(page, first).locator(".chip-choice", has_text="Geholfen").first)
    hands.click(row(page, first).locator(".step-body").get_by_role("button", name="Abschließen"))
    expect(row(page, first)).to_contain_text("Abgeschlossen")

    assert hands.actions == 4
    done = Referral.objects.get(pk=first.pk)
    assert (done.status, done.outcome) == ("completed", "helped")
    assert done.first_contact_on == timezone.localdate()


def test_without_scripts_every_answer_works(browser, live_server, login, ihk, partner):
    first, second = waiting(ihk, 2)
    context = browser.new_context(
        base_url=live_server.url, locale="de-DE", java_script_enabled=False
    )
    page = login(context.new_page(), partner)
    page.goto(f"{LIST}?topic=funding")

    button(page, first, "Annehmen").click()
    expect(page.locator("#messages")).to_contain_text("Angenommen")
    assert page.url.endswith("?topic=funding")
    button(page, second, "Ablehnen").click()
    page.get_by_label("Kein Fachgebiet").or_(page.locator("[name=reason][value=area]")).check(
        force=True
    )
    page.locator(".step-body").get_by_role("button", name="Ablehnen").click()
    expect(page.locator("#messages")).to_contain_text("Abgelehnt")
    page.locator("#messages").get_by_role("button", name="Rückgängig").click()
    expect(button(page, second, "Annehmen")).to_be_visible()
    context.close()
    assert [status(first), status(second)] == ["accepted", "sent"]


def test_the_list_goes_out_as_a_file(page, login, ihk, partner):
    (first,) = waiting(ihk, 1)
    login(page, partner).goto(LIST)

    for name, ending in [("Excel (XLSX)", "xlsx"), ("CSV", "csv")]:
        page.get_by_text("Exportieren").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(f".{ending}")
        page.reload()
    assert first.reference in download.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_pages_of_the_organisation_are_accessible_and_fit(
    page, login, ihk, partner, viewport, assert_accessible, assert_fits
):
    waiting(ihk, 2)
    service = ServiceFactory(partner=ihk, eligibility="Ein schriftlicher Plan.")
    UserFactory(name="Ada Neu", role="partner", organisation=ihk)
    login(page, partner)

    for address in [
        LIST,
        f"{LIST}?tab=arbeit",
        "/partner/eigene/",
        "/partner/eigene/leistungen/",
        f"/partner/{ihk.reference}/leistungen/{service.pk}/",
        "/organisation/team/",
        "/organisation/team/einladen/",
    ]:
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)


def test_full_and_free_again_are_one_click_each(page, login, ihk, partner):
    service = ServiceFactory(partner=ihk, id=new_id())
    login(page, partner).goto("/partner/eigene/")

    page.get_by_role("button", name="bis auf Weiteres").click()
    expect(page.locator("h1 + .tone")).to_have_text("voll")
    page.get_by_role("button", name="Wieder frei").click()
    expect(page.locator("h1 + .tone")).to_have_text("nimmt Vermittlungen an")
    page.get_by_role("link", name="Leistungen", exact=True).click()
    page.locator("summary", has_text="Voll bis").click()
    page.locator(".one-click button").first.click()
    expect(page.locator("#messages")).to_contain_text("ist voll bis")
    service.refresh_from_db()
    assert service.full_until == timezone.localdate() + timedelta(weeks=2)
    page.get_by_role("button", name="Wieder frei").click()
    expect(page.locator("#messages")).to_contain_text("ist wieder frei")
    service.refresh_from_db()
    assert service.full_until is None
