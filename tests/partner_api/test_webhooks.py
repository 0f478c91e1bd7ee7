"""A partner's system keeps its own webhooks; the secret is said once."""

import json

import pytest
from standardwebhooks import Webhook

from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.webhooks.signatures import signed_headers
from partner_api.models import IdempotencyRecord
from tests.factories import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/webhooks/"
TARGET = "https://93.184.215.14/dma"


@pytest.fixture
def keeper(partner):
    return PartnerClient(secret_of(partner, scopes=["webhooks:write"]))


@pytest.fixture
def webhook(partner):
    return WebhookEndpointFactory(organisation=partner)


def post(client, url, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(url, data=body or {}, content_type="application/json", headers=headers)


def test_webhook_is_made_and_its_secret_said_once(keeper, partner):
    answer = post(keeper, URL, {"url": TARGET, "events": ["referral.sent"]})

    assert answer.status_code == 201
    shown = answer.json()
    assert shown.pop("secret").startswith("whsec_")
    assert (shown["url"], shown["events"], shown["state"]) == (TARGET, ["referral.sent"], "active")
    assert WebhookEndpoint.objects.get().organisation == partner
    again = keeper.get(answer.headers["Location"])
    assert again.json() == shown
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_repeat_of_a_key_makes_one_webhook_and_keeps_no_secret(keeper):
    first, again = (post(keeper, URL, {"url": TARGET}, Idempotency_Key="k") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {k: v for k, v in first.json().items() if k != "secret"}
    assert again.headers["Location"] == first.headers["Location"]
    assert WebhookEndpoint.objects.count() == 1
    kept = json.dumps(list(IdempotencyRecord.objects.values()), default=str)
    assert first.json()["secret"] not in kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "http://93.184.215.14/"}, "/url"),
        ({"url": "https://127.0.0.1/"}, "/url"),
        ({"url": "https://[::1]/"}, "/url"),
        ({"url": "nonsense"}, "/url"),
        ({"url": TARGET, "events": ["referral.none"]}, "/events/0"),
        ({"url": TARGET, "events": "referral.sent"}, "/events"),
        ({"url": TARGET, "secret": "mine"}, "/secret"),
    ],
)
def test_wrong_bodies_are_400(keeper, body, pointer):
    answer = post(keeper, URL, body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_more_than_twenty_are_409(keeper, partner):
    WebhookEndpointFactory.create_batch(20, organisation=partner)

    answer = post(keeper, URL, {"url": TARGET})

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:dma-crm:problem:too_many"


def test_own_webhooks_are_listed(keeper, webhook):
    WebhookEndpointFactory()  # could leak: another organisation's

    answer = keeper.get(URL)

    assert [row["id"] for row in answer.json()["results"]] == [str(webhook.pk)]
    assert "secret" not in answer.content.decode().replace("previous_secret_until", "")


def test_webhook_is_changed_and_switched(keeper, webhook):
    url = f"{URL}{webhook.pk}/"

    def patch(body, **headers):
        return keeper.patch(url, data=body, content_type="application/json", headers=headers)

    etag = keeper.get(url).headers["ETag"]
    off = patch({"state": "disabled", "events": ["referral.sent"]}, **{"If-Match": etag})
    assert (off.json()["state"], off.json()["disabled_reason"]) == ("disabled", "by_hand")
    assert patch({"url": TARGET}, **{"If-Match": etag}).status_code == 412
    on = patch({"state": "active", "url": TARGET}).json()
    assert (on["state"], on["url"], on["events"]) == ("active", TARGET, ["referral.sent"])
    assert patch({"url": "https://10.0.0.1/"}).status_code == 400
    assert patch({}).status_code == 200


def test_webhook_is_deleted(keeper, webhook):
    url = f"{URL}{webhook.pk}/"

    assert keeper.delete(url, headers={"If-Match": '"old"'}).status_code == 412
    answer = keeper.delete(url)

    assert (answer.status_code, answer.content) == (204, b"")
    assert keeper.delete(url).status_code == 404


def test_unchanged_webhook_is_304(keeper, webhook):
    url = f"{URL}{webhook.pk}/"
    etag = keeper.get(url).headers["ETag"]

    assert keeper.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_new_secret_signs_and_a_repeat_does_not_say_it(keeper, webhook):
    url = f"{URL}{webhook.pk}/rotate/"

    first, again = (post(keeper, url, Idempotency_Key="k") for _ in range(2))

    secret = first.json()["secret"]
    assert (first.status_code, again.status_code) == (200, 200)
    assert "secret" not in again.json()
    assert first.json()["previous_secret_until"]
    webhook.refresh_from_db()
    delivery = WebhookDeliveryFactory(endpoint=webhook)
    at = webhook.modified_at
    headers = signed_headers(delivery, at=at)
    Webhook(secret).verify(delivery.body, headers)


def test_ping_and_its_delivery(keeper, webhook):
    answer = post(keeper, f"{URL}{webhook.pk}/ping/", Idempotency_Key="k")

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["type"], shown["state"], shown["tries"]) == ("ping", "queued", [])
    assert json.loads(shown["body"])["type"] == "ping"
    assert keeper.get(answer.headers["Location"]).json() == shown
    assert keeper.get(f"{URL}{webhook.pk}/deliveries/").json()["results"] == [shown]
    assert post(keeper, f"{URL}{webhook.pk}/ping/", Idempotency_Key="k").json() == shown
    assert WebhookDelivery.objects.count() == 1


def test_delivery_is_sent_again(keeper, webhook):
    dead = WebhookDeliveryFactory(endpoint=webhook, state="dead", attempts=10)

    answer = post(keeper, f"{URL}{webhook.pk}/deliveries/{dead.pk}/resend/")

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["state"]) == (str(dead.pk), "queued")


def test_what_is_being_sent_or_switched_off_is_409(keeper, webhook):
    busy = WebhookDeliveryFactory(endpoint=webhook, state="sending")
    resend, ping = (f"{URL}{webhook.pk}/{end}/" for end in (f"deliveries/{busy.pk}/resend", "ping"))
    assert post(keeper, resend).status_code == 409

    keeper.patch(f"{URL}{webhook.pk}/", data={"state": "disabled"}, content_type="application/json")

    assert post(keeper, ping).status_code == 409


def test_webhooks_of_others_answer_like_none(keeper, webhook):
    theirs = WebhookDeliveryFactory()
    nothing = "0190a0a0-0000-7000-8000-000000000000"
    addresses = [
        f"{URL}{{webhook}}/",
        f"{URL}{{webhook}}/deliveries/",
        f"{URL}{{webhook}}/deliveries/{{delivery}}/",
        f"{URL}{webhook.pk}/deliveries/{{delivery}}/",
    ]
    for address in addresses:
        there = address.format(webhook=theirs.endpoint_id, delivery=theirs.pk)
        missing = address.format(webhook=nothing, delivery=nothing)
        assert keeper.get(there).status_code == 404
        assert keeper.get(there).content == keeper.get(missing).content
    for end in ("rotate", "ping", f"deliveries/{theirs.pk}/resend"):
        assert post(keeper, f"{URL}{theirs.endpoint_id}/{end}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "queued"


def test_keys_without_the_scope_see_nothing(api, webhook):
    assert api.get(URL).status_code == 403
    assert post(api, URL, {"url": TARGET}).status_code == 403
    assert api.get(f"{URL}{webhook.pk}/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_queries_for_any_number_of_rows(
    keeper, webhook, rows, django_assert_num_queries
):
    WebhookDeliveryFactory.create_batch(rows, endpoint=webhook)
    url = f"{URL}{webhook.pk}/deliveries/"
    keeper.get(url)

    with django_assert_num_queries(4):  # the key, the webhook, the page, the tries
        assert len(keeper.get(url).json()["results"]) == rows
