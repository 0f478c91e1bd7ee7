"""Which record a row speaks of: one that is stored, one of an earlier row, or none yet."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count

from contacts.identities import people_identities, startup_identity, stored_keys
from contacts.imports.certainty import is_certain
from contacts.imports.columns import PEOPLE
from contacts.imports.drafts import Draft
from contacts.likeness import Likeness, compare
from contacts.matchkeys import Identity
from contacts.models import Affiliation, EntryKind, MatchKey, PartnerOrganisation, Person, Startup

COMMON_KEY = 40
COMPARED = 40
KEYS_IN_A_QUERY = 500
# Two records that share one of these alone (street, year of birth, ...) are never one.
WEAK_KEYS = ("s:", "y:", "c:", "f:")


@dataclass(eq=False)
class Target:
    """A record that rows speak of: stored (`record`), or to be created from `fields`.

    `changes` are columns to fill of a stored one; `emails`, `phones` and `ties` (model and id of
    startups and partners) are what it has, `added` what rows add. `identities` grow by the row.
    """

    identities: list[Identity]
    record: Any = None
    rows: list[int] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    ties: tuple[Any, ...] = ()
    added: dict[str, tuple] = field(default_factory=lambda: defaultdict(tuple))

    @property
    def is_new(self) -> bool:
        return self.record is None

    def value(self, name: str) -> Any:
        if self.is_new:
            return self.fields[name]
        return self.changes.get(name, getattr(self.record, name))

    def fill(self, name: str, value: Any) -> None:
        (self.fields if self.is_new else self.changes)[name] = value

    def add(self, name: str, values: tuple) -> bool:
        """Append what is not there yet; whether anything was."""
        held = getattr(self, name)
        new = tuple(value for value in dict.fromkeys(values) if value not in held)
        setattr(self, name, held + new)
        self.added[name] += new
        return bool(new)


class Match(NamedTuple):
    """`certain`: the row may be added to the target; else somebody has to look."""

    target: Target
    likeness: Likeness
    certain: bool


class Matcher:
    """Finds the target of each row; holds those of the rows before it."""

    def __init__(self, kind: str):
        self.kind = kind
        self.by_key: dict[str, list[Target]] = defaultdict(list)
        self.by_record: dict[Any, Target] = {}
        self.stored: dict[str, list[Any]] = {}

    def look_up(self, drafts: Iterable[Draft]) -> None:
        """Load the stored records that share a telling key with any of these rows."""
        self.by_record = {pk: one for pk, one in self.by_record.items() if one.rows}
        keys = sorted({key for draft in drafts for key in stored_keys(draft.identity)})
        self.stored = defaultdict(list)
        for at in range(0, len(keys), KEYS_IN_A_QUERY):
            for key, record_id in self._sharing(keys[at : at + KEYS_IN_A_QUERY]):
                self.stored[key].append(record_id)
        self._load({one for ids in self.stored.values() for one in ids} - self.by_record.keys())

    def _sharing(self, keys: list[str]) -> Iterable[tuple[str, Any]]:
        telling = (
            MatchKey.objects.filter(key__in=keys)
            .values("key")
            .annotate(often=Count("pk"))
            .filter(often__lte=COMMON_KEY)
        )
        kind = EntryKind.PERSON if self.kind == PEOPLE else EntryKind.STARTUP
        rows = MatchKey.objects.filter(key__in=telling.values("key"), entry__kind=kind)
        return rows.values_list("key", f"entry__{kind.value}_id")

    def _load(self, ids: set) -> None:
        wanted = sorted(ids)
        for at in range(0, len(wanted), KEYS_IN_A_QUERY):
            self.by_record |= self._targets(wanted[at : at + KEYS_IN_A_QUERY])

    def _targets(self, ids: list) -> dict[Any, Target]:
        if self.kind != PEOPLE:
            startups = Startup.objects.filter(pk__in=ids)
            return {one.pk: Target([startup_identity(one)], one) for one in startups}
        people = list(Person.objects.filter(pk__in=ids))
        identities, ties = people_identities(people), open_ties(ids)
        return {
            one.pk: Target(
                [who := identities[one.pk]],
                one,
                emails=who.emails,
                phones=who.phones,
                ties=ties[one.pk],
            )
            for one in people
        }

    def best(self, draft: Draft) -> Match | None:
        """The likeliest target, one that is certain before others; of equal ones the first."""
        found = [self._compared(draft, target) for target in self._candidates(draft.identity)]
        return max(found, key=lambda one: (one.certain, one.likeness.probability), default=None)

    def _compared(self, draft: Draft, target: Target) -> Match:
        known = [compare(draft.identity, identity) for identity in target.identities]
        best = max(known, key=lambda one: one.probability)
        certain = is_certain(best, known) if self.kind == PEOPLE else best.is_duplicate
        return Match(target, best, certain)

    def _candidates(self, identity: Identity) -> list[Target]:
        """Those who share most keys, a rare key counting more."""
        weight: Counter = Counter()
        shared: Counter = Counter()
        for key in sorted(stored_keys(identity)):
            targets = [self.by_record[one] for one in self.stored.get(key, ())]
            targets += self.by_key.get(key, ())
            if len(targets) > COMMON_KEY:
                continue
            for target in dict.fromkeys(targets):
                weight[target] += 1 / len(targets)
                shared[target] += 1 if key.startswith(WEAK_KEYS) else 2
        near = [target for target, _weight in weight.most_common() if shared[target] > 1]
        return near[:COMPARED]

    def remember(self, draft: Draft, target: Target) -> None:
        """Later rows may speak of the same record."""
        target.identities.append(draft.identity)
        for key in stored_keys(draft.identity):
            if target not in self.by_key[key]:
                self.by_key[key].append(target)


def open_ties(ids: list) -> dict[Any, tuple]:
    """What each of these people belongs to now."""
    rows = Affiliation.objects.filter(person__in=ids, until__isnull=True)
    ties: dict[Any, tuple] = defaultdict(tuple)
    for person, startup, partner in rows.values_list("person_id", "startup_id", "partner_id"):
        ties[person] += ((Startup, startup) if startup else (PartnerOrganisation, partner),)
    return ties
