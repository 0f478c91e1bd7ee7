"""A series is started after a preview, runs once per person, and stops when it is pointless."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.history import changes_of
from contacts import tasks
from contacts.actions import (
    change_stage,
    complete_follow_up,
    object_to,
    reopen_follow_up,
    resume_series,
    start_series,
    stop_run,
    stop_series,
    withdraw_consent,
)
from contacts.errors import SeriesOverError, SeriesRefusedError, SeriesRunningError
from contacts.models import FollowUp, FollowUpSeries, Person, SeriesRun, SeriesStep, Stage
from contacts.series import preview_of
from outbox import claims
from outbox.models import OutboundMail
from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    PersonFactory,
    SeriesRunFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 6, 12, tzinfo=timezone.get_default_timezone())  # a Friday


@pytest.fixture
def series():
    return FollowUpSeries.objects.get(code="after_first_consultation")


@pytest.fixture
def person():
    return PersonFactory(email="zoe@x.example")


def start(series, person, at=START, **fields):
    user = UserFactory(name="Anke")
    given = {"assignee": user, "by": Actor.of(user), "at": at} | fields
    return start_series(series=series, person=person, **given)


def states(run):
    return list(run.follow_ups.order_by("due_on").values_list("state", flat=True))


def test_a_fresh_installation_follows_a_first_consultation_after_1_week_4_weeks_3_months(series):
    steps = [(step.after, step.unit, step.kind) for step in series.steps.all()]

    assert steps == [(1, "weeks", "mail"), (4, "weeks", "task"), (3, "months", "mail")]
    assert series.names["de"] == "Nach der Erstberatung"


@pytest.mark.parametrize(
    ("after", "unit", "begin", "day"),
    [
        (1, "weeks", date(2026, 3, 6), date(2026, 3, 13)),
        (1, "days", date(2026, 3, 6), date(2026, 3, 9)),  # Saturday: Monday
        (4, "weeks", date(2026, 3, 6), date(2026, 4, 7)),  # Good Friday: Tuesday after Easter
        (3, "months", date(2026, 11, 30), date(2027, 3, 1)),  # 28 February is a Sunday
        (0, "days", date(2026, 3, 6), date(2026, 3, 6)),
    ],
)
def test_a_step_falls_on_a_working_day(after, unit, begin, day):
    assert SeriesStep(after=after, unit=unit).due_on(begin) == day


@pytest.mark.parametrize("wrong", [("days", 367), ("weeks", 105), ("months", 37)])
def test_no_step_lies_beyond_three_years(series, wrong):
    unit, after = wrong

    with pytest.raises(IntegrityError), transaction.atomic():
        SeriesStep.objects.create(series=series, position=9, unit=unit, after=after, subject="x")


def test_the_preview_shows_days_texts_and_who_sends(series, person):
    sender = UserFactory(name="Anke", email="anke@dma.example")

    preview = preview_of(series, person=person, sender=sender, at=START)

    first, second, third = preview.steps
    assert (first.due_on, first.moved) == (date(2026, 3, 13), False)
    assert (second.due_on, second.moved) == (date(2026, 4, 7), True)
    assert f"Guten Tag {person.display_name}," in first.message.text
    assert first.message.reply_to == "anke@dma.example"
    assert second.message is None
    assert third.message.subject == "Was macht Ihr Vorhaben?"
    assert preview.refusal == ""


def test_starting_plans_what_the_preview_showed(series, person):
    startup = StartupFactory()
    run = start(series, person, startup=startup)

    preview = preview_of(series, person=person, sender=run.assignee, at=START)
    planned = [
        (row.due_on, row.kind, row.subject, row.template_id, row.assignee, row.startup)
        for row in run.follow_ups.order_by("due_on")
    ]
    assert planned == [
        (each.due_on, each.step.kind, each.step.subject, each.step.template_id)
        + (run.assignee, startup)
        for each in preview.steps
    ]


@pytest.mark.parametrize("why", ["no address", "objects", "no steps"])
def test_what_could_not_keep_its_promise_is_refused_before(series, person, why):
    if why == "no address":
        person.emails.all().delete()
    elif why == "objects":
        object_to(person=person, purpose="follow_up", by=actor(), at=START)
    else:
        series.steps.all().delete()

    refusal = preview_of(series, person=person, sender=UserFactory(), at=START).refusal

    with pytest.raises(SeriesRefusedError) as refused:
        start(series, person)
    assert (refused.value.message, bool(refusal)) == (refusal, True)
    assert not SeriesRun.objects.exists()


def test_tasks_alone_need_no_address(series, person):
    person.emails.all().delete()
    series.steps.exclude(template=None).delete()

    assert start(series, person).follow_ups.count() == 1


def test_a_series_runs_once_at_a_time_for_a_person(series, person):
    first = start(series, person)
    with pytest.raises(SeriesRunningError):
        start(series, person)
    assert FollowUp.objects.count() == 3

    stop_run(run=first, reason="by_hand", by=actor(), at=START)
    assert start(series, person).follow_ups.count() == 3
    with pytest.raises(SeriesRunningError):
        resume_series(run=first, by=actor(), at=START)


def test_a_run_ends_for_a_reason(series, person):
    run = SeriesRunFactory(series=series, person=person)

    with pytest.raises(IntegrityError), transaction.atomic():
        SeriesRun.objects.filter(pk=run.pk).update(ended_at=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeriesRun.objects.filter(pk=run.pk).update(end_reason="answered")


def test_stopping_cancels_what_is_open_and_keeps_what_is_done(series, person):
    run, other = start(series, person), start(series, PersonFactory(email="o@x.example"))
    first = run.follow_ups.order_by("due_on").first()
    complete_follow_up(follow_up=first, by=actor(), at=START)

    at = START + timedelta(days=2)
    assert stop_series(person=person, reason="answered", by=actor(), at=at) == 1
    assert stop_series(person=person, reason="booked", by=actor(), at=at) == 0

    run.refresh_from_db()
    assert (run.end_reason, run.ended_at) == ("answered", at)
    assert states(run) == ["done", "cancelled", "cancelled"]
    assert states(other) == ["open", "open", "open"]
    cancelled = run.follow_ups.filter(state="cancelled").first()
    assert changes_of(cancelled).first().fields["reason"] == ["", "answered"]


def test_only_what_had_begun_by_that_day_is_stopped(series, person):
    start(series, person)

    before, after = START.date() - timedelta(days=1), START.date()
    assert stop_series(person=person, reason="consulted", on=before, by=actor(), at=START) == 0
    assert stop_series(person=person, reason="consulted", on=after, by=actor(), at=START) == 1


def test_a_stop_is_taken_back_and_nothing_falls_due_in_the_past(series, person):
    run = start(series, person)
    stop_run(run=run, reason="answered", by=actor(), at=START)

    later = START + timedelta(days=15)  # a Saturday, after the first mail's day
    run = resume_series(run=run, by=actor(), at=later)

    assert (run.ended_at, run.end_reason) == (None, "")
    days = run.follow_ups.open().order_by("due_on").values_list("due_on", flat=True)
    assert list(days) == [date(2026, 3, 23), date(2026, 4, 7), date(2026, 6, 8)]


@pytest.mark.parametrize("reason", ["withdrawn", "case_ended", "person_locked", "finished"])
def test_an_end_that_is_a_fact_is_not_taken_back(series, person, reason):
    run = stop_run(run=start(series, person), reason=reason, by=actor(), at=START)

    with pytest.raises(SeriesOverError):
        resume_series(run=run, by=actor(), at=START)


def test_what_was_refused_meanwhile_is_not_resumed(series, person):
    run = stop_run(run=start(series, person), reason="answered", by=actor(), at=START)
    object_to(person=person, purpose="follow_up", by=actor(), at=START)

    with pytest.raises(SeriesRefusedError):
        resume_series(run=run, by=actor(), at=START)


def test_the_last_step_ends_the_series_and_opening_it_again_lets_it_go_on(series, person):
    run = start(series, person)
    *_others, last = [
        complete_follow_up(follow_up=row, by=actor(), at=START) for row in run.follow_ups.all()
    ]
    run.refresh_from_db()
    assert run.end_reason == "finished"

    reopen_follow_up(follow_up=last, by=actor(), at=START)
    run.refresh_from_db()
    assert run.ended_at is None


# --- what stops it ---


def withdraw(person, at):
    consent = ConsentFactory(person=person, purpose="follow_up", recipient=None)
    withdraw_consent(consent=consent, by=actor(), at=at)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda person, at: object_to(person=person, purpose="follow_up", by=actor(), at=at), 0),
        (withdraw, 0),
        (lambda person, at: Person.objects.update(state="restricted"), 1),
    ],
    ids=["objects", "withdraws", "locked"],
)
def test_a_series_stops_when(series, person, happens, reason):
    run = start(series, person)

    happens(person, START)
    tasks.stop_series_of_locked(at=START)

    run.refresh_from_db()
    assert run.end_reason == ["withdrawn", "person_locked"][reason]
    assert set(states(run)) == {"cancelled"}


def test_a_series_stops_when_the_case_ends(series):
    about, of_founder, of_busy = (PersonFactory(email=f"{n}@x.example") for n in range(3))
    startup = StartupFactory()
    for someone in (of_founder, of_busy):
        AffiliationFactory(person=someone, startup=startup)
    AffiliationFactory(person=of_busy)
    runs = [
        start(series, about, startup=startup),
        start(series, of_founder),
        start(series, of_busy),
    ]

    ended = Stage.objects.get(code="ended")
    change_stage(startup=startup, stage=ended, reason="Aufgabe", by=actor(), at=START)

    reasons = [SeriesRun.objects.get(pk=run.pk).end_reason for run in runs]
    assert reasons == ["case_ended", "case_ended", ""]


def test_another_phase_stops_nothing(series, person):
    startup = StartupFactory()
    run = start(series, person, startup=startup)

    change_stage(startup=startup, stage=Stage.objects.get(code="growth"), by=actor(), at=START)

    assert set(states(run)) == {"open"}


def test_a_mail_that_still_waits_is_caught(series, person):
    run = start(series, person)
    due = START + timedelta(days=7)
    assert tasks.send_due_follow_ups(at=due) == 1

    stop_run(run=run, reason="answered", by=actor(), at=due)

    mail = OutboundMail.objects.get()
    assert (mail.state, mail.last_error) == ("cancelled", "not_allowed: series_stopped")
    assert states(run) == ["cancelled", "cancelled", "cancelled"]
    resume_series(run=run, by=actor(), at=due)
    assert tasks.send_due_follow_ups(at=due) == 1
    assert OutboundMail.objects.filter(state="queued").count() == 1


def test_a_mail_that_is_being_sent_is_asked_once_more(series, person):
    run = start(series, person)
    due = START + timedelta(days=7)
    tasks.send_due_follow_ups(at=due)
    claims.claim_due(at=due)

    assert tasks.follow_up_may_go(OutboundMail.objects.get(), due) == ""
    stop_run(run=run, reason="answered", by=actor(), at=due)

    assert tasks.follow_up_may_go(OutboundMail.objects.get(), due) == "series_stopped"
    assert states(run) == ["done", "cancelled", "cancelled"]


def test_what_is_opened_alone_after_the_stop_goes(series, person):
    run = stop_run(run=start(series, person), reason="answered", by=actor(), at=START)
    first = run.follow_ups.order_by("due_on").first()

    reopen_follow_up(follow_up=first, by=actor(), at=START)
    due = START + timedelta(days=7)
    tasks.send_due_follow_ups(at=due)

    assert tasks.follow_up_may_go(OutboundMail.objects.get(), due) == ""
