"""Lists: what they show, their filters in the address, pages by keyset, constant queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import MailTemplate, Source
from tests.factories import (
    AffiliationFactory,
    FollowUpFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke")
    client.force_login(user)
    return user


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def make_person(user):
    person = PersonFactory(owner=user)
    AffiliationFactory(person=person)
    FollowUpFactory(person=person, assignee=user)


def make_startup(user):
    startup = StartupFactory(owner=user)
    AffiliationFactory(startup=startup)
    FollowUpFactory(startup=startup, person=None, assignee=user)


LISTS = {
    "/personen/": make_person,
    "/startups/": make_startup,
    "/partner/": lambda user: PartnerFactory(),
    "/wiedervorlagen/": lambda user: FollowUpFactory(assignee=user, startup=StartupFactory()),
}


@pytest.mark.parametrize("url", LISTS)
def test_list_asks_the_same_queries_for_1_3_and_100_rows(client, anke, url):
    counted = []
    for more in (1, 2, 97):
        for _row in range(more):
            LISTS[url](anke)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counted.append(len(captured))

    assert counted[0] == counted[1] == counted[2]
    assert counted[0] <= 9


def test_advisor_starts_with_her_own_people(client, anke):
    mine, others = PersonFactory(owner=anke), PersonFactory(owner=UserFactory())
    nobodys = PersonFactory(owner=None)

    assert shown(client, "/personen/", [mine, others, nobodys]) == [mine]
    assert shown(client, "/personen/?owner=me", [mine, others, nobodys]) == [mine]
    assert shown(client, "/personen/?owner=none", [mine, others, nobodys]) == [nobodys]
    assert shown(client, f"/personen/?owner={others.owner_id}", [mine, others]) == [others]
    assert len(shown(client, "/personen/?owner=all", [mine, others, nobodys])) == 3


def test_manager_starts_with_everybody(client):
    client.force_login(UserFactory(manager=True))
    person = PersonFactory(owner=UserFactory())

    assert shown(client, "/personen/", [person]) == [person]


def shown(client, url, rows):
    text = page(client, url)
    return [row for row in rows if row.get_absolute_url() in text]


def test_people_filters(client, anke):
    source = Source.objects.get(code="event")
    near = PersonFactory(town="Gifhorn", postcode="38518", source=source)
    far = PersonFactory(town="Berlin", postcode="10115")
    FollowUpFactory(person=far)
    FollowUpFactory(person=near, state="done", closed_at=timezone.now())
    both = [near, far]

    assert shown(client, "/personen/?owner=all&place=gif", both) == [near]
    assert shown(client, "/personen/?owner=all&place=385", both) == [near]
    assert shown(client, "/personen/?owner=all&source=event", both) == [near]
    assert shown(client, "/personen/?owner=all&planned=on", both) == [far]


def test_startup_filters(client, anke):
    one = StartupFactory(legal_form="ug", town="Wolfsburg")
    two = StartupFactory()
    both = [one, two]

    assert shown(client, "/startups/?owner=all&legal_form=ug", both) == [one]
    assert shown(client, "/startups/?owner=all&place=wolf", both) == [one]
    assert shown(client, "/startups/?owner=all&stage=orientation", both) == both
    assert shown(client, "/startups/?owner=all&stage=growth", both) == []


def test_partner_filters(client, anke):
    bank = PartnerFactory(kind="bank")
    full = PartnerFactory(capacity="full", full_until=timezone.localdate())
    gone = PartnerFactory(active=False)
    rows = [bank, full, gone]

    assert shown(client, "/partner/", rows) == [bank, full]
    assert shown(client, "/partner/?kind=bank", rows) == [bank]
    assert shown(client, "/partner/?capacity=full", rows) == [full]
    assert gone in shown(client, "/partner/?inactive=on", rows)
    assert "voll bis" in page(client, "/partner/")


@pytest.mark.parametrize(
    "query",
    [
        "owner=999999",
        "owner=abc",
        "owner=9999999999999999999999",
        "source=nirgends",
        "stage=<script>",
        "place=" + "x" * 500,
        "kind=%F0%9F%A6%84",
    ],
)
@pytest.mark.parametrize("url", LISTS)
def test_filters_that_mean_nothing_are_ignored(client, anke, url, query):
    assert client.get(f"{url}?{query}").status_code == 200


@pytest.mark.parametrize("url", LISTS)
def test_a_made_up_cursor_is_a_bad_request(client, anke, url):
    assert client.get(f"{url}?cursor=WyJuIiwgMV0").status_code == 400


def test_active_filter_is_a_chip_that_leads_to_the_list_without_it(client, anke):
    text = page(client, "/personen/?owner=all&place=Gifhorn")

    assert 'class="chip chip-active" href="?owner=all"' in text
    assert "Ort oder Postleitzahl: Gifhorn" in text


def test_paging_goes_through_everybody_once(client, anke):
    rows = [PersonFactory(owner=anke, sort_name=f"m{n:03d}") for n in range(60)]

    first = page(client, "/personen/")
    seen = [row for row in rows if row.get_absolute_url() in first]
    assert seen == rows[:50]
    following = first.split('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
    second = page(client, "/personen/" + following.replace("&amp;", "&"))
    assert [row for row in rows if row.get_absolute_url() in second] == rows[50:]


def test_list_says_how_late_the_next_step_is(client, anke):
    person = PersonFactory(owner=anke)
    late = timezone.localdate() - timedelta(days=3)
    FollowUpFactory(person=person, due_on=late)
    FollowUpFactory(person=person, due_on=late + timedelta(days=30))
    PersonFactory(owner=anke)

    text = page(client, "/personen/")

    assert text.count("überfällig seit 3 Tagen") == 1
    assert text.count("kein nächster Schritt") == 1


def test_follow_ups_stand_in_weeks_overdue_first(client, anke):
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    for days in (-9, 7 + 2, 21):
        FollowUpFactory(assignee=anke, due_on=monday + timedelta(days=days))
    FollowUpFactory(assignee=anke, due_on=today)

    text = page(client, "/wiedervorlagen/")

    places = [text.index(f">{word}</h2>") for word in ("Überfällig", "Heute", "Nächste Woche")]
    assert places == sorted(places)
    far = (monday + timedelta(days=21)).isocalendar()
    assert f"KW {far.week}/{far.year}" in text


def test_follow_ups_of_others_are_a_click_away(client, anke):
    theirs = FollowUpFactory(kind="mail", template=MailTemplate.objects.first())

    assert shown(client, "/wiedervorlagen/", [theirs]) == []
    assert shown(client, "/wiedervorlagen/?owner=all", [theirs]) == [theirs]
    assert shown(client, "/wiedervorlagen/?owner=all&kind=task", [theirs]) == []
    assert shown(client, f"/wiedervorlagen/?owner={theirs.assignee_id}", [theirs]) == [theirs]
