"""Celery runs the registered jobs on intervals; each task is a sweep without arguments."""

import os
from datetime import timedelta

from celery import Celery, signals
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dma_crm.settings")

app = Celery("dma_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="dma_crm.run_job")
def run_job(name: str) -> bool:
    from dma_crm import jobs  # noqa: PLC0415 - Celery imports this module before Django is set up

    return jobs.run(name)


@app.on_after_finalize.connect
def schedule_jobs(sender, **kwargs):
    """Intervals only: Celery's crontab is wrong around clock changes.

    A sweep that nobody could begin before the next is due is worth nothing any more: without an
    end, the workers would first catch up with the hour in which there were none.
    """
    from dma_crm import jobs  # noqa: PLC0415 - as above

    for job in jobs.registry.values():
        seconds = job.every_seconds
        sender.add_periodic_task(seconds, run_job.s(job.name), name=job.name, expires=seconds)


@signals.beat_init.connect
def begin_with_every_job(sender, **kwargs):
    """As the built-in loop does: a beat started anew each hour would never come to hourly jobs."""
    for entry in sender.scheduler.schedule.values():
        entry.last_run_at -= timedelta(seconds=entry.schedule.seconds)


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_unsafe_jobs(**kwargs):
    """SystemExit, because Celery goes on after any other error of a signal's receiver."""
    from dma_crm.serving import refuse_unsafe_serving  # noqa: PLC0415 - as above

    try:
        refuse_unsafe_serving()
    except (ImproperlyConfigured, DatabaseError) as refusal:
        raise SystemExit(f"{type(refusal).__name__}: {refusal}") from refusal
