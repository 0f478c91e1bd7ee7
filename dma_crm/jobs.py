"""Background jobs: apps register them once, Celery beat and the built-in loop call the same."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

logger = logging.getLogger(__name__)


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
    """Run one job and note when; a failing job is logged, noted and never stops the others."""
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
