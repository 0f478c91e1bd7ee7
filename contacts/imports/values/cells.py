"""What all readers of cells share: shape of the answer, clean text, ways to say nothing."""

import re
import unicodedata
from typing import Generic, NamedTuple, TypeVar

from django.utils.translation import gettext_lazy as _

T = TypeVar("T")

# Longer than anything a single field holds; keeps every pattern below fast on hostile input.
MAX_LENGTH = 300

PROBLEMS = {
    "too_long": _("The text was cut, it is too long."),
    "lost_letter": _("A letter was lost before the import, shown as “?”."),
    "unknown_salutation": _("The form of address was not understood."),
    "name_order": _("First and last name may be swapped."),
    "name_missing": _("The name is missing."),
    "unreadable_date": _("The date was not understood."),
    "future_date": _("The date lies in the future."),
    "two_digit_year": _("The century of the date was guessed."),
    "house_number_missing": _("The house number is missing."),
    "unreadable_postcode": _("The postcode was not understood."),
    "postcode_zero_added": _("A leading zero was added to the postcode."),
    "unreadable_phone": _("A phone number was not understood."),
    "implausible_phone": _("A phone number does not seem to exist."),
    "guessed_phone": _("The start of a phone number was completed."),
    "unreadable_email": _("An e-mail address was not understood."),
    "unreadable_amount": _("The amount was not understood."),
    "approximate": _("The amount is approximate."),
    "unreadable_yes_no": _("Neither yes nor no."),
    "unreadable_domain": _("The web address was not understood."),
}

NOTHING = re.compile(
    r"[\s\-–—_.,;:/?*#]*"
    r"|k\.?\s?a\.?|keine?|keine angaben?|unbekannt|unbek\.?|nicht bekannt|nicht vorhanden"
    r"|n\.?\s?/?\s?a\.?|n\.?\s?v\.?|#n/a|#nv|#wert!|#ref!|null|none|nan|entfällt|nil"
    r"|0?0[./-]0?0[./-](?:00)?00|0000-00-00(?:[ t]00:00(?::00)?)?",
    re.IGNORECASE,
)
# Marks that steer the direction of writing, or take no room: they only hide what a name is.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
SURROGATE = re.compile("[\ud800-\udfff]")


class Parsed(NamedTuple, Generic[T]):
    """A value and what is to be said about it, as codes of `PROBLEMS`."""

    value: T
    problems: tuple[str, ...] = ()


def clean(raw: object) -> str:
    """One line of composed text, without control and direction marks, cut at 300 characters."""
    text = "" if raw is None else str(raw)[: MAX_LENGTH * 4]
    text = unicodedata.normalize("NFC", SURROGATE.sub("\ufffd", INVISIBLE.sub("", text)))
    seen = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(seen.split())[:MAX_LENGTH].strip()


def length_problems(raw: object) -> tuple[str, ...]:
    return ("too_long",) if raw is not None and len(str(raw).strip()) > MAX_LENGTH else ()


def is_empty(raw: object) -> bool:
    """Whether a cell says nothing: blank, '-', 'k.A.', 'unbekannt', '00.00.0000', '#NV' …"""
    return NOTHING.fullmatch(clean(raw)) is not None


def lost_letters(text: str) -> tuple[str, ...]:
    """`lost_letter` where a '?' or the replacement sign stands for a letter (Wi?niewski)."""
    return ("lost_letter",) if re.search(r"\?\w|\w\?|\ufffd", text) else ()


def merge(*problems: tuple[str, ...]) -> tuple[str, ...]:
    """All codes once, in their order."""
    return tuple(dict.fromkeys(code for codes in problems for code in codes))
