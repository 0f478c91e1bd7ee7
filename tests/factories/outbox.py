import factory

from dma_crm.crypto import encrypt
from outbox.messages import Message
from outbox.models import (
    DeliveryFreeze,
    OutboundMail,
    SuppressedAddress,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from outbox.registry import register_kind
from outbox.webhooks.signatures import new_secret
from tests.factories.base import NOW
from tests.factories.contacts import PartnerFactory


def build(mail):
    word = mail.subjects.get("word", "Guten Tag")
    return Message(f"Betreff {word}", f"{word}\n", f"<html><head></head><p>{word}</p></html>")


def may_go(mail, at):
    return "Einwilligung fehlt" if mail.subjects.get("consent") == "gone" else ""


register_kind("test", build=build, may_go=may_go, label="Testmail")


class OutboundMailFactory(factory.django.DjangoModelFactory):
    """Waiting and due, of a kind that can be built."""

    class Meta:
        model = OutboundMail

    kind = "test"
    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    recipient = "zoe@gruenden.example"
    purpose = "referral"
    due_at = NOW
    message_id = factory.Sequence(lambda n: f"<test-{n}@dma.example>")


class DeliveryFreezeFactory(factory.django.DjangoModelFactory):
    """Not released."""

    class Meta:
        model = DeliveryFreeze

    reason = "Aus einer Sicherung wiederhergestellt"
    at = NOW
    channel = "system"


class SuppressedAddressFactory(factory.django.DjangoModelFactory):
    """On the list."""

    class Meta:
        model = SuppressedAddress

    address = "zoe@gruenden.example"
    reason = "bounced"
    at = NOW
    channel = "system"


class WebhookEndpointFactory(factory.django.DjangoModelFactory):
    """Active, for all events."""

    class Meta:
        model = WebhookEndpoint

    organisation = factory.SubFactory(PartnerFactory)
    url = "https://crm.partner.example/hooks"
    secret = factory.LazyFunction(lambda: encrypt(new_secret()))


class WebhookDeliveryFactory(factory.django.DjangoModelFactory):
    """Waiting and due."""

    class Meta:
        model = WebhookDelivery

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    type = "ping"
    body = '{"type":"ping","timestamp":"2026-03-10T09:00:00.000Z","data":{}}'
    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    due_at = NOW


class WebhookAttemptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WebhookAttempt

    delivery = factory.SubFactory(WebhookDeliveryFactory)
    at = NOW
    status_code = 200
    duration_ms = 12
