from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dma_crm import jobs
from outbox.models import OutboundMail, WebhookDelivery, WebhookEndpoint
from outbox.registry import kind_of
from outbox.webhooks.notices import tell_of_disabling
from outbox.webhooks.reasons import REASONS, in_words
from outbox.webhooks.sender import post
from outbox.webhooks.wording import webhook_trouble
from tests.factories import (
    PartnerFactory,
    UserFactory,
    WebhookAttemptFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/webhooks/"
DELIVERIES = f"{LIST}zustellungen/"
NOTHING_FAILED = (
    "Welche Systeme von Partnern Änderungen gemeldet bekommen und was sie geantwortet haben."
)
BODY = '{"type":"referral.sent","timestamp":"x","data":{"id":"7","reference":"V-2026-0007"}}'


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(role="admin"))
    return client


def shown(response):
    return [row["endpoint"].organisation.name for row in response.context["rows"]]


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return response, len(queries)


def test_the_list_is_in_order_and_costs_the_same_for_1_as_for_3(admin_client):
    def endpoint(name, **fields):
        organisation = PartnerFactory(name=name, sort_name=name.lower())
        return WebhookEndpointFactory(organisation=organisation, **fields)

    endpoint("Kammer", events=["referral.sent", "referral.accepted"])
    admin_client.get(LIST)
    one, queries_for_one = queries_of(admin_client, LIST)
    endpoint("Bank", state="disabled", disabled_reason="gone")
    disturbed = endpoint("Zentrum", failures=2)
    WebhookDeliveryFactory.create_batch(3, endpoint=disturbed, state="dead")
    WebhookDeliveryFactory(endpoint=disturbed)
    three, queries_for_three = queries_of(admin_client, LIST)

    assert (shown(one), shown(three)) == (["Kammer"], ["Bank", "Kammer", "Zentrum"])
    assert queries_for_one == queries_for_three
    assert [row["endpoint"].dead for row in three.context["rows"]] == [0, 0, 3]
    text = three.content.decode()
    for wanted in ("Abgeschaltet", "Gestört", "2 Fehlversuche in Folge", "referral.sent"):
        assert wanted in text


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["A", "B", "C"]),
        ("state=active", ["A", "B"]),
        ("state=failing", ["B"]),
        ("state=disabled", ["C"]),
        ("state=nonsense", []),
    ],
)
def test_the_list_is_filtered(admin_client, query, wanted):
    states = {
        "A": {},
        "B": {"failures": 1},
        "C": {"state": "disabled", "disabled_reason": "by_hand", "failures": 1},
    }
    for name, fields in states.items():
        organisation = PartnerFactory(name=name, sort_name=name)
        WebhookEndpointFactory(organisation=organisation, **fields)

    response = admin_client.get(f"{LIST}?{query}")

    assert response.status_code == (422 if "nonsense" in query else 200)
    assert shown(response) == wanted


def test_a_webhook_shows_its_log_in_as_many_queries_for_1_as_for_3(admin_client):
    endpoint = WebhookEndpointFactory()
    WebhookDeliveryFactory()  # of another one
    WebhookDeliveryFactory(endpoint=endpoint, body=BODY, type="referral.sent")
    address = f"{LIST}{endpoint.pk}/"
    admin_client.get(address)
    one, queries_for_one = queries_of(admin_client, address)
    WebhookDeliveryFactory.create_batch(
        2, endpoint=endpoint, state="dead", last_error="status: 500"
    )
    three, queries_for_three = queries_of(admin_client, address)

    assert (len(one.context["rows"]), len(three.context["rows"])) == (1, 3)
    assert queries_for_one == queries_for_three
    for wanted in ("V-2026-0007", "Der Empfänger hat sie nicht angenommen (500)", endpoint.url):
        assert wanted in three.content.decode()
    assert endpoint.secret not in three.content.decode()
    dead = admin_client.get(f"{address}?state=dead")
    assert [row["word"] for row in dead.context["rows"]] == ["Aufgegeben"] * 2
    assert admin_client.get(f"{address}?state=nonsense").status_code == 422


def test_a_delivery_is_shown_with_request_and_answers(admin_client):
    row = WebhookDeliveryFactory(body=BODY, type="referral.sent", state="dead", attempts=2)
    WebhookAttemptFactory(delivery=row, status_code=None, error="timeout", duration_ms=10_004)
    WebhookAttemptFactory(delivery=row, status_code=500, error="status", duration_ms=31)

    text = admin_client.get(f"{DELIVERIES}{row.pk}/").content.decode()

    for wanted in (
        f"webhook-id: {row.pk}",
        "webhook-timestamp: 1773133200",
        "webhook-signature: v1,…",
        "&quot;reference&quot;: &quot;V-2026-0007&quot;",
        "Keine Antwort innerhalb von 10 Sekunden",
        "10004 ms",
        "31 ms",
        "Erneut senden",
    ):
        assert wanted in text


def test_what_has_not_been_sent_has_no_answer_yet(admin_client):
    row = WebhookDeliveryFactory()

    text = admin_client.get(f"{DELIVERIES}{row.pk}/").content.decode()

    assert "Noch nicht gesendet." in text
    assert "webhook-timestamp" not in text


@pytest.mark.parametrize(
    ("state", "off", "may"),
    [
        ("dead", False, True),
        ("delivered", False, True),
        ("sending", False, False),
        ("dead", True, False),
    ],
)
def test_sending_again_is_offered_where_it_can_be_done(admin_client, state, off, may):
    row = WebhookDeliveryFactory(state=state)
    if off:
        WebhookEndpoint.objects.update(state="disabled", disabled_reason="by_hand")

    assert admin_client.get(f"{DELIVERIES}{row.pk}/").context["may_resend"] is may


def test_a_delivery_is_sent_again(admin_client):
    row = WebhookDeliveryFactory(state="dead")

    response = admin_client.post(f"{DELIVERIES}{row.pk}/erneut/")

    assert response.url == f"{DELIVERIES}{row.pk}/"
    assert WebhookDelivery.objects.get().state == "queued"


def test_who_comes_too_late_is_told(admin_client):
    row = WebhookDeliveryFactory(state="sending")

    response = admin_client.post(f"{DELIVERIES}{row.pk}/erneut/", follow=True)

    [message] = response.context["messages"]
    assert message.level_tag == "error"


def test_a_webhook_is_switched_off_and_on_and_tried(admin_client):
    endpoint = WebhookEndpointFactory()
    states = []

    for part in ("testen", "ausschalten", "einschalten"):
        response = admin_client.post(f"{LIST}{endpoint.pk}/{part}/")
        assert response.url == f"{LIST}{endpoint.pk}/"
        states.append(WebhookEndpoint.objects.get().state)
        assert admin_client.get(response.url).status_code == 200

    assert states == ["active", "disabled", "active"]
    assert WebhookDelivery.objects.get().type == "ping"


@pytest.mark.parametrize("role", ["advisor", "manager", "partner"])
def test_only_administrators_look_after_webhooks(client, role):
    row = WebhookDeliveryFactory(state="dead")
    traits = {"role": role}
    if role == "partner":
        traits["organisation"] = row.endpoint.organisation
    client.force_login(UserFactory(**traits))

    for address in (LIST, f"{LIST}{row.endpoint_id}/", f"{DELIVERIES}{row.pk}/"):
        assert client.get(address).status_code == 403
    for part in ("einschalten", "ausschalten", "testen"):
        assert client.post(f"{LIST}{row.endpoint_id}/{part}/").status_code == 403
    assert client.post(f"{DELIVERIES}{row.pk}/erneut/").status_code == 403


def test_what_nobody_knows_is_not_found(admin_client):
    for address in (f"{LIST}{uuid4()}/", f"{DELIVERIES}{uuid4()}/"):
        assert admin_client.get(address).status_code == 404
    assert admin_client.post(f"{DELIVERIES}{uuid4()}/erneut/").status_code == 404


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, NOTHING_FAILED),
        (1, "1 Webhook konnte nicht zugestellt werden."),
        (101, "100+ Webhooks konnten nicht zugestellt werden."),
    ],
)  # fmt: skip
def test_verwaltung_says_how_many_failed(count, text):
    WebhookDeliveryFactory.create_batch(count, state="dead", endpoint=WebhookEndpointFactory())
    WebhookDeliveryFactory()

    assert webhook_trouble() == text


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("", ""),
        ("status: 500", "Der Empfänger hat sie nicht angenommen (500)"),
        ("not_public", "Diese Adresse ist aus dem Internet nicht erreichbar."),
        ("from before", "from before"),
    ],
)
def test_reasons_are_told_in_words(stored, words):
    assert in_words(stored) == words


def test_every_error_of_the_sender_has_words(receiver):
    for path in ("/302", "/410", "/500", "/nonsense", "/cut"):
        assert post(receiver.url(path), b"", {}).error in REASONS


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("gone", "dass es sie nicht mehr gibt (410)"),
        ("failing", "seit Tagen konnten wir Ihrem System keine Änderung mehr melden"),
    ],
)
def test_the_mail_says_what_happened(now, reason, sentence):
    endpoint = WebhookEndpointFactory(
        state="disabled", disabled_reason=reason, failing_since=now,
        organisation__contact_name="Kim Muster",
    )  # fmt: skip

    mail = tell_of_disabling(endpoint, at=now)

    message = kind_of(mail).build(mail)
    assert kind_of(mail).may_go(mail, now) == ""
    assert message.subject == "Ihr Webhook wurde abgeschaltet"
    for wanted in ("Guten Tag Kim Muster,", sentence, endpoint.url, "/schnittstelle/"):
        assert wanted in message.text
    assert ("Dienstag, 10. März 2026, 10:00 Uhr" in message.text) is (reason == "failing")


def test_the_mail_does_not_go_when_it_is_no_longer_true(now):
    endpoint = WebhookEndpointFactory(state="disabled", disabled_reason="gone")
    mail = tell_of_disabling(endpoint, at=now)
    WebhookEndpoint.objects.update(state="active", disabled_reason="")

    assert kind_of(mail).may_go(mail, now) != ""
    endpoint.delete()
    assert kind_of(mail).may_go(mail, now) != ""


def test_the_sweep_is_a_job_of_every_five_seconds():
    assert jobs.registry["outbox.deliver_webhooks"].every_seconds == 5
    assert jobs.registry["outbox.tidy_webhooks"].every_seconds == 3600


@pytest.mark.django_db(transaction=True)
def test_one_command_delivers_mails_and_webhooks(settings, monkeypatch, receiver, now):
    settings.DEMO, settings.MAIL_SERVER = True, None
    monkeypatch.setenv("DMA_SERVING", "")
    row = WebhookDeliveryFactory(endpoint__url=receiver.url())
    tell_of_disabling(row.endpoint, at=now)

    call_command("deliver_outbox")

    assert WebhookDelivery.objects.get().state == "delivered"
    assert OutboundMail.objects.get().state == "cancelled"
