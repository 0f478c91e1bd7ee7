"""Statements that are asked with every request: put together once, planned once, filled often.

To build a query set and make SQL of it takes Django longer than PostgreSQL takes to run it, and
PostgreSQL plans it anew each time. Here a query set with `Given`s in place of values becomes SQL at
its first use; from then on only the values change, so that PostgreSQL keeps the plan, too.

A query set of columns, by `values_list`, is asked for `rows`, in PostgreSQL's binary format, which
spares reading moments and UUIDs out of text: numbers, texts, moments, days, UUIDs and JSON come out
as from any other query. One of models, with what `select_related` names, is asked for `instances`.
"""

import json
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.db import NotSupportedError, connection
from django.db.models import Expression, Field, ForeignKey, Lookup, QuerySet
from django.db.models.query import get_related_populators


class Given(Expression):
    """A value that is said each time, of the type of `field`; with `any_of` a list, of its type."""

    def __init__(self, name: str, field: Field | None = None):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`in` with one parameter however many values there are, so that the SQL stays the same."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        among = "SELECT value FROM json_each(%s)"
        return f"{lhs} IN ({among})", [*params, self.values()]

    def as_postgresql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*params, self.values()]

    def values(self):
        """Those of a `Given` come later."""
        if isinstance(self.rhs, Given):
            return Several(self.rhs.name, self.lhs.output_field)
        return listed(self.rhs, self.lhs.output_field)


class Several(Given):
    """A `Given` that `any_of` compares with."""


def listed(values: Iterable, field: Field):
    adapted = [field.get_db_prep_value(value, connection) for value in values]
    return adapted if connection.vendor == "postgresql" else json.dumps(adapted)


def filled(param: Any, values: dict[str, Any]) -> Any:
    if isinstance(param, Several):
        return listed(values[param.name], param.output_field)
    if isinstance(param, Given):
        return param.output_field.get_db_prep_value(values[param.name], connection)
    return param


class Statement:
    """What `build` makes, a query set with `Given`s."""

    def __init__(self, build: Callable[[], QuerySet]):
        self.build = build

    def rows(self, **values) -> list[tuple]:
        """Of all its `Given`s, by name."""
        found = self.found(values, binary=True)
        if connection.vendor == "postgresql":
            return found
        compiler, _sql, _params = self.compiled
        return list(compiler.results_iter(results=[found], tuple_expected=True))

    def instances(self, **values) -> list[Any]:
        """As `ModelIterable` of Django makes them."""
        compiler, _sql, _params = self.compiled
        model, names, columns, populators, converters = self.making
        rows = self.found(values, binary=False)
        if converters:
            rows = compiler.apply_converters(rows, converters)
        found = []
        for row in rows:
            instance = model.from_db("default", names, row[columns])
            for populator in populators:
                populator.populate(row, instance)
            found.append(instance)
        return found

    @cached_property
    def making(self):
        """What is the same for all rows: the model's own columns, and how others become its."""
        compiler, _sql, _params = self.compiled
        model, own = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = [compiler.select[column][0].target.attname for column in own]
        populators = get_related_populators(compiler.klass_info, compiler.select, "default")
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        return model, names, slice(own[0], own[-1] + 1), populators, converters

    def found(self, values: dict[str, Any], *, binary: bool) -> list[tuple]:
        _compiler, sql, params = self.compiled
        return fetched(sql, [filled(param, values) for param in params], binary)

    @cached_property
    def compiled(self):
        compiler = self.build().query.get_compiler("default")
        return compiler, *compiler.as_sql()


def fetched(sql: str, params: list, binary: bool) -> list[tuple]:
    try:
        return run(sql, params, binary)
    except NotSupportedError:
        if connection.in_atomic_block:
            raise
        # A migration has changed a column since: "cached plan must not change result type".
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        return run(sql, params, binary)


def run(sql: str, params: list, binary: bool) -> list[tuple]:
    is_postgresql = connection.vendor == "postgresql"
    with preparing_cursor(binary) if is_postgresql else connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def preparing_cursor(binary: bool):
    """Values travel beside the SQL, not within it; `prepare_threshold` has the plan kept."""
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - its driver
    from psycopg.pq import Format  # noqa: PLC0415 - as above

    connection.ensure_connection()
    cursor = ServerBindingCursor(connection.connection)
    cursor.format = Format.BINARY if binary else Format.TEXT
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrap(cursor)
