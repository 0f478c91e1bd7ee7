"""All that hangs on the referrals of a page, in one statement instead of five.

A UNION ALL of topics, consents, addresses, phones and what partners told: each branch answers its
number and its row as JSON, which both databases can make.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.db.models import F, JSONField, Model, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.timezone import is_naive

from contacts.models import Consent, PersonEmail, PersonPhone, Topic
from referrals.disclosure import first_steps, stored_consents
from referrals.models import Need, Referral, ReferralStep

TOPIC = ["id", "code", "names", "position"]
CONSENT = [
    *["id", "person_id", "recipient_id", "shared_fields"],
    *["given_at", "expires_at", "withdrawn_at", "evidence", "by_organisation_id"],
]
EMAIL = ["id", "person_id", "address", "position"]
PHONE = ["id", "person_id", "number", "position"]
STEP = ["id", "referral_id", "text"]


class Page:
    """Referrals read with their joins; afterwards they need no further statement to be shown."""

    def __init__(self, referrals: list[Referral]):
        self.referrals = referrals

    def consents_of(self, accepted: list[Referral]) -> list[Consent]:
        """Reads everything; the topics of all, the rest of accepted ones only."""
        topics, consents, emails, phones, steps = rows_together(
            (topics_of(self.referrals), Topic, TOPIC, "topic__"),
            (stored_consents(accepted), Consent, CONSENT, ""),
            (of_people(PersonEmail, accepted), PersonEmail, EMAIL, ""),
            (of_people(PersonPhone, accepted), PersonPhone, PHONE, ""),
            (first_steps(accepted), ReferralStep, STEP, ""),
        )
        self.keep_topics(topics)
        for name, rows in (("emails", emails), ("phones", phones)):
            keep_of_people(accepted, name, rows)
        by_referral = grouped(steps, "referral_id")
        for referral in accepted:
            referral.first_steps = by_referral[referral.pk]
        return consents

    def keep_topics(self, topics: list[Topic]) -> None:
        by_need = grouped(topics, "owner")
        for referral in self.referrals:
            rows = sorted(by_need[referral.need_id], key=lambda topic: (topic.position, topic.code))
            keep(referral.need, "topics", rows)


def topics_of(referrals: list[Referral]) -> QuerySet:
    needs = {referral.need_id for referral in referrals}
    return Need.topics.through.objects.filter(need__in=needs).annotate(owner=F("need_id"))


def of_people(model: type[Model], referrals: list[Referral]) -> QuerySet:
    people = {referral.need.person_id for referral in referrals}
    return model._default_manager.filter(person__in=people)


def keep_of_people(referrals: list[Referral], name: str, rows: list) -> None:
    by_person = grouped(rows, "person_id")
    for referral in referrals:
        person = referral.need.person
        keep(person, name, sorted(by_person[person.pk], key=lambda row: (row.position, row.pk)))


def grouped(rows: Iterable[Any], name: str) -> dict:
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


def keep(record: Any, name: str, rows: list) -> None:
    """As prefetch_related would leave it."""
    queryset = getattr(record, name).get_queryset()
    queryset._result_cache, queryset._prefetch_done = rows, True
    record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset


def rows_together(*parts: tuple[QuerySet, type[Model], list[str], str]) -> list[list]:
    """One list of instances per part (queryset, model of its rows, columns, path to them)."""
    branches = [branch(number, *part) for number, part in enumerate(parts)]
    found: list[list] = [[] for _part in parts]
    for number, values in branches[0].union(*branches[1:], all=True):
        found[number].append(instance(parts[number][1], values))
    return found


def branch(number: int, rows: QuerySet, model: type[Model], names: list[str], path: str):
    columns = {name: F(path + name) for name in names}
    if "owner" in rows.query.annotations:
        columns["owner"] = F("owner")
    row = JSONObject(**columns)
    return rows.order_by().annotate(part=Value(number), row=row).values_list("part", "row")


def instance(model: type[Model], values: dict[str, Any]) -> Any:
    """A row with these columns only."""
    owner = values.pop("owner", None)
    fields = {name: parsed(model, name, value) for name, value in values.items()}
    record = model(**fields)
    if owner is not None:
        record.owner = Need._meta.pk.to_python(owner)
    return record


def parsed(model: type[Model], name: str, value: Any) -> Any:
    """SQLite has text inside JSON where PostgreSQL has a type of its own."""
    field = model._meta.get_field(name)
    field = field.target_field if field.is_relation else field
    if isinstance(field, JSONField):
        return json.loads(value) if isinstance(value, str) else value
    value = field.to_python(value)
    return value.replace(tzinfo=UTC) if hasattr(value, "tzinfo") and is_naive(value) else value
