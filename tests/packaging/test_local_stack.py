"""`ops/local-stack` is production without Docker: Celery runs the jobs, Redis may come and go."""

import contextlib
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest

from dma_crm import jobs
from tests.outbox.sink import started_sink
from tests.packaging.conftest import ROOT
from tests.packaging.demo_process import (
    children_of,
    command_of,
    descendants,
    is_alive,
    is_taken,
    wait_until,
)

STARTS_WITHIN = 90  # seconds, on a busy machine
COMES_WITHIN = 60
QUEUE = """
from django.utils import timezone
from outbox.kinds import queue_account_mail
from outbox.messages import Message
for number in range({count}):
    queue_account_mail(
        recipient=f"{name}{{number}}@x.example",
        message=Message("S", "T", "<html><body></body></html>"),
        at=timezone.now(),
    )
"""
# Debian keeps it off the path.
INITDB = shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.redis,
    pytest.mark.skipif(not INITDB, reason="PostgreSQL is not installed"),
]


class LocalStack:
    def __init__(self, environment, sink, folder):
        self.environment = environment | {
            "SECRET_KEY": "s" * 50,
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
        }
        self.sink = sink
        self.out, self.errors = folder / "stdout", folder / "stderr"
        smtp = f"smtp://127.0.0.1:{sink.port}"
        command = [sys.executable, "ops/local-stack", "--web", "2", "--workers", "2"]
        with self.out.open("w") as out, self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [*command, "--smtp", smtp],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )

    def wait_until_ready(self):
        wait_until(lambda: self.out.read_text() or self.process.poll() is not None, STARTS_WITHIN)
        assert self.process.poll() is None, self.errors.read_text()
        self.told = json.loads(self.out.read_text())

    def execute(self, sql):
        with psycopg.connect(self.told["database"]) as opened:
            return opened.execute(sql).fetchall()

    def status(self, path):
        try:
            with urlopen(self.told["web"] + path, timeout=10) as answer:
                return answer.status
        except HTTPError as error:
            return error.code

    def run(self, *command):
        urls = {
            "DATABASE_URL": self.told["database"],
            "CELERY_BROKER_URL": self.told["broker"],
        }
        environment = self.environment | urls
        return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)

    def queue(self, name, count):
        code = QUEUE.format(name=name, count=count)
        assert self.run("manage.py", "shell", "-c", code).wait(60) == 0

    def received(self, name):
        return Counter(to for to in self.sink.to() if to.startswith(name))

    def broker(self):
        (pid,) = [
            one for one in children_of(self.process.pid) if "redis-server" in str(command_of(one))
        ]
        return pid


@pytest.fixture(scope="module")
def stack(environment, tmp_path_factory):
    sink = started_sink()
    running = LocalStack(environment, sink, tmp_path_factory.mktemp("stack"))
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            running.process.wait(20)
        sink.stop()


def test_celery_runs_every_registered_job_at_once(stack):
    def finished():
        return stack.execute("SELECT name FROM dma_crm_jobrun WHERE finished_at IS NOT NULL")

    wait_until(lambda: {name for (name,) in finished()} == set(jobs.registry), COMES_WITHIN)

    assert stack.execute("SELECT name FROM dma_crm_jobrun WHERE last_error <> ''") == []
    assert stack.status("/readyz") == 200


def test_what_is_committed_outlives_the_database_server(stack):
    """As in production: whoever ends it at once must find every mail that counts as sent."""
    assert stack.execute("SHOW synchronous_commit") == [("on",)]


def test_two_beats_send_nothing_twice(stack):
    with tempfile.TemporaryDirectory() as folder:
        options = ("--schedule", f"{folder}/beat", "--pidfile", f"{folder}/pid")
        second = stack.run(
            "-m", "celery", "--quiet", "--app", "dma_crm.celery:app", "beat", *options
        )
        wait_until(Path(folder, "pid").exists, COMES_WITHIN)
        try:
            stack.queue("beats", 30)
            wait_until(lambda: len(stack.received("beats")) == 30, COMES_WITHIN)
        finally:
            second.terminate()
            second.wait(10)

    assert set(stack.received("beats").values()) == {1}


def test_pages_do_without_redis_and_delivery_goes_on_after_it(stack):
    os.kill(stack.broker(), signal.SIGSTOP)
    try:
        stack.queue("hung", 5)
        assert [stack.status(path) for path in ("/login/", "/veranstaltungen/")] == [200, 200]
    finally:
        os.kill(stack.broker(), signal.SIGKILL)  # and local-stack starts another in its place

    wait_until(lambda: len(stack.received("hung")) == 5, COMES_WITHIN)


def test_killed_processes_come_back(stack):
    for pid in (stack.told["pids"]["web"][0], *stack.told["pids"]["worker"]):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    stack.queue("back", 5)

    assert stack.status("/healthz") == 200
    wait_until(lambda: len(stack.received("back")) == 5, COMES_WITHIN)


def test_it_ends_with_nothing_left(stack):
    left = descendants(stack.process.pid)
    ports = [int(stack.told[name].split(":")[-1].split("/")[0]) for name in ("web", "broker")]

    stack.process.send_signal(signal.SIGINT)

    assert stack.process.wait(20) == 0
    wait_until(lambda: not any(map(is_alive, left)), 10)
    assert not any(map(is_taken, ports))
    assert stack.errors.read_text().endswith("Stopped.\n")
