"""What the frame itself looks at when somebody asks how the installation fares."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dma_crm import doctor, jobs
from dma_crm.doctor import Finding, moment
from dma_crm.models import JobRun

CLOCKS_APART = timedelta(seconds=5)
SHORTEST_KEY = 32
BROKER_WITHIN = 3  # seconds


def register() -> None:
    doctor.register("database", gettext_lazy("Database"), database, order=10)
    doctor.register("migrations", gettext_lazy("Migrations"), migrations, order=20)
    doctor.register("secrets", gettext_lazy("Secrets"), secrets, order=40)
    doctor.register("addresses", gettext_lazy("Addresses"), addresses, order=50)
    doctor.register("broker", gettext_lazy("Broker"), broker, order=70, network=True)
    doctor.register("jobs", gettext_lazy("Background jobs"), background_jobs, order=80)
    doctor.register("clock", gettext_lazy("Clock and time zone"), clock, order=110)
    doctor.register("translations", gettext_lazy("Translations"), translations, order=120)
    doctor.register("static_files", gettext_lazy("Static files"), static_files, order=130)


def in_production() -> bool:
    return not (settings.DEMO or settings.DEBUG)


def database(at: datetime) -> Finding:
    try:
        connection.ensure_connection()
        version = ".".join(str(part) for part in connection.get_database_version())
    except (DatabaseError, InterfaceError):
        return Finding(
            _("The database does not answer."),
            _("Check that it runs, and that DATABASE_URL is right."),
        )
    known = {"name": connection.display_name, "version": version}
    return Finding(_("%(name)s %(version)s answers.") % known)


def migrations(at: datetime) -> Finding:
    if not (waiting := len(migrations_waiting())):
        return Finding(_("All migrations are applied."))
    text = ngettext(
        "%(count)s migration is not applied.", "%(count)s migrations are not applied.", waiting
    )
    return Finding(text % {"count": waiting}, _("Run manage.py migrate."))


def migrations_waiting() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def secrets(at: datetime) -> Finding:
    if not in_production():
        return Finding(_("Made-up secrets are enough for a demo and for development."))
    if wrong := [text for text in (wrong_secret_key(), wrong_encryption_keys()) if text]:
        return Finding(" ".join(wrong), _("Set both; .env.example says how to make them."))
    return Finding(_("SECRET_KEY and ENCRYPTION_KEYS are set."))


def wrong_secret_key() -> str:
    if not settings.SECRET_KEY_GIVEN:
        return _("SECRET_KEY is not set.")
    return _("SECRET_KEY is too short.") if len(settings.SECRET_KEY) < SHORTEST_KEY else ""


def wrong_encryption_keys() -> str:
    if not settings.ENCRYPTION_KEYS_GIVEN:
        return _("ENCRYPTION_KEYS are not set.")
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        return _("One of ENCRYPTION_KEYS is no Fernet key.")
    return ""


def addresses(at: datetime) -> Finding:
    """An address made for documentation (RFC 2606) reaches nobody."""
    if in_production() and not settings.HTTPS:
        return Finding(
            _("Links in mails lead to %(address)s, without encryption.")
            % {"address": settings.BASE_URL},
            _("Set BASE_URL to the public address that begins with https://."),
        )
    if in_production() and settings.MAIL_FROM.endswith(".example"):
        return Finding(
            _("Mails come from %(address)s, which nobody can answer.")
            % {"address": settings.MAIL_FROM},
            _("Set MAIL_FROM to an address of your own."),
        )
    known = {"address": settings.BASE_URL, "sender": settings.MAIL_FROM}
    return Finding(_("Links lead to %(address)s, mails come from %(sender)s.") % known)


def broker(at: datetime) -> Finding:
    if not settings.CELERY_BROKER_URL:
        return Finding(_("No broker is set: the jobs run in the built-in loop."))
    from dma_crm.celery import app  # noqa: PLC0415 - slow to import, only needed with a broker

    try:
        with app.connection(settings.CELERY_BROKER_URL) as there:
            there.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_WITHIN)
    except Exception:  # each kind of broker has errors of its own
        return Finding(
            _("The broker does not answer: no job is started, pages go on as usual."),
            _("Check that Redis runs, and that CELERY_BROKER_URL is right."),
        )
    return Finding(_("The broker answers."))


def background_jobs(at: datetime) -> Finding:
    bad = [state for state in jobs.states(at=at) if state.word != jobs.Word.RUNS]
    if not bad:
        return Finding(_("All background jobs run."))
    text = _("Background jobs do not run as they should: %(jobs)s.")
    return Finding(
        text % {"jobs": "; ".join(standstill(state) for state in bad)},
        _(
            "Start Celery's worker and beat again, without a broker manage.py run_jobs;"
            " the log tells why one failed."
        ),
    )


def standstill(state: jobs.State) -> str:
    if state.run is None or state.run.finished_at is None:
        return _("%(job)s (never yet)") % {"job": state.job.name}
    known = {"job": state.job.name, "moment": moment(state.run.finished_at)}
    return _("%(job)s (not since %(moment)s)") % known


def clock(at: datetime) -> Finding:
    remedy = _("Let all machines take their time from the same server (NTP).")
    apart = abs(time_of_database(at) - at)
    if apart > CLOCKS_APART:
        text = _("The clock of the database is %(seconds)d seconds away from ours.")
        return Finding(text % {"seconds": apart.total_seconds()}, remedy)
    if JobRun.objects.filter(finished_at__gt=at + CLOCKS_APART).exists():
        return Finding(_("A job has run in the future: a clock was set back."), remedy)
    known = {"time": f"{timezone.localtime(at):%H:%M}", "zone": settings.TIME_ZONE}
    return Finding(_("It is %(time)s in %(zone)s, for the database too.") % known)


def time_of_database(at: datetime) -> datetime:
    """SQLite lives in this process and has the same clock."""
    if connection.vendor != "postgresql":
        return at
    asked = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return at + (cursor.fetchone()[0] - asked)


def translations(at: datetime) -> Finding:
    missing = [code for code, _name in settings.LANGUAGES if not is_compiled(code)]
    if missing:
        return Finding(
            _("The compiled texts are missing: %(languages)s.") % {"languages": ", ".join(missing)},
            _("Run make messages, or take the files of the release again."),
        )
    return Finding(_("The German texts are compiled."))


def is_compiled(language: str) -> bool:
    """English is what the code itself speaks."""
    compiled = Path("LC_MESSAGES", "django.mo")
    return language == "en" or any(
        (Path(folder) / language / compiled).exists() for folder in settings.LOCALE_PATHS
    )


def static_files(at: datetime) -> Finding:
    if not settings.STATIC_ROOT:
        return Finding(_("Static files are served from the checkout."))
    if missing := uncollected(Path(settings.STATIC_ROOT)):
        text = ngettext(
            "%(count)s static file is not collected.",
            "%(count)s static files are not collected.",
            missing,
        )
        return Finding(
            text % {"count": missing}, _("Run manage.py collectstatic, then start again.")
        )
    return Finding(_("All static files are collected."))


def uncollected(root: Path) -> int:
    """How many of our files the manifest in `root` does not know."""
    manifest = root / "staticfiles.json"
    known = json.loads(manifest.read_text())["paths"] if manifest.exists() else {}
    ours = {path for finder in get_finders() for path, _storage in finder.list([])}
    return len(ours - set(known))
