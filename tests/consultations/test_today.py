"""Heute: what asks for something today, own for advisors, the team's for those who lead."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import AGENCY_ID, Actor
from accounts.models import Role
from consultations.today import today_of
from contacts.models import PartnerOrganisation, Stage
from tests.factories import (
    NOW,
    AffiliationFactory,
    ConsultationFactory,
    EventFactory,
    FollowUpFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = NOW.date()


@pytest.fixture
def advisor():
    return UserFactory(name="Mara Lindner")


def logged_in(user):
    web = Client()
    web.force_login(user)
    return web


def seen(user, at=NOW):
    return today_of(Actor.of(user), at=at)


def referral(owner, **fields):
    return ReferralFactory(need=NeedFactory(owner=owner), **fields)


def test_due_and_overdue_tasks_soonest_first(advisor):
    late = FollowUpFactory(assignee=advisor, due_on=DAY - timedelta(days=3))
    due = FollowUpFactory(assignee=advisor, due_on=DAY)
    FollowUpFactory(assignee=advisor, due_on=DAY + timedelta(days=1))
    FollowUpFactory(assignee=advisor, due_on=DAY, state="done")
    FollowUpFactory(assignee=advisor, due_on=DAY, person__state="restricted")
    FollowUpFactory(assignee=advisor, person=None, startup=StartupFactory(), due_on=DAY)
    others = FollowUpFactory(due_on=DAY)

    assert seen(advisor).follow_ups[:2] == [late, due]
    assert len(seen(advisor).follow_ups) == 3
    assert others in seen(UserFactory(manager=True)).follow_ups
    assert others in seen(UserFactory(admin=True)).follow_ups


def test_mails_of_the_day_go_by_themselves(advisor):
    from contacts.models import MailTemplate  # noqa: PLC0415 - here only

    FollowUpFactory(assignee=advisor, kind="mail", template=MailTemplate.objects.first())

    assert seen(advisor).follow_ups == []


def test_day_is_the_local_one(advisor):
    FollowUpFactory(assignee=advisor, due_on=date(2026, 3, 11))

    assert len(seen(advisor, at=NOW.replace(hour=23, minute=30)).follow_ups) == 1


def test_what_waits_for_a_word_of_ours(advisor):
    query = referral(advisor, query=True, status_since=NOW - timedelta(days=3))
    proposal = referral(advisor, sent=True, forward_to=PartnerFactory())
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    to_us = ReferralFactory(sender=PartnerFactory(), recipient=agency, sent=True)
    ReferralFactory(sender=PartnerFactory(), recipient=agency)  # their draft
    foreign = referral(UserFactory(), query=True)
    referral(advisor, declined=True, forward_to=PartnerFactory())

    assert seen(advisor).asked[0] == query
    assert set(seen(advisor).asked) == {query, proposal, to_us}
    assert foreign in seen(UserFactory(manager=True)).asked


def test_answers_since_yesterday(advisor):
    morning = datetime(2026, 3, 9, tzinfo=timezone.get_default_timezone())
    accepted = referral(advisor, accepted=True, status_since=morning)
    declined = referral(advisor, declined=True, status_since=NOW)
    outcome = referral(advisor, completed=True, status_since=NOW - timedelta(days=9))
    referral(advisor, accepted=True, status_since=morning - timedelta(seconds=1))
    known = referral(advisor, completed=True, status_since=NOW - timedelta(days=9))
    type(known).objects.filter(pk=known.pk).update(acknowledged_at=NOW)
    referral(UserFactory(), accepted=True, status_since=NOW)

    assert seen(advisor).answered == [declined, accepted, outcome]


def test_unanswered_referrals_stand_by_urgency_and_late_ones_say_for_how_long(advisor):
    late = referral(
        advisor, sent=True, respond_by=DAY - timedelta(days=1), sent_at=NOW - timedelta(days=8)
    )
    today = referral(advisor, sent=True, respond_by=DAY, sent_at=NOW - timedelta(days=1))
    referral(UserFactory(), sent=True, respond_by=DAY)

    assert seen(advisor).waiting == [late, today]
    assert [row.waited for row in seen(advisor).waiting] == [
        "wartet seit 8 Tagen",
        "Antwort bis 10. März",
    ]
    tomorrow = seen(advisor, at=NOW + timedelta(days=1)).waiting
    assert [row.waited for row in tomorrow] == ["wartet seit 9 Tagen", "wartet seit 2 Tagen"]


def test_what_waits_in_time_does_not_break_the_quiet(advisor):
    referral(advisor, sent=True, respond_by=DAY)

    assert seen(advisor).is_quiet
    assert not seen(advisor, at=NOW + timedelta(days=1)).is_quiet


def test_cases_without_a_next_step(advisor):
    idle = StartupFactory(owner=advisor)
    planned = StartupFactory(owner=advisor)
    FollowUpFactory(startup=planned, due_on=DAY + timedelta(days=9))
    with_person = AffiliationFactory(startup__owner=advisor)
    FollowUpFactory(person=with_person.person, due_on=DAY + timedelta(days=9))
    done = StartupFactory(owner=advisor)
    FollowUpFactory(startup=done, state="done")
    left = AffiliationFactory(startup__owner=advisor, until=DAY)
    FollowUpFactory(person=left.person)
    StartupFactory(owner=advisor, stage=Stage.objects.get(code="ended"))
    nobody = StartupFactory()

    assert set(seen(advisor).idle) == {idle, done, left.startup}
    assert nobody in seen(UserFactory(manager=True)).idle


def test_lists_are_bounded(advisor):
    for _ in range(12):
        StartupFactory(owner=advisor)
    for _ in range(32):
        FollowUpFactory(assignee=advisor)

    assert (len(seen(advisor).idle), len(seen(advisor).due), seen(advisor).more_due) == (
        10,
        10,
        True,
    )


def test_partners_are_sent_to_their_referrals():
    response = logged_in(UserFactory(partner=True)).get("/")

    assert (response.status_code, response.url) == (302, "/vermittlungen/")


def fill(advisor):
    """One of everything, due in every way, on the day the test runs."""
    now = timezone.now()
    startup = StartupFactory(owner=advisor)
    FollowUpFactory(assignee=advisor, person=PersonFactory(), startup=startup, due_on=now.date())
    referral(advisor, query=True)
    referral(advisor, accepted=True, status_since=now)
    referral(advisor, declined=True, status_since=now)
    referral(advisor, sent=True, respond_by=DAY)
    referral(advisor, sent=True, forward_to=PartnerFactory(short_name="WAG"))
    StartupFactory(owner=advisor)
    ConsultationFactory(open_draft=True, advisor=advisor)
    EventFactory(starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=2))


def test_page_says_everything_in_words(advisor):
    fill(advisor)

    page = logged_in(advisor).get("/").content.decode()

    for words in (
        "Offene Entwürfe", "Fällige Wiedervorlagen", "Rückfragen und Anfragen an uns",
        "schlägt WAG vor", "Neue Antworten", "Unbeantwortete Vermittlungen",
        "Ohne nächsten Schritt",
        "kein nächster Schritt", "Nächste Veranstaltungen", 'data-shortcut="e"', "+ 1 Woche",
    ):  # fmt: skip
        assert words in page
    assert "Das ganze Team" not in page


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_those_who_lead_see_the_team_and_whose_it_is(role, advisor):
    fill(advisor)
    StartupFactory(owner=advisor)

    page = logged_in(UserFactory(role=role)).get("/").content.decode()

    assert "Das ganze Team" in page
    assert "Mara Lindner" in page
    assert "Offene Entwürfe" not in page
    assert "Beratung erfassen" not in page
    assert "follow_up_done" not in page


def test_quiet_day_lists_cases_without_a_next_step(advisor):
    web = logged_in(advisor)

    empty = web.get("/").content.decode()
    StartupFactory(owner=advisor, name="Käsewerk Nord")
    page = web.get("/").content.decode()

    assert "Nichts ist fällig, und jeder Fall hat seinen nächsten Schritt." in empty
    assert "Diese Fälle haben noch keinen nächsten Schritt" in page
    assert "Käsewerk Nord" in page


def test_nothing_due_but_something_asked_says_both(advisor):
    referral(advisor, query=True)

    page = logged_in(advisor).get("/").content.decode()

    assert "Nichts ist fällig." in page
    assert "Rückfragen und Anfragen an uns" in page


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.MANAGER])
def test_page_takes_at_most_twenty_queries_and_always_the_same(
    role, advisor, django_assert_max_num_queries
):
    web = logged_in(advisor if role == Role.ADVISOR else UserFactory(role=role))
    fill(advisor)
    with django_assert_max_num_queries(20) as one:
        web.get("/")
    fill(advisor)
    fill(advisor)
    with django_assert_max_num_queries(20) as three:
        web.get("/")

    assert len(three) == len(one)
