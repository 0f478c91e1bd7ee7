"""The SQL of search that differs between the databases; everything else there is portable."""

from collections.abc import Sequence

from django.db import connections, router
from django.db.models import BooleanField, Func, Model, QuerySet, Value

from contacts.models import SearchEntry


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
