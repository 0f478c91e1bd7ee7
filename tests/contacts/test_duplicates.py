"""Who may already be here, asked while somebody is being typed in."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import NOBODY
from contacts.duplicates import COMMON_KEY, near_duplicates
from contacts.likeness import REASONS
from contacts.matchkeys import Identity
from contacts.models import MatchKey, PersonState
from contacts.search.index import index_many
from tests.factories import PersonFactory, StartupFactory, actor

pytestmark = pytest.mark.django_db
BORN = datetime.date(1980, 4, 12)
TYPED = Identity(given_name="Eva", family_name="Mueller", birth_date=BORN)


def eva(**fields):
    fields = {"given_name": "Eva", "family_name": "Müller", "birth_date": BORN, **fields}
    person = PersonFactory(**fields)
    index_many([person])
    return person


def test_near_duplicate_is_shown_with_its_reasons():
    person = eva()
    eva(family_name="Kaya", birth_date=None)
    found = near_duplicates(TYPED, actor=actor())

    assert [one.person for one in found] == [person]
    assert found[0].reasons == [REASONS["same_birth_date"], REASONS["same_name"]]
    assert found[0].probability > 0.9


def test_near_duplicates_come_likeliest_first_and_bounded():
    alike = eva(birth_date=None)
    same = eva()
    assert [one.person for one in near_duplicates(TYPED, actor=actor())] == [same, alike]
    assert len(near_duplicates(TYPED, actor=actor(), limit=1)) == 1


def test_near_duplicates_are_only_people_one_may_see():
    eva(state=PersonState.RESTRICTED)
    index_many([StartupFactory(name="Eva Müller")])
    assert near_duplicates(TYPED, actor=actor()) == []
    eva()
    assert near_duplicates(TYPED, actor=NOBODY) == []


def test_nothing_typed_finds_nobody():
    eva()
    assert near_duplicates(Identity(), actor=actor()) == []


def test_keys_of_too_many_records_are_passed_over():
    person = eva(birth_date=None)
    others = [PersonFactory() for _ in range(COMMON_KEY)]
    index_many(others)
    keys = list(MatchKey.objects.filter(entry=person.search_entry).values_list("key", flat=True))
    MatchKey.objects.bulk_create(
        MatchKey(key=key, entry=other.search_entry) for key in keys for other in others[1:]
    )
    typed = Identity(given_name="Eva", family_name="Müller")
    assert [one.person for one in near_duplicates(typed, actor=actor())] == [person]

    MatchKey.objects.bulk_create(MatchKey(key=key, entry=others[0].search_entry) for key in keys)
    assert near_duplicates(typed, actor=actor()) == []


def test_near_duplicates_cost_the_same_for_one_and_for_many():
    def queries(count):
        for _ in range(count):
            eva()
        who = actor()
        with CaptureQueriesContext(connection) as seen:
            assert near_duplicates(TYPED, actor=who)
        return len(seen)

    assert queries(1) == queries(3) == 5
