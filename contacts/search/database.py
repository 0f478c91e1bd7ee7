"""The SQL of search that differs between the databases; everything else there is portable."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, connections, router, transaction
from django.db.models import BooleanField, Func, Model, QuerySet, Value

from contacts.models import SearchEntry

logger = logging.getLogger(__name__)
INDEX = "contacts_search_text_trigrams"


def holding(entries: QuerySet[SearchEntry], fragment: str) -> QuerySet[SearchEntry]:
    """Entries whose text holds the fragment; wildcards in it are taken as they stand.

    PostgreSQL answers LIKE from its trigram index. SQLite reads every text: `instr` does so
    several times faster than its LIKE, which folds case on the way.
    """
    if connections[entries.db].vendor == "sqlite":
        return entries.filter(
            Func("text", Value(fragment), function="INSTR", output_field=BooleanField())
        )
    return entries.filter(text__contains=fragment)


def insert_pairs(model: type[Model], column: str, pairs: Sequence[tuple[int, str]]) -> None:
    """Rows of (entry, text), several times faster than `bulk_create`: an index has millions."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(model._meta.db_table)} (entry_id, {quote(column)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [[entry for entry, _text in pairs], [text for _entry, text in pairs]]
            cursor.execute(  # the names come from our own models
                f"{into} SELECT * FROM unnest(%s::bigint[], %s::text[])",  # noqa: S608
                columns,
            )
        else:
            cursor.executemany(f"{into} VALUES (%s, %s)", pairs)


def add_trigram_index(apps, schema_editor) -> None:
    """For a migration. Without the right to create the extension, LIKE works without an index."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    table = SearchEntry._meta.db_table
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {INDEX} ON {table} USING gin (text gin_trgm_ops)"
            )
    except DatabaseError:
        logger.warning(
            "pg_trgm may not be created here: fragments of phones and mails are searched without"
            " an index. A superuser can run CREATE EXTENSION pg_trgm, then this migration again."
        )


def drop_trigram_index(apps, schema_editor) -> None:
    """The extension stays, others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")
