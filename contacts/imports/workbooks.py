"""Cells of an XLSX file as text, read without trusting it."""

import datetime
import io
import zipfile

import python_calamine
from django.utils.translation import gettext as _

from contacts.imports.errors import UnreadableFileError

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 1_000
MAX_CELLS = 3_000_000


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK")


def read_workbook(data: bytes) -> dict[str, list[list[str]]]:
    """Rows of each visible sheet that holds any. Raises UnreadableFileError.

    The archive is unpacked once beforehand, so a bomb that lies about its size is refused;
    the reader itself expands no XML entities.
    """
    _check_archive(data)
    try:
        return _sheets(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except (KeyboardInterrupt, SystemExit, UnreadableFileError):
        raise
    except BaseException as error:  # a panic of the Rust reader derives from BaseException only
        raise UnreadableFileError(_("The Excel file is damaged.")) from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            intact = archive.testzip() is None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        intact = False
    if not intact:
        raise UnreadableFileError(_("The Excel file is damaged."))


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableFileError(_("This is neither a CSV nor an Excel file."))
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableFileError(_("The Excel file is too large when unpacked."))


def _sheets(workbook: python_calamine.CalamineWorkbook) -> dict[str, list[list[str]]]:
    sheets = {}
    for about in workbook.sheets_metadata:
        if about.visible == python_calamine.SheetVisibleEnum.Visible:
            sheets[about.name] = _rows(workbook.get_sheet_by_name(about.name))
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise UnreadableFileError(_("The file is empty."))
    return filled


def _rows(sheet: python_calamine.CalamineSheet) -> list[list[str]]:
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise UnreadableFileError(_("The Excel file is too large when unpacked."))
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    """A cell as a German would type it: 4.9E12 is 4900000000000, 1.5 is 1,5, a date is ISO."""
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)
