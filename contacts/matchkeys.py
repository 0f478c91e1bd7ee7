"""Keys under which two records of one person or firm meet, so that not every pair is compared."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from contacts.folding import collapse, digits, words
from contacts.phonetics import cologne

# Mailboxes many people share: no sign of who someone is.
SHARED_MAILBOXES = {
    *("info", "kontakt", "mail", "office", "buero", "post", "service", "team", "hallo", "kontor"),
    *("verwaltung", "vertrieb", "verkauf", "rechnung", "buchhaltung", "admin", "webmaster"),
}
# Words in firm names that tell nothing, legal forms among them.
COMMON_FIRM_WORDS = {
    *("gmbh", "haftungsbeschrankt", "und", "mehr", "verein", "gesellschaft", "gruppe", "group"),
    *("firma", "handel", "service", "services", "consulting", "beratung", "deutschland"),
    *("solutions", "management", "international", "holding", "digital", "media", "design"),
}
NAME_PREFIX = 4
PHONE_TAIL = 7
SHORTEST_FIRM_WORD = 4


@dataclass(frozen=True)
class Identity:
    """What tells a person or a firm, as plain values; everything may be empty.

    Phones are E.164, `birth_date` of a firm is its day of founding. A record without given
    and family name is a firm.
    """

    given_name: str = ""
    family_name: str = ""
    birth_date: datetime.date | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    firm: str = ""
    domain: str = ""

    @property
    def is_firm(self) -> bool:
        return not (self.given_name or self.family_name)

    @cached_property
    def given(self) -> tuple[str, ...]:
        return tuple(words(self.given_name))

    @cached_property
    def family(self) -> tuple[str, ...]:
        return tuple(words(self.family_name))

    @cached_property
    def mailboxes(self) -> frozenset[str]:
        return frozenset(email.strip().lower() for email in self.emails if "@" in email)

    @cached_property
    def phone_tails(self) -> frozenset[str]:
        numbers = (digits(phone) for phone in self.phones)
        return frozenset(number[-9:] for number in numbers if len(number) >= PHONE_TAIL)

    @cached_property
    def road(self) -> str:
        """Street comparable however it is written: Bergstr., Berg-Straße, BERGSTRASSE."""
        return re.sub(r"str(?:asse|\.)?(?=\W|$)", "str", collapse(self.street)).replace("-", " ")

    @cached_property
    def firm_words(self) -> tuple[str, ...]:
        """Words of the firm's name that tell it from others."""
        return tuple(
            word
            for word in words(self.firm)
            if len(word) >= SHORTEST_FIRM_WORD and word not in COMMON_FIRM_WORDS
        )


def match_keys(identity: Identity) -> set[str]:
    """All keys of one record; two records that share one are worth comparing.

    Common keys (over 40 records, 60 while someone types) tell nothing and are to be skipped by
    who looks them up. The letter before the colon names the kind.
    """
    return {
        *_name_keys(identity),
        *_date_keys(identity),
        *_mail_keys(identity),
        *(f"t:{tail[-PHONE_TAIL:]}" for tail in identity.phone_tails),
        *_place_keys(identity),
        *(f"f:{word}" for word in identity.firm_words),
    }


def _sounds(identity: Identity) -> list[str]:
    """Codes of first given name and family name, sorted: swapped names sound the same."""
    said = (*identity.given[:1], "".join(identity.family))
    return sorted(filter(None, map(cologne, said)))


def _name_keys(identity: Identity) -> Iterable[str]:
    if len(sounds := _sounds(identity)) == 2:
        yield "n:" + "|".join(sounds)
    heads = [name[:NAME_PREFIX] for name in (*identity.given[:1], *identity.family[-1:])]
    if len(heads) == 2:
        yield "p:" + "|".join(sorted(heads))


def _date_keys(identity: Identity) -> Iterable[str]:
    day = identity.birth_date
    if day:
        yield f"b:{day.isoformat()}"
        yield from (f"y:{day.year}|{sound}" for sound in _sounds(identity))


def _mail_keys(identity: Identity) -> Iterable[str]:
    for mailbox in identity.mailboxes:
        yield f"e:{mailbox}"
        local = collapse(mailbox.partition("@")[0])
        if local not in SHARED_MAILBOXES:
            yield f"l:{local}"
    if identity.domain:
        yield f"d:{identity.domain.lower()}"


def _place_keys(identity: Identity) -> Iterable[str]:
    if identity.road and identity.house_number:
        yield f"s:{identity.road}|{collapse(identity.house_number)}"
    if identity.postcode:
        yield from (f"c:{identity.postcode}|{sound}" for sound in _sounds(identity))
