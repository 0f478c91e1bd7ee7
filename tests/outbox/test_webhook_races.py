"""Two deliverers at once on PostgreSQL, and what would happen without the claim."""

import threading

import pytest
from django.db import connection, transaction

from outbox.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from outbox.webhooks import actions, delivery
from tests.factories import PartnerFactory, WebhookDeliveryFactory, WebhookEndpointFactory, actor
from tests.outbox.test_races import both

DELIVERIES = 12
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


@pytest.fixture
def due(receiver):
    for _number in range(DELIVERIES):
        WebhookDeliveryFactory(endpoint=WebhookEndpointFactory(url=receiver.url()))


@pytest.mark.usefixtures("due")
def test_two_deliverers_share_the_deliveries_and_double_none(receiver, now):
    first, second = both(lambda: delivery.deliver(at=now))

    assert first["delivered"] + second["delivered"] == DELIVERIES
    ids = {got.headers["webhook-id"] for got in receiver.received}
    assert len(receiver.received) == len(ids) == DELIVERIES
    assert WebhookDelivery.objects.filter(state="delivered", attempts=1).count() == DELIVERIES
    assert WebhookAttempt.objects.count() == DELIVERIES


@pytest.mark.usefixtures("due")
def test_without_claims_each_would_go_twice(receiver, now):
    """The negative control: the same two, but whoever sees a delivery sends it."""
    seen = threading.Barrier(2)

    def deliver_unclaimed():
        rows = list(WebhookDelivery.objects.due(now).select_related("endpoint"))
        seen.wait(10)
        return [delivery.tell(row) for row in rows]

    both(deliver_unclaimed)

    assert len(receiver.received) == 2 * DELIVERIES


def test_of_two_who_tell_of_one_event_one_writes(now):
    endpoint = WebhookEndpointFactory()

    def queue():
        with transaction.atomic():
            return actions.queue_webhooks(
                organisation_ids=[endpoint.organisation_id],
                type="ping",
                data={},
                dedupe_key="test:1",
                at=now,
            )

    assert sorted(both(queue)) == [0, 1]
    assert WebhookDelivery.objects.count() == 1


def test_two_at_once_do_not_make_more_than_twenty(now):
    partner, by = PartnerFactory(), actor("admin")
    WebhookEndpointFactory.create_batch(19, organisation=partner)

    def create():
        try:
            return actions.create_endpoint(
                organisation=partner, url="https://a.example/", by=by, at=now
            )
        except actions.WebhookError as error:
            return error.code

    assert "too_many" in both(create)
    assert WebhookEndpoint.objects.count() == 20


def test_switching_off_and_delivering_do_not_wait_in_a_circle(receiver, now):
    endpoint = WebhookEndpointFactory(url=receiver.url("/500"))
    WebhookDeliveryFactory.create_batch(5, endpoint=endpoint)
    by = actor("admin")
    turns = iter([lambda: delivery.deliver(at=now), lambda: switch(endpoint, by, now)])

    both(lambda: next(turns)())

    waiting = WebhookDelivery.objects.filter(state__in=["queued", "sending"])
    assert WebhookEndpoint.objects.get().state == "disabled"
    assert not waiting.exists()


def switch(endpoint, by, now):
    for _number in range(10):
        actions.disable_endpoint(endpoint=endpoint, by=by, at=now)
