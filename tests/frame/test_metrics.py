import math
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from dma_crm import jobs, metrics
from dma_crm.models import JobRun
from outbox.metrics import MAILS, WEBHOOKS, by_state, waiting_longest
from outbox.models import OutboundMail, WebhookDelivery
from tests.factories import OutboundMailFactory, WebhookDeliveryFactory
from tests.guards.test_layers import ROOT

pytestmark = pytest.mark.django_db
FOUND_BY_INDEX = r"SEARCH \w+ USING .*INDEX|Index Cond|using (mail|webhook)_due"
HTTP = "dma_http_request_duration_seconds"


def figures(text: str) -> dict:
    """Values by name and labels, as a reader of the format understands them."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(client, **more) -> dict:
    response = client.get("/metrics", **more)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    return figures(response.content.decode())


def gauges(at) -> dict:
    return {gauge.name: gauge.values for gauge in metrics.gauges(at=at)}


def test_the_outbox_in_figures(now):
    for state, count in {"queued": 2, "sending": 1, "dead": 3, "uncertain": 1, "sent": 1}.items():
        OutboundMailFactory.create_batch(count, state=state, due_at=now - timedelta(minutes=5))
    OutboundMailFactory(due_at=now - timedelta(minutes=7))
    WebhookDeliveryFactory(due_at=now - timedelta(seconds=30))
    WebhookDeliveryFactory(state="dead", due_at=now - timedelta(hours=1))

    found = gauges(now)

    assert found["dma_outbox_mails"] == {
        ("queued",): 3,
        ("sending",): 1,
        ("dead",): 3,
        ("uncertain",): 1,
    }
    assert found["dma_outbox_oldest_due_seconds"] == {(): 7 * 60}
    assert found["dma_webhook_deliveries"] == {("queued",): 1, ("sending",): 0, ("dead",): 1}
    assert found["dma_webhook_oldest_due_seconds"] == {(): 30}


def test_what_is_due_later_does_not_wait(now):
    OutboundMailFactory(due_at=now + timedelta(hours=1))

    found = gauges(now)

    assert found["dma_outbox_mails"]["queued",] == 1
    assert found["dma_outbox_oldest_due_seconds"] == {(): 0}
    assert found["dma_webhook_oldest_due_seconds"] == {(): 0}


def test_jobs_in_figures(now):
    JobRun.objects.create(name="outbox.deliver", finished_at=now - timedelta(seconds=40))
    JobRun.objects.create(name="referrals.clock", last_error="ValueError")

    found = gauges(now)

    assert set(found["dma_job_last_run_seconds"]) == {(name,) for name in jobs.registry}
    assert found["dma_job_last_run_seconds"]["outbox.deliver",] == 40
    assert found["dma_job_last_run_seconds"]["referrals.clock",] == math.inf
    assert found["dma_job_failed"]["referrals.clock",] == 1
    assert found["dma_job_failed"]["outbox.deliver",] == 0
    assert found["dma_job_interval_seconds"]["outbox.deliver",] == 5


@pytest.mark.parametrize("rows", [1, 3])
def test_five_queries_however_much_waits(client, django_assert_num_queries, rows):
    OutboundMailFactory.create_batch(rows)
    WebhookDeliveryFactory.create_batch(rows)

    with django_assert_num_queries(5):
        found = asked(client)

    assert found["dma_outbox_mails", ("state", "queued")] == rows
    assert found["dma_database_up",] == 1


@pytest.mark.parametrize(
    "rows",
    [
        by_state(OutboundMail.objects.all(), MAILS),
        by_state(WebhookDelivery.objects.all(), WEBHOOKS),
        waiting_longest(OutboundMail.objects.all())[:1],
        waiting_longest(WebhookDelivery.objects.all())[:1],
    ],
)
def test_an_index_answers_each_of_them(rows):
    """A table with a million mails that were sent is not read for the few that wait."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads small tables whole if it may
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert re.search(FOUND_BY_INDEX, rows.explain())


def test_figures_of_requests_outlive_the_database(client):
    def gone(execute, sql, params, many, context):
        raise OperationalError

    client.get("/healthz")
    with connection.execute_wrapper(gone):
        found = asked(client)

    assert found["dma_database_up",] == 0
    assert not [key for key in found if key[0].startswith("dma_outbox")]
    assert [key for key in found if key[0] == f"{HTTP}_count"]


def counted(client, method: str, route: str, status: str) -> float:
    labels = ("method", method), ("route", route), ("status", status)
    return asked(client).get((f"{HTTP}_count", *labels), 0)


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/healthz", ("GET", "healthz", "2xx")),
        ("POST", "/healthz", ("POST", "healthz", "4xx")),
        ("GET", "/personen/P-2026-0001/", ("GET", "contacts:person", "3xx")),
        ("GET", "/gibt/es/nicht", ("GET", "none", "4xx")),
        ("BREW", "/healthz", ("other", "healthz", "4xx")),
        ("GET", "/healthz?name=%00", ("GET", "none", "4xx")),
    ],
)
def test_requests_are_counted_by_route(client, method, path, labels):
    before = counted(client, *labels)

    client.generic(method, path)

    assert counted(client, *labels) == before + 1


def test_no_path_and_no_key_becomes_a_figure(client):
    client.get("/antwort/geheim123/")
    client.get("/Zoë-Müller/")

    text = client.get("/metrics").content.decode()

    assert "referrals:answer" in text
    assert "geheim123" not in text
    assert "Müller" not in text


def test_processes_that_share_a_folder_count_together(tmp_path):
    """Also for one that has ended: of gunicorn's processes any may be asked."""
    script = (
        "from dma_crm import request_metrics as r; r.observe('GET', 'x', 200, 0.2);"
        "print(r.exposition([]).decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "shared")}
    for count in (1, 2):
        told = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        labels = ("method", "GET"), ("route", "x"), ("status", "2xx")
        assert figures(told.stdout)[f"{HTTP}_count", *labels] == count
        assert figures(told.stdout)[f"{HTTP}_bucket", ("le", "0.1"), *labels] == 0
        assert figures(told.stdout)[f"{HTTP}_bucket", ("le", "0.25"), *labels] == count


TOKEN = {"Authorization": "Bearer t0ken"}


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("127.0.0.1", {"Host": "127.0.0.1"}, 200),
        ("203.0.113.9", {}, 404),
        ("172.18.0.3", {}, 404),
        ("::ffff:203.0.113.9", {}, 404),
        ("", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 404),
        ("127.0.0.1", {"Via": "1.1 Caddy"}, 404),
        ("127.0.0.1", {"Host": "crm.dma.example"}, 404),
        ("203.0.113.9", {"Host": "127.0.0.1"}, 404),
        ("203.0.113.9", TOKEN, 200),
        ("127.0.0.1", TOKEN | {"X-Forwarded-For": "203.0.113.9"}, 200),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer "}, 404),
        ("203.0.113.9", {"Authorization": "t0ken"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer t0kén"}, 404),
    ],
)
def test_strangers_find_no_figures(client, settings, address, headers, status):
    settings.METRICS_TOKEN = "t0ken"
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://crm.dma.example", ["*"]

    response = client.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert response.status_code == status
    assert (b"dma_info" in response.content) is (status == 200)


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", ""])
def test_no_token_opens_nothing_where_none_is_set(client, settings, given):
    settings.METRICS_TOKEN = ""

    response = client.get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="203.0.113.9")

    assert response.status_code == 404
