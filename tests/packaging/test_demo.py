"""`make demo` serves, ends cleanly however it is ended, and loses nothing."""

import contextlib
import os
import shutil
import signal
import sqlite3
import time

import pytest

from tests.packaging.demo_process import (
    demo,
    descendants,
    is_alive,
    is_taken,
    wait_until,
)

pytestmark = pytest.mark.slow

LOGINS = (
    *("beratung@dma.example", "leitung@dma.example", "admin@dma.example"),
    *("ihk@partner.example", "wag@partner.example"),
)


@contextlib.contextmanager
def database(checkout):
    path = checkout / "var" / "dma_crm.sqlite3"
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        yield connection


def leave_a_mark(checkout, name):
    with database(checkout) as connection:
        connection.execute(
            "INSERT INTO django_session VALUES (?, 'kept', '2099-01-01 00:00:00')", [name]
        )


def marks(checkout, name):
    with database(checkout) as connection:
        found = connection.execute(
            "SELECT session_data FROM django_session WHERE session_key = ?", [name]
        )
        return found.fetchall()


def test_demo_says_where_it_runs_and_who_may_log_in(checkout, environment):
    with demo(checkout, environment) as running:
        assert f"http://127.0.0.1:{running.port} " in running.output
        assert [login for login in LOGINS if login not in running.output] == []
        assert "mutterboden" in running.output
        assert running.get("/healthz")[0] == 200
        assert "beratung@dma.example" in running.get("/login/")[1]
        wait_until(lambda: running.get("/readyz")[0] == 200, 15)
        assert "dma_outbox_mails" in running.get("/metrics")[1]
        assert running.get("/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 404


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_ends_cleanly_within_five_seconds(checkout, environment, number):
    with demo(checkout, environment) as running:
        children = descendants(running.process.pid)
        assert len(children) >= 3  # gunicorn, its worker and the jobs

        running.process.send_signal(number)

        assert running.process.wait(5) == 0
        assert [pid for pid in children if is_alive(pid)] == []
        assert not is_taken(running.port)
        assert running.output.endswith("\nStopped.\n")


def test_second_start_keeps_the_data_prepares_nothing_and_finds_bytecode(checkout, environment):
    bytecode = checkout / "dma_crm" / "__pycache__"
    shutil.rmtree(bytecode, ignore_errors=True)
    with demo(checkout, environment | {"PYTHONDONTWRITEBYTECODE": "1"}):
        leave_a_mark(checkout, "second start")
        assert list(bytecode.glob("settings.*.pyc")) != []

    with demo(checkout, environment) as running:
        assert "Preparing" not in running.output

    assert marks(checkout, "second start") == [("kept",)]


def test_start_after_the_database_was_removed_makes_it_again(checkout, environment):
    with demo(checkout, environment):
        leave_a_mark(checkout, "removed")
    for path in (checkout / "var").glob("dma_crm.sqlite3*"):
        path.unlink()

    with demo(checkout, environment) as running:
        assert "Preparing" in running.output

    assert marks(checkout, "removed") == []


def test_killed_demo_leaves_no_process_and_loses_nothing(checkout, environment):
    with demo(checkout, environment) as running:
        children = descendants(running.process.pid)
        leave_a_mark(checkout, "killed")

        running.process.kill()
        running.process.wait()

        wait_until(lambda: not any(map(is_alive, children)), 10)
        assert not is_taken(running.port)
    with database(checkout) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    with demo(checkout, environment) as running:
        assert running.get("/healthz")[0] == 200
    assert marks(checkout, "killed") == [("kept",)]


@pytest.mark.parametrize("word", ["run_jobs", "gunicorn"])
def test_killed_part_is_started_again(checkout, environment, ops, word):
    with demo(checkout, environment) as running:
        time.sleep(ops.supervisor.SOON)  # sooner, it would be taken for one that cannot run
        part = running.part(word)

        os.kill(part, signal.SIGKILL)

        wait_until(lambda: running.part(word) not in {part, None}, 10)
        wait_until(lambda: running.get("/healthz")[0] == 200, 20)
        assert not running.ended


def test_demo_ends_when_make_is_killed(checkout, environment):
    with demo(checkout, environment, command=("make", "demo")) as running:
        children = descendants(running.process.pid)

        running.process.kill()
        running.process.wait()

        wait_until(lambda: not any(map(is_alive, children)), 10)
        assert not is_taken(running.port)


def test_make_passes_termination_on(checkout, environment):
    with demo(checkout, environment, command=("make", "demo")) as running:
        children = descendants(running.process.pid)

        running.process.terminate()

        running.process.wait(5)
        assert [pid for pid in children if is_alive(pid)] == []
