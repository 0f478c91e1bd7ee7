"""Bodies of ten megabytes, clocks that jump, people who are erased while their mail waits."""

from datetime import timedelta

import pytest

from contacts.models import MailTemplate, Person, PersonEmail
from contacts.tasks import queue_follow_up
from outbox import claims, delivery
from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.registry import register_kind
from tests.factories import FollowUpFactory, OutboundMailFactory, PersonFactory
from tests.outbox.delivering import delivered
from tests.outbox.sink import started_sink

pytestmark = pytest.mark.django_db
LINE = "Ein Wort nach dem anderen, mit Umlauten: äöüß.\n"
HOUR = timedelta(hours=1)


def build_large(mail):
    return Message("Groß", LINE * (int(mail.subjects["bytes"]) // len(LINE)), "")


register_kind("test_large", build=build_large)


def large(size: int, **fields):
    return OutboundMailFactory(kind="test_large", subjects={"bytes": str(size)}, **fields)


def test_ten_megabytes_arrive_whole_and_hold_up_nobody(smtp, now):
    large(10_000_000, due_at=now - HOUR)
    OutboundMailFactory(recipient="naechste@x.example")

    assert delivery.deliver(at=now) == {"sent": 2}
    first, second = smtp.messages()
    text = first.get_content().replace("\r\n", "\n")
    assert len(text) == 10_000_000 // len(LINE) * len(LINE)
    assert set(text.splitlines(keepends=True)) == {LINE}
    assert second["To"].addresses[0].addr_spec == "naechste@x.example"


def test_what_is_too_large_for_the_server_is_dead_at_once(settings, now):
    sink = started_sink(data_size_limit=100_000)
    settings.MAIL_SERVER = sink.settings()
    mail = large(200_000, due_at=now - HOUR)
    OutboundMailFactory(recipient="naechste@x.example")

    done = delivery.deliver(at=now)
    sink.stop()

    mail.refresh_from_db()
    assert done == {"dead": 1, "sent": 1}
    assert (mail.state, mail.last_error) == ("dead", "smtp: 552")
    assert sink.to() == ["naechste@x.example"]


def test_the_time_of_a_sweep_goes_on_evenly_when_the_clock_jumps(now, time_machine):
    clock = claims.Clock.from_moment(now)
    for jump in (HOUR, -HOUR):
        time_machine.move_to(now + jump, tick=False)

        assert timedelta() <= clock.now() - now < HOUR


def test_a_clock_that_jumps_ahead_ends_leases_but_sends_nothing_twice(smtp, now):
    """Whoever still works on the mail notices right before the handover that it is not theirs."""
    OutboundMailFactory()
    [early] = claims.claim_due(at=now)

    assert delivery.deliver(at=now + HOUR) == {"sent": 1}
    with delivery.mail_server() as server:
        assert delivered([early], server, now) == {"lost": 1}
    assert len(smtp.received) == 1


def test_a_clock_that_jumps_back_delays_and_loses_nothing(smtp, now):
    OutboundMailFactory(due_at=now)
    claims.claim_due(at=now)
    OutboundMailFactory(due_at=now, recipient="wartet@x.example")

    assert delivery.deliver(at=now - HOUR) == {}
    assert delivery.deliver(at=now + timedelta(seconds=1)) == {"sent": 1}
    assert delivery.deliver(at=now + claims.LEASE + timedelta(seconds=1)) == {"sent": 1}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda person: Person.objects.all().delete(), "follow_up_reopened"),
        (lambda person: PersonEmail.objects.all().delete(), "address_changed"),
        (lambda person: Person.objects.update(state="anonymised"), "person_locked"),
        (lambda person: Person.objects.update(state="restricted"), "person_locked"),
    ],
    ids=["deleted", "without address", "anonymised", "restricted"],
)
def test_whoever_was_erased_since_gets_nothing(smtp, now, happens, reason):
    person = PersonFactory(email="zoe@gruenden.example")
    template = MailTemplate.objects.first()
    row = FollowUpFactory(person=person, kind="mail", due_on=now.date(), template=template)
    queue_follow_up(row, at=now)

    happens(person)

    assert delivery.deliver(at=now) == {"cancelled": 1}
    assert OutboundMail.objects.get().last_error == f"not_allowed: {reason}"
    assert smtp.received == []
