import os
import signal
import threading

import pytest
from celery import Celery, signals
from celery.beat import Service
from django.core.management import call_command
from django.db import OperationalError, connection

from dma_crm import celery, jobs
from dma_crm.management.commands.run_jobs import run_until
from dma_crm.models import JobRun

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_jobs(monkeypatch):
    """These tests run whatever is registered: only their own."""
    monkeypatch.setattr(jobs, "registry", {})
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction


def test_run_notes_start_and_end(now):
    seen = []
    jobs.register("sweep", every_seconds=5, work=lambda at: seen.append(at))

    assert jobs.run("sweep", at=now) is True

    run = JobRun.objects.get(name="sweep")
    assert seen == [now]
    assert run.started_at == now
    assert run.finished_at > now
    assert run.last_error == ""


def test_failure_is_noted_without_its_text(now):
    def broken(at):
        raise ValueError("Zoë Müller")

    jobs.register("sweep", every_seconds=5, work=broken)

    assert jobs.run("sweep", at=now) is False

    run = JobRun.objects.get(name="sweep")
    assert (run.last_error, run.finished_at) == ("ValueError", None)
    assert run.failed_at > now


def test_success_clears_the_last_error(now):
    JobRun.objects.create(name="sweep", last_error="ValueError")
    jobs.register("sweep", every_seconds=5, work=lambda at: None)

    jobs.run("sweep", at=now)

    assert JobRun.objects.get(name="sweep").last_error == ""


def test_run_survives_a_database_that_is_gone(now):
    def fail(execute, sql, params, many, context):
        raise OperationalError("gone")

    jobs.register("sweep", every_seconds=5, work=lambda at: None)
    with connection.execute_wrapper(fail):
        assert jobs.run("sweep", at=now) is False


def test_loop_runs_each_job_at_once_and_again_at_its_interval():
    stop, seen = threading.Event(), []

    def often(at):
        seen.append("often")
        if seen.count("often") == 3:
            stop.set()

    jobs.register("often", every_seconds=0, work=often)
    jobs.register("rare", every_seconds=3600, work=lambda at: seen.append("rare"))

    run_until(stop)

    assert (seen.count("often"), seen.count("rare")) == (3, 1)


def test_loop_without_jobs_waits_for_the_end():
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()

    run_until(stop)

    assert stop.is_set()


def test_command_ends_on_a_signal(monkeypatch, settings):
    settings.DEMO = True
    monkeypatch.setenv("DMA_SERVING", "")
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    jobs.register("end", every_seconds=5, work=lambda at: os.kill(os.getpid(), signal.SIGTERM))
    try:
        call_command("run_jobs")
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)

    assert JobRun.objects.get(name="end").finished_at is not None


def test_beat_schedules_every_job():
    app = Celery("test")
    jobs.register("sweep", every_seconds=5, work=print)

    celery.schedule_jobs(app)

    (entry,) = app.conf.beat_schedule.values()
    assert (entry["task"], entry["args"], entry["schedule"]) == ("dma_crm.run_job", ("sweep",), 5)


def test_task_runs_the_job_it_names():
    seen = []
    jobs.register("sweep", every_seconds=5, work=lambda at: seen.append(at))

    assert celery.run_job("sweep") is True
    assert len(seen) == 1


def test_a_sweep_that_nobody_began_in_time_is_forgotten():
    app = Celery("test")
    jobs.register("sweep", every_seconds=5, work=print)

    celery.schedule_jobs(app)

    (entry,) = app.conf.beat_schedule.values()
    assert entry["options"] == {"expires": 5}


def test_beat_begins_with_every_job(tmp_path):
    jobs.register("hourly", every_seconds=3600, work=print)
    app = Celery("test")
    app.conf.result_expires = None  # a job of Celery's own
    celery.schedule_jobs(app)
    beat = Service(app, schedule_filename=str(tmp_path / "schedule"))
    (entry,) = beat.scheduler.schedule.values()
    assert not entry.is_due().is_due

    celery.begin_with_every_job(sender=beat)

    assert entry.is_due().is_due


@pytest.mark.parametrize("signal", [signals.worker_init, signals.beat_init])
def test_workers_and_beat_refuse_unsafe_serving(settings, signal):
    settings.DEMO = settings.DEBUG = settings.SECRET_KEY_GIVEN = False

    with pytest.raises(SystemExit, match="Refusing to serve"):
        signal.send(sender=None)


def test_a_worker_that_cannot_ask_does_not_serve(settings):
    settings.DEMO = False

    def gone(execute, sql, params, many, context):
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone), pytest.raises(SystemExit, match="OperationalError"):
        signals.worker_init.send(sender=None)
