"""What the clock does by itself, and what it leaves alone."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.actors import Actor
from outbox.models import OutboundMail
from referrals import actions, tasks
from referrals.errors import WrongSideError
from referrals.models import NeedStatus, Referral, StepNotAllowedError

pytestmark = pytest.mark.django_db
NOTICES = [
    "reminder", "late", "late_founder", "query_reminder", "proposal_reminder", "uncontacted",
    "silent", "resume",
]  # fmt: skip
NOTHING = {"expired": 0, "acknowledged": 0, "follow_up_mails": 0} | dict.fromkeys(NOTICES, 0)
NOTHING |= {"feedback": 0, "impact": 0, "introductions": 0}


@pytest.mark.parametrize(("day", "status"), [(31, "sent"), (32, "expired")])
def test_unanswered_ones_expire_after_three_targets(world, day, status):
    """Sent on 10 March, target five: the fifteenth working day is 31 March, and it counts whole."""
    referral = world.sent()

    done = tasks.run_clock(at=world.now + timedelta(days=day - 10))

    assert done["expired"] == int(status == "expired")
    assert Referral.objects.get(pk=referral.pk).status == status


def test_an_expired_one_tells_the_owner_and_leaves_the_need_unmet(world):
    referral = world.sent()
    tasks.run_clock(at=world.now + timedelta(days=40))

    stored = Referral.objects.get(pk=referral.pk)
    assert stored.need.status == NeedStatus.UNMET
    assert [s.channel for s in stored.steps.order_by("version")][-1] == "system"
    assert OutboundMail.objects.filter(kind="referral_expired").count() == 1


@pytest.mark.parametrize(("days", "status"), [(45, "query"), (46, "expired")])
def test_a_query_expires_after_thirty_working_days(world, days, status):
    referral = world.sent()
    actions.ask_referral(referral=referral, text="?", by=world.colleague, at=world.now)

    tasks.run_clock(at=world.now + timedelta(days=days - 1))

    assert Referral.objects.get(pk=referral.pk).status == status


@pytest.mark.parametrize(("days", "acknowledged"), [(13, 0), (14, 1)])
def test_outcomes_are_acknowledged_after_fourteen_days(world, days, acknowledged):
    referral = world.accepted()
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)
    at = world.now + timedelta(days=days)

    assert tasks.run_clock(at=at) == {**NOTHING, "acknowledged": acknowledged, "feedback": 1}
    assert tasks.run_clock(at=at) == NOTHING
    assert Referral.objects.filter(acknowledged_at=at).count() == acknowledged


def test_only_the_clock_expires(world):
    with pytest.raises(WrongSideError):
        actions.expire_referral(referral=world.sent(), by=world.advisor, at=world.now)


def test_the_clock_is_not_early(world):
    with pytest.raises(StepNotAllowedError):
        actions.expire_referral(referral=world.sent(), by=Actor.system(), at=world.now)


def test_whoever_answers_at_that_moment_wins(world):
    referral = world.sent()
    stale = Referral.objects.get(pk=referral.pk)
    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)

    assert tasks.attempt(actions.expire_referral, stale, world.now + timedelta(days=40)) is False
    assert Referral.objects.get().status == "accepted"


def test_the_command_takes_a_moment(world):
    world.sent()
    out = StringIO()

    call_command("run_clock", "--at", "2026-05-01T09:00", stdout=out)

    assert out.getvalue().startswith("expired: 1, acknowledged: 0, follow_up_mails: 0, reminder: 0")


@pytest.mark.parametrize(("at", "expired"), [("2026-05-01", 1), ("2026-03-11T09:00+01:00", 0)])
def test_a_day_alone_and_an_offset_are_understood(world, at, expired):
    world.sent()
    out = StringIO()

    call_command("run_clock", at=at, stdout=out)

    assert out.getvalue().startswith(f"expired: {expired},")


def test_without_a_moment_it_is_now(world):
    out = StringIO()
    call_command("run_clock", stdout=out)

    counts = dict(pair.split(": ") for pair in out.getvalue().strip().split(", "))
    assert counts == dict.fromkeys(NOTHING, "0")


@pytest.mark.parametrize("at", ["tomorrow", "2026-02-30", "2026-02-30T10:00", "9" * 400])
def test_nonsense_is_told_in_one_sentence(at):
    with pytest.raises(CommandError, match="--at: "):
        call_command("run_clock", "--at", at)


def test_the_job_looks_back_as_far_as_a_standstill_and_the_command_at_all(world):
    """Often, and over a range that does not grow with the table; by hand, over everything."""
    referral = world.accepted()
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)
    late = world.now + timedelta(days=104)

    assert tasks.tick(at=late)["acknowledged"] == 0
    assert tasks.run_clock(at=late)["acknowledged"] == 1


def test_the_job_catches_up_after_weeks(world):
    referral = world.accepted()
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)

    assert tasks.tick(at=world.now + timedelta(days=103))["acknowledged"] == 1
