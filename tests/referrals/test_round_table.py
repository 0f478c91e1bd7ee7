"""The round table: what it may show, what a text may say, and what is decided there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Change
from contacts.models import FollowUp
from outbox.models import OutboundMail
from referrals import actions
from referrals.anonymity import giveaways
from referrals.errors import (
    DuplicateReferralError,
    InvalidValueError,
    NamesInTextError,
    NotOnTableError,
    WrongSideError,
)
from referrals.models import Need, Referral
from referrals.round_table import area_of, cards
from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TEXT = "Sucht jemanden, der den Businessplan gegenliest."
ADDRESS = "/anliegen/runder-tisch/"


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def advisor(client, today):
    client.force_login(today.advisor_user)
    return client


def table(world, need=None, text=TEXT, **more):
    return actions.table_need(
        need=need or world.need(), text=text, by=world.advisor, at=world.now, **more
    )


# --- what a text gives away ---


@pytest.fixture
def venture(world):
    startup = StartupFactory(name="Möhrenglück Café UG", postcode="38442")
    AffiliationFactory(person=PersonFactory(given_name="Jörn", family_name="Möller"),
                       startup=startup)  # fmt: skip
    world.person.street, world.person.postcode = "Nordsteimker Straße", "38440"
    world.person.save()
    return startup


@pytest.mark.parametrize(
    "text",
    [
        "Frau Tok3nmann sucht Hilfe.",
        "Für TOK3NMANNS Laden.",
        "Zoe braucht einen Kredit.",
        "Für Zo\u200bë.",
        "Das Möhrenglück Café wächst.",
        "Moehrenglueck Cafe UG",
        "Herr Moeller weiß mehr.",
    ],
)
def test_a_name_in_the_text_is_asked_about(world, venture, text):
    need = world.need(startup=venture)

    with pytest.raises(NamesInTextError):
        table(world, need, text)
    need.refresh_from_db()
    assert (need.table_text, need.tabled_at) == ("", None)

    table(world, need, text, names_meant=True)
    assert need.table_text == text


@pytest.mark.parametrize(
    "text",
    [
        "Schreibt an irgendwer@example.org",
        "Ruft an: 05361 123 4567",
        "Ruft an: +49 (5361) 1234567",
        "Wohnt in 38440.",
        "Laden in 38442.",
        "Wohnt Nordsteimker Str. nein, Nordsteimker Straße.",
        "Nummer: 0 53 61 12 34 56 7",
    ],
)
def test_an_address_in_the_text_is_refused(world, venture, text):
    need = world.need(startup=venture)

    with pytest.raises(InvalidValueError, match="weglassen"):
        table(world, need, text, names_meant=True)

    need.refresh_from_db()
    assert need.tabled_at is None


@pytest.mark.parametrize(
    "text", [TEXT, "Kredit über 25.000 Euro, 3 bis 5 Leute, Start 2027.", "Café in der Innenstadt"]
)
def test_other_texts_are_kept(world, venture, text):
    assert giveaways(text, world.need(startup=venture)).names == []
    assert table(world, world.need(startup=venture), text).table_text == text


def test_a_person_without_a_venture_gives_nothing_else_away(world):
    assert giveaways("Ein Café", world.need()).names == []


@pytest.mark.parametrize("text", ["", "  ", "x" * 501])
def test_a_text_is_needed_and_short(world, text):
    with pytest.raises(InvalidValueError):
        table(world, text=text)


def test_only_advisors_act_at_the_round_table(world):
    need = table(world)
    by, at = world.colleague, world.now

    for action, given in (
        (actions.table_need, {"text": TEXT}),
        (actions.take_off_table, {}),
        (actions.keep_open, {}),
        (actions.settle_at_table, {"note": "x"}),
        (actions.refer_at_table, {"recipient": world.other}),
    ):
        with pytest.raises(WrongSideError):
            action(need=need, by=by, at=at, **given)
    assert not Referral.objects.exists()


# --- what is decided ---


def decided(need) -> dict:
    return Change.objects.filter(record_id=need.pk).order_by("-version")[0].fields


def test_a_decision_becomes_a_referral(world):
    need = table(world)
    ConsentFactory(person=world.person, recipient=world.other, given_at=world.now)
    service = ServiceFactory(partner=world.other)

    referral = actions.refer_at_table(
        need=need, recipient=world.other, service=service, note="Mit Frau K. besprochen.",
        by=world.advisor, at=world.now,
    )  # fmt: skip

    assert (referral.status, referral.service) == ("sent", service)
    assert referral.reason == "Am Runden Tisch vereinbart."
    need.refresh_from_db()
    assert (need.status, need.tabled_at) == ("waiting", None)
    assert decided(need)["decision"] == [None, "referred"]
    assert decided(need)["referral"] == [None, referral.reference]
    assert decided(need)["note"] == [None, "Mit Frau K. besprochen."]
    assert not FollowUp.objects.exists()


def test_without_consent_it_waits_for_it(world):
    owner = UserFactory()
    need = table(world, world.need(owner=owner))

    referral = actions.refer_at_table(
        need=need, recipient=world.other, by=world.advisor, at=world.now
    )

    assert referral.status == "draft"
    assert not OutboundMail.objects.exists()
    follow_up = FollowUp.objects.get()
    assert follow_up.subject == "Einwilligung einholen: Vermittlung an Wolfsburg AG"
    assert (follow_up.assignee, follow_up.person) == (owner, world.person)
    assert (follow_up.referral, str(follow_up.due_on)) == (referral, "2026-03-11")
    need.refresh_from_db()
    assert (need.status, need.tabled_at) == ("open", None)


@pytest.mark.parametrize("owner", [None, {"is_active": False}])
def test_without_an_owner_who_works_here_whoever_decided_follows_up(world, owner):
    need = table(world, world.need(owner=UserFactory(**owner) if owner else None))

    actions.refer_at_table(need=need, recipient=world.other, by=world.advisor, at=world.now)

    assert FollowUp.objects.get().assignee == world.advisor_user


def test_a_full_partner_may_say_yes(world):
    full = PartnerFactory(capacity="full")
    ConsentFactory(person=world.person, recipient=full, given_at=world.now)

    referral = actions.refer_at_table(
        need=table(world), recipient=full, by=world.advisor, at=world.now
    )

    assert referral.status == "sent"


def test_what_cannot_be_sent_leaves_the_need_on_the_table(world):
    world.sent()
    need = table(world)

    with pytest.raises(DuplicateReferralError):
        actions.refer_at_table(need=need, recipient=world.partner, by=world.advisor, at=world.now)

    need.refresh_from_db()
    assert need.tabled_at
    assert Referral.objects.count() == 1


def test_of_two_decisions_the_second_is_told(world):
    need = table(world)
    actions.refer_at_table(need=need, recipient=world.other, by=world.advisor, at=world.now)

    for action, given in (
        (actions.refer_at_table, {"recipient": world.partner}),
        (actions.settle_at_table, {"note": "x"}),
        (actions.keep_open, {}),
    ):
        with pytest.raises(NotOnTableError):
            action(need=need, by=world.advisor, at=world.now, **given)
    assert Referral.objects.count() == 1
    assert FollowUp.objects.count() == 1


def test_it_stays_open_and_on_the_table(world):
    need = table(world)

    actions.keep_open(need=need, note="Im Januar wieder.", by=world.advisor, at=world.now)

    need.refresh_from_db()
    assert need.tabled_at
    assert decided(need) == {"decision": [None, "open"], "note": [None, "Im Januar wieder."]}
    (card,) = cards(world.advisor, world.now)
    assert str(card.discussed_on) == "2026-03-10"


def test_it_is_settled(world):
    need = table(world)

    actions.settle_at_table(need=need, note="Hat schon Hilfe.", by=world.advisor, at=world.now)

    need.refresh_from_db()
    assert (need.status, need.tabled_at) == ("settled", None)
    assert decided(need)["decision"] == [None, "settled"]


# --- the cards ---


def test_a_card_says_what_partners_may_know(world):
    need = table(world, world.need(postcode="38440"))
    Need.objects.filter(pk=need.pk).update(created_at=world.now - timedelta(days=8))
    ReferralFactory.create_batch(2, need=need, declined=True)
    ReferralFactory(need=need, expired=True)
    ReferralFactory(need=need, completed=True, outcome="no_help_possible")
    ReferralFactory(need=need, sent=True)
    ReferralFactory(need=need, withdrawn=True)

    (card,) = cards(world.advisor, world.now)

    assert (card.number, card.topics, card.stage) == (1, ["Businessplan"], "")
    assert (card.area, card.open_for, card.text) == ("38…", "seit 8 Tagen", TEXT)
    assert card.answers == ["2 × Keine Kapazität", "1 × Keine Antwort", "1 × Keine Hilfe möglich"]
    assert card.discussed_on is None


def test_numbers_follow_the_order_of_marking(world):
    second, first = world.need(), world.need()
    table(world.at(world.now - timedelta(hours=1)), first, "Eins.")
    table(world, second, "Zwei.")
    table(world, first, "Eins, neu gesagt.")
    world.need()  # was not marked

    assert [(c.number, c.text) for c in cards(world.advisor, world.now)] == [
        (1, "Eins, neu gesagt."),
        (2, "Zwei."),
    ]
    assert cards(world.advisor, world.now)[0].open_for == "seit heute"
    assert cards(world.colleague, world.now) == []


@pytest.mark.parametrize(
    ("postcode", "area"), [("38440", "38…"), ("", ""), ("38", ""), ("D-384", ""), ("١٢٣٤٥", "")]
)
def test_the_area_is_two_digits_of_a_postcode(postcode, area):
    assert area_of(postcode) == area


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}alle/"])
def test_the_pages_cost_the_same_for_many(client, today, path, django_assert_max_num_queries):
    client.force_login(UserFactory(role="manager"))
    counts = []
    for _time in range(3):
        ReferralFactory.create_batch(2, declined=True)
        Need.objects.update(tabled_at=today.now, table_text=TEXT)
        with django_assert_max_num_queries(12) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))

    assert len(set(counts)) == 1


# --- the pages ---

TOKENS = [
    *("Qvorname", "Qnachname", "Qtitel", "Qlaunch", "qmail", "4915150009988", "Qstrasse", "Qort"),
    *("99887", "Qbemerkung", "Qidee", "Qfrage", "Qbegruendung", "Qabsage", "Qentscheid"),
    *("Qzustaendig", "Qansprech"),
]


@pytest.fixture
def planted(today):
    """A token in every personal field that the need can reach."""
    owner = UserFactory(name="Qzustaendig")
    person = PersonFactory(
        given_name="Qvorname", family_name="Qnachname", title="Qtitel", street="Qstrasse",
        town="Qort", postcode="99887", remark="Qbemerkung", email="qmail@example.org",
        phone="+4915150009988", owner=owner,
    )  # fmt: skip
    startup = StartupFactory(
        name="Qlaunch", postcode="99887", pitch="Qidee", town="Qort", owner=owner
    )
    AffiliationFactory(person=person, startup=startup)
    need = today.need(person=person, startup=startup, question="Qfrage", owner=owner)
    referral = ReferralFactory(
        need=need, declined=True, reason="Qbegruendung", decline_text="Qabsage",
        recipient=PartnerFactory(name="Qpartner", contact_name="Qansprech"),
    )  # fmt: skip
    service = ServiceFactory(
        partner=PartnerFactory(name="Bank", email="b@bank.example"), postcode_prefixes=["99887"]
    )
    service.topics.add(today.topic)
    table(today, need)
    actions.keep_open(need=need, note="Qentscheid", by=today.advisor, at=today.now)
    return need, referral


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}?nr=1", f"{ADDRESS}alle/"])
@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_the_wall_shows_nobody(client, planted, path, role):
    need, referral = planted
    client.force_login(UserFactory(role=role, name="Anke Beispiel"))

    page = client.get(path).content.decode()

    assert TEXT in page
    hidden = [*TOKENS, need.reference, referral.reference, need.person.reference]
    assert [token for token in hidden if token.lower() in page.lower()] == []
    wall = page[page.index("<article") : page.index("</article")]
    assert "Qpartner" not in wall  # who declined is nobody's business; it may be chosen below


def test_the_tokens_could_leak(advisor, planted):
    """The page of the need, for the office, shows most of them."""
    page = advisor.get(planted[0].get_absolute_url()).content.decode()

    for token in ("Qnachname", "Qlaunch", "Qfrage", "Qpartner", "99887", "Qentscheid"):
        assert token in page


def test_messages_of_other_pages_do_not_come_to_the_wall(advisor, planted, today):
    need = today.need()
    advisor.post(f"{need.get_absolute_url()}erledigt/", {"note": "x"})  # its message waits

    page = advisor.get(ADDRESS)

    assert "Anliegen ist erledigt" not in page.content.decode()
    assert "Anliegen ist erledigt" not in advisor.get("/anliegen/").content.decode()


def test_mistakes_show_nobody_either(advisor, planted):
    need, _referral = planted

    page = advisor.post(f"{ADDRESS}entscheidung/", {"need": need.pk, "decision": "referred"})

    assert page.status_code == 422
    assert [token for token in TOKENS if token in page.content.decode()] == []
    assert "<title>Fehler:" in page.content.decode()


def test_where_nobody_fits_there_is_no_other(advisor, today):
    table(today, text="Eins.")

    page = advisor.get(ADDRESS).content.decode()
    need = {"need": today.person.needs.get().pk}
    mistake = advisor.post(f"{ADDRESS}entscheidung/", {**need, "decision": "referred"})

    assert "Andere Partnerorganisation" not in page
    assert "Andere Partnerorganisation" not in mistake.content.decode()


def test_pages_are_turned(advisor, today):
    for text in ("Eins.", "Zwei.", "Drei."):
        table(today, text=text)

    first, second, last = (advisor.get(f"{ADDRESS}?nr={n}") for n in (1, 2, 99))

    assert (first.context["previous"], first.context["next"]) == (0, 2)
    assert (second.context["previous"], second.context["next"]) == (1, 3)
    assert (last.context["card"].text, last.context["next"]) == ("Drei.", 0)
    assert advisor.get(f"{ADDRESS}?nr=-1").context["card"].number == 1
    assert advisor.get(f"{ADDRESS}?nr=²").context["card"].number == 1
    page = advisor.get(f"{ADDRESS}alle/").content.decode()
    assert page.index("Eins.") < page.index("Zwei.") < page.index("Drei.")


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}alle/"])
def test_an_empty_table_says_so(advisor, path):
    assert "Kein Anliegen ist für den Runden Tisch" in advisor.get(path).content.decode()


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_onlookers_decide_nothing(client, today, role):
    table(today)
    client.force_login(UserFactory(role=role))

    assert "<form" not in client.get(ADDRESS).content.decode()


def decide(client, need, decision, **more):
    given = {"need": need.pk, "decision": decision, "nr": "1", **more}
    return client.post(f"{ADDRESS}entscheidung/", given, follow=True)


def test_decisions_by_form(advisor, today):
    sent, waiting, left, done = (table(today, text=f"{n}.") for n in range(4))
    ConsentFactory(person=today.person, recipient=today.other, given_at=today.now)
    service = ServiceFactory(partner=today.other)

    assert (
        "An Wolfsburg AG vermittelt."
        in decide(advisor, sent, "referred", service=service.pk).content.decode()
    )
    said = decide(advisor, waiting, "referred", recipient=today.partner.pk, service=service.pk)
    assert "Für IHK vorbereitet" in said.content.decode()
    assert decide(advisor, left, "open").redirect_chain[-1][0].endswith("?nr=2")
    assert decide(advisor, done, "settled", note="Fertig.").status_code == 200

    assert [row.referrals.get().status for row in (sent, waiting)] == ["sent", "draft"]
    assert waiting.referrals.get().service is None
    assert list(Need.objects.filter(tabled_at__isnull=False)) == [left]


@pytest.mark.parametrize(
    ("decision", "more"),
    [("referred", {}), ("settled", {}), ("x", {}), ("open", {"note": "x" * 501})],
)
def test_half_a_decision_is_a_mistake(advisor, today, decision, more):
    table(today)
    second = table(today.at(today.now + timedelta(seconds=1)), text="Zwei.")

    response = decide(advisor, second, decision, **more)

    assert response.status_code == 422
    assert response.context["card"].text == "Zwei."
    assert not Referral.objects.exists()


def test_what_was_decided_elsewhere_is_told(advisor, today):
    gone = table(today)
    actions.take_off_table(need=gone, by=today.advisor, at=today.now)

    response = decide(advisor, gone, "open")

    assert "nicht mehr für den Runden Tisch" in response.content.decode()


def test_what_cannot_be_sent_is_told_at_the_table(advisor, today):
    today.sent()
    need = table(today)

    response = decide(advisor, need, "referred", recipient=today.partner.pk)

    assert "offene Vermittlung" in response.content.decode()
    assert response.redirect_chain[-1][0] == f"{ADDRESS}?nr=1"


# --- marking ---


def test_a_need_is_marked_by_form_and_taken_off(advisor, today):
    need = NeedFactory(person=today.person)
    address = f"{need.get_absolute_url()}vormerken/"
    assert advisor.get(address).status_code == 200

    named = advisor.post(address, {"text": "Zoë braucht Rat."})
    assert named.status_code == 422
    assert 'name="names_meant"' in named.content.decode()
    assert advisor.post(address, {"text": "a@b.example"}).status_code == 422
    assert advisor.post(address, {"text": ""}).status_code == 422
    advisor.post(address, {"text": "Zoë braucht Rat.", "names_meant": "on"})
    need.refresh_from_db()
    assert need.table_text == "Zoë braucht Rat."
    assert "Zoë braucht Rat." in advisor.get(need.get_absolute_url()).content.decode()

    advisor.post(f"{need.get_absolute_url()}nicht-vormerken/")
    need.refresh_from_db()
    assert need.tabled_at is None
    history = [node["word"] for node in advisor.get(need.get_absolute_url()).context["steps"]]
    assert history == ["Vom Runden Tisch genommen", "Für den Runden Tisch vorgemerkt"]
