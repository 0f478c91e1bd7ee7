"""One id leads from what somebody did on a page to what became of the mail."""

import logging
import uuid
from datetime import timedelta

import pytest

from dma_crm import jobs
from dma_crm.logs import RequestIdFilter, following
from outbox import delivery
from outbox.claims import recover_abandoned
from outbox.models import OutboundMail
from outbox.webhooks import delivery as webhooks
from tests.factories import (
    OutboundMailFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.outbox.sink import free_port

pytestmark = pytest.mark.django_db
CAUSE = "abc-12345"


@pytest.fixture
def lines(caplog):
    """What the outbox logs: under which id, and the text."""
    caplog.handler.addFilter(id_filter := RequestIdFilter())
    yield lambda: [
        (record.request_id, record.getMessage())
        for record in caplog.records
        if record.name.startswith("outbox")
    ]
    caplog.handler.removeFilter(id_filter)


def test_from_a_page_to_the_mail_server(client, settings, smtp, lines):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    UserFactory(email="zoe@gruenden.example")
    client.post(
        "/konto/password/reset/",
        {"email": "zoe@gruenden.example"},
        headers={"X-Request-ID": CAUSE},
    )
    mail = OutboundMail.objects.get()

    assert jobs.registry["outbox.deliver"].work is delivery.deliver
    delivery.deliver(at=mail.due_at)

    assert lines() == [(CAUSE, f"mail {mail.pk} is sent: kind account, attempt 1, -")]


def test_a_mail_remembers_the_run_of_the_job_that_caused_it(monkeypatch, now):
    monkeypatch.setattr(jobs, "registry", {})
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction
    jobs.register("sweep", every_seconds=5, work=lambda at: OutboundMailFactory())
    jobs.run("sweep", at=now)
    jobs.run("sweep", at=now)

    first, second = OutboundMail.objects.values_list("request_id", flat=True)
    assert first.startswith("job-")
    assert first != second


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"recipient": "550-a@x.example"}, "dead: kind test, attempt 1, smtp: 550 5.1.1"),
        ({"recipient": "450-a@x.example"}, "queued: kind test, attempt 1, smtp: 450 4.1.1"),
        ({"subjects": {"consent": "gone"}}, "cancelled: kind test, attempt 1, not_allowed"),
        ({"kind": "nothing"}, "dead: kind nothing, attempt 1, unbuildable: KeyError"),
    ],
)
def test_each_outcome_is_one_line_with_ids_only(smtp, lines, now, fields, told):
    mail = OutboundMailFactory(request_id=CAUSE, recipient_name="Zoë Müller", **fields)

    delivery.deliver(at=now)

    outcomes = [line for line in lines() if line[1].startswith(f"mail {mail.pk} is ")]
    assert outcomes == [(CAUSE, f"mail {mail.pk} is {told}")]
    text = str(lines())
    assert mail.recipient not in text
    assert "Zoë" not in text
    assert "Einwilligung" not in text


def test_a_server_that_is_gone(settings, sink, lines, now):
    settings.MAIL_SERVER = sink.settings(port=free_port())
    mail = OutboundMailFactory(request_id=CAUSE)

    delivery.deliver(at=now)

    assert lines() == [(CAUSE, f"mail {mail.pk} is queued: kind test, attempt 1, unreachable")]


def test_who_takes_back_what_was_abandoned_says_so(lines, now):
    mail = OutboundMailFactory(
        request_id=CAUSE,
        state="sending",
        claim_token=uuid.uuid4(),
        lease_until=now - timedelta(seconds=1),
    )

    recover_abandoned(at=now)

    assert lines() == [(CAUSE, f"outboundmail {mail.pk} was abandoned, is queued")]


def test_webhooks_too(receiver, lines, now):
    endpoint = WebhookEndpointFactory(url=receiver.url())
    with following(CAUSE):
        told = WebhookDeliveryFactory(endpoint=endpoint)

    webhooks.deliver(at=now)

    assert lines() == [(CAUSE, f"webhook delivery {told.pk} is delivered: attempt 1, -")]


def test_lines_of_deliveries_pass_the_level_of_the_log():
    assert logging.getLogger("outbox.delivery").isEnabledFor(logging.INFO)
