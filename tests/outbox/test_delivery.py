from datetime import timedelta

import pytest

from outbox import delivery
from outbox.models import OutboundMail
from outbox.retries import ATTEMPTS, WAITS
from outbox.smtp import MailServer
from tests.factories import OutboundMailFactory
from tests.outbox.sink import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(settings, sink, monkeypatch):
    """A server that is given up after 2 s."""
    settings.MAIL_SERVER = sink.settings()
    monkeypatch.setattr(delivery, "MailServer", lambda server: MailServer(server, deadline=2.0))
    return sink


def states():
    return dict(OutboundMail.objects.values_list("recipient", "state"))


def test_a_due_mail_is_sent_and_noted(smtp, now):
    mail = OutboundMailFactory(payload="secret", recipient_name="Zoë")

    done = delivery.deliver(at=now)

    mail.refresh_from_db()
    assert done == {"sent": 1}
    assert (mail.state, mail.transport, mail.attempts) == ("sent", "smtp", 1)
    assert (mail.payload, mail.last_error, mail.claim_token, mail.lease_until) == (
        "",
        "",
        None,
        None,
    )
    assert now <= mail.sent_at < now + timedelta(seconds=10)
    [message] = smtp.messages()
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "Zoë <zoe@gruenden.example>"
    assert message["Subject"] == "Betreff Guten Tag"
    assert message.get_body(("plain",)).get_content() == "Guten Tag\r\n"
    assert "<p>Guten Tag</p>" in message.get_body(("html",)).get_content()


def test_a_mail_that_is_not_due_waits(smtp, now):
    OutboundMailFactory(due_at=now + timedelta(seconds=1))

    assert delivery.deliver(at=now) == {}
    assert smtp.received == []


def test_without_a_server_mails_are_kept(settings, now):
    settings.MAIL_SERVER = None
    mail = OutboundMailFactory(payload="secret")

    assert delivery.deliver(at=now) == {"sent": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.transport, mail.payload) == ("sent", "kept", "")
    assert mail.handing_over_at is None


def test_one_connection_serves_a_whole_sweep(smtp, now):
    OutboundMailFactory.create_batch(5)

    assert delivery.deliver(at=now) == {"sent": 5}
    assert smtp.handler.connections == 1


def test_one_bad_recipient_holds_no_other(impatient, now):
    words = ["450-a", "550-a", "early-a", "cut-a", "late-a", "hang-a", "fine"]
    for minute, word in enumerate(words):
        OutboundMailFactory(
            recipient=f"{word}@x.example", due_at=now - timedelta(minutes=10 - minute)
        )
    OutboundMailFactory(kind="test_broken", recipient="broken@x.example", due_at=now)
    OutboundMailFactory(recipient="last@x.example", due_at=now)

    assert delivery.deliver(at=now) == {"queued": 5, "dead": 2, "sent": 2}
    assert states() == {
        "450-a@x.example": "queued",
        "550-a@x.example": "dead",
        "early-a@x.example": "queued",
        "cut-a@x.example": "queued",
        "late-a@x.example": "queued",
        "hang-a@x.example": "queued",
        "broken@x.example": "dead",
        "fine@x.example": "sent",
        "last@x.example": "sent",
    }
    reasons = dict(OutboundMail.objects.values_list("recipient", "last_error"))
    assert reasons["450-a@x.example"] == "smtp: 450 4.1.1"
    assert reasons["550-a@x.example"] == "smtp: 550 5.1.1"
    assert reasons["hang-a@x.example"] == "no_answer"
    assert reasons["broken@x.example"] == "unbuildable: LookupError"


@pytest.mark.parametrize(
    ("word", "resend", "hold"),
    [
        ("450", "queued", "queued"),
        ("550", "dead", "dead"),
        ("early", "queued", "queued"),
        ("cut", "queued", "uncertain"),
        ("late", "queued", "uncertain"),
    ],
)
def test_only_an_unheard_answer_makes_a_held_mail_uncertain(smtp, now, word, resend, hold):
    OutboundMailFactory(kind="test", recipient=f"{word}-r@x.example")
    OutboundMailFactory(kind="test_hold", recipient=f"{word}-h@x.example")

    delivery.deliver(at=now)

    assert states() == {f"{word}-r@x.example": resend, f"{word}-h@x.example": hold}


def test_a_mail_whose_answer_was_lost_goes_again_under_its_message_id(smtp, now):
    mail = OutboundMailFactory(recipient="late-a@x.example")
    delivery.deliver(at=now)

    delivery.deliver(at=now + timedelta(minutes=2))

    assert [message["Message-ID"] for message in smtp.messages()] == [mail.message_id] * 2


@pytest.mark.parametrize(("attempt", "wait"), list(enumerate(WAITS, start=1)))
def test_a_refused_mail_waits_longer_each_time(smtp, now, attempt, wait):
    mail = OutboundMailFactory(recipient="450-a@x.example", attempts=attempt - 1)

    delivery.deliver(at=now)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", attempt)
    assert 0.8 * wait <= mail.due_at - now <= 1.2 * wait + timedelta(seconds=10)


def test_after_the_last_attempt_a_mail_is_dead(smtp, now):
    mail = OutboundMailFactory(recipient="450-a@x.example", attempts=ATTEMPTS - 1)

    assert delivery.deliver(at=now) == {"dead": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("dead", "smtp: 450 4.1.1")


def test_a_server_that_is_down_ends_the_sweep_after_one_mail(settings, sink, now):
    OutboundMailFactory.create_batch(3)
    settings.MAIL_SERVER = sink.settings(port=free_port())

    assert delivery.deliver(at=now) == {"queued": 1}
    assert OutboundMail.objects.get(last_error="unreachable").state == "queued"
    assert OutboundMail.objects.filter(attempts=0, due_at=now).count() == 3


def test_what_waited_for_the_server_goes_at_once_when_it_is_back(smtp, settings, now):
    """However long that took: no mail has used up an attempt."""
    mails = OutboundMailFactory.create_batch(2, created_at=now - timedelta(days=3))
    settings.MAIL_SERVER = smtp.settings(port=free_port())
    for minutes in range(20):
        delivery.deliver(at=now + timedelta(minutes=minutes))

    settings.MAIL_SERVER = smtp.settings()

    assert delivery.deliver(at=now + timedelta(minutes=20)) == {"sent": 2}
    assert [mail.attempts for mail in OutboundMail.objects.all()] == [1] * len(mails)


@pytest.mark.parametrize(("age", "attempts", "latest"), [(14, 3, 72), (15, 4, 3600 * 1.2)])
def test_a_young_mail_that_nobody_answered_goes_again_in_a_minute(smtp, now, age, attempts, latest):
    """As long as the server may have been hanging; then it is the recipient, and waits longer."""
    mail = OutboundMailFactory(
        recipient="early-a@x.example", attempts=3, created_at=now - timedelta(minutes=age)
    )

    delivery.deliver(at=now)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == ("queued", attempts, "no_answer")
    assert 0.6 * latest <= (mail.due_at - now).total_seconds() <= latest + 10


def test_a_mail_that_must_not_go_any_more_is_cancelled(smtp, now):
    mail = OutboundMailFactory(subjects={"consent": "gone"}, payload="secret")

    assert delivery.deliver(at=now) == {"cancelled": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("cancelled", "not_allowed: Einwilligung fehlt")
    assert mail.payload == ""
    assert smtp.received == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "nobody_knows"}, "unbuildable: KeyError"),
        ({"kind": "test_broken"}, "unbuildable: LookupError"),
        ({"recipient": "a@x.example\r\nBcc: b@x.example"}, "unbuildable: BadAddressError"),
        ({"recipient": "no address"}, "unbuildable: BadAddressError"),
    ],
)
def test_a_mail_that_cannot_be_built_is_dead(smtp, now, caplog, fields, reason):
    mail = OutboundMailFactory(**fields)

    assert delivery.deliver(at=now) == {"dead": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("dead", reason)
    assert str(mail.pk) in caplog.text
    assert mail.recipient not in caplog.text
    assert smtp.received == []


def test_names_and_subjects_add_no_header(smtp, now):
    OutboundMailFactory(
        recipient_name='Zoë\r\nBcc: evil@x.example, "x" <y@x.example>',
        subjects={"word": "eins\r\nBcc: evil@x.example\u2028X-Evil: 1\x85\x1bä" + "lang " * 200},
        recipient="zoe@müller.example",
    )

    assert delivery.deliver(at=now) == {"sent": 1}
    [message] = smtp.messages()
    assert smtp.to() == ["zoe@xn--mller-kva.example"]
    assert message.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    ]
    assert message["Subject"].startswith("Betreff eins Bcc: evil@x.example X-Evil: 1 älang lang")
    assert message["To"].addresses[0].addr_spec == "zoe@xn--mller-kva.example"


def test_an_idle_sweep_costs_two_queries(smtp, now, django_assert_num_queries):
    OutboundMailFactory(state="sent")
    OutboundMailFactory(due_at=now + timedelta(hours=1))

    with django_assert_num_queries(2):
        delivery.deliver(at=now)


def test_a_sweep_ends_in_time_for_other_jobs(smtp, now, monkeypatch):
    OutboundMailFactory()
    monkeypatch.setattr(delivery, "SWEEP_SECONDS", 0)

    assert delivery.deliver(at=now) == {}


def test_mails_go_in_the_order_in_which_they_fell_due(smtp, now):
    for minutes in (1, 3, 2):
        due_at = now - timedelta(minutes=minutes)
        OutboundMailFactory(recipient=f"{minutes}@x.example", due_at=due_at)

    delivery.deliver(at=now)

    assert smtp.to_in_order() == ["3@x.example", "2@x.example", "1@x.example"]
