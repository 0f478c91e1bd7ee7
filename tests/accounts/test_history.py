from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from accounts.actors import Actor
from accounts.history import EditConflict, changes_of, plain, save_changes
from accounts.models import Change
from contacts.models import Person
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def test_written_fields_raise_the_version_and_are_remembered(now):
    person, user = PersonFactory(given_name="Zoe"), UserFactory()

    changed = {"given_name": "Zoë", "family_name": person.family_name}
    assert save_changes(person, changed, by=Actor.of(user), at=now) is True

    stored = Person.objects.get(pk=person.pk)
    assert (stored.given_name, stored.version, stored.modified_at) == ("Zoë", 2, now)
    change = changes_of(person).get()
    assert change.fields == {"given_name": ["Zoe", "Zoë"]}
    assert (change.by_user, change.version, change.channel) == (user, 2, "screen")
    assert str(change) == f"contacts.person {person.pk} v2"


def test_nothing_changed_writes_nothing(now):
    person = PersonFactory()

    assert save_changes(person, {"given_name": person.given_name}, by=SYSTEM, at=now) is False

    assert Person.objects.get(pk=person.pk).version == 1
    assert not Change.objects.exists()


@pytest.mark.parametrize("mine", ["Ada", "Zoë"])
def test_of_two_edits_of_one_version_the_second_is_told(now, mine):
    """Even when the second one would write what it has read."""
    person = PersonFactory(given_name="Zoë")
    stale = Person.objects.get(pk=person.pk)
    save_changes(person, {"given_name": "Lea"}, by=SYSTEM, at=now)

    with pytest.raises(EditConflict) as caught:
        save_changes(stale, {"given_name": mine}, version=1, by=SYSTEM, at=now)

    assert caught.value.current.given_name == "Lea"
    assert Person.objects.get(pk=person.pk).given_name == "Lea"
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 3, 10), "2026-03-10"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (["a"], ["a"]),
        (None, None),
    ],
)
def test_values_are_kept_as_json(value, kept):
    assert plain(value) == kept


def test_a_row_is_kept_by_its_key():
    user = UserFactory()

    assert plain(user) == str(user.pk)
