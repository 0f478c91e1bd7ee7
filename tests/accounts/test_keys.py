from datetime import timedelta

import pytest

from accounts import actions
from accounts.actors import Actor
from accounts.keys import find_key
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(now):
    return actions.create_api_key(organisation=PartnerFactory(), by=Actor.system(), at=now)


def test_secret_finds_its_key_in_one_query(made, now, django_assert_num_queries):
    key, secret = made
    find_key(secret, now)

    with django_assert_num_queries(1):
        found = find_key(secret, now + timedelta(seconds=59))
        assert found.organisation_id == key.organisation_id

    assert found == key
    assert found.scopes == key.scopes


def test_use_is_noted_once_a_minute(made, now):
    key, secret = made
    for seconds in (0, 59, 60, 61):
        find_key(secret, now + timedelta(seconds=seconds))

    key.refresh_from_db()
    assert key.last_used_at == now + timedelta(seconds=60)


def test_another_secret_with_the_same_prefix_finds_nothing(made, now):
    _key, secret = made
    turned = secret[:-1] + ("A" if secret[-1] != "A" else "B")

    assert find_key(turned, now) is None


def test_unknown_prefix_finds_nothing(made, now):
    assert find_key("dma_aaaaaaaa" + made[1][12:], now) is None


@pytest.mark.parametrize(
    "text", ["", "dma_", "x" * 10_000, "dma_aaaaaaaa_\x00", "\ud800", "dma_äaaaaaaa_" + "a" * 43]
)
def test_malformed_text_asks_no_database(text, now, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_key(text, now) is None


def test_expired_key_finds_nothing(made, now):
    key, secret = made

    assert find_key(secret, key.expires_at - timedelta(seconds=1)) == key
    assert find_key(secret, key.expires_at) is None


def test_revoked_key_finds_nothing(made, now):
    key, secret = made
    actions.revoke_api_key(key=key, by=Actor.system(), at=now)

    assert find_key(secret, now) is None
