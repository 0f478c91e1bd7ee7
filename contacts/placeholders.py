"""What mails that the agency words itself may name: each placeholder by its German or English name.

A value is a phrase that also reads well where nothing is known ("Ihr Vorhaben", "vor Kurzem"), so
no mail has a hole. Apps above add what they own by `register_placeholder` in `ready()`.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.models import Agency, FormOfAddress, Person, Startup

PLACEHOLDER = re.compile(r"\{(\w*)\}")
BRACES = re.compile(rf"{PLACEHOLDER.pattern}|[{{}}]")


@dataclass(frozen=True)
class Letter:
    """Who writes to whom; `startup` is what it is about, where that is known."""

    person: Person
    advisor: User
    agency: Agency
    startup: Startup | None = None


@dataclass(frozen=True)
class Placeholder:
    """`names`: first the one that pages show, then others that mean the same."""

    names: tuple[str, ...]
    meaning: Promise
    value: Callable[[Letter], str]


placeholders: list[Placeholder] = []
by_name: dict[str, Placeholder] = {}


def register_placeholder(*names: str, meaning: Promise, value: Callable[[Letter], str]) -> None:
    placeholder = Placeholder(names, meaning, value)
    placeholders.append(placeholder)
    by_name.update(dict.fromkeys(names, placeholder))


def named_in(text: str) -> set[str]:
    return {match[1].lower() for match in PLACEHOLDER.finditer(text)}


def values_for(letter: Letter, names: set[str]) -> dict[str, str]:
    """Only of those asked for: some have to be looked up."""
    return {name: by_name[name].value(letter) for name in names if name in by_name}


def fill(text: str, values: dict[str, str]) -> str:
    """Each value once: what a value holds is never filled again."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1].lower(), match[0]), text)


def faults(text: str) -> Iterator[str]:
    """What is wrong with the braces of a text, each with its place."""
    for match in BRACES.finditer(text):
        if match[1] is None:
            yield _("%(place)s: the brace %(brace)s belongs to no placeholder.") % {
                "place": place(text, match.start()),
                "brace": match[0],
            }
        elif match[1].lower() not in by_name:
            yield unknown(text, match)


def unknown(text: str, match: re.Match[str]) -> str:
    said = _("%(place)s: {%(wrong)s} is not known.") % {
        "place": place(text, match.start()),
        "wrong": match[1],
    }
    like = difflib.get_close_matches(match[1].lower()[:50], by_name, n=1)
    return " ".join([said, *(_("Did you mean {%(like)s}?") % {"like": name} for name in like)])


def place(text: str, index: int) -> str:
    line = text.count("\n", 0, index)
    column = index - (text.rfind("\n", 0, index) + 1)
    return _("Line %(line)s, character %(column)s") % {"line": line + 1, "column": column + 1}


def greeting(person: Person) -> str:
    """By form of address; who has not told us one is addressed by first and last name."""
    formal = " ".join(filter(None, [person.title, person.family_name]))
    if person.form_of_address == FormOfAddress.MS:
        return _("Dear Ms %(name)s,") % {"name": formal}
    if person.form_of_address == FormOfAddress.MR:
        return _("Dear Mr %(name)s,") % {"name": formal}
    return _("Good day %(name)s,") % {"name": person.display_name}


def venture(letter: Letter) -> str:
    """What the mail is about, else what the person last joined."""
    if letter.startup:
        return letter.startup.name
    joined = letter.person.affiliations.filter(until=None, startup__isnull=False)
    newest = joined.select_related("startup").order_by("-id").first()
    return newest.startup.name if newest else _("your project")


register_placeholder(
    "anrede",
    "begrüßung",
    "begruessung",
    "greeting",
    meaning=gettext_lazy("Salutation by form of address; neutral where none is known"),
    value=lambda letter: greeting(letter.person),
)
register_placeholder(
    "name",
    meaning=gettext_lazy("Title, first and last name"),
    value=lambda letter: letter.person.display_name,
)
register_placeholder(
    "vorname",
    "first_name",
    meaning=gettext_lazy("First name"),
    value=lambda letter: letter.person.given_name or letter.person.display_name,
)
register_placeholder(
    "nachname",
    "last_name",
    meaning=gettext_lazy("Last name"),
    value=lambda letter: letter.person.family_name or letter.person.display_name,
)
register_placeholder(
    "vorhaben",
    "startup",
    "venture",
    meaning=gettext_lazy("Name of the venture, else “your project”"),
    value=venture,
)
register_placeholder(
    "zuständig",
    "zustaendig",
    "ansprechperson",
    "advisor",
    meaning=gettext_lazy("Name of the advisor, who also gets the answer"),
    value=lambda letter: str(letter.advisor),
)
register_placeholder(
    "telefon",
    "phone",
    meaning=gettext_lazy("Phone of the advisor, else of the agency, else the advisor's e-mail"),
    value=lambda letter: (
        letter.advisor.phone or letter.agency.organisation.phone or letter.advisor.email
    ),
)
register_placeholder(
    "agentur",
    "agency",
    meaning=gettext_lazy("Name of the agency"),
    value=lambda letter: letter.agency.name,
)
