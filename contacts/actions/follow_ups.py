"""Planning what is due on a day, and closing it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import changes_of, note_change, save_changes
from accounts.models import AGENCY_ROLES, User
from contacts.actions.series_runs import finish_run, reopen_run, run_of
from contacts.actions.writable import check_writable
from contacts.errors import (
    AssigneeRefusedError,
    FollowUpClosedError,
    FollowUpRefusedError,
    MailOnItsWayError,
    NothingToUndoError,
)
from contacts.models import (
    EndReason,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    MailTemplate,
    Person,
    Startup,
)
from dma_crm.models import next_reference


@transaction.atomic
def plan_follow_up(
    *,
    due_on: date,
    subject: str,
    assignee: User,
    person: Person | None = None,
    startup: Startup | None = None,
    referral: Any = None,
    kind: str = FollowUpKind.TASK,
    template: MailTemplate | None = None,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> FollowUp:
    """Due on a day, about a person or a venture; a mail goes to the person on that day."""
    check_assignee(assignee)
    if person:
        check_writable(person)
    if not (person or startup) or (kind == FollowUpKind.MAIL and not (person and template)):
        raise FollowUpRefusedError
    follow_up = FollowUp.objects.create(
        reference=next_reference(FollowUp, at=at),
        due_on=due_on,
        subject=subject,
        assignee=assignee,
        person=person,
        startup=startup,
        referral=referral,
        kind=kind,
        template=template if kind == FollowUpKind.MAIL else None,
        created_at=at,
        modified_at=at,
        **fields,
    )
    note_change(follow_up, {}, by=by, at=at)
    return follow_up


@transaction.atomic
def complete_follow_up(*, follow_up: FollowUp, by: Actor, at: datetime) -> FollowUp:
    """Done; what is closed already stays as it is. A mail closed by hand is not sent.

    The last one of a series ends that.
    """
    if follow_up.state == FollowUpState.OPEN:
        run = run_of(follow_up)
        closed = {"state": FollowUpState.DONE, "closed_at": at, "closed_by_id": by.user_id}
        save_changes(follow_up, closed, by=by, at=at)
        if run:
            finish_run(run, by=by, at=at)
    return follow_up


@transaction.atomic
def cancel_follow_up(*, follow_up: FollowUp, reason: str, by: Actor, at: datetime) -> FollowUp:
    """It has become pointless; its history keeps the reason."""
    cancelled = {"state": FollowUpState.CANCELLED, "closed_at": at, "closed_by_id": by.user_id}
    save_changes(follow_up, cancelled, related={"reason": ["", reason]}, by=by, at=at)
    return follow_up


@transaction.atomic
def reopen_follow_up(*, follow_up: FollowUp, by: Actor, at: datetime) -> FollowUp:
    """Take "done" back; a series that ended with it runs again.

    Raises MailOnItsWayError where the clock has queued its mail, SeriesRunningError where that
    series was started anew.
    """
    if follow_up.state == FollowUpState.OPEN:
        return follow_up
    if follow_up.is_mail_sent:
        raise MailOnItsWayError
    run = run_of(follow_up)
    if run and run.end_reason == EndReason.FINISHED:
        reopen_run(run, by=by, at=at)
    opened = {"state": FollowUpState.OPEN, "closed_at": None, "closed_by_id": None}
    save_changes(follow_up, opened, by=by, at=at)
    return follow_up


@transaction.atomic
def postpone_follow_up(*, follow_up: FollowUp, due_on: date, by: Actor, at: datetime) -> FollowUp:
    check_open(follow_up)
    save_changes(follow_up, {"due_on": due_on}, by=by, at=at)
    return follow_up


@transaction.atomic
def undo_postponement(*, follow_up: FollowUp, by: Actor, at: datetime) -> FollowUp:
    """Back to the day it had, if moving it was the last thing that happened to it."""
    check_open(follow_up)
    last = changes_of(follow_up).first()
    if last is None or last.version != follow_up.version or set(last.fields) != {"due_on"}:
        raise NothingToUndoError
    day = date.fromisoformat(last.fields["due_on"][0])
    save_changes(follow_up, {"due_on": day}, by=by, at=at)
    return follow_up


@transaction.atomic
def hand_over_follow_up(
    *, follow_up: FollowUp, assignee: User, by: Actor, at: datetime
) -> FollowUp:
    """Give it to a colleague. Raises AssigneeRefusedError, FollowUpClosedError."""
    check_open(follow_up)
    check_assignee(assignee)
    save_changes(follow_up, {"assignee_id": assignee.pk}, by=by, at=at)
    return follow_up


@transaction.atomic
def postpone_follow_ups(
    *, follow_ups: Iterable[FollowUp], days: int, today: date, by: Actor, at: datetime
) -> int:
    """Each `days` further, overdue ones from today; how many were moved."""
    moved = [
        postpone_follow_up(
            follow_up=row, due_on=max(row.due_on, today) + timedelta(days=days), by=by, at=at
        )
        for row in follow_ups
    ]
    return len(moved)


@transaction.atomic
def move_follow_ups(
    *, follow_ups: Iterable[FollowUp], due_on: date, by: Actor, at: datetime
) -> int:
    """All to one day; how many were moved."""
    moved = [postpone_follow_up(follow_up=row, due_on=due_on, by=by, at=at) for row in follow_ups]
    return len(moved)


@transaction.atomic
def undo_postponements(*, follow_ups: Iterable[FollowUp], by: Actor, at: datetime) -> int:
    """All or none back to the days they had. Raises NothingToUndoError, FollowUpClosedError."""
    back = [undo_postponement(follow_up=row, by=by, at=at) for row in follow_ups]
    return len(back)


@transaction.atomic
def hand_over_follow_ups(
    *, follow_ups: Iterable[FollowUp], assignee: User, by: Actor, at: datetime
) -> int:
    """All or none; how many were handed over."""
    given = [
        hand_over_follow_up(follow_up=row, assignee=assignee, by=by, at=at) for row in follow_ups
    ]
    return len(given)


def check_open(follow_up: FollowUp) -> None:
    if follow_up.state != FollowUpState.OPEN:
        raise FollowUpClosedError


def check_assignee(assignee: User) -> None:
    if not assignee.is_active or assignee.role not in AGENCY_ROLES:
        raise AssigneeRefusedError
