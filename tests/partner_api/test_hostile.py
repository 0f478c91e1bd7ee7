"""Bad input and bad keys at every endpoint: a 4xx that is in the document, never a 500."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import revoke_api_key
from contacts.models import Person
from outbox.models import WebhookEndpoint
from referrals.models import Referral, Service
from tests.factories import EventFactory, ServiceFactory, WebhookDeliveryFactory, actor
from tests.partner_api.conftest import PartnerClient, secret_of
from tests.partner_api.test_referring import body

pytestmark = pytest.mark.django_db
ALL = ["referrals:read", "referrals:write", "services:write", "webhooks:write"]
DEEP = 100_000
RAW = {
    "nothing JSON": b"{",
    "not UTF-8": b"\xff",
    "a NUL": b'{"name": "a\\u0000b"}',
    "a NUL in a name": b'{"\\u0000": 1}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a name twice": b'{"name": "a", "name": "b"}',
    "a long number": b'{"waiting_days": ' + b"9" * 5000 + b"}",
    "NaN": b'{"name": NaN}',
    "too long": b'{"name": "' + b"y" * 300_000 + b'"}',
    "a list": b"[]",
    "null": b"null",
    "a word": b'"name"',
    "an unknown field": b'{"nonsense": 1}',
}


@pytest.fixture
def keeper(partner):
    return PartnerClient(secret_of(partner, scopes=ALL))


@pytest.fixture
def rows(partner, sent):
    """One row of each kind, the addresses to write to them, and those to read."""
    service = ServiceFactory(partner=partner)
    delivery = WebhookDeliveryFactory(endpoint__organisation=partner)
    webhook = f"webhooks/{delivery.endpoint_id}/"
    return {
        "posts": [
            "referrals/",
            f"referrals/{sent.pk}/accept/",
            f"referrals/{sent.pk}/undo/",
            "services/",
            "webhooks/",
            f"{webhook}ping/",
            f"{webhook}rotate/",
            f"{webhook}deliveries/{delivery.pk}/resend/",
        ],
        "patches": [f"services/{service.pk}/", webhook],
        "gets": [
            "me/",
            "referrals/",
            f"referrals/{sent.pk}/",
            f"referrals/{sent.pk}/steps/",
            f"referrals/{sent.pk}/messages/",
            "services/",
            f"services/{service.pk}/",
            "services/hsds/",
            "events/",
            f"events/{EventFactory(state='published').pk}/",
            "webhooks/",
            webhook,
            f"{webhook}deliveries/",
            f"{webhook}deliveries/{delivery.pk}/",
        ],
    }


def is_problem(answer, *statuses: int) -> bool:
    assert answer.status_code in statuses, (answer.status_code, answer.content[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    shown = answer.json()
    assert shown["status"] == answer.status_code
    assert set(shown) >= {"type", "title", "status", "detail", "errors"}
    return True


def counts() -> tuple:
    return tuple(model.objects.count() for model in (Referral, Person, Service, WebhookEndpoint))


@pytest.mark.parametrize("name", RAW)
def test_hostile_bodies_are_400_everywhere(keeper, rows, name):
    before = counts()
    for method, addresses in (("post", rows["posts"]), ("patch", rows["patches"])):
        for address in addresses:
            send = getattr(keeper, method)
            answer = send(f"/api/v1/{address}", data=RAW[name], content_type="application/json")
            assert is_problem(answer, 400), (method, address)
    assert counts() == before


def test_other_media_types_are_415_and_answers_are_json_only(keeper, rows):
    for address in rows["posts"]:
        url = f"/api/v1/{address}"
        assert is_problem(keeper.post(url, data="<a/>", content_type="text/xml"), 415)
    for address in [*rows["gets"], *rows["posts"]]:
        url = f"/api/v1/{address}"
        method = keeper.get if address in rows["gets"] else keeper.post
        assert is_problem(method(url, headers={"Accept": "text/html"}), 406), address


@pytest.mark.parametrize("query", ["nonsense=1", "lang=xx", "lang=de&nonsense=", "format=xml"])
def test_unknown_parameters_are_400_everywhere(keeper, rows, query):
    for address in rows["gets"]:
        assert is_problem(keeper.get(f"/api/v1/{address}?{query}"), 400), address


def test_hostile_parameters_are_400(keeper, rows):
    lists = [address for address in rows["gets"] if keeper.get(f"/api/v1/{address}").json().keys()
             >= {"next", "previous"}]  # fmt: skip
    assert len(lists) == 7
    queries = [
        "page_size=-1", "page_size=101", "page_size=" + "9" * 5000, "page_size=x", "page_size=١",
        "cursor=x", "cursor=" + "x" * 501, "cursor=%00", "cursor=%ED%A0%80", "cursor=W10",
    ]  # fmt: skip
    for address in lists:
        for query in queries:
            if query == "page_size=١":  # Arabic one is a number for Python, and fits
                continue
            assert is_problem(keeper.get(f"/api/v1/{address}?{query}"), 400), (address, query)


def test_methods_that_are_not_there_are_405_and_say_what_is(keeper, rows):
    for address in rows["gets"]:
        url = f"/api/v1/{address}"
        answer = keeper.put(url)
        assert is_problem(answer, 405)
        assert "GET" in answer.headers["Allow"]
        assert is_problem(keeper.options(url), 405)
    for address in rows["posts"]:
        assert is_problem(keeper.put(f"/api/v1/{address}"), 405)


@pytest.mark.parametrize("state", ["missing", "unknown", "revoked", "expired", "basic"])
def test_keys_that_do_not_hold_are_401_everywhere(partner, rows, client, state):
    secret = secret_of(partner, scopes=ALL)
    key = partner.api_keys.get(prefix=secret[:12])
    if state == "revoked":
        revoke_api_key(key=key, by=actor(), at=timezone.now())
    if state == "expired":
        partner.api_keys.update(expires_at=timezone.now() - timedelta(seconds=1))
    secret = secret[:-3] + "xxx" if state == "unknown" else secret
    scheme = "Basic" if state == "basic" else "Bearer"
    headers = {} if state == "missing" else {"Authorization": f"{scheme} {secret}"}
    for address in [*rows["gets"], *rows["posts"]]:
        send = client.get if address in rows["gets"] else client.post
        answer = send(f"/api/v1/{address}", headers={**headers, "Accept": "text/html"})
        assert is_problem(answer, 401), address
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_nothing_of_one_partner_is_there_for_another(rows, api):
    """Every address with an id answers the stranger like an id of nothing."""
    stranger = PartnerClient(secret_of(ServiceFactory(status="draft").partner, scopes=ALL))
    Service.objects.update(status="draft")
    for address in rows["gets"]:
        if address.count("/") < 2 or address.startswith(("events", "services/hsds")):
            continue
        assert is_problem(stranger.get(f"/api/v1/{address}"), 404), address
    for address in rows["posts"]:
        if address.count("/") > 1:
            answer = stranger.post(f"/api/v1/{address}", content_type="application/json")
            assert is_problem(answer, 404), address


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x07b"])
def test_unusable_idempotency_keys_are_400(keeper, key):
    for address, new in {
        "referrals/": body(),
        "services/": {"name": "Neu", "topics": ["taxes"]},
        "webhooks/": {"url": "https://93.184.215.14/"},
    }.items():
        answer = keeper.post(
            f"/api/v1/{address}",
            data=new,
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        assert is_problem(answer, 400), address
        assert answer.json()["type"] == "urn:dma-crm:problem:invalid_idempotency_key"


def test_checks_come_in_one_order(keeper, partner, sent):
    """Whoever breaks several rules at once is told of the first."""
    reader = PartnerClient(secret_of(partner, scopes=["webhooks:write"]))
    gone = "0190a0a0-0000-7000-8000-000000000000"
    wrong = {"nonsense": 1}
    stale = {"If-Match": '"old"', "Idempotency-Key": "k"}

    def post(client, pk, data, **headers):
        url = f"/api/v1/referrals/{pk}/resume/"
        return client.post(url, data=data, content_type="application/json", headers=headers)

    assert post(reader, gone, wrong, **stale).status_code == 403
    assert post(keeper, gone, wrong, **stale).status_code == 404
    assert post(keeper, sent.pk, wrong, **stale).status_code == 400
    assert keeper.step(sent, "ask", {"text": "?"}, Idempotency_Key="k").status_code == 200
    assert post(keeper, sent.pk, {}, **stale).status_code == 422
    assert post(keeper, sent.pk, {}, **{"If-Match": '"old"'}).status_code == 412
    assert post(keeper, sent.pk, {}).status_code == 409


def test_empty_parameters_are_400_and_not_as_if_they_were_left_out(keeper):
    for query in ("referrals/?modified_after=", "services/?partner=", "me/?lang="):
        assert is_problem(keeper.get(f"/api/v1/{query}"), 400), query
    assert keeper.get("/api/v1/referrals/?cursor=").status_code == 200


def test_unknown_parameters_of_a_write_are_400_before_anything_happens(keeper, sent, rows):
    new = {"name": "Neu", "topics": ["taxes"]}
    wrong = [
        keeper.post("/api/v1/services/?page_size=5", data=new, content_type="application/json"),
        keeper.post(f"/api/v1/referrals/{sent.pk}/accept/?colour=red"),
        keeper.patch(f"/api/v1/{rows['patches'][1]}?lang=fr", content_type="application/json"),
        keeper.delete(f"/api/v1/{rows['patches'][1]}?force=1"),
    ]

    assert all(is_problem(answer, 400) for answer in wrong)
    sent.refresh_from_db()
    assert sent.status == "sent"
    assert not Service.objects.filter(name="Neu").exists()
    accept = f"/api/v1/referrals/{sent.pk}/accept/?lang=en"
    english = keeper.post(accept, content_type="application/json")
    assert english.json()["status_label"] == "Accepted"


def test_numbers_are_no_texts_and_texts_no_numbers(keeper):
    for wrong in ({"name": 5}, {"topics": [5]}, {"waiting_days": "5"}, {"cost": True}):
        new = {"name": "Neu", "topics": ["taxes"]} | wrong
        answer = keeper.post("/api/v1/services/", data=new, content_type="application/json")
        assert is_problem(answer, 400)
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/{[*wrong][0]}", "invalid")


def test_only_methods_that_are_answered_are_allowed(keeper):
    assert keeper.options("/api/v1/me/").headers["Allow"] == "GET, HEAD"
