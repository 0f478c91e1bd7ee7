"""A partner's absence, whenever it is entered, changed or deleted, moves the time to answer."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from contacts.actions import update_partner
from contacts.models import PartnerOrganisation
from referrals import actions, clock, tasks
from referrals.models import Referral, ReferralChangedError
from tests.factories.contacts import actor

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def on(day: int, month=3, hour=9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


@pytest.fixture
def waiting(world):
    """Sent on Tuesday, 10 March; to be answered until the 17th."""
    return world.sent()


def enter(world, begin, end, at):
    """The partner's own page: both days, or neither."""
    partner = PartnerOrganisation.objects.get(pk=world.partner.pk)
    changes = {"absent_from": begin, "absent_until": end}
    return update_partner(
        partner=partner, changes=changes, version=partner.version, by=world.colleague, at=at
    )


def deadline(referral) -> date:
    return Referral.objects.get(pk=referral.pk).respond_by


@pytest.mark.parametrize(
    ("begin", "end", "entered", "expected"),
    [
        (16, 20, 11, 24),  # two of the days left fall into it
        (11, 13, 10, 20),
        (11, 13, 11, 20),  # from today on: today does not count
        (17, 17, 17, 18),  # on the last day itself
        (18, 20, 11, 17),  # begins after it
        (2, 6, 11, 17),  # is over already
        (14, 15, 11, 17),  # a weekend
    ],
)
def test_an_absence_moves_the_day(world, waiting, begin, end, entered, expected):
    enter(world, date(2026, 3, begin), date(2026, 3, end), on(entered))

    assert deadline(waiting) == date(2026, 3, expected)


def test_coming_back_early_moves_it_back(world, waiting):
    enter(world, date(2026, 3, 12), date(2026, 3, 31), on(11))
    assert deadline(waiting) == date(2026, 4, 8)  # the 11th, then 1, 2, 7 and 8 April

    enter(world, None, None, on(16))  # back on the 16th, which counts

    assert deadline(waiting) == date(2026, 3, 19)


def test_an_absence_deleted_when_it_is_over_does_not_count_in_hindsight(world, waiting):
    """Overdue on the 18th, then away for two weeks: three days late on the day of the return."""
    enter(world, date(2026, 3, 20), date(2026, 4, 2), on(19))
    assert deadline(waiting) == date(2026, 3, 17)

    enter(world, None, None, on(7, 4))

    assert not clock.has_run_out(Referral.objects.get(), on(7, 4))
    # The 18th and 19th have gone by; before 7 April that is 1 and 2 April.
    assert deadline(waiting) == date(2026, 3, 31)
    # Ten working days after that: 1 and 2, 7 to 10, 13 to 16 April.
    assert tasks.keep_time(at=on(16, 4))["expired"] == 0
    assert tasks.keep_time(at=on(17, 4))["expired"] == 1


def test_during_a_query_the_day_stays_what_it_was_when_it_was_asked(world, waiting):
    actions.ask_referral(referral=waiting, text="?", by=world.colleague, at=on(11))
    enter(world, date(2026, 3, 12), date(2026, 3, 13), on(11, hour=10))
    assert deadline(waiting) == date(2026, 3, 19)

    referral = Referral.objects.get()
    actions.answer_query(referral=referral, text="!", by=world.advisor, at=on(17))

    assert deadline(waiting) == date(2026, 3, 23)  # asked on the 11th: 16 and 17 are given back


def test_it_is_a_step_that_both_sides_read(world, waiting):
    enter(world, date(2026, 3, 16), date(2026, 3, 20), on(11))

    step = waiting.steps.last()
    assert (step.action, step.before, step.after) == ("reschedule", "sent", "sent")
    assert step.by_user == world.partner_user
    stored = Referral.objects.get()
    assert (stored.version, stored.modified_at) == (3, on(11))
    assert waiting.answer_links.get().expires_at == clock.end_of(clock.last_day(stored))


def test_what_does_not_move_is_not_written(world, waiting):
    enter(world, date(2026, 4, 16), date(2026, 4, 20), on(11))
    other = world.sent(recipient=world.other)
    enter(world, date(2026, 3, 11), date(2026, 3, 20), on(11))

    assert Referral.objects.get(pk=other.pk).version == 2
    assert waiting.steps.filter(action="reschedule").count() == 1


def test_other_changes_of_a_partner_move_nothing(world, waiting):
    partner = PartnerOrganisation.objects.get(pk=world.partner.pk)
    update_partner(
        partner=partner, changes={"phone": "05361 1"}, version=partner.version,
        by=actor("admin"), at=on(11),
    )  # fmt: skip

    assert Referral.objects.get().version == 2


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_what_is_answered_keeps_its_day(world, waiting, state):
    Referral.objects.update(status=state, decline_reason="area")
    enter(world, date(2026, 3, 11), date(2026, 3, 20), on(11))

    assert deadline(waiting) == date(2026, 3, 17)


def test_whoever_answers_at_that_moment_wins(world, waiting, monkeypatch):
    def answered(self, **given):
        raise ReferralChangedError

    monkeypatch.setattr(Referral, "write", answered)
    enter(world, date(2026, 3, 11), date(2026, 3, 20), on(11))

    assert deadline(waiting) == date(2026, 3, 17)


def test_nobody_is_reminded_while_absent(world, waiting):
    """Accepted, silent for five days, and then away for a week."""
    actions.accept_referral(referral=waiting, by=world.colleague, at=on(10))
    enter(world, date(2026, 3, 18), date(2026, 3, 24), on(17))

    assert tasks.give_notices(at=on(18))["uncontacted"] == 0
    assert tasks.give_notices(at=on(24))["uncontacted"] == 0
    assert tasks.give_notices(at=on(25))["uncontacted"] == 1


def test_the_sender_s_absence_holds_the_clock_of_a_query(world, waiting):
    agency = PartnerOrganisation.objects.filter(is_agency=True)
    agency.update(absent_from=date(2026, 3, 11), absent_until=date(2026, 3, 13))
    actions.ask_referral(referral=waiting, text="?", by=world.colleague, at=on(10))

    assert tasks.give_notices(at=on(17))["query_reminder"] == 0
    assert tasks.give_notices(at=on(18))["query_reminder"] == 1
    assert clock.last_day(Referral.objects.get()) == date(2026, 4, 28)


def test_without_a_deadline_nothing_moves(world, now):
    referral = Referral(status="sent", status_since=now, recipient=world.partner)

    assert clock.after_absence(referral, world.partner, now) is None
