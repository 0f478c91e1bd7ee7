"""Amounts of money, yes and no."""

import re
from decimal import Decimal

from contacts.folding import fold
from contacts.imports.values.cells import Parsed, clean, is_empty

FACTORS = (
    (re.compile(r"mrd|milliarde"), 1_000_000_000),
    (re.compile(r"mio|million"), 1_000_000),
    (re.compile(r"\bt ?(?:€|eur)|tsd|tausend|k ?€|\bk ?eur"), 1_000),
)
AMOUNT = re.compile(r"[+-]?\d[\d.,' ]*")
LONGEST_AMOUNT = 17
ABOUT = re.compile(r"\bca\b|circa|etwa|rund|ungefaehr|~")
YES = {"ja", "j", "x", "1", "yes", "y", "true", "wahr", "✓", "✔", "☑", "anwesend", "bezahlt", "ok"}
NO = {
    "nein",
    "n",
    "0",
    "no",
    "false",
    "falsch",
    "-",
    "✗",
    "☐",
    "entsch.",
    "entschuldigt",
    "abgesagt",
}


def parse_money(raw: object) -> Parsed[Decimal | None]:
    """Euros with two places: '39.500,-', 'EUR 45.039,22', 'ca. 15 TEUR', '0,3 Mio. €', '43.67'.

    A single dot or comma before exactly three digits parts thousands. Other currencies are
    not told apart.
    """
    if is_empty(raw):
        return Parsed(None)
    text = fold(clean(raw)).replace("−", "-")
    found = AMOUNT.findall(text)
    if len(found) != 1 or len(found[0]) > LONGEST_AMOUNT:
        return Parsed(None, ("unreadable_amount",))
    factor = next((factor for unit, factor in FACTORS if unit.search(text)), 1)
    value = (_decimal(found[0]) * factor).quantize(Decimal("0.01"))
    if abs(value) >= 10**12:
        return Parsed(None, ("unreadable_amount",))
    return Parsed(value, ("approximate",) if ABOUT.search(text) else ())


def _decimal(text: str) -> Decimal:
    number = text.replace(" ", "").replace("'", "").rstrip(".,")
    mark = _decimal_mark(number)
    whole, _mark, places = number.rpartition(mark) if mark else (number, "", "")
    plain = whole.replace(".", "").replace(",", "")
    return Decimal(f"{plain or '0'}.{places or '0'}")


def _decimal_mark(number: str) -> str:
    """The later of two kinds of mark; a lone mark unless it repeats or parts three digits."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return ""
    mark = number[last]
    other = "," if mark == "." else "."
    if other in number:
        return mark
    parts_thousands = number.count(mark) > 1 or len(number) - last == 4
    return "" if parts_thousands else mark


def parse_yes_no(raw: object) -> Parsed[bool | None]:
    """True, False, or None for an empty cell; 'entsch.' (excused) is a no, as is '-'."""
    text = fold(clean(raw))
    if text in YES:
        return Parsed(True)
    if text in NO:
        return Parsed(False)
    return Parsed(None) if is_empty(raw) else Parsed(None, ("unreadable_yes_no",))
