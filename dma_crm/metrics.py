"""Figures of the installation for Prometheus; apps register theirs in `AppConfig.ready()`.

Which there are, what they mean and when to raise an alarm: docs/operations.md.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from dma_crm import VERSION, jobs


@dataclass(frozen=True)
class Gauge:
    """`values` by the values of its labels: `{("queued",): 3}`, without labels `{(): 3}`."""

    name: str
    help: str
    values: Mapping[tuple[str, ...], float]
    labels: tuple[str, ...] = ()


Collect = Callable[[datetime], Iterable[Gauge]]
collectors: list[Collect] = []


def register(collect: Collect) -> None:
    """`collect(at)` asks the database a constant number of questions that an index answers."""
    collectors.append(collect)


def gauges(*, at: datetime) -> list[Gauge]:
    """Without those that ask the database while it is gone, which is a figure itself."""
    known = Gauge("dma_info", "Which version runs.", {(VERSION,): 1}, ("version",))
    try:
        asked = [*job_gauges(at), *(gauge for collect in collectors for gauge in collect(at))]
    except (DatabaseError, InterfaceError):
        return [known, database_up(0)]
    return [known, database_up(1), *asked]


def database_up(value: int) -> Gauge:
    return Gauge("dma_database_up", "Whether the database answers.", {(): value})


def job_gauges(at: datetime) -> Iterator[Gauge]:
    """A job that never ran to its end has waited for ever: +Inf."""
    states = jobs.states(at=at)
    yield Gauge(
        "dma_job_last_run_seconds",
        "Seconds since the last run of the job that ended well.",
        {(state.job.name,): age(state.run and state.run.finished_at, at) for state in states},
        ("job",),
    )
    yield Gauge(
        "dma_job_interval_seconds",
        "Seconds between two runs of the job as they are planned.",
        {(state.job.name,): state.job.every_seconds for state in states},
        ("job",),
    )
    yield Gauge(
        "dma_job_failed",
        "Whether the last run of the job failed.",
        {(state.job.name,): state.word == jobs.Word.FAILED for state in states},
        ("job",),
    )


def age(moment: datetime | None, at: datetime) -> float:
    return max((at - moment).total_seconds(), 0) if moment else math.inf
