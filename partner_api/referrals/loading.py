"""The referrals of a page, flat and with all that hangs on them, in two statements.

No instances of models: making those takes most of the time of a long list. What hangs on the rows
comes as a UNION ALL of names, topics, consents, addresses, phones and what partners told: each
branch answers its number and its row as JSON, which both databases can make. Names are not joined
because PostgreSQL takes longer to plan eight joins than to run them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import F, JSONField, Model, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.timezone import is_naive

from contacts.models import Consent, PartnerOrganisation, PersonEmail, PersonPhone, Stage
from referrals.disclosure import first_steps, stored_consents
from referrals.models import Need, Referral, Service
from referrals.told import read

ORGANISATIONS = ("sender_id", "recipient_id", "forward_to_id")
COLUMNS = [
    *["pk", "id", "reference", "status", "status_since", "consent_id", "reason", "respond_by"],
    *["responsible", "sender_reference", "recipient_reference", "decline_reason"],
    *["first_contact_on", "resume_on", "outcome", "withdrawn_reason", "acknowledged_at"],
    *["version", "created_at", "modified_at", "agency_copied", "person_id", "need_id"],
    *["need__reference", "need__postcode", "need__question", "need__stage_id"],
    *["need__person__title", "need__person__given_name", "need__person__family_name"],
    *["service_id", *ORGANISATIONS],
]


def flat(referrals: QuerySet[Referral]) -> QuerySet:
    """Rows with `COLUMNS` as attributes: enough for `presenting`, the rules and disclosure."""
    owned = referrals.annotate(person_id=F("need__person_id"))
    return owned.values_list(*COLUMNS, named=True)


class Hanging:
    """Names and topics of these rows; of the accepted ones consents, contacts, what was told."""

    def __init__(self, rows: list, accepted: list):
        people = {row.person_id for row in accepted}
        organisations, services, stages, topics, consents, emails, phones, steps = rows_together(
            (among(PartnerOrganisation, rows, *ORGANISATIONS), ["id", "name"]),
            (among(Service, rows, "service_id"), ["id", "name"]),
            (among(Stage, rows, "need__stage_id"), ["id", "code", "names"]),
            topics_of(rows),
            (stored_consents(accepted), CONSENT),
            (of_people(PersonEmail, people), ["person_id", "address", "position", "id"]),
            (of_people(PersonPhone, people), ["person_id", "number", "position", "id"]),
            (first_steps(accepted), ["referral_id", "text"]),
        )
        self.names = {UUID(row["id"]): row["name"] for row in organisations + services}
        self.stages = {row["id"]: row for row in stages}
        topics.sort(key=lambda topic: (topic["position"], topic["code"]))
        self.topics = by_owner(topics, "need_id")
        self.consents = [record(Consent, values) for values in consents]
        self.emails, self.phones = ordered(emails, "address"), ordered(phones, "number")
        self.told = {UUID(step["referral_id"]): read(step["text"]) for step in steps}


CONSENT = [
    *["id", "person_id", "recipient_id", "shared_fields"],
    *["given_at", "expires_at", "withdrawn_at", "evidence", "by_organisation_id"],
]


def among(model: type[Model], rows: list, *names: str) -> QuerySet:
    """What these columns of the rows point at."""
    return model._default_manager.filter(
        pk__in={getattr(row, name) for row in rows for name in names}
    )


def topics_of(rows: list) -> tuple[QuerySet, dict[str, str]]:
    links = Need.topics.through.objects.filter(need__in={row.need_id for row in rows})
    columns = {name: f"topic__{name}" for name in ("code", "names", "position")}
    return links, {"need_id": "need_id", **columns}


def of_people(model: type[Model], people: set[UUID]) -> QuerySet:
    return model._default_manager.filter(person__in=people)


def ordered(rows: list[dict], name: str) -> dict[UUID, list[str]]:
    """The values of `name` of each person, the first address or phone first."""
    rows.sort(key=lambda row: (row["position"], row["id"]))
    return {
        person: [row[name] for row in own] for person, own in by_owner(rows, "person_id").items()
    }


def by_owner(rows: Iterable[dict], name: str) -> dict[UUID, list[dict]]:
    groups = defaultdict(list)
    for row in rows:
        groups[UUID(row[name])].append(row)
    return groups


def rows_together(*parts: tuple[QuerySet, list[str] | dict[str, str]]) -> list[list[dict]]:
    """One list of rows per part (queryset, its columns: names, or names with their paths)."""
    branches = [branch(number, *part) for number, part in enumerate(parts)]
    found: list[list] = [[] for _part in parts]
    for number, values in branches[0].union(*branches[1:], all=True):
        found[number].append(values)
    return found


def branch(number: int, rows: QuerySet, columns: list[str] | dict[str, str]) -> QuerySet:
    paths = columns if isinstance(columns, dict) else {name: name for name in columns}
    row = JSONObject(**{name: F(path) for name, path in paths.items()})
    return rows.order_by().annotate(part=Value(number), row=row).values_list("part", "row")


def record(model: type[Model], values: dict[str, Any]) -> Any:
    """An instance with these columns only; `from_db` wants them in the order of the model."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db("default", names, [parsed(model, name, values[name]) for name in names])


def parsed(model: type[Model], name: str, value: Any) -> Any:
    """SQLite has text inside JSON where PostgreSQL has a type of its own."""
    field = model._meta.get_field(name)
    field = field.target_field if field.is_relation else field
    if isinstance(field, JSONField):
        return json.loads(value) if isinstance(value, str) else value
    value = field.to_python(value)
    return value.replace(tzinfo=UTC) if hasattr(value, "tzinfo") and is_naive(value) else value
