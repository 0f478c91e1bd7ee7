"""Needs with several partners: asked together, rolled up, one instead of another, settled."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Change
from contacts.models import Consent, PartnerOrganisation, Topic
from outbox.models import OutboundMail
from referrals import actions, needs_page
from referrals.actions.needs import roll_up
from referrals.actions.referring import Ask
from referrals.errors import (
    AskRefusedError,
    ConsentMissingError,
    InvalidValueError,
    UndoTooLateError,
    WrongSideError,
)
from referrals.models import Need, Referral, ReferralChangedError, StepNotAllowedError
from tests.factories import (
    ConsentFactory,
    NeedFactory,
    PartnerFactory,
    ReferralFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
CONSENT = {"evidence": "spoken", "shared_fields": ["name", "email"]}


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def advisor(client, today):
    client.force_login(today.advisor_user)
    return client


def agreed(world, *partners):
    for partner in partners:
        ConsentFactory(person=world.person, recipient=partner, given_at=world.now)


def offer(topic, **partner):
    service = ServiceFactory(partner=PartnerFactory(**partner))
    service.topics.add(topic)
    return service


def ask(world, need, *asks):
    return actions.refer_need(need=need, asks=asks, by=world.advisor, at=world.now)


def decline(world, referral, **more):
    by = world.link(referral)
    given = {"reason": "capacity", **more}
    return actions.decline_referral(referral=referral, by=by, at=world.now, **given)


# --- several in one go ---


def test_several_partners_are_asked_at_once(world):
    need, third = world.need(), PartnerFactory()
    agreed(world, world.partner, third)

    sent = ask(
        world,
        need,
        Ask(world.partner, reason="Prüft Pläne."),
        Ask(world.other, consent=CONSENT),
        Ask(third),
    )

    assert [r.recipient for r in sent] == [world.partner, world.other, third]
    assert {r.status for r in need.referrals.all()} == {"sent"}
    assert sent[0].reason == "Prüft Pläne."
    need.refresh_from_db()
    assert need.status == "waiting"
    recorded = Consent.objects.get(recipient=world.other)
    assert (recorded.evidence, recorded.shared_fields) == ("spoken", ["name", "email"])
    assert sent[1].consent == recorded
    assert OutboundMail.objects.filter(kind="referral_sent").count() == 3


def test_nobody_is_asked_if_one_cannot_be(world):
    need = world.need()
    agreed(world, world.partner)

    with pytest.raises(AskRefusedError) as refusal:
        ask(world, need, Ask(world.partner), Ask(world.other))

    assert (refusal.value.about, refusal.value.code) == (world.other, "consent_missing")
    assert "Wolfsburg AG" in str(refusal.value.message)
    assert not Referral.objects.exists()
    assert not OutboundMail.objects.exists()
    need.refresh_from_db()
    assert need.status == "open"


@pytest.mark.parametrize("n", [0, 11])
def test_one_to_ten_are_asked(world, n):
    need, partners = world.need(), PartnerFactory.create_batch(n)
    agreed(world, *partners)

    with pytest.raises(InvalidValueError):
        ask(world, need, *map(Ask, partners))

    assert not Referral.objects.exists()


def test_the_same_partner_is_not_asked_twice(world):
    need = world.need()
    agreed(world, world.partner)

    with pytest.raises(AskRefusedError) as refusal:
        ask(world, need, Ask(world.partner), Ask(world.partner))

    assert refusal.value.code == "duplicate"
    assert not Referral.objects.exists()


# --- the state in words ---


def test_the_state_is_said_in_words(world):
    need = world.need()
    assert said(need) == "Noch niemand angefragt."
    agreed(world, world.partner, world.other)
    ours, theirs = ask(world, need, Ask(world.partner), Ask(world.other))
    assert said(need).startswith("Noch keine Antwort: IHK, Wolfsburg AG. Nächste Frist: 17.03.")
    actions.accept_referral(referral=ours, by=world.link(ours), at=world.now)
    assert said(need) == "IHK kümmert sich darum. Noch keine Antwort: Wolfsburg AG."
    decline(world, theirs)
    assert said(need) == "IHK kümmert sich darum."
    actions.complete_referral(referral=ours, outcome="helped", by=world.link(ours), at=world.now)
    assert said(need) == "IHK hat geholfen."


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["IHK"], "IHK hat geholfen."),
        (["IHK", "IHK"], "IHK hat geholfen."),
        (["IHK", "WMG"], "IHK und WMG haben geholfen."),
        (["IHK", "WMG", "HWK"], "IHK, WMG und HWK haben geholfen."),
    ],
)
def test_several_are_named_as_one_says_it(names, said):
    helped = [Referral(recipient=PartnerOrganisation(name=n), outcome="helped") for n in names]
    assert needs_page.helped(helped) == said


def test_a_need_is_unmet_when_all_have_declined(world):
    need = world.need()
    agreed(world, world.partner, world.other)
    sent = ask(world, need, Ask(world.partner), Ask(world.other))
    decline(world, sent[0])
    need.refresh_from_db()
    assert need.status == "waiting"
    decline(world, sent[1])

    assert said(need) == "Keine der 2 angefragten Stellen konnte helfen."
    assert need.status == "unmet"


def test_a_query_is_waited_for_without_a_day(world):
    need = world.need()
    agreed(world, world.partner)
    (sent,) = ask(world, need, Ask(world.partner))
    actions.ask_referral(referral=sent, text="?", by=world.link(sent), at=world.now)

    assert said(need) == "Noch keine Antwort: IHK."


def said(need: Need) -> str:
    need.refresh_from_db()
    return needs_page.state_of(need, needs_page.rows_of(Need.objects.get(pk=need.pk)))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sent", "Antwort bis 17.03.2026"),
        ("query", "Unsere Antwort fehlt, gefragt am 10.03.2026"),
        ("on_hold", "Weiter ab 10.03.2026"),
        ("accepted", "seit 10.03.2026"),
        ("declined", "am 10.03.2026"),
    ],
)
def test_each_referral_says_what_comes_next(world, state, words):
    assert needs_page.next_of(ReferralFactory(**{state: True})) == words


def test_a_draft_says_that_it_was_not_sent(world):
    assert needs_page.next_of(ReferralFactory()) == "Noch nicht gesendet"


# --- one instead of another ---


def test_one_is_asked_instead_of_another_who_declined(world):
    declined = decline(world, world.sent())
    agreed(world, world.other)
    service = ServiceFactory(partner=world.other)
    later = world.now + timedelta(minutes=3)

    made = actions.replace_referral(
        referral=declined, ask=Ask(world.other, service), by=world.advisor, at=later
    )

    assert (made.replaces, made.need, made.service) == (declined, declined.need, service)
    assert made.status == "sent"
    declined.refresh_from_db()
    assert declined.status == "declined"
    assert [step.action for step in declined.steps.all()][-1] == "replace"
    with pytest.raises(UndoTooLateError):
        actions.undo_answer(referral=declined, by=world.link(declined), at=later)


@pytest.mark.parametrize("state", ["sent", "accepted", "completed", "withdrawn"])
def test_only_one_who_fell_through_is_replaced(world, state):
    referral = ReferralFactory(**{state: True})

    with pytest.raises(StepNotAllowedError):
        actions.replace_referral(
            referral=referral, ask=Ask(world.other), by=world.advisor, at=world.now
        )


def test_partners_replace_nobody(world):
    declined = decline(world, world.sent())
    agreed(world, world.other)

    with pytest.raises(WrongSideError):
        actions.replace_referral(
            referral=declined, ask=Ask(world.other), by=world.colleague, at=world.now
        )


def test_of_two_who_replace_at_once_the_second_is_told(world):
    declined = decline(world, world.sent())
    third = PartnerFactory()
    agreed(world, world.other, third)
    stale = Referral.objects.get(pk=declined.pk)
    actions.replace_referral(
        referral=declined, ask=Ask(world.other), by=world.advisor, at=world.now
    )

    with pytest.raises(ReferralChangedError):
        actions.replace_referral(referral=stale, ask=Ask(third), by=world.advisor, at=world.now)

    assert not Referral.objects.filter(recipient=third).exists()


def test_without_consent_nothing_is_replaced(world):
    declined = decline(world, world.sent())

    with pytest.raises(ConsentMissingError):
        actions.replace_referral(
            referral=declined, ask=Ask(world.other), by=world.advisor, at=world.now
        )

    assert [step.action for step in declined.steps.all()][-1] == "decline"


# --- the others ---


def test_the_others_are_withdrawn_once_somebody_helps(world):
    need, third = world.need(), PartnerFactory()
    agreed(world, world.partner, world.other, third)
    helper, silent, asking = ask(world, need, Ask(world.partner), Ask(world.other), Ask(third))
    actions.ask_referral(referral=asking, text="?", by=world.link(asking), at=world.now)
    actions.accept_referral(referral=helper, by=world.link(helper), at=world.now)
    ReferralFactory(need=NeedFactory(), sent=True)  # another need's

    gone = actions.withdraw_others(need=need, by=world.advisor, at=world.now)

    assert {r.pk for r in gone} == {silent.pk, asking.pk}
    rows = need.referrals.values_list("status", "withdrawn_reason")
    assert sorted(rows) == [("accepted", ""), *[("withdrawn", "other_partner")] * 2]
    assert Referral.objects.filter(status="sent").count() == 1


def test_nobody_is_withdrawn_while_nobody_helps(world):
    sent = world.sent()

    with pytest.raises(StepNotAllowedError):
        actions.withdraw_others(need=sent.need, by=world.advisor, at=world.now)

    sent.refresh_from_db()
    assert sent.status == "sent"


@pytest.mark.parametrize("action", ["withdraw_others", "settle_need"])
def test_only_advisors_end_a_need(world, action):
    sent, note = world.sent(), {"note": "x"} if action == "settle_need" else {}

    for by in (world.colleague, world.stranger):
        with pytest.raises(WrongSideError):
            getattr(actions, action)(need=sent.need, by=by, at=world.now, **note)


def test_a_need_is_settled_with_a_note(world):
    need = world.need()
    agreed(world, world.partner)
    (sent,) = ask(world, need, Ask(world.partner))
    draft = world.draft(need=need, recipient=world.other)

    actions.settle_need(need=need, note="Hat selbst jemanden gefunden.", by=world.advisor,
                        at=world.now)  # fmt: skip

    need.refresh_from_db()
    assert need.status == "settled"
    for row in (sent, draft):
        row.refresh_from_db()
        assert (row.status, row.withdrawn_reason) == ("withdrawn", "not_needed")
    change = Change.objects.get(record_id=need.pk)
    assert change.fields["note"] == [None, "Hat selbst jemanden gefunden."]
    assert change.by_user == world.advisor_user
    assert said(need) == "Erledigt: keine Hilfe mehr nötig."


def test_a_need_that_somebody_helps_with_keeps_its_state(world):
    accepted = world.accepted()

    actions.settle_need(need=accepted.need, note="Läuft.", by=world.advisor, at=world.now)

    accepted.need.refresh_from_db()
    assert accepted.need.status == "helping"


# --- the page ---


def test_the_page_shows_all_referrals_and_what_has_happened(advisor, today):
    need = today.need(owner=today.advisor_user)
    agreed(today, today.partner, today.other)
    sent = ask(today, need, Ask(today.partner), Ask(today.other))
    decline(today, sent[0], reason="other", text="Das geht gerade nicht.")

    response = advisor.get(need.get_absolute_url())

    page = response.content.decode()
    assert [row.recipient.spoken_name for row in response.context["referrals"]] == [
        "IHK",
        "Wolfsburg AG",
    ]
    for words in ("Wer hilft beim Plan?", "Anderer Grund", "Das geht gerade nicht.", "Antwort bis"):
        assert words in page
    assert response.context["replaced"] == sent[0]


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_onlookers_read_and_press_nothing(client, today, role):
    declined = decline(today, today.sent())
    client.force_login(UserFactory(role=role))

    page = client.get(declined.need.get_absolute_url())

    assert page.status_code == 200
    assert (
        b'<form method="post"'
        not in page.content.replace(b"/konto/", b"")[
            page.content.index(b"<main") : page.content.index(b"</main")
        ]
    )


def test_needs_of_restricted_people_are_not_shown(advisor, today):
    need = today.need()
    today.person.__class__.objects.filter(pk=today.person.pk).update(state="restricted")

    assert advisor.get(need.get_absolute_url()).status_code == 404
    assert list(advisor.get("/anliegen/?tab=alle").context["page"]) == []


def test_the_page_costs_the_same_for_many(advisor, today, django_assert_max_num_queries):
    need = today.need()
    counts = []
    for _time in range(2):
        ReferralFactory.create_batch(3, need=need, declined=True)
        with django_assert_max_num_queries(25) as asked:
            assert advisor.get(need.get_absolute_url()).status_code == 200
        counts.append(len(asked))

    assert len(set(counts)) == 1


def test_the_others_are_withdrawn_with_one_click(advisor, today):
    need = today.need()
    agreed(today, today.partner, today.other)
    helper, silent = ask(today, need, Ask(today.partner), Ask(today.other))
    assert not advisor.get(need.get_absolute_url()).context["may_withdraw"]
    actions.accept_referral(referral=helper, by=today.link(helper), at=today.now)
    assert advisor.get(need.get_absolute_url()).context["may_withdraw"]

    advisor.post(f"{need.get_absolute_url()}andere-zurueckziehen/")

    silent.refresh_from_db()
    assert silent.status == "withdrawn"
    assert not advisor.get(need.get_absolute_url()).context["may_withdraw"]
    assert advisor.post(f"{need.get_absolute_url()}andere-zurueckziehen/").status_code == 302


def test_a_settled_need_stays_settled_until_somebody_is_asked_again(world):
    need = world.need()
    agreed(world, world.partner)
    actions.settle_need(need=need, note="Erledigt.", by=world.advisor, at=world.now)

    assert roll_up(need.pk) == "settled"
    ask(world, need, Ask(world.partner))
    need.refresh_from_db()
    assert need.status == "waiting"


def test_a_need_is_settled_from_its_page(advisor, today):
    need = today.need()
    address = f"{need.get_absolute_url()}erledigt/"

    assert advisor.post(address, {"note": " "}).status_code == 422
    assert advisor.post(address, {"note": "Erledigt."}).status_code == 302

    need.refresh_from_db()
    assert need.status == "settled"
    assert "Erledigt." in advisor.get(need.get_absolute_url()).content.decode()


# --- the list ---


def listed(client, query="") -> list[str]:
    response = client.get(f"/anliegen/{query}")
    assert response.status_code == 200
    return [row.reference for row in response.context["page"]]


def test_the_tabs_of_the_list(advisor, today):
    fresh, tabled = today.need(), today.need()
    actions.table_need(need=tabled, text="Hilfe.", by=today.advisor, at=today.now)
    waiting = today.sent().need
    unmet = decline(today, today.sent(recipient=today.other)).need

    assert listed(advisor) == [tabled.reference, fresh.reference]
    assert listed(advisor, "?tab=wartet") == [waiting.reference]
    assert listed(advisor, "?tab=niemand") == [unmet.reference]
    assert listed(advisor, "?tab=vorgemerkt") == [tabled.reference]
    assert len(listed(advisor, "?tab=alle")) == 4
    assert listed(advisor, "?tab=unsinn") == listed(advisor)


def test_the_filters_of_the_list(advisor, today):
    ours = today.sent(need=today.need(owner=today.advisor_user)).need
    theirs = today.sent(recipient=today.other, need=today.need(topics=[Topic.objects.last()])).need

    assert listed(advisor, "?tab=alle&owner=me") == [ours.reference]
    assert listed(advisor, f"?tab=alle&owner={today.advisor_user.pk}") == [ours.reference]
    assert listed(advisor, f"?tab=alle&partner={today.other.reference}") == [theirs.reference]
    assert listed(advisor, f"?tab=alle&topic={today.topic.code}") == [ours.reference]
    assert len(listed(advisor, "?tab=alle&owner=999999999999&topic=<x>&partner='")) == 2
    chips = advisor.get("/anliegen/?tab=alle&owner=me").context["filter"].chips()
    assert [chip["url"] for chip in chips] == ["?&tab=alle"]
    tabs = advisor.get("/anliegen/?tab=alle&owner=me").context["tabs"]
    assert tabs[1]["url"] == "/anliegen/?tab=wartet&owner=me"


def test_the_list_has_pages(advisor, today):
    needs = NeedFactory.create_batch(51, person=today.person, created_at=today.now)

    first = advisor.get("/anliegen/").context["page"]
    second = advisor.get(f"/anliegen/?cursor={first.next}").context["page"]

    assert {row.pk for row in [*first, *second]} == {need.pk for need in needs}
    assert (len(first), len(second)) == (50, 1)
    assert advisor.get("/anliegen/?cursor=evil").status_code == 400


@pytest.mark.parametrize("address", ["/anliegen/?tab=alle", "/anliegen/festgefahren/"])
def test_the_lists_cost_the_same_for_many(advisor, today, address, django_assert_max_num_queries):
    counts = []
    for _time in range(3):
        ReferralFactory.create_batch(2, declined=True)
        Need.objects.update(status="unmet")
        with django_assert_max_num_queries(16) as asked:
            assert advisor.get(address).status_code == 200
        counts.append(len(asked))

    assert len(set(counts[1:])) == 1, [q["sql"] for q in connection.queries]


# --- a few rows on other pages ---


def test_heute_names_what_nobody_could_help_with(advisor, today):
    mine = decline(today, today.sent(need=today.need(owner=today.advisor_user))).need
    decline(today, today.sent(recipient=today.other, need=today.need()))  # nobody's

    page = advisor.get("/").content.decode()

    assert mine.get_absolute_url() in page
    assert page.count('href="/anliegen/A-') == 1
    assert 'hx-get="/vermittlungen/' in page


def test_heute_is_silent_where_all_is_well(advisor, today):
    today.sent(need=today.need(owner=today.advisor_user))

    assert 'id="niemand"' not in advisor.get("/").content.decode()


def test_alternatives_on_heute_come_as_a_part(advisor, today):
    declined = decline(today, today.sent())
    service = offer(today.topic, name="Nbank", email="n@bank.example")
    address = f"{declined.get_absolute_url()}alternativen/"

    part = advisor.get(address, headers={"HX-Request": "true"})
    assert [one.suggestion.service for one in part.context["alternatives"]] == [service]
    assert advisor.get(address).url == declined.need.get_absolute_url()


def test_time_is_counted_from_the_older_of_two(world):
    """The page orders by when each was made, not by what happened last."""
    need = world.need()
    later = ReferralFactory(need=need, sent=True, created_at=world.now + timedelta(hours=1))
    first = ReferralFactory(need=need, declined=True, created_at=world.now)

    assert needs_page.rows_of(need) == [first, later]
