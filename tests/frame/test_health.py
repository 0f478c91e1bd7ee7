from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from dma_crm.models import JobRun

pytestmark = pytest.mark.django_db


def broken_by(error):
    """Every statement fails, as when the server is gone."""

    def fail(execute, sql, params, many, context):
        raise error

    return connection.execute_wrapper(fail)


def test_healthz_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


def test_not_ready_before_the_first_job_run(client):
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": True, "migrations": True, "jobs": False}


def test_ready_once_a_job_has_run(client):
    JobRun.objects.create(name="x", finished_at=timezone.now())

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": True, "migrations": True, "jobs": True}


def test_not_ready_when_jobs_stand_still(client):
    JobRun.objects.create(name="x", finished_at=timezone.now() - timedelta(minutes=3))

    assert client.get("/readyz").json()["jobs"] is False


def test_not_ready_while_a_migration_waits(client):
    JobRun.objects.create(name="x", finished_at=timezone.now())
    (last,) = MigrationExecutor(connection).loader.graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(*last)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["migrations"]) == (503, False)


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_not_ready_without_a_database(client, error):
    with broken_by(error):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": False, "migrations": False, "jobs": False}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_read_only(client, path):
    assert client.post(path).status_code == 405
