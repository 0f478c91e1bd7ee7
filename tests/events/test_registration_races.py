"""A hundred at once for ten seats, with real threads on PostgreSQL; without the lock it oversells.

`EVENT_ROUNDS=50 pytest tests/events/test_registration_races.py` plays more rounds.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.history import EditConflict
from events import actions
from events.models import Event, Registration
from outbox.models import OutboundMail
from tests.events.guests import ask, cancel, join
from tests.factories import EventFactory, actor

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


def test_parts_in_any_order_never_wait_for_each_other():
    """While guests choose parts in all orders, cancel all, and the programme moves."""
    start = timezone.now() + timedelta(days=3)
    week = EventFactory(
        registration="parts", starts_at=start, ends_at=start + timedelta(days=9), capacity=None
    )
    hours = {"starts_at": start + timedelta(hours=1), "ends_at": start + timedelta(hours=2)}
    parts = [EventFactory(parent=week, capacity=SEATS, **hours) for _n in range(3)]
    wanted = list(permutations(parts))

    def choose(n):
        given = {"name": f"Gast {n}", "email": f"gast{n}@gruendung.example", "at": timezone.now()}
        return actions.register_for_parts(parts=wanted[n % len(wanted)], **given)

    def choose_and_leave(n):
        return actions.cancel_all_parts(registration=choose(n)[n % 3], at=timezone.now())

    def move():
        event = Event.objects.get(pk=week.pk)
        dates = {"starts_at": event.starts_at + timedelta(days=1)}
        dates["ends_at"] = event.ends_at + timedelta(days=1)
        with suppress(EditConflict):
            actions.update_event(
                event=event, changes=dates, version=event.version, by=actor(), at=timezone.now()
            )

    works = [lambda n=n: choose(n) for n in range(30)]
    works += [lambda n=n: choose_and_leave(n) for n in range(30, 45)] + [move] * 5
    at_once(works)

    for part in parts:
        states = [row.state for row in rows_of(part)]
        assert len(states) == 45
        assert states.count("cancelled") == 15
        assert states.count("held") == SEATS
        assert states.count("waiting") == 20
