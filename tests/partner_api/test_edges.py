"""What no honest client meets: defaults that hold all the same."""

from datetime import timedelta

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.utils import timezone
from rest_framework.exceptions import Throttled

from accounts.actors import Actor
from contacts.models import Topic
from partner_api import idempotency
from partner_api.idempotency import forget_old
from partner_api.models import IdempotencyRecord, KeyMinute
from partner_api.permissions import Denied, HasScope
from partner_api.problems import Problem, problem_response
from partner_api.referrals.transitions import TRANSITIONS
from partner_api.webhooks.presenting import present_delivery
from referrals.actions.partner_referrals import refer_by_partner
from referrals.errors import InvalidValueError, WrongSideError
from referrals.models import ReferralError
from tests.factories import ApiKeyFactory, PartnerFactory, WebhookAttemptFactory, actor
from tests.partner_api.conftest import secret_of
from tests.partner_api.test_referring import body

pytestmark = pytest.mark.django_db
AskReferral = next(view for view in TRANSITIONS if view.verb == "ask")


def test_endpoint_that_names_no_permission_is_closed():
    assert not Denied().has_permission(None, None)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionDenied(), 403),
        (BadRequest(), 400),
        (ReferralError(), 409),
        (InvalidValueError("text"), 400),
        (Throttled(wait=3), 429),
    ],
)
def test_each_error_has_its_problem(error, status):
    answer = problem_response(error, {})

    assert (answer.status_code, answer.data["status"]) == (status, status)


def test_wait_is_told_in_whole_seconds_rounded_up():
    assert problem_response(Throttled(wait=3.2), {})["Retry-After"] == "5"


def test_what_is_no_clients_fault_stays_an_error():
    assert problem_response(RuntimeError(), {}) is None


def test_idempotency_keys_are_forgotten_after_48_hours(api, sent):
    api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1")

    forget_old(at=timezone.now() + timedelta(hours=47))
    assert IdempotencyRecord.objects.count() == 1
    forget_old(at=timezone.now() + timedelta(hours=49))
    assert IdempotencyRecord.objects.count() == 0


def test_semantic_mistake_found_by_the_action_points_at_its_field(api, sent):
    answer = api.step(sent, "forward", {"recipient": str(sent.sender_id)})

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:dma-crm:problem:recipient_unavailable"


def test_whoever_was_taken_over_undoes_what_it_did(partner):
    """It hung for longer than its claim; somebody else asked again and went on."""
    secret_of(partner)
    key = partner.api_keys.get()
    at = timezone.now()
    claimed = {"api_key": key, "key_digest": "k", "request_digest": "r"}
    IdempotencyRecord.objects.create(**claimed, created_at=at, modified_at=at)
    slow, quick = (IdempotencyRecord.objects.get() for _ in range(2))
    later = at + timedelta(seconds=61)
    assert idempotency.take_over(quick, later)

    def effect():
        return PartnerFactory(name="doppelt").pk

    with pytest.raises(Problem):
        idempotency.run(slow, effect, status=201, at=later)
    assert not type(partner).objects.filter(name="doppelt").exists()

    idempotency.run(quick, effect, status=201, at=later)
    assert type(partner).objects.filter(name="doppelt").count() == 1
    assert IdempotencyRecord.objects.get().done_at == later


def test_permission_without_a_key_is_none():
    class Request:
        auth = None

    assert not HasScope().has_permission(Request(), None)


def test_rows_of_the_api_have_names(partner):
    secret_of(partner)
    key = partner.api_keys.get()

    assert str(KeyMinute(api_key=key, minute=1, left=7)) == f"{key.pk}: 7"
    assert str(IdempotencyRecord(key_digest="4f" * 32)) == "4f4f4f4f"


def test_tries_of_a_delivery_are_shown(partner):
    attempt = WebhookAttemptFactory(status_code=None, error="timeout")

    [shown] = present_delivery(attempt.delivery)["tries"]

    assert (shown["status_code"], shown["error"]) == (None, "timeout")


def refer(**changes):
    given = {
        "founder": {"given_name": "Jana", "family_name": "Muster", "emails": ["j@g.example"]},
        "topics": Topic.objects.filter(code="taxes"),
        "question": "Wie?",
        "consent": {"given_at": timezone.now(), "text": "Ja", "evidence": "Formular"},
        "at": timezone.now(),
    }
    return refer_by_partner(**given | changes)


def test_only_partners_refer_so(partner):
    with pytest.raises(WrongSideError):
        refer(by=actor())


def test_consent_is_checked_by_the_action_too(partner):
    by = Actor.of_key(ApiKeyFactory(organisation=partner))
    late = {"given_at": timezone.now() + timedelta(days=1), "text": "Ja", "evidence": "x"}

    with pytest.raises(InvalidValueError):
        refer(by=by, consent=late)


def test_founder_without_phone_or_venture_shares_name_and_address(partner):
    referral = refer(by=Actor.of_key(ApiKeyFactory(organisation=partner)))

    assert referral.consent.shared_fields == ["name", "email"]
    assert referral.need.startup is None


@pytest.mark.parametrize("address", ["steps", "creating"])
def test_value_that_only_the_action_refuses_is_400(api, sent, monkeypatch, address):
    def refuse(**_values):
        raise InvalidValueError("text")

    if address == "steps":
        monkeypatch.setattr(AskReferral, "action", staticmethod(refuse))
        answer = api.step(sent, "ask", {"text": "Frage"})
    else:
        monkeypatch.setattr("partner_api.referrals.views.refer_by_partner", refuse)
        answer = api.post("/api/v1/referrals/", data=body(), content_type="application/json")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]
