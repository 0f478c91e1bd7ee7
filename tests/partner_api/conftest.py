"""A partner's system: a real key, and a client that speaks JSON."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import create_api_key
from accounts.actors import Actor
from accounts.models import Scope
from partner_api import ratelimits
from partner_api.referrals import watermark
from tests.factories import PartnerFactory, ReferralFactory


class PartnerClient(Client):
    """Every request carries the key; bodies are JSON."""

    def __init__(self, secret: str):
        super().__init__(headers={"Authorization": f"Bearer {secret}"})

    def step(self, referral, verb: str, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post(
            f"/api/v1/referrals/{referral.pk}/{verb}/",
            data=body if body is not None else {},
            content_type="application/json",
            headers=headers,
        )


def secret_of(organisation, *, scopes=(Scope.REFERRALS_READ, Scope.REFERRALS_WRITE)) -> str:
    _key, secret = create_api_key(
        organisation=organisation, scopes=scopes, by=Actor.system(), at=timezone.now()
    )
    return secret


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch):
    """What a process remembers is no other test's affair, nor when it last asked the database."""
    for name in ("portions", "failures"):
        monkeypatch.setattr(ratelimits, name, ratelimits.Minute())
    monkeypatch.setattr("partner_api.referrals.views.watermark", watermark.Watermark())


@pytest.fixture
def partner(db):
    return PartnerFactory(contact_name="Kim Yılmaz")


@pytest.fixture
def api(partner):
    return PartnerClient(secret_of(partner))


@pytest.fixture
def sent(partner):
    """A referral that waits for the partner, sent an hour ago."""
    at = timezone.now() - timedelta(hours=1)
    referral = ReferralFactory(
        recipient=partner, sent=True, sent_at=at, status_since=at, created_at=at, modified_at=at
    )
    referral.need.person.emails.create(address="zoe@gruenden.example")
    referral.need.person.phones.create(number="+491713920001")
    return referral
