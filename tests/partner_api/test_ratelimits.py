"""A key has its allowance a minute, over however many processes; an address may not try forever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from partner_api import ratelimits
from partner_api.models import KeyMinute
from partner_api.ratelimits import Minute, TooManyRequests
from tests.factories import ApiKeyFactory
from tests.partner_api.conftest import PartnerClient

AT = datetime(2026, 11, 23, 9, 0, 20, tzinfo=UTC)
LIST = "/api/v1/referrals/"


@pytest.fixture
def allowance(settings):
    def allow(requests: int) -> None:
        settings.API_REQUESTS_PER_MINUTE = requests

    return allow


def spent(key, at=AT, most=2000) -> int:
    """How many requests go through before the first that does not."""
    for number in range(most):
        try:
            ratelimits.spend(key.pk, at)
        except TooManyRequests:
            return number
    return most


@pytest.mark.django_db
def test_exactly_the_allowance_goes_through():
    assert spent(ApiKeyFactory()) == 600


@pytest.mark.django_db
def test_next_minute_begins_anew():
    key = ApiKeyFactory()

    assert spent(key) == 600
    assert spent(key, AT + timedelta(minutes=1)) == 600
    assert KeyMinute.objects.count() == 1


@pytest.mark.django_db
def test_keys_have_allowances_of_their_own(allowance):
    allowance(7)

    assert [spent(ApiKeyFactory()) for _ in range(2)] == [7, 7]


@pytest.mark.django_db
def test_most_requests_do_not_ask_the_database(django_assert_max_num_queries):
    key = ApiKeyFactory()
    with django_assert_max_num_queries(250):
        assert spent(key) == 600


@pytest.mark.django_db
def test_other_processes_spend_from_the_same_allowance(monkeypatch):
    """Three processes in turns: what one holds and does not spend is lost, never doubled."""
    key, purses = ApiKeyFactory(), [Minute() for _ in range(3)]
    through = 0
    for turn in range(900):
        monkeypatch.setattr(ratelimits, "portions", purses[turn % 3])
        try:
            ratelimits.spend(key.pk, AT)
        except TooManyRequests:
            continue
        through += 1

    assert through == 600


@pytest.mark.django_db
def test_clock_that_lags_behind_gives_no_second_allowance(allowance, monkeypatch):
    allowance(10)
    key = ApiKeyFactory()
    assert spent(key, AT + timedelta(minutes=1)) == 10

    monkeypatch.setattr(ratelimits, "portions", Minute())
    assert spent(key, AT) == 0


@pytest.mark.django_db
def test_requests_beyond_are_told_how_long_to_wait(api, sent, allowance):
    allowance(2)

    answers = [api.get(LIST) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:dma-crm:problem:throttled"
    assert refused.json()["detail"].endswith("angibt.")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert api.step(sent, "accept").status_code == 429


@pytest.mark.django_db
def test_whoever_tries_keys_has_to_wait(allowance, api, django_assert_num_queries):
    allowance(3)
    guesser = PartnerClient("dma_aaaaaaaa_" + "x" * 43)
    assert [guesser.get(LIST).status_code for _ in range(4)] == [401, 401, 401, 429]

    with django_assert_num_queries(0):
        answer = guesser.get(LIST)

    assert answer.headers["Retry-After"]
    elsewhere = api.get(LIST, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_wait_ends_with_the_minute():
    assert ratelimits.wait(AT) == 40
    assert ratelimits.wait(AT.replace(second=0)) == 60


def test_counts_of_a_minute_gone_by_are_forgotten():
    minute = Minute()
    minute.add("a", 5, 1)

    assert not minute.take("a", 2)
    assert minute.add("b", 1, 2) == 1
    assert not minute.take("a", 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_processes_at_once_let_exactly_the_allowance_through(allowance, monkeypatch):
    """Each thread draws for itself, as a process would; nothing is spent from a shared memory."""
    if connection.vendor != "postgresql":
        pytest.skip("conditional updates at once need PostgreSQL")
    allowance(200)
    key, own = ApiKeyFactory(), threading.local()
    start = threading.Barrier(8)

    class PerThread:
        def __getattr__(self, name):
            if not hasattr(own, "minute"):
                own.minute = Minute()
            return getattr(own.minute, name)

    monkeypatch.setattr(ratelimits, "portions", PerThread())

    def work():
        start.wait(10)
        try:
            return spent(key)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        through = [future.result(60) for future in [pool.submit(work) for _ in range(8)]]

    assert sum(through) == 200
    assert KeyMinute.objects.get().left == 0
