"""CSV for German Excel: opened by a double click, and no cell of them is ever a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override

# What a spreadsheet would run (OWASP, CSV injection); as text it is shown with an apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


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
