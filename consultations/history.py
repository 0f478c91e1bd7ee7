"""Corrections as people read them: which field said what, from whom, why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.history import changes_of
from consultations.models import Consultation
from contacts.models import Topic


@dataclass(frozen=True)
class CorrectedField:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Correction:
    at: datetime
    who: str
    reason: str
    fields: list[CorrectedField]


def corrections_of(consultation: Consultation) -> list[Correction]:
    """Newest first; two queries however many there are."""
    changes = [one for one in changes_of(consultation) if "reason" in one.fields]
    names = topic_names() if any("topics" in one.fields for one in changes) else {}
    return [
        Correction(
            at=change.at,
            who=change.by_label,
            reason=change.fields["reason"][1],
            fields=[
                CorrectedField(
                    label=label_of(name),
                    before=spoken(name, values[0], names),
                    after=spoken(name, values[1], names),
                )
                for name, values in change.fields.items()
                if name != "reason"
            ],
        )
        for change in changes
    ]


def topic_names() -> dict[str, str]:
    return {topic.code: topic.label for topic in Topic.objects.all()}


def label_of(name: str) -> str:
    if name == "topics":
        return _("Topics")
    return str(Consultation._meta.get_field(name).verbose_name).capitalize()


def spoken(name: str, value: Any, topics: dict[str, str]) -> str:
    """A stored value as the form words it."""
    if name == "topics":
        return ", ".join(topics.get(code, code) for code in value)
    if name == "held_on":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    choices = dict(Consultation._meta.get_field(name).flatchoices)
    return str(choices.get(value, "" if value is None else value))


FIELDS = (
    "channel", "summary", "held_on", "contact_minutes", "preparation_minutes", "kind", "result",
)  # fmt: skip


def as_form(consultation: Consultation) -> dict:
    """Initial values of the correction form."""
    values = {name: getattr(consultation, name) for name in FIELDS}
    topics = [topic.pk for topic in consultation.topics.all()]
    return values | {"topics": topics, "version": consultation.version}


def compared(form, current: Consultation) -> list[dict]:
    """Rows of the conflict page: what was typed beside what is stored."""
    rows = [("topics", topics_of(form.cleaned_data["topics"]), topics_of(current.topics.all()))]
    for name in FIELDS:
        mine, theirs = form.cleaned_data[name], getattr(current, name)
        rows.append((name, as_text(name, mine), as_text(name, theirs)))
    return [
        {"label": label_of(name), "mine": mine, "theirs": theirs, "changed": mine != theirs}
        for name, mine, theirs in rows
    ]


def topics_of(topics) -> str:
    return ", ".join(topic.label for topic in topics)


def as_text(name: str, value: Any) -> str:
    return spoken(name, value.isoformat() if isinstance(value, date) else value, {})
