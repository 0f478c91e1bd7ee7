from datetime import timedelta

import pytest

from outbox import delivery
from outbox.kinds import queue_account_mail
from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.registry import register_kind
from tests.factories import OutboundMailFactory

pytestmark = pytest.mark.django_db


def build_offer(mail):
    return Message("Angebot", "Angebot", "", unsubscribe="https://dma.example/abbestellen/x/")


register_kind("test_offer", build=build_offer, transactional=False)


@pytest.fixture(autouse=True)
def _three_an_hour(settings):
    settings.MAILS_PER_HOUR = 3


def sent(now, *minutes):
    for ago in minutes:
        OutboundMailFactory(state="sent", sent_at=now - timedelta(minutes=ago))


def test_the_fourth_mail_within_an_hour_waits_for_its_place(smtp, now):
    sent(now, 50, 30)
    OutboundMailFactory.create_batch(2)
    OutboundMailFactory(recipient="other@x.example")

    assert delivery.deliver(at=now) == {"sent": 2, "queued": 1}
    waiting = OutboundMail.objects.get(state="queued")
    assert (waiting.attempts, waiting.last_error) == (0, "throttled")
    assert waiting.due_at == now + timedelta(minutes=10), "when the oldest is an hour old"
    assert delivery.deliver(at=waiting.due_at) == {"sent": 1}


def test_what_was_sent_an_hour_ago_takes_no_place(smtp, now):
    sent(now, 60, 61, 62)
    OutboundMailFactory()

    assert delivery.deliver(at=now) == {"sent": 1}


@pytest.mark.parametrize("case", ["essential", "no limit"])
def test_what_always_goes(smtp, now, settings, case):
    sent(now, 1, 2, 3)
    if case == "essential":
        message = Message("Neues Passwort", "Hier", "")
        queue_account_mail(recipient="zoe@gruenden.example", message=message, at=now)
    else:
        settings.MAILS_PER_HOUR = 0
        OutboundMailFactory()

    assert delivery.deliver(at=now) == {"sent": 1}


def test_what_must_be_said_takes_the_last_place(smtp, now):
    sent(now, 1, 2)
    offer = OutboundMailFactory(kind="test_offer", due_at=now - timedelta(minutes=5))
    notice = OutboundMailFactory()

    assert delivery.deliver(at=now) == {"queued": 1, "sent": 1}
    offer.refresh_from_db()
    notice.refresh_from_db()
    assert (notice.state, offer.state) == ("sent", "queued")


def test_what_nobody_has_to_get_goes_where_there_is_room(smtp, now):
    OutboundMailFactory(kind="test_offer")
    OutboundMailFactory(due_at=now + timedelta(hours=1))

    assert delivery.deliver(at=now) == {"sent": 1}
