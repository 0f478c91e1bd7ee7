"""Workbooks for Excel. Whoever needs one imports this late: openpyxl takes long to import."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_LENGTH = 32_767  # the longest text of a cell; Excel calls a longer one damaged
NARROWEST, WIDEST = 10, 60


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
