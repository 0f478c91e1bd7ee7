"""What consultations add to the line of a case."""

import pytest

from accounts.actors import Actor
from consultations.timeline import consultations_of
from contacts.models import Topic
from contacts.registry import Case, timeline_sources
from tests.factories import (
    NOW,
    ConfidentialNoteFactory,
    ConsultationFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def line(case, by=None, limit=100):
    return consultations_of(case, by or actor(), limit)


def test_source_is_registered():
    assert consultations_of in timeline_sources


def test_item_says_when_how_and_about_what():
    row = ConsultationFactory(channel="video", advisor=UserFactory(name="Mara Lindner"))
    row.topics.add(Topic.objects.get(code="funding"))

    (item,) = line(Case((row.person_id,)))

    assert (item.kind, item.on, item.title) == (
        "consultation",
        NOW.date(),
        "Förderung und Zuschüsse",
    )
    assert (item.text, item.by) == (row.summary, "Video, Mara Lindner")
    assert item.url == row.get_absolute_url()


def test_without_topic_the_kind_is_the_title():
    row = ConsultationFactory(kind="first", summary="x" * 500)

    (item,) = line(Case((row.person_id,)))

    assert item.title == "Erstberatung"
    assert item.text == "x" * 400 + " …"


def test_drafts_notes_and_restricted_people_never_show():
    note = ConfidentialNoteFactory()
    person = note.consultation.person
    author = UserFactory()
    ConsultationFactory(open_draft=True, person=person, advisor=author, summary="Entwurf")
    locked = ConsultationFactory(person__state="restricted")

    (item,) = line(Case((person.pk,)), Actor.of(author))

    assert note.text not in str(item)
    assert line(Case((locked.person_id,))) == []
    assert line(Case((person.pk,)), Actor.of(UserFactory(partner=True))) == []


def test_line_of_a_venture_and_of_those_present_newest_first():
    startup, guest = StartupFactory(), PersonFactory()
    older = ConsultationFactory(startup=startup, held_on="2026-03-01")
    newer = ConsultationFactory(startup=startup, held_on="2026-03-09")
    newer.others.add(guest)
    ConsultationFactory()

    urls = [item.url for item in line(Case((), startup.pk))]

    assert urls == [newer.get_absolute_url(), older.get_absolute_url()]
    assert [item.url for item in line(Case((guest.pk,)))] == [newer.get_absolute_url()]
    assert len(line(Case((), startup.pk), limit=1)) == 1


def test_line_takes_two_queries_however_long(django_assert_num_queries):
    person, by = PersonFactory(), actor()
    for expected in (1, 3):
        while person.consultations.count() < expected:
            ConsultationFactory(person=person).topics.add(Topic.objects.first())
        with django_assert_num_queries(2):
            assert len(line(Case((person.pk,)), by)) == expected
