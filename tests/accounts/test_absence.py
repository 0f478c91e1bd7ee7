"""While somebody is away their deputy sees, does and is told; one further at most; then it ends."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.absence import gap_of, represented_by, stand_in_for
from accounts.actions import set_absence
from accounts.actors import Actor
from accounts.errors import AccountError
from contacts.case import with_rights
from contacts.models import FollowUp
from referrals.mails import sender_of
from tests.factories import (
    FollowUpFactory,
    NeedFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def away(deputy=None, begin=-1, end=1, **fields):
    first, last = (TODAY() + timedelta(days=days) for days in (begin, end))
    return UserFactory(absent_from=first, absent_until=last, deputy=deputy, **fields)


def represented(user):
    return set(represented_by(Actor.of(user)).values())


@pytest.fixture
def deputy():
    return UserFactory(name="Jörg", email="joerg@dma.example")


def test_a_deputy_stands_in_on_the_days_of_absence_and_on_no_other(deputy):
    today, soon = away(deputy), away(deputy, 1, 3)
    away(deputy, -3, -1)
    away(UserFactory())
    UserFactory(deputy=deputy)

    assert represented(deputy) == {today}
    assert stand_in_for(today, TODAY()) == deputy
    assert stand_in_for(soon, TODAY()) == soon
    assert stand_in_for(soon, TODAY() + timedelta(days=3)) == deputy


def test_a_deputy_who_is_away_too_is_represented_once(deputy):
    second = away(deputy)
    first = away(second)
    third = away(first)

    assert represented(deputy) == {second, first}
    assert [stand_in_for(user, TODAY()) for user in (second, first)] == [deputy, deputy]
    assert stand_in_for(third, TODAY()) == third


def test_a_deputy_who_has_left_is_represented_too_and_two_who_are_away_by_nobody(deputy):
    left = away(UserFactory(is_active=False, deputy=deputy))
    one = away()
    other = away(one)
    type(one).objects.filter(pk=one.pk).update(deputy=other)
    one.refresh_from_db()

    assert stand_in_for(left, TODAY()) == deputy
    assert represented(deputy) == {left}
    assert stand_in_for(one, TODAY()) == one
    assert represented(one) == {other}


@pytest.mark.parametrize("wrong", [{"is_active": False}, {"partner": True}])
def test_only_an_active_colleague_can_be_deputy(wrong, now):
    day = date(2026, 8, 3)

    with pytest.raises(AccountError):
        set_absence(
            user=UserFactory(),
            absent_from=day,
            absent_until=day,
            deputy=UserFactory(**wrong),
            by=Actor.system(),
            at=now,
        )


def test_what_nobody_takes_care_of_is_said_before(deputy):
    assert gap_of(UserFactory(deputy=None)) == ""
    assert gap_of(away(deputy)) == ""
    assert "Niemand vertritt Sie" in gap_of(away())
    assert "niemand" in gap_of(away(away(name="Jörg")))
    assert "dann vertritt Jörg Sie" in gap_of(away(away(deputy)))
    assert gap_of(away(away(deputy, 5, 9))) == ""


def test_profile_shows_the_gap(client):
    client.force_login(away())

    assert "Niemand vertritt Sie" in client.get("/konto/").content.decode()


def test_deputy_may_do_what_is_due_for_the_absent_and_her_cases(client, deputy):
    anke = away(deputy, name="Anke")
    hers = FollowUpFactory(assignee=anke, subject="Ihre")
    of_case = FollowUpFactory(person=PersonFactory(owner=anke), subject="Ihr Fall")
    strange = FollowUpFactory(subject="Fremd")
    client.force_login(deputy)
    actor = Actor.of(deputy)

    assert set(FollowUp.objects.writable_by(actor)) == {hers, of_case}
    rows = with_rights(FollowUp.objects.order_by("id"), actor)
    assert {row.pk for row in rows if row.may_write} == {hers.pk, of_case.pk}
    assert {row.pk for row in rows if row.in_place_of} == {hers.pk}

    assert client.post(f"{hers.get_absolute_url()}erledigt/").status_code == 302
    assert client.post(f"{strange.get_absolute_url()}erledigt/").status_code == 404
    hers.refresh_from_db()
    assert (hers.state, hers.closed_by) == ("done", deputy)


def test_heute_of_the_deputy_shows_what_waits_for_the_absent(client, deputy):
    anke = away(deputy, name="Anke Abwesend")
    long_ago = TODAY() - timedelta(days=3)
    FollowUpFactory(assignee=anke, subject="Ihre Aufgabe", due_on=long_ago)
    FollowUpFactory(subject="Fremde Aufgabe", due_on=long_ago)
    need = {"need": NeedFactory(owner=anke)}
    asked, unanswered = ReferralFactory(**need, query=True), ReferralFactory(**need, sent=True)
    strange = ReferralFactory(sent=True)
    client.force_login(deputy)

    page = client.get("/").content.decode()
    assert "Ihre Aufgabe" in page
    assert page.count("in Vertretung für Anke Abwesend") == 3
    assert all(row.reference in page for row in (asked, unanswered))
    assert "Fremde Aufgabe" not in page
    assert strange.reference not in page

    set_absence(
        user=anke, absent_from=None, absent_until=None, by=Actor.of(anke), at=timezone.now()
    )
    page = client.get("/").content.decode()
    assert "Ihre Aufgabe" not in page
    assert asked.reference not in page


def test_heute_costs_the_same_for_one_and_three_absent(
    client, deputy, django_assert_max_num_queries
):
    client.force_login(deputy)

    def queries():
        with django_assert_max_num_queries(200) as captured:
            page = client.get("/").content.decode()
        return len(captured), page.count("in Vertretung für")

    def one_more():
        anke = away(deputy)
        FollowUpFactory(assignee=anke, due_on=TODAY())
        ReferralFactory(need=NeedFactory(owner=anke), sent=True)

    one_more()
    client.get("/")
    first = queries()
    one_more()
    one_more()

    assert (first[1], queries()) == (2, (first[0], 6))


def test_notices_go_to_the_deputy_meanwhile(deputy):
    anke = away(deputy, name="Anke", email="anke@dma.example")
    referral = ReferralFactory(need=NeedFactory(owner=anke), sent=True)

    now, later = timezone.now(), timezone.now() + timedelta(days=2)
    assert sender_of(referral, now) == ("joerg@dma.example", "Jörg")
    assert sender_of(referral, later) == ("anke@dma.example", "Anke")


def test_whoever_is_away_is_flagged_where_work_is_handed_over(client, deputy):
    anke = away(deputy, name="Anke")
    client.force_login(deputy)
    row = FollowUpFactory(assignee=deputy)

    page = client.get(row.get_absolute_url()).content.decode()

    day = anke.absent_until.strftime("%d.%m.%Y")
    assert f"Anke (abwesend bis {day})" in page
