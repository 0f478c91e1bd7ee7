"""Streets, house numbers, postcodes and towns."""

import re
from typing import NamedTuple

from contacts.imports.values.cells import (
    Parsed,
    clean,
    is_empty,
    length_problems,
    lost_letters,
    merge,
)

CARE_OF = re.compile(r"^(?:c\s?/\s?o|bei|z\.\s?hd\.)\s+([^,;]+)[,;]\s*", re.IGNORECASE)
NUMBER = r"\d{1,4}(?:\s?[a-zA-Z](?![a-zA-Z]))?"
HOUSE_NUMBER = re.compile(rf"^(.*?[^\d\s,/+–-])[\s,]*({NUMBER}(?:\s?[-–/+]\s?{NUMBER})*)$")
HOUSE_NUMBER_ALONE = re.compile(rf"{NUMBER}(?:\s?[-–/+]\s?{NUMBER})*")
NO_STREET = re.compile(r"^(?:postfach|pf)\b", re.IGNORECASE)
STREET_ENDING = re.compile(r"(?<=[a-zäöü])(?:str\.|strasse|str)(?=\s|$|-)")
STREET_WORD = re.compile(r"(?<![^\W_])S(?:tr\.|trasse|tr)(?=\s|$)")
STREET_SHOUTED = re.compile(r"STR(?:\.|ASSE)?(?=\s|$)")

COUNTRY = r"(?:(?P<country>D|DE|A|AT|CH|L|LU|NL|F|FR|PL|DK)\s?[-–]\s?)?"
PLACE = re.compile(rf"{COUNTRY}(?P<postcode>\d{{4,5}})\b[\s,]*(?P<town>\D.*)?")
ADDRESS = re.compile(rf"^(?P<street>.*?)[\s,;]*(?P<place>\b{COUNTRY}\d{{4,5}}\s+\D.*)$")
COUNTRIES = {"D": "DE", "A": "AT", "L": "LU", "F": "FR"}
# Digits a German postcode starts with after a lost 0; 05… does not exist.
AFTER_LOST_ZERO = set("12346789")


class Address(NamedTuple):
    """A postal address; `country` is the ISO code where the text told one, else empty."""

    street: str = ""
    house_number: str = ""
    care_of: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""


def parse_street(raw: object, house_number: object = "") -> Parsed[Address]:
    """Street with house number: 'Straße des 17. Juni 115', '… 165-167', '… 98 d', 'c/o X, …'.

    'Str.' and 'Strasse' become 'Straße', '98 d' becomes '98d'. A post box keeps its number.
    """
    if is_empty(raw):
        return Parsed(Address())
    text = clean(raw)
    care_of = CARE_OF.match(text)
    street, number = _part_number(text[care_of.end() :] if care_of else text)
    number = _tidy_number(clean(house_number)) if not is_empty(house_number) else number
    address = Address(_tidy_street(street), number, care_of[1].strip() if care_of else "")
    missing = () if number or NO_STREET.match(street) else ("house_number_missing",)
    return Parsed(address, merge(missing, lost_letters(street), length_problems(raw)))


def _part_number(text: str) -> tuple[str, str]:
    found = None if NO_STREET.match(text) else HOUSE_NUMBER.match(text)
    return (found[1], _tidy_number(found[2])) if found else (text, "")


def _tidy_number(text: str) -> str:
    number = text.replace("–", "-").replace(" ", "")[:20]
    return number.lower() if HOUSE_NUMBER_ALONE.fullmatch(number) else number


def _tidy_street(text: str) -> str:
    street = STREET_WORD.sub("Straße", STREET_ENDING.sub("straße", text))
    return STREET_SHOUTED.sub("STRASSE", street).strip(" ,;")


def parse_place(postcode: object, town: object = "") -> Parsed[Address]:
    """Postcode and town from two cells, or both from either of them ('', '99084 Erfurt').

    Four digits get their lost 0 back where Germany has such a postcode, unless the text names
    another country ('A-1010'). Anything else is kept in `town` and told.
    """
    place = clean(f"{'' if is_empty(postcode) else postcode} {'' if is_empty(town) else town}")
    if not place:
        return Parsed(Address())
    found = PLACE.fullmatch(place)
    if not found:
        told = "" if is_empty(postcode) else clean(postcode)
        problems = ("unreadable_postcode",) if told or re.search(r"\d", place) else ()
        return Parsed(Address(town=place if not told else clean(town)), problems)
    code, problems = _postcode(found["postcode"], found["country"])
    place_name = (found["town"] or "").strip(" ,;")
    country = COUNTRIES.get(found["country"], found["country"]) or ""
    address = Address(postcode=code, town=place_name, country=country)
    return Parsed(address, merge(problems, lost_letters(place_name)))


def _postcode(digits: str, country: str | None) -> tuple[str, tuple[str, ...]]:
    if len(digits) == 5 or (country and country not in {"D", "DE"}):
        return digits, ()
    if digits[0] in AFTER_LOST_ZERO:
        return "0" + digits, ("postcode_zero_added",)
    return digits, ("unreadable_postcode",)


def parse_address(raw: object) -> Parsed[Address]:
    """A whole address in one cell: 'Straße 1, 12345 Ort', also over several lines."""
    if is_empty(raw):
        return Parsed(Address())
    text = clean(str(raw).replace("\n", ", "))
    found = ADDRESS.match(text)
    if not found:
        return parse_street(text)
    street, place = parse_street(found["street"]), parse_place("", found["place"])
    whole = street.value._replace(**{name: getattr(place.value, name) for name in PLACE_FIELDS})
    return Parsed(whole, merge(street.problems, place.problems, length_problems(raw)))


PLACE_FIELDS = ("postcode", "town", "country")
