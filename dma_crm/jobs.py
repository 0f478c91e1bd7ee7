"""Background jobs: apps register them once, Celery beat and the built-in loop call the same."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import close_old_connections
from django.utils import timezone

from dma_crm.logs import following

if TYPE_CHECKING:
    from dma_crm.models import JobRun

logger = logging.getLogger(__name__)
SHORTEST_STANDSTILL = timedelta(minutes=2)


@dataclass(frozen=True)
class Job:
    """`work(at=…)` is a sweep: safe to run twice, at once, or after a week of standstill."""

    name: str
    every_seconds: int
    work: Callable[..., object]


registry: dict[str, Job] = {}


def register(name: str, *, every_seconds: int, work: Callable[..., object]) -> None:
    registry[name] = Job(name, every_seconds, work)


def run(name: str, *, at: datetime | None = None) -> bool:
    """Run one job and note when; a failing job is logged, noted and never stops the others.

    Each run has an id of its own, which the mails that it causes remember.
    """
    with following(f"job-{uuid4().hex}"):
        return run_noted(name, at=at)


def run_noted(name: str, *, at: datetime | None) -> bool:
    from dma_crm.models import JobRun  # noqa: PLC0415 - jobs are registered before models load

    at = at or timezone.now()
    close_old_connections()
    try:
        JobRun.objects.update_or_create(name=name, defaults={"started_at": at})
        registry[name].work(at=at)
    except Exception as error:
        logger.exception("job %s failed", name)
        note_failure(name, error)
        return False
    JobRun.objects.filter(name=name).update(finished_at=timezone.now(), last_error="")
    return True


def note_failure(name: str, error: Exception) -> None:
    """Write down the kind of error only: its text may hold personal data."""
    from dma_crm.models import JobRun  # noqa: PLC0415 - as above

    try:
        JobRun.objects.filter(name=name).update(
            failed_at=timezone.now(), last_error=type(error).__name__
        )
    except Exception:
        logger.exception("the failure of job %s could not be noted", name)


class Word(StrEnum):
    NEVER = "never"
    FAILED = "failed"
    STANDS_STILL = "stands_still"
    RUNS = "runs"


@dataclass(frozen=True)
class State:
    """How a job fares; `run` is None where it has never run."""

    job: Job
    word: Word
    run: "JobRun | None"


def states(*, at: datetime) -> list[State]:
    """Of all jobs, by name, with one query."""
    from dma_crm.models import JobRun  # noqa: PLC0415 - as above

    runs = {run.name: run for run in JobRun.objects.filter(name__in=registry)}
    return [
        State(job, word_for(job, runs.get(name), at), runs.get(name))
        for name, job in sorted(registry.items())
    ]


def word_for(job: Job, run: "JobRun | None", at: datetime) -> Word:
    """It stands still after three of its intervals without an end, two minutes at least."""
    patience = max(SHORTEST_STANDSTILL, timedelta(seconds=3 * job.every_seconds))
    if run is None:
        return Word.NEVER
    if run.last_error:
        return Word.FAILED
    if run.finished_at is None or run.finished_at < at - patience:
        return Word.STANDS_STILL
    return Word.RUNS
