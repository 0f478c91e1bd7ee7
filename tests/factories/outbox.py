import factory

from outbox.models import OutboundMail
from tests.factories.base import NOW


class OutboundMailFactory(factory.django.DjangoModelFactory):
    """Waiting and due."""

    class Meta:
        model = OutboundMail

    kind = "test"
    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    recipient = "zoe@gruenden.example"
    purpose = "referral"
    due_at = NOW
    message_id = factory.Sequence(lambda n: f"<test-{n}@dma.example>")
