import base64
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook

from accounts.actors import NOBODY, Actor
from dma_crm.crypto import decrypt
from outbox.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from outbox.webhooks import actions, events
from outbox.webhooks.errors import MESSAGES, WebhookError
from outbox.webhooks.events import event_choices, event_names, register_events
from outbox.webhooks.signatures import secrets_of, signature, signed_headers
from tests.factories import (
    ApiKeyFactory,
    PartnerFactory,
    UserFactory,
    WebhookAttemptFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
    actor,
)

pytestmark = pytest.mark.django_db
URL = "https://crm.partner.example/hooks"


@pytest.fixture(autouse=True)
def known_events(monkeypatch):
    """Two of ours, gone after each test: what is registered stands in the published document."""
    monkeypatch.setattr(events, "_events", {"ping"})
    register_events("test.opened", "test.closed")


@pytest.fixture
def admin():
    return actor("admin")


def create(organisation, by, now, **fields):
    return actions.create_endpoint(
        organisation=organisation, by=by, at=now, **{"url": URL, **fields}
    )


def partner_of(organisation):
    return Actor.of(UserFactory(role="partner", organisation=organisation))


def code_of(call):
    with pytest.raises(WebhookError) as caught:
        call()
    return caught.value.code, caught.value.field


def test_a_new_endpoint_answers_its_secret_once(admin, now):
    partner = PartnerFactory()

    endpoint, secret = create(partner, admin, now, events=["test.opened", "ping", "test.opened"])

    endpoint.refresh_from_db()
    assert (endpoint.organisation, endpoint.url, endpoint.state) == (partner, URL, "active")
    assert endpoint.events == ["ping", "test.opened"]
    assert endpoint.created_at == endpoint.modified_at == now
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) >= 24
    assert secret not in endpoint.secret
    assert decrypt(endpoint.secret) == secret
    assert create(partner, admin, now)[1] != secret


def test_an_organisations_people_and_systems_manage_its_own(now):
    partner = PartnerFactory()
    key = ApiKeyFactory(organisation=partner)

    for by in (partner_of(partner), Actor.of_key(key)):
        endpoint, _secret = create(partner, by, now)
        assert actions.disable_endpoint(endpoint=endpoint, by=by, at=now).state == "disabled"


@pytest.mark.parametrize("who", ["advisor", "manager", "stranger", "nobody", "system", "link"])
def test_nobody_else_does(now, who):
    endpoint = WebhookEndpointFactory()
    delivery = WebhookDeliveryFactory(endpoint=endpoint)
    organisation_id = endpoint.organisation_id
    link = Actor.of_link(organisation_id=organisation_id, referral_id=delivery.pk)
    others = {"nobody": NOBODY, "system": Actor.system(), "link": link}
    by = others.get(who) or (partner_of(PartnerFactory()) if who == "stranger" else actor(who))
    calls = [
        lambda: create(endpoint.organisation, by, now),
        lambda: actions.update_endpoint(endpoint=endpoint, changes={"url": URL}, by=by, at=now),
        lambda: actions.rotate_secret(endpoint=endpoint, by=by, at=now),
        lambda: actions.enable_endpoint(endpoint=endpoint, by=by, at=now),
        lambda: actions.disable_endpoint(endpoint=endpoint, by=by, at=now),
        lambda: actions.delete_endpoint(endpoint=endpoint, by=by, at=now),
        lambda: actions.ping_endpoint(endpoint=endpoint, by=by, at=now),
        lambda: actions.resend_delivery(delivery=delivery, by=by, at=now),
    ]

    assert {code_of(call) for call in calls} == {("not_allowed", "")}
    assert WebhookEndpoint.objects.filter(state="active").count() == 1


@pytest.mark.parametrize("model", [WebhookEndpoint, WebhookDelivery, WebhookAttempt])
def test_an_organisation_sees_its_own(model):
    ours, theirs = WebhookAttemptFactory(), WebhookAttemptFactory()
    mine = ours.delivery.endpoint.organisation
    rows = {
        WebhookEndpoint: [ours.delivery.endpoint, theirs.delivery.endpoint],
        WebhookDelivery: [ours.delivery, theirs.delivery],
        WebhookAttempt: [ours, theirs],
    }[model]

    assert list(model.objects.visible_to(partner_of(mine))) == rows[:1]
    assert set(model.objects.visible_to(actor("admin"))) == set(rows)
    for by in (actor("advisor"), actor("manager"), Actor.system(), NOBODY):
        assert list(model.objects.visible_to(by)) == []


def test_an_organisation_has_up_to_twenty(admin, now):
    partner = PartnerFactory()
    WebhookEndpointFactory.create_batch(19, organisation=partner)
    create(partner, admin, now)

    assert code_of(lambda: create(partner, admin, now)) == ("too_many", "")
    create(PartnerFactory(), admin, now)


@pytest.mark.parametrize(
    "events", ["ping", ["referral.dreamt"], [None], [["ping"]], {"ping": 1}, 5, None]
)
def test_an_unknown_event_is_refused(admin, now, events):
    assert code_of(lambda: create(PartnerFactory(), admin, now, events=events)) == (
        "unknown_event",
        "events",
    )


def test_a_bad_address_is_refused(admin, now):
    call = lambda: create(PartnerFactory(), admin, now, url="https://10.0.0.1/")  # noqa: E731

    assert code_of(call) == ("not_public", "url")
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed(admin, now):
    endpoint = WebhookEndpointFactory(failures=3, failing_since=now, rest_until=now)
    changes = {"url": "https://CRM.partner.example:8443/x", "events": ["test.closed"]}

    actions.update_endpoint(endpoint=endpoint, changes=changes, by=admin, at=now)

    endpoint.refresh_from_db()
    assert endpoint.url == "https://crm.partner.example:8443/x"
    assert endpoint.events == ["test.closed"]
    assert (endpoint.failures, endpoint.failing_since, endpoint.rest_until) == (0, None, None)


def test_other_events_do_not_end_a_disturbance(admin, now):
    endpoint = WebhookEndpointFactory(failures=3, failing_since=now)

    actions.update_endpoint(endpoint=endpoint, changes={"url": URL}, by=admin, at=now)
    actions.update_endpoint(endpoint=endpoint, changes={"events": []}, by=admin, at=now)

    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.events) == (3, [])


@pytest.mark.parametrize("field", ["secret", "state", "organisation_id"])
def test_nothing_else_can_be_changed(admin, now, field):
    endpoint = WebhookEndpointFactory()
    call = lambda: actions.update_endpoint(  # noqa: E731
        endpoint=endpoint, changes={field: "x"}, by=admin, at=now
    )

    assert code_of(call) == ("unknown_field", field)


def test_two_secrets_sign_for_a_day(admin, now):
    endpoint, old = create(PartnerFactory(), admin, now)

    new = actions.rotate_secret(endpoint=endpoint, by=admin, at=now)

    endpoint.refresh_from_db()
    day = timedelta(hours=24)
    assert secrets_of(endpoint, at=now + day - timedelta(seconds=1)) == [new, old]
    assert secrets_of(endpoint, at=now + day) == [new]


def test_a_second_rotation_ends_the_first_secret(admin, now):
    endpoint, _first = create(PartnerFactory(), admin, now)
    second = actions.rotate_secret(endpoint=endpoint, by=admin, at=now)
    third = actions.rotate_secret(endpoint=endpoint, by=admin, at=now)

    endpoint.refresh_from_db()
    assert secrets_of(endpoint, at=now) == [third, second]


def test_signatures_are_those_of_the_reference(admin, now):
    """Source: the standardwebhooks package."""
    endpoint, secret = create(PartnerFactory(), admin, now)
    delivery = WebhookDeliveryFactory(endpoint=endpoint, body='{"grüße":"ß"}')

    headers = signed_headers(delivery, at=now)

    assert headers["webhook-signature"] == Webhook(secret).sign(
        str(delivery.pk), now, delivery.body
    )
    assert signature(secret, "a") != signature(secret, "b")


def test_disabling_cancels_what_waits(admin, now):
    delivery = WebhookDeliveryFactory()
    sending = WebhookDeliveryFactory(endpoint=delivery.endpoint, state="sending")
    other = WebhookDeliveryFactory()

    actions.disable_endpoint(endpoint=delivery.endpoint, by=admin, at=now)

    endpoint = WebhookEndpoint.objects.get(pk=delivery.endpoint_id)
    assert (endpoint.state, endpoint.disabled_reason, endpoint.disabled_at) == (
        "disabled",
        "by_hand",
        now,
    )
    states = dict(WebhookDelivery.objects.values_list("pk", "state"))
    assert states == {delivery.pk: "cancelled", sending.pk: "sending", other.pk: "queued"}


def test_who_is_off_already_stays_off_for_that_reason(admin, now):
    endpoint = WebhookEndpointFactory(state="disabled", disabled_reason="gone", disabled_at=now)

    later = now + timedelta(hours=1)
    actions.disable_endpoint(endpoint=endpoint, by=admin, at=later)

    endpoint.refresh_from_db()
    assert (endpoint.disabled_reason, endpoint.disabled_at) == ("gone", now)


def test_enabling_forgets_the_disturbance(admin, now):
    endpoint = WebhookEndpointFactory(
        state="disabled", disabled_reason="failing", disabled_at=now, failures=9,
        failing_since=now, rest_until=now,
    )  # fmt: skip

    actions.enable_endpoint(endpoint=endpoint, by=admin, at=now)

    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.disabled_reason, endpoint.disabled_at) == ("active", "", None)
    assert (endpoint.failures, endpoint.failing_since, endpoint.rest_until) == (0, None, None)


def test_a_deleted_endpoint_takes_its_log_along(admin):
    attempt, other = WebhookAttemptFactory(), WebhookAttemptFactory()

    actions.delete_endpoint(endpoint=attempt.delivery.endpoint, by=admin, at=attempt.at)

    assert list(WebhookAttempt.objects.all()) == [other]
    assert list(WebhookEndpoint.objects.all()) == [other.delivery.endpoint]


def test_a_ping_comes_whatever_events_were_chosen(admin, now):
    endpoint = WebhookEndpointFactory(events=["test.opened"])

    delivery = actions.ping_endpoint(endpoint=endpoint, by=admin, at=now)
    actions.ping_endpoint(endpoint=endpoint, by=admin, at=now)

    assert WebhookDelivery.objects.count() == 2
    assert (delivery.type, delivery.state, delivery.due_at) == ("ping", "queued", now)
    assert json.loads(delivery.body) == {
        "type": "ping",
        "timestamp": "2026-03-10T09:00:00.000Z",
        "data": {"id": str(endpoint.pk)},
    }


def test_who_is_switched_off_gets_nothing(admin, now):
    endpoint = WebhookEndpointFactory(state="disabled", disabled_reason="by_hand")
    delivery = WebhookDeliveryFactory(endpoint=endpoint, state="cancelled")

    ping = lambda: actions.ping_endpoint(endpoint=endpoint, by=admin, at=now)  # noqa: E731
    resend = lambda: actions.resend_delivery(delivery=delivery, by=admin, at=now)  # noqa: E731
    assert code_of(ping) == code_of(resend) == ("disabled", "")
    assert queue([endpoint.organisation], now) == 0


@pytest.mark.parametrize("state", ["queued", "delivered", "dead", "cancelled"])
def test_sending_again_keeps_id_and_body(admin, now, state):
    later = now + timedelta(days=1)
    endpoint = WebhookEndpointFactory(rest_until=later)
    delivery = WebhookDeliveryFactory(
        endpoint=endpoint, state=state, attempts=10, due_at=later, last_error="timeout"
    )
    body = delivery.body

    again = actions.resend_delivery(delivery=delivery, by=admin, at=now)

    assert (again.pk, again.body) == (delivery.pk, body)
    assert (again.state, again.attempts, again.due_at, again.last_error) == ("queued", 0, now, "")
    endpoint.refresh_from_db()
    assert endpoint.rest_until is None


def test_what_is_being_sent_is_not_sent_again(admin, now):
    delivery = WebhookDeliveryFactory(state="sending")
    call = lambda: actions.resend_delivery(delivery=delivery, by=admin, at=now)  # noqa: E731

    assert code_of(call) == ("delivery_moved", "")


def queue(organisations, now, **fields):
    return actions.queue_webhooks(
        organisation_ids=[each.pk for each in organisations],
        at=now,
        **{
            "type": "test.opened",
            "data": {"id": "7", "status": "open"},
            "dedupe_key": "test:7:1",
            **fields,
        },
    )


def test_an_event_goes_to_all_who_want_it(now):
    first, second = PartnerFactory(), PartnerFactory()
    wanting = [
        WebhookEndpointFactory(organisation=first),
        WebhookEndpointFactory(organisation=first, events=["ping", "test.opened"]),
        WebhookEndpointFactory(organisation=second),
    ]
    WebhookEndpointFactory(organisation=second, events=["test.closed"])
    WebhookEndpointFactory(organisation=second, state="disabled", disabled_reason="gone")
    WebhookEndpointFactory()

    assert queue([first, second], now) == 3
    assert set(WebhookDelivery.objects.values_list("endpoint", flat=True)) == {
        endpoint.pk for endpoint in wanting
    }
    assert set(WebhookDelivery.objects.values_list("body", "type", "state", "due_at")) == {
        (
            '{"type":"test.opened","timestamp":"2026-03-10T09:00:00.000Z",'
            '"data":{"id":"7","status":"open"}}',
            "test.opened",
            "queued",
            now,
        )
    }


def test_the_same_event_is_told_once(now):
    endpoint = WebhookEndpointFactory()

    assert queue([endpoint.organisation], now) == 1
    assert queue([endpoint.organisation], now) == 0
    assert queue([endpoint.organisation], now, dedupe_key="test:7:2") == 1
    assert WebhookDelivery.objects.count() == 2


def test_many_endpoints_cost_no_more_queries_than_one(now):
    partner = PartnerFactory()
    WebhookEndpointFactory(organisation=partner)
    with CaptureQueriesContext(connection) as for_one:
        queue([partner], now)
    WebhookEndpointFactory.create_batch(3, organisation=partner)
    with CaptureQueriesContext(connection) as for_four:
        assert queue([partner], now, dedupe_key="test:8") == 4

    assert len(for_one) == len(for_four)


def test_a_change_that_is_undone_tells_nobody(now):
    endpoint = WebhookEndpointFactory()

    with transaction.atomic():
        queue([endpoint.organisation], now)
        transaction.set_rollback(True)

    assert not WebhookDelivery.objects.exists()


def test_the_choice_of_events_has_no_ping():
    assert {"ping", "test.closed"} <= set(event_names())
    assert ("test.closed", "test.closed") in event_choices()
    assert "ping" not in dict(event_choices())


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_error_has_its_words(code):
    assert str(WebhookError(code).message) != code


@pytest.mark.parametrize(
    ("make", "bad"),
    [
        (WebhookEndpointFactory, {"state": "disabled"}),
        (WebhookEndpointFactory, {"disabled_reason": "gone"}),
        (WebhookEndpointFactory, {"state": "lost", "disabled_reason": "gone"}),
        (WebhookDeliveryFactory, {"state": "lost"}),
    ],
)
def test_no_row_is_in_an_impossible_state(make, bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**bad)
