"""The short form of `make chaos`: deliverers and servers die while mails go out, none is lost."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.redis,
    pytest.mark.slow,
]
OUT = settings.VAR_DIR / "chaos"  # stays there: whoever sees it fail finds the processes' words
WITHIN = 240  # seconds, on a busy machine


@pytest.fixture
def template(tmp_path):
    """The test's database, which has all tables, for the harness to start with."""
    path = tmp_path / "template"
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
    else:
        had = connection.settings_dict
        where = ["-h", had["HOST"], "-p", had["PORT"] or "5432", "-U", had["USER"], had["NAME"]]
        login = {**os.environ, "PGPASSWORD": had["PASSWORD"]}
        subprocess.run(["pg_dump", "--no-owner", "-f", path, *where], env=login, check=True)
    return path


def test_kills_and_restarts_lose_nothing_and_explain_each_duplicate(template):
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    command = [sys.executable, "-m", "chaos", "--form", "short", "--database", connection.vendor]
    done = subprocess.run(
        [*command, "--template", template],
        cwd=settings.BASE_DIR,
        env=kept | {"PYTHONPATH": "ops"},
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((OUT / f"{connection.vendor}-short-seed1.json").read_text())
    killed = report["scenarios"]["killed"]
    assert sum("SIGKILL of" in fault for fault in killed["faults"]) == 3
    assert killed["states"]["sent"] >= 70
    assert all(duplicate["cause"] for duplicate in killed["duplicates"])
