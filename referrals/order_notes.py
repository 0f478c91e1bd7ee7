"""What pages show of the guard: its warnings in a case, in a talk and in a form, and the rules."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.forms import DateField, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import changes_of
from accounts.models import Change, Role
from contacts.models import Affiliation, Employment, Person, Startup, Topic
from contacts.registry import Case
from dma_crm.workdays import local_day
from referrals.models import OrderRule
from referrals.order_guard import OrderWarning, findings_of, planned_words, warnings_for

# A rule that nobody has looked at for a year is doubted on the page of the rules.
FRESH = timedelta(days=365)
OPEN_AT_ONCE = 2
MOST_CHANGES = 20


@dataclass(frozen=True)
class About:
    """For whom a check counts: the venture, or the person where there is none."""

    startup: Startup | None = None
    person: Person | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What a form names it by; another form around it may have a person and startup too."""
        if self.startup:
            return {"order_startup": self.startup.reference}
        return {"order_person": self.person.reference} if self.person else {}

    @property
    def as_json(self) -> str:
        return json.dumps(self.fields)


def of_case(case: Case, actor: Actor) -> dict | None:
    """On the case page and before its phase changes: warnings, and who has looked into what."""
    if not actor.is_agency or not (case.startup or case.people):
        return None
    people, startup = list(case.people), case.startup
    now = timezone.now()
    found = findings_of(people=people, startup=startup, at=now)
    if not (found.warnings or found.checked):
        return None
    about = About(startup, None if startup else people[0])
    shown = noted(found.warnings, about, now, may_check=actor.role == Role.ADVISOR)
    return shown | {"checked": found.checked}


def of_talk(
    *, person: Person | None, startup: Startup | None, topics: Iterable[Topic], at: datetime
) -> dict:
    """While somebody is advised or referred: what the topics point to, and their own situation."""
    topics = list(topics)
    pointed = warnings_for(person=person, startup=startup, topics=topics, at=at) if topics else []
    own = [one for one in warnings_for(person=person, startup=startup, at=at) if one.personal]
    known = {one.rule_id for one in pointed}
    warnings = pointed + [one for one in own if one.rule_id not in known]
    return noted(warnings, About(startup, None if startup else person), at)


def of_dates(startup: Startup, typed: Mapping[str, str], *, at: datetime) -> dict:
    """With the days of the form in place of those that are stored."""
    for name in ("planned_founding_on", "founded_on"):
        setattr(startup, name, day_of(typed.get(name, "")))
    ties = Affiliation.objects.filter(startup=startup, until=None, person__state="active")
    people = [tie.person for tie in ties.select_related("person")]
    found = findings_of(people=people, startup=startup, at=at)
    return noted(found.warnings, About(startup), at)


def day_of(text: str) -> date | None:
    try:
        return DateField(required=False).clean(text)
    except ValidationError:
        return None


def noted(
    warnings: list[OrderWarning], about: About, at: datetime, *, may_check: bool = True
) -> dict:
    """The context of _order_warnings.html."""
    return {
        "warnings": warnings,
        "planned": planned_words(about.startup, local_day(at)),
        "about": about,
        "may_check": may_check and bool(about.fields),
        "late": any(warning.late for warning in warnings),
        "open": len(warnings) <= OPEN_AT_ONCE,
    }


def row_of(rule: OrderRule, today: date) -> dict[str, Any]:
    names = dict(Employment.choices)
    return {
        "rule": rule,
        "people": ", ".join(str(names.get(each, each)) for each in rule.employments),
        "topics": ", ".join(topic.label for topic in rule.topics.all()),
        "state": state_of(rule, today),
        "stale": today - rule.checked_on > FRESH,
    }


def state_of(rule: OrderRule, today: date) -> str:
    """Why the rule does not speak today; empty while it does."""
    if not rule.active:
        return _("not in use")
    if rule.valid_from and today < rule.valid_from:
        return _("not valid yet")
    if rule.valid_until and rule.valid_until < today:
        return _("no longer valid")
    return ""


def history_of(rule: OrderRule) -> list[dict[str, Any]]:
    return [
        {"change": change, "fields": fields_of(change)}
        for change in changes_of(rule)[:MOST_CHANGES]
    ]


def fields_of(change: Change) -> str:
    columns = {field.name: field for field in OrderRule._meta.get_fields()}
    return ", ".join(str(columns[name].verbose_name) for name in change.fields if name in columns)
