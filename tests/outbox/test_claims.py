import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from outbox import batches, claims, delivery, results
from outbox.models import OutboundMail, Transport
from outbox.registry import register_kind
from outbox.retries import ATTEMPTS
from outbox.smtp import DeliveryError
from tests.factories import OutboundMailFactory
from tests.factories.outbox import build
from tests.outbox.delivering import delivered

pytestmark = pytest.mark.django_db


def abandoned(now, **fields):
    held = {"state": "sending", "claim_token": uuid4(), "attempts": 1}
    return OutboundMailFactory(**{**held, "lease_until": now - timedelta(seconds=1), **fields})


def two_people():
    return [OutboundMailFactory(recipient=f"{name}@gruenden.example") for name in ("zoe", "miro")]


def test_a_claim_is_a_lease_of_two_minutes(now):
    mail = OutboundMailFactory(attempts=2)

    [claimed] = claims.claim_due(at=now)

    mail.refresh_from_db()
    assert claimed == mail
    assert (mail.state, mail.attempts) == ("sending", 3)
    assert mail.lease_until == now + timedelta(seconds=120)
    assert mail.claim_token == claimed.claim_token
    assert claims.claim_due(at=now) == []


def test_of_two_who_claim_one_row_one_wins(now):
    mail = OutboundMailFactory()
    same = OutboundMail.objects.get()

    assert claims.claim([mail], at=now) == [mail]
    assert claims.claim([same], at=now) == []
    assert same.claim_token is None


def test_mails_are_claimed_together_but_not_too_many(now):
    OutboundMailFactory.create_batch(claims.BATCH + 1)

    first, second = claims.claim_due(at=now), claims.claim_due(at=now)

    assert (len(first), len(second)) == (claims.BATCH, 1)
    assert {mail.attempts for mail in first} == {1}
    assert OutboundMail.objects.filter(state="sending", attempts=1).count() == claims.BATCH + 1


def test_of_two_who_claim_overlapping_rows_each_gets_its_own(now):
    mails = OutboundMailFactory.create_batch(3)

    assert claims.claim(mails[:2], at=now) == mails[:2]
    assert claims.claim(mails[1:], at=now) == mails[2:]


def test_what_is_given_back_is_as_before(now):
    before = now - timedelta(minutes=1)
    mail, other = OutboundMailFactory.create_batch(2, attempts=3, due_at=before)
    claims.claim([mail, other], at=now)
    OutboundMail.objects.filter(pk=other.pk).update(claim_token=uuid4())

    assert claims.give_back([mail, other], at=now) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.due_at) == ("queued", 3, before)
    assert (mail.claim_token, mail.lease_until) == (None, None)


def test_what_was_not_reached_in_time_is_given_back(smtp, now, monkeypatch):
    """Its checks would be old by then, and whoever is free may send it meanwhile."""
    OutboundMailFactory.create_batch(2)
    monkeypatch.setattr(batches, "PROMPT_SECONDS", 0.2)
    smtp.handler.before_answer = lambda envelope: time.sleep(0.3)
    mails = claims.claim_due(at=now)
    with delivery.mail_server() as server:
        assert delivered(mails, server, now) == {"sent": 1}

    assert OutboundMail.objects.get(state="queued").attempts == 0


def test_whoever_is_erased_after_the_claim_gets_nothing(smtp, now):
    OutboundMailFactory(recipient="zoe@gruenden.example")
    mails = claims.claim_due(at=now)
    OutboundMail.objects.update(recipient="")

    with delivery.mail_server() as server:
        assert delivered(mails, server, now) == {"lost": 1}

    assert smtp.received == []


def test_whoever_is_erased_while_the_mail_before_goes_gets_nothing(smtp, now, monkeypatch):
    """The next mail is made ready by then, but not handed over."""
    two_people()
    mails = claims.claim_due(at=now)

    with delivery.mail_server() as server, monkeypatch.context() as patched:
        send = server.send

        def send_and_erase(text, **to):
            send(text, **to)
            OutboundMail.objects.filter(pk=mails[1].pk).update(recipient="")

        patched.setattr(server, "send", send_and_erase)
        assert delivered(mails, server, now) == {"sent": 1, "lost": 1}

    assert len(smtp.received) == 1


def test_a_note_that_is_written_again_takes_the_next_for_handed_over_not_for_gone(now):
    """As after an outage in which the database's answer was lost."""
    two_people()
    first, second = claims.claim_due(at=now)
    clock = claims.Clock.from_moment(now)

    for noted in ({first.pk, second.pk}, {second.pk}):
        assert results.note_turn(first, second, Transport.SMTP, clock) == noted

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("sent", "sending")
    assert second.handing_over_at


def test_what_ends_a_batch_leaves_no_mail_handed_over(smtp, now, monkeypatch):
    """The one before has not gone yet, and goes later. Who ended it keeps its claim."""
    first, _second = two_people()
    built = batches.built

    def end_at_the_second(mail, *, at):
        if mail.pk != first.pk:
            raise KeyboardInterrupt
        return built(mail, at=at)

    monkeypatch.setattr(batches, "built", end_at_the_second)

    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(at=now)

    assert smtp.received == []
    first.refresh_from_db()
    assert (first.state, first.attempts, first.claim_token) == ("queued", 0, None)


def test_what_was_ready_waits_when_the_server_took_its_time_to_refuse(smtp, now, monkeypatch):
    """As long as where it took its time to accept."""
    two_people()
    monkeypatch.setattr(batches, "PROMPT_SECONDS", 0.2)
    mails = claims.claim_due(at=now)

    def refuse_slowly(text, **to):
        time.sleep(0.3)
        raise DeliveryError("smtp: 450 4.1.1")

    with delivery.mail_server() as server:
        monkeypatch.setattr(server, "send", refuse_slowly)
        assert delivered(mails, server, now) == {"queued": 1}

    waiting = OutboundMail.objects.get(due_at__lte=now)
    assert (waiting.state, waiting.attempts) == ("queued", 0)


def test_nothing_is_sent_when_the_lease_may_end_meanwhile(smtp, now):
    """By then somebody else may have taken it, and it would go twice."""
    two_people()
    mails = claims.claim_due(at=now)
    ends = now + timedelta(seconds=20)  # sooner than the server must have answered
    OutboundMail.objects.update(lease_until=ends)
    for mail in mails:
        mail.lease_until = ends

    with delivery.mail_server() as server:
        assert delivered(mails, server, now) == {}

    assert smtp.received == []
    assert OutboundMail.objects.filter(state="queued", attempts=0).count() == 2


def test_one_that_is_lost_does_not_end_the_batch(smtp, now):
    first, lost, last = [
        OutboundMailFactory(recipient=f"{name}@gruenden.example", due_at=now - timedelta(minutes=n))
        for n, name in enumerate(["zoe", "miro", "ada"])
    ][::-1]
    mails = claims.claim_due(at=now)
    OutboundMail.objects.filter(pk=lost.pk).update(claim_token=uuid4())

    with delivery.mail_server() as server:
        assert delivered(mails, server, now) == {"sent": 2, "lost": 1}

    assert smtp.to_in_order() == [first.recipient, last.recipient]


@pytest.mark.parametrize("other", ["550-weg@gruenden.example", "550-WEG@Gruenden.example"])
def test_two_to_one_recipient_never_go_together(smtp, now, other):
    """What the first is answered decides about the second."""
    for recipient in ("550-weg@gruenden.example", other):
        OutboundMailFactory(recipient=recipient)

    assert delivery.deliver(at=now) == {"dead": 1, "cancelled": 1}


def test_what_was_not_handed_over_is_queued_again(now):
    mail = abandoned(now, kind="test_hold")

    assert claims.recover_abandoned(at=now) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.due_at, mail.last_error) == ("queued", now, "abandoned")
    assert (mail.claim_token, mail.lease_until) == (None, None)


@pytest.mark.parametrize(
    ("kind", "state"), [("test", "queued"), ("test_hold", "uncertain"), ("unknown", "queued")]
)
def test_what_may_have_been_handed_over_goes_again_or_waits(now, kind, state):
    mail = abandoned(now, kind=kind, handing_over_at=now - timedelta(seconds=60))

    claims.recover_abandoned(at=now)

    mail.refresh_from_db()
    assert mail.state == state


def test_a_mail_that_ends_every_process_is_dead_at_last(now):
    mail = abandoned(now, attempts=ATTEMPTS)

    claims.recover_abandoned(at=now)

    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("dead", "abandoned")


def test_a_running_lease_is_left_alone(now):
    abandoned(now, lease_until=now + timedelta(seconds=1))

    assert claims.recover_abandoned(at=now) == 0


def test_who_lost_the_lease_does_not_hand_over(smtp, now):
    mail = OutboundMailFactory()
    claims.claim([mail], at=now - timedelta(seconds=121))

    with delivery.mail_server() as server:
        assert delivered([mail], server, now) == {"lost": 1}

    assert smtp.received == []


def test_who_lost_the_claim_does_not_note_the_result(settings, now):
    settings.MAIL_SERVER = None
    mail = OutboundMailFactory()
    claims.claim([mail], at=now)
    OutboundMail.objects.update(claim_token=uuid4())

    assert delivered([mail], None, now) == {"lost": 1}
    mail.refresh_from_db()
    assert mail.state == "sending"


def test_a_database_error_while_building_is_no_fault_of_the_mail(settings, now):
    def build_without_database(mail):
        raise OperationalError

    register_kind("test_outage", build=build_without_database)
    settings.MAIL_SERVER = None
    mail = OutboundMailFactory(kind="test_outage")

    with pytest.raises(OperationalError):
        delivery.deliver(at=now)
    mail.refresh_from_db()
    assert mail.state == "sending"

    register_kind("test_outage", build=build)
    assert delivery.deliver(at=now + timedelta(seconds=121)) == {"sent": 1}
