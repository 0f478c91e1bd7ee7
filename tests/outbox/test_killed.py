"""SIGKILL of a real sender in the middle of its work: nothing lost, one Message-ID per key."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from dma_crm.crypto import encrypt
from outbox.actions import queue_mail

MAILS = 50
ROOT = Path(settings.BASE_DIR)
pytestmark = pytest.mark.django_db(transaction=True)


class SqliteFile:
    """The test's in-memory database as a file, which another process can open."""

    def __init__(self, folder):
        self.path = folder / "outbox.sqlite3"
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(self.path)) as copy:
            connection.connection.backup(copy)
        self.url = f"sqlite:///{self.path}"

    def execute(self, sql):
        with contextlib.closing(sqlite3.connect(self.path, timeout=20)) as database:
            rows = database.execute(sql).fetchall()
            database.commit()
            return rows


class Postgresql:
    def __init__(self):
        had = connection.settings_dict
        login = had["USER"] + (f":{had['PASSWORD']}" if had["PASSWORD"] else "")
        self.url = f"postgresql://{login}@{had['HOST']}:{had['PORT'] or 5432}/{had['NAME']}"

    def execute(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def queued():
    payload = encrypt(json.dumps({"subject": "S", "text": "T", "html": "<p>H</p>"}))
    for number in range(MAILS):
        queue_mail(
            kind="account",
            dedupe_key=f"killed:{number}",
            recipient=f"{number}@x.example",
            subjects={},
            purpose="account",
            payload=payload,
            at=timezone.now(),
        )


@pytest.fixture
def database(queued, tmp_path):
    return Postgresql() if connection.vendor == "postgresql" else SqliteFile(tmp_path)


class Senders:
    """Starts `manage.py deliver_outbox --loop` one after the other and kills each in its turn."""

    def __init__(self, url, sink):
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "SECRET_KEY": settings.SECRET_KEY,
            "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            "DEMO": "1",
        }
        self.process = None
        self.killed = threading.Event()

    def start(self):
        self.killed.clear()
        command = [sys.executable, "manage.py", "deliver_outbox", "--loop"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.killed.set()


def states(database):
    return dict(database.execute("SELECT state, count(*) FROM outbox_outboundmail GROUP BY state"))


def handed_over(database) -> int:
    """Of what the dead one had claimed, that which may have reached the server."""
    [[found]] = database.execute(
        "SELECT count(*) FROM outbox_outboundmail"
        " WHERE state = 'sending' AND handing_over_at IS NOT NULL"
    )
    return found


def wait_for(condition, senders, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        assert senders.process.poll() in {None, -signal.SIGKILL}, "it ended by itself"
        time.sleep(0.1)


def end_leases(database):
    """What two minutes of waiting would do."""
    database.execute(
        "UPDATE outbox_outboundmail SET lease_until = '2020-01-01 00:00:00+00:00'"
        " WHERE state = 'sending'"
    )


def test_kills_lose_nothing_and_a_mail_in_the_gap_goes_again_as_itself(database, sink):
    senders = Senders(database.url, sink)

    def kill_now_and_then(envelope):
        if len(sink.received) in {10, 30}:  # taken, and the sender will never know
            senders.kill()

    sink.handler.before_answer = kill_now_and_then
    try:
        for _life in range(2):
            senders.start()
            wait_for(senders.killed.is_set, senders)
            assert handed_over(database) == 1
            end_leases(database)
        senders.start()
        wait_for(lambda: states(database) == {"sent": MAILS}, senders)
    finally:
        senders.process.kill()
        senders.process.wait(10)

    written = {row[0] for row in database.execute("SELECT message_id FROM outbox_outboundmail")}
    ids = [message["Message-ID"] for message in sink.messages()]
    told = Counter(zip(sink.to_in_order(), ids, strict=True))
    assert len(sink.received) == MAILS + 2
    assert sorted(told.values(), reverse=True)[:3] == [2, 2, 1]
    assert {to for to, _id in told} == {f"{number}@x.example" for number in range(MAILS)}
    assert {message_id for _to, message_id in told} == written
    assert len(written) == len(told) == MAILS


def test_the_loop_ends_in_peace_when_asked(database, sink):
    senders = Senders(database.url, sink)
    senders.start()
    wait_for(lambda: states(database) == {"sent": MAILS}, senders)

    senders.process.terminate()

    assert senders.process.wait(20) == 0
    assert len(sink.received) == MAILS
