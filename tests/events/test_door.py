"""The door: what phones report arrives once, in any order, and nothing is refused without words."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events import actions
from events.actions import Report, take_report
from events.errors import NoSeatError, RegistrationClosedError
from events.models import DoorEntry, Registration
from tests.events.guests import fresh, kinds, states
from tests.events.test_programmes import a_week, part_of
from tests.factories import NOW, EventFactory, PersonFactory, RegistrationFactory, actor

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def tell(event, step="in", at=NOW, said_at=None, **said):
    report = Report(**{"id": uuid4(), "step": step, "said_at": said_at or at, **said})
    return take_report(event=event, report=report, by=actor(), at=at)


def door(event, path=""):
    return f"/verwaltung/veranstaltungen/{event.slug}/einlass/{path}"


def send(client, event, *reports, seit=0):
    body = json.dumps({"reports": list(reports)})
    return client.post(f"{door(event, 'melden/')}?seit={seit}", body, "application/json")


def said(step="in", **more):
    return {"id": str(uuid4()), "step": step, **more}


def test_a_report_that_arrives_twice_has_one_effect():
    row = RegistrationFactory()
    first = tell(row.event, guest_id=row.pk, id=(report := uuid4()))
    tell(row.event, "out", guest_id=row.pk, at=NOW + MINUTE)

    again = tell(row.event, guest_id=row.pk, id=report, at=NOW + 2 * MINUTE)

    assert again == first
    assert again.outcome == "done"
    assert fresh(row).checked_in_at is None
    assert DoorEntry.objects.count() == 2


def test_one_id_at_two_events_is_the_first():
    row, other = RegistrationFactory(), RegistrationFactory()
    tell(row.event, guest_id=row.pk, id=(report := uuid4()))

    again = tell(other.event, guest_id=other.pk, id=report)

    assert again.event == row.event
    assert fresh(other).checked_in_at is None


@pytest.mark.parametrize("state", ["confirmed", "held", "offered"])
def test_whoever_has_a_seat_is_in_when_it_was_tapped(state):
    row = RegistrationFactory(state=state, respond_by=NOW + timedelta(days=1))

    entry = tell(row.event, guest_id=row.pk, said_at=NOW - 5 * MINUTE)

    assert entry.outcome == "done"
    assert (fresh(row).state, fresh(row).checked_in_at) == ("confirmed", NOW - 5 * MINUTE)


@pytest.mark.parametrize("state", ["waiting", "cancelled", "lapsed"])
def test_whoever_has_none_gets_in_by_a_deliberate_word_only(state):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event, queue=1)
    row = RegistrationFactory(event=event, state=state, queue=2)

    assert tell(event, guest_id=row.pk).outcome == state
    assert fresh(row).checked_in_at is None
    with pytest.raises(NoSeatError):
        actions.check_in(registration=row, by=actor(), at=NOW)
    assert tell(event, guest_id=row.pk, over=True).outcome == "done"
    assert states(event) == ["confirmed", "confirmed"]
    assert fresh(row).checked_in_at == NOW


def test_a_late_report_does_not_undo_what_was_said_after_it():
    row = RegistrationFactory()
    tell(row.event, guest_id=row.pk)
    tell(row.event, "out", guest_id=row.pk, at=NOW + 5 * MINUTE)

    late = tell(row.event, guest_id=row.pk, at=NOW + 6 * MINUTE, said_at=NOW + MINUTE)

    assert late.outcome == "overtaken"
    assert fresh(row).checked_in_at is None
    tell(row.event, guest_id=row.pk, at=NOW + 8 * MINUTE)
    out = tell(row.event, "out", guest_id=row.pk, at=NOW + 9 * MINUTE, said_at=NOW + 6 * MINUTE)
    assert out.outcome == "overtaken"
    assert fresh(row).checked_in_at == NOW + 8 * MINUTE


def test_of_two_phones_the_second_hears_since_when():
    row = RegistrationFactory()
    tell(row.event, guest_id=row.pk)

    assert tell(row.event, guest_id=row.pk, at=NOW + MINUTE).outcome == "already"
    assert fresh(row).checked_in_at == NOW


def test_tickets_are_told_apart():
    row, other = RegistrationFactory(), RegistrationFactory()

    assert tell(row.event, code=row.ticket_code).outcome == "done"
    assert tell(row.event, code=other.ticket_code).outcome == "elsewhere"
    assert tell(row.event, code="0000000000").outcome == "unknown"
    assert tell(row.event, guest_id=other.pk).outcome == "unknown"
    assert fresh(other).checked_in_at is None


def test_walk_ins_respect_the_seats_until_somebody_decides_otherwise():
    event = EventFactory(capacity=1)

    assert tell(event, "walk_in", name="Ada").outcome == "done"
    assert tell(event, "walk_in", name="Bo").outcome == "full"
    assert tell(event, "walk_in", name="Bo", over=True).outcome == "done"
    rows = Registration.objects.order_by("queue")
    assert [(row.name, row.state, row.by_staff) for row in rows] == [
        ("Ada", "confirmed", True),
        ("Bo", "confirmed", True),
    ]
    assert all(row.checked_in_at == NOW for row in rows)
    assert kinds() == []


def test_a_walk_in_who_is_known_is_no_second_guest():
    event, person = EventFactory(capacity=2), PersonFactory(email="ada@gruendung.example")
    row = RegistrationFactory(event=event, email="bo@gruendung.example", queue=1)

    tell(event, "walk_in", name="Ada", email="ADA@gruendung.example")
    entry = tell(event, "walk_in", name="Bo", email="bo@gruendung.example")

    assert (entry.step, entry.outcome, entry.registration) == ("in", "done", row)
    assert event.registrations.count() == 2
    assert event.registrations.get(name="Ada").person == person
    again = actions.walk_in(
        event=event, name="Bo", email="bo@gruendung.example", by=actor(), at=NOW + MINUTE
    )
    assert (again.pk, again.checked_in_at) == (row.pk, NOW)


def test_who_cancelled_and_comes_all_the_same_takes_a_free_seat():
    event = EventFactory(capacity=1)
    row = RegistrationFactory(event=event, cancelled=True, email="bo@gruendung.example", queue=1)

    tell(event, "walk_in", name="Bo", email="bo@gruendung.example")

    assert (fresh(row).state, fresh(row).queue) == ("confirmed", 2)


def test_a_walk_in_taken_back_frees_the_seat():
    event = EventFactory(capacity=1)
    row = tell(event, "walk_in", name="Ada").registration

    tell(event, "out", guest_id=row.pk, at=NOW + MINUTE)

    assert (fresh(row).state, fresh(row).checked_in_at) == ("cancelled", None)
    assert tell(event, "walk_in", name="Bo", at=NOW + 2 * MINUTE).outcome == "done"


def test_nobody_new_comes_to_a_cancelled_event():
    event = EventFactory(cancelled=True)

    assert tell(event, "walk_in", name="Ada").outcome == "closed"
    with pytest.raises(RegistrationClosedError):
        actions.walk_in(event=event, name="Ada", by=actor(), at=NOW)


def test_the_page_holds_the_list_and_may_use_the_camera(client_of):
    event = EventFactory(capacity=3)
    zoe = RegistrationFactory(event=event, name="Zoë Kern", checked_in_at=timezone.now())
    RegistrationFactory(event=event, name="Bo Müller", email="bo1@gruendung.example")
    RegistrationFactory(event=event, name="Bo Mueller", email="bo2@gruendung.example")
    RegistrationFactory(event=event, name="Weg", cancelled=True)
    RegistrationFactory(name="Andere Veranstaltung")  # could leak

    response = client_of().get(door(event))

    data = response.context["data"]
    assert [(row[1], row[2], row[5]) for row in data["guests"]] == [
        ("Bo Müller", "confirmed", "bo1@gruendung.example"),
        ("Bo Mueller", "confirmed", "bo2@gruendung.example"),
        ("Weg", "cancelled", ""),
        ("Zoë Kern", "confirmed", ""),
    ]
    assert (data["standing"]["came"], data["standing"]["expected"]) == (1, 3)
    assert response["Permissions-Policy"].startswith("camera=(self)")
    assert client_of().get(door(event, "../"))["Permissions-Policy"].startswith("camera=()")
    assert zoe.email not in response.content.decode()


def test_two_thousand_fit_in_with_few_queries(client_of, django_assert_max_num_queries):
    event, client = EventFactory(), client_of()
    rows = [
        Registration.bearing(
            at=NOW, event=event, name=f"Gast {n}", state="confirmed", queue=n + 1,
            search=f"gast {n:04}", state_since=NOW,
        )
        for n in range(2001)
    ]  # fmt: skip
    Registration.objects.bulk_create(rows, batch_size=500)

    with django_assert_max_num_queries(7):
        page = client.get(door(event))

    assert len(page.context["data"]["guests"]) == 2000
    assert "Hier stehen nur 2000 Gäste" in page.content.decode()
    assert len(page.content) < 300_000


def test_reports_are_answered_one_by_one_with_words_and_news(client_of):
    event, client = EventFactory(capacity=2), client_of()
    row = RegistrationFactory(event=event, name="Zoë Kern", queue=1)
    gone = RegistrationFactory(event=event, name="Bo Weg", cancelled=True, queue=2)
    elsewhere = RegistrationFactory(name="Uwe Fern")

    answer = send(
        client,
        event,
        said(guest=str(row.pk), ago=60_000),
        said(guest=str(gone.pk)),
        said(code=elsewhere.ticket_code.lower()),
        said(code="0000000000"),
        said("walk_in", name="Ada Neu"),
        said("walk_in", name="Eva Neu"),
        {"id": "kaputt", "step": "in"},
    ).json()

    results = answer["results"]
    assert [one["outcome"] for one in results] == [
        "done", "cancelled", "elsewhere", "unknown", "done", "full", "invalid",
    ]  # fmt: skip
    assert [one["words"] for one in results[:2]] == [
        "Zoë Kern ist da.",
        "Bo Weg hat keinen Platz: Die Anmeldung wurde storniert.",
    ]
    assert elsewhere.event.title in results[2]["words"]
    assert results[2]["guest"] is None
    assert results[5]["words"] == "Alle Plätze sind vergeben: Eva Neu ist noch nicht eingelassen."
    assert [one.get("may_be_let_in") for one in results] == [
        False, True, False, False, False, True, None,
    ]  # fmt: skip
    assert answer["standing"]["came"] == 2
    assert {guest[1] for guest in answer["guests"]} == {"Zoë Kern", "Bo Weg", "Ada Neu"}
    came = fresh(row).checked_in_at
    assert timedelta(seconds=59) < timezone.now() - came < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("already", "Zoë Kern ist schon seit 12:00 Uhr da."),
        ("overtaken", "Zoë Kern wurde um 12:00 Uhr als da vermerkt, also nach dieser Eingabe"),
    ],
)
def test_what_others_did_is_told(client_of, outcome, words):
    row = RegistrationFactory(name="Zoë Kern")
    noon = timezone.localtime().replace(hour=12, minute=0)
    Registration.objects.update(checked_in_at=noon, door_at=timezone.now() + timedelta(hours=1))
    step = "in" if outcome == "already" else "out"

    (result,) = send(client_of(), row.event, said(step, guest=str(row.pk))).json()["results"]

    assert result["outcome"] == outcome
    assert result["words"].startswith(words)


def test_who_was_taken_off_the_list_meanwhile_is_told(client_of):
    row, client = RegistrationFactory(name="Zoë Kern"), client_of()
    Registration.objects.update(door_at=timezone.now() + timedelta(hours=1))

    (back,) = send(client, row.event, said(guest=str(row.pk))).json()["results"]
    (out,) = send(client, row.event, said("out", guest=str(row.pk))).json()["results"]

    assert "dass Zoë Kern nicht da ist" in back["words"]
    assert (out["outcome"], out["words"]) == ("already", "Zoë Kern ist nicht da.")


@pytest.mark.parametrize(
    "report",
    [
        said("walk_in"),
        said("walk_in", name=" "),
        said("walk_in", name="x" * 121),
        said("walk_in", name="Zo\udce9"),
        said("walk_in", name="Zoë\x00"),
        said("walk_in", name="Zoë", email="kein"),
        said("walk_in", name="Zoë", email="zoë@gruendung.example"),
        said("fliegen", name="Zoë"),
        said("in", guest="kein"),
        said("in", code="x" * 11),
        said("in", code={"a": 1}),
        said("in", guest=str(uuid4()), ago=-5),
        said("in", guest=str(uuid4()), ago="9" * 5000),
        {"id": 7, "step": "in", "guest": str(uuid4())},
        {},
    ],
)
def test_a_bad_report_is_told_and_holds_up_no_other(client_of, report):
    row = RegistrationFactory()

    answer = send(client_of(), row.event, report, said(guest=str(row.pk))).json()

    assert [one["outcome"] for one in answer["results"]] == ["invalid", "done"]
    assert answer["results"][0]["words"]


@pytest.mark.parametrize(
    "body", ["", "kein", "[]", "{}", '{"reports": 1}', '{"reports": [1]}', "[" * 100_000,
             json.dumps({"reports": [{}] * 101})],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(client_of, body):
    url = f"{door(EventFactory(), 'melden/')}?seit=0"

    assert client_of().post(url, body, "application/json").status_code == 400
    assert client_of().post(url, {"reports": body}).status_code == 400


@pytest.mark.parametrize("seit", ["", "kein", "nan", "inf", "9" * 400, "-1e15"])
def test_since_is_a_moment(client_of, seit):
    assert client_of().get(f"{door(EventFactory(), 'stand/')}?seit={seit}").status_code == 400


def test_other_phones_hear_what_is_new(client_of, django_assert_max_num_queries):
    event, client = EventFactory(), client_of()
    old, row = RegistrationFactory(event=event, queue=1), RegistrationFactory(event=event, queue=2)
    Registration.objects.filter(pk=old.pk).update(modified_at=timezone.now() - timedelta(hours=1))
    seit = client.get(door(event)).context["data"]["standing"]["now"]
    actions.check_in(registration=row, by=actor(), at=timezone.now())

    with django_assert_max_num_queries(6):
        news = client.get(f"{door(event, 'stand/')}?seit={seit}").json()

    assert [guest[0] for guest in news["guests"]] == [str(row.pk)]
    assert (news["standing"]["came"], news["standing"]["expected"]) == (1, 2)


def test_the_address_of_a_ticket_leads_to_the_door(client_of):
    row, client = RegistrationFactory(), client_of()

    response = client.get(f"/einlass/{row.ticket_code.lower()}/")

    assert response.url == f"{door(row.event)}?ticket={row.ticket_code}"
    assert client.get("/einlass/0000000000/").status_code == 404
    assert fresh(row).checked_in_at is None


def test_a_report_never_raises_the_history_twice():
    row = RegistrationFactory()
    tell(row.event, guest_id=row.pk)
    tell(row.event, guest_id=row.pk)

    assert fresh(row).version == row.version + 1
    assert {str(entry) for entry in DoorEntry.objects.all()} == {"in: done", "in: already"}


def test_each_part_of_a_programme_has_its_own_door(client_of):
    week = a_week()
    morning, noon = part_of(week), part_of(week)
    row = RegistrationFactory(event=morning, email="bo@gruendung.example")
    other = RegistrationFactory(event=noon, email="bo@gruendung.example")
    stranger = RegistrationFactory(event=part_of(a_week()), email="bo@gruendung.example")

    assert tell(morning, code=other.ticket_code).outcome == "done"
    assert fresh(row).checked_in_at == NOW
    assert fresh(other).checked_in_at is None
    assert tell(morning, code=stranger.ticket_code).outcome == "elsewhere"
    assert tell(week, "walk_in", name="Ada").outcome == "parts"
    assert client_of().get(door(week)).url == door(week, "../anmeldungen/").replace(
        "einlass/../", ""
    )
    (told,) = send(client_of(), week, said("walk_in", name="Ada")).json()["results"]
    assert told["words"].startswith("Ada wurde nicht vermerkt")
