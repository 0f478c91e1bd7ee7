"""Needs with several partners: asked together, one for another, decided at the round table."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from contacts.models import FollowUp, Topic
from referrals import actions
from referrals.models import Need, Referral
from tests.factories import (
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ServiceFactory,
    UserFactory,
)
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECRETS = ["Hüttenrauch", "Xylia", "38444", "Lastenrad", "xylia@gruenden.example"]


@pytest.fixture
def office(page, login):
    """An advisor, a founder, and three partners who offer help on one topic."""
    advisor = UserFactory(name="Anke Brandt")
    login(page, advisor)
    person = PersonFactory(
        given_name="Xylia", family_name="Hüttenrauch", postcode="38444",
        email="xylia@gruenden.example", owner=advisor,
    )  # fmt: skip
    topic = Topic.objects.get(code="funding")
    partners = {}
    for name in ("Amt", "Bank", "Club"):
        partner = PartnerFactory(name=name, short_name=name, email=f"{name.lower()}@stelle.example")
        ServiceFactory(partner=partner, name=f"Hilfe vom {name}").topics.add(topic)
        partners[name] = partner
    need = actions.create_need(
        person=person, topics=[topic], question="Zuschuss für ein Lastenrad?", owner=advisor,
        by=Actor.of(advisor), at=timezone.now(),
    )  # fmt: skip
    return need, partners


def agree(need, *partners):
    for partner in partners:
        ConsentFactory(person=need.person, recipient=partner, given_at=timezone.now())


def answer(referral, action, **given):
    by = Actor.of_link(organisation_id=referral.recipient_id, referral_id=referral.pk)
    getattr(actions, action)(referral=referral, by=by, at=timezone.now(), **given)


def path_of(need) -> str:
    return f"/anliegen/{need.reference}/"


def card(page, text):
    return page.locator(".choice-card", has_text=text)


def test_three_are_asked_in_parallel_and_the_others_withdrawn(page, office):
    need, partners = office
    agree(need, partners["Amt"], partners["Bank"])
    page.goto(path_of(need))
    page.get_by_role("link", name="Partner anfragen").click()
    for name in partners:
        card(page, f"Hilfe vom {name}").click()
        expect(page.locator("#asks legend", has_text=name)).to_be_visible()
    expect(page.locator("#asks .preview")).to_have_count(3)
    expect(page.locator("#asks .preview").first).to_contain_text("Lastenrad")
    expect(page.locator("#asks .preview").first).not_to_contain_text("Hüttenrauch")

    page.get_by_role("button", name="Vermittlung senden").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_contain_text("Club:")
    page.locator("#asks .chip-choice", has_text="Am Telefon oder persönlich").click()
    page.get_by_role("button", name="Vermittlung senden").click()

    expect(page.locator("#messages")).to_contain_text("3 Partner wurden angefragt.")
    sent = list(need.referrals.order_by("recipient__name"))
    assert [row.status for row in sent] == ["sent"] * 3
    answer(sent[0], "accept_referral", responsible="Kim")
    page.reload()
    expect(page.locator(".lead")).to_contain_text("Amt kümmert sich darum.")
    page.get_by_role("button", name="Die anderen zurückziehen").click()
    expect(page.locator("#messages")).to_contain_text("2 Vermittlungen wurden zurückgezogen.")
    assert sorted(need.referrals.values_list("status", flat=True)) == [
        "accepted", "withdrawn", "withdrawn",
    ]  # fmt: skip


def test_one_click_asks_somebody_else_from_heute(page, office, hands):
    need, partners = office
    agree(need, partners["Amt"], partners["Bank"])
    first = actions.create_referral(
        need=need, recipient=partners["Amt"], by=Actor.of(need.owner), at=timezone.now()
    )
    actions.send_referral(referral=first, by=Actor.of(need.owner), at=timezone.now())
    answer(first, "decline_referral", reason="capacity")

    page.goto("/")
    row = page.locator(".alternatives li", has_text="Bank")
    hands.click(row.get_by_role("button", name="Stattdessen anfragen"))

    expect(page.locator("#messages")).to_contain_text("Bank wurde stattdessen angefragt.")
    assert hands.actions == 1
    made = Referral.objects.get(replaces=first)
    assert (made.recipient, made.status) == (partners["Bank"], "sent")

    answer(made, "decline_referral", reason="area")
    page.goto(path_of(need))
    page.locator(".alternatives li", has_text="Club").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Statt Bank jemand anderen anfragen")
    page.locator("#asks .chip-choice", has_text="Auf Papier").click()
    page.get_by_role("button", name="Vermittlung senden").click()
    expect(page.locator("#messages")).to_contain_text("1 Partner wurde angefragt.")
    assert Referral.objects.get(replaces=made).recipient == partners["Club"]


def test_the_round_table_decides(page, office):
    need, partners = office
    agree(need, partners["Amt"])
    by = Actor.of(need.owner)
    more = [
        actions.create_need(
            person=need.person, topics=need.topics.all(), question="?", owner=need.owner, by=by,
            at=timezone.now(),
        )
        for _n in range(2)
    ]  # fmt: skip
    page.goto(path_of(need))
    page.get_by_role("link", name="Für den Runden Tisch vormerken").click()
    page.get_by_label("Kurz gesagt").fill("Xylia sucht einen Zuschuss.")
    page.get_by_role("button", name="Für den Runden Tisch vormerken").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Xylia")
    page.get_by_label("Kurz gesagt").fill("Sucht einen Zuschuss für ein Lieferfahrzeug.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("vorgemerkt")
    for n, other in enumerate(more):
        actions.table_need(need=other, text=f"Nummer {n}.", by=by, at=timezone.now())

    page.goto("/anliegen/runder-tisch/")
    expect(page.locator(".card-text")).to_have_text("Sucht einen Zuschuss für ein Lieferfahrzeug.")
    shown = page.content()
    assert [secret for secret in SECRETS if secret in shown] == []
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Anliegen 2 von 3")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text("Anliegen 1 von 3")

    card(page, "Hilfe vom Amt").click()
    page.get_by_role("button", name="Vermitteln").click()
    expect(page.locator("#messages")).to_contain_text("An Amt vermittelt.")
    expect(page.locator("h1")).to_have_text("Anliegen 1 von 2")
    assert need.referrals.get().status == "sent"

    page.get_by_label("Andere Partnerorganisation").select_option(label="Bank")
    page.get_by_role("button", name="Vermitteln").click()
    expect(page.locator("#messages")).to_contain_text("Für Bank vorbereitet")
    assert more[0].referrals.get().status == "draft"
    assert FollowUp.objects.get().assignee == need.owner

    page.get_by_label("Notiz").fill("Hat sich erledigt.")
    page.get_by_role("button", name="Erledigt").click()
    expect(page.locator(".empty-state")).to_be_visible()
    assert Need.objects.get(pk=more[1].pk).status == "settled"


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_pages_are_accessible_and_fit(page, office, assert_accessible, assert_fits):
    need, partners = office
    agree(need, partners["Bank"])
    by = Actor.of(need.owner)
    sent = actions.refer_need(
        need=need,
        asks=[actions.Ask(partners["Bank"])],
        by=by,
        at=timezone.now(),
    )
    answer(sent[0], "decline_referral", reason="capacity")
    actions.table_need(need=need, text="Sucht einen Zuschuss.", by=by, at=timezone.now())

    for path in (
        "/anliegen/?tab=alle",
        "/anliegen/",
        "/anliegen/festgefahren/",
        path_of(need),
        f"{path_of(need)}anfragen/",
        f"{path_of(need)}anfragen/?partner={partners['Club'].pk}",
        f"{path_of(need)}vormerken/",
        "/anliegen/runder-tisch/",
        "/anliegen/runder-tisch/alle/",
        sent[0].get_absolute_url(),
    ):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)
    page.goto(f"{path_of(need)}anfragen/")
    page.get_by_role("button", name="Vermittlung senden").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert_accessible(page)
