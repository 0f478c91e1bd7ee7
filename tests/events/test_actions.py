from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import AGENCY_ID, NOBODY
from accounts.history import EditConflict, changes_of
from contacts.models import Topic
from events import actions
from events.errors import EndsBeforeStartError, EventChangedError, StateStepError
from events.models import Event, EventState
from tests.factories import NOW, EventFactory, VenueFactory, actor

pytestmark = pytest.mark.django_db


def create(title="Gründungsabend", **fields):
    given = {
        "format": "talk",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=2),
        "host_id": AGENCY_ID,
        "by": actor(),
        "at": NOW,
    }
    return actions.create_event(title=title, **{**given, **fields})


def test_create_makes_a_draft_with_topics_and_history():
    topic, who = Topic.objects.get(code="taxes"), actor()

    event = create(topics=[topic], by=who)

    event.refresh_from_db()
    assert (event.state, event.slug, event.created_at) == ("draft", "gruendungsabend", NOW)
    assert list(event.topics.all()) == [topic]
    assert event.created_by_id == who.user_id
    assert [(c.version, c.by_user_id) for c in changes_of(event)] == [(1, who.user_id)]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größer werden: Förderung & Käse!", "groesser-werden-foerderung-kaese"),
        ("Kalender", "kalender-2"),  # would hide the calendar file
        ("NEU!", "neu-2"),  # would hide the form for a new one
        ("🚀", "veranstaltung"),
        ("../../etc/passwd", "etc-passwd"),
        ("a" * 150, "a" * 80),
    ],
)
def test_address_is_made_from_the_title(title, slug):
    assert create(title).slug == slug


def test_same_titles_get_addresses_of_their_own():
    slugs = [create("Sprechtag").slug for _ in range(11)]

    assert slugs[:9] == ["sprechtag", *(f"sprechtag-{n}" for n in range(2, 10))]
    assert len(set(slugs)) == 11


def test_a_second_call_with_the_same_id_answers_the_first_event():
    new_id = uuid4()

    first, second = create("Erste", id=new_id), create("Zweite", id=new_id)

    assert (second.pk, second.title) == (first.pk, "Erste")
    assert Event.objects.count() == 1


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(EndsBeforeStartError):
        create(ends_at=NOW - timedelta(minutes=1))
    event = EventFactory()
    with pytest.raises(EndsBeforeStartError):
        actions.update_event(
            event=event, changes={"ends_at": event.starts_at - timedelta(days=1)},
            version=1, by=actor(), at=NOW,
        )  # fmt: skip


def test_the_database_refuses_it_too():
    with pytest.raises(IntegrityError), transaction.atomic():
        EventFactory(ends_at=datetime(2020, 1, 1, tzinfo=UTC))


def test_update_keeps_the_address_and_notes_what_changed():
    event = create("Alt", topics=Topic.objects.filter(code="taxes"))

    actions.update_event(
        event=event, changes={"title": "Neu"}, topics=Topic.objects.filter(code="digital"),
        version=1, by=actor(), at=NOW + timedelta(hours=1),
    )  # fmt: skip

    event.refresh_from_db()
    assert (event.title, event.slug, event.version) == ("Neu", "alt", 2)
    assert [t.code for t in event.topics.all()] == ["digital"]
    assert changes_of(event).first().fields == {
        "title": ["Alt", "Neu"],
        "topics": [["taxes"], ["digital"]],
    }


def test_update_without_topics_leaves_them():
    event = create(topics=Topic.objects.filter(code="taxes"))

    actions.update_event(event=event, changes={"title": "N"}, version=1, by=actor(), at=NOW)

    assert [t.code for t in event.topics.all()] == ["taxes"]


def test_of_two_updates_of_one_version_one_wins():
    event = create()
    actions.update_event(event=event, changes={"title": "Erste"}, version=1, by=actor(), at=NOW)

    with pytest.raises(EditConflict):
        actions.update_event(
            event=event, changes={"title": "Zweite"}, topics=Topic.objects.all(),
            version=1, by=actor(), at=NOW,
        )  # fmt: skip

    event = Event.objects.get(pk=event.pk)
    assert (event.title, event.topics.count()) == ("Erste", 0)


STEPS = {
    "publish_event": ("draft", "cancelled"),
    "unpublish_event": ("published",),
    "cancel_event": ("published",),
}
AFTER = {
    "publish_event": "published",
    "unpublish_event": "draft",
    "cancel_event": "cancelled",
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", EventState.values)
def test_steps_are_those_of_the_table(name, state):
    event = EventFactory(state=state)
    step = getattr(actions, name)

    if state in STEPS[name]:
        step(event=event, by=actor(), at=NOW)
        assert Event.objects.get(pk=event.pk).state == AFTER[name]
        assert changes_of(event).first().fields == {"state": [state, AFTER[name]]}
    else:
        with pytest.raises(StateStepError):
            step(event=event, by=actor(), at=NOW)
        assert Event.objects.get(pk=event.pk).state == state


def test_who_publishes_a_moved_event_is_told():
    event = EventFactory(draft=True)
    actions.publish_event(event=Event.objects.get(pk=event.pk), by=actor(), at=NOW)

    with pytest.raises(EventChangedError):
        actions.publish_event(event=event, by=actor(), at=NOW)


def test_visibility_hides_drafts_from_all_but_the_agency():
    public, cancelled = EventFactory(), EventFactory(cancelled=True)
    draft = EventFactory(draft=True)

    assert set(Event.objects.visible_to(NOBODY)) == {public, cancelled}
    assert set(Event.objects.visible_to(actor("advisor"))) == {public, cancelled, draft}


def test_venues_are_created_once_and_changed():
    new_id = uuid4()
    venue = actions.create_venue(name="DigitalCube", at=NOW, id=new_id)
    assert (venue.pk, str(venue)) == (new_id, "DigitalCube")

    actions.update_venue(venue=venue, changes={"town": "Wolfsburg"}, at=NOW + timedelta(days=1))

    venue.refresh_from_db()
    assert (venue.town, venue.modified_at) == ("Wolfsburg", NOW + timedelta(days=1))


def test_models_speak():
    assert str(EventFactory(title="Abend")) == "Abend"
    assert str(VenueFactory(name="Cube")) == "Cube"
