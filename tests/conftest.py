"""What every test may use."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings as django_settings

from contacts import masterdata

TRANSACTIONAL = {"transactional_db", "live_server", "django_db_reset_sequences"}
USES_DATABASE = {"db", *TRANSACTIONAL}


def pytest_configure():
    """Passwords are hashed slowly on purpose, which no test is about."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite as users have it, a file with a connection for each thread.

    Threads of a live server share the one connection of a database in memory. Python and SQLite
    wait for each other's lock there as soon as a query calls a function written in Python.
    """
    default = django_settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        default.setdefault("TEST", {})["NAME"] = str(name)


@pytest.fixture
def now():
    """A fixed Tuesday morning: 2026-03-10 09:00 UTC, 10:00 in Wolfsburg."""
    return datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _master_data(request):
    """A transactional test truncates every table afterwards, the rows of migrations too."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None and not USES_DATABASE & set(request.fixturenames):
        return
    request.getfixturevalue("db" if not _is_transactional(request) else "transactional_db")
    if not apps.get_model("contacts", "Agency").objects.exists():
        masterdata.load(apps)
        masterdata.load_series(apps)


def _is_transactional(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    asked = marker is not None and marker.kwargs.get("transaction")
    return bool(asked or TRANSACTIONAL & set(request.fixturenames))
