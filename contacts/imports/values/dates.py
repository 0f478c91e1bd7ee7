"""Days as German offices write them."""

import datetime
import re

from contacts.folding import fold
from contacts.imports.values.cells import Parsed, clean, is_empty

MONTHS = (
    ("januar", "jan", "jaenner", "january"),
    ("februar", "feb", "feber", "february"),
    ("maerz", "mrz", "maer", "mar", "march"),
    ("april", "apr"),
    ("mai", "may"),
    ("juni", "jun", "june"),
    ("juli", "jul", "july"),
    ("august", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "okt", "oct", "october"),
    ("november", "nov"),
    ("dezember", "dez", "dec", "december"),
)
MONTH_OF = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}

TIME = r"(?:[ t,]+\d{1,2}[:.]\d{2}(?::\d{2})?(?:[.,]\d+)?(?: uhr)?z?)?"
DAY_FIRST = re.compile(rf"(\d{{1,2}})[./-] ?(\d{{1,2}})[./-] ?(\d{{4}}|\d{{2}}){TIME}")
YEAR_FIRST = re.compile(rf"(\d{{4}})[-./](\d{{1,2}})[-./](\d{{1,2}}){TIME}")
NAMED_MONTH = re.compile(rf"(\d{{1,2}})\.? ?([a-z]+)\.? ?(\d{{4}}|\d{{2}}){TIME}")
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
# Day 60 of Excel's calendar, 29 February 1900, never was; from day 61 on this epoch is right.
EXCEL_EPOCH = datetime.date(1899, 12, 30)
YOUNGEST_BIRTH = 14


def parse_date(
    raw: object, *, today: datetime.date, birth: bool = False
) -> Parsed[datetime.date | None]:
    """A day from text, ISO form or an Excel serial number of five digits (1927 to 2173).

    Two-digit years: the latest century that puts the day not after next year; with `birth` not
    after today, and at an age of 14 at least. A birth date in the future is dropped; other days
    may lie ahead. Days before 1900 are not understood.
    """
    text = fold(clean(raw))
    if is_empty(raw):
        return Parsed(None)
    day, problems = _read(text, today=today, birth=birth)
    if day is None or day.year < 1900:
        return Parsed(None, ("unreadable_date",))
    if birth and day > today:
        return Parsed(None, ("future_date",))
    return Parsed(day, problems)


def _read(text, *, today, birth) -> tuple[datetime.date | None, tuple[str, ...]]:
    if found := SERIAL.fullmatch(text):
        return EXCEL_EPOCH + datetime.timedelta(days=int(found[1])), ()
    if found := YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3])), ()
    day, month, year = _day_first(text)
    if len(year) == 4 or not year:
        return _day(int(year or 0), month, day), ()
    return _guess_century(int(year), month, day, today=today, birth=birth), ("two_digit_year",)


def _day_first(text: str) -> tuple[int, int, str]:
    if found := DAY_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), found[3]
    if found := NAMED_MONTH.fullmatch(text):
        return int(found[1]), MONTH_OF.get(found[2], 0), found[3]
    return 0, 0, ""


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _guess_century(year, month, day, *, today, birth) -> datetime.date | None:
    late = _day(2000 + year, month, day)
    youngest = today.year - YOUNGEST_BIRTH if birth else today.year + 1
    if late and late.year <= youngest:
        return late
    return _day(1900 + year, month, day)
