"""Names of people: form of address, titles, order, particles, capitals."""

import re
from typing import NamedTuple

from contacts.folding import fold
from contacts.imports.values.cells import (
    Parsed,
    clean,
    is_empty,
    length_problems,
    lost_letters,
    merge,
)

MS, MR = "ms", "mr"
SALUTATIONS = {
    **dict.fromkeys(("frau", "fr", "fr.", "w", "weiblich", "f", "mrs", "ms", "frl.", "female"), MS),
    **dict.fromkeys(("herr", "herrn", "hr", "hr.", "hrn.", "m", "maennlich", "mr", "male"), MR),
    **dict.fromkeys(("d", "divers", "div.", "x", "neutral", "ohne", "keine anrede"), ""),
}
SPOKEN = re.compile(r"^(frau|herrn?|fr\.|hr\.|hrn\.)\s+", re.IGNORECASE)

# A title before the name. "h. c." is one, "H." an initial: the c must be small.
TITLE = re.compile(
    r"^(?:(?:prof|dr|dres|mag|lic|bakk|priv\.?-doz|doz|ing|pd|ra|stb)\b\.?(?:-ing\.?)?(?!-)"
    r"|dipl\.?\s?-?\s?(?:[a-zäöü]+\.?)(?:\s?\([a-z]{2}\))?(?:-[a-zäöü]+\.?)*"
    r"|diplom-[a-zäöü]+"
    r"|(?:med|dent|vet|phil|jur|iur|rer|nat|pol|oec|publ|soc|techn|theol|paed|päd|sc|agr|habil|mult)\."
    r"|(?-i:[hHeE]\.\s?[ch]\.)"
    r"|(?:m|b)\.\s?(?:a|sc|eng|ed)\.|ll\.\s?[mb]\.|mba\b|ph\.?d\.?)\s*",
    re.IGNORECASE,
)
TITLE_AFTER = re.compile(
    r"[,\s]+((?:m|b)\.\s?(?:a|sc|eng|ed)\.|ll\.\s?[mb]\.|mba|ph\.?d\.?)$", re.IGNORECASE
)
BIRTH_NAME = re.compile(r"[\s,(]+(?:geb\.?|geborene?r?)\s+([^()]+?)\)?$", re.IGNORECASE)
PARTICLES = {
    *("von", "vom", "van", "zu", "zur", "zum", "der", "den", "dem", "de", "del", "della", "di"),
    *(
        "da",
        "dos",
        "du",
        "des",
        "ten",
        "ter",
        "te",
        "la",
        "le",
        "el",
        "al",
        "af",
        "av",
        "und",
        "bin",
    ),
}
NOBLE = {"freiherr", "freifrau", "graf", "graefin", "baron", "baronin", "ritter", "edler", "prinz"}
INITIAL = re.compile(r"[^\W\d_]\.(?:-?[^\W\d_]\.)*")


class PersonName(NamedTuple):
    """`salutation` is 'ms', 'mr' or empty; `birth_name` comes from '(geb. …)'."""

    given_name: str = ""
    family_name: str = ""
    title: str = ""
    salutation: str = ""
    birth_name: str = ""


def parse_salutation(raw: object) -> Parsed[str]:
    """'ms', 'mr', or '' for neutral or nothing said."""
    text = fold(clean(raw))
    if text in SALUTATIONS:
        return Parsed(SALUTATIONS[text])
    return Parsed("", () if is_empty(raw) else ("unknown_salutation",))


def parse_title(raw: object) -> Parsed[str]:
    """The title with single spaces, as it is written; a title we do not know is kept."""
    return Parsed("" if is_empty(raw) else clean(raw)[:100], length_problems(raw))


def parse_name(raw: object) -> Parsed[PersonName]:
    """A whole name in one cell: 'von Berg, Dr. Ayşe (geb. Kaya)', 'Herr Klaus Walter', 'Dörr J.'.

    A comma puts the family name first. Without one it is last, with its particles; only a
    closing initial tells otherwise. One word alone is the family name.
    """
    if is_empty(raw):
        return Parsed(PersonName(), ("name_missing",))
    text, birth_name = _cut(clean(raw), BIRTH_NAME)
    text, salutation = _cut(text, SPOKEN)
    text, title = _title(text)
    given, family, doubt = _order(text)
    given, late_title = _title(given)
    name = PersonName(
        _capitals(given),
        _capitals(family),
        title or late_title,
        SALUTATIONS.get(fold(salutation), ""),
        birth_name,
    )
    return Parsed(name, merge(doubt, lost_letters(text), length_problems(raw)))


def parse_name_parts(given: object, family: object) -> Parsed[PersonName]:
    """First and last name from two columns; titles that slipped into either are taken out."""
    if is_empty(given) and is_empty(family):
        return Parsed(PersonName(), ("name_missing",))
    first, title = _title("" if is_empty(given) else clean(given))
    last, birth_name = _cut("" if is_empty(family) else clean(family), BIRTH_NAME)
    last, other_title = _title(last)
    name = PersonName(_capitals(first), _capitals(last), title or other_title, "", birth_name)
    doubt = ("name_order",) if INITIAL.fullmatch(last) else ()
    problems = merge(doubt, lost_letters(f"{first} {last}"), length_problems(given))
    return Parsed(name, merge(problems, length_problems(family)))


def _cut(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """The text without what the pattern found, and its group."""
    found = pattern.search(text)
    if not found:
        return text, ""
    return (text[: found.start()] + text[found.end() :]).strip(), found[1].strip()


def _title(text: str) -> tuple[str, str]:
    """Take titles off the front, and degrees off the end."""
    titles = []
    while (found := TITLE.match(text)) and found.end() < len(text):
        titles.append(found[0].strip())
        text = text[found.end() :]
    text, degree = _cut(text, TITLE_AFTER)
    return text.strip(" ,"), " ".join([*titles, degree]).strip()


def _order(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Given name, family name, doubts."""
    family, comma, given = text.partition(",")
    if comma:
        return given.strip(), family.strip(), _swapped_by_comma(family.strip())
    words = text.split()
    if len(words) > 1 and INITIAL.fullmatch(words[-1]):
        return words[-1], " ".join(words[:-1]), ("name_order",)
    at = _family_from(words)
    doubt = ("name_missing",) if len(words) == 1 else ()
    return " ".join(words[:at]), " ".join(words[at:]), doubt


def _swapped_by_comma(family: str) -> tuple[str, ...]:
    """'Maria Zoë, Müller': two plain words before the comma are rarely a family name."""
    words = [fold(word) for word in family.split()]
    return ("name_order",) if len(words) > 1 and not PARTICLES & set(words) else ()


def _family_from(words: list[str]) -> int:
    """Where the family name begins: at its first particle, else at the last word."""
    for at in range(1, len(words) - 1):
        if fold(words[at]) in PARTICLES | NOBLE and words[at] != words[at].upper().title():
            return at
        if fold(words[at]) in NOBLE:
            return at
    return max(len(words) - 1, 0)


def _capitals(text: str) -> str:
    """'KÖNIG' and 'könig' become 'König'; mixed writing and initials stay as they are."""
    return " ".join(_capitalise(word) for word in text.split())


def _capitalise(word: str) -> str:
    letters = [sign for sign in word if sign.isalpha()]
    if len(letters) < 2 or not (word == word.upper() or word == word.lower()):
        return word
    if fold(word) in PARTICLES:
        return word.lower()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
