"""Who may already be here, while somebody is being typed in."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise

from accounts.actors import Actor
from contacts.identities import people_identities, stored_keys
from contacts.likeness import CHECK, REASONS, compare
from contacts.matchkeys import Identity
from contacts.models import EntryKind, MatchKey, Person

# A key over this many records tells nothing while typing.
COMMON_KEY = 60
COMPARED = 40


@dataclass(frozen=True)
class NearDuplicate:
    """A person who may be the one typed in; `reasons` are labels, the weightiest first."""

    person: Person
    probability: float
    reasons: list[str | Promise]


def near_duplicates(identity: Identity, *, actor: Actor, limit: int = 3) -> list[NearDuplicate]:
    """People the actor may see who are as likely the same as not, the likeliest first.

    Constant queries; at most 40 people are compared, those who share the rarest keys. The
    probability orders and warns, it is no measure (see contacts/likeness.py).
    """
    people = Person.objects.visible_to(actor).filter(pk__in=_sharing(stored_keys(identity)))
    people = list(people)
    held = people_identities(people)
    compared = [(person, compare(identity, held[person.pk])) for person in people]
    near = [
        NearDuplicate(person, found.probability, [REASONS[code] for code in found.reasons])
        for person, found in compared
        if found.probability >= CHECK
    ]
    near.sort(key=lambda one: (-one.probability, one.person.reference))
    return near[:limit]


def _sharing(keys: set[str]) -> list:
    """Ids of the people who share most of these keys, a rare key counting more."""
    telling = (
        MatchKey.objects.filter(key__in=keys)
        .values("key")
        .annotate(often=Count("pk"))
        .filter(often__lte=COMMON_KEY)
    )
    rows = MatchKey.objects.filter(key__in=telling.values("key"), entry__kind=EntryKind.PERSON)
    pairs = list(rows.values_list("key", "entry__person_id"))
    often = Counter(key for key, _person in pairs)
    weight: Counter = Counter()
    for key, person in pairs:
        weight[person] += 1 / often[key]
    return [person for person, _weight in weight.most_common(COMPARED)]
