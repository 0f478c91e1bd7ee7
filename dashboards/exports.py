"""A figure as rows of a spreadsheet, as it is or fit to be passed on."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboards.figures import Figure, Row
from dma_crm.small_cells import HIDDEN, WITHHELD, conceals, hidden


def table_of(figure: Figure, *, at, shared: bool) -> Iterator[list]:
    """Head, rows, total, then what the numbers mean.

    `shared`: cells from 1 to 4 are hidden, and so are totals from which they could be found.
    """
    rows = [cells_of(row) for row in figure.rows]
    total = cells_of(figure.total) if figure.total else []
    if shared:
        rows, total = hide_small(figure, rows, total)
    yield figure.columns
    for row, cells in zip(figure.rows, rows, strict=True):
        yield [row.label, *cells]
    if figure.total:
        yield [figure.total.label, *total]
    yield []
    yield [_("As of"), date_format(at, "SHORT_DATETIME_FORMAT")]
    if figure.filter_text:
        yield [_("Choice"), figure.filter_text]
    yield [_("Definition"), figure.definition]


def cells_of(row: Row) -> list:
    return [cell.value for cell in row.cells]


def hide_small(figure: Figure, rows: list[list], total: list) -> tuple[list[list], list]:
    rows = [[hidden(value) for value in row] for row in rows]
    if figure.sum_at is not None:
        rows = [without_sum(row, figure.sum_at) for row in rows]
    columns = zip(*rows, strict=True) if rows and total else [()] * len(total)
    return rows, [
        WITHHELD if isinstance(value, int) and conceals(column) else hidden(value)
        for value, column in zip(total, columns, strict=True)
    ]


def without_sum(row: list, place: int) -> list:
    """The sum of a row would tell a hidden cell of it."""
    others = [*row[:place], *row[place + 1 :]]
    return [*row[:place], WITHHELD, *row[place + 1 :]] if HIDDEN in others else row
