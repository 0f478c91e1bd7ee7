"""Guests, no-shows and first contacts, counted by hand."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from contacts.models import Source
from events import actions
from tests.dashboards.reading import cells, figure, length_of, marks, numbers
from tests.events.guests import add, cancel, fresh, join
from tests.factories import (
    NOW,
    AffiliationFactory,
    ConsultationFactory,
    EventFactory,
    FeedbackFactory,
    PartnerFactory,
    PersonFactory,
    RegistrationFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
TODAY = datetime(2031, 5, 15, 10, tzinfo=UTC)
BERLIN_APRIL = datetime(2031, 3, 31, 22, 30, tzinfo=UTC)  # 00:30 on 1 April in Wolfsburg
COUNTS = ("veranstaltungen", "formate", "gastgeber")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(TODAY, tick=False):
        yield


def held(at, *, came=0, missed=0, moved_up=0, cancelled=0, waiting=0, **fields):
    """An event with so many guests of each kind, besides those who never confirmed."""
    event = EventFactory(starts_at=at, ends_at=at + timedelta(hours=2), **fields)
    RegistrationFactory.create_batch(came, event=event, checked_in_at=at)
    RegistrationFactory.create_batch(missed, event=event)
    RegistrationFactory.create_batch(moved_up, event=event, checked_in_at=at, moved_up_at=at)
    RegistrationFactory.create_batch(cancelled, event=event, cancelled=True)
    RegistrationFactory.create_batch(waiting, event=event, waiting=True)
    RegistrationFactory(event=event, held=True)  # could leak: never confirmed
    return event


@pytest.fixture
def spring():
    """April: a workshop and a talk; March: one moment before midnight; May: still to come."""
    ihk = PartnerFactory(name="IHK", short_name="IHK", reference="O-2031-0001")
    events = {
        "workshop": held(
            BERLIN_APRIL, came=3, missed=2, moved_up=1, cancelled=1, format="workshop"
        ),
        "talk": held(datetime(2031, 4, 20, 16, tzinfo=UTC), came=2, waiting=3, host=ihk),
        "no door list": held(datetime(2031, 4, 21, 16, tzinfo=UTC), missed=4, host=ihk),
        "march": held(BERLIN_APRIL - timedelta(hours=1), came=1),
        "ahead": held(TODAY + timedelta(days=5), missed=2),
    }
    held(datetime(2031, 4, 22, tzinfo=UTC), came=1, state="draft")  # could leak
    held(datetime(2031, 4, 23, tzinfo=UTC), missed=5, state="cancelled")
    held(datetime(2029, 4, 23, tzinfo=UTC), came=1)  # before the period
    return events


#                registered, confirmed, attended, did not come, moved up
WORKSHOP = [7, 6, 4, 2, 1]
TALK, NO_LIST, MARCH, AHEAD = [5, 2, 2, 0, 0], [4, 4, 0, 0, 0], [1, 1, 1, 0, 0], [2, 2, 0, 0, 0]


def summed(*rows):
    return [sum(column) for column in zip(*rows, strict=True)]


def test_guests_per_month(client_of, spring):
    found = numbers(figure(client_of(), "veranstaltungen", "period=year"))

    assert found["Mär 2031"] == MARCH
    assert found["Apr 2031"] == summed(WORKSHOP, TALK, NO_LIST)
    assert found["Mai 2031"] == AHEAD
    assert found["Gesamt"] == summed(WORKSHOP, TALK, NO_LIST, MARCH, AHEAD)
    assert found["Jan 2031"] == [0] * 5


def test_guests_per_format_and_host(client_of, spring):
    client = client_of("advisor")

    formats, hosts = numbers(figure(client, "formate")), numbers(figure(client, "gastgeber"))

    talks = summed(TALK, NO_LIST, MARCH, AHEAD)
    assert formats == {"Vortrag": talks, "Workshop": WORKSHOP, "Gesamt": summed(talks, WORKSHOP)}
    assert hosts == {
        "DMA": summed(WORKSHOP, MARCH, AHEAD),
        "IHK": summed(TALK, NO_LIST),
        "Gesamt": summed(talks, WORKSHOP),
    }


@pytest.mark.parametrize("query", ["", "period=last_year", "period=all", "topic=taxes"])
@pytest.mark.parametrize("name", COUNTS)
def test_every_number_opens_its_list(client_of, spring, name, query):
    client = client_of()

    for n, url in cells(figure(client, name, query)):
        assert (n and length_of(client, url), bool(url)) == (n, bool(n))


def test_marks_of_the_chart_are_three_groups(client_of, spring):
    client = client_of()

    found = [n for n, url in marks(client, "formate")]

    assert found == [12, 3, 0, 7, 4, 2]
    assert all(length_of(client, url) == n for n, url in marks(client, "formate") if n)


def test_list_names_guest_event_and_whether_they_came(client_of, spring):
    page = client_of("advisor").get("/kennzahlen/veranstaltungen/?group=attended&format=workshop")

    assert {row.event for row in page.context["page"]} == {spring["workshop"]}
    assert page.content.decode().count(">War da<") == 4


@pytest.mark.parametrize(
    "query", ["since=gestern", "group=xyz", "host=O-1", "format=%F0%9F%98%80", "until=9999-99-99"]
)
@pytest.mark.parametrize("path", ["veranstaltungen", "erstkontakte"])
def test_filters_that_mean_nothing_are_ignored(client_of, path, query):
    assert client_of().get(f"/kennzahlen/{path}/?{query}").status_code == 200


def test_file_to_pass_on_hides_few_guests_and_what_tells_them(client_of, spring):
    response = client_of().get("/kennzahlen/formate.csv?weitergabe=1")

    text = response.content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert table[0] == [
        "Format", "Angemeldet", "Bestätigt", "Teilgenommen", "Nicht erschienen", "Nachgerückt",
    ]  # fmt: skip
    assert table[1:4] == [
        ["Vortrag", "12", "–", "< 5", "0", "0"],
        ["Workshop", "7", "–", "< 5", "< 5", "< 5"],
        ["Gesamt", "19", "–", "–", "–", "–"],
    ]
    assert table[-1][0] == "Definition"


def test_who_gets_a_seat_from_the_list_has_moved_up():
    with time_machine.travel(NOW, tick=False):
        event = EventFactory(capacity=1)
        first, second, third = join(event, 1), join(event, 2), join(event, 3)
        cancel(first)

        assert [fresh(row).moved_up_at for row in (first, second, third)] == [None, NOW, None]

        cancel(fresh(second))
        again = join(event, 2)
        assert fresh(again).moved_up_at is None  # at the end of the line once more


def test_numbers_follow_what_happens_to_registrations(client_of):
    """By the actions, not by rows made for it."""
    ends = TODAY + timedelta(hours=2)
    event = EventFactory(starts_at=TODAY + timedelta(hours=1), ends_at=ends, capacity=2)
    rows = [add(event, n, at=TODAY) for n in (1, 2, 3)]
    cancel(rows[0], at=TODAY)
    actions.confirm_registration(registration=rows[2], at=TODAY)
    actions.check_in(registration=rows[1], by=actor(), at=TODAY)

    with time_machine.travel(ends + timedelta(hours=1), tick=False):
        found = numbers(figure(client_of(), "veranstaltungen"))

    assert found["Gesamt"] == [3, 2, 1, 1, 1]


# --- first contacts ---


@pytest.fixture
def met():
    """Five people first met at events, of whom three became cases; and others."""
    event, other = Source.objects.get(code="event"), Source.objects.exclude(code="event").first()
    owner = UserFactory()
    made = {
        "advised": PersonFactory(source=event, first_contact_on=date(2031, 4, 1), owner=owner),
        "founding": PersonFactory(source=event, first_contact_on=date(2031, 4, 30)),
        "both": PersonFactory(source=event, first_contact_on=date(2031, 3, 31)),
        "neither": PersonFactory(source=event, first_contact_on=date(2031, 3, 1)),
        "undated": PersonFactory(source=event, created_at=BERLIN_APRIL),
        "elsewhere": PersonFactory(source=other, first_contact_on=date(2031, 4, 1)),
    }
    ConsultationFactory(person=made["advised"])
    ConsultationFactory(person=made["advised"])
    ConsultationFactory().others.add(made["both"])
    ConsultationFactory(person=made["neither"], open_draft=True)  # could leak
    ConsultationFactory(person=made["elsewhere"])
    for name in ("founding", "both"):
        AffiliationFactory(person=made[name])
    AffiliationFactory(person=made["neither"], role="employee")  # could leak
    return made


#           first contacts, advised, with a venture, cases
def test_first_contacts_who_became_cases(client_of, met):
    found = numbers(figure(client_of(), "erstkontakte", "period=year"))

    assert found["Mär 2031"] == [2, 1, 1, 1]
    assert found["Apr 2031"] == [3, 1, 1, 2]
    assert found["Gesamt"] == [5, 2, 2, 3]


def test_advisors_see_first_contacts_of_their_own(client_of, met):
    client = client_of("advisor")
    client.force_login(met["advised"].owner)

    assert numbers(figure(client, "erstkontakte"))["Gesamt"] == [1, 1, 0, 1]


@pytest.mark.parametrize("query", ["", "period=all"])
def test_first_contacts_open_their_list(client_of, met, query):
    client = client_of()

    for n, url in cells(figure(client, "erstkontakte", query)):
        assert (n and length_of(client, url), bool(url)) == (n, bool(n))


# --- what guests say ---


def test_answers_per_format_hide_what_few_say(client_of, spring):
    FeedbackFactory.create_batch(3, event=spring["talk"], helped=5)
    FeedbackFactory.create_batch(2, event=spring["march"], helped=2, recommends=False)
    FeedbackFactory.create_batch(4, event=spring["workshop"], helped=1)  # few

    found = numbers(figure(client_of(), "stimmen"))

    assert found == {
        "Vortrag": ["< 5", 5, 3.8, "< 5"],
        "Workshop": ["< 5", "< 5", "< 5", "< 5"],
        "Gesamt": ["–", "–", "–", "–"],
    }


def test_nothing_yet_says_since_when(client_of):
    client = client_of()

    for name in (*COUNTS, "erstkontakte", "stimmen"):
        assert figure(client, name).empty == "Hier ist noch nichts erfasst."


@pytest.mark.parametrize("rows", [1, 3, 60])
@pytest.mark.parametrize("path", ["veranstaltungen", "erstkontakte"])
def test_lists_need_the_same_few_queries(client_of, rows, path, django_assert_num_queries):
    event = Source.objects.get(code="event")
    for _ in range(rows):
        person = PersonFactory(source=event, owner=UserFactory())
        RegistrationFactory(event=held(TODAY - timedelta(days=1)), person=person)
    client = client_of()
    client.get(f"/kennzahlen/{path}/")

    queries = {"veranstaltungen": 6, "erstkontakte": 5}[path]
    with django_assert_num_queries(queries):
        response = client.get(f"/kennzahlen/{path}/")

    assert len(response.context["page"]) == min(rows, 50)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_figures_need_the_same_few_queries(client_of, rows, django_assert_num_queries):
    event = Source.objects.get(code="event")
    for number in range(rows):
        made = held(TODAY - timedelta(days=number), came=1, host=PartnerFactory())
        FeedbackFactory(event=made)
        PersonFactory(source=event)
    client = client_of()

    # as with no event at all, but for first days, which are not asked for, and hosts
    with django_assert_num_queries(27):
        found = figure(client, "veranstaltungen")

    assert found.total.cells[2].value == rows
