"""The stuck list: who is on it, why, since when, and what would get it going."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from referrals import actions, stuck
from referrals.models import Need, Referral
from tests.factories import ConsentFactory, NeedFactory, ReferralFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday
LONG_AGO = NOW - timedelta(days=60)


def found(world, at=NOW) -> dict[Need, stuck.Snag]:
    needs = list(stuck.stuck_needs(world.advisor, at).with_referrals())
    why = stuck.snags(needs, at)
    return {need: why[need.pk] for need in needs}


def test_all_who_were_asked_have_declined(world):
    need = world.need()
    for recipient, code in ((world.partner, "capacity"), (world.other, "area")):
        sent = world.sent(need=need, recipient=recipient)
        actions.decline_referral(
            referral=sent, reason=code, by=world.link(sent), at=NOW + timedelta(hours=1)
        )
    world.sent(need=world.need())  # still waits for an answer, in time

    assert found(world) == {
        need: stuck.Snag(
            "Keine der 2 angefragten Stellen konnte helfen: IHK (Keine Kapazität), "
            "Wolfsburg AG (Nicht unser Gebiet).",
            NOW + timedelta(hours=1),
            "Andere anfragen",
            f"/anliegen/{need.reference}/anfragen/",
        )
    }


def test_expired_ones_and_helpless_outcomes_count_as_well(world):
    need = NeedFactory(status="unmet")
    ReferralFactory(need=need, recipient=world.partner, expired=True)
    ReferralFactory(
        need=need, recipient=world.other, completed=True, outcome="no_help_possible",
    )  # fmt: skip

    (snag,) = found(world).values()

    assert "IHK (Keine Antwort)" in snag.words
    assert "Wolfsburg AG (Keine Hilfe möglich)" in snag.words


@pytest.mark.parametrize(
    ("day", "stuck_then"),
    [
        (datetime(2026, 3, 24, 9, tzinfo=UTC), False),  # ten working days
        (datetime(2026, 3, 25, 9, tzinfo=UTC), True),  # twice the target is over
    ],
)
def test_somebody_does_not_answer(world, day, stuck_then):
    sent = world.sent()

    snags = found(world, day)

    assert bool(snags) == stuck_then
    for snag in snags.values():
        assert snag.words == "IHK antwortet seit 11 Arbeitstagen nicht."
        assert (snag.since, snag.url) == (sent.sent_at, sent.get_absolute_url())


def test_of_several_silent_ones_the_one_asked_first_is_named(world):
    need = world.need()
    world.sent(need=need)
    world.at(NOW + timedelta(hours=2)).sent(need=need, recipient=world.other)

    (snag,) = found(world, NOW + timedelta(days=30)).values()

    assert snag.words.startswith("IHK antwortet")


def test_a_silent_one_does_not_matter_once_somebody_helps(world):
    need = world.need()
    world.sent(need=need)
    other = world.sent(need=need, recipient=world.other)
    actions.accept_referral(referral=other, responsible="Kim", by=world.link(other), at=NOW)

    assert found(world, NOW + timedelta(days=30)) == {}


@pytest.mark.parametrize(
    ("made", "stuck_then"),
    [
        (datetime(2026, 2, 24, 9, tzinfo=UTC), False),  # ten working days ago
        (datetime(2026, 2, 23, 9, tzinfo=UTC), True),  # eleven
    ],
)
def test_nobody_was_asked(world, made, stuck_then):
    need = NeedFactory(created_at=made)

    snags = found(world)

    assert set(snags) == ({need} if stuck_then else set())
    for snag in snags.values():
        assert snag.words == "Seit 11 Arbeitstagen ist niemand angefragt."
        assert snag.url == f"/anliegen/{need.reference}/anfragen/"


def test_holidays_are_no_working_days(world):
    """Good Friday and Easter Monday lie between."""
    NeedFactory(created_at=datetime(2026, 3, 30, 9, tzinfo=UTC))

    assert found(world, datetime(2026, 4, 15, 9, tzinfo=UTC)) == {}
    assert len(found(world, datetime(2026, 4, 16, 9, tzinfo=UTC))) == 1
    assert len(found(world, datetime(2026, 4, 19, 9, tzinfo=UTC))) == 1  # a Sunday


def test_a_draft_waits_to_be_sent(world):
    need = NeedFactory(created_at=LONG_AGO)
    draft = ReferralFactory(
        need=need, recipient=world.partner, created_at=LONG_AGO, modified_at=LONG_AGO
    )

    (snag,) = found(world).values()

    assert snag.words.startswith("Ein Entwurf an IHK liegt seit 4")
    assert snag.url == draft.get_absolute_url()


def test_what_was_withdrawn_lately_is_no_standstill(world):
    need = NeedFactory(created_at=LONG_AGO)
    referral = ReferralFactory(need=need, withdrawn=True)
    assert found(world) == {}

    Referral.objects.filter(pk=referral.pk).update(modified_at=LONG_AGO)
    (snag,) = found(world).values()
    assert snag.since == LONG_AGO
    assert snag.words.startswith("Seit 4")


def test_settled_needs_and_locked_people_are_not_stuck(world):
    NeedFactory(created_at=LONG_AGO, status="helped")
    for state in ("restricted", "anonymised"):
        need = NeedFactory(created_at=LONG_AGO)
        type(need.person).objects.filter(pk=need.person_id).update(state=state)

    assert found(world) == {}


def test_partners_find_no_needs(world):
    NeedFactory(created_at=LONG_AGO)

    assert list(stuck.stuck_needs(world.colleague, NOW)) == []
    assert list(stuck.stuck_needs(Actor.of(UserFactory(role="admin")), NOW)) != []


def test_the_tab_counts_to_ninety_nine(world):
    NeedFactory.create_batch(3, person=world.person, created_at=LONG_AGO)
    assert stuck.count_stuck(world.advisor, NOW) == "3"

    NeedFactory.create_batch(97, person=world.person, created_at=LONG_AGO)
    assert stuck.count_stuck(world.advisor, NOW) == "99+"


# --- the page ---


@pytest.fixture
def two(world):
    """The oldest first; one of them is the advisor's own."""
    long_ago = timezone.now() - timedelta(days=60)
    ours = NeedFactory(
        person=world.person, owner=world.advisor_user, created_at=long_ago + timedelta(days=3)
    )
    return NeedFactory(created_at=long_ago), ours


def test_each_row_says_why_and_offers_the_next_step(client, world, two):
    older, ours = two
    client.force_login(world.advisor_user)

    response = client.get("/anliegen/festgefahren/")

    assert list(response.context["page"]) == [older, ours]
    page = response.content.decode()
    assert page.count("Arbeitstagen ist niemand angefragt.") == 2
    assert f'href="/anliegen/{ours.reference}/anfragen/"' in page
    tab = next(tab for tab in response.context["tabs"] if tab["active"])
    assert (tab["label"], tab["count"]) == ("Festgefahren", "2")


def test_filters_stay_when_the_tab_changes(client, world, two):
    client.force_login(world.advisor_user)

    response = client.get("/anliegen/festgefahren/?owner=me")

    assert list(response.context["page"]) == [two[1]]
    urls = [tab["url"] for tab in response.context["tabs"]]
    assert "/anliegen/?tab=offen&owner=me" in urls
    assert "/anliegen/festgefahren/?owner=me" in urls


def test_managers_look_and_act_not(client, world, two):
    client.force_login(UserFactory(role="manager"))

    page = client.get("/anliegen/festgefahren/").content.decode()

    assert "/anfragen/" not in page
    assert two[0].get_absolute_url() in page


def test_nothing_is_stuck(client, world):
    ConsentFactory()
    client.force_login(world.advisor_user)

    assert "Nichts steckt fest" in client.get("/anliegen/festgefahren/").content.decode()
