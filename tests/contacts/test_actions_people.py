"""People are written with everything that follows from their names and addresses."""

import pytest

from accounts.history import EditConflict, changes_of
from contacts.actions import create_person, update_person
from contacts.errors import NotWritableError
from contacts.models import Person
from tests.factories import PersonFactory, actor

pytestmark = pytest.mark.django_db


def test_create_person_normalises_what_was_typed(now):
    person = create_person(
        given_name="Zoë",
        family_name="Müller",
        emails=[" Zoe@Gruenden.EXAMPLE ", "zoe@gruenden.example", ""],
        phones=["05361 / 28 28 28", "intern 12"],
        by=actor(),
        at=now,
    )

    assert person.reference == "P-2026-0001"
    assert person.sort_name == "mueller zoe"
    assert [email.address for email in person.emails.all()] == ["zoe@gruenden.example"]
    assert [phone.number for phone in person.phones.all()] == ["+495361282828", "intern 12"]
    assert [change.version for change in changes_of(person)] == [1]


def test_create_person_cuts_a_sort_name_that_folding_made_longer(now):
    person = create_person(given_name="ß" * 100, family_name="ß" * 100, by=actor(), at=now)

    assert len(person.sort_name) == 220


def test_update_person_keeps_history_of_fields_and_addresses(now):
    person, by = PersonFactory(email="alt@gruenden.example"), actor()

    update_person(
        person=person,
        changes={"family_name": "Öztürk"},
        emails=["neu@gruenden.example"],
        version=1,
        by=by,
        at=now,
    )

    change = changes_of(person).first()
    assert change.version == person.version == 2
    assert change.fields["emails"] == [["alt@gruenden.example"], ["neu@gruenden.example"]]
    assert change.fields["family_name"][1] == "Öztürk"
    assert Person.objects.get().sort_name == "oeztuerk zoe"
    assert change.by_user_id == by.user_id


def test_update_person_raises_the_version_for_addresses_alone(now):
    person = PersonFactory()

    update_person(person=person, changes={}, phones=["0171 1234567"], version=1, by=actor(), at=now)

    assert Person.objects.get().version == 2


def test_update_person_of_an_old_version_is_a_conflict_and_writes_nothing(now):
    person = PersonFactory(email="alt@gruenden.example", version=3)

    with pytest.raises(EditConflict):
        update_person(
            person=person, changes={}, emails=["neu@x.example"], version=2, by=actor(), at=now
        )

    assert [email.address for email in person.emails.all()] == ["alt@gruenden.example"]


@pytest.mark.parametrize("state", ["restricted", "anonymised"])
def test_update_person_refuses_a_locked_person(state, now):
    person = PersonFactory()
    Person.objects.update(state=state)  # meanwhile, behind the back of the object in hand

    with pytest.raises(NotWritableError):
        update_person(person=person, changes={"town": "Gifhorn"}, version=1, by=actor(), at=now)

    assert Person.objects.get().town == ""
