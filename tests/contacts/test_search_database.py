"""The SQL that differs between the databases; each branch runs on its own database."""

import pytest
from django.db import connection

from contacts.models import SearchEntry
from contacts.search.database import holding
from contacts.search.index import index_many
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_fragments_are_found_with_their_wildcards_taken_as_they_stand():
    index_many(
        [PersonFactory(email="100%_x@web.example"), PersonFactory(email="100xyz@web.example")]
    )
    entries = SearchEntry.objects.all()
    assert holding(entries, "100%_x").count() == 1
    assert holding(entries, "100").count() == 2
    assert holding(entries, "WEB").count() == 0


@pytest.mark.postgres
def test_fragments_are_found_without_trigrams():
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
    index_many([PersonFactory(email="100xyz@web.example")])
    assert holding(SearchEntry.objects.all(), "0xy").count() == 1
