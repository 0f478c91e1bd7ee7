"""List, page and correction: who sees what, what is kept of a correction."""

import pytest
from django.test import Client

from accounts.history import changes_of
from consultations.models import Consultation
from contacts.models import Topic
from tests.factories import (
    AffiliationFactory,
    ConsultationFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/beratungen/"


def logged_in(user=None, **fields):
    web = Client()
    web.force_login(user or UserFactory(**fields))
    return web


@pytest.fixture
def advisor():
    return UserFactory(name="Mara Lindner")


@pytest.fixture
def web(advisor):
    return logged_in(advisor)


def names(response):
    return [row.person.family_name for row in response.context["page"]]


def talk(advisor, name, **fields):
    return ConsultationFactory(advisor=advisor, person__family_name=name, **fields)


def test_advisor_starts_with_her_own_newest_first(web, advisor):
    talk(advisor, "Alt", held_on="2026-03-01")
    talk(advisor, "Neu", held_on="2026-03-09")
    talk(UserFactory(), "Fremd")
    talk(advisor, "Entwurf", open_draft=True)

    assert names(web.get(LIST)) == ["Neu", "Alt"]


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_those_who_lead_start_with_all(role, advisor):
    talk(advisor, "Eins")

    assert names(logged_in(role=role).get(LIST)) == ["Eins"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("advisor=all", ["Video", "Fremd", "Thema"]),
        ("advisor={other}", ["Fremd"]),
        ("channel=video", ["Video"]),
        ("topic=funding", ["Thema"]),
        ("kind=first", ["Thema"]),
        ("since=2026-03-05", ["Video"]),
        ("until=2026-03-05", ["Thema"]),
        ("since=2026-03-01&until=2026-03-01", ["Thema"]),
        ("channel=pigeon", []),
        ("advisor=0", []),
        ("topic=x", []),
        ("since=29.02.2027", []),
        ("until=31.12.9999", []),
        ("since=2026-03-05&until=2026-03-01", []),
    ],
)
def test_filters_stand_in_the_address_and_bad_ones_find_nothing(web, advisor, query, found):
    other = UserFactory()
    talk(advisor, "Video", channel="video", held_on="2026-03-09")
    talk(other, "Fremd", held_on="2026-03-05")
    themed = talk(advisor, "Thema", kind="first", held_on="2026-03-01")
    themed.topics.add(Topic.objects.get(code="funding"))

    response = web.get(f"{LIST}?{query.format(other=other.pk)}")

    assert response.status_code == 200
    assert names(response) == found


def test_pages_follow_each_other_and_keep_the_filters(web, advisor):
    for number in range(51):
        talk(advisor, f"Person{number}", channel="video")

    first = web.get(f"{LIST}?channel=video")
    second = web.get(LIST + first.context["next_url"])

    assert (len(names(first)), len(names(second))) == (50, 1)
    assert "channel=video" in first.context["next_url"]
    assert second.context["prev_url"]
    assert web.get(f"{LIST}?seite=x").status_code == 400


@pytest.mark.parametrize(
    ("role", "query", "words"),
    [
        ("advisor", "", "Sie haben noch keine Beratung erfasst."),
        ("manager", "", "Es ist noch keine Beratung erfasst."),
        ("manager", "?channel=video", "Keine Beratung passt zu diesen Filtern."),
    ],
)
def test_empty_list_says_what_to_do(role, query, words):
    assert words in logged_in(role=role).get(LIST + query).content.decode()


def test_list_takes_the_same_queries_for_one_and_three(web, advisor, django_assert_num_queries):
    web.get(LIST)

    def add():
        row = ConsultationFactory(advisor=advisor, startup=StartupFactory())
        row.topics.add(Topic.objects.get(code="funding"))

    add()
    with django_assert_num_queries(7):  # session, user, agency; two filters; rows, topics
        assert len(names(web.get(LIST))) == 1
    add(), add()
    with django_assert_num_queries(7):
        assert len(names(web.get(LIST))) == 3


def test_page_shows_what_was_said(web, advisor):
    tie = AffiliationFactory()
    row = ConsultationFactory(
        advisor=advisor, person=tie.person, startup=tie.startup, contact_minutes=0,
        preparation_minutes=15, summary="Erste Zeile\nZweite Zeile",
    )  # fmt: skip

    page = web.get(row.get_absolute_url()).content.decode()

    for words in ("Erste Zeile<br>Zweite Zeile", tie.startup.name, "Mara Lindner", ">0<", ">15<"):
        assert words in page
    assert "korrigieren/" in page


def test_colleague_reads_but_does_not_correct(web):
    row = ConsultationFactory()

    page = web.get(row.get_absolute_url()).content.decode()

    assert row.summary in page
    assert "korrigieren/" not in page
    assert web.get(f"{row.get_absolute_url()}korrigieren/").status_code == 404


@pytest.mark.parametrize("hidden", ["draft", "restricted", "missing"])
def test_what_may_not_be_seen_is_not_there(web, advisor, hidden):
    row = {
        "draft": lambda: ConsultationFactory(open_draft=True, advisor=advisor),
        "restricted": lambda: ConsultationFactory(advisor=advisor, person__state="restricted"),
        "missing": lambda: ConsultationFactory.build(reference="B-2099-0001"),
    }[hidden]()

    assert web.get(f"/beratungen/{row.reference}/").status_code == 404
    assert web.get(f"/beratungen/{row.reference}/korrigieren/").status_code == 404


def test_page_takes_few_queries(web, advisor, django_assert_max_num_queries):
    row = ConsultationFactory(advisor=advisor, startup=StartupFactory())

    with django_assert_max_num_queries(8):
        web.get(row.get_absolute_url())


# --- correcting ---


def corrected(row, **fields):
    return {
        "channel": row.channel,
        "summary": row.summary,
        "held_on": row.held_on,
        "kind": row.kind,
        "result": row.result,
        "version": row.version,
        "reason": "Verhört",
        **fields,
    }


def test_correction_keeps_both_versions_and_says_why(web, advisor):
    row = ConsultationFactory(advisor=advisor, summary="Alter Text", contact_minutes=None)
    row.topics.add(Topic.objects.get(code="idea"))
    funding = Topic.objects.get(code="funding")

    response = web.post(
        f"{row.get_absolute_url()}korrigieren/",
        corrected(
            row, summary="Neuer Text", held_on="2026-03-09", contact_minutes=20, topics=[funding.pk]
        ),
    )

    assert response.url == row.get_absolute_url()
    row.refresh_from_db()
    assert (row.summary, row.contact_minutes, row.version) == ("Neuer Text", 20, 2)
    assert list(row.topics.all()) == [funding]
    assert changes_of(row).get().fields == {
        "summary": ["Alter Text", "Neuer Text"],
        "held_on": ["2026-03-10", "2026-03-09"],
        "contact_minutes": [None, 20],
        "topics": [["idea"], ["funding"]],
        "reason": ["", "Verhört"],
    }
    page = web.get(row.get_absolute_url()).content.decode()
    assert "von Mara Lindner" in page
    for words in ("Verhört", "Alter Text", "09.03.2026", "Geschäftsidee", "10.03.2026"):
        assert words in page


def test_correction_without_a_change_leaves_no_trace(web, advisor):
    row = ConsultationFactory(advisor=advisor)

    web.post(f"{row.get_absolute_url()}korrigieren/", corrected(row))

    row.refresh_from_db()
    assert row.version == 1
    assert not changes_of(row).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": "x" * 301},
        {"summary": ""},
        {"held_on": "29.02.2027"},
        {"held_on": "31.12.9999"},
        {"kind": ""},
        {"version": ""},
        {"version": "9" * 5000},
    ],
)
def test_correction_that_makes_no_sense_is_refused(web, advisor, wrong):
    row = ConsultationFactory(advisor=advisor)

    response = web.post(f"{row.get_absolute_url()}korrigieren/", corrected(row, **wrong))

    assert response.status_code == 422
    row.refresh_from_db()
    assert row.version == 1


def test_correction_of_an_old_version_shows_both(web, advisor):
    row = ConsultationFactory(advisor=advisor)
    url = f"{row.get_absolute_url()}korrigieren/"
    web.post(url, corrected(row, summary="Fenster eins", contact_minutes=5))

    response = web.post(url, corrected(row, summary="Fenster zwei"))

    page = response.content.decode()
    assert response.status_code == 409
    assert "Fenster eins" in page
    assert "Fenster zwei" in page
    assert 'name="version" value="2"' in page
    row.refresh_from_db()
    assert row.summary == "Fenster eins"

    web.post(url, corrected(row, summary="Fenster zwei"))
    row.refresh_from_db()
    assert (row.summary, row.version) == ("Fenster zwei", 3)


def test_correction_form_shows_what_stands_and_keeps_a_retired_topic(web, advisor):
    row = ConsultationFactory(advisor=advisor, held_on="2026-03-09")
    retired = Topic.objects.create(code="old", names={"de": "Ausgemustert"}, active=False)
    row.topics.add(retired)

    page = web.get(f"{row.get_absolute_url()}korrigieren/").content.decode()

    assert 'value="2026-03-09"' in page
    assert "Ausgemustert" in page


def test_visible_to_lets_partners_see_nothing():
    from accounts.actors import Actor  # noqa: PLC0415 - here only

    ConsultationFactory()
    partner = Actor.of(UserFactory(partner=True))

    assert not Consultation.objects.visible_to(partner).exists()
    assert not Consultation.objects.editable_by(partner).exists()


def test_consultation_is_called_by_its_reference():
    assert str(ConsultationFactory(reference="B-2026-0042")) == "B-2026-0042"
