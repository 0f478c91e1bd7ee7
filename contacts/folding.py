"""The one place where names are made comparable; search, sorting and duplicates all use it."""

import re
import unicodedata
from functools import lru_cache

# Letters that NFKD leaves whole. The umlauts follow DIN 5007-2, as German phone books sort.
LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
    }
)
APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
SPELT_OUT_UMLAUT = re.compile(r"(?<![aeoq])([aou])e")
WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents; umlauts spelt out, so Müller and Mueller become one."""
    composed = unicodedata.normalize("NFC", text).lower().translate(APOSTROPHES)
    plain = unicodedata.normalize("NFKD", composed.translate(LETTERS))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.replace("\0", " ").split())


@lru_cache(maxsize=20_000)
def collapse(text: str) -> str:
    """Fold, then drop the e of ae, oe, ue: Muller meets Müller as well.

    Not after a, e, o or q, where the e belongs to the word (Bauer, Neue, Quelle).
    """
    return SPELT_OUT_UMLAUT.sub(r"\1", fold(text))


def words(text: str) -> list[str]:
    """The collapsed words of a text, without punctuation, in their order."""
    return WORD.findall(collapse(text))


def digits(text: str) -> str:
    """Only the ASCII digits, as one string."""
    return "".join(sign for sign in text if sign in "0123456789")


def national_digits(phone: str) -> str:
    """The digits of a German number as people say them: 0 first, no 49.

    Numbers of other countries keep their country code. Expects E.164, takes anything.
    """
    number = digits(phone)
    if phone.lstrip().startswith("+49"):
        return "0" + number[2:]
    return number


def search_text(
    *, names: tuple[str, ...] = (), phones: tuple[str, ...] = (), emails: tuple[str, ...] = ()
) -> str:
    """Content of the `search` column: what a fragment typed into the search box may hit."""
    parts = [form for name in names for form in (fold(name), collapse(name))]
    parts += [national_digits(phone) for phone in phones]
    parts += [email.strip().lower() for email in emails]
    return " ".join(dict.fromkeys(part for part in parts if part))
