"""Indexes for what stands anywhere in a text, where the database knows such."""

import logging
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db
MIGRATIONS = ("contacts.migrations.0005_search_trigrams", "referrals.migrations.0007_told_trigrams")
INDEXES = [import_module(name).INDEX for name in MIGRATIONS]


@pytest.fixture(params=INDEXES, ids=lambda index: index.name)
def index(request):
    return request.param


def indexes(index) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, index.table))


def test_it_exists_where_the_database_knows_trigrams(index):
    assert (index.name in indexes(index)) == (connection.vendor == "postgresql")


def test_it_can_be_dropped_and_made_again(index):
    before = indexes(index)
    editor = connection.schema_editor()
    index.drop(apps, editor)
    assert index.name not in indexes(index)
    index.add(apps, editor)
    index.add(apps, editor)
    assert indexes(index) == before


@pytest.mark.postgres
def test_without_the_right_to_make_the_extension_all_goes_on(index, caplog):
    """A role that may not create anything: the notice says what to do, nothing breaks."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE dma_test_narrow")
        cursor.execute("SET LOCAL ROLE dma_test_narrow")
    with caplog.at_level(logging.WARNING), connection.schema_editor() as editor:
        index.add(apps, editor)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert "pg_trgm may not be created here" in caplog.text
    assert index.name not in indexes(index)
