"""Agreeing, moving, calling off: who may, what the history keeps, what other pages show."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.history import EditConflict, changes_of
from consultations.appointments import actions, lists
from consultations.appointments.clock import moment
from consultations.errors import AppointmentClosedError
from consultations.models import Appointment, Consultation
from consultations.today import today_of
from contacts.errors import NotWritableError
from contacts.forms.base import issue
from contacts.registry import Case
from outbox.models import OutboundMail
from tests.factories import (
    NOW,
    AffiliationFactory,
    AppointmentFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def advisor():
    return UserFactory(name="Mara Lindner")


@pytest.fixture
def web(advisor):
    return logged_in(advisor)


@pytest.fixture
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


def logged_in(user=None, **fields):
    web = Client()
    web.force_login(user or UserFactory(**fields))
    return web


def typed(advisor, person, **fields):
    return {
        "token": issue(advisor.pk),
        "person": person.pk,
        "day": "2026-03-17",
        "starts": "10:00",
        "ends": "11:30",
        "channel": "phone",
        "place": "",
        "subject": "Businessplan",
        "told": "on",
        **fields,
    }


def create(web, advisor, person, **fields):
    return web.post(f"/termine/neu/?person={person.reference}", typed(advisor, person, **fields))


def test_agreeing_invites_within_a_minute_and_once(web, advisor, today):
    person = PersonFactory(email="zoe@gruenden.example")
    data = typed(advisor, person)

    first = web.post(f"/termine/neu/?person={person.reference}", data)
    again = web.post(f"/termine/neu/?person={person.reference}", data)

    appointment = Appointment.objects.get()
    assert first.url == again.url == appointment.get_absolute_url()
    assert appointment.starts_at.isoformat() == "2026-03-17T09:00:00+00:00"
    assert (appointment.advisor, appointment.reference) == (advisor, "T-2026-0001")
    mail = OutboundMail.objects.get()
    assert (mail.kind, mail.recipient) == ("appointment", "zoe@gruenden.example")
    assert mail.due_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("person", "fields"), [({}, {}), ({"email": "zoe@gruenden.example"}, {"told": ""})]
)
def test_nobody_is_mailed_without_an_address_or_against_the_advisors_will(
    web, advisor, today, person, fields
):
    create(web, advisor, PersonFactory(**person), **fields)

    assert Appointment.objects.count() == 1
    assert not OutboundMail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"day": "2026-03-29", "starts": "02:30"}, "starts", "Uhrzeit gibt es an dem Tag nicht"),
        ({"day": "2026-10-25", "starts": "02:30"}, "starts", "an dem Tag zweimal"),
        ({"ends": "10:00"}, "ends", "nach dem Beginn"),
        ({"day": "2026-03-10", "starts": "09:59"}, "day", "nächsten zwei Jahren"),
        ({"day": "2029-03-10"}, "day", "nächsten zwei Jahren"),
        ({"day": "9999-12-31"}, "day", "2100"),
        ({"channel": "video", "place": "http://meet.example"}, "place", "https://"),
        ({"channel": "video"}, "place", "https://"),
        ({"channel": "in_person"}, "place", "wo der Termin ist"),
        ({"channel": "pigeon"}, "channel", "pigeon"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(web, advisor, today, fields, name, words):
    response = create(web, advisor, PersonFactory(), **fields)

    assert response.status_code == 422
    assert words in str(response.context["form"].errors[name])
    assert not Appointment.objects.exists()


def test_hours_beside_the_clock_change_are_what_the_wall_says():
    from datetime import date, time  # noqa: PLC0415 - here alone

    assert moment(date(2026, 3, 29), time(3, 0)).utcoffset() == 2 * HOUR
    assert moment(date(2026, 3, 29), time(1, 59)).utcoffset() == HOUR
    assert moment(date(2026, 10, 25), time(3, 0)).utcoffset() == HOUR


def test_an_overlap_is_told_but_possible(web, advisor, today):
    AppointmentFactory(advisor=advisor, starts_at=NOW + 7 * DAY, person__family_name="Vorher")
    AppointmentFactory(starts_at=NOW + 7 * DAY)
    AppointmentFactory(advisor=advisor, starts_at=NOW + 7 * DAY, state="cancelled")

    create(web, advisor, PersonFactory())

    page = web.get(Appointment.objects.latest("created_at").get_absolute_url())
    [warning] = [str(one) for one in page.context["messages"] if one.level_tag == "warning"]
    assert "Vorher" in warning


def test_from_a_venture_one_of_its_people_is_chosen(web, advisor, today):
    startup = StartupFactory()
    zoe, ada = PersonFactory(), PersonFactory()
    for person in (zoe, ada):
        AffiliationFactory(startup=startup, person=person)
    stranger = PersonFactory()

    address = f"/termine/neu/?startup={startup.reference}"
    assert web.post(address, typed(advisor, stranger)).status_code == 422
    web.post(address, typed(advisor, ada))

    assert Appointment.objects.get().person == ada
    assert Appointment.objects.get().startup == startup


def test_without_a_case_it_asks_with_whom_and_with_nobody_there_is_nothing(web):
    assert "Termin vereinbaren" in web.get("/termine/neu/").content.decode()
    assert web.get(f"/termine/neu/?startup={StartupFactory().reference}").status_code == 404
    locked = PersonFactory(state="restricted")
    assert web.get(f"/termine/neu/?person={locked.reference}").status_code == 404


def test_a_locked_person_takes_no_appointment(advisor):
    with pytest.raises(NotWritableError):
        actions.agree_appointment(
            person=PersonFactory(state="restricted"), advisor=advisor,
            starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR, by=Actor.of(advisor), at=NOW,
        )  # fmt: skip


def test_two_who_move_it_at_once_see_both_versions(web, advisor, today):
    appointment = AppointmentFactory(advisor=advisor)
    data = typed(advisor, appointment.person, version="1", place="Raum 2", channel="in_person")
    Appointment.objects.filter(pk=appointment.pk).update(version=2, place="Raum 1")

    response = web.post(f"{appointment.get_absolute_url()}bearbeiten/", data)

    assert response.status_code == 409
    labels = {row["label"]: row for row in response.context["conflict"]["rows"]}
    assert (labels["Adresse, Telefonnummer oder Link"]["theirs"]) == "Raum 1"
    assert "Wann" in labels
    appointment.refresh_from_db()
    assert appointment.place == "Raum 1"


def test_moving_is_kept_in_the_history(web, advisor, today):
    appointment = AppointmentFactory(advisor=advisor)

    web.post(
        f"{appointment.get_absolute_url()}bearbeiten/",
        typed(advisor, appointment.person, version="1"),
    )

    appointment.refresh_from_db()
    assert appointment.ends_at == NOW + 7 * DAY + 1.5 * HOUR
    assert set(changes_of(appointment).get().fields) == {"ends_at", "channel", "place", "subject"}


def test_calling_off_can_be_taken_back_but_not_done_twice(web, advisor):
    appointment = AppointmentFactory(advisor=advisor)
    address = appointment.get_absolute_url()

    web.post(f"{address}absagen/")
    second = web.post(f"{address}absagen/", follow=True)
    assert "inzwischen geändert" in second.content.decode()
    appointment.refresh_from_db()
    with pytest.raises(AppointmentClosedError):
        actions.change_appointment(
            appointment=appointment, version=2, place="x", by=Actor.of(advisor), at=NOW
        )
    web.post(f"{address}wieder-ansetzen/")
    assert web.post(f"{address}wieder-ansetzen/").status_code == 302

    appointment.refresh_from_db()
    assert (appointment.state, appointment.version) == ("agreed", 3)


def test_an_edit_of_what_was_called_off_says_so(web, advisor, today):
    appointment = AppointmentFactory(advisor=advisor, state="cancelled")

    response = web.post(
        f"{appointment.get_absolute_url()}bearbeiten/",
        typed(advisor, appointment.person, version="1"),
    )

    assert response.status_code == 422
    assert "inzwischen geändert" in response.content.decode()


def test_a_version_that_is_gone_writes_nothing(advisor):
    appointment = AppointmentFactory(advisor=advisor)
    with pytest.raises(EditConflict):
        actions.change_appointment(
            appointment=appointment, version=9, place="x", by=Actor.of(advisor), at=NOW
        )


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_those_who_lead_read_and_press_nothing(role, advisor):
    appointment = AppointmentFactory(advisor=advisor)

    page = logged_in(role=role).get(appointment.get_absolute_url()).content.decode()

    assert appointment.person.display_name in page
    assert "absagen/" not in page


def test_a_colleague_reads_it_but_cannot_write(advisor):
    appointment = AppointmentFactory(advisor=advisor)
    colleague = logged_in()

    assert colleague.get(appointment.get_absolute_url()).status_code == 200
    assert colleague.post(f"{appointment.get_absolute_url()}absagen/").status_code == 404


def test_of_a_locked_person_nothing_is_shown(web, advisor):
    appointment = AppointmentFactory(advisor=advisor, person__state="restricted")

    assert web.get(appointment.get_absolute_url()).status_code == 404


def test_the_consultation_is_recorded_from_it(web, advisor, today):
    appointment = AppointmentFactory(
        advisor=advisor, starts_at=NOW - 2 * HOUR, channel="video", place="https://meet.example/x"
    )
    opened = web.get(f"/beratungen/neu/?termin={appointment.reference}")
    initial = opened.context["form"].initial

    assert (initial["who"], initial["channel"]) == (appointment.person.display_name, "video")
    assert (initial["contact_minutes"], str(initial["held_on"])) == (60, "2026-03-10")
    web.post(
        "/beratungen/neu/",
        {**initial, "startup": "", "summary": "Besprochen.", "follow_up_what": "task"},
    )

    consultation = Consultation.objects.get()
    appointment.refresh_from_db()
    assert (appointment.state, appointment.consultation) == ("held", consultation)
    assert (
        web.get(f"/beratungen/neu/?termin={appointment.reference}").context["form"].initial["who"]
        == ""
    )
    assert consultation.reference in web.get(appointment.get_absolute_url()).content.decode()


def test_somebody_elses_appointment_prefills_nothing(web):
    theirs = AppointmentFactory()

    assert "appointment" not in web.get(f"/beratungen/neu/?termin={theirs}").context["form"].initial


def test_the_case_shows_it_as_planned_and_later_that_nobody_recorded_it(web, advisor, today):
    person = PersonFactory()
    AppointmentFactory(person=person, advisor=advisor, subject="Finanzplan")
    AppointmentFactory(person=person, advisor=advisor, starts_at=NOW - DAY)
    AppointmentFactory(person=person, advisor=advisor, starts_at=NOW - 2 * DAY, state="held")
    AppointmentFactory(person=person, advisor=advisor, starts_at=NOW - 3 * DAY, state="cancelled")

    found = lists.appointments_of(Case((person.pk,)), Actor.of(advisor), 10)

    assert [(item.title, item.planned, item.badge, item.word) for item in found] == [
        ("Finanzplan, 10:00–11:00 Uhr", True, "", "Termin"),
        ("Beratung, 10:00–11:00 Uhr", True, "noch nicht erfasst", "Termin"),
        ("Beratung, 10:00–11:00 Uhr", False, "", "Termin abgesagt"),
    ]
    page = web.get(person.get_absolute_url()).content.decode()
    assert "node-planned" in page
    assert "kein nächster Schritt" not in page


def test_heute_lists_today_and_tomorrow_and_what_nobody_recorded(advisor):
    def at(offset, **fields):
        return AppointmentFactory(advisor=advisor, starts_at=NOW + offset, **fields)

    forgotten, soon, tomorrow = at(-DAY), at(HOUR), at(DAY)
    for offset in (-15 * DAY, 2 * DAY):
        at(offset)
    at(HOUR, state="held")
    AppointmentFactory(starts_at=NOW + HOUR)  # a colleague's

    rows = today_of(Actor.of(advisor), at=NOW).appointments

    assert rows == [forgotten, soon, tomorrow]
    assert [row.begun for row in rows] == [True, False, False]


def test_a_venture_that_is_met_soon_has_a_next_step(advisor):
    met, met_through_somebody, idle = (StartupFactory(owner=advisor) for _ in range(3))
    AppointmentFactory(startup=met)
    tie = AffiliationFactory(startup=met_through_somebody)
    AppointmentFactory(person=tie.person)
    AppointmentFactory(startup=idle, starts_at=NOW - DAY)

    assert today_of(Actor.of(advisor), at=NOW).idle == [idle]
