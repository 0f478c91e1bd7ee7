"""Two who ask or answer at once on PostgreSQL: one mail, one task, one answer that stands."""

import threading
from datetime import timedelta

import pytest

from contacts.models import FollowUp
from outbox.models import OutboundMail
from referrals.feedback import asking
from referrals.feedback.answering import answer_feedback, no_more_questions
from referrals.feedback.asking import ask_founder, ask_founders
from referrals.models import FounderFeedback, MutedNotice, Referral
from tests.factories import (
    NOW,
    FounderFeedbackFactory,
    NeedFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
)
from tests.referrals.test_races import CLIENTS, _postgresql, at_once  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
LATER = NOW + timedelta(days=11)


@pytest.fixture
def person():
    return PersonFactory(email="zoe@gruendung.example")


def closed(person):
    return ReferralFactory(need=NeedFactory(person=person), completed=True)


def asks_about(referral):
    own = Referral.objects.select_related("need").get(pk=referral.pk)
    return lambda: ask_founder(referral=own, at=LATER)


def test_many_clocks_ask_once(person):
    closed(person)

    assert sum(at_once(*[lambda: ask_founders(at=LATER)] * CLIENTS)) == 1
    assert FounderFeedback.objects.count() == OutboundMail.objects.count() == 1


def test_clocks_that_found_different_referrals_of_one_person_ask_once(person):
    works = [asks_about(closed(person)) for _number in range(CLIENTS)]

    assert sum(at_once(*works)) == 1
    assert OutboundMail.objects.count() == 1


def test_without_holding_the_person_several_would_be_asked(person, monkeypatch):
    """The negative control: the same clocks, but nobody waits for the other."""
    looked = threading.Barrier(CLIENTS)
    monkeypatch.setattr(asking, "held", lambda referral: referral.need.person)
    monkeypatch.setattr(asking.mails, "founder_feedback", lambda *_args, at: looked.wait(20))
    works = [asks_about(closed(person)) for _number in range(CLIENTS)]

    assert sum(at_once(*works)) == CLIENTS


def test_many_submits_make_one_task_and_one_answer():
    feedback = FounderFeedbackFactory(referral=ReferralFactory(completed=True), expires_at=LATER)
    UserFactory(role="manager")

    def submit(number):
        return lambda: answer_feedback(
            feedback=FounderFeedback.objects.get(pk=feedback.pk),
            contacted=False,
            helped=None,
            comment=str(number),
            at=NOW,
        )

    at_once(*[submit(number) for number in range(CLIENTS)])

    feedback.refresh_from_db()
    assert feedback.comment in {str(number) for number in range(CLIENTS)}
    assert FollowUp.objects.get() == feedback.follow_up


def test_two_minds_at_once_leave_an_answer_and_its_task_that_fit():
    feedback = FounderFeedbackFactory(referral=ReferralFactory(completed=True), expires_at=LATER)
    UserFactory(role="manager")

    def submit(contacted):
        return lambda: answer_feedback(
            feedback=feedback, contacted=contacted, helped=contacted or None, at=NOW
        )

    at_once(*[submit(number % 2 == 0) for number in range(CLIENTS)])

    feedback.refresh_from_db()
    states = [task.state for task in FollowUp.objects.all()]
    assert len(states) <= 1
    assert (states == ["open"]) == (feedback.contacted is False)


def test_saying_stop_many_times_at_once_is_saying_it_once(person):
    at_once(*[lambda: no_more_questions(person=person, at=NOW)] * CLIENTS)

    assert MutedNotice.objects.count() == 2
