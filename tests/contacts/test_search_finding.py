"""What is typed finds whom it means, in any spelling."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.search import find
from contacts.search.index import index_many
from tests.factories import PartnerFactory, PersonFactory, StartupFactory, actor

pytestmark = pytest.mark.django_db


def indexed(*records):
    index_many(records)
    return records[0]


def titles(query, **more):
    return [hit.title for hit in find(query, actor=actor(), **more)]


@pytest.mark.parametrize(
    "query",
    ["Müller", "Mueller", "Muller", "müller", "MÜLLER", "Miller", "Mülller", "zoe mül", "Müller Zoë"],
)
def test_find_answers_every_spelling_of_a_name(query):
    indexed(
        PersonFactory(given_name="Zoë", family_name="Müller"),
        PersonFactory(given_name="Hakan", family_name="Yıldız"),
    )
    assert titles(query) == ["Zoë Müller"]
