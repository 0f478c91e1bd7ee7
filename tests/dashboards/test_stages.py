from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Stage, Topic
from tests.factories import (
    AffiliationFactory,
    ConsultationFactory,
    FollowUpFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/phasen/"


def stage(code):
    return Stage.objects.get(code=code)


def shown(client, query="owner=all"):
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200
    return {p["stage"].code: p["startups"] for p in response.context["phases"]}


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def text_of(client, query="owner=all"):
    return " ".join(client.get(f"{PAGE}?{query}").content.decode().split())


def test_who_may_look(client, client_of):
    assert client.get(PAGE).status_code == 302
    assert client_of(organisation=PartnerFactory()).get(PAGE).status_code == 403
    assert [client_of(role).get(PAGE).status_code for role in ("advisor", "manager", "admin")] == [
        200, 200, 200,
    ]  # fmt: skip


def test_each_phase_lists_its_ventures_the_longest_in_it_first(client_of):
    now = timezone.now()
    new = StartupFactory(stage=stage("conception"), stage_since=now)
    old = StartupFactory(stage=stage("conception"), stage_since=now - timedelta(days=90))
    other = StartupFactory(stage=stage("ended"), stage_since=now)

    phases = shown(client_of())

    assert (phases["conception"], phases["ended"], phases["growth"]) == ([old, new], [other], [])


def test_a_phase_says_how_long_half_of_its_ventures_are_in_it(client_of):
    now = timezone.now()
    for days in (1, 21, 400):
        StartupFactory(stage_since=now - timedelta(days=days))

    assert "die Hälfte seit 21 Tagen oder länger" in text_of(client_of())


def test_the_next_step_is_said_in_words(client_of):
    late, today, later, none, ended = (
        StartupFactory(name=name) for name in ("Spät", "Heute", "Bald", "Nichts", "Vorbei")
    )
    ended.stage = stage("ended")
    ended.save()
    FollowUpFactory(startup=late, person=None, due_on=in_days(-3), subject="Anrufen")
    FollowUpFactory(startup=late, person=None, due_on=in_days(5), subject="Später")
    FollowUpFactory(startup=today, person=None, due_on=in_days(0))
    FollowUpFactory(startup=later, person=None, due_on=in_days(10))
    FollowUpFactory(startup=none, person=None, due_on=in_days(1), state="done")

    rows = {startup.name: startup for rows in shown(client_of()).values() for startup in rows}
    page = text_of(client_of())

    assert (rows["Spät"].due.words, rows["Spät"].next_subject) == (
        "überfällig seit 3 Tagen", "Anrufen",
    )  # fmt: skip
    assert (rows["Heute"].due.words, rows["Heute"].due.overdue) == ("heute", False)
    assert (rows["Nichts"].due, rows["Vorbei"].due) == (None, None)
    assert page.count("kein nächster Schritt") == 1  # an ended venture needs none


def test_a_follow_up_of_a_founder_is_a_step_of_the_venture(client_of):
    tie, former = AffiliationFactory(), AffiliationFactory(until=in_days(-1))
    elsewhere = AffiliationFactory()
    FollowUpFactory(person=tie.person, due_on=in_days(2))
    FollowUpFactory(person=former.person, due_on=in_days(2))  # left the venture
    FollowUpFactory(person=elsewhere.person, startup=StartupFactory(), due_on=in_days(2))

    startups = {s.pk: s for s in shown(client_of())["orientation"]}

    assert startups[tie.startup_id].due.day == in_days(2)
    assert startups[former.startup_id].due is None
    assert startups[elsewhere.startup_id].due is None


def test_filter_finds_who_is_stuck(client_of):
    late, fine, none = StartupFactory.create_batch(3)
    StartupFactory(stage=stage("ended"))  # nothing is planned, nothing is missing
    FollowUpFactory(startup=late, person=None, due_on=in_days(-1))
    FollowUpFactory(startup=fine, person=None, due_on=in_days(0))
    client = client_of()

    assert shown(client, "step=none")["orientation"] == [none]
    assert shown(client, "step=none")["ended"] == []
    assert shown(client, "step=overdue")["orientation"] == [late]


def test_advisors_start_with_their_own_and_may_see_all(client_of):
    client = client_of("advisor")
    mine, other = StartupFactory(owner=client.user), StartupFactory(owner=UserFactory())

    assert shown(client, "")["orientation"] == [mine]
    assert set(shown(client, "owner=all")["orientation"]) == {mine, other}
    assert shown(client, "owner=none")["orientation"] == []
    chips = client.get(PAGE).context["filter"].chips()
    assert [client.get(PAGE + chip["url"]).status_code for chip in chips] == [200]
    assert set(shown(client, chips[0]["url"][1:])["orientation"]) == {mine, other}


def test_topic_means_a_consultation_or_a_need_on_it(client_of):
    taxes = Topic.objects.get(code="taxes")
    advised, needy, neither, draft = StartupFactory.create_batch(4)
    ConsultationFactory(startup=advised).topics.add(taxes)
    NeedFactory(startup=needy).topics.add(taxes)
    ConsultationFactory(startup=neither)
    ConsultationFactory(startup=draft, open_draft=True).topics.add(taxes)

    assert set(shown(client_of(), "topic=taxes")["orientation"]) == {advised, needy}


def test_a_long_phase_is_cut_and_shown_whole_on_its_own_page(client_of):
    owner = UserFactory()
    StartupFactory.create_batch(52, owner=owner)
    StartupFactory(stage=stage("growth"), owner=owner)
    client = client_of()

    assert len(shown(client, f"owner={owner.pk}")["orientation"]) == 15
    assert "Alle 52 anzeigen" in text_of(client, f"owner={owner.pk}")
    first = client.get(f"{PAGE}?stage=orientation&owner={owner.pk}")
    second = client.get(
        f"{PAGE}?stage=orientation&owner={owner.pk}&cursor={first.context['page'].next}"
    )
    assert (first.context["count"], len(first.context["page"]), len(second.context["page"])) == (
        52, 50, 2,
    )  # fmt: skip


def test_founders_of_a_phase_are_listed_once(client_of):
    person = PersonFactory(given_name="Zoë", family_name="Ünal")
    for _ in range(2):
        AffiliationFactory(person=person, startup=StartupFactory())
    AffiliationFactory(startup=StartupFactory(stage=stage("growth")))  # could leak
    AffiliationFactory(startup=StartupFactory(), role="mentor")

    page = client_of().get(f"{PAGE}?show=founders&stage=orientation").context["page"]

    assert page.rows == [person]


@pytest.mark.parametrize(
    "query", ["step=none&topic=taxes", "stage=growth", "show=founders&stage=growth"]
)
def test_nothing_found_is_said_with_a_way_out(client_of, query):
    StartupFactory()

    assert "owner=all" in text_of(client_of(), query)
    assert "Zu diesen Filtern gibt es kein" in text_of(client_of(), query)


@pytest.mark.parametrize("rows", [1, 3, 100])
@pytest.mark.parametrize(
    ("query", "queries"),
    # session, user, team and topics and stages of the filter, then the rows, agency
    [("owner=all", 9), ("owner=all&stage=orientation", 9), ("show=founders", 7)],
)
def test_lists_need_the_same_few_queries(
    client_of, rows, query, queries, django_assert_num_queries
):
    owner = UserFactory()
    for startup in StartupFactory.create_batch(rows, owner=owner):
        AffiliationFactory(startup=startup)
        FollowUpFactory(startup=startup, person=None, due_on=in_days(1), assignee=owner)
    client = client_of()

    with django_assert_num_queries(queries):
        assert client.get(f"{PAGE}?{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "stage=xyz",
        f"owner={'9' * 5000}",
        "owner=-1",
        "topic=%F0%9F%98%80",
        "step=maybe",
        "show=all",
    ],
)
def test_choices_that_mean_nothing_are_ignored(client_of, query):
    startup = StartupFactory()

    assert shown(client_of(), query)["orientation"] == [startup]


@pytest.mark.parametrize("query", ["stage=%00", "stage=orientation&cursor=xyz"])
def test_hostile_addresses_get_400(client_of, query):
    assert client_of().get(f"{PAGE}?{query}").status_code == 400
