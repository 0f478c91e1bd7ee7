"""Statements that are asked with every request: put together once, planned once, filled often.

To build a query set and make SQL of it takes Django longer than PostgreSQL takes to run it, and
PostgreSQL plans it anew each time. Here a query set with `Given`s in place of values becomes SQL at
its first use; from then on only the values change, so that PostgreSQL keeps the plan, too.

A query set of columns, by `values_list`, is asked for `rows`, one of models, with what
`select_related` names, for `instances`. An `Update` is kept in the same way. PostgreSQL answers in
its binary format, which spares reading moments and UUIDs out of text: numbers, texts, moments,
days, UUIDs and JSON come out as from any other query, without converters.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import NotSupportedError, connection, connections
from django.db.models import (
    CharField,
    DateTimeField,
    Expression,
    Field,
    ForeignKey,
    Func,
    Lookup,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

# What Django's fields hand to the driver of PostgreSQL unchanged, after some work.
TAKEN_AS_IT_IS = {UUIDField: UUID, DateTimeField: datetime, CharField: str}


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
        return listed(self.rhs, self.lhs.output_field, connection)


class Several(Given):
    """A `Given` that `any_of` compares with."""


def listed(values: Iterable, field: Field, database):
    is_postgresql = database.vendor == "postgresql"
    if is_postgresql and isinstance(getattr(field, "target_field", field), UUIDField):
        return f"{{{','.join(map(str, values))}}}"  # the driver is slow with lists of them
    adapted = [field.get_db_prep_value(value, database) for value in values]
    return adapted if is_postgresql else json.dumps(adapted)


class InText(Func):
    """A UUID as text, where many are read: Python takes long to make and to compare UUIDs."""

    output_field = TextField()
    template = "%(expressions)s::text"

    def as_sqlite(self, compiler, connection, **_context):
        """SQLite keeps the digits alone."""
        digits, params = compiler.compile(self.source_expressions[0])
        starts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        parts = " || '-' || ".join(f"substr({digits}, {start}, {count})" for start, count in starts)
        return f"({parts})", [*params] * len(starts)


def with_names(sql: str, params: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """The SQL with named parameters: a `Given` is adapted and sent once wherever it stands.

    Texts that never change are part of the SQL: a plan that is made before the values are known
    may then use an index of the rows with that text alone.
    """
    names: dict[Any, str] = {}
    named: dict[str, Any] = {}
    left = iter(params)

    def name_of_next(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return match[0]
        param = next(left)
        if isinstance(param, str):
            return "'" + param.replace("'", "''").replace("%", "%%") + "'"
        name = names.setdefault(param if isinstance(param, Given) else object(), f"p{len(names)}")
        named[name] = param
        return f"%({name})s"

    return re.sub("%[%s]", name_of_next, sql), named


def all_filled(params: dict[str, Any], values: dict[str, Any], database) -> dict[str, Any]:
    return {name: filled(param, values, database) for name, param in params.items()}


def filled(param: Any, values: dict[str, Any], database) -> Any:
    if isinstance(param, Several):
        return listed(values[param.name], param.output_field, database)
    if not isinstance(param, Given):
        return param
    value, field = values[param.name], param.output_field
    if database.vendor == "postgresql" and type(value) is TAKEN_AS_IT_IS.get(type(field)):
        return value
    return field.get_db_prep_value(value, database)


class Statement:
    """What `build` makes, a query set with `Given`s."""

    def __init__(self, build: Callable[[], QuerySet]):
        self.build = build

    def rows(self, **values) -> list[tuple]:
        """Of all its `Given`s, by name."""
        found = self.found(values)
        if connection.vendor == "postgresql":
            return found
        compiler, _sql, _params = self.compiled
        return list(compiler.results_iter(results=[found], tuple_expected=True))

    def instances(self, **values) -> list[Any]:
        """As `ModelIterable` of Django makes them."""
        compiler, _sql, _params = self.compiled
        model, names, columns, populators, converters = self.making
        rows = self.found(values)
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
        columns = [expression for expression, *_ in compiler.select]
        binary = connection.vendor == "postgresql"
        converters = {} if binary else compiler.get_converters(columns)
        return model, names, slice(own[0], own[-1] + 1), populators, converters

    def found(self, values: dict[str, Any]) -> list[tuple]:
        _compiler, sql, params = self.compiled
        database = connections["default"]  # each look through `connection` finds it anew
        return fetched(database, sql, all_filled(params, values, database))

    @cached_property
    def compiled(self):
        compiler = self.build().query.get_compiler("default")
        return compiler, *with_names(*compiler.as_sql())


class Update:
    """An UPDATE of the rows of `build()`, a query set; `Given`s may stand in both."""

    def __init__(self, build: Callable[[], QuerySet], **changes: Any):
        self.build = build
        self.changes = changes

    def write(self, **values) -> set[Any]:
        """With all its `Given`s by name; the primary keys of the rows that there were."""
        sql, params, key = self.compiled
        database = connections["default"]
        rows = run(database, sql, all_filled(params, values, database))
        return {key.to_python(value) for (value,) in rows}

    @cached_property
    def compiled(self):
        query = self.build().order_by().query.chain(UpdateQuery)
        query.add_update_values(self.changes)
        sql, params = with_names(*query.get_compiler("default").as_sql())
        key = query.get_meta().pk
        return f"{sql} RETURNING {connection.ops.quote_name(key.column)}", params, key


def fetched(database, sql: str, params: dict) -> list[tuple]:
    try:
        return run(database, sql, params)
    except NotSupportedError:
        if database.in_atomic_block:
            raise  # its rollback has the driver forget all plans
        # A migration has changed a column since: "cached plan must not change result type".
        with database.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        return run(database, sql, params)


def run(database, sql: str, params: dict) -> list[tuple]:
    if database.vendor != "postgresql":
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()
    cursor = preparing_cursor(database)
    with database.wrap_database_errors:
        cursor.execute(sql, params)
        return cursor.fetchall()


def preparing_cursor(database):
    """Values travel beside the SQL, not within it; `prepare_threshold` has the plan kept.

    Of what Django wraps around a cursor it has what somebody asked for, which saves time.
    """
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - its driver
    from psycopg.pq import Format  # noqa: PLC0415 - as above

    database.ensure_connection()
    database.validate_no_broken_transaction()
    cursor = ServerBindingCursor(database.connection)
    cursor.format = Format.BINARY
    if database.queries_logged:
        return database.make_debug_cursor(cursor)
    return database.make_cursor(cursor) if database.execute_wrappers else cursor
