"""The state of the installation, in words."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import django
from django.db import connection
from django.utils.translation import gettext as _

from dma_crm import jobs
from dma_crm.models import JobRun

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
    return [
        JobState(state.job.name, *in_words(state), state.job.every_seconds, state.run)
        for state in jobs.states(at=at)
    ]


def in_words(state: jobs.State) -> tuple[str, str]:
    """Word and tone."""
    if state.word == jobs.Word.FAILED and state.run:
        return _("failed: %(error)s") % {"error": state.run.last_error}, "danger"
    return {
        jobs.Word.NEVER: (_("has never run"), "warning"),
        jobs.Word.STANDS_STILL: (_("stands still"), "danger"),
        jobs.Word.RUNS: (_("runs"), "good"),
    }[state.word]


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
