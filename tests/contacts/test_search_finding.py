"""What is typed finds whom it means, in any spelling."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import NOBODY, Actor
from contacts.models import PersonState
from contacts.search import Hit, find
from contacts.search.index import index_many
from contacts.search.queries import Query, understand
from tests.factories import (
    AffiliationFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def indexed(*records):
    index_many(records)
    return records[0]


def titles(query, **more):
    return [hit.title for hit in find(query, actor=actor(), **more)]


@pytest.mark.parametrize(
    "query",
    [
        *("Müller", "Mueller", "Muller", "müller", "MÜLLER", "Miller", "Mülller", "Mlüler"),
        *("zoe mül", "Müller, Zoë", "Müller Zoë", "zoe", "zo", "üll"),
    ],
)
def test_find_answers_every_spelling_of_a_name(query):
    indexed(
        PersonFactory(given_name="Zoë", family_name="Müller"),
        PersonFactory(given_name="Hakan", family_name="Yıldız"),
    )
    assert titles(query) == ["Zoë Müller"]


@pytest.mark.parametrize("query", ["Schmidt", "Schmitt", "schmied"])
def test_find_answers_what_sounds_alike_the_exact_one_first(query):
    indexed(
        PersonFactory(given_name="A", family_name="Schmitt"),
        PersonFactory(given_name="B", family_name="Schmidt"),
        PersonFactory(given_name="C", family_name="Schmied"),
    )
    assert len(titles(query)) == 3
    assert titles(query)[0].split()[1].lower() == query.lower()


@pytest.mark.parametrize(
    "query",
    [
        *("05361 123456", "+49 5361 123456", "0049 5361 123456", "+49 (0) 5361-123456"),
        *("49 5361 123456", "123456", "5361/12345"),
    ],
)
def test_find_answers_part_of_a_phone(query):
    indexed(PersonFactory(family_name="Ruf", phone="+495361123456"))
    indexed(PersonFactory(family_name="Fern", phone="+4315361000"))
    assert titles(query) == ["Zoë Ruf"]


def test_find_answers_a_foreign_phone():
    indexed(PersonFactory(family_name="Fern", phone="+4315361000"))
    assert titles("+43 1 5361000") == ["Zoë Fern"]


@pytest.mark.parametrize(
    "query", ["zoe.kaya@web.example", "Zoe.Kaya@", "kaya@web", "zoe.kaya", "web.example"]
)
def test_find_answers_part_of_a_mail(query):
    indexed(
        PersonFactory(family_name="Anders", email="a@post.example"),
        PersonFactory(family_name="Post", email="zoe.kaya@web.example"),
    )
    assert titles(query) == ["Zoë Post"]


def test_find_takes_wildcards_as_they_stand():
    indexed(PersonFactory(email="a_b@web.example"), PersonFactory(email="axb@web.example"))
    assert len(titles("a_b@web")) == 1
    assert titles("%@%") == []


def test_find_puts_the_beginning_of_a_mail_before_its_inside():
    indexed(
        PersonFactory(family_name="Innen", email="xkaya@web.example"),
        PersonFactory(family_name="Ganz", email="kaya@web.example"),
        PersonFactory(family_name="Anfang", email="kaya@web.example.org"),
    )
    assert titles("kaya@web.example") == ["Zoë Ganz", "Zoë Anfang", "Zoë Innen"]


def test_find_prefers_all_words_and_falls_back_to_any():
    indexed(
        PersonFactory(given_name="Zoë", family_name="Kaya"),
        PersonFactory(given_name="Zoë", family_name="Brandt"),
    )
    assert titles("Zoë Kaya") == ["Zoë Kaya"]
    assert titles("Kaya Unbekannterweise") == ["Zoë Kaya"]
    assert titles("Unbekannterweise") == []


@pytest.mark.parametrize(
    ("query", "near"),
    [
        *(("Jäger", True), ("jae", True), ("Jeger", True), ("christian jäger", True)),
        *(("Xaver", False), ("Xaver Quittenbaum", False), ("Christian Quittenbaum", False)),
    ],
)
def test_find_tells_what_is_only_the_least_unlike(query, near):
    indexed(PersonFactory(given_name="Christian", family_name="Jäger"))
    assert [hit.near for hit in find(query, actor=actor())] == [near]


def test_numbers_and_mails_are_near():
    indexed(PersonFactory(phone="+49536112345678", email="xkaya@web.example"))
    for query in ("112345", "kaya@web.example"):
        assert [hit.near for hit in find(query, actor=actor())] == [True]


def test_find_jumps_to_a_reference():
    person = indexed(PersonFactory(reference="P-2026-0001"), PersonFactory())
    startup = indexed(StartupFactory(reference="S-2026-0012"))
    who = actor()
    assert [hit.id for hit in find("P-2026-0001", actor=who)] == [person.pk]
    assert [hit.id for hit in find(" p 2026-1", actor=who)] == [person.pk]
    assert [hit.id for hit in find("s-2026-0012", actor=who)] == [startup.pk]
    assert find("S-2026-0012", actor=who, kinds=["person"]) == []
    assert find("V-2026-0001", actor=who) == []
    assert find("P-2026-0099", actor=who) == []


def test_find_tells_namesakes_apart():
    person = PersonFactory(given_name="Zoë", family_name="Kaya", town="Wolfsburg")
    AffiliationFactory(person=person, startup__name="Käsewerk")
    AffiliationFactory(person=person, startup__name="Ehemals", until="2025-01-01")
    startup = StartupFactory(name="Kayawerk")
    partner = PartnerFactory(name="Kaya Stiftung", kind="bank")
    indexed(person, startup, partner)

    assert find("Kaya", actor=actor()) == [
        Hit(
            "partner",
            partner.pk,
            partner.reference,
            "Kaya Stiftung",
            "Bank",
            partner.get_absolute_url(),
        ),
        Hit(
            "person",
            person.pk,
            person.reference,
            "Zoë Kaya",
            "Käsewerk · Wolfsburg",
            person.get_absolute_url(),
        ),
        Hit(
            "startup",
            startup.pk,
            startup.reference,
            "Kayawerk",
            "Orientierung",
            startup.get_absolute_url(),
        ),
    ]


def test_find_keeps_to_the_kinds_and_the_limit():
    indexed(StartupFactory(name="Kaya"), *(PersonFactory(family_name="Kaya") for _ in range(3)))
    assert {hit.kind for hit in find("Kaya", actor=actor(), kinds=["startup"])} == {"startup"}
    assert len(titles("Kaya", limit=2)) == 2


@pytest.mark.parametrize("query", ["", "   ", "\t\n", "-", "%", "😀", "a" * 5_000, "ß" * 99, "'"])
def test_find_takes_anything(query):
    indexed(PersonFactory())
    assert find(query, actor=actor()) == []


def test_find_shows_only_what_the_actor_may_see():
    own = PartnerFactory(name="Kaya Bank")
    restricted = PersonFactory(family_name="Kaya", state=PersonState.RESTRICTED)
    indexed(
        PersonFactory(family_name="Kaya"),  # could leak
        StartupFactory(name="Kaya"),  # could leak
        PartnerFactory(name="Kaya Stiftung"),  # could leak
        restricted,
        own,
    )
    partner = Actor.of(UserFactory(role="partner", organisation=own))

    assert [hit.id for hit in find("Kaya", actor=partner)] == [own.pk]
    assert find("Kaya", actor=NOBODY) == []
    assert restricted.pk not in {hit.id for hit in find("Kaya", actor=actor())}
    assert find(restricted.reference, actor=actor()) == []


@pytest.mark.parametrize("query", ["Kaya", "Zoë Kaya", "123456", "z@kaya.example"])
def test_find_costs_the_same_for_one_and_for_many(query):
    def queries(count):
        people = [
            PersonFactory(family_name="Kaya", email="z@kaya.example", phone="+49123456")
            for _ in range(count)
        ]
        for person in people:
            AffiliationFactory(person=person)
        indexed(*people)
        who = actor()
        find(query, actor=who)
        with CaptureQueriesContext(connection) as seen:
            found = find(query, actor=who)
        assert found
        return len(seen)

    assert queries(1) == queries(3)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Dr. Müller", Query("Dr. Müller", words=("dr", "muller"))),
        ("a  b\ta", Query("a b a", words=("a", "b"))),
        ("1234", Query("1234", words=("1234",))),
        ("0536112", Query("0536112", fragments=("0536112",))),
        ("P-2026-12345", Query("P-2026-12345", reference="P-2026-12345")),
        ("x@y", Query("x@y", fragments=("x@y",), words=("x", "y"))),
        (
            "zoe.kaya",
            Query("zoe.kaya", fragments=("zoe.kaya",), words=("zo", "kaya")),
        ),
    ],
)
def test_queries_are_understood(typed, query):
    assert understand(typed) == query
