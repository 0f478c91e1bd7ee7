"""Seats, the line, and every step between them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.history import changes_of
from contacts.models import Consent, Person
from events import actions
from events.errors import (
    FullError,
    GuestsExpectedError,
    RegistrationChangedError,
    RegistrationClosedError,
    RegistrationStepError,
    SeatsTakenError,
)
from events.models import ACTIVE, REGISTRATION_STEPS, Event, Registration, RegistrationState
from events.people import make_contact
from events.seats import position, shown_seats, shown_waiting
from events.tasks import hand_on_seats
from outbox.models import OutboundMail
from tests.events.guests import add, ask, cancel, fresh, join, kinds, may_go, message, said, states
from tests.factories import (
    NOW,
    EventFactory,
    PartnerFactory,
    PersonFactory,
    RegistrationFactory,
    VenueFactory,
)
from tests.factories import actor as an_actor

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(minutes=31)


def test_a_seat_is_held_for_half_an_hour_and_confirmed():
    event = EventFactory(capacity=2)

    row = ask(event, name="Zoë Kern", answers=said("vegan"))
    assert (row.state, row.respond_by, row.privacy_version) == (
        "held", NOW + timedelta(minutes=30), "2026-12",
    )  # fmt: skip
    row = actions.confirm_registration(registration=row, at=NOW + MINUTE)

    assert (row.state, row.confirmed_at, row.respond_by) == ("confirmed", NOW + MINUTE, None)
    assert kinds(row) == ["registration_requested", "registration_confirmed"]
    assert [change.fields["state"] for change in changes_of(row)] == [["held", "confirmed"]]


def test_what_is_not_confirmed_lapses_and_goes_to_the_next():
    event = EventFactory(capacity=1)
    first = ask(event, 1)
    second = join(event, 2)
    assert (second.state, position(second)) == ("waiting", 1)

    assert hand_on_seats(at=NOW + 29 * MINUTE) == 0
    assert hand_on_seats(at=LATER) == 1

    assert states(event) == ["lapsed", "offered"]
    assert fresh(second).respond_by == LATER + timedelta(days=1)
    assert kinds(first) == ["registration_requested"]
    assert kinds(second)[-1] == "registration_offered"


def test_nobody_needs_the_clock_to_get_a_seat_that_has_lapsed():
    event = EventFactory(capacity=1)
    ask(event, 1)

    assert ask(event, 2, at=LATER).state == "held"
    assert states(event) == ["lapsed", "held"]


def test_who_has_not_proven_the_address_keeps_the_place_in_line():
    event = EventFactory(capacity=1)
    seated, unproven, third = join(event, 1), ask(event, 2), join(event, 3)

    cancel(seated, at=NOW + MINUTE)

    assert (fresh(unproven).state, fresh(unproven).respond_by) == ("held", NOW + 30 * MINUTE)
    assert fresh(third).state == "waiting"
    hand_on_seats(at=LATER)
    assert (fresh(unproven).state, fresh(third).state) == ("lapsed", "offered")


def test_an_offer_is_taken_or_passes_on():
    event = EventFactory(capacity=1)
    first, second, third = (join(event, n) for n in (1, 2, 3))
    cancel(first)
    assert actions.confirm_registration(registration=second, at=NOW).state == "confirmed"
    cancel(second)
    assert fresh(third).state == "offered"

    hand_on_seats(at=NOW + timedelta(days=1, minutes=1))

    assert states(event) == ["cancelled", "cancelled", "lapsed"]


@pytest.mark.parametrize(
    ("ahead", "lasts"),
    [
        (timedelta(days=9), timedelta(days=1)),
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(minutes=20), timedelta(minutes=20)),
    ],
)
def test_an_offer_never_lasts_beyond_the_start(ahead, lasts):
    event = EventFactory(starts_at=NOW + ahead, ends_at=NOW + timedelta(days=10))

    assert actions.offer_ends_at(event, NOW) == NOW + lasts


def test_nobody_moves_up_once_it_has_started():
    event = EventFactory(capacity=1)
    first, second = join(event, 1), join(event, 2)

    cancel(first, at=event.starts_at)

    assert (fresh(first).state, fresh(second).state) == ("cancelled", "waiting")


def test_whoever_comes_too_late_gets_what_is_there():
    event = EventFactory(capacity=1)
    row = ask(event, 1)
    again = actions.confirm_registration(registration=row, at=LATER)
    assert (again.state, kinds(row)[-1]) == ("confirmed", "registration_confirmed")

    late = ask(event, 2, at=LATER)
    hand_on_seats(at=LATER + timedelta(hours=1))
    third = join(event, 3, at=LATER + timedelta(hours=1))
    late = actions.confirm_registration(registration=late, at=LATER + timedelta(hours=2))

    assert (position(third), position(late)) == (1, 2)


def test_a_late_comer_is_refused_when_there_is_nothing_left():
    event = EventFactory(capacity=1, registration="seats")
    row = ask(event, 1)
    join(event, 2, at=LATER)

    with pytest.raises(FullError):
        actions.confirm_registration(registration=row, at=LATER)
    with pytest.raises(RegistrationClosedError):
        actions.confirm_registration(registration=row, at=event.starts_at)


def test_one_address_is_one_registration_in_any_case():
    event = EventFactory(capacity=5)
    row = ask(event, email="Zoe@Gruendung.example")

    for email in ("zoe@gruendung.example", "ZOE@GRUENDUNG.EXAMPLE"):
        assert ask(event, name="Wer anders", email=email).pk == row.pk
    assert kinds() == ["registration_requested"]
    actions.confirm_registration(registration=row, at=NOW)
    for _ in range(3):
        ask(event, name="Wer anders", email="zoe@gruendung.example")

    assert (Registration.objects.count(), fresh(row).name) == (1, "Gast 1")
    assert kinds()[1:] == ["registration_confirmed", "registration_repeated"]
    assert "Ihr Platz ist bestätigt" in message("registration_repeated", row).text


def test_a_stranger_reads_no_seat_and_no_place_from_what_is_unproven():
    event = EventFactory(capacity=1)
    ask(event, 1)
    assert (shown_seats(event), shown_waiting(event)) == (1, 0)
    ask(event, 2)
    assert (shown_seats(event), shown_waiting(event)) == (1, 0)

    join(event, 3)

    assert shown_waiting(event) == 1


def test_who_cancels_may_come_back_at_the_end():
    event = EventFactory(capacity=1)
    first, second = join(event, 1), join(event, 2)
    cancel(first)

    again = ask(event, 1, name="Neuer Name")

    assert (again.pk, again.state, again.name) == (first.pk, "waiting", "Neuer Name")
    assert again.confirmed_at is None
    assert again.queue > second.queue


def test_cancelling_twice_is_once_and_confirming_twice_is_once():
    event = EventFactory(capacity=1)
    row = join(event, 1)
    assert actions.confirm_registration(registration=row, at=NOW).version == row.version
    cancelled = cancel(row)
    assert cancel(row).version == cancelled.version
    waiting = [join(event, n) for n in (2, 3)][1]
    assert actions.confirm_registration(registration=waiting, at=NOW).version == waiting.version
    with pytest.raises(RegistrationStepError):
        actions.confirm_registration(registration=row, at=NOW)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"registration": "none"},
        {"registration_opens_at": NOW + MINUTE},
        {"registration_closes_at": NOW},
        {"past": True},
    ],
)
def test_registration_has_its_time(fields):
    with pytest.raises(RegistrationClosedError):
        ask(EventFactory(**fields))
    assert Registration.objects.count() == 0


def test_without_a_waiting_list_full_is_full_for_everybody_alike():
    event = EventFactory(capacity=1, registration="seats")
    join(event, 1)

    for n in (1, 2):
        with pytest.raises(FullError):
            ask(event, n)
    assert kinds() == ["registration_requested", "registration_confirmed"]


def test_more_seats_go_to_the_line_and_no_limit_to_all():
    event = EventFactory(capacity=1)
    for n in range(1, 5):
        join(event, n)

    update(event, capacity=2)
    assert states(event) == ["confirmed", "offered", "waiting", "waiting"]
    update(event, capacity=None)
    assert states(event) == ["confirmed", "offered", "offered", "offered"]


def update(event, **changes):
    event = Event.objects.get(pk=event.pk)
    return actions.update_event(
        event=event, changes=changes, version=event.version, by=an_actor(), at=NOW
    )


def test_seats_are_not_cut_below_those_who_have_one():
    event = EventFactory(capacity=3)
    join(event, 1)
    ask(event, 2)

    with pytest.raises(SeatsTakenError):
        update(event, capacity=1)
    assert update(event, capacity=2).capacity == 2


def test_a_cancelled_event_tells_everybody_and_takes_nobody():
    event = EventFactory(capacity=1)
    rows = [join(event, n) for n in (1, 2)]
    gone = join(event, 3)
    cancel(gone)

    actions.cancel_event(event=event, by=an_actor(), at=NOW)

    told = OutboundMail.objects.filter(kind="event_cancelled")
    assert {mail.recipient for mail in told} == {row.email for row in rows}
    assert {mail.due_at for mail in told} == {NOW + MINUTE}
    assert "findet nicht statt" in message("event_cancelled", rows[0]).text
    for act in (lambda: ask(event, 9), lambda: add(event, 9)):
        with pytest.raises(RegistrationClosedError):
            act()
    with pytest.raises(RegistrationClosedError):
        actions.confirm_registration(registration=rows[0], at=NOW)


def test_what_was_cancelled_by_mistake_nobody_hears_of():
    event = EventFactory()
    row = join(event)
    actions.cancel_event(event=event, by=an_actor(), at=NOW)
    assert may_go("event_cancelled", row) == ""

    actions.publish_event(event=event, by=an_actor(), at=NOW)

    assert may_go("event_cancelled", row) == "state_changed"
    assert may_go("event_revived", row) == "state_changed"
    OutboundMail.objects.filter(kind="event_cancelled").update(state="sent")
    assert may_go("event_revived", row) == ""
    assert "findet doch statt" in message("event_revived", row).text


def test_an_event_with_guests_does_not_become_a_draft():
    event = EventFactory()
    row = join(event)

    with pytest.raises(GuestsExpectedError):
        actions.unpublish_event(event=event, by=an_actor(), at=NOW)
    cancel(row)
    assert actions.unpublish_event(event=event, by=an_actor(), at=NOW).state == "draft"


def test_answers_reach_the_agency_also_where_a_partner_is_the_host():
    row = join(EventFactory(host=PartnerFactory(email="host@partner.example")))

    assert message("registration_confirmed", row).reply_to == "gruenden@dma.example"


def test_only_the_confirmed_get_the_link_to_take_part():
    venue = VenueFactory(access="Klingel „Veranstaltung“")
    event = EventFactory(capacity=1, venue=venue, online_link="https://raum.example/geheim-42")
    row, waiting = join(event, 1), join(event, 2)

    confirmed = message("registration_confirmed", row).text
    assert "geheim-42" in confirmed
    assert "Klingel „Veranstaltung“" in confirmed
    for kind in ("registration_requested", "registration_waiting"):
        assert "geheim-42" not in message(kind, waiting).text
    cancel(row)
    assert "geheim-42" not in message("registration_offered", waiting).text


@pytest.mark.parametrize(("language", "word"), [("de", "Guten Tag"), ("en", "Good day")])
def test_every_mail_speaks_the_language_of_the_guest(language, word):
    event = EventFactory(capacity=1)
    row, waiting = join(event, 1, language=language), join(event, 2, language=language)
    ask(event, 1, language=language)
    cancel(row)
    actions.cancel_event(event=event, by=an_actor(), at=NOW)
    actions.publish_event(event=event, by=an_actor(), at=NOW)

    seen = set()
    for one in (row, waiting):
        for kind in kinds(one):
            built = message(kind, one)
            assert built.text.startswith(f"{word} {one.name},")
            assert ("lang=en" in built.text) == (language == "en")
            seen.add(kind)
    assert seen == {
        "registration_requested", "registration_confirmed", "registration_waiting",
        "registration_repeated", "registration_cancelled", "registration_offered",
        "event_cancelled", "event_revived",
    }  # fmt: skip


def test_a_mail_that_has_become_wrong_does_not_go():
    event = EventFactory(capacity=1)
    row = ask(event)
    assert may_go("registration_requested", row) == ""
    actions.confirm_registration(registration=row, at=NOW)
    assert may_go("registration_requested", row) == "state_changed"
    waiting = join(event, 2)
    cancel(row)
    assert may_go("registration_confirmed", row) == "state_changed"
    assert may_go("registration_cancelled", row) == ""
    assert may_go("registration_offered", waiting) == ""
    assert may_go("registration_offered", waiting, NOW + timedelta(days=2)) == "state_changed"
    Registration.objects.filter(pk=waiting.pk).update(email="anders@gruendung.example")
    assert may_go("registration_offered", waiting) == "address_changed"
    Registration.objects.all().delete()
    assert may_go("registration_offered", waiting) == "record_gone"


def test_staff_adds_whom_nobody_mails():
    event = EventFactory(capacity=1, registration_closes_at=NOW)

    row, second = add(event, email=""), add(event, 2, email="")

    assert (row.state, row.by_staff, second.state) == ("confirmed", True, "waiting")
    assert kinds() == []
    assert add(event, 3).state == "waiting"
    assert add(event, 3).pk == Registration.objects.get(queue=3).pk
    with pytest.raises(FullError):
        add(EventFactory(capacity=0, registration="seats"))


def test_an_address_we_know_is_linked_and_nothing_of_the_person_changes():
    person = PersonFactory(given_name="Ute", family_name="Kern", email="gast1@gruendung.example")
    before = Person.objects.filter(pk=person.pk).values().get()

    row = join(EventFactory(), name="Ute Kern-Neumann", wants_contact=True)

    assert row.person_id == person.pk
    assert Person.objects.filter(pk=person.pk).values().get() == before
    assert Consent.objects.get().person_id == person.pk


def test_before_the_address_is_proven_nobody_is_linked():
    PersonFactory(email="gast1@gruendung.example")

    assert ask(EventFactory()).person_id is None


def test_an_address_of_two_or_of_a_locked_person_is_left_to_an_advisor():
    for _ in range(2):
        PersonFactory(email="gast1@gruendung.example")
    PersonFactory(email="gast2@gruendung.example", state="restricted")
    event = EventFactory()

    assert join(event, 1, wants_contact=True).person_id is None
    assert join(event, 2, wants_contact=True).person_id is None
    assert Person.objects.count() == 3


def test_a_stranger_becomes_a_contact_by_consent_only():
    event = EventFactory(title="Gründungsabend")

    assert join(event, 1).person_id is None
    row = join(event, 2, name="Dr. Zoë von Berg", wants_contact=True)

    person = row.person
    assert (person.title, person.given_name, person.family_name) == ("Dr.", "Zoë", "von Berg")
    assert (person.source.code, [e.address for e in person.emails.all()]) == ("event", [row.email])
    consent = Consent.objects.get()
    assert (consent.person, consent.purpose, consent.text_version) == (
        person, "follow_up", "2026-12",
    )  # fmt: skip
    assert consent.evidence_note == "Gründungsabend"


def test_an_advisor_makes_a_contact_once():
    row = join(EventFactory())

    person = make_contact(registration=row, by=an_actor(), at=NOW)

    assert fresh(row).person == person
    with pytest.raises(RegistrationStepError):
        make_contact(registration=fresh(row), by=an_actor(), at=NOW)
    assert Consent.objects.count() == 0


def test_at_the_door_twice_is_once_and_can_be_undone():
    event = EventFactory(capacity=2)
    row, unconfirmed, waiting = join(event, 1), ask(event, 2), join(event, 3)

    for n in range(2):
        actions.check_in(registration=row, by=an_actor(), at=NOW + n * MINUTE)
    actions.check_in(registration=unconfirmed, by=an_actor(), at=NOW)
    assert (fresh(row).checked_in_at, fresh(unconfirmed).state) == (NOW, "confirmed")
    with pytest.raises(RegistrationStepError):
        actions.check_in(registration=waiting, by=an_actor(), at=NOW)
    with pytest.raises(RegistrationStepError):
        cancel(row)

    actions.undo_check_in(registration=row, by=an_actor(), at=NOW)
    cancel(row)

    with pytest.raises(RegistrationStepError):
        actions.check_in(registration=row, by=an_actor(), at=NOW)


def test_after_the_end_nothing_is_cancelled_and_nobody_added():
    event = EventFactory()
    row = join(event)
    over = event.ends_at + MINUTE

    with pytest.raises(RegistrationClosedError):
        cancel(row, at=over)
    with pytest.raises(RegistrationClosedError):
        add(event, 2, at=over)


@pytest.mark.parametrize("before", RegistrationState.values)
@pytest.mark.parametrize("after", RegistrationState.values)
def test_steps_are_those_of_the_table(before, after):
    row = RegistrationFactory(state=before)

    if after in REGISTRATION_STEPS[before]:
        row.move_to(after, by=an_actor(), at=NOW)
        assert fresh(row).state == after
    else:
        with pytest.raises(RegistrationStepError):
            row.move_to(after, by=an_actor(), at=NOW)
        assert fresh(row).state == before


def test_of_two_steps_from_one_state_one_wins():
    row = RegistrationFactory()
    first, second = fresh(row), fresh(row)
    first.move_to("cancelled", by=an_actor(), at=NOW)

    with pytest.raises(RegistrationChangedError):
        second.move_to("cancelled", by=an_actor(), at=NOW)


@pytest.mark.parametrize(
    "bad",
    [
        {"state": "gone"},
        {"state": "waiting", "checked_in_at": NOW},
        {"email": "gast@gruendung.example"},
        {"queue": 1},
    ],
)
def test_the_database_refuses_what_cannot_be(bad):
    event = EventFactory()
    RegistrationFactory(event=event, email="gast@gruendung.example", queue=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(event=event, **{"queue": 2, **bad})


def test_active_are_all_who_have_a_seat_or_wait():
    assert set(RegistrationState.values) - ACTIVE == {"cancelled", "lapsed"}
