"""Addresses of events: one segment below /veranstaltungen/, made from the title, then fixed."""

import re
from collections.abc import Iterator
from uuid import UUID

from contacts.folding import fold

# Segments with a meaning of their own: the calendar of all events, the form for a new one.
RESERVED = frozenset({"kalender", "neu"})
FALLBACK = "veranstaltung"
LONGEST = 80
NUMBERED = 9


def slugs_for(title: str, event_id: UUID) -> Iterator[str]:
    """Good addresses first: the title, the title with a number, at last one that is surely free."""
    words = re.findall(r"[a-z0-9]+", fold(title))
    base = "-".join(words)[:LONGEST].strip("-") or FALLBACK
    if base not in RESERVED:
        yield base
    yield from (f"{base}-{number}" for number in range(2, NUMBERED + 1))
    yield f"{base}-{event_id.hex[-12:]}"
