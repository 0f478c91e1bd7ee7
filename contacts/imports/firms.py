"""Firms that people lists name: linked where clearly known, else kept as a remark.

No startup is made of such a name. A startup is a case with a phase that counts in the figures,
and "Firma" on a list of people is as often the employer.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from contacts.folding import fold
from contacts.imports.values import parse_firm
from contacts.models import PartnerOrganisation, Startup


def spellings(firm: str) -> set[str]:
    """A firm's name with and without its legal form, as `sort_name` holds it."""
    return {fold(firm), fold(parse_firm(firm).value.name)} - {""}


class KnownFirms:
    """Startups and partners by name, read in one query each for a batch of rows."""

    def __init__(self):
        self.by_name: dict[str, set[tuple[type, Any]]] = defaultdict(set)

    def look_up(self, firms: Iterable[str]) -> None:
        names = {name for firm in firms for name in spellings(firm)}
        self.by_name.clear()
        for model in (Startup, PartnerOrganisation):
            rows = model.objects.filter(sort_name__in=names).values_list("sort_name", "pk")
            for name, pk in rows:
                self.by_name[name].add((model, pk))

    def only(self, firm: str) -> tuple[type, Any] | None:
        """The one startup or partner of this name; None when there is none, or several."""
        found = set().union(*(self.by_name.get(name, set()) for name in spellings(firm)))
        return next(iter(found)) if len(found) == 1 else None

    def is_partner(self, firm: str) -> bool:
        return any(
            model is PartnerOrganisation
            for name in spellings(firm)
            for model, _pk in self.by_name.get(name, ())
        )
