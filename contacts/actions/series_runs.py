"""The row that says for whom a series runs; its follow-ups are written elsewhere."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.history import save_changes
from accounts.models import User
from contacts.errors import SeriesRunningError
from contacts.models import EndReason, FollowUp, FollowUpSeries, Person, SeriesRun, Startup


def create_run(
    series: FollowUpSeries, person: Person, startup: Startup | None, assignee: User, *, at: datetime
) -> SeriesRun:
    """The database decides who was first. Raises SeriesRunningError."""
    try:
        with transaction.atomic():
            return SeriesRun.objects.create(
                series=series,
                person=person,
                startup=startup,
                assignee=assignee,
                created_at=at,
                modified_at=at,
            )
    except IntegrityError as error:
        raise SeriesRunningError from error


def end_run(run: SeriesRun, reason: str, *, by: Actor, at: datetime) -> None:
    ended = {"ended_at": at, "end_reason": reason, "ended_by_id": by.user_id}
    save_changes(run, ended, by=by, at=at)


def reopen_run(run: SeriesRun, *, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            running = {"ended_at": None, "end_reason": "", "ended_by_id": None}
            save_changes(run, running, by=by, at=at)
    except IntegrityError as error:
        raise SeriesRunningError from error


def run_of(follow_up: FollowUp) -> SeriesRun | None:
    """Locked before its follow-up is written, so that neither waits for the other."""
    if follow_up.run_id is None:
        return None
    return SeriesRun.objects.select_for_update().get(pk=follow_up.run_id)


def finish_run(run: SeriesRun, *, by: Actor, at: datetime) -> None:
    """Its last step was done."""
    if run.ended_at is None and not run.follow_ups.open().exists():
        end_run(run, EndReason.FINISHED, by=by, at=at)
