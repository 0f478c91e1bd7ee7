"""Nothing of an erased guest stays but that somebody had a seat."""

from datetime import timedelta

import pytest

from accounts.history import changes_of
from contacts.actions import erase_person
from outbox.models import OutboundMail
from tests.events.guests import ask, asked, fresh, join, said
from tests.factories import NOW, EventFactory, PersonFactory, RegistrationFactory, actor

pytestmark = pytest.mark.django_db
TOKEN = "tok3n"


def test_a_seat_ahead_goes_to_the_next_and_no_word_stays():
    person = PersonFactory(given_name=TOKEN, family_name=TOKEN, email=f"{TOKEN}@mail.example")
    event = EventFactory(capacity=1, questions=[asked()])
    given = {"name": TOKEN, "email": f"{TOKEN}@mail.example", "answers": said(TOKEN)}
    row, waiting = join(event, **given), join(event, 2)
    other = join(EventFactory(), 3)
    unlinked = ask(EventFactory(), **given)
    over = EventFactory(past=True)
    past = RegistrationFactory(person=person, event=over, name=TOKEN, checked_in_at=over.starts_at)
    assert (row.person, fresh(unlinked).person) == (person, None)

    erase_person(person=person, by=actor(), at=NOW + timedelta(minutes=1))

    for one in (row, unlinked, past):
        left = fresh(one)
        assert TOKEN not in f"{left.name}{left.email}{left.answers}{left.search}"
        assert TOKEN not in str([change.fields for change in changes_of(left)])
    assert (fresh(row).state, fresh(unlinked).state) == ("cancelled", "cancelled")
    assert fresh(past).checked_in_at == over.starts_at
    assert fresh(waiting).state == "offered"
    assert (fresh(other).name, fresh(other).state) == ("Gast 3", "confirmed")
    assert not OutboundMail.objects.filter(recipient__contains=TOKEN).exists()
