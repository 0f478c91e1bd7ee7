from datetime import timedelta

import pytest
from django.db import transaction

from accounts.actors import Actor
from outbox import actions
from outbox.models import OutboundMail
from outbox.retries import ATTEMPTS, next_attempt
from tests.factories import OutboundMailFactory

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def queue(now, **fields):
    default = {"kind": "test", "dedupe_key": "sent:1:zoe", "recipient": "zoe@x.example"}
    return actions.queue_mail(
        **{**default, "subjects": {}, "purpose": "referral", **fields}, at=now
    )


def test_a_queued_mail_is_due_at_once(now):
    mail = queue(now, subjects={"referral": 7}, recipient_name="Z" * 300, legal_basis="consent")

    mail.refresh_from_db()
    assert (mail.state, mail.due_at, mail.created_at, mail.attempts) == ("queued", now, now, 0)
    assert mail.subjects == {"referral": "7"}
    assert mail.recipient_name == "Z" * 200
    assert (mail.purpose, mail.legal_basis) == ("referral", "consent")


def test_a_mail_may_be_due_later(now):
    assert queue(now, due_at=now + timedelta(days=1)).due_at == now + timedelta(days=1)


def test_a_second_mail_of_one_key_is_ignored_and_breaks_no_transaction(now):
    with transaction.atomic():
        first = queue(now)
        assert queue(now, recipient="other@x.example") is None
        other = queue(now, dedupe_key="sent:2:zoe")

    assert list(OutboundMail.objects.order_by("created_at", "id")) == [first, other]


def test_a_mail_goes_with_the_change_it_tells_of(now):
    with transaction.atomic():
        queue(now)
        transaction.set_rollback(True)

    assert not OutboundMail.objects.exists()


def test_long_keys_stay_apart(now):
    first = queue(now, dedupe_key="k" * 300)
    second = queue(now, dedupe_key="k" * 299 + "x")

    assert queue(now, dedupe_key="k" * 300) is None
    assert len(first.dedupe_key) == len(second.dedupe_key) == 200


def test_the_message_id_is_fixed_by_the_key_alone(now, settings):
    settings.MAIL_FROM = "dma@müller.example"
    first = queue(now)
    OutboundMail.objects.all().delete()
    again = queue(now + timedelta(days=1), recipient="other@x.example")
    other = queue(now, dedupe_key="sent:2:zoe")

    assert first.message_id == again.message_id != other.message_id
    local, _, domain = first.message_id.strip("<>").partition("@")
    assert (len(local), domain) == (40, "xn--mller-kva.example")
    assert "zoe" not in local


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_a_retried_mail_keeps_its_id(now, state):
    mail = OutboundMailFactory(
        state=state, attempts=ATTEMPTS, last_error="smtp: 550", handing_over_at=now
    )
    before = (mail.pk, mail.message_id)

    actions.retry_mail(mail=mail, by=SYSTEM, at=now)

    assert (mail.pk, mail.message_id) == before
    assert (mail.state, mail.attempts, mail.due_at, mail.last_error) == ("queued", 0, now, "")
    assert mail.handing_over_at is None


@pytest.mark.parametrize("state", ["queued", "dead", "uncertain"])
def test_a_cancelled_mail_carries_nothing(now, state):
    mail = OutboundMailFactory(state=state, payload="secret")

    actions.cancel_mail(mail=mail, by=SYSTEM, at=now)

    assert (mail.state, mail.payload, mail.last_error) == ("cancelled", "", "cancelled_by_hand")


@pytest.mark.parametrize(
    ("act", "states"),
    [
        (actions.retry_mail, ["queued", "sending", "sent", "cancelled"]),
        (actions.cancel_mail, ["sending", "sent", "cancelled"]),
    ],
)
def test_a_mail_that_moved_on_is_left_alone(now, act, states):
    for state in states:
        mail = OutboundMailFactory(state=state)

        with pytest.raises(actions.MailMovedError):
            act(mail=mail, by=SYSTEM, at=now)

        mail.refresh_from_db()
        assert mail.state == state


def test_retries_stop_after_two_days(now):
    assert next_attempt(ATTEMPTS, at=now) is None
    assert next_attempt(ATTEMPTS - 1, at=now) > now + timedelta(hours=19)


def test_a_mail_is_named_without_naming_anybody(now):
    mail = queue(now, recipient_name="Zoë")

    assert str(mail) == f"test {mail.pk}"
