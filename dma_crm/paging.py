"""Keyset pages: page 1,000 costs what page 1 costs, and nothing is counted.

Source of the method: "seek" paging, Markus Winand, use-the-index-luke.com.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from dma_crm.middleware import unstorable
from dma_crm.statements import Given

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors of its neighbours, empty where there is none."""

    rows: list[Any]
    next: str
    previous: str

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


@dataclass(frozen=True)
class Stretch:
    """Which rows a page takes, but for the values it begins behind."""

    fields: tuple[str, ...]
    descending: bool
    is_first: bool
    size: int

    def of(self, queryset: QuerySet, values: Sequence[Any]) -> QuerySet:
        return self.cut(self.behind(queryset, values))

    def behind(self, queryset: QuerySet, values: Sequence[Any]) -> QuerySet:
        if self.is_first:
            return queryset
        return queryset.filter(beyond(self.fields, values, "lt" if self.descending else "gt"))

    def cut(self, queryset: QuerySet) -> QuerySet:
        """One row more than fits on the page tells whether there is another."""
        sign = "-" if self.descending else ""
        return queryset.order_by(*[sign + name for name in self.fields])[: self.size + 1]

    def given(self, model) -> list[Given]:
        """For a `Statement`: the values come when it runs, by the names of `fields`."""
        return [Given(name, field_at(model, name)) for name in self.fields]


@dataclass(frozen=True)
class Place:
    """Where a cursor points: the rows behind `values`, or before them when `backward`."""

    stretch: Stretch
    backward: bool
    values: list[Any]

    def page(self, rows: list[Any]) -> Page:
        fields, size = self.stretch.fields, self.stretch.size
        more, rows = len(rows) > size, rows[:size]
        if self.backward:
            rows.reverse()
        has_next, has_previous = (
            (True, more) if self.backward else (more, not self.stretch.is_first)
        )
        return Page(
            rows,
            next=write_cursor("n", rows[-1], fields) if rows and has_next else "",
            previous=write_cursor("p", rows[0], fields) if rows and has_previous else "",
        )


def page_of(
    queryset: QuerySet, *, ordering: tuple[str, ...], cursor: str = "", size: int = PAGE_SIZE
) -> Page:
    """One page in `ordering`, see `place_of`."""
    place = place_of(queryset.model, ordering=ordering, cursor=cursor, size=size)
    return place.page(list(place.stretch.of(queryset, place.values)))


def place_of(model, *, ordering: tuple[str, ...], cursor: str, size: int) -> Place:
    """In `ordering`, whose fields are never null and whose last is unique.

    Each field may start with `-`; all must run the same way. Raises BadRequest on a cursor that
    is not one of ours.
    """
    fields = tuple(name.lstrip("-") for name in ordering)
    backward, values = read_cursor(cursor, model, fields) if cursor else (False, [])
    descending = ordering[0].startswith("-") != backward
    return Place(Stretch(fields, descending, not cursor, size), backward, values)


def beyond(fields: Sequence[str], values: Sequence[Any], comparison: str) -> Q:
    """Rows after `values` in lexical order: a first bound the index can use, then the ties."""
    condition = Q()
    for index in reversed(range(len(fields))):
        further = Q(**{f"{fields[index]}__{comparison}": values[index]})
        condition = (
            further | (Q(**{fields[index]: values[index]}) & condition) if condition else further
        )
    return Q(**{f"{fields[0]}__{comparison}e": values[0]}) & condition


def write_cursor(direction: str, row: Any, fields: Sequence[str]) -> str:
    values = [direction, *(text_of(value_of(row, name)) for name in fields)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def value_of(row: Any, path: str) -> Any:
    if isinstance(row, dict):
        return row[path]
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def text_of(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def read_cursor(cursor: str, model, fields: Sequence[str]) -> tuple[bool, list[Any]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        direction, *values = json.loads(base64.urlsafe_b64decode(padded))
        if direction not in ("n", "p") or len(values) != len(fields):
            raise ValueError("not one of our cursors")
        return direction == "p", [
            parsed(field_at(model, name), value) for name, value in zip(fields, values, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError) as error:
        raise BadRequest("unknown cursor") from error


def parsed(field, text: Any) -> Any:
    """What the column can be compared with; raises on any other text."""
    if not isinstance(text, str) or unstorable(text):
        raise ValueError("not one of our cursors")
    value = field.to_python(text)
    if isinstance(value, int):
        field.run_validators(value)  # the column's range
    if isinstance(value, datetime):
        if timezone.is_naive(value):
            raise ValueError("not one of our cursors")
        value.astimezone(UTC)  # raises where the calendar ends
    return value


def field_at(model, path: str):
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field(name)
