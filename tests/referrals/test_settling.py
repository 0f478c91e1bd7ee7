"""Several changes within a minute make one mail to each who is told, and it says the last state."""

from datetime import timedelta

import pytest

from outbox.delivery import deliver
from outbox.models import OutboundMail
from referrals import actions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(world, settings):
    """Sent, and its recipient was told."""
    settings.MAIL_SERVER = None
    referral = world.sent(need=world.need(owner=world.advisor_user))
    deliver(at=world.now)
    return referral


def gone():
    return sorted(OutboundMail.objects.filter(state="sent").values_list("kind", flat=True))


def why(kind):
    return OutboundMail.objects.get(kind=kind).last_error


def accept(world, referral, at, by=None):
    by = by or world.colleague
    actions.accept_referral(referral=referral, responsible="Kim", by=by, at=at)


def complete(world, referral, at):
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=at)


def test_a_new_referral_is_told_at_once_and_an_answer_when_it_has_settled(world, sent):
    assert gone() == ["referral_sent"]
    accept(world, sent, world.now)

    deliver(at=world.now + MINUTE / 2)
    assert gone() == ["referral_sent"]
    deliver(at=world.now + MINUTE)
    assert gone() == ["referral_accepted", "referral_accepted_founder", "referral_sent"]


def test_accepted_and_undone_within_a_minute_nothing_is_told(world, sent):
    accept(world, sent, world.now)
    actions.undo_answer(referral=sent, by=world.colleague, at=world.now + MINUTE / 2)

    deliver(at=world.now + 2 * MINUTE)

    assert gone() == ["referral_sent"]
    assert why("referral_accepted") == "not_allowed: state_changed"
    assert why("referral_undone") == "not_allowed: never_told"


def test_of_two_answers_within_a_minute_the_last_is_told(world, sent):
    accept(world, sent, world.now)
    complete(world, sent, world.now + MINUTE / 2)

    deliver(at=world.now + 2 * MINUTE)

    assert gone() == ["referral_accepted_founder", "referral_completed", "referral_sent"]
    assert why("referral_accepted") == "not_allowed: superseded"


def test_of_two_answers_that_lie_apart_both_are_told(world, sent):
    accept(world, sent, world.now)
    deliver(at=world.now + MINUTE)
    complete(world, sent, world.now + MINUTE + timedelta(seconds=1))
    deliver(at=world.now + 3 * MINUTE)

    assert {"referral_accepted", "referral_completed"} <= set(gone())


def test_what_will_not_be_told_keeps_nothing_from_being_told(world, sent):
    """A proposal that came to nothing is no news, that the case was accepted is."""
    accept(world, sent, world.now)
    later = world.now + MINUTE / 2
    actions.propose_forward(referral=sent, recipient=world.other, by=world.colleague, at=later)
    started = {"referral": sent, "by": world.colleague, "at": later + MINUTE / 4}
    actions.start_referral(first_contact_on=world.now.date(), **started)

    deliver(at=world.now + 3 * MINUTE)

    assert why("referral_forward_proposed") == "not_allowed: state_changed"
    assert "referral_accepted" in gone()


def test_another_referral_of_the_same_people_changes_nothing(world, sent):
    other = world.sent(need=sent.need, recipient=world.other)
    accept(world, sent, world.now)
    accept(world, other, world.now + MINUTE / 2, by=world.stranger)

    deliver(at=world.now + 2 * MINUTE)

    assert gone().count("referral_accepted") == 2
