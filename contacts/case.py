"""What a case page shows of one venture, or of a person without one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.absence import represented_by
from accounts.actors import Actor
from accounts.models import Role, User
from contacts import registry
from contacts.models import (
    Affiliation,
    Consent,
    FollowUp,
    Objection,
    Person,
    PersonEmail,
    PersonPhone,
    SeriesRun,
    Stage,
    StageKind,
    Startup,
)
from contacts.registry import Case
from contacts.timeline import about, spoken
from contacts.weeks import later_days

MOST_PEOPLE = 50
MOST_PLANNED = 20
MOST_CONSENTS = 50


@dataclass(frozen=True)
class Due:
    """A day in words: how far away it is, and whether it has passed."""

    day: date
    words: str
    overdue: bool


def due_words(day: date | None, today: date) -> Due | None:
    if day is None:
        return None
    late = (today - day).days
    if late > 0:
        said = ngettext("overdue for %(n)s day", "overdue for %(n)s days", late) % {"n": late}
        return Due(day, said, True)
    said = {0: _("today"), -1: _("tomorrow")}.get(late, spoken(day))
    return Due(day, said, False)


def people_of(startup: Startup) -> list[Affiliation]:
    """Open ties to people we may use, each with the first `email` and `phone` of the person."""
    return list(
        startup.affiliations.filter(until=None, person__state="active")
        .select_related("person")
        .annotate(email=first(PersonEmail, "address"), phone=first(PersonPhone, "number"))
        .order_by("id")[:MOST_PEOPLE]
    )


def first(model, column: str) -> Subquery:
    rows = model.objects.filter(person=OuterRef("person_id")).order_by("position", "id")
    return Subquery(rows.values(column)[:1])


def startups_of(person: Person) -> list[Affiliation]:
    return list(
        person.affiliations.filter(until=None)
        .select_related("startup__stage", "startup__owner", "partner")
        .order_by("id")[:MOST_PEOPLE]
    )


def open_follow_ups(case: Case, actor: Actor, represented: dict[int, User]) -> list[FollowUp]:
    """Soonest first, each knowing in `may_write` whether this actor may close it."""
    rows = (
        FollowUp.objects.visible_to(actor)
        .open()
        .filter(about(case))
        .select_related("assignee", "template", "person", "startup", "run__series")
    )
    return with_rights(rows.order_by("due_on", "id")[:MOST_PLANNED], actor, represented)


def running_series(case: Case, actor: Actor, represented: dict[int, User]) -> list[SeriesRun]:
    """Each with how many of its follow-ups are open, and whether this actor may end it."""
    rows = SeriesRun.objects.visible_to(actor).running().filter(about(case))
    rows = rows.select_related("series", "person", "startup")
    rows = rows.annotate(left=Count("follow_ups", filter=Q(follow_ups__state="open")))
    runs = list(rows[:MOST_PLANNED])
    for run in runs:
        run.may_write = may_write(run, actor, represented)
    return runs


def may_write(row: FollowUp | SeriesRun, actor: Actor, represented: Iterable[int]) -> bool:
    """What `writable_by` says, of a row at hand."""
    owners = {row.assignee_id, getattr(row.person, "owner_id", None)}
    owners.add(getattr(row.startup, "owner_id", None))
    return actor.role == Role.ADVISOR and not owners.isdisjoint({actor.user_id, *represented})


def with_rights(
    rows: Iterable[FollowUp], actor: Actor, represented: dict[int, User] | None = None
) -> list[FollowUp]:
    """What `FollowUp.objects.writable_by` says, of rows at hand: one rule, no query per row.

    `in_place_of` is the colleague for whom this actor does it today, `later` are the days it may
    be put off to. `represented`: whom the actor represents, where the caller knows.
    """
    rows, today = list(rows), timezone.localdate()
    represented = represented_by(actor) if represented is None else represented
    later = later_days(today)
    for row in rows:
        row.later = later
        row.may_write = may_write(row, actor, represented)
        row.in_place_of = represented.get(row.assignee_id)
        row.may_choose = row.may_write or actor.role == Role.MANAGER
        row.due = due_words(row.due_on, today)
        row.assignee_absent = row.assignee.absent_on(max(row.due_on, today))
    return rows


def consents_of(case: Case, actor: Actor) -> list[Consent]:
    rows = Consent.objects.visible_to(actor).filter(person_id__in=case.person_ids)
    consents = list(rows.select_related("person", "recipient")[:MOST_CONSENTS])
    for consent in consents:
        consent.holds = consent.is_active(timezone.now())
    return consents


def objections_of(person: Person) -> list[Objection]:
    """Those that no later consent outranks."""
    given = Consent.objects.filter(person=OuterRef("person"), purpose=OuterRef("purpose"))
    return list(person.objections.exclude(Exists(given.active(timezone.now()))))


def steps_of(startup: Startup, stages: list[Stage]) -> list[dict]:
    """The open phases as components/stepper.html wants them."""
    shown = [stage for stage in stages if stage.kind == StageKind.OPEN and stage.active]
    here = startup.stage.position
    stopped = startup.stage.kind != StageKind.OPEN
    return [
        {
            "label": stage.label,
            "state": "current"
            if stage.pk == startup.stage_id
            else "done"
            if not stopped and stage.position < here
            else "upcoming",
            "since": since(startup) if stage.pk == startup.stage_id else "",
        }
        for stage in shown
    ]


def since(startup: Startup) -> str:
    return _("since %(day)s") % {"day": spoken(timezone.localdate(startup.stage_since))}


def panels_of(panels: list[registry.Panel], subject, actor: Actor) -> list[dict]:
    """Template and context of each panel that has something to show."""
    shown = ((panel.template, panel.context(subject, actor)) for panel in panels)
    return [
        {"template": name, "context": context} for name, context in shown if context is not None
    ]
