"""A file someone sent, to rows of text under their headings. Knows nothing of people or firms."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.folding import words
from contacts.imports.columns import field_of
from contacts.imports.decoding import decode
from contacts.imports.errors import UnreadableFileError
from contacts.imports.workbooks import is_workbook, read_workbook

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
DELIMITERS = ";,\t|"
# Marks at the start of what is no text: old Excel and encrypted files, PDF, pictures, archives.
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
NO_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
SUM_WORDS = {"summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "total", "sum"}
# A quotation mark that is never closed swallows the lines after it.
MAX_LINES_IN_A_CELL = 200

Cells = list[str]


@dataclass(frozen=True)
class SourceRow:
    """One record. `number` is its row as a spreadsheet program shows it, from 1.

    `problems` says `missing_cells` or `extra_cells` where the row has not the header's length.
    """

    number: int
    values: dict[str, str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class SkippedRow:
    """A row that is no record; reason `title`, `blank`, `repeated_header` or `sum`."""

    number: int
    reason: str


@dataclass
class Source:
    """What was read and how; `encoding` and `delimiter` are empty for a workbook."""

    headers: list[str]
    rows: list[SourceRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


def read_source(data: bytes) -> Source:
    """Read a CSV or XLSX file; which of the two is told by its content, never by its name.

    Raises UnreadableFileError with one sentence for the user. Limits: 5 MB, 50 MB unpacked,
    100,000 rows, 200 columns.
    """
    _check_bytes(data)
    if is_workbook(data):
        return _best_sheet(read_workbook(data))
    text, encoding = decode(data)
    delimiter, text = _delimiter(text)
    source = _arrange(_records(text, delimiter))
    source.encoding, source.delimiter = encoding, delimiter
    return source


def _check_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(_("The file is larger than 5 MB. Please split it."))
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFileError(_("The file is empty."))
    if data.startswith(OLD_OFFICE):
        raise UnreadableFileError(
            _("This is an old or encrypted Excel file. Please save it as .xlsx or CSV.")
        )
    if data.startswith(NO_TEXT):
        raise UnreadableFileError(_("This is neither a CSV nor an Excel file."))


def _best_sheet(sheets: dict[str, list[Cells]]) -> Source:
    """The sheet that holds most: known headings first, then rows."""
    names = sorted(sheets, key=lambda name: _sheet_weight(sheets[name]), reverse=True)
    source = _arrange(sheets[names[0]])
    source.sheet, source.other_sheets = names[0], tuple(names[1:])
    return source


def _sheet_weight(rows: list[Cells]) -> tuple[int, int]:
    return max((_known_headings(row) for row in rows[:20]), default=0), len(rows)


def _delimiter(text: str) -> tuple[str, str]:
    """Delimiter and the text after a `sep=` line, which Excel writes and hides."""
    if told := re.match(r"\"?sep=(.)\"?[^\r\n]*(?:\r\n|\r|\n)", text, re.IGNORECASE):
        return told[1], text[told.end() :]
    head = text[:20_000]
    return max(DELIMITERS, key=lambda sign: _regularity(head, sign)), text


def _regularity(head: str, delimiter: str) -> float:
    """Columns of the most frequent width, weighed by how many rows have it."""
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    width, often = widths.most_common(1)[0]
    return often / widths.total() * min(width, 10) * min(often, 10)


def _records(text: str, delimiter: str) -> Iterable[Cells]:
    number = 1
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.count("\n") > MAX_LINES_IN_A_CELL for cell in row):
                raise csv.Error
            yield row
            number += 1
    except csv.Error as error:
        message = _("A quotation mark in row %(number)s is never closed.")
        raise UnreadableFileError(message % {"number": number}) from error


def _arrange(rows: Iterable[Cells]) -> Source:
    """Find the header, then sort the rows into records and what is to be skipped."""
    numbered = [(number, _strip(row)) for number, row in enumerate(rows, start=1)]
    _check_size(numbered)
    at = _header_position(numbered)
    header = numbered[at][1]
    source = Source(headers=_unique(header, width=_width(numbered[at:])))
    source.skipped = [SkippedRow(number, _reason_above(row)) for number, row in numbered[:at]]
    for number, row in numbered[at + 1 :]:
        if reason := _skip_reason(row, header):
            source.skipped.append(SkippedRow(number, reason))
        else:
            source.rows.append(_record(number, row, source.headers, len(header)))
    return source


def _check_size(numbered: list[tuple[int, Cells]]) -> None:
    if len(numbered) > MAX_ROWS:
        raise UnreadableFileError(_("The file has more than 100,000 rows. Please split it."))
    if any(len(row) > MAX_COLUMNS for _number, row in numbered):
        raise UnreadableFileError(_("The file has more than 200 columns."))
    if not any(row for _number, row in numbered):
        raise UnreadableFileError(_("The file is empty."))


def _strip(row: Cells) -> Cells:
    """Cells without spaces around them, the row without empty cells at its end."""
    cells = [cell.replace("\0", "").strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header_position(numbered: list[tuple[int, Cells]]) -> int:
    """The first row with two headings we know; else the first with as many cells as most have."""
    for at, (_number, row) in enumerate(numbered[:50]):
        if _known_headings(row) >= 2:
            return at
    usual = Counter(len(row) for _number, row in numbered[:50] if row).most_common(1)[0][0]
    return next(at for at, (_number, row) in enumerate(numbered) if len(row) >= min(usual, 2))


def _known_headings(row: Cells) -> int:
    return len({field_of(cell) for cell in row if len(cell) < 60} - {None})


def _width(numbered: list[tuple[int, Cells]]) -> int:
    """Cells of the header, or more where at least half of the rows go on to its right."""
    lengths = sorted(len(row) for _number, row in numbered if row)
    return max(len(numbered[0][1]), lengths[len(lengths) // 2])


def _unique(header: Cells, *, width: int) -> list[str]:
    """Headings that differ: an empty one is called by its place, a second one is numbered."""
    names: list[str] = []
    for place in range(width):
        name = header[place] if place < len(header) and header[place] else f"#{place + 1}"
        again = sum(1 for known in names if known.split(" (")[0] == name)
        names.append(f"{name} ({again + 1})" if name in names else name)
    return names


def _reason_above(row: Cells) -> str:
    return "title" if row else "blank"


def _skip_reason(row: Cells, header: Cells) -> str | None:
    if not any(row):
        return "blank"
    if [cell.lower() for cell in row] == [cell.lower() for cell in header]:
        return "repeated_header"
    filled = [cell for cell in row if cell]
    first = words(filled[0])[:1]
    is_sum = first and first[0] in SUM_WORDS and len(filled) <= max(2, len(header) // 3)
    return "sum" if is_sum else None


def _record(number: int, row: Cells, headers: list[str], expected: int) -> SourceRow:
    problems = ("extra_cells",) if len(row) > max(expected, len(headers)) else ()
    padded = row + [""] * (len(headers) - len(row))
    return SourceRow(number, dict(zip(headers, padded, strict=False)), problems)
