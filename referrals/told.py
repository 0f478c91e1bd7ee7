"""What a partner said of the founder it refers: lines kept with the first step of the referral."""

from collections.abc import Iterable
from typing import NamedTuple


class Told(NamedTuple):
    """Empty where nobody said anything, as of referrals of the agency."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


def written(name: str, emails: Iterable[str], phones: Iterable[str]) -> str:
    """A line each: name, addresses, numbers."""
    one_line = " ".join(name.split())
    return "\n".join([one_line, *emails, *phones, ""])


def read(text: str) -> Told:
    name, *lines = text.splitlines() or [""]
    emails = tuple(line for line in lines if "@" in line)
    return Told(name, emails, tuple(line for line in lines if line and line not in emails))
