"""What no honest client meets: defaults that hold all the same."""

from datetime import timedelta

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.utils import timezone
from rest_framework.exceptions import Throttled

from partner_api.idempotency import forget_old
from partner_api.models import IdempotencyRecord
from partner_api.permissions import Denied
from partner_api.problems import problem_response
from referrals.errors import InvalidValueError
from referrals.models import ReferralError

pytestmark = pytest.mark.django_db


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
