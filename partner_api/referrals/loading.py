"""The referrals of a page, flat and with all that hangs on them, in two statements.

No instances of models: making those takes most of the time of a long list. Keys as text: making
UUIDs and comparing them takes most of the rest. What hangs on the rows comes as a UNION ALL of
names, topics, people with their contacts, consents and what partners told: each branch answers its
number, whose it is, and the rest as a JSON array, which both databases can make.
"""

import functools
import json
from collections import defaultdict, namedtuple
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import (
    BigAutoField,
    DateTimeField,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.utils.translation import get_language

from accounts.actors import Actor
from accounts.models import Channel, Role
from contacts.models import Consent, PartnerOrganisation, PersonEmail, PersonPhone, Stage, Topic
from contacts.models.people import full_name
from dma_crm.models import worded_in
from dma_crm.paging import Page, Place, Stretch
from dma_crm.statements import Given, InText, Statement
from referrals.disclosure import first_steps, shown_people, stored_consents
from referrals.models import Need, Referral, Service
from referrals.told import Told, read

ORGANISATIONS = ("sender_id", "recipient_id", "forward_to_id")
# Read as text, as is the referral's own key, the `pk`.
KEYS = ("consent_id", "need_id", "need__person_id", "service_id", *ORGANISATIONS)
COLUMNS = [
    *["id", "reference", "status", "status_since", "reason", "respond_by", "responsible"],
    *["sender_reference", "recipient_reference", "decline_reason"],
    *["first_contact_on", "resume_on", "outcome", "withdrawn_reason", "acknowledged_at"],
    *["version", "created_at", "modified_at", "agency_copied"],
    *["need__reference", "need__postcode", "need__question", "need__stage_id"],
]
SELECTED = [*COLUMNS, InText("pk"), *map(InText, KEYS)]
# With the names that the rules and disclosure know from the model; `id` orders the pages.
Row = namedtuple(
    "Row", [name.replace("need__person", "person") for name in (*COLUMNS, "pk", *KEYS)]
)  # type: ignore[misc]
ORGANISATION = Given("organisation", UUIDField())
KEY_HOLDER = Actor(Role.PARTNER, Channel.API, organisation_id=ORGANISATION)  # type: ignore[arg-type]


def by_pk() -> QuerySet:
    return Referral.objects.visible_to(KEY_HOLDER).filter(pk=Given("pk", UUIDField())).order_by()


TO_READ = Statement(lambda: by_pk().values_list(*SELECTED))
PARTIES = ("need__person", "need__owner", "sender", "recipient")
TO_ACT_ON = Statement(lambda: by_pk().select_related(*PARTIES))
STATUS = Referral._meta.get_field("status")
CONDITIONS = {
    "received": Q(recipient_id=ORGANISATION),
    "sent": Q(sender_id=ORGANISATION),
    "topic": Q(need__topics=Given("topic", BigAutoField())),
    "modified_after": Q(modified_at__gt=Given("modified_after", DateTimeField())),
}


def one(pk: UUID, actor: Actor) -> Row | None:
    rows = TO_READ.rows(organisation=actor.organisation_id, pk=pk)
    return Row(*rows[0]) if rows else None


def to_act_on(pk: UUID, actor: Actor) -> Referral | None:
    """An instance, with those who are told of what is done."""
    rows = TO_ACT_ON.instances(organisation=actor.organisation_id, pk=pk)
    return rows[0] if rows else None


def page(
    place: Place, direction: str, statuses: Iterable[str], given: dict[str, Any], actor: Actor
) -> Page:
    """Of those received or sent, in any of `statuses`; `given` has values for CONDITIONS."""
    wanted = {f"status{number}": status for number, status in enumerate(statuses)}
    asked = statement(frozenset({direction, *given}), tuple(wanted), place.stretch)
    behind = dict(zip(place.stretch.fields, place.values, strict=False))
    rows = asked.rows(organisation=actor.organisation_id, **wanted, **given, **behind)
    return place.page([*map(Row._make, rows)])


@functools.lru_cache(maxsize=200)
def statement(conditions: frozenset[str], statuses: tuple[str, ...], stretch: Stretch) -> Statement:
    """The referrals an organisation may see, under these conditions, ordered and cut.

    Each status is a part of its own, which the index has in order: a rare one costs what a common
    one does. (SQLite cannot cut the parts; it reads on until the page is full.)
    """

    def build() -> QuerySet:
        rows = Referral.objects.visible_to(KEY_HOLDER).order_by()
        rows = rows.filter(*[CONDITIONS[name] for name in sorted(conditions)])
        rows = stretch.behind(rows, stretch.given(Referral))
        parts = [rows.filter(status=Given(name, STATUS)) for name in statuses] or [rows]
        parts = [part.values_list(*SELECTED) for part in parts]
        if len(parts) > 1 and connection.features.supports_slicing_ordering_in_compound:
            parts = [stretch.cut(part) for part in parts]
        first, *others = parts
        return stretch.cut(first.union(*others, all=True) if others else first)

    return Statement(build)


class Hanging:
    """Names and topics of these rows; of the accepted ones consents, contacts, what was told."""

    def __init__(self, rows: list[Row], accepted: list[Row]):
        parts = parts_of(rows, accepted)
        named = parts["organisations"] + parts["services"]
        self.named = {pk: {"id": pk, "name": name} for pk, (name,) in named}
        self.stages = catalogue(parts["stages"])
        self.topics = topics_of_needs(catalogue(parts["topics"]), parts["topics_of_needs"])
        self.people = {person: told_by_us(*values) for person, values in parts["people"]}
        self.consents = [
            KeptConsent(person, *values)
            for person, values in parts["consents"]
            if person in self.people
        ]
        self.told = {referral: read(text) for referral, (text,) in parts["told"]}


def parts_of(rows: list[Row], accepted: list[Row]) -> dict[str, list[tuple[str, list]]]:
    """Of each of BRANCHES owner and values."""
    answered = HANGING.rows(
        organisations=ids(rows, *ORGANISATIONS),
        services=ids(rows, "service_id"),
        stages=ids(rows, "need__stage_id"),
        needs=ids(rows, "need_id"),
        people=ids(accepted, "person_id"),
        recipients=ids(accepted, "recipient_id"),
        told=[row.pk for row in accepted if row.agency_copied],
    )
    found: list[list] = [[] for _name in BRANCHES]
    all_values = orjson.loads(f"[{','.join(text for _number, _owner, text in answered)}]")
    for (number, owner, _text), values in zip(answered, all_values, strict=True):
        found[number].append((owner, values))
    return dict(zip(BRANCHES, found, strict=True))


def ids(rows: Iterable[Row], *names: str) -> set:
    """What these columns of the rows point at."""
    return {value for name in names for value in map(attrgetter(name), rows)} - {None}


def together() -> QuerySet:
    first, *others = (branch(number, *each) for number, each in enumerate(BRANCHES.values()))
    return first.union(*others, all=True)


def branch(number: int, rows: QuerySet, owner: str | None, columns: list[str]) -> QuerySet:
    named = {
        "part": Value(number),
        "whose": InText(owner) if owner else Value(None, TextField()),
        "row": InJSON(*columns),
    }
    return rows.order_by().annotate(**named).values_list(*named)


class InJSON(Func):
    """An array of these columns, as text; PostgreSQL writes plain JSON faster than its jsonb."""

    output_field = TextField()
    template = "json_array(%(expressions)s)"

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, template="json_build_array(%(expressions)s)::text")


class InOrder(Subquery):
    """The addresses or numbers of a person, the first one first."""

    output_field = TextField()

    def __init__(self, model: type[Model], name: str):
        rows = model._default_manager.filter(person=OuterRef("pk")).order_by("position", "id")
        super().__init__(rows.values(contact=F(name)))

    def as_sqlite(self, compiler, connection):
        return self.as_sql(
            compiler, connection, template="(SELECT json_group_array(contact) FROM (%(subquery)s))"
        )

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, template="ARRAY(%(subquery)s)")


def among(model: type[Model], name: str, path: str = "pk") -> QuerySet:
    return model._default_manager.filter(**{f"{path}__any_of": Given(name)})


CODED = ["id", "position", "code", "names"]
CONSENT = [
    *[InText("id"), InText("by_organisation_id"), InText("recipient_id")],
    *["shared_fields", "evidence", "given_at", "expires_at", "withdrawn_at"],
]
BRANCHES = {
    "organisations": (among(PartnerOrganisation, "organisations"), "id", ["name"]),
    "services": (among(Service, "services"), "id", ["name"]),
    "stages": (among(Stage, "stages"), None, CODED),
    "topics": (Topic.objects.all(), None, CODED),
    "topics_of_needs": (among(Need.topics.through, "needs", "need"), "need_id", ["topic_id"]),
    "people": (
        shown_people(Given("people")),
        "id",
        [
            *["title", "given_name", "family_name"],
            *[InOrder(PersonEmail, "address"), InOrder(PersonPhone, "number")],
        ],
    ),
    "consents": (
        stored_consents(Given("people"), Given("recipients")),
        "person_id",
        CONSENT,
    ),
    "told": (first_steps(Given("told")), "referral_id", ["text"]),
}
HANGING = Statement(together)


def catalogue(rows: list[tuple[None, list]]) -> dict[int, tuple[int, str, str]]:
    """Position, code and label of each."""
    language = get_language()
    return {
        pk: (position, code, worded_in(language, parsed(names), code))
        for _owner, (pk, position, code, names) in rows
    }


def topics_of_needs(topics: dict, links: list[tuple[str, list]]) -> dict[str, list]:
    needs = defaultdict(list)
    for need, (topic,) in links:
        needs[need].append(topics[topic])
    for own in needs.values():
        own.sort()
    return needs


def told_by_us(title: str, given_name: str, family_name: str, emails: Any, phones: Any) -> Told:
    """What our own records say."""
    name = full_name(title, given_name, family_name)
    return Told(name, tuple(parsed(emails)), tuple(parsed(phones)))


def parsed(value: Any) -> Any:
    """SQLite has text inside JSON where PostgreSQL has JSON."""
    return json.loads(value) if isinstance(value, str) else value


class KeptConsent(NamedTuple):
    """Of a Consent what `covering_consents` and `founder` look at."""

    person_id: str
    pk: str
    by_organisation_id: str | None
    recipient_id: str
    shared: Any
    evidence: str
    given: str
    expires: str | None
    withdrawn: str | None

    counts_for = Consent.counts_for
    is_active = Consent.is_active

    # Mostly there is nothing to read, or nobody asks: reading a moment takes long.
    shared_fields = property(lambda self: parsed(self.shared))
    given_at = property(lambda self: moment(self.given))
    expires_at = property(lambda self: moment(self.expires))
    withdrawn_at = property(lambda self: moment(self.withdrawn))


def moment(text: str | None) -> datetime | None:
    """SQLite keeps them in UTC without saying so."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
