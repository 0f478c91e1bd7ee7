"""The API against its own document: more than 2,000 requests that schemathesis makes of it.

Part of them are as the document wants them, the others break it in one place. No answer may be a
5xx, of a status or shape the document does not name, or come without a key; what fits must not be
refused and what does not fit must not be taken.
"""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from accounts.actors import AGENCY_ID
from accounts.models import Scope
from contacts.models import PartnerOrganisation
from tests.factories import (
    EventFactory,
    PartnerFactory,
    ReferralFactory,
    ServiceFactory,
    WebhookAttemptFactory,
)
from tests.partner_api.conftest import secret_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RANDOM_CASES = 6  # of each operation, beside those that walk along every limit of its schema
STATES = {
    "answer": "query",
    "undo": "accepted",
    "start": "accepted",
    "hold": "in_progress",
    "resume": "on_hold",
    "complete": "in_progress",
    "acknowledge": "completed",
}
OTHER = UUID("01936a00-3333-7000-8000-000000000004")
OF_THE_SENDER = {"answer", "confirm_forward", "refuse_forward", "withdraw", "acknowledge"}
# That a code or an organisation is known, or a day not yet over, no schema can say.
UNSAID = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "422"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20261123,
        "generation": {"deterministic": True, "database": "none"},
        "operations": [
            {
                "include-method": ["POST", "PATCH", "DELETE"],
                "checks": {"positive_data_acceptance": {"expected-statuses": UNSAID}},
            }
        ],
    }
)


class Application(WSGIHandler):
    """As behind a web server, which always says who calls; nobody here unpacks an answer."""

    def __call__(self, environ, start_response):
        said = {"REMOTE_ADDR": "127.0.0.1", **environ, "HTTP_ACCEPT_ENCODING": "identity"}
        return super().__call__(said, start_response)


api = schemathesis.openapi.from_wsgi(
    "/api/v1/schema/", Application(), config=CONFIG, headers={"Host": "localhost"}
)


@pytest.fixture(autouse=True)
def _connection_stays():
    """As Django's test client does: a request would else end the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def partner():
    PartnerFactory(pk=OTHER)
    return PartnerFactory(contact_name="Kim Yılmaz")


@pytest.fixture
def key(partner, settings):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    return {"Authorization": f"Bearer {secret_of(partner, scopes=list(Scope.values))}"}


@pytest.fixture
def ids(request, partner):
    """What the parameters of this operation's path are to be, so that there is something there."""
    path = request.node.operation_label.partition(" ")[2]
    return rows_of(path, partner) if "{" in path else {}


def rows_of(path: str, partner) -> dict[str, str]:
    _blank, _api, _version, resource, _id, *rest = path.split("/")
    if resource == "referrals":
        return {"id": str(referral_for(rest[0], partner).pk)}
    if resource == "webhooks":
        delivery = WebhookAttemptFactory(delivery__endpoint__organisation=partner).delivery
        return {"id": str(delivery.endpoint_id), "delivery": str(delivery.pk)}
    row = ServiceFactory(partner=partner) if resource == "services" else EventFactory()
    return {"id": str(row.pk)}


def referral_for(verb: str, partner):
    """A referral in a state, and seen from a side, in which this can be done."""
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    sides = {"sender": agency, "recipient": partner}
    if verb in OF_THE_SENDER:
        sides = {"sender": partner, "recipient": PartnerFactory()}
    at = timezone.now() - timedelta(minutes=5)
    more = {"forward_to": PartnerFactory()} if "forward_" in f"{verb}_" else {}
    return ReferralFactory(
        **{STATES.get(verb, "sent"): True}, **sides, sent_at=at, status_since=at, **more
    )


@pytest.fixture
def statuses(request):
    """Nothing is shown by answers that are all refusals."""
    seen = Counter()
    yield seen
    assert any(status < 300 for status in seen) or is_about_one_moment(request), seen


def is_about_one_moment(request) -> bool:
    """These want a step just before, by the other side: test_transitions.py has them."""
    return request.node.operation_label.endswith(("/undo/", "/confirm_forward/"))


@api.parametrize()
@settings(max_examples=RANDOM_CASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_are_as_the_document_says(case, key, ids, statuses):
    """Each request finds the rows as they were, whatever the one before has changed."""
    if is_as_documented(case):
        case.query = without(case.query, "cursor", "topic")
    if statuses.total() % 4:
        fit_to_rows(case, ids)
    with transaction.atomic():
        statuses[case.call_and_validate(headers=key).status_code] += 1
        transaction.set_rollback(True)


def fit_to_rows(case, ids: dict[str, str]) -> None:
    """What only the database knows, instead of what the document lets one guess."""
    for name, value in ids.items():
        if is_uuid((case.path_parameters or {}).get(name)):
            case.path_parameters[name] = value
    if not is_as_documented(case):
        return
    case.headers = without(case.headers, "If-Match", "If-None-Match")
    if isinstance(case.body, dict):
        case.body = fitted(case.body)


def is_as_documented(case) -> bool:
    return case.meta.generation.mode.is_positive


def is_uuid(text) -> bool:
    try:
        return str(UUID(text)) == text
    except (ValueError, TypeError, AttributeError):
        return False


def without(values, *names: str) -> dict:
    return {name: value for name, value in (values or {}).items() if name not in names}


def fitted(body: dict) -> dict:
    now = timezone.now()
    known = {
        "topics": ["funding"],
        "stages": ["orientation"],
        "recipient": str(OTHER),
        "given_at": (now - timedelta(hours=2)).isoformat(),
        "first_contact_on": timezone.localdate(now).isoformat(),
        "resume_on": timezone.localdate(now + timedelta(days=9)).isoformat(),
        "url": "https://93.184.215.14/",
    }
    fit = {name: known.get(name, value) for name, value in body.items()}
    return fit | ({"consent": fitted(body["consent"])} if "consent" in body else {})
