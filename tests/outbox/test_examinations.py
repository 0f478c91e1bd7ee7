from datetime import timedelta

import pytest

from outbox import examinations
from outbox.models import EndpointState
from tests.factories import (
    DeliveryFreezeFactory,
    OutboundMailFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.outbox.sink import free_port, talking_server

pytestmark = pytest.mark.django_db


def test_a_mail_server_that_lets_us_in(smtp, now):
    assert examinations.mail_server(now).well
    assert smtp.received == []


def test_no_mail_server_is_well_in_a_demo_only(settings, now):
    settings.MAIL_SERVER, settings.DEMO, settings.DEBUG = None, True, False
    assert examinations.mail_server(now).well

    settings.DEMO = False
    assert not examinations.mail_server(now).well


def test_a_mail_server_that_is_not_there(settings, sink, now):
    settings.MAIL_SERVER = sink.settings(port=free_port(), password="geheim")

    finding = examinations.mail_server(now)

    assert finding.text == "Der Mailserver ist nicht erreichbar."
    assert "geheim" not in finding.remedy


def test_a_mail_server_that_refuses_the_login(settings, now):
    lines = [b"220 x\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 who?\r\n", b"221 bye\r\n"]
    with talking_server(*lines, pause=0.05) as server:
        settings.MAIL_SERVER = server | {"username": "dma", "password": "geheim"}
        finding = examinations.mail_server(now)

    assert "535" in finding.text


def test_delivery_that_was_stopped(now):
    assert examinations.delivery(now).well

    DeliveryFreezeFactory()

    assert "Aus einer Sicherung" in examinations.delivery(now).text
    assert not examinations.delivery(now).well


def test_mails_that_wait_too_long(now):
    OutboundMailFactory(due_at=now - timedelta(minutes=4))
    assert examinations.mails(now).well

    OutboundMailFactory(due_at=now - timedelta(minutes=6))
    assert "10.03.2026, 09:54" in examinations.mails(now).text


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_mails_that_were_given_up(now, state):
    OutboundMailFactory(state=state)

    assert "1 E-Mail" in examinations.mails(now).text
    assert not examinations.mails(now).well


def test_webhooks_that_wait_too_long(now):
    delivery = WebhookDeliveryFactory(due_at=now - timedelta(hours=2))
    assert not examinations.webhooks(now).well

    delivery.endpoint.rest_until = now + timedelta(hours=1)
    delivery.endpoint.save()
    assert examinations.webhooks(now).well


def test_webhooks_of_an_endpoint_that_is_off_wait_for_nobody(now):
    off = {"state": EndpointState.DISABLED, "disabled_reason": "by_hand"}
    WebhookDeliveryFactory(due_at=now - timedelta(hours=2), endpoint=WebhookEndpointFactory(**off))

    assert examinations.webhooks(now).well


def test_keys_that_open_nothing(now, settings):
    assert examinations.stored_secrets(now).well
    WebhookEndpointFactory()
    assert examinations.stored_secrets(now).well

    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    assert not examinations.stored_secrets(now).well
