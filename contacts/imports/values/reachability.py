"""Phone numbers to E.164 and e-mail addresses, several in one cell too."""

import re

import phonenumbers

from contacts.imports.values.cells import Parsed, clean, is_empty, merge

BETWEEN_PHONES = re.compile(
    r"[;,|]|\boder\b|\bund\b|\bbzw\.?|\bmobil\b:?|\bhandy\b:?|\bprivat\b:?|/(?=\s*(?:\+|00[1-9]))",
    re.IGNORECASE,
)
MANY_PHONES = 10
# Excel has rounded 4915128250470 to 4,91513E+12; the number is gone.
ROUNDED = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
# The shortest German number with its country code, said without plus (49 30 1234567).
WITH_COUNTRY_CODE = 11

BETWEEN_EMAILS = re.compile(r"[;,|<>()\[\]\"\s]+|(?<=\w)/|/(?=\s)")
EMAIL = re.compile(
    r"[^\s@\"(),:;<>\[\]\\?\ufffd]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
)


def parse_phones(raw: object, *, region: str = "DE") -> Parsed[list[str]]:
    """Numbers in E.164, each once.

    A '00' is a plus, '(0)' is dropped. Without plus and leading 0, eleven digits or more that
    begin with 49 are read as the country code (phonenumbers would believe 0491…, Leer), all
    others miss their 0, as Excel leaves them; both are `guessed_phone`. What cannot be a
    number is dropped; what has a possible length but no known area code is kept.
    """
    if is_empty(raw):
        return Parsed([])
    if ROUNDED.search(clean(raw)):
        return Parsed([], ("unreadable_phone",))
    parts = BETWEEN_PHONES.split(clean(raw))
    read = [_phone(part, region) for part in parts if not is_empty(part)][:MANY_PHONES]
    numbers = dict.fromkeys(number for number, _problems in read if number)
    problems = merge(*(problems for _number, problems in read))
    return Parsed(list(numbers), problems)


def _phone(text: str, region: str) -> tuple[str | None, tuple[str, ...]]:
    digits = re.sub(r"[^\d+]", "", re.sub(r"\(\s*0\s*\)", "", text), flags=re.ASCII)
    if not digits.strip("+"):
        return None, () if text.strip(" .:").isalpha() else ("unreadable_phone",)
    spoken, guessed = _complete(digits[:1] + digits[1:].replace("+", ""), region)
    try:
        number = phonenumbers.parse(spoken, region)
    except phonenumbers.NumberParseException:
        return None, ("unreadable_phone",)
    if not phonenumbers.is_possible_number(number) or number.national_number < 10_000:
        return None, ("unreadable_phone",)
    doubt = () if phonenumbers.is_valid_number(number) else ("implausible_phone",)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), guessed + doubt


def _complete(digits: str, region: str) -> tuple[str, tuple[str, ...]]:
    if digits.startswith("00"):
        digits = "+" + digits.lstrip("0")
    if digits.startswith("+"):
        return re.sub(r"^\+490+", "+49", digits), ()
    if digits.startswith("0") or region != "DE":
        return digits, ()
    if digits.startswith("49") and len(digits) >= WITH_COUNTRY_CODE:
        return "+49" + digits[2:].lstrip("0"), ("guessed_phone",)
    return "0" + digits, ("guessed_phone",)


def parse_emails(raw: object) -> Parsed[list[str]]:
    """Addresses in lower case, each once; 'mailto:', spaces around @ and '(at)' are understood."""
    if is_empty(raw):
        return Parsed([])
    text = re.sub(r"\s*(?:\(at\)|\[at\]|@)\s*", "@", clean(raw).lower())
    words = [word.removeprefix("mailto:").strip(".'") for word in BETWEEN_EMAILS.split(text)]
    found = [word for word in words if EMAIL.fullmatch(word) and ".." not in word]
    broken = any("@" in word for word in words if word not in found)
    problem = ("unreadable_email",) if broken or not found else ()
    return Parsed(list(dict.fromkeys(found)), problem)
