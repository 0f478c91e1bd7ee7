import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail
from django.utils import timezone

from dma_crm.crypto import encrypt
from outbox.delivery import deliver
from outbox.models import OutboundMail
from tests.factories import OutboundMailFactory, UserFactory

pytestmark = pytest.mark.django_db
BACKEND = "outbox.backend.OutboxBackend"


@pytest.fixture(autouse=True)
def _through_the_outbox(settings):
    """The test runner puts a backend of its own in place."""
    settings.EMAIL_BACKEND = BACKEND


def test_a_mail_of_a_library_is_queued_with_its_text_encrypted():
    assert send_mail("Passwort", "geheimer Link", None, ["zoe@x.example"]) == 1

    mail = OutboundMail.objects.get()
    assert (mail.kind, mail.recipient, mail.state) == ("account", "zoe@x.example", "queued")
    assert "geheim" not in mail.payload
    assert mail.payload != ""


def test_each_recipient_gets_a_mail_of_their_own(smtp):
    email = EmailMultiAlternatives(
        "Hallo\u2028Welt",
        "Text",
        None,
        ["Zoë <a@x.example>"],
        bcc=["b@x.example"],
        reply_to=["c@x.example"],
    )
    email.attach_alternative("<p>HTML</p>", "text/html")
    email.attach_alternative("{}", "application/json")

    assert get_connection().send_messages([email, EmailMessage("S", "T", None, ["broken@"])]) == 2
    assert deliver(at=timezone.now()) == {"sent": 2, "dead": 1}

    assert smtp.to() == ["a@x.example", "b@x.example"]
    message = smtp.messages()[0]
    assert message["Subject"] == "Hallo Welt"
    assert message["Reply-To"] == "c@x.example"
    assert message.get_body(("html",)).get_content() == "<p>HTML</p>\r\n"
    assert len({message["Message-ID"] for message in smtp.messages()}) == 2


def test_the_text_is_removed_once_sent(smtp):
    send_mail("Passwort", "geheimer Link", None, ["zoe@x.example"])

    deliver(at=timezone.now())

    assert OutboundMail.objects.get().payload == ""
    assert smtp.messages()[0].get_content() == "geheimer Link\r\n"


def test_a_link_to_a_new_password_is_not_sent_days_later(smtp, now):
    payload = encrypt('{"subject": "S", "text": "T", "html": ""}')
    OutboundMailFactory(
        kind="account", payload=payload, created_at=now - timedelta(hours=25), due_at=now
    )
    OutboundMailFactory(
        kind="account", payload=payload, created_at=now - timedelta(hours=23), due_at=now
    )

    assert deliver(at=now) == {"cancelled": 1, "sent": 1}
    assert OutboundMail.objects.get(state="cancelled").payload == ""


def test_a_forgotten_password_goes_through_the_outbox(client, smtp):
    user = UserFactory(email="anke@dma.example")

    client.post("/konto/password/reset/", {"email": user.email})
    deliver(at=timezone.now())

    [message] = smtp.messages()
    assert smtp.to() == ["anke@dma.example"]
    assert re.search(r"/konto/password/reset/key/\S+", message.get_body(("plain",)).get_content())
