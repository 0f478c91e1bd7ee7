"""What events add to the line of a case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from contacts.registry import Case, timeline_sources
from contacts.timeline import timeline_of
from events.timeline import registrations_of
from tests.factories import EventFactory, PersonFactory, RegistrationFactory, UserFactory, actor

pytestmark = pytest.mark.django_db


def on(days, **fields):
    start = timezone.now() + timedelta(days=days)
    return EventFactory(starts_at=start, ends_at=start + timedelta(hours=2), **fields)


def line(person, by=None):
    items = registrations_of(Case((person.pk,)), by or Actor(role="advisor", channel="screen"), 100)
    return [(item.kind, item.title, item.badge, item.planned) for item in items]


def test_source_is_registered():
    assert registrations_of in timeline_sources


def test_who_came_had_a_contact_and_who_did_not_had_none():
    person, now = PersonFactory(), timezone.now()
    RegistrationFactory(person=person, event=on(3, title="Kommt"))
    RegistrationFactory(person=person, event=on(4, title="Wartet"), waiting=True)
    RegistrationFactory(person=person, event=on(-5, title="War da"), checked_in_at=now)
    RegistrationFactory(person=person, event=on(-6, title="Fehlte"))
    # could leak
    RegistrationFactory(person=person, event=on(-7, title="Nie dran"), waiting=True)
    RegistrationFactory(person=person, event=on(5, title="Ausgefallen", cancelled=True))
    RegistrationFactory(person=person, event=on(6, title="Abgemeldet"), cancelled=True)
    RegistrationFactory(event=on(7, title="Andere Person"))

    assert line(person) == [
        ("event", "Wartet", "Warteliste", True),
        ("event", "Kommt", "Bestätigt", True),
        ("event", "War da", "Teilgenommen", False),
        ("change", "Fehlte", "Nicht erschienen", False),
    ]
    assert timeline_of(Case((person.pk,)), actor()).last_contact.title == "War da"


def test_partners_and_restricted_people_see_none_of_it():
    person = PersonFactory(state="restricted")
    RegistrationFactory(person=person)
    other = RegistrationFactory(person=PersonFactory()).person

    assert line(person) == []
    assert line(other, Actor.of(UserFactory(partner=True))) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queries_stay_the_same(rows, django_assert_num_queries):
    person = PersonFactory()
    for n in range(rows):
        RegistrationFactory(person=person, event=on(n + 1))

    with django_assert_num_queries(1):
        assert len(line(person)) == rows
