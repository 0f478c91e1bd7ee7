"""Starting a series of follow-ups for a person, and stopping it once it has become pointless.

Locks are taken in one order: the run, then its follow-ups.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from accounts.models import User
from contacts.actions.follow_ups import cancel_follow_up, check_assignee, plan_follow_up
from contacts.actions.series_runs import create_run, end_run, reopen_run
from contacts.actions.writable import check_writable
from contacts.errors import SeriesOverError, SeriesRefusedError
from contacts.models import (
    Affiliation,
    EndReason,
    FollowUp,
    FollowUpSeries,
    FollowUpState,
    Person,
    SeriesRun,
    StageKind,
    Startup,
)
from contacts.series import steps_of, why_not
from dma_crm.workdays import end_of, first_working_day
from outbox.actions import cancel_waiting


@transaction.atomic
def start_series(
    *,
    series: FollowUpSeries,
    person: Person,
    startup: Startup | None = None,
    assignee: User,
    by: Actor,
    at: datetime,
) -> SeriesRun:
    """Plan its follow-ups from today. Raises SeriesRunningError, SeriesRefusedError."""
    check_writable(person)
    check_assignee(assignee)
    steps = steps_of(series)
    if refusal := why_not(steps, person=person, at=at):
        raise SeriesRefusedError(refusal)
    run = create_run(series, person, startup, assignee, at=at)
    note_change(run, {}, by=by, at=at)
    for step in steps:
        plan_follow_up(
            due_on=step.due_on(timezone.localdate(at)),
            subject=step.subject,
            kind=step.kind,
            template=step.template,
            assignee=assignee,
            person=person,
            startup=startup,
            run=run,
            by=by,
            at=at,
        )
    return run


@transaction.atomic
def stop_series(
    *, person: Person, reason: str, on: date | None = None, by: Actor, at: datetime
) -> int:
    """End whatever runs for the person; how many. `on`: only what had begun by that day."""
    runs = SeriesRun.objects.filter(person=person)
    return stop_runs(runs.filter(created_at__lt=end_of(on)) if on else runs, reason, by=by, at=at)


def stop_series_of_case(*, startup: Startup, by: Actor, at: datetime) -> int:
    """The venture has ended: what runs about it, and about people of it who have no other."""
    ties = Affiliation.objects.filter(person=OuterRef("person"), until=None)
    others = ties.exclude(startup=startup).exclude(startup__stage__kind=StageKind.ENDED)
    of_people = Q(startup=None) & Exists(ties.filter(startup=startup))
    alone = of_people & ~Exists(others.filter(startup__isnull=False))
    runs = SeriesRun.objects.filter(Q(startup=startup) | alone)
    return stop_runs(runs, EndReason.CASE_ENDED, by=by, at=at)


@transaction.atomic
def stop_runs(runs: QuerySet[SeriesRun], reason: str, *, by: Actor, at: datetime) -> int:
    locked = list(runs.filter(ended_at=None).order_by("id").select_for_update(of=("self",)))
    for run in locked:
        end_run(run, reason, by=by, at=at)
        for row in stoppable(run, at=at):
            cancel_follow_up(follow_up=row, reason=reason, by=by, at=at)
    return len(locked)


@transaction.atomic
def stop_run(*, run: SeriesRun, reason: str, by: Actor, at: datetime) -> SeriesRun:
    """End this one; what has ended already stays as it is."""
    stop_runs(SeriesRun.objects.filter(pk=run.pk), reason, by=by, at=at)
    run.refresh_from_db()
    return run


def stoppable(run: SeriesRun, *, at: datetime) -> Iterable[FollowUp]:
    """What is open, and what the clock has closed while its mail still waits: that one is taken."""
    rows = run.follow_ups.select_for_update().order_by("due_on", "id")
    queued = {row.mail_key: row for row in rows if row.is_mail_sent}
    taken = cancel_waiting(keys=queued, reason="not_allowed: series_stopped", at=at)
    open_ones = (row for row in rows if row.state == FollowUpState.OPEN)
    return [*open_ones, *(queued[key] for key in taken)]


@transaction.atomic
def resume_series(*, run: SeriesRun, by: Actor, at: datetime) -> SeriesRun:
    """Take the stop back: what it cancelled is open again, nothing due before today.

    Raises SeriesOverError where the end is no decision, SeriesRunningError, SeriesRefusedError.
    """
    run = SeriesRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not run.is_resumable:
        raise SeriesOverError
    check_writable(run.person)
    rows = list(run.follow_ups.filter(state=FollowUpState.CANCELLED, closed_at=run.ended_at))
    if refusal := why_not(rows, person=run.person, at=at):
        raise SeriesRefusedError(refusal)
    reopen_run(run, by=by, at=at)
    today = first_working_day(timezone.localdate(at))
    for row in rows:
        opened = {"state": FollowUpState.OPEN, "closed_at": None, "closed_by_id": None}
        save_changes(row, opened | {"due_on": max(row.due_on, today)}, by=by, at=at)
    return run


def stop_series_of_locked(*, by: Actor, at: datetime) -> int:
    """People who were restricted or anonymised since."""
    locked = SeriesRun.objects.exclude(person__state="active")
    return stop_runs(locked, EndReason.PERSON_LOCKED, by=by, at=at)
