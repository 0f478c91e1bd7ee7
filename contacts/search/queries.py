"""What somebody typed into the search box: a reference, a phone, a mail or names."""

import re
from dataclasses import dataclass

from contacts.folding import digits, national_digits, words

LONGEST_QUERY = 100
MANY_WORDS = 6
DIGITS_OF_A_PHONE = 5
REFERENCE = re.compile(r"([a-z])\s*-?\s*(\d{4})\s*-\s*(\d{1,9})", re.IGNORECASE)
MAIL = re.compile(r"\S*(?:@|\w\.\w)\S*")


@dataclass(frozen=True)
class Query:
    """`fragments` are looked for inside the text (any of them), `words` in the vocabulary."""

    text: str
    reference: str = ""
    fragments: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def understand(typed: str) -> Query:
    """Five digits or more without a letter are a phone, an @ or a dot inside is a mail."""
    text = " ".join(typed[:LONGEST_QUERY].split())
    if told := REFERENCE.fullmatch(text):
        return Query(text, reference=f"{told[1].upper()}-{told[2]}-{int(told[3]):04d}")
    if len(digits(text)) >= DIGITS_OF_A_PHONE and not any(sign.isalpha() for sign in text):
        return Query(text, fragments=_phone_forms(text))
    said = tuple(dict.fromkeys(words(text)))[:MANY_WORDS]
    if MAIL.fullmatch(text):
        return Query(text, fragments=(text.lower(),), words=said)
    return Query(text, words=said)


def _phone_forms(text: str) -> tuple[str, ...]:
    """The digits as typed and as stored: +49, 0049 and 49 all stand for the 0 said at home."""
    plain = re.sub(r"\(\s*0\s*\)", "", text)
    plus = "+" + digits(plain).lstrip("0") if re.match(r"\s*(?:\+|00)", plain) else plain
    forms = [national_digits(plus) if plus.startswith("+49") else digits(plus)]
    if digits(plus).startswith("49"):
        forms.append("0" + digits(plus)[2:].lstrip("0"))
    return tuple(dict.fromkeys(forms))
