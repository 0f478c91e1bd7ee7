import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from outbox import claims
from outbox.models import OutboundMail, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from outbox.retries import WEBHOOK_WAITS
from outbox.webhooks import actions, delivery, retention
from outbox.webhooks.sender import Answer
from tests.factories import (
    PartnerFactory,
    WebhookAttemptFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
    actor,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def waiting(receiver, path="/200", **fields):
    return WebhookDeliveryFactory(endpoint=WebhookEndpointFactory(url=receiver.url(path)), **fields)


def claimed(row, now):
    row = WebhookDelivery.objects.select_related("endpoint").get(pk=row.pk)
    assert claims.claim([row], at=now)
    return row


def settled(row, answer, now):
    return delivery.settle(row, answer, claims.Clock.from_moment(now))


def test_what_is_due_is_delivered_and_noted(receiver, now):
    row = waiting(receiver)

    assert delivery.deliver(at=now) == {"delivered": 1}

    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("delivered", 1, "")
    assert (row.claim_token, row.lease_until) == (None, None)
    assert now <= row.delivered_at < now + 10 * SECOND
    attempt = WebhookAttempt.objects.get()
    assert (attempt.delivery, attempt.status_code, attempt.error) == (row, 200, "")
    assert now <= attempt.at <= row.delivered_at
    [got] = receiver.received
    assert got.body == row.body
    assert got.headers["webhook-id"] == str(row.pk)
    assert got.headers["webhook-timestamp"] == str(int(attempt.at.timestamp()))


def test_what_is_not_due_waits(receiver, now):
    waiting(receiver, due_at=now + timedelta(minutes=1))

    assert delivery.deliver(at=now) == {}
    assert receiver.received == []


def test_receivers_verify_every_signature(receiver):
    """With the package that Standard Webhooks gives receivers; also while the secret changes."""
    now, by = timezone.now(), actor("admin")
    endpoint, old = actions.create_endpoint(
        organisation=PartnerFactory(), url=receiver.url(), by=by, at=now
    )
    new = actions.rotate_secret(endpoint=endpoint, by=by, at=now)
    actions.ping_endpoint(endpoint=endpoint, by=by, at=now)

    delivery.deliver(at=now)

    [got] = receiver.received
    assert len(got.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "ping"
    for body, secret in [(got.body + " ", new), (got.body, "whsec_" + "A" * 32)]:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, got.headers)


def test_a_failure_is_tried_again_after_five_seconds(receiver, now):
    row = waiting(receiver, "/500")

    assert delivery.deliver(at=now) == {"queued": 1}

    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("queued", 1, "status: 500")
    assert now + 4 * SECOND <= row.due_at <= now + 16 * SECOND
    endpoint = row.endpoint
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.rest_until is None) == (1, False)
    assert now <= endpoint.failing_since < now + 10 * SECOND


def test_ten_tries_in_about_three_days(receiver, now):
    row, at = waiting(receiver, "/500"), now

    for number, wait in enumerate([*WEBHOOK_WAITS, None], start=1):
        done = delivery.deliver(at=at)
        row.refresh_from_db()
        assert row.attempts == len(receiver.received) == number
        if wait:
            assert done == {"queued": 1}
            assert 0.8 * wait <= row.due_at - at <= 1.2 * wait + 10 * SECOND
            at = row.due_at

    assert (row.state, row.last_error) == ("dead", "status: 500")
    assert timedelta(hours=60) < at - now < timedelta(hours=92)
    assert {got.headers["webhook-id"] for got in receiver.received} == {str(row.pk)}
    assert WebhookAttempt.objects.filter(delivery=row, status_code=500).count() == 10
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.state, endpoint.disabled_reason) == ("disabled", "failing")
    assert OutboundMail.objects.get().kind == "webhook_disabled"
    assert delivery.deliver(at=at + timedelta(days=9)) == {}


def test_a_success_ends_a_disturbance(receiver, now):
    row = waiting(receiver)
    disturbed = {"failures": 4, "failing_since": now, "rest_until": now}
    WebhookEndpoint.objects.update(**disturbed)

    delivery.deliver(at=now)

    endpoint = WebhookEndpoint.objects.get(pk=row.endpoint_id)
    assert (endpoint.failures, endpoint.failing_since, endpoint.rest_until) == (0, None, None)


def test_the_second_try_gets_through(receiver, now):
    row = waiting(receiver, "/first-500")

    assert delivery.deliver(at=now) == {"queued": 1}
    assert delivery.deliver(at=now + 30 * SECOND) == {"delivered": 1}
    assert [each.status_code for each in row.tries.all()] == [500, 204]


@pytest.mark.usefixtures("hurried")
def test_one_bad_receiver_holds_no_other(receiver, settings, now):
    paths = ["/hang", "/drip", "/cut", "/redirect", "/500", "/410", "/nonsense", "/endless"]
    rows = {path: waiting(receiver, path) for path in [*paths, "/200", "/204"]}
    nowhere = WebhookDeliveryFactory(endpoint__url="https://10.0.0.1/")

    done = delivery.deliver(at=now)

    assert done == {"queued": 7, "dead": 1, "delivered": 3}
    errors = {path: WebhookDelivery.objects.get(pk=row.pk).last_error for path, row in rows.items()}
    assert errors == {
        "/hang": "timeout",
        "/drip": "timeout",
        "/cut": "unreachable",
        "/redirect": "redirect: 302",
        "/500": "status: 500",
        "/410": "gone: 410",
        "/nonsense": "bad_answer",
        "/endless": "",
        "/200": "",
        "/204": "",
    }
    nowhere.refresh_from_db()
    assert nowhere.last_error == "not_public"


@pytest.mark.usefixtures("hurried")
def test_what_else_a_hanging_receiver_should_get_rests(receiver, now):
    hanging = waiting(receiver, "/hang", due_at=now - SECOND).endpoint
    backlog = WebhookDeliveryFactory.create_batch(20, endpoint=hanging)
    other = waiting(receiver)

    assert delivery.deliver(at=now) == {"queued": 1, "delivered": 1}

    other.refresh_from_db()
    assert other.state == "delivered"
    assert not WebhookDelivery.objects.filter(pk__in=[r.pk for r in backlog], attempts__gt=0)
    assert delivery.deliver(at=now + 4 * SECOND) == {}
    assert delivery.deliver(at=now + 30 * SECOND) == {"queued": 1}


def test_a_receiver_gets_one_thing_at_a_time(now):
    busy = WebhookDeliveryFactory(due_at=now - SECOND).endpoint
    free = WebhookDeliveryFactory()

    assert delivery.claim_next({busy.pk}, at=now) == free
    assert delivery.claim_next({busy.pk, free.endpoint_id}, at=now) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "disabled", "disabled_reason": "gone"},
        {"rest_until": timezone.now() + timedelta(days=400)},
    ],
)
def test_who_is_off_or_rests_gets_nothing(receiver, now, fields):
    WebhookEndpoint.objects.filter(pk=waiting(receiver).endpoint_id).update(**fields)

    assert delivery.deliver(at=now) == {}


def test_a_sweep_ends_although_more_is_due(receiver, now, monkeypatch):
    monkeypatch.setattr(delivery, "SWEEP_SECONDS", -1.0)
    waiting(receiver)

    assert delivery.deliver(at=now) == {}


@pytest.mark.parametrize(
    ("after", "least", "most"),
    [
        ("60", 60, 60),
        ("0", 0, 6),
        ("-5", 0, 6),
        ("soon", 0, 6),
        ("1.5", 0, 6),
        ("³", 0, 6),
        ("86400", 86_400, 86_400),
        ("172800", 86_400, 86_400),
        ("9" * 5000, 86_400, 86_400),
        ("Tue, 10 Mar 2026 09:30:00 GMT", 1800, 1800),
        ("Tue, 10 Mar 2026 09:30:00 -0000", 0, 6),
        ("Tue, 10 Mar 2020 09:30:00 GMT", 0, 6),
        ("Tue, 10 Mar 99999 09:30:00 GMT", 0, 6),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_us_to_wait_is_heeded(now, status, after, least, most):
    """Up to a day, and for everything that goes there."""
    row = claimed(WebhookDeliveryFactory(), now)

    changes = delivery.after(row, Answer(status, "status", after), at=now)

    wait = changes["due_at"] - now
    assert timedelta(seconds=max(least, 4)) <= wait <= timedelta(seconds=max(most, 6))


def test_nobody_else_is(now):
    row = claimed(WebhookDeliveryFactory(), now)

    changes = delivery.after(row, Answer(500, "status", "3600"), at=now)

    assert changes["due_at"] <= now + 6 * SECOND


def test_all_that_goes_to_who_asks_us_to_wait_rests(receiver, now):
    asking = waiting(receiver, "/429?3600", due_at=now - SECOND)
    WebhookDeliveryFactory(endpoint=asking.endpoint)

    assert delivery.deliver(at=now) == {"queued": 1}
    assert delivery.deliver(at=now + timedelta(minutes=59)) == {}
    assert delivery.deliver(at=now + timedelta(minutes=61)) == {"queued": 1}


def test_410_ends_it_at_once(receiver, now):
    row = waiting(receiver, "/410")
    other = WebhookDeliveryFactory(endpoint=row.endpoint, due_at=now + timedelta(hours=1))

    assert delivery.deliver(at=now) == {"dead": 1}

    for each in (row, other):
        each.refresh_from_db()
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.state, endpoint.disabled_reason) == ("disabled", "gone")
    assert (other.state, other.last_error) == ("cancelled", "disabled")
    assert OutboundMail.objects.get().recipient == endpoint.organisation.email


@pytest.mark.parametrize(("days", "state"), [(4.9, "active"), (5, "disabled")])
def test_who_fails_for_five_days_is_switched_off(now, days, state):
    since = now - timedelta(days=days)
    row = claimed(WebhookDeliveryFactory(endpoint__failing_since=since), now)

    settled(row, Answer(500, "status"), now)

    assert WebhookEndpoint.objects.get().state == state


def test_one_delivery_that_nobody_wants_does_not_end_an_endpoint(now):
    """Others get through: the fault lies with this one."""
    row = WebhookDeliveryFactory(attempts=9, created_at=now - timedelta(days=3))
    WebhookDeliveryFactory(endpoint=row.endpoint, state="delivered", delivered_at=now - SECOND)

    assert settled(claimed(row, now), Answer(500, "status"), now) == "dead"
    assert WebhookEndpoint.objects.get().state == "active"


def test_what_arrived_long_ago_does_not_count(now):
    row = WebhookDeliveryFactory(attempts=9, created_at=now - timedelta(days=3))
    before = now - timedelta(days=4)
    WebhookDeliveryFactory(endpoint=row.endpoint, state="delivered", delivered_at=before)

    settled(claimed(row, now), Answer(500, "status"), now)

    assert WebhookEndpoint.objects.get().state == "disabled"


def test_the_organisation_is_told_once(now):
    endpoint = WebhookEndpointFactory(failing_since=now - timedelta(days=6))
    for _number in range(2):
        row = claimed(WebhookDeliveryFactory(endpoint=endpoint), now)
        settled(row, Answer(500, "status"), now)

    assert OutboundMail.objects.count() == 1


def test_an_organisation_without_an_address_is_not_told(now):
    endpoint = WebhookEndpointFactory(organisation__email="")
    row = claimed(WebhookDeliveryFactory(endpoint=endpoint), now)

    settled(row, Answer(410, "gone"), now)

    assert WebhookEndpoint.objects.get().state == "disabled"
    assert not OutboundMail.objects.exists()


def test_who_was_switched_off_while_it_failed_is_not_tried_again(now):
    row = claimed(WebhookDeliveryFactory(), now)
    actions.disable_endpoint(endpoint=row.endpoint, by=actor("admin"), at=now)

    assert settled(row, Answer(500, "status"), now) == "cancelled"
    assert WebhookDelivery.objects.get().state == "cancelled"


def test_who_was_deleted_meanwhile_is_forgotten(now):
    row = claimed(WebhookDeliveryFactory(), now)
    actions.delete_endpoint(endpoint=row.endpoint, by=actor("admin"), at=now)

    assert settled(row, Answer(200), now) == "lost"
    assert not WebhookAttempt.objects.exists()


def test_who_lost_the_claim_does_not_note_the_result(now):
    row = claimed(WebhookDeliveryFactory(), now)
    WebhookDelivery.objects.update(claim_token=uuid4())

    assert settled(row, Answer(200), now) == "lost"
    assert WebhookDelivery.objects.get().state == "sending"
    assert not WebhookAttempt.objects.exists()


@pytest.mark.parametrize(("attempts", "state"), [(1, "queued"), (9, "queued"), (10, "dead")])
def test_what_a_dead_process_had_claimed_goes_again(now, attempts, state):
    held = {"state": "sending", "claim_token": uuid4(), "attempts": attempts}
    WebhookDeliveryFactory(**held, lease_until=now - SECOND)
    WebhookDeliveryFactory(**held, lease_until=now + SECOND)

    assert delivery.recover_abandoned(at=now) == 1
    row = WebhookDelivery.objects.exclude(state="sending").get()
    assert (row.state, row.last_error, row.claim_token) == (state, "abandoned", None)


def test_a_secret_that_cannot_be_read_is_a_failure_of_that_one(receiver, now):
    row = WebhookDeliveryFactory(endpoint__secret="nonsense", endpoint__url=receiver.url())
    waiting(receiver)

    assert delivery.deliver(at=now) == {"queued": 1, "delivered": 1}
    row.refresh_from_db()
    assert row.last_error == "unsigned"


def test_a_fault_of_ours_is_logged_without_what_it_speaks_of(receiver, now, monkeypatch, caplog):
    def broken(url, body, headers):
        raise LookupError(url)

    monkeypatch.setattr(delivery, "post", broken)
    row = waiting(receiver)

    with caplog.at_level(logging.ERROR):
        assert delivery.deliver(at=now) == {"queued": 1}

    row.refresh_from_db()
    assert row.last_error == "broken"
    assert caplog.messages == [f"webhook delivery {row.pk} broke: LookupError"]


def test_what_was_sent_again_keeps_its_id(receiver, now):
    row = waiting(receiver)
    delivery.deliver(at=now)
    row.refresh_from_db()
    actions.resend_delivery(delivery=row, by=actor("admin"), at=now)

    delivery.deliver(at=now)

    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert row.tries.count() == 2


def test_what_the_receiver_says_is_not_kept(receiver, now):
    waiting(receiver, "/500")
    delivery.deliver(at=now)

    for model in (WebhookEndpoint, WebhookDelivery, WebhookAttempt):
        for row in model.objects.values():
            assert "geheim" not in str(row)


def test_settled_deliveries_are_kept_for_a_month(now):
    old, young = now - timedelta(days=31), now - timedelta(days=29)
    for state in ("delivered", "dead", "cancelled"):
        WebhookAttemptFactory(delivery__state=state, delivery__modified_at=old)
        WebhookAttemptFactory(delivery__state=state, delivery__modified_at=young)
    WebhookDeliveryFactory(modified_at=old)

    assert retention.tidy(at=now) == 3
    assert WebhookDelivery.objects.filter(modified_at=young).count() == 3
    assert WebhookDelivery.objects.filter(modified_at=old).get().state == "queued"
    assert WebhookAttempt.objects.count() == 3


def test_secrets_that_no_longer_sign_are_forgotten(now):
    gone = WebhookEndpointFactory(previous_secret="x", previous_until=now)
    kept = WebhookEndpointFactory(previous_secret="x", previous_until=now + SECOND)

    retention.tidy(at=now)

    for each in (gone, kept):
        each.refresh_from_db()
    assert (gone.previous_secret, gone.previous_until) == ("", None)
    assert kept.previous_secret == "x"
