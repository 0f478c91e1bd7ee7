"""Backup and restore with the real tools, from the disaster to the mail that then goes out once."""

import contextlib
import glob
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from tests.outbox.sink import started_sink
from tests.packaging.conftest import ROOT
from tests.packaging.demo_process import wait_until

INITDB = shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")
TOOLS = INITDB and shutil.which("pg_dump")
pytestmark = pytest.mark.slow
MAKE = """
from django.utils import timezone
from outbox.kinds import queue_account_mail
from outbox.messages import Message
from tests.factories import PersonFactory
people = [PersonFactory(family_name=name, email=f"{name}@x.example") for name in ("Bleibt", "Geht")]
text = Message("S", "T", "<html><body></body></html>")
queue_account_mail(recipient="zoe@x.example", message=text, at=timezone.now())
print(*(person.pk for person in people))
"""
NAMES = """
from contacts.models import Person
print(*sorted(person.display_name.split()[-1] for person in Person.objects.all()))
"""
RELEASE = """
from django.utils import timezone
from accounts.actors import Actor
from outbox import freezing
freezing.release_delivery(
    freeze=freezing.current_freeze(), by=Actor.system(), at=timezone.now()
)
"""


class Place:
    """An installation with a database that can be lost, and a folder of backups."""

    def __init__(self, environment, url, folder):
        self.url, self.folder = url, folder
        keys = {
            "SECRET_KEY": "s" * 50,
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
        }
        self.environment = environment | keys | {"DATABASE_URL": url, "BACKUP_DIR": str(folder)}

    def run(self, *command, code=0, said="stderr", **changes):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment | changes,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 or said == "stdout" else done.stderr

    def shell(self, script, **changes):
        return self.run("manage.py", "shell", "--no-imports", "-c", script, **changes)

    def back_up(self, *more, **changes):
        return self.run("ops/backup", *more, **changes)

    def restore(self, file, *more, **changes):
        return self.run("ops/restore", str(file), *more, **changes)

    def file(self):
        return next(path for path in sorted(self.folder.iterdir()) if path.suffix in KINDS)

    def lose(self):
        if self.url.startswith("sqlite"):
            for path in glob.glob(self.url.removeprefix("sqlite:///") + "*"):
                os.unlink(path)
        else:
            with psycopg.connect(
                self.url.replace("/dma_crm", "/postgres"), autocommit=True
            ) as there:
                there.execute("DROP DATABASE dma_crm")


KINDS = {".sqlite3", ".pgdump"}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def place(request, ops, environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    with contextlib.ExitStack() as opened:
        url = f"sqlite:///{folder / 'dma_crm.sqlite3'}"
        if request.param == "postgresql":
            if not TOOLS:
                pytest.skip("PostgreSQL is not installed")
            server = opened.enter_context(ops.services.postgresql_server())
            ops.services.create_database(server)
            url = server.url
        place = Place(environment, url, folder / "backups")
        place.run("manage.py", "migrate", "--verbosity", "0")
        place.people = place.shell(MAKE).split()
        place.back_up()
        yield place


def spoilt(place, folder, change):
    """A copy of the backup that something happened to."""
    copy = Path(shutil.copytree(place.folder, folder / "copy"))
    files = SimpleNamespace(
        data=copy / place.file().name,
        digest=copy / f"{place.file().name}.sha256",
        ledger=copy / "erasures.jsonl",
    )
    change(files)
    return files.data


WAITS = """
from django.db import connection
connection.introspection.table_names()
print(1, flush=True)
input()
"""


def flip(files):
    content = bytearray(files.data.read_bytes())
    content[len(content) // 2] ^= 1
    files.data.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: os.truncate(files.data, files.data.stat().st_size // 2), "cut off"),
        (flip, "damaged"),
        (lambda files: files.data.unlink(), "There is no file"),
        (lambda files: files.digest.unlink(), ".sha256 is missing"),
        (lambda files: files.ledger.unlink(), "erasures.jsonl is missing"),
        (lambda files: files.ledger.write_text('{"person"'), "erasures.jsonl is damaged"),
    ],
)
def test_a_spoilt_backup_is_refused_and_nothing_is_lost(place, tmp_path, change, told):
    file = spoilt(place, tmp_path, change)

    assert told in place.restore(file, "--replace", code=1)

    assert place.shell(NAMES) == "Bleibt Geht\n"


def test_what_is_written_is_for_its_owner_alone_and_only_the_newest_stay(place):
    file = place.file()
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.folder.glob("[!.]*")} == {0o600}
    for day in range(3):
        older = place.folder / f"dma-crm-2026010{day}T000000Z{file.suffix}"
        for end in ("", ".sha256"):
            shutil.copy(f"{file}{end}", f"{older}{end}")

    assert str(file) in place.back_up("--check")
    place.back_up("--keep", "1")

    left = {path.name.removeprefix(place.file().name) for path in place.folder.glob("dma-crm-*")}
    assert left == {"", ".sha256"}


def test_a_backup_that_cannot_be_written_says_why_and_leaves_the_older_ones(place):
    before = sorted(place.folder.iterdir())
    script = f"ulimit -f 8; exec {sys.executable} ops/backup"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=place.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert sorted(place.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"BACKUP_DIR": "/dev/null/backups"}, "/dev/null/backups: Not a directory."),
        (
            {"DATABASE_URL": "sqlite:////nowhere/x.sqlite3"},
            "There is no database /nowhere/x.sqlite3.",
        ),
        ({"DATABASE_URL": "mysql://x"}, "'mysql' is not a known database"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}, "PostgreSQL: connection failed"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(place, changes, told):
    answer = place.back_up(code=1, **changes)

    assert told in answer
    assert "Traceback" not in answer


def test_a_missing_tool_is_named(place):
    """SQLite needs none."""
    is_sqlite = place.url.startswith("sqlite")

    told = place.back_up(code=0 if is_sqlite else 1, PATH="/nowhere")

    assert ("pg_dump is missing" in told) != is_sqlite


def test_nothing_is_replaced_by_the_way_or_under_somebody_s_hands(place):
    refused = place.restore(place.file(), code=1)
    assert "holds data. --replace" in refused

    with somebody_in(place):
        refused = place.restore(place.file(), "--replace", code=1)
    assert "Somebody still works in" in refused
    assert place.shell(NAMES) == "Bleibt Geht\n"


@contextlib.contextmanager
def somebody_in(place):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", WAITS],
        cwd=ROOT, env=place.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "1\n"
        yield
    finally:
        process.communicate("\n")


def test_the_drill(place):
    """Back up, erase, lose, restore: who was erased stays so, and nothing goes twice."""
    stays, goes = place.people
    place.run("manage.py", "erase_person", goes)
    ledger = place.folder / "erasures.jsonl"
    with looping(place) as loop:
        wait_until(lambda: goes in ledger.read_text(), 60)
    assert loop.returncode == 0
    place.lose()

    told = place.restore(place.file())

    assert "Delivery is stopped" in told
    name = place.shell(NAMES).split()
    assert name[0] == "Bleibt"
    assert name[1].startswith("P-")
    examined = json.loads(place.run("manage.py", "doctor", "--json", code=1, said="stdout"))
    assert [row["well"] for row in examined["findings"] if row["name"] == "delivery"] == [False]
    with mail_server() as (sink, url):
        sends = ("manage.py", "deliver_outbox", "--once")
        place.run(*sends, EMAIL_URL=url, DEMO="1")
        assert sink.to() == []

        place.shell(RELEASE)
        place.run(*sends, EMAIL_URL=url, DEMO="1")
        place.run(*sends, EMAIL_URL=url, DEMO="1")
        assert sink.to() == ["zoe@x.example"]

    place.run("manage.py", "erase_person", stays)  # the ledger in the folder does not know yet
    told = place.restore(place.file(), "--replace")

    assert "is kept as" in told
    assert "Bleibt" not in place.shell(NAMES)


@contextlib.contextmanager
def looping(place):
    command = [sys.executable, "ops/backup", "--loop"]
    process = subprocess.Popen(command, cwd=ROOT, env=place.environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextlib.contextmanager
def mail_server():
    sink = started_sink()
    try:
        yield sink, f"smtp://127.0.0.1:{sink.port}"
    finally:
        sink.stop()
