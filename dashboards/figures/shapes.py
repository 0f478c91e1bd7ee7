"""What a figure is made of: a table whose cells open lists, and the chart drawn from it."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Cell:
    """`value` None is unknown, shown as a dash; text stands for a number that is not told."""

    value: int | float | str | None
    url: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """The chart shows the first `drawn` columns, unless `chart` carries series of its own;

    a figure without marks has its table alone.

    `sum_at`: which cell of a row is the sum of its counts, if one is.
    """

    name: str
    title: str
    kind: str
    columns: list[str]
    rows: list[Row]
    total: Row | None
    filter_text: str
    definition: str
    drawn: int = 0
    chart: dict = field(default_factory=dict)
    ordered: bool = False
    sum_at: int | None = None
    empty: str = ""

    @property
    def data(self) -> dict:
        """As static/js/charts.js reads it: marks open the same lists as the cells."""
        return self.chart or {
            "columns": self.columns[: self.drawn + 1],
            "rows": [marks(row.label, row.cells[: self.drawn]) for row in self.rows],
        }


def marks(label: str, cells: list[Cell]) -> dict:
    return {"label": label, "cells": [{"value": c.value, "url": c.url} for c in cells]}


def number(value: int, url: str, query: str) -> Cell:
    """A count with its list; nothing to open behind a zero."""
    return Cell(value, f"{url}?{query}" if value else "")


def none_yet(first: date | None) -> str:
    """What a figure without numbers says: since when there are any."""
    if first is None:
        return _("Nothing has been recorded yet.")
    day = date_format(first, "DATE_FORMAT")
    return _("There is nothing for this choice. Records begin on %(day)s.") % {"day": day}
