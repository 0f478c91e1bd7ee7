"""The walk, step 1: an advisor records a consultation while the person is on the phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from consultations.models import ConfidentialNote, Consultation
from contacts.actions import create_person
from contacts.models import Consent, FollowUp, Topic
from outbox.models import OutboundMail
from referrals.models import Referral
from tests.factories import (
    ConfidentialNoteFactory,
    PartnerFactory,
    ServiceFactory,
    UserFactory,
)
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def advisor():
    return UserFactory(name="Mara Lindner")


@pytest.fixture
def ihk():
    partner = PartnerFactory(name="IHK Lüneburg-Wolfsburg", short_name="IHK")
    service = ServiceFactory(partner=partner, name="Gründungsberatung")
    service.topics.set([Topic.objects.get(code="funding")])
    return partner


@pytest.fixture
def near(advisor):
    """Somebody who sounds like the new founder."""
    return create_person(
        given_name="Zoe", family_name="Brandis", town="Wolfsburg",
        by=Actor.of(advisor), at=timezone.now(),
    )  # fmt: skip


def chip(page, words):
    return page.locator("#panel .chip-choice", has_text=words).first


def test_walk_takes_at_most_twelve_actions(page, login, hands, advisor, ihk, assert_accessible):
    login(page, advisor).goto("/")

    hands.press("b")
    expect(page.locator("#entry-who")).to_be_focused()
    hands.letters("Zoë")
    expect(page.locator("#panel .option-none")).to_be_visible()
    hands.words(" Brandes")
    hands.press("Enter")
    expect(page.locator("#entry-family_name")).to_have_value("Brandes")
    expect(page.locator("#entry-given_name")).to_have_value("Zoë")
    expect(page.locator("#entry-email")).to_be_focused()
    hands.words("zoe@gruenden.example")
    hands.click(page.locator("#entry-summary"))
    hands.words("Will ein Lastenrad bauen. Fragt nach Zuschüssen.")
    hands.click(chip(page, "Förderung und Zuschüsse"))
    hands.click(chip(page, "Video"))
    hands.click(chip(page, "1 Wo"))
    hands.click(page.locator("#partner-cards .choice-card", has_text="IHK Lüneburg-Wolfsburg"))
    expect(page.locator("#entry-question")).to_be_focused()
    hands.words("Welcher Zuschuss passt zu einem Lastenrad?")
    preview = page.locator("#referral-checks .preview")
    expect(preview).to_contain_text("Welcher Zuschuss passt zu einem Lastenrad?")
    expect(preview).to_contain_text("Förderung und Zuschüsse")
    expect(preview).not_to_contain_text("Brandes")
    assert_accessible(page)
    hands.click(page.locator("#referral-checks .choice-card"))
    hands.press("Control+Enter")
    page.wait_for_url("**/personen/P-*/")

    assert hands.actions <= 12
    expect(page.locator("#messages")).to_contain_text("An IHK gesendet")
    saved = Consultation.objects.get()
    assert (saved.person.display_name, saved.state) == ("Zoë Brandes", "complete")
    assert (saved.channel, saved.kind) == ("video", "first")
    assert saved.summary == "Will ein Lastenrad bauen. Fragt nach Zuschüssen."
    assert [topic.code for topic in saved.topics.all()] == ["funding"]
    task = FollowUp.objects.get()
    assert (task.due_on, task.assignee) == (timezone.localdate() + timedelta(days=7), advisor)
    referral = Referral.objects.get()
    assert (referral.status, referral.recipient) == ("sent", ihk)
    assert referral.consent == Consent.objects.get(evidence="spoken", recipient=ihk)
    assert OutboundMail.objects.filter(kind="referral_sent", recipient=ihk.email).exists()


def test_enter_makes_somebody_new_rather_than_take_who_is_least_unlike(
    page, login, hands, advisor, near
):
    login(page, advisor).goto("/")
    hands.press("b")
    expect(page.locator("#entry-who")).to_be_focused()
    hands.words("Zoe Quittenbaum")
    expect(page.locator("#panel .option-label", has_text="Zoe Brandis")).to_be_visible()
    hands.press("Enter")

    expect(page.locator("#entry-family_name")).to_have_value("Quittenbaum")
    expect(page.locator("#entry-person")).to_have_value("")


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_near_duplicate_is_hinted_and_taken_with_one_click(
    page, login, hands, advisor, near, viewport, assert_accessible, assert_fits
):
    login(page, advisor).goto("/beratungen/neu/")

    page.locator("#entry-new summary").click()
    page.locator("#entry-given_name").fill("Zoë")
    page.locator("#entry-family_name").fill("Brandis")
    hint = page.locator("#entry-duplicates")
    expect(hint).to_contain_text("Zoe Brandis")
    assert_accessible(page)
    assert_fits(page)
    hint.get_by_role("button").click()

    expect(page.locator("#entry-who")).to_have_value("Zoe Brandis")
    expect(page.locator("#entry-summary")).to_be_focused()
    hands.words("Zweites Gespräch.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/personen/P-*/")
    assert Consultation.objects.get().person == near


def test_keyboard_alone_records_with_a_known_person(page, login, advisor, near):
    login(page, advisor).goto("/")

    page.keyboard.press("b")
    expect(page.locator("#entry-who")).to_be_focused()
    page.keyboard.type("bra")
    expect(page.locator("#panel [role=option]").first).to_contain_text("Zoe Brandis")
    page.keyboard.press("Enter")
    expect(page.locator("#entry-person")).to_have_value(str(near.pk))
    for _step in range(40):
        if page.evaluate("document.activeElement.id") == "entry-summary":
            break
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.type("Kurz gefragt.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/personen/P-*/")

    assert Consultation.objects.get().summary == "Kurz gefragt."


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_errors_are_summed_up_and_nothing_typed_is_lost(
    page, login, hands, advisor, ihk, viewport, assert_accessible, assert_fits
):
    login(page, advisor).goto("/beratungen/neu/")

    page.locator("#entry-summary").fill("Ohne Namen")
    page.keyboard.press("Control+Enter")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Bitte sagen Sie, mit wem Sie gesprochen haben.")
    expect(page.locator("#entry-summary")).to_have_value("Ohne Namen")
    assert page.title().startswith("Fehler:")
    assert_accessible(page)
    assert_fits(page)


def test_draft_is_kept_while_typing_and_comes_back(page, login, advisor):
    login(page, advisor).goto("/")
    page.keyboard.press("b")
    expect(page.locator("#entry-who")).to_be_focused()
    page.keyboard.type("Brandes")
    expect(page.locator("#panel .combobox-list").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#entry-summary").fill("Am Telefon")
    page.locator("#panel details", has_text="Vertrauliche Notiz").locator("summary").click()
    page.locator("#entry-confidential").fill("Insolvenz")
    expect(page.locator("[data-autosave-status]")).to_have_text("Entwurf gespeichert")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/login/**")

    page.locator("[name=login]").fill(advisor.email)
    page.locator("[name=password]").fill("mutterboden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/beratungen/neu/**")

    expect(page.locator("#entry-summary")).to_have_value("Am Telefon")
    expect(page.locator("#entry-who")).to_have_value("Brandes")
    expect(page.locator("#entry-confidential")).to_have_value("Insolvenz")
    assert ConfidentialNote.objects.get().text == "Insolvenz"
    assert Consultation.objects.get().state == "draft"


def test_missing_consent_keeps_the_draft_of_the_referral(page, login, hands, advisor, ihk, near):
    login(page, advisor).goto(f"/beratungen/neu/?person={near.reference}")

    page.locator("#entry-summary").fill("Ohne Einwilligung")
    page.locator(".chip-choice", has_text="Förderung und Zuschüsse").click()
    page.locator("#partner-cards .choice-card", has_text="IHK").click()
    page.locator("#entry-question").fill("Welcher Zuschuss?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/personen/P-*/")

    expect(page.locator("#messages")).to_contain_text("noch nicht gesendet")
    page.locator("#messages").get_by_role("link", name="Entwurf öffnen").click()
    page.wait_for_url("**/vermittlungen/V-*/")
    assert Referral.objects.get().status == "draft"


def test_today_does_and_takes_back_with_one_key(page, login, advisor, near, assert_accessible):
    from contacts.actions import plan_follow_up  # noqa: PLC0415 - this test alone

    task = plan_follow_up(
        due_on=timezone.localdate(), subject="Nachfragen", assignee=advisor, person=near,
        by=Actor.of(advisor), at=timezone.now(),
    )  # fmt: skip
    login(page, advisor).goto("/")
    assert_accessible(page)

    page.keyboard.press("e")
    expect(page.locator("#messages")).to_contain_text("Nachfragen")
    task.refresh_from_db()
    assert task.state == "done"
    page.locator("#messages").get_by_role("button", name="Rückgängig").click()
    page.wait_for_load_state()
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.parametrize("viewport", [WIDE, NARROW, (320, 640)])
def test_every_page_is_accessible_and_fits(
    page, login, advisor, near, viewport, assert_accessible, assert_fits
):
    note = ConfidentialNoteFactory(consultation__advisor=advisor, consultation__person=near)
    url = note.consultation.get_absolute_url()
    login(page, advisor)

    for address in ["/", "/beratungen/", "/beratungen/?channel=video", url, f"{url}korrigieren/"]:
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
    page.goto(url)
    page.get_by_role("button", name="Vertrauliche Notiz anzeigen").click()
    expect(page.locator("textarea[name=text]")).to_have_value("Nur unter uns.")
    assert_accessible(page)
    assert_fits(page)
