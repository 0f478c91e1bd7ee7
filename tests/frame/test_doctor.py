import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from contacts.models import Topic
from dma_crm import doctor, examinations, jobs
from dma_crm.doctor import Finding
from dma_crm.models import JobRun
from tests.factories import UserFactory
from tests.guards.test_layers import ROOT
from tests.outbox.sink import talking_server

pytestmark = pytest.mark.django_db
LOOKED_AT = [
    *("database", "migrations", "master_data", "demo_accounts", "secrets", "stored_secrets"),
    *("addresses", "mail_server", "bounces", "broker", "jobs", "delivery", "outbox", "webhooks"),
    *("clock", "translations", "static_files"),
]


@pytest.fixture
def production(settings):
    settings.DEMO = settings.DEBUG = False
    settings.SECRET_KEY_GIVEN = settings.ENCRYPTION_KEYS_GIVEN = settings.HTTPS = True
    settings.BASE_URL, settings.MAIL_FROM = "https://crm.dma.de", "gruenden@dma.de"
    return settings


@pytest.fixture
def running():
    now = timezone.now()
    JobRun.objects.bulk_create(JobRun(name=name, finished_at=now) for name in jobs.registry)


def gone(execute, sql, params, many, context):
    raise OperationalError


def told(name: str) -> Finding:
    at = timezone.now()
    return next(finding for each, finding in doctor.examine(at=at) if each.name == name)


def test_all_is_well(production, running, smtp_that_lets_in, capsys):
    assert call_command("doctor") is None

    out = capsys.readouterr().out
    assert out.endswith("All is well.\n")
    assert out.count("\nok ") == len(LOOKED_AT) - 1


@pytest.fixture
def smtp_that_lets_in(settings):
    greetings = [b"220 mail.dma.example\r\n", b"250 hello\r\n", b"221 bye\r\n"]
    with talking_server(*greetings) as server:
        settings.MAIL_SERVER = server
        yield


def test_what_is_looked_at_stands_in_json(production, running, capsys):
    """No mail server: exit code 1 and one finding that says what to do."""
    production.MAIL_SERVER = None
    with pytest.raises(SystemExit) as caught:
        call_command("doctor", "--json")

    report = json.loads(capsys.readouterr().out)
    assert caught.value.code == 1
    assert report["well"] is False
    assert [each["name"] for each in report["findings"]] == LOOKED_AT
    assert [(each["name"], each["remedy"]) for each in report["findings"] if not each["well"]] == [
        ("mail_server", "Set EMAIL_URL.")
    ]


def test_without_a_database_it_says_so_and_goes_on():
    """A process of its own, as whoever looks for the cause starts it."""
    environment = os.environ | {"DATABASE_URL": "postgresql://127.0.0.1:1/nothing"}
    command = [sys.executable, "manage.py", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 1
    assert "The database does not answer." in done.stdout
    assert "The German texts are compiled." in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "code", "words"), [("--nope", 2, "unrecognized"), ("--help", 0, "Exit code 0")]
)
def test_wrong_usage_and_help(given, code, words, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command_as_shell("doctor", given)

    out = capsys.readouterr()
    assert caught.value.code == code
    assert words in " ".join((out.out + out.err).split())


def call_command_as_shell(*arguments):
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - only here

    execute_from_command_line(["manage.py", *arguments])


def test_an_examination_that_breaks_stops_no_other(monkeypatch, now):
    def broken(at):
        raise LookupError("Zoë Müller")

    monkeypatch.setattr(doctor, "_examinations", {})
    doctor.register("second", "Second", lambda at: Finding("Fine."), order=2)
    doctor.register("first", "First", broken, order=1)

    first, second = doctor.examine(at=now)

    assert first[1] == Finding(
        "Das konnte nicht geprüft werden: LookupError.", "Im Log steht, woran es lag."
    )
    assert second[1].well


def test_without_a_database_most_cannot_be_told(now):
    with connection.execute_wrapper(gone):
        findings = {each.name: finding for each, finding in doctor.examine(at=now)}

    assert "Datenbank" in findings["jobs"].text
    assert findings["translations"].well


def test_a_migration_waits():
    (last,) = MigrationExecutor(connection).loader.graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(*last)

    assert not told("migrations").well


def test_a_catalogue_without_rows():
    Topic.objects.update(active=False)

    assert "Themen" in told("master_data").text
    assert not told("master_data").well


def test_demo_accounts_are_well_in_a_demo_only(production):
    UserFactory(is_demo=True)
    assert not told("demo_accounts").well

    production.DEMO = True
    assert told("demo_accounts").well


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY_GIVEN", False),
        ("ENCRYPTION_KEYS_GIVEN", False),
        ("SECRET_KEY", "short"),
        ("ENCRYPTION_KEYS", ["no key"]),
    ],
)
def test_secrets_that_serve_no_real_people(production, name, value):
    assert told("secrets").well
    setattr(production, name, value)
    assert not told("secrets").well

    production.DEMO = True
    assert told("secrets").well


@pytest.mark.parametrize(("name", "value"), [("HTTPS", False), ("MAIL_FROM", "a@dma.example")])
def test_addresses_that_lead_nowhere(production, name, value):
    assert told("addresses").well
    setattr(production, name, value)
    assert not told("addresses").well


def test_no_broker_is_needed(settings):
    settings.CELERY_BROKER_URL = ""
    assert told("broker").well


@pytest.mark.parametrize(("url", "well"), [("redis://127.0.0.1:1/0", False), ("memory://", True)])
def test_a_broker_is_asked(settings, url, well):
    settings.CELERY_BROKER_URL = url

    assert told("broker").well is well


@pytest.mark.parametrize(
    ("name", "run", "word"),
    [
        ("outbox.deliver", None, "noch nie"),
        ("outbox.deliver", {"last_error": "ValueError"}, "noch nie"),
        ("outbox.tidy_webhooks", {"last_error": "ValueError"}, "noch nie"),
    ],
)
def test_jobs_that_do_not_run(running, name, run, word):
    assert told("jobs").well
    JobRun.objects.filter(name=name).delete()
    if run:
        JobRun.objects.create(name=name, **run)

    assert f"{name} ({word})" in told("jobs").text


def test_a_job_that_stands_still_says_since_when(running):
    at = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    JobRun.objects.filter(name="outbox.deliver").update(finished_at=at)

    assert "outbox.deliver (zuletzt 10.03.2026, 10:00)" in told("jobs").text


def test_an_hourly_job_that_never_ran_is_told_of(running):
    """Beat and the built-in loop begin with every job."""
    JobRun.objects.filter(name="outbox.tidy_webhooks").delete()

    assert "outbox.tidy_webhooks" in told("jobs").text


def test_a_clock_that_was_set_back():
    assert told("clock").well
    JobRun.objects.create(name="x", finished_at=timezone.now() + timedelta(hours=1))
    assert not told("clock").well


def test_clocks_that_do_not_agree(monkeypatch, now):
    ahead = now + timedelta(seconds=-90)
    monkeypatch.setattr(examinations, "time_of_database", lambda at: ahead)

    finding = examinations.clock(now)

    assert "90" in finding.text
    assert not finding.well


def test_texts_that_nobody_compiled(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]

    assert not told("translations").well


def test_static_files_that_nobody_collected(settings, tmp_path):
    assert told("static_files").well
    settings.STATIC_ROOT = str(tmp_path)
    assert not told("static_files").well

    known = {path: path for path in all_static_files()}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": known}))
    assert told("static_files").well


def all_static_files():
    return {path for each in examinations.get_finders() for path, _storage in each.list([])}
