"""Tables for German Excel: opened by a double click, and no cell of them is ever a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# What a spreadsheet would run (OWASP, CSV injection); as text it is shown with an apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_LENGTH = 32_767  # the longest text of a cell; Excel calls a longer one damaged
NARROWEST, WIDEST = 10, 60


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Semicolons, decimal commas, days as 31.12.2026, CRLF, and the mark that says UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def cell(value: Any) -> str:
    """A value as the cell shows it; numbers stay numbers, text that would run does not."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(rows: Iterable[Iterable[Any]], *, name: str) -> HttpResponse:
    response = HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_stream(rows: Iterable[Iterable[Any]], *, name: str) -> StreamingHttpResponse:
    """As `csv_response`, row by row: for tables of any length, in the language of the request."""
    response = StreamingHttpResponse(
        in_language(csv_lines(rows), get_language()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def in_language(lines: Iterator[str], language: str) -> Iterator[str]:
    """The answer is written after the middleware that chose the language has ended."""
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def xlsx_response(head: list[str], rows: Iterable[Iterable[Any]], *, name: str) -> HttpResponse:
    """A frozen bold head, a filter on it, real dates; text that looks like a formula stays text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    table = [[xlsx_value(value) for value in row] for row in rows]
    for index, width in enumerate(widths([head, *table]), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append([xlsx_cell(sheet, value, Font(bold=True)) for value in head])
    for row in table:
        sheet.append([xlsx_cell(sheet, value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(table) + 1}"
    file = io.BytesIO()
    book.save(file)
    response = HttpResponse(file.getvalue(), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def xlsx_value(value: Any) -> Any:
    """Excel knows no time zones; other values are numbers, days or text without control marks."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", str(value))[:CELL_LENGTH]


def xlsx_cell(sheet, value: Any, font: Font | None = None) -> WriteOnlyCell:
    made = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        made.data_type = "s"  # never "f": openpyxl takes every text with = for a formula
    if isinstance(value, date):
        made.number_format = "DD.MM.YYYY HH:MM" if isinstance(value, datetime) else "DD.MM.YYYY"
    if font:
        made.font = font
    return made


def widths(table: list[list]) -> list[int]:
    return [
        min(max(NARROWEST, *(len(str(value or "")) + 2 for value in column)), WIDEST)
        for column in zip(*table, strict=True)
    ]
