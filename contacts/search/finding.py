"""From what is typed to people, startups and partners, best first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, Value, When

from accounts.actors import Actor
from contacts.folding import collapse, fold
from contacts.models import EntryWord, PartnerOrganisation, Person, SearchEntry, Startup
from contacts.search.database import holding
from contacts.search.queries import Query, understand
from contacts.search.vocabulary import EXACT, vocabulary

CANDIDATES = 400
# Loaded beyond the limit, for what the actor may not see.
SPARE = 40


@dataclass(frozen=True)
class Hit:
    """One record that was found; `subtitle` tells it from others of the same name."""

    kind: str
    id: object
    reference: str
    title: str
    subtitle: str
    url: str


def find(query: str, *, actor: Actor, kinds: Sequence[str] = (), limit: int = 20) -> list[Hit]:
    """At most `limit` records the actor may see; `kinds` of person, startup, partner (all).

    A reference finds that one record. The number of database queries does not depend on what
    is stored, and no more than 400 candidates are weighed.
    """
    asked = understand(query)
    wanted = tuple(kinds) or tuple(LOADERS)
    if asked.reference:
        return _referenced(asked.reference, wanted, actor)
    scores = _by_fragments(asked.fragments, wanted) or _by_words(asked, wanted)
    best = sorted(scores, key=lambda entry: -scores[entry])[: limit + SPARE]
    found = [(entry, hit) for kind in wanted for entry, hit in LOADERS[kind](best, actor)]
    found.sort(key=lambda pair: (-scores[pair[0]], fold(pair[1].title), pair[1].reference))
    return [hit for _entry, hit in found[:limit]]


def _referenced(reference: str, kinds: Sequence[str], actor: Actor) -> list[Hit]:
    for kind in kinds:
        model = MODELS[kind]
        if reference.startswith(f"{model.REFERENCE_PREFIX}-"):
            entries = SearchEntry.objects.filter(**{f"{kind}__reference": reference})
            return [hit for _entry, hit in LOADERS[kind](entries.values("pk"), actor)]
    return []


def _by_fragments(fragments: Sequence[str], kinds: Sequence[str]) -> dict[int, float]:
    """Entries whose phones or mails hold one of these; a beginning is better than an inside."""
    scores: dict[int, float] = {}
    for fragment in fragments:
        rows = holding(_entries(kinds), fragment).values_list("pk", "text")[:CANDIDATES]
        for entry, text in rows:
            scores[entry] = max(scores.get(entry, 0), _place(fragment, text))
    return scores


def _entries(kinds: Sequence[str]):
    return SearchEntry.objects.filter(kind__in=kinds)


def _place(fragment: str, text: str) -> float:
    padded = f" {text} "
    if f" {fragment} " in padded:
        return 1.0
    return 0.9 if f" {fragment}" in padded else 0.5


def _by_words(asked: Query, kinds: Sequence[str]) -> dict[int, float]:
    """Entries that answer every word, else any; else those that hold the text somewhere."""
    if not asked.words:
        return {}
    known = vocabulary()
    groups = [known.expand(word) for word in asked.words]
    entries = _meeting(groups, kinds) or _touching(groups, kinds)
    if not entries:
        return _by_fragments((collapse(asked.text),), kinds)
    return _weigh(entries, groups)


def _meeting(groups: list[dict[str, float]], kinds: Sequence[str]) -> list[int]:
    """Entries with a word of each group; those that bear the rarest, longest one truly, first."""
    first, *others = sorted(groups, key=lambda group: -max(map(len, _best(group))))
    rows = EntryWord.objects.filter(word__in=list(first), entry__kind__in=kinds)
    for group in others:
        rows = rows.filter(entry__in=EntryWord.objects.filter(word__in=list(group)).values("entry"))
    return _bounded(rows, _best(first))


def _touching(groups: list[dict[str, float]], kinds: Sequence[str]) -> list[int]:
    words = {word for group in groups for word in group}
    best = [word for group in groups for word in _best(group)]
    rows = EntryWord.objects.filter(word__in=words, entry__kind__in=kinds)
    return _bounded(rows, best) if len(groups) > 1 else []


def _best(group: dict[str, float]) -> list[str]:
    return [word for word, score in group.items() if score == EXACT]


def _bounded(rows, best: list[str]) -> list[int]:
    exact_first = Case(When(word__in=best, then=Value(0)), default=Value(1))
    ordered = rows.order_by(exact_first).values_list("entry", flat=True)
    return list(dict.fromkeys(ordered[:CANDIDATES]))


def _weigh(entries: list[int], groups: list[dict[str, float]]) -> dict[int, float]:
    """Sum over the typed words of the best answer among the entry's words."""
    words = {word for group in groups for word in group}
    rows = EntryWord.objects.filter(entry__in=entries, word__in=words)
    bears: dict[int, list[str]] = defaultdict(list)
    for entry, word in rows.values_list("entry_id", "word"):
        bears[entry].append(word)
    return {
        entry: sum(max(group.get(word, 0) for word in borne) for group in groups)
        for entry, borne in bears.items()
    }


def _people(entries: Iterable, actor: Actor) -> list[tuple[int, Hit]]:
    people = (
        Person.objects.visible_to(actor)
        .filter(search_entry__in=entries)
        .annotate(entry_id=F("search_entry__id"))
        .prefetch_related("affiliations__startup", "affiliations__partner")
    )
    return [(one.entry_id, _hit("person", one, one.display_name, _belongs(one))) for one in people]


def _belongs(person: Person) -> str:
    names = [str(one.startup or one.partner) for one in person.affiliations.all() if not one.until]
    return " · ".join(filter(None, [*names[:2], person.town]))


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
