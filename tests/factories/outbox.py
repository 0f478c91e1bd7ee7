import factory

from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.registry import register_kind
from tests.factories.base import NOW


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
