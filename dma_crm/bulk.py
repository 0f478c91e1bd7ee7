"""Writing very many new rows at once: COPY on PostgreSQL, `bulk_create` elsewhere."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """New rows as they stand; keys that the database gives out are not set on the instances."""
    if connection.vendor == "postgresql":
        copy(model, rows)
    else:
        model._base_manager.bulk_create(rows)


def copy(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Three times as fast as INSERT; Django's own preparation of values costs most of that."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    readers = [(field.attname, as_copied(field)) for field in fields]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target,
    ):
        for row in rows:
            target.write_row([read(getattr(row, name)) for name, read in readers])


def as_copied(field: models.Field) -> Callable[[Any], Any]:
    """How a value of that field is handed to COPY; members of choices become plain text."""
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: None if value is None else str(value)
    return lambda value: value
