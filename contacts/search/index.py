"""Keeps search entries, words and match keys of a record up to date."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction

from contacts.folding import search_text, words
from contacts.identities import (
    partner_identity,
    people_identities,
    startup_identity,
    stored_keys,
)
from contacts.matchkeys import Identity
from contacts.models import (
    EntryKind,
    EntryWord,
    MatchKey,
    PartnerOrganisation,
    Person,
    PersonState,
    SearchEntry,
    SearchWord,
    Startup,
)
from contacts.phonetics import cologne
from contacts.search.database import insert_pairs

CHUNK = 1_000
LONGEST = EntryWord._meta.get_field("word").max_length


@dataclass(frozen=True)
class Findable:
    """What one record is found by; `spoken` are its names."""

    pk: object
    spoken: tuple[str, ...]
    identity: Identity

    @property
    def text(self) -> str:
        who = self.identity
        return search_text(names=self.spoken, phones=who.phones, emails=(*who.emails, who.domain))

    @property
    def words(self) -> set[str]:
        return {word[:LONGEST] for name in self.spoken for word in words(name)}


def index_record(record) -> None:
    """Rewrite the entry of one person, startup or partner; called by the action that wrote it."""
    index_many([record])


@transaction.atomic
def index_many(records: Iterable) -> None:
    """The same in bulk: a constant number of queries for every thousand records.

    The records are read again under a lock, so of two writers the later one leaves the entry.
    Anonymised people lose their entry, and words nobody else has leave the vocabulary.
    """
    ids = defaultdict(set)
    for record in records:
        ids[type(record)].add(record.pk)
    for model, wanted in ids.items():
        for chunk in _chunks(sorted(wanted)):
            _index(model, chunk)


def _chunks(items: list) -> Iterator[list]:
    return (items[at : at + CHUNK] for at in range(0, len(items), CHUNK))


def _index(model, ids: list) -> None:
    kind, describe = KINDS[model]
    rows = model._base_manager.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    found = describe(list(rows))
    entries = SearchEntry.objects.bulk_create(
        [SearchEntry(kind=kind, text=one.text, **{f"{kind}_id": one.pk}) for one in found],
        update_conflicts=True,
        unique_fields=[kind],
        update_fields=["text"],
    )
    described = [(entry.pk, one) for entry, one in zip(entries, found, strict=True)]
    _write_words([(pk, word) for pk, one in described for word in one.words])
    _rewrite(
        MatchKey, "key", {(pk, key) for pk, one in described for key in stored_keys(one.identity)}
    )
    _drop_unused(_forget(kind, set(ids) - {one.pk for one in found}))


def _write_words(pairs: list[tuple[int, str]]) -> None:
    wanted = {word for _entry, word in pairs}
    known = set(SearchWord.objects.filter(word__in=wanted).values_list("word", flat=True))
    missing = sorted(wanted - known)  # in order: two writers never wait for each other in a circle
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, phonetic=cologne(word)[:LONGEST]) for word in missing],
        ignore_conflicts=True,
    )
    _drop_unused(_rewrite(EntryWord, "word", set(pairs)))


def _rewrite(model, field: str, wanted: set[tuple[int, str]]) -> set[str]:
    """Leave exactly `wanted` (entry, value) for these entries; answers the values taken away."""
    rows = model.objects.filter(entry__in={entry for entry, _value in wanted})
    held = {(entry, value): pk for pk, entry, value in rows.values_list("pk", "entry_id", field)}
    gone = {pair: pk for pair, pk in held.items() if pair not in wanted}
    if gone:
        model.objects.filter(pk__in=gone.values()).delete()
    insert_pairs(model, field, sorted(wanted - held.keys()))
    return {value for _entry, value in gone}


def _forget(kind: str, ids: set) -> set[str]:
    """Delete the entries of these records; answers the words they had."""
    if not ids:
        return set()
    entries = SearchEntry.objects.filter(**{f"{kind}__in": ids})
    had = set(EntryWord.objects.filter(entry__in=entries).values_list("word", flat=True))
    entries.delete()
    return had


def _drop_unused(taken: set[str]) -> None:
    """A name that nobody bears any more must not stay in the vocabulary (Art. 17 DSGVO)."""
    if not taken:
        return
    borne = EntryWord.objects.filter(word__in=taken).values_list("word", flat=True)
    SearchWord.objects.filter(word__in=taken - set(borne)).delete()


def _people(people: list[Person]) -> list[Findable]:
    kept = [person for person in people if person.state != PersonState.ANONYMISED]
    identities = people_identities(kept)
    return [
        Findable(
            one.pk,
            (f"{one.given_name} {one.family_name}", one.title),
            identities[one.pk],
        )
        for one in kept
    ]


def _startups(startups: list[Startup]) -> list[Findable]:
    return [Findable(one.pk, (one.name,), startup_identity(one)) for one in startups]


def _partners(partners: list[PartnerOrganisation]) -> list[Findable]:
    return [
        Findable(one.pk, (one.name, one.short_name, one.contact_name), partner_identity(one))
        for one in partners
    ]


KINDS: dict[type, tuple[str, Callable]] = {
    Person: (EntryKind.PERSON.value, _people),
    Startup: (EntryKind.STARTUP.value, _startups),
    PartnerOrganisation: (EntryKind.PARTNER.value, _partners),
}
