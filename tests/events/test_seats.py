"""Whatever happens in whatever order: seats and line stay consistent, nobody is skipped."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.actors import Actor
from events import actions
from events.errors import EventError
from events.models import Event, Registration, RegistrationState
from events.tasks import hand_on_seats
from tests.events.guests import ask, join
from tests.factories import NOW, EventFactory

pytestmark = pytest.mark.django_db
S = RegistrationState
ADMIN = Actor.system()
GUESTS = st.integers(1, 6)


class Seats(RuleBasedStateMachine):
    """A full event, two in line, and six people who register, confirm, cancel and forget."""

    def __init__(self):
        super().__init__()
        self.event = EventFactory(capacity=2)
        self.now = NOW
        for guest in range(1, 5):
            join(self.event, guest)

    def attempt(self, act):
        before = {row.pk: row.queue for row in self.rows().waiting()}
        try:
            act()
        except EventError:
            return
        self.check_turn(before)

    def check_turn(self, before):
        """Of those who waited, whoever left the line for a seat stood before all who stay."""
        rows = {row.pk: row for row in self.rows()}
        up = [queue for pk, queue in before.items() if rows[pk].state in (S.HELD, S.OFFERED)]
        stay = [queue for pk, queue in before.items() if rows[pk].state == S.WAITING]
        stay = [queue for queue in stay if queue in {row.queue for row in self.rows().waiting()}]
        assert not up or not stay or max(up) < min(stay)

    def rows(self):
        return Registration.objects.filter(event=self.event)

    def row(self, guest):
        return self.rows().filter(email=f"gast{guest}@gruendung.example").first()

    @rule(guest=GUESTS)
    def register(self, guest):
        self.attempt(lambda: ask(self.event, guest, at=self.now))

    @rule(guest=GUESTS)
    def confirm(self, guest):
        if row := self.row(guest):
            self.attempt(lambda: actions.confirm_registration(registration=row, at=self.now))

    @rule(guest=GUESTS)
    def cancel(self, guest):
        if row := self.row(guest):
            self.attempt(lambda: actions.cancel_registration(registration=row, at=self.now))

    @rule(guest=GUESTS)
    def add(self, guest):
        said = {"name": "Gast", "email": f"gast{guest}@gruendung.example"}
        self.attempt(
            lambda: actions.add_registration(event=self.event, **said, by=ADMIN, at=self.now)
        )

    @rule(minutes=st.sampled_from([1, 31, 60 * 25]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.attempt(lambda: hand_on_seats(at=self.now))

    @rule(seats=st.integers(1, 4))
    def change_seats(self, seats):
        event = Event.objects.get(pk=self.event.pk)
        given = {"event": event, "changes": {"capacity": seats}, "version": event.version}
        self.attempt(lambda: actions.update_event(**given, by=ADMIN, at=self.now))

    @invariant()
    def never_more_than_seats(self):
        assert self.rows().seated().count() <= Event.objects.get(pk=self.event.pk).capacity

    @invariant()
    def nobody_waits_before_a_free_seat(self):
        event = Event.objects.get(pk=self.event.pk)
        free = event.capacity - self.rows().seated().count()
        assert not (free and self.rows().waiting().exists()) or not event.moves_up(self.now)

    @invariant()
    def nobody_twice(self):
        emails = list(self.rows().values_list("email", flat=True))
        assert len(emails) == len(set(emails))

    @invariant()
    def a_seat_that_waits_for_an_answer_has_a_term(self):
        waits = self.rows().filter(state__in=(S.HELD, S.OFFERED), respond_by=None)
        sure = self.rows().filter(state=S.CONFIRMED).exclude(respond_by=None)
        assert not waits.exists()
        assert not sure.exists()

    def teardown(self):
        self.rows().delete()


def play(**more):
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def test_seats_and_line_stay_consistent():
    play()


def test_the_machine_finds_who_is_skipped(monkeypatch):
    """Control: with the last in line served first it must fail."""
    monkeypatch.setattr(
        "events.models.registrations.RegistrationQuerySet.waiting",
        lambda rows: rows.filter(state=S.WAITING).order_by("-queue"),
    )

    with pytest.raises(AssertionError):
        play(phases=[Phase.generate])
