"""A hundred at once for ten seats, with real threads on PostgreSQL; without the lock it oversells.

`EVENT_ROUNDS=50 pytest tests/events/test_registration_races.py` plays more rounds.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from events import actions
from events.models import Event, Registration
from outbox.models import OutboundMail
from tests.events.guests import ask, cancel, join
from tests.factories import EventFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROUNDS = int(os.environ.get("EVENT_ROUNDS", "2"))
GUESTS, SEATS, THREADS = 100, 10, 20


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


def at_once(works, threads=THREADS):
    """All in threads that start together; what each answered."""
    start, works = Barrier(threads), list(works)

    def run(share):
        try:
            start.wait(10)
            return [work() for work in share]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        shares = [pool.submit(run, works[n::threads]) for n in range(threads)]
        return [answer for share in shares for answer in share.result(120)]


def rows_of(event):
    return list(Registration.objects.filter(event=event).order_by("queue"))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_hundred_for_ten_seats(_round):
    event = EventFactory(capacity=SEATS)

    at_once(lambda n=n: ask(event, n) for n in range(GUESTS))

    rows = rows_of(event)
    assert [row.state for row in rows] == ["held"] * SEATS + ["waiting"] * (GUESTS - SEATS)
    assert [row.queue for row in rows] == list(range(1, GUESTS + 1))
    assert OutboundMail.objects.filter(kind="registration_requested").count() == GUESTS


def test_control_without_the_lock_it_oversells(monkeypatch):
    monkeypatch.setattr(
        "events.actions.registrations.locked", lambda pk, at: Event.objects.get(pk=pk)
    )
    monkeypatch.setattr("events.actions.registrations.next_in_line", lambda event: numbers.pop())
    numbers = list(range(GUESTS))
    event = EventFactory(capacity=SEATS)

    at_once(lambda n=n: ask(event, n) for n in range(GUESTS))

    assert Registration.objects.filter(event=event).seated().count() > SEATS


def test_one_address_in_many_tabs_is_one_registration():
    event = EventFactory(capacity=SEATS)
    ways = ["zoe@gruendung.example", "Zoe@Gruendung.example", "ZOE@GRUENDUNG.EXAMPLE"]

    answers = at_once(lambda n=n: ask(event, email=ways[n % 3]) for n in range(THREADS))

    assert len({row.pk for row in answers}) == 1
    assert Registration.objects.count() == OutboundMail.objects.count() == 1


def test_cancelling_and_registering_at_once_loses_no_seat():
    event = EventFactory(capacity=SEATS)
    seated = [join(event, n) for n in range(SEATS)]
    for n in range(SEATS, 2 * SEATS):
        join(event, n)

    works = [lambda row=row: cancel(row) for row in seated]
    works += [lambda n=n: ask(event, n) for n in range(100, 100 + SEATS)]
    at_once(works)

    states = [row.state for row in rows_of(event)]
    assert states[: 2 * SEATS] == ["cancelled"] * SEATS + ["offered"] * SEATS
    assert states[2 * SEATS :] == ["waiting"] * SEATS


def test_of_two_clicks_on_confirm_one_mail():
    event = EventFactory(capacity=SEATS)
    row = ask(event)

    at_once(
        (lambda: actions.confirm_registration(registration=row, at=row.created_at),) * 8, threads=8
    )

    assert OutboundMail.objects.filter(kind="registration_confirmed").count() == 1
