"""Warns before a step destroys a right to funding; the rules are rows (OrderRule), never code.

Advice, never a bar: it says what to look into first, whom to ask, and where that was read.
docs/matching.md tells when a rule speaks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Employment, Person, Stage, StageKind, Startup, Topic
from dma_crm.workdays import local_day
from referrals.models import FoundingStep, OrderCheck, OrderRule

# The phase in which a venture is founded; an agency without it is told by dates alone.
FOUNDING_STAGE = "founding"
RECENT = timedelta(days=365)


@dataclass(frozen=True)
class OrderWarning:
    """What to look into before a step. `late`: the step has probably been taken already.

    `personal`: the rule names the situation that somebody of the case is known to be in. `notes`
    say what makes it less sure.
    """

    rule_id: UUID
    code: str
    funding: str
    title: str
    advice: str
    source: str
    source_url: str
    checked_on: date
    late: bool
    personal: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A rule that would speak, had nobody looked into it."""

    code: str
    funding: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Findings:
    warnings: list[OrderWarning]
    checked: list[Checked]


def warnings_for(
    *,
    person: Person | None,
    startup: Startup | None,
    topics: Iterable[Topic] = (),
    step: str | None = None,
    at: datetime,
) -> list[OrderWarning]:
    """One query; `startup.stage` must be at hand. Without topics and step every rule is meant."""
    people = [person] if person else []
    return findings_of(people=people, startup=startup, topics=topics, step=step, at=at).warnings


def findings_of(
    *,
    people: list[Person],
    startup: Startup | None,
    topics: Iterable[Topic] = (),
    step: str | None = None,
    at: datetime,
) -> Findings:
    """A rule speaks once if it concerns anybody of the case, and nobody has looked into it."""
    today, findings = local_day(at), Findings([], [])
    rules = pointed_at(topics, step).valid_on(today).annotate(**annotations(people, startup))
    for rule in rules.order_by("position", "code"):
        warning = warning_of(rule, people, startup, today)
        if warning is None:
            continue
        if rule.checked_at and rule.checked_at >= rule.modified_at:
            checked = Checked(rule.code, rule.label, rule.checked_by, rule.checked_at)
            findings.checked.append(checked)
        else:
            findings.warnings.append(warning)
    return findings


def pointed_at(topics: Iterable[Topic], step: str | None) -> QuerySet[OrderRule]:
    wanted, topics = Q(), list(topics)
    if step:
        wanted |= Q(step=step)
    if topics:
        named = OrderRule.topics.through.objects.filter(
            orderrule=OuterRef("pk"), topic__in=[topic.pk for topic in topics]
        )
        wanted |= Q(Exists(named))
    return OrderRule.objects.filter(wanted)


def annotations(people: list[Person], startup: Startup | None) -> dict[str, Subquery]:
    """Who last looked into a rule for this case, and where in the way of a venture it is founded.

    A venture speaks for its people; somebody without one is checked alone.
    """
    checks = OrderCheck.objects.filter(rule=OuterRef("pk")).order_by("-at", "-id")
    mine = (
        checks.filter(startup=startup)
        if startup
        else checks.filter(person__in=[person.pk for person in people])
    )
    return {
        "checked_at": Subquery(mine.values("at")[:1]),
        "checked_by": Subquery(mine.values("by_label")[:1]),
        "founding_position": founding_position(),
    }


def founding_position() -> Subquery:
    return Subquery(Stage.objects.filter(code=FOUNDING_STAGE).values("position")[:1])


def warning_of(rule: Any, people: list, startup: Startup | None, today: date):
    situations = {person.employment for person in people} or {Employment.UNKNOWN.value}
    if not concerns(rule, situations):
        return None
    founded = startup.founded_on if startup else None
    late = bool(rule.step != FoundingStep.PURCHASE_CONTRACT and founded and founded <= today)
    if not speaks(rule, startup, today, late=late):
        return None
    return OrderWarning(
        rule_id=rule.pk,
        code=rule.code,
        funding=rule.label,
        title=lost(rule, founded) if late else before(rule),
        advice=rule.advice_text,
        source=rule.source,
        source_url=rule.source_url,
        checked_on=rule.checked_on,
        late=late,
        personal=bool(situations & set(rule.employments)),
        notes=() if late else notes_of(rule, situations),
    )


def concerns(rule: OrderRule, situations: set[str]) -> bool:
    """A situation that is not known may be the one that is meant."""
    meant = {*rule.employments, Employment.UNKNOWN.value}
    return not rule.employments or bool(meant & situations)


def speaks(rule: Any, startup: Startup | None, today: date, *, late: bool) -> bool:
    """Founding steps up to the founding and for a year after it, purchases until the end."""
    if startup is None:
        return True
    if startup.stage.kind == StageKind.ENDED:
        return False
    if rule.step == FoundingStep.PURCHASE_CONTRACT:
        return True
    if late:
        return startup.founded_on > today - RECENT
    return startup.stage.kind == StageKind.OPEN and not is_past_founding(startup, rule)


def is_past_founding(startup: Startup, rule: Any) -> bool:
    here = rule.founding_position
    return here is not None and startup.stage.position > here


def before(rule: OrderRule) -> str:
    """A sentence of its own per step: its noun is inflected behind "before"."""
    words = {
        FoundingStep.TRADE_REGISTRATION: _("Before the trade registration: %(funding)s"),
        FoundingStep.SELF_EMPLOYMENT: _("Before self-employment starts: %(funding)s"),
        FoundingStep.COMPANY_FORMATION: _("Before a company is formed: %(funding)s"),
        FoundingStep.PURCHASE_CONTRACT: _("Before orders and purchase contracts: %(funding)s"),
    }
    return words[FoundingStep(rule.step)] % {"funding": rule.label}


def lost(rule: OrderRule, founded: date) -> str:
    said = _("Founded already on %(day)s: %(funding)s is probably no longer possible")
    return said % {"day": spoken(founded), "funding": rule.label}


def notes_of(rule: OrderRule, situations: set[str]) -> tuple[str, ...]:
    if not rule.employments or situations & set(rule.employments):
        return ()
    names = dict(Employment.choices)
    meant = ", ".join(str(names.get(each, each)) for each in rule.employments)
    said = _("Concerns: %(meant)s. The employment situation is not known.")
    return (said % {"meant": meant},)


def planned_words(startup: Startup | None, today: date) -> str:
    """How much time there is, or the question whether there is any left."""
    planned = startup.planned_founding_on if startup else None
    if planned and planned > today:
        return _("The founding is planned for %(day)s.") % {"day": spoken(planned)}
    if planned and not startup.founded_on:
        said = _("The founding was planned for %(day)s: has it taken place?")
        return said % {"day": spoken(planned)}
    return ""


def spoken(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
