"""From what is typed to people, startups and partners, best first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, F, Value, When

from accounts.actors import Actor
from contacts.folding import collapse, fold
from contacts.models import (
    Affiliation,
    EntryWord,
    PartnerOrganisation,
    Person,
    SearchEntry,
    Startup,
)
from contacts.search.database import holding
from contacts.search.queries import Query, understand
from contacts.search.vocabulary import vocabulary

CANDIDATES = 400
# Loaded beyond the limit, for what the actor may not see.
SPARE = 10
# What a word must be answered like on the average: one slip or the same sound, not two slips.
NEAR = 0.6

# (kind, id of the entry) -> how well it answers
Scores = dict[tuple[str, int], float]


@dataclass(frozen=True)
class Hit:
    """One record that was found; `subtitle` tells it from others of the same name.

    `near`: what was typed may well mean it; else it is only the least unlike there is.
    """

    kind: str
    id: object
    reference: str
    title: str
    subtitle: str
    url: str
    near: bool = True


def find(query: str, *, actor: Actor, kinds: Sequence[str] = (), limit: int = 20) -> list[Hit]:
    """At most `limit` records the actor may see; `kinds` of person, startup, partner (all).

    A reference finds that one record. The number of database queries does not grow with what
    is stored, and no more than 400 candidates are weighed.
    """
    asked = understand(query)
    if asked.reference:
        return _referenced(asked.reference, kinds or tuple(LOADERS), actor)
    scores, enough = _by_fragments(asked.fragments, kinds), 0.0
    if not scores:
        scores, enough = _by_words(asked, kinds), NEAR * len(asked.words)
    best = sorted(scores, key=lambda one: -scores[one])[: limit + SPARE]
    found = [(scores[kind, entry], hit) for kind, entry, hit in _load(best, actor)]
    found.sort(key=lambda pair: (-pair[0], fold(pair[1].title), pair[1].reference))
    return [replace(hit, near=score >= enough) for score, hit in found[:limit]]


def _load(best: list[tuple[str, int]], actor: Actor) -> Iterator[tuple[str, int, Hit]]:
    """One query for each kind among the best, and one for what people belong to."""
    entries: dict[str, list[int]] = defaultdict(list)
    for kind, entry in best:
        entries[kind].append(entry)
    for kind, ids in entries.items():
        for entry, hit in LOADERS[kind](ids, actor):
            yield kind, entry, hit


def _referenced(reference: str, kinds: Sequence[str], actor: Actor) -> list[Hit]:
    for kind in kinds:
        if reference.startswith(f"{MODELS[kind].REFERENCE_PREFIX}-"):
            entries = SearchEntry.objects.filter(**{f"{kind}__reference": reference})
            return [hit for _entry, hit in LOADERS[kind](entries.values("pk"), actor)]
    return []


def _by_fragments(fragments: Sequence[str], kinds: Sequence[str]) -> Scores:
    """Entries whose phones or mails hold one of these; a beginning is better than an inside."""
    scores: Scores = {}
    among = SearchEntry.objects.filter(kind__in=kinds) if kinds else SearchEntry.objects.all()
    for fragment in fragments:
        rows = holding(among, fragment).values_list("kind", "pk", "text")
        for kind, entry, text in rows[:CANDIDATES]:
            scores[kind, entry] = max(scores.get((kind, entry), 0), _place(fragment, text))
    return scores


def _place(fragment: str, text: str) -> float:
    padded = f" {text} "
    if f" {fragment} " in padded:
        return 1.0
    return 0.9 if f" {fragment}" in padded else 0.5


def _by_words(asked: Query, kinds: Sequence[str]) -> Scores:
    """Entries that answer every word, else any; else those that hold the text somewhere."""
    if not asked.words:
        return {}
    known = vocabulary()
    groups = [known.expand(word) for word in asked.words]
    scores = _meeting(groups, kinds)
    if not scores and len(groups) > 1:
        scores = _touching(groups, kinds)
    return scores or _by_fragments((collapse(asked.text),), kinds)


def _meeting(groups: list[dict[str, float]], kinds: Sequence[str]) -> Scores:
    """Entries with a word of each group; those that bear the longest, rarest one truly, first."""
    first, *others = sorted(groups, key=lambda group: -len(_typed(group)))
    rows = EntryWord.objects.filter(word__in=list(first))
    for group in others:
        rows = rows.filter(entry__in=EntryWord.objects.filter(word__in=list(group)).values("entry"))
    return _weigh(rows, [_typed(first)], groups, kinds)


def _touching(groups: list[dict[str, float]], kinds: Sequence[str]) -> Scores:
    rows = EntryWord.objects.filter(word__in={word for group in groups for word in group})
    return _weigh(rows, [_typed(group) for group in groups], groups, kinds)


def _typed(group: dict[str, float]) -> str:
    return max(group, key=group.__getitem__)


def _weigh(rows, typed: list[str], groups: list[dict[str, float]], kinds: Sequence[str]) -> Scores:
    """Sum over the typed words of the best answer among the words of an entry."""
    if kinds:
        rows = rows.filter(entry__kind__in=kinds)
    exact_first = Case(When(word__in=typed, then=Value(0)), default=Value(1))
    entries = rows.order_by(exact_first).values("entry")[:CANDIDATES]
    words = {word for group in groups for word in group}
    borne = EntryWord.objects.filter(entry__in=entries, word__in=words)
    bears: dict[tuple[str, int], list[str]] = defaultdict(list)
    for kind, entry, word in borne.values_list("entry__kind", "entry_id", "word"):
        bears[kind, entry].append(word)
    return {
        one: sum(max(group.get(word, 0) for word in held) for group in groups)
        for one, held in bears.items()
    }


def _people(entries: Iterable, actor: Actor) -> list[tuple[int, Hit]]:
    people = list(
        Person.objects.visible_to(actor)
        .filter(search_entry__in=entries)
        .annotate(entry_id=F("search_entry__id"))
        .only("reference", "title", "given_name", "family_name", "town")
    )
    belongs = _belongings(people)
    return [
        (one.entry_id, _hit("person", one, one.display_name, belongs[one.pk])) for one in people
    ]


def _belongings(people: list[Person]) -> dict[object, str]:
    """Up to two startups or partners of each, and the town."""
    ties = Affiliation.objects.filter(person__in=people, until__isnull=True)
    names: dict[object, list[str]] = defaultdict(list)
    for person, startup, partner in ties.values_list("person", "startup__name", "partner__name"):
        names[person].append(startup or partner)
    return {one.pk: " · ".join(filter(None, [*names[one.pk][:2], one.town])) for one in people}


def _startups(entries: Iterable, actor: Actor) -> list[tuple[int, Hit]]:
    startups = (
        Startup.objects.visible_to(actor)
        .filter(search_entry__in=entries)
        .annotate(entry_id=F("search_entry__id"))
        .select_related("stage")
    )
    return [(one.entry_id, _hit("startup", one, one.name, one.stage.label)) for one in startups]


def _partners(entries: Iterable, actor: Actor) -> list[tuple[int, Hit]]:
    partners = (
        PartnerOrganisation.objects.visible_to(actor)
        .filter(search_entry__in=entries)
        .annotate(entry_id=F("search_entry__id"))
    )
    return [
        (one.entry_id, _hit("partner", one, one.name, one.get_kind_display())) for one in partners
    ]


def _hit(kind: str, record, title: str, subtitle: str) -> Hit:
    return Hit(kind, record.pk, record.reference, title, subtitle, record.get_absolute_url())


LOADERS: dict[str, Callable] = {"person": _people, "startup": _startups, "partner": _partners}
MODELS = {"person": Person, "startup": Startup, "partner": PartnerOrganisation}
