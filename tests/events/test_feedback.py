"""What guests say afterwards: once each, changeable for a month, never with a name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Change
from contacts.actions import erase_person
from events import actions
from events.errors import FeedbackClosedError
from events.guest_mails import THANKS, write_to_guests
from events.models import Event, Feedback
from events.voices import EventVoices, voices_by_format, voices_of
from tests.events.guests import message
from tests.factories import (
    NOW,
    EventFactory,
    FeedbackFactory,
    PersonFactory,
    RegistrationFactory,
    actor,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def came(end=None, **fields):
    """Somebody who was at an event that has just ended."""
    end = end or timezone.now() - HOUR
    event = fields.pop("event", None) or EventFactory(starts_at=end - HOUR, ends_at=end)
    return RegistrationFactory(**{"event": event, "checked_in_at": event.starts_at, **fields})


def page_of(row):
    return f"/anmeldung/{row.token}/rueckmeldung/"


def answer(row, **said):
    return {"helped": "4", "recommends": "yes", "comment": "Mehr Pausen.", **said}


def stored():
    return list(Feedback.objects.values_list("helped", "recommends", "comment"))


# --- the answer ---


def test_who_came_answers_without_login_or_cookie(client):
    row = came()

    page = client.get(page_of(row))
    posted = client.post(page_of(row), answer(row))

    assert (page.status_code, page.cookies.output(), stored()) == (
        200, "", [(4, True, "Mehr Pausen.")],
    )  # fmt: skip
    assert (posted.status_code, posted["Location"]) == (302, f"{page_of(row)}danke/")
    assert posted.cookies.output() == ""
    assert "Ihre Antwort ist angekommen." in client.get(posted["Location"]).content.decode()


def test_works_without_a_csrf_cookie():
    row = came()

    assert Client(enforce_csrf_checks=True).post(page_of(row), answer(row)).status_code == 302


def test_reading_changes_nothing(client):
    row = came()

    for _ in range(2):
        client.get(page_of(row))
        client.head(page_of(row))
    client.get(f"{page_of(row)}danke/")

    assert stored() == []


def test_a_second_answer_replaces_the_first(client):
    row, other = came(), came()
    client.post(page_of(other), answer(other))
    client.post(page_of(row), answer(row))

    form = client.get(page_of(row)).context["form"]
    client.post(page_of(row), answer(row, helped="1", recommends="no", comment=""))

    assert form.initial == {"helped": 4, "recommends": "yes", "comment": "Mehr Pausen."}
    assert sorted(stored()) == [(1, False, ""), (4, True, "Mehr Pausen.")]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"helped": ""}, "helped"),
        ({"helped": "0"}, "helped"),
        ({"helped": "6"}, "helped"),
        ({"helped": "4.5"}, "helped"),
        ({"recommends": ""}, "recommends"),
        ({"recommends": "maybe"}, "recommends"),
        ({"comment": "x" * 2001}, "comment"),
    ],
)
def test_what_is_no_answer_is_told_and_nothing_is_lost(client, said, field):
    row = came()

    response = client.post(page_of(row), answer(row, **said))

    assert (response.status_code, stored()) == (422, [])
    assert list(response.context["form"].errors) == [field]
    assert "Mehr Pausen." in response.content.decode() or field == "comment"


def test_nul_is_refused(client):
    row = came()

    assert client.post(page_of(row), answer(row, comment="\x00")).status_code == 400
    assert stored() == []


@pytest.mark.parametrize(
    "row_of",
    [
        lambda: RegistrationFactory(event=EventFactory(past=True)),
        lambda: came(timezone.now() - 31 * DAY),
        lambda: came(person=PersonFactory(state="restricted")),
        lambda: came(timezone.now() + 3 * HOUR),
    ],
    ids=["did not come", "too late", "restricted", "not begun"],
)
def test_nobody_else_is_asked(client, row_of):
    row = row_of()

    shown, posted = client.get(page_of(row)), client.post(page_of(row), answer(row))

    assert (shown.status_code, posted.status_code, stored()) == (410, 410, [])
    with pytest.raises(FeedbackClosedError):
        actions.answer_feedback(registration=row, helped=1, recommends=True, at=timezone.now())


def test_a_month_less_a_moment_is_not_too_late(client):
    row = came(timezone.now() - 30 * DAY + HOUR)

    assert client.post(page_of(row), answer(row)).status_code == 302


def test_unknown_link_is_a_missing_page(client):
    assert client.get("/anmeldung/gibt-es-nicht/rueckmeldung/").status_code == 404
    assert client.get("/anmeldung/gibt-es-nicht/rueckmeldung/danke/").status_code == 404


def test_speaks_english_when_asked(client):
    row = came()

    page = client.get(f"{page_of(row)}?lang=en")
    posted = client.post(f"{page_of(row)}?lang=en", answer(row))

    assert "Did the event help you?" in page.content.decode()
    assert posted["Location"].endswith("danke/?lang=en")


def test_own_page_leads_to_the_questions(client):
    row = came()

    assert f'href="{page_of(row)}"' in client.get(row.get_absolute_url()).content.decode()
    stranger = RegistrationFactory(event=row.event)
    assert "rueckmeldung" not in client.get(stranger.get_absolute_url()).content.decode()


def test_mail_to_those_who_came_carries_the_link_below_any_words():
    event = EventFactory(starts_at=NOW - DAY, ends_at=NOW - DAY + HOUR, mail_after="Danke {name}!")
    there = came(event=event, language="en")
    missing = RegistrationFactory(event=event)
    write_to_guests(at=NOW)

    text = message(THANKS, there).text

    assert text.startswith("Danke")
    assert f"{page_of(there)}?lang=en" in text
    assert "rueckmeldung" not in message("event_missed", missing).text


# --- nobody's name ---


def test_table_and_history_do_not_tell_who_answered():
    row = came(name="Frau Erkennbar")
    before = Change.objects.count()
    actions.answer_feedback(registration=row, helped=5, recommends=True, at=timezone.now())

    (kept,) = Feedback.objects.values()
    known = {str(row.pk), row.token, row.token_hash, row.email, row.name}
    assert not known & {str(value) for value in kept.values()}
    assert Change.objects.count() == before


def test_another_secret_key_finds_no_answer(settings):
    row = came()
    actions.answer_feedback(registration=row, helped=5, recommends=True, at=timezone.now())

    settings.SECRET_KEY = "another"

    assert actions.answer_of(row) is None


def test_erasure_takes_the_words_and_leaves_the_number():
    person = PersonFactory()
    row, other = came(person=person), came()
    for one in (row, other):
        said = {"helped": 2, "recommends": False, "comment": "Ich bin Zoë."}
        actions.answer_feedback(registration=one, **said, at=timezone.now())

    erase_person(person=person, by=actor(), at=timezone.now())

    assert sorted(stored()) == [(2, False, ""), (2, False, "Ich bin Zoë.")]


@pytest.mark.parametrize("rating", [0, 6])
def test_database_refuses_other_ratings(rating):
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackFactory(helped=rating)


def test_a_guest_has_one_voice():
    row = FeedbackFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackFactory(voice=row.voice)


# --- results ---


def test_page_of_results_counts_and_names_nobody(client_of):
    row = came(name="Frau Erkennbar")
    event = row.event
    came(event=event)
    RegistrationFactory(event=event)  # did not come
    for helped, recommends, comment in [(5, True, "Länger!"), (2, False, ""), (5, True, "")]:
        FeedbackFactory(event=event, helped=helped, recommends=recommends, comment=comment)
    FeedbackFactory(helped=1, comment="Woanders")  # could leak

    response = client_of("advisor").get(f"/verwaltung/veranstaltungen/{event.slug}/rueckmeldungen/")

    assert [count["value"] for count in response.context["counts"]] == [2, 3, 4.0, 2]
    assert [(r["rating"], r["often"]) for r in response.context["ratings"]] == [
        (5, 2), (4, 0), (3, 0), (2, 1), (1, 0),
    ]  # fmt: skip
    page = response.content.decode()
    assert "Länger!" in page
    assert "Woanders" not in page
    assert "Erkennbar" not in page


def test_page_of_results_says_when_there_are_none(client_of):
    event = EventFactory(past=True)

    page = client_of("manager").get(f"/verwaltung/veranstaltungen/{event.slug}/rueckmeldungen/")

    assert "Noch hat niemand geantwortet." in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_page_of_results_needs_the_same_few_queries(client_of, rows, django_assert_num_queries):
    event = EventFactory(past=True)
    FeedbackFactory.create_batch(rows, event=event, comment="Gut.")
    client = client_of("advisor")
    path = f"/verwaltung/veranstaltungen/{event.slug}/rueckmeldungen/"
    client.get(path)

    with django_assert_num_queries(7):
        response = client.get(path)

    assert len(response.context["page"]) == min(rows, 50)


def test_voices_by_format_are_counted_by_hand(django_assert_num_queries):
    talk = EventFactory(past=True, format="talk")
    other_talk = EventFactory(past=True, format="talk")
    workshop = EventFactory(past=True, format="workshop")
    for event, guests in ((talk, 3), (other_talk, 2), (workshop, 1)):
        RegistrationFactory.create_batch(guests, event=event, checked_in_at=event.starts_at)
    RegistrationFactory(event=EventFactory(past=True, format="seminar"))
    for event, helped in ((talk, 5), (talk, 4), (other_talk, 1)):
        FeedbackFactory(event=event, helped=helped, recommends=helped > 3)

    with django_assert_num_queries(2):
        voices = voices_by_format(Event.objects.all())

    assert {name: one.plain() for name, one in voices.items()} == {
        "talk": [5, 3, 3.3, 2],
        "workshop": [1, 0, None, 0],
    }
    assert voices_of(talk).plain() == [3, 2, 4.5, 2]


@pytest.mark.parametrize(
    ("voices", "shown"),
    [
        (EventVoices(9, {5: 4}, 4), [9, "< 5", "< 5", "< 5"]),
        (EventVoices(9, {5: 4, 1: 1}, 4), [9, 5, 4.2, "< 5"]),
        (EventVoices(9, {5: 5}, 5), [9, 5, 5.0, 5]),
        (EventVoices(9, {1: 5}, 0), [9, 5, 1.0, 0]),
        (EventVoices(3), ["< 5", 0, None, 0]),
    ],
)
def test_what_may_be_passed_on(voices, shown):
    assert voices.shown() == shown
