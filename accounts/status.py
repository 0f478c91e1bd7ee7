"""The state of the installation, in words."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
from django.db import connection
from django.utils.translation import gettext as _

from dma_crm import jobs
from dma_crm.models import JobRun

SHORTEST_STANDSTILL = timedelta(minutes=2)
_warnings: list[Callable[[], str]] = []


def register_warning(source: Callable[[], str]) -> None:
    """`source()` answers what the page of the system's state says loudly, or nothing."""
    _warnings.append(source)


def warnings() -> list[str]:
    return [text for source in _warnings if (text := source())]


@dataclass(frozen=True)
class JobState:
    name: str
    word: str
    tone: str
    every_seconds: int
    run: JobRun | None


def job_states(*, at: datetime) -> list[JobState]:
    runs = {run.name: run for run in JobRun.objects.filter(name__in=jobs.registry)}
    return [job_state(job, runs.get(name), at) for name, job in sorted(jobs.registry.items())]


def job_state(job: jobs.Job, run: JobRun | None, at: datetime) -> JobState:
    """It stands still after three of its intervals without an end, two minutes at least."""
    patience = max(SHORTEST_STANDSTILL, timedelta(seconds=3 * job.every_seconds))
    if run is None:
        word, tone = _("has never run"), "warning"
    elif run.last_error:
        word, tone = _("failed: %(error)s") % {"error": run.last_error}, "danger"
    elif run.finished_at is None or run.finished_at < at - patience:
        word, tone = _("stands still"), "danger"
    else:
        word, tone = _("runs"), "good"
    return JobState(job.name, word, tone, job.every_seconds, run)


def facts(*, version: str, demo: bool) -> list[dict]:
    return [
        {"term": _("Version"), "value": version},
        {"term": _("Operation"), "value": _("Demo") if demo else _("Production")},
        {"term": _("Database"), "value": f"{connection.display_name} {database_version()}"},
        {"term": "Django", "value": django.get_version()},
        {"term": "Python", "value": platform.python_version()},
    ]


def database_version() -> str:
    connection.ensure_connection()
    return ".".join(str(part) for part in connection.get_database_version())
