"""What a calendar program gets by mail: read back from a real SMTP server by rules of the RFCs."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from accounts.actors import Actor
from consultations.appointments import actions, mails
from consultations.models import Appointment
from contacts.models import Person, PersonEmail
from outbox.delivery import deliver
from outbox.models import OutboundMail
from tests.factories import NOW, ConfidentialNoteFactory, PersonFactory, UserFactory
from tests.outbox.sink import started_sink

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
START = NOW + 7 * DAY


@pytest.fixture
def smtp(settings):
    sink = started_sink()
    settings.MAIL_SERVER = sink.settings()
    yield sink
    sink.stop()


@pytest.fixture
def advisor():
    return UserFactory(name="Mara Lindner", email="mara@dma.example")


@pytest.fixture
def by(advisor):
    return Actor.of(advisor)


def agreed(by, advisor, at=NOW, **fields):
    if "person" not in fields:
        fields["person"] = PersonFactory(
            given_name="Zoë", family_name="Brandes", email="zoe@gruenden.example"
        )
    told = {
        "starts_at": START,
        "ends_at": START + HOUR,
        "place": "Porschestraße 2, Raum „Süd“; links",
    }
    return actions.agree_appointment(**{**told, **fields}, advisor=advisor, by=by, at=at)


def moved(appointment, by, at, **changes):
    fresh = Appointment.objects.get(pk=appointment.pk)
    return actions.change_appointment(
        appointment=fresh, version=fresh.version, **changes, by=by, at=at
    )


def cancelled(appointment, by, at):
    fresh = Appointment.objects.get(pk=appointment.pk)
    return actions.cancel_appointment(appointment=fresh, by=by, at=at)


def part(message):
    [calendar] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return calendar


def lines(message) -> list[str]:
    """Unfolded by hand (RFC 5545, 3.1), so that no parser forgives what others do not."""
    raw = part(message).get_payload(decode=True)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    return raw.decode().replace("\r\n ", "").split("\r\n")


def value(message, name) -> str:
    [line] = [line for line in event(message) if line.split(":")[0].split(";")[0] == name]
    return line.partition(":")[2]


def event(message) -> list[str]:
    found = lines(message)
    return found[found.index("BEGIN:VEVENT") : found.index("END:VEVENT")]


def test_one_alternative_each_and_a_file(smtp, by, advisor):
    agreed(by, advisor)
    deliver(at=NOW + MINUTE)

    [message] = smtp.messages()
    assert [one.get_content_type() for one in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert part(message).get_param("method") == "REQUEST"
    assert part(message).get_content_charset() == "utf-8"
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "termin.ics"
    assert attachment.get_content() == part(message).get_payload(decode=True)
    assert message["Subject"] == "Ihr Termin: Dienstag, 17. März 2026, 10:00–11:00 Uhr"
    assert message["Reply-To"] == "mara@dma.example"


def test_the_invitation_by_the_letter(smtp, by, advisor):
    appointment = agreed(by, advisor, subject="Businessplan, Zahlen")
    deliver(at=NOW + MINUTE)

    [message] = smtp.messages()
    found = lines(message)
    assert "METHOD:REQUEST" in found
    assert "BEGIN:VTIMEZONE" in found
    assert "TZID:Europe/Berlin" in found
    assert value(message, "UID") == f"{appointment.pk}@127.0.0.1"
    assert value(message, "SEQUENCE") == "0"
    assert "DTSTART;TZID=Europe/Berlin:20260317T100000" in event(message)
    assert "DTEND;TZID=Europe/Berlin:20260317T110000" in event(message)
    assert value(message, "DTSTAMP").endswith("Z")
    assert value(message, "STATUS") == "CONFIRMED"
    assert value(message, "LOCATION") == "Porschestraße 2\\, Raum „Süd“\\; links"
    assert value(message, "SUMMARY").startswith("Businessplan\\, Zahlen\\, ")
    assert "ORGANIZER" in str(event(message))
    organizer = next(line for line in event(message) if line.startswith("ORGANIZER"))
    attendee = next(line for line in event(message) if line.startswith("ATTENDEE"))
    assert organizer.endswith(":mailto:mara@dma.example")
    assert 'CN="Mara Lindner"' in organizer or "CN=Mara Lindner" in organizer
    assert attendee.endswith(":mailto:zoe@gruenden.example")
    assert "PARTSTAT=NEEDS-ACTION" in attendee
    assert Calendar.from_ical(part(message).get_payload(decode=True)).walk("VEVENT")


def test_moving_keeps_the_uid_and_raises_the_sequence_and_calling_off_cancels(smtp, by, advisor):
    appointment = agreed(by, advisor)
    deliver(at=NOW + MINUTE)
    moved(appointment, by, NOW + HOUR, starts_at=START + DAY, ends_at=START + DAY + HOUR)
    deliver(at=NOW + HOUR + MINUTE)
    cancelled(appointment, by, NOW + 2 * HOUR)
    deliver(at=NOW + 2 * HOUR + MINUTE)

    told = smtp.messages()
    assert len({value(message, "UID") for message in told}) == 1
    assert [value(message, "SEQUENCE") for message in told] == ["0", "1", "2"]
    assert [part(message).get_param("method") for message in told] == [
        "REQUEST", "REQUEST", "CANCEL",
    ]  # fmt: skip
    assert value(told[2], "STATUS") == "CANCELLED"
    assert "METHOD:CANCEL" in lines(told[2])
    assert [message["Subject"].split(":")[0] for message in told] == [
        "Ihr Termin", "Geänderter Termin", "Abgesagt",
    ]  # fmt: skip


def test_changes_before_the_first_mail_make_the_first_mail_right(smtp, by, advisor):
    appointment = agreed(by, advisor)
    moved(appointment, by, NOW + MINUTE / 2, starts_at=START - HOUR)
    moved(appointment, by, NOW + MINUTE, place="Raum 3")
    assert deliver(at=NOW + MINUTE) == {}
    deliver(at=NOW + 2 * MINUTE)

    [message] = smtp.messages()
    assert (value(message, "SEQUENCE"), value(message, "LOCATION")) == ("0", "Raum 3")
    assert "DTSTART;TZID=Europe/Berlin:20260317T090000" in event(message)


def test_several_changes_within_a_minute_make_one_mail(smtp, by, advisor):
    appointment = agreed(by, advisor)
    deliver(at=NOW + MINUTE)
    moved(appointment, by, NOW + HOUR, place="Raum 3")
    moved(appointment, by, NOW + HOUR + MINUTE / 2, place="Raum 4")
    cancelled(appointment, by, NOW + HOUR + MINUTE)
    actions.restore_appointment(
        appointment=Appointment.objects.get(), by=by, at=NOW + HOUR + MINUTE
    )
    deliver(at=NOW + 2 * HOUR)

    _first, second = smtp.messages()
    assert (value(second, "SEQUENCE"), value(second, "LOCATION")) == ("1", "Raum 4")


def test_called_off_before_anybody_was_told_tells_nobody(smtp, by, advisor):
    appointment = agreed(by, advisor)
    cancelled(appointment, by, NOW + MINUTE / 2)

    assert deliver(at=NOW + HOUR) == {"cancelled": 1}
    assert smtp.messages() == []
    assert OutboundMail.objects.get().last_error == "not_allowed: never_told"


def test_a_mail_that_a_worker_already_holds_is_followed_by_another(by, advisor):
    appointment = agreed(by, advisor)
    OutboundMail.objects.update(state="sending")

    moved(appointment, by, NOW + MINUTE, place="Raum 3")

    assert Appointment.objects.get().sequence == 1
    assert OutboundMail.objects.filter(state="queued", subjects__sequence="1").count() == 1


def test_a_mail_that_a_server_may_have_seen_is_followed_by_another(by, advisor):
    appointment = agreed(by, advisor)
    OutboundMail.objects.update(handing_over_at=NOW)

    moved(appointment, by, NOW + MINUTE, place="Raum 3")

    assert Appointment.objects.get().sequence == 1


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda row: Appointment.objects.all().delete(), "record_gone"),
        (lambda row: Person.objects.update(state="restricted"), "person_locked"),
        (lambda row: PersonEmail.objects.all().delete(), "address_changed"),
        (lambda row: Appointment.objects.update(sequence=3), "superseded"),
        (lambda row: Appointment.objects.update(state="held"), "state_changed"),
        (
            lambda row: Appointment.objects.update(starts_at=NOW - HOUR, ends_at=NOW - MINUTE),
            "state_changed",
        ),
    ],
)
def test_it_is_asked_again_right_before_sending(by, advisor, happens, reason):
    appointment = agreed(by, advisor)
    mail = OutboundMail.objects.get()
    assert mails.may_go(mail, NOW) == ""

    happens(appointment)

    assert mails.may_go(mail, NOW) == reason


def test_nothing_confidential_is_in_it_and_names_break_nothing(smtp, by, advisor):
    person = PersonFactory(
        given_name='Zoë "Zoo"', family_name="Müller; Söhne, GmbH\\n", email="zoe@gruenden.example"
    )
    note = ConfidentialNoteFactory(text="VERTRAULICH-4711", consultation__person=person)
    agreed(by, advisor, person=person, channel="video", place="https://meet.example/a?b=c&d=e")
    deliver(at=NOW + MINUTE)

    [message] = smtp.messages()
    assert note.text not in message.as_string()
    attendee = next(line for line in event(message) if line.startswith("ATTENDEE"))
    assert attendee.count('"') == 2
    html = message.get_body(("html",)).get_content()
    assert 'href="https://meet.example/a?b=c&amp;d=e"' in html
