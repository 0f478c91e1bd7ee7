"""Follow-ups are planned, moved, handed over, closed and opened again."""

from datetime import timedelta

import pytest

from contacts.actions import (
    complete_follow_up,
    hand_over_follow_up,
    plan_follow_up,
    postpone_follow_up,
    reopen_follow_up,
    undo_postponement,
)
from contacts.errors import (
    AssigneeRefusedError,
    FollowUpClosedError,
    FollowUpRefusedError,
    MailOnItsWayError,
    NothingToUndoError,
    NotWritableError,
)
from contacts.models import FollowUp, MailTemplate
from tests.factories import FollowUpFactory, PersonFactory, StartupFactory, UserFactory, actor

pytestmark = pytest.mark.django_db


def plan(now, **fields):
    given = {"due_on": now.date(), "subject": "Fragen", "by": actor(), "at": now} | fields
    return plan_follow_up(**{"assignee": UserFactory(), **given})


def test_plan_follow_up_about_a_startup(now):
    follow_up = plan(now, startup=StartupFactory())

    assert follow_up.reference == "W-2026-0001"
    assert (follow_up.state, follow_up.kind, follow_up.version) == ("open", "task", 1)


@pytest.mark.parametrize("missing", ["anybody", "template", "person"])
def test_plan_follow_up_refuses_a_mail_without_person_or_template(missing, now):
    about = {
        "anybody": {},
        "template": {"person": PersonFactory(), "kind": "mail"},
        "person": {
            "startup": StartupFactory(),
            "kind": "mail",
            "template": MailTemplate.objects.first(),
        },
    }[missing]

    with pytest.raises(FollowUpRefusedError):
        plan(now, **about)


@pytest.mark.parametrize("wrong", [{"is_active": False}, {"partner": True}])
def test_plan_follow_up_refuses_an_assignee_who_cannot_see_it(wrong, now):
    with pytest.raises(AssigneeRefusedError):
        plan(now, person=PersonFactory(), assignee=UserFactory(**wrong))


def test_plan_follow_up_refuses_a_locked_person(now):
    with pytest.raises(NotWritableError):
        plan(now, person=PersonFactory(state="restricted"))


def test_complete_and_reopen(now):
    follow_up, by = FollowUpFactory(), actor()

    complete_follow_up(follow_up=follow_up, by=by, at=now)
    complete_follow_up(follow_up=follow_up, by=actor(), at=now)
    done = FollowUp.objects.get()
    assert (done.state, done.closed_at, done.closed_by_id) == ("done", now, by.user_id)

    reopen_follow_up(follow_up=follow_up, by=by, at=now)
    reopen_follow_up(follow_up=follow_up, by=by, at=now)
    opened = FollowUp.objects.get()
    assert (opened.state, opened.closed_at, opened.closed_by) == ("open", None, None)
    assert opened.version == 3


def test_reopen_refuses_a_mail_that_the_clock_has_queued(now):
    mail = FollowUpFactory(
        kind="mail", template=MailTemplate.objects.first(), state="done", closed_at=now
    )

    with pytest.raises(MailOnItsWayError):
        reopen_follow_up(follow_up=mail, by=actor(), at=now)


def test_postpone_and_hand_over_only_while_open(now):
    follow_up, colleague = FollowUpFactory(), UserFactory()
    later = now.date() + timedelta(days=7)

    postpone_follow_up(follow_up=follow_up, due_on=later, by=actor(), at=now)
    hand_over_follow_up(follow_up=follow_up, assignee=colleague, by=actor(), at=now)
    assert FollowUp.objects.get().due_on == later
    assert FollowUp.objects.get().assignee == colleague

    complete_follow_up(follow_up=follow_up, by=actor(), at=now)
    with pytest.raises(FollowUpClosedError):
        postpone_follow_up(follow_up=follow_up, due_on=later, by=actor(), at=now)
    with pytest.raises(FollowUpClosedError):
        hand_over_follow_up(follow_up=follow_up, assignee=colleague, by=actor(), at=now)


def test_undo_brings_back_the_day_before_the_postponement(now):
    follow_up = FollowUpFactory()
    day = follow_up.due_on

    postpone_follow_up(follow_up=follow_up, due_on=day + timedelta(days=7), by=actor(), at=now)
    undo_postponement(follow_up=follow_up, by=actor(), at=now)

    assert FollowUp.objects.get().due_on == day


def test_undo_leaves_what_has_changed_since(now):
    untouched, handed_over = FollowUpFactory(), FollowUpFactory()
    later = now.date() + timedelta(days=7)
    postpone_follow_up(follow_up=handed_over, due_on=later, by=actor(), at=now)
    hand_over_follow_up(follow_up=handed_over, assignee=UserFactory(), by=actor(), at=now)

    for follow_up in (untouched, handed_over):
        with pytest.raises(NothingToUndoError):
            undo_postponement(follow_up=follow_up, by=actor(), at=now)
    assert FollowUp.objects.get(pk=handed_over.pk).due_on == later


def test_hand_over_refuses_a_partner_user(now):
    with pytest.raises(AssigneeRefusedError):
        hand_over_follow_up(
            follow_up=FollowUpFactory(), assignee=UserFactory(partner=True), by=actor(), at=now
        )
