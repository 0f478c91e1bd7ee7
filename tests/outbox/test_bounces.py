"""Mails that come back, over a real IMAP server."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import delivery, examinations
from outbox.bounces.mailbox import READ_BYTES, MailboxError
from outbox.bounces.reading import read_bounces, understood
from outbox.bounces.reports import report_in
from outbox.models import MailboxPosition, OutboundMail, SuppressedAddress
from tests.factories import OutboundMailFactory
from tests.outbox.imap import running_mailbox
from tests.outbox.sink import free_port

pytestmark = pytest.mark.django_db
ZOE = "zoe@gruenden.example"


@pytest.fixture
def box(settings):
    with running_mailbox() as (box, address):
        settings.BOUNCES = address
        yield box


@pytest.fixture
def mail(now):
    return OutboundMailFactory(state="sent", transport="smtp", sent_at=now, recipient=ZOE)


REPORT = """\
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

I am sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{fields}

--b
Content-Type: {returned}

From: gruenden@dma.example
Message-ID: {message_id}

Hello
--b--
"""


def report(
    mail,
    *,
    status="5.1.1",
    action="failed",
    to=ZOE,
    returned="text/rfc822-headers",
    diagnostic="",
    message_id="",
):
    fields = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}"]
    fields += [f"Diagnostic-Code: {diagnostic}"] if diagnostic else []
    text = REPORT.format(
        fields="\n".join(fields), returned=returned, message_id=message_id or mail.message_id
    )
    return text.replace("\n", "\r\n").encode()


def outcome(mail):
    mail.refresh_from_db()
    return mail.state, mail.last_error


def suppressed():
    return list(SuppressedAddress.objects.values_list("address", "reason", "detail", "mail"))


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_mailbox_that_does_not_exist_is_written_to_no_more(box, mail, now, returned):
    number = box.put(report(mail, returned=returned))

    assert read_bounces(at=now) == 1

    assert outcome(mail) == ("dead", "bounced: 5.1.1")
    assert suppressed() == [(ZOE, "bounced", "bounced: 5.1.1", mail.pk)]
    assert box.seen == {number}
    OutboundMailFactory(recipient=ZOE)
    assert delivery.deliver(at=now) == {"cancelled": 1}


@pytest.mark.parametrize(
    ("said", "is_suppressed"),
    [
        ({"status": "5.1.1"}, True),
        ({"status": "5.2.2"}, False),  # the mailbox is full
        ({"status": "5.7.1"}, False),  # they do not want us
        ({"status": "5.0.0", "diagnostic": "smtp; 550 unknown user"}, True),
        ({"status": "5.0.0", "diagnostic": "smtp; 554 no"}, False),
        ({"status": "5.0.0"}, False),
    ],
)
def test_only_who_has_no_mailbox_is_suppressed(box, mail, now, said, is_suppressed):
    box.put(report(mail, **said))

    read_bounces(at=now)

    assert outcome(mail) == ("dead", f"bounced: {said['status']}")
    assert bool(suppressed()) == is_suppressed


def test_what_is_late_is_noted_and_may_still_come_back(box, mail, now):
    box.put(report(mail, status="4.4.1", action="delayed"))
    read_bounces(at=now)
    assert outcome(mail) == ("sent", "delayed: 4.4.1")

    box.put(report(mail))
    read_bounces(at=now)
    assert outcome(mail) == ("dead", "bounced: 5.1.1")


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ({"message_id": "<made-up@dma.example>"}, {}),
        ({"message_id": "\0<x>"}, {}),
        ({"to": "somebody@else.example"}, {}),
        ({"to": ""}, {}),
        ({"action": "delivered", "status": "2.0.0"}, {}),
        ({"action": "failed", "status": "nonsense"}, {}),
        ({}, {"sent_at": "long ago"}),
        ({}, {"transport": "kept"}),
        ({}, {"state": "queued"}),
        ({}, {"state": "cancelled"}),
    ],
)
def test_a_forged_or_foreign_report_changes_nothing(box, mail, now, said, changes):
    if "sent_at" in changes:
        changes = {"sent_at": now - timedelta(days=15)}
    OutboundMail.objects.filter(pk=mail.pk).update(**changes)
    before = OutboundMail.objects.values().get()
    box.put(report(mail, **said))

    assert read_bounces(at=now) == 0

    assert OutboundMail.objects.values().get() == before
    assert suppressed() == []
    assert box.seen == set()


def test_the_original_recipient_counts_where_mail_was_passed_on(box, mail, now):
    passed_on = report(mail, to="zoe@elsewhere.example")
    added = b"Original-Recipient: rfc822; Zoe@Gruenden.example\r\nFinal-Recipient"
    box.put(passed_on.replace(b"Final-Recipient", added))

    assert read_bounces(at=now) == 1


def test_replies_and_automatic_answers_stay_as_they_are(box, mail, now):
    answer = EmailMessage()
    answer["In-Reply-To"] = mail.message_id
    answer["Auto-Submitted"] = "auto-replied"
    answer["Subject"] = "Abwesend"
    answer.set_content(f"Status: 5.1.1\nFinal-Recipient: rfc822; {ZOE}\n")
    box.put(answer.as_bytes())

    assert read_bounces(at=now) == 0
    assert (outcome(mail)[0], box.seen) == ("sent", set())


def test_each_mail_is_looked_at_once(box, mail, now):
    box.put(b"Subject: Hallo\r\n\r\nHallo")
    box.put(report(mail))

    assert [read_bounces(at=now) for _run in range(3)] == [1, 0, 0]
    assert box.fetched == [1, 2]


def test_when_numbers_count_no_more_it_begins_anew_to_the_same_effect(box, mail, now):
    box.put(report(mail))
    read_bounces(at=now)
    box.validity = 8

    assert read_bounces(at=now) == 0
    assert box.fetched == [1, 1]
    assert len(suppressed()) == 1


def test_none_is_lost_where_the_connection_breaks(box, mail, now):
    box.put(report(mail))
    other = OutboundMailFactory(state="sent", transport="smtp", sent_at=now, recipient=ZOE)
    box.dies_at = box.put(report(other))

    with pytest.raises(MailboxError, match="mailbox_refused|mailbox_unreachable"):
        read_bounces(at=now)
    assert [outcome(mail)[0], outcome(other)[0]] == ["dead", "sent"]

    box.dies_at = 0
    assert read_bounces(at=now) == 1
    assert outcome(other)[0] == "dead"
    assert box.fetched == [1, 2]


def test_how_far_we_are_is_written_with_what_was_found(box, mail, now, monkeypatch):
    box.put(report(mail))

    def broken(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("outbox.bounces.reading.note_bounce", broken)
        with pytest.raises(RuntimeError):
            read_bounces(at=now)
    assert (outcome(mail)[0], MailboxPosition.objects.get().last) == ("sent", 0)

    assert read_bounces(at=now) == 1


def hostile(mail):
    good = report(mail)
    yield b""
    yield b"\0" * 1000
    yield good[: len(good) // 2]
    yield good.replace(b"boundary=", b"boundry=")
    yield good.replace(b"text/plain; charset=utf-8", b"text/plain; charset=\xff\0nonsense")
    yield good.replace(b"Status: 5.1.1", b"Status: " + b"5" * 5000)
    yield good.replace(b"rfc822; zoe", b"=?utf-8?B?////?=;\xff\xfe")
    yield good.replace(
        b"Reporting-MTA", b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" * 500
    )
    yield b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n" * 100_000
    nested = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
    yield nested * 3000


def test_hostile_mails_do_not_break_the_sweep(box, mail, now):
    count = len([box.put(each) for each in hostile(mail)])
    box.put(report(mail))

    read_bounces(at=now)

    assert len(box.fetched) == count + 1
    assert outcome(mail)[0] == "dead"


def test_of_a_huge_mail_the_beginning_is_read(box, mail, now):
    box.put(report(mail) + b"x" * 10 * READ_BYTES)

    assert read_bounces(at=now) == 1


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(noise):
    head = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    for raw in (
        noise,
        head + noise,
        head + b"Content-Type: message/delivery-status\r\n\r\n" + noise,
    ):
        understood(raw, 1)


def test_a_report_names_what_was_sent_and_to_whom(mail):
    [failure] = report_in(report(mail)).failures

    assert (failure.addresses, failure.permanent) == ((ZOE,), True)


def test_without_a_mailbox_nothing_is_read(settings, now):
    settings.BOUNCES = None

    assert read_bounces(at=now) == 0


@pytest.mark.parametrize("wrong", [{"password": "falsch"}, {"folder": "Nirgends"}])
def test_the_doctor_opens_the_mailbox(box, settings, now, wrong):
    assert examinations.bounces(now).well

    settings.BOUNCES = settings.BOUNCES | wrong
    finding = examinations.bounces(now)
    assert finding.text == "Das Postfach für zurückgekommene E-Mails lässt uns nicht hinein."
    assert "falsch" not in finding.remedy


def test_the_doctor_misses_a_mailbox_that_is_not_there(box, settings, now):
    settings.BOUNCES = settings.BOUNCES | {"port": free_port()}
    assert "nicht erreichbar" in examinations.bounces(now).text

    settings.BOUNCES = None
    assert examinations.bounces(now).well


def test_mails_come_back_to_an_address_of_their_own(smtp, settings, now):
    settings.BOUNCE_ADDRESS = "bounces@dma.example"
    OutboundMailFactory()

    delivery.deliver(at=now)

    [envelope] = smtp.received
    assert envelope.mail_from == "bounces@dma.example"
    assert "gruenden@dma.example" in smtp.messages()[0]["From"]
