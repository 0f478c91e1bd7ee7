"""A hundred clients at once on PostgreSQL: one effect; and without the guard many."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.actors import AGENCY_ID
from contacts.models import Person
from outbox.models import OutboundMail, WebhookDelivery
from partner_api.models import IdempotencyRecord
from referrals.models import Referral
from tests.factories import PartnerFactory, WebhookEndpointFactory
from tests.partner_api.conftest import PartnerClient, secret_of
from tests.partner_api.test_referring import body

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
CLIENTS = 100
AT_ONCE = 40  # connections a test server has to spare
URL = "/api/v1/referrals/"


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


def at_once(work, clients: int = CLIENTS) -> list:
    """`work(number)` a hundred times, forty at a time, the first forty starting together."""
    start = threading.Barrier(AT_ONCE)

    def run(number):
        if number < AT_ONCE:
            start.wait(30)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(clients)))


def test_of_a_hundred_who_accept_one_wins(partner, sent):
    WebhookEndpointFactory(organisation=partner)
    secrets = [secret_of(partner) for _ in range(5)]

    def accept(number):
        return PartnerClient(secrets[number % 5]).step(sent, "accept").status_code

    assert Counter(at_once(accept)) == {200: 1, 409: CLIENTS - 1}
    stored = Referral.objects.get(pk=sent.pk)
    assert (stored.status, stored.version) == ("accepted", 2)
    assert stored.steps.filter(action="accept").count() == 1
    kinds = OutboundMail.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["referral_accepted", "referral_accepted_founder"]
    assert WebhookDelivery.objects.filter(type="referral.accepted").count() == 1


def test_one_key_a_hundred_times_has_one_effect(api, sent):
    """Whoever comes while the first is running is told so; whoever comes later sees its answer."""
    secret = api.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    def ask(_number):
        client = PartnerClient(secret)
        return client.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1").status_code

    statuses = Counter(at_once(ask))

    assert set(statuses) <= {200, 409}
    assert statuses[200] >= 1
    assert sent.messages.count() == 1
    assert sent.steps.filter(action="ask").count() == 1
    assert api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1").status_code == 200
    assert IdempotencyRecord.objects.count() == 1


def test_one_key_a_hundred_times_refers_one_founder(partner):
    secret, new = secret_of(partner), body()

    def refer(_number):
        return PartnerClient(secret).post(
            URL, data=new, content_type="application/json", headers={"Idempotency-Key": "k-1"}
        ).status_code  # fmt: skip

    assert set(at_once(refer)) <= {201, 409}
    assert (Referral.objects.count(), Person.objects.count()) == (1, 1)


def test_without_a_key_the_same_founder_is_still_one_referral(partner):
    """The double is found although all begin before any has committed."""
    secret, new = secret_of(partner), body()

    def refer(_number):
        client = PartnerClient(secret)
        return client.post(URL, data=new, content_type="application/json").status_code

    assert Counter(at_once(refer, AT_ONCE)) == {201: 1, 409: AT_ONCE - 1}
    assert (Referral.objects.count(), Person.objects.count()) == (1, 1)


def test_of_those_who_change_the_webhook_they_have_seen_one_wins(partner):
    """The others have seen what is no more; without a lock all would have read the same."""
    webhook = WebhookEndpointFactory(organisation=partner)
    secret, url = secret_of(partner, scopes=["webhooks:write"]), f"/api/v1/webhooks/{webhook.pk}/"
    etag = PartnerClient(secret).get(url).headers["ETag"]

    def change(number):
        new = {"url": f"https://93.184.215.14/{number}"}
        client, seen = PartnerClient(secret), {"If-Match": etag}
        return client.patch(
            url, data=new, content_type="application/json", headers=seen
        ).status_code

    assert Counter(at_once(change, AT_ONCE)) == {200: 1, 412: AT_ONCE - 1}


def test_without_taking_turns_there_would_be_many(partner, monkeypatch):
    """The negative control: the same, but nobody waits for anybody."""
    secret, new = secret_of(partner), body()
    agency = type(partner).objects.get(pk=AGENCY_ID)
    read = threading.Barrier(AT_ONCE)

    def no_turns():
        return agency

    def no_double(*_args):
        read.wait(30)

    module = "referrals.actions.partner_referrals"
    monkeypatch.setattr(f"{module}.take_turns", no_turns)
    monkeypatch.setattr(f"{module}.check_own_double", no_double)

    def refer(_number):
        client = PartnerClient(secret)
        return client.post(URL, data=new, content_type="application/json").status_code

    assert Counter(at_once(refer, AT_ONCE))[201] == AT_ONCE
    assert Referral.objects.count() == AT_ONCE


def test_founder_sent_by_two_partners_at_once_is_one_person():
    secrets = [secret_of(PartnerFactory()) for _ in range(AT_ONCE)]
    new = body()

    def refer(number):
        client = PartnerClient(secrets[number])
        return client.post(URL, data=new, content_type="application/json").status_code

    assert Counter(at_once(refer, AT_ONCE)) == {201: AT_ONCE}
    assert (Referral.objects.count(), Person.objects.count()) == (AT_ONCE, 1)
