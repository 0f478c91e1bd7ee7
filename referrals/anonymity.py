"""What would give a founder away in a text that is shown to a room full of partners."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from contacts.folding import digits, national_digits, words
from contacts.models import Person
from referrals.models import Need

MAIL = re.compile(r"\S+@\S+")
PHONE = re.compile(r"(?:\+|\b0)\d(?:[\s/().–-]*\d){5,}")
SHORTEST_NAME = 2
LEGAL_FORMS = frozenset(
    {"gmbh", "ug", "gbr", "ag", "kg", "ohg", "ev", "eg", "haftungsbeschraenkt", "und", "co"}
)


@dataclass(frozen=True)
class Giveaways:
    """`contacts` are refused; `names` may be words that mean something else (Koch, Bäcker)."""

    names: list[str]
    contacts: list[str]


def giveaways(text: str, need: Need) -> Giveaways:
    """Mail addresses and phone numbers of anybody; names and places of those the need is about."""
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    people = people_of(need)
    contacts = [*MAIL.findall(visible), *PHONE.findall(visible)]
    contacts += [place for place in places(need, people) if says(visible, place)]
    contacts += [number for number in numbers(people) if number in digits(visible)]
    names = [name for name in names_of(need, people) if says(visible, name)]
    return Giveaways(list(dict.fromkeys(names)), list(dict.fromkeys(contacts)))


def people_of(need: Need) -> list[Person]:
    """The person and everybody who belongs to the venture."""
    people = Person.objects.filter(pk=need.person_id)
    if need.startup_id:
        people |= Person.objects.filter(affiliations__startup_id=need.startup_id)
    return list(people.distinct().prefetch_related("phones"))


def names_of(need: Need, people: Iterable[Person]) -> Iterable[str]:
    for person in people:
        for name in (person.given_name, person.family_name):
            yield from (part for part in re.split(r"[\s-]+", name) if len(part) >= SHORTEST_NAME)
    if need.startup:
        yield from filter(None, [need.startup.name, without_legal_form(need.startup.name)])


def without_legal_form(name: str) -> str:
    return " ".join(word for word in name.split() if not set(words(word)) & LEGAL_FORMS)


def places(need: Need, people: Iterable[Person]) -> Iterable[str]:
    codes = {need.postcode, *(person.postcode for person in people)}
    if need.startup:
        codes.add(need.startup.postcode)
    streets = {person.street for person in people}
    return sorted(filter(None, codes | streets))


def numbers(people: Iterable[Person]) -> Iterable[str]:
    spoken = {national_digits(phone.number) for person in people for phone in person.phones.all()}
    return sorted(number for number in spoken if number)


def says(text: str, phrase: str) -> bool:
    """The words of the phrase in a row, umlauts spelt either way, the last one also with an s."""
    wanted, said = words(phrase), words(text)
    width = len(wanted)
    rows = (said[start : start + width] for start in range(len(said) - width + 1))
    return bool(wanted) and any(is_same(row, wanted) for row in rows)


def is_same(row: list[str], wanted: list[str]) -> bool:
    return row[:-1] == wanted[:-1] and row[-1] in {wanted[-1], wanted[-1] + "s"}
