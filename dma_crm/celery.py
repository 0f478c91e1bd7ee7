"""Celery runs the registered jobs on intervals; each task is a sweep without arguments."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dma_crm.settings")

app = Celery("dma_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="dma_crm.run_job")
def run_job(name: str) -> bool:
    from dma_crm import jobs  # noqa: PLC0415 - Celery imports this module before Django is set up

    return jobs.run(name)


@app.on_after_finalize.connect
def schedule_jobs(sender, **kwargs):
    """Intervals only: Celery's crontab is wrong around clock changes."""
    from dma_crm import jobs  # noqa: PLC0415 - as above

    for job in jobs.registry.values():
        sender.add_periodic_task(job.every_seconds, run_job.s(job.name), name=job.name)
