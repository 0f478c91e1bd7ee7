"""Several phones at one door, with real threads on PostgreSQL; without the lock too many get in."""

from uuid import uuid4

import pytest
from django.db import connection

from events.actions import Report, take_report
from events.models import DoorEntry, Event, Registration
from tests.events.guests import fresh
from tests.events.test_registration_races import at_once
from tests.factories import NOW, EventFactory, RegistrationFactory, actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PHONES = 8


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


def tell(event, **said):
    report = Report(**{"id": uuid4(), "step": "in", "said_at": NOW, **said})
    return take_report(event=event, report=report, by=actor(), at=NOW).outcome


def test_of_phones_that_let_in_one_guest_one_did_it():
    row = RegistrationFactory()

    outcomes = at_once((lambda: tell(row.event, guest_id=row.pk),) * PHONES, threads=PHONES)

    assert sorted(outcomes) == ["already"] * (PHONES - 1) + ["done"]
    assert fresh(row).version == row.version + 1


def test_one_report_sent_many_times_at_once_is_one():
    event, report = EventFactory(), uuid4()

    send = (lambda: tell(event, id=report, step="walk_in", name="Ada"),) * PHONES
    outcomes = at_once(send, threads=PHONES)

    assert outcomes == ["done"] * PHONES
    assert (Registration.objects.count(), DoorEntry.objects.count()) == (1, 1)


def test_one_id_at_several_doors_at_once_is_the_first():
    rows, report = [RegistrationFactory() for _n in range(PHONES)], uuid4()

    works = (lambda row=row: tell(row.event, id=report, guest_id=row.pk) for row in rows)
    at_once(works, threads=PHONES)

    assert Registration.objects.filter(checked_in_at__isnull=False).count() == 1


def test_walk_ins_at_once_share_the_last_seats():
    event = EventFactory(capacity=3)

    works = (lambda n=n: tell(event, step="walk_in", name=f"Gast {n}") for n in range(PHONES))
    outcomes = at_once(works, threads=PHONES)

    assert sorted(outcomes) == ["done"] * 3 + ["full"] * (PHONES - 3)


def test_control_without_the_lock_too_many_get_in(monkeypatch):
    monkeypatch.setattr("events.actions.door.locked", lambda pk, at: Event.objects.get(pk=pk))
    monkeypatch.setattr(
        "events.actions.door_reports.locked", lambda pk, at: Event.objects.get(pk=pk)
    )
    numbers = list(range(100))
    monkeypatch.setattr("events.actions.registrations.next_in_line", lambda event: numbers.pop())
    event = EventFactory(capacity=3)

    works = (lambda n=n: tell(event, step="walk_in", name=f"Gast {n}") for n in range(PHONES))
    at_once(works, threads=PHONES)

    assert Registration.objects.count() > 3
