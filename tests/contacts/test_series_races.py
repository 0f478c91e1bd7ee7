"""Two at once, with real threads on PostgreSQL; each with a control that must go wrong."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from accounts.actors import Actor
from contacts.actions import complete_follow_up, start_series, stop_run
from contacts.errors import SeriesRunningError
from contacts.models import FollowUp, FollowUpSeries, SeriesRun
from tests.factories import NOW, PersonFactory, UserFactory, actor

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works):
    """Run all at the same moment; what each answered or raised."""
    barrier, answers = Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            barrier.wait(10)
            answers[index] = work()
        except Exception as error:
            answers[index] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def starting(person):
    user, series = UserFactory(), FollowUpSeries.objects.get(code="after_first_consultation")
    given = {"series": series, "person": person, "assignee": user}
    return lambda: start_series(**given, by=Actor.of(user), at=NOW)


def test_of_two_starts_at_once_one_wins():
    person = PersonFactory(email="zoe@x.example")

    answers = at_once(starting(person), starting(person))

    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [
        SeriesRunningError
    ]
    assert (SeriesRun.objects.count(), FollowUp.objects.count()) == (1, 3)


def test_control_without_the_constraint_both_start():
    person = PersonFactory(email="zoe@x.example")
    once = next(c for c in SeriesRun._meta.constraints if c.name == "series_runs_once_per_person")
    with connection.schema_editor() as editor:
        editor.remove_constraint(SeriesRun, once)
    try:
        at_once(starting(person), starting(person))
        assert SeriesRun.objects.count() == 2
    finally:
        SeriesRun.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(SeriesRun, once)


def test_stopping_while_a_step_is_done_loses_neither():
    """Whoever is first, the other goes on with what it finds; nobody waits for ever."""
    run = starting(PersonFactory(email="zoe@x.example"))()
    first = run.follow_ups.order_by("due_on").first()

    at_once(
        lambda: complete_follow_up(follow_up=first, by=actor(), at=NOW),
        lambda: stop_run(run=run, reason="answered", by=actor(), at=NOW),
    )

    run.refresh_from_db()
    states = list(run.follow_ups.order_by("due_on").values_list("state", flat=True))
    assert run.end_reason == "answered"
    assert states[0] in {"done", "cancelled"}
    assert states[1:] == ["cancelled", "cancelled"]
