"""The SQL that differs between the databases; each branch runs on its own database."""

import logging

import pytest
from django.apps import apps
from django.db import connection

from contacts.models import SearchEntry
from contacts.search.database import INDEX, add_trigram_index, drop_trigram_index, holding
from contacts.search.index import index_many
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def indexes():
    with connection.cursor() as cursor:
        table = SearchEntry._meta.db_table
        return set(connection.introspection.get_constraints(cursor, table))


def test_fragments_are_found_with_their_wildcards_taken_as_they_stand():
    index_many(
        [PersonFactory(email="100%_x@web.example"), PersonFactory(email="100xyz@web.example")]
    )
    entries = SearchEntry.objects.all()
    assert holding(entries, "100%_x").count() == 1
    assert holding(entries, "100").count() == 2
    assert holding(entries, "WEB").count() == 0


def test_trigram_index_exists_where_the_database_knows_trigrams():
    assert (INDEX in indexes()) == (connection.vendor == "postgresql")


def test_trigram_index_can_be_dropped_and_made_again():
    before = indexes()
    editor = connection.schema_editor()
    drop_trigram_index(apps, editor)
    assert INDEX not in indexes()
    add_trigram_index(apps, editor)
    add_trigram_index(apps, editor)
    assert indexes() == before


@pytest.mark.postgres
def test_without_the_right_to_make_the_extension_search_goes_on(caplog):
    """A role that may not create anything: the notice says what to do, nothing breaks."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {INDEX}")
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE dma_test_narrow")
        cursor.execute("SET LOCAL ROLE dma_test_narrow")
    with caplog.at_level(logging.WARNING), connection.schema_editor() as editor:
        add_trigram_index(apps, editor)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert "pg_trgm may not be created here" in caplog.text
    assert INDEX not in indexes()
    index_many([PersonFactory(email="100xyz@web.example")])
    assert holding(SearchEntry.objects.all(), "0xy").count() == 1
