"""A stranger's client, generated from docs/openapi.yaml alone, does the whole loop over HTTP."""

import importlib
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import Scope
from tests.factories import PartnerFactory, ReferralFactory
from tests.partner_api.conftest import secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
PACKAGE = "stranger"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The client as a package; a part the generator would leave out is a failure."""
    place = tmp_path_factory.mktemp("client")
    (place / "config.yaml").write_text("post_hooks: []\n")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", DOCUMENT, "--meta", "none", "--config", place / "config.yaml"),
        *("--output-path", place / PACKAGE),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "arning" not in said.stdout + said.stderr
    sys.path.insert(0, str(place))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(place))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


class Stranger:
    """One partner's system: `ask("referrals.accept_referral", …)` calls what was generated."""

    def __init__(self, generated, url: str, secret: str):
        self.client = generated.AuthenticatedClient(url, secret, raise_on_unexpected_status=True)
        self.models = importlib.import_module(f"{PACKAGE}.models")

    def ask(self, operation: str, *args, **values):
        module = importlib.import_module(f"{PACKAGE}.api.{operation}")
        return module.sync(*args, client=self.client, **values)

    def step(self, verb: str, referral, **body):
        """With the body of that name, if the step wants one."""
        name = BODIES.get(verb, "EmptyBodyRequest")
        request = getattr(self.models, name)(**body)
        return self.ask(f"referrals.{verb}_referral", referral.id, body=request)


BODIES = {
    "accept": "AcceptBodyRequest",
    "ask": "MessageBodyRequest",
    "answer": "MessageBodyRequest",
    "start": "StartBodyRequest",
    "complete": "CompleteBodyRequest",
}


@pytest.fixture
def connect(generated, live_server):
    """A client of a partner, with a key of its own; its connections are closed at the end."""
    made = []

    def connected(partner, scopes=tuple(Scope.values)) -> Stranger:
        made.append(Stranger(generated, live_server.url, secret_of(partner, scopes=list(scopes))))
        return made[-1]

    yield connected
    for each in made:
        each.client.get_httpx_client().close()


@pytest.fixture
def partner():
    return PartnerFactory(contact_name="Kim Yılmaz")


def new_referral(models, **more):
    return models.NewReferralBodyRequest(
        founder=models.FounderBodyRequest("Jana", "Muster", ["jana@gruenden.example"]),
        topics=["funding"],
        question="Welche Förderung passt zu einem Käseladen?",
        consent=models.ConsentBodyRequest(
            given_at=timezone.now() - timedelta(hours=1),
            text="Die IHK darf meine Daten weitergeben.",
            evidence="Formular, Akte 118",
        ),
        **more,
    )


def today() -> date:
    return timezone.localdate(timezone.now())


def test_a_referral_of_the_agency_is_answered_and_closed(connect, partner):
    at = timezone.now() - timedelta(hours=1)
    row = ReferralFactory(recipient=partner, sent=True, sent_at=at, status_since=at)
    row.need.person.emails.create(address="zoe@gruenden.example")
    us = connect(partner)
    waiting = us.models.ReferralStatus.SENT

    me = us.ask("me.get_me")
    page = us.ask("referrals.list_referrals", status=[waiting])

    assert (me.organisation.id, me.rate_limit.requests) == (partner.pk, 600)
    [listed] = page.results
    assert (listed.id, listed.status, listed.founder) == (row.pk, waiting, None)
    assert page.watermark < timezone.now()
    assert us.ask("referrals.get_referral", listed.id).question == row.need.question

    accepted = us.step("accept", listed, your_reference="4711")
    assert accepted.founder.emails == ["zoe@gruenden.example"]
    assert accepted.your_reference == "4711"
    assert us.models.ReferralAction.START in accepted.allowed_actions
    started = us.step("start", listed, first_contact_on=today())
    assert (started.status.value, started.first_contact_on) == ("in_progress", today())
    done = us.step("complete", listed, outcome=us.models.Outcome.HELPED, text="Antrag gestellt.")
    assert (done.status.value, done.outcome.value) == ("completed", "helped")
    steps = us.ask("referrals.list_referral_steps", listed.id).results
    assert [step.action.value for step in steps] == ["accept", "start", "complete"]


def test_a_partner_refers_answers_and_reads_the_outcome(connect, partner):
    """Two systems, both generated: one refers, the other asks back and helps."""
    helper = PartnerFactory()
    us, them = connect(partner), connect(helper)

    sent = us.ask(
        "referrals.create_referral",
        body=new_referral(us.models, recipient=helper.pk, your_reference="F-17"),
        idempotency_key="F-17",
    )
    again = us.ask(
        "referrals.list_referrals", direction=direction(us, "sent"), topic="funding"
    ).results
    assert [row.id for row in again] == [sent.id]

    assert them.step("ask", sent, text="Gibt es einen Businessplan?").status.value == "query"
    assert us.step("answer", sent, text="Ja, er hängt an.").status.value == "sent"
    messages = them.ask("referrals.list_referral_messages", sent.id).results
    assert [(each.by.id, each.text) for each in messages] == [
        (helper.pk, "Gibt es einen Businessplan?"),
        (partner.pk, "Ja, er hängt an."),
    ]

    assert them.step("accept", sent).founder.display_name == "Jana Muster"
    them.step("start", sent, first_contact_on=today())
    them.step("complete", sent, outcome=them.models.Outcome.HELPED)
    read = us.ask("referrals.get_referral", sent.id)
    assert (read.outcome.value, read.founder, read.your_reference) == ("helped", None, "F-17")
    assert us.models.ReferralAction.ACKNOWLEDGE in read.allowed_actions
    assert us.step("acknowledge", sent).allowed_actions == []


def direction(us, name: str):
    return us.models.ListReferralsDirection(name)


def test_a_founder_is_referred_to_the_agency_once(connect, partner):
    us = connect(partner)
    request = new_referral(us.models)

    first, second = (
        us.ask("referrals.create_referral", body=request, idempotency_key="k") for _ in "ab"
    )

    assert (first.id, first.version) == (second.id, second.version)
    assert first.status is us.models.ReferralStatus.SENT


def test_services_and_webhooks_are_kept(connect, partner):
    us = connect(partner)
    models = us.models

    service = us.ask(
        "services.create_service",
        body=models.ServiceBodyRequest(
            "Gründungsberatung", ["funding"], status=models.ServiceStatus.PUBLISHED
        ),
    )
    changed = us.ask(
        "services.update_service",
        service.id,
        body=models.PatchedServiceBodyRequest(full_until=today(), waiting_days=None),
    )
    assert (changed.full_until, changed.version) == (today(), service.version + 1)
    assert us.ask("services.get_service", service.id) == changed
    assert [row.id for row in us.ask("services.list_services").results] == [service.id]
    [shown] = us.ask("services.list_services_hsds").contents
    assert (UUID(str(shown.id)), shown.name) == (service.id, "Gründungsberatung")

    events = [models.WebhookEvent("referral.sent")]
    body = models.WebhookBodyRequest("https://93.184.215.14/dma", events=events)
    webhook = us.ask("webhooks.create_webhook", body=body)
    ping = us.ask("webhooks.ping_webhook", webhook.id, body=models.EmptyBodyRequest())
    assert webhook.secret.startswith("whsec_")
    assert (ping.type_, ping.delivered_at) == ("ping", None)
    assert us.ask("webhooks.list_webhook_deliveries", webhook.id).results == [ping]
    assert us.ask("events.list_events").results == []


def test_problems_come_as_types(connect, partner):
    row = ReferralFactory(recipient=partner, sent=True)
    us, reader = connect(partner), connect(partner, [Scope.REFERRALS_READ])
    problem = us.models.ProblemAnswer
    us.step("accept", SimpleNamespace(id=row.pk))

    twice = us.step("accept", SimpleNamespace(id=row.pk))
    missing = us.ask("referrals.get_referral", uuid4())
    empty = us.step("ask", SimpleNamespace(id=row.pk), text="")
    stale = us.ask(
        "referrals.resume_referral", row.pk, body=us.models.EmptyBodyRequest(), if_match='"old"'
    )
    closed = reader.step("accept", SimpleNamespace(id=row.pk))

    answers = [twice, missing, empty, stale, closed]
    assert all(isinstance(each, problem) for each in answers)
    assert [each.status for each in answers] == [409, 404, 400, 412, 403]
    assert twice.current_status is us.models.ReferralStatus.ACCEPTED
    assert twice.type_ == "urn:dma-crm:problem:step_not_allowed"
    assert [(each.pointer, each.code) for each in empty.errors] == [("/text", "blank")]


def test_an_unknown_key_is_told_so(connect, partner):
    us = connect(partner)
    us.client.token = "dma_nothing"

    assert us.ask("me.get_me").status == 401
