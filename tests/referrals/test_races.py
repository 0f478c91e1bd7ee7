"""Many who act at once on PostgreSQL: one wins, one step, one mail; and without the guard all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from contacts.actions import withdraw_consent
from outbox.models import OutboundMail
from referrals import actions
from referrals.models import Need, Referral, ReferralChangedError, ReferralError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
CLIENTS = 6


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


def at_once(*works):
    """Run each in a thread of its own, all starting together; results or the errors raised."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait(10)
            return work()
        except ReferralError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(60) for future in [pool.submit(run, work) for work in works]]


def each_with_own_copy(referral, work):
    copies = [Referral.objects.get(pk=referral.pk) for _ in range(CLIENTS)]
    return [lambda copy=copy: work(copy) for copy in copies]


def test_of_many_who_accept_one_wins(world):
    referral, by = world.sent(), world.colleague

    found = at_once(
        *each_with_own_copy(
            referral, lambda copy: actions.accept_referral(referral=copy, by=by, at=world.now)
        )
    )

    assert sum(isinstance(one, Referral) for one in found) == 1
    assert sum(isinstance(one, ReferralChangedError) for one in found) == CLIENTS - 1
    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.version) == ("accepted", 3)
    assert stored.steps.filter(action="accept").count() == 1
    assert OutboundMail.objects.filter(kind="referral_accepted").count() == 1


def test_without_the_version_condition_all_would_win(world):
    """The negative control: the same clients, but whoever read `sent` writes `accepted`."""
    referral = world.sent()
    read = threading.Barrier(CLIENTS)

    def accept_unguarded():
        copy = Referral.objects.get(pk=referral.pk)
        allowed = copy.status == "sent"
        read.wait(10)
        return allowed and Referral.objects.filter(pk=copy.pk).update(status="accepted")

    assert at_once(*[accept_unguarded] * CLIENTS) == [1] * CLIENTS


def test_accepting_and_declining_at_once_leave_one_answer(world):
    referral, by = world.sent(), world.colleague
    first, second = (Referral.objects.get(pk=referral.pk) for _ in range(2))

    at_once(
        lambda: actions.accept_referral(referral=first, by=by, at=world.now),
        lambda: actions.decline_referral(referral=second, reason="area", by=by, at=world.now),
    )

    stored = Referral.objects.get(pk=referral.pk)
    answers = stored.steps.filter(action__in=["accept", "decline"]).values_list("after", flat=True)
    assert list(answers) == [stored.status]


def test_two_sends_of_the_same_referral_leave_one_open(world):
    """Two drafts on one topic: the second to come sees the first."""
    drafts = [world.draft() for _ in range(2)]
    by = world.advisor

    found = at_once(
        *[
            lambda draft=draft: actions.send_referral(referral=draft, by=by, at=world.now)
            for draft in drafts
        ]
    )

    assert sorted(getattr(one, "code", "sent") for one in found) == ["duplicate", "sent"]
    assert Referral.objects.filter(status="sent").count() == 1


@pytest.mark.parametrize("step", ["send", "accept"])
def test_a_withdrawal_at_the_same_moment_always_wins(world, step):
    """Whichever comes first: in the end nothing is open and nobody sees contact data."""
    referral = world.draft() if step == "send" else world.sent()
    consent = world.person.consents.get()
    advisor, colleague = world.advisor, world.colleague
    acts = {
        "send": (actions.send_referral, advisor),
        "accept": (actions.accept_referral, colleague),
    }
    action, by = acts[step]

    at_once(
        lambda: action(referral=Referral.objects.get(pk=referral.pk), by=by, at=world.now),
        lambda: withdraw_consent(consent=consent, by=advisor, at=world.now),
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.withdrawn_reason) == ("withdrawn", "consent")


def test_two_referrals_of_one_need_roll_up_to_what_both_say(world):
    need = world.need()
    ours = world.sent(need=need)
    theirs = world.sent(need=need, recipient=world.other)
    ours, theirs = (Referral.objects.get(pk=row.pk) for row in (ours, theirs))
    by, stranger = world.colleague, world.stranger
    later = world.now + timedelta(minutes=1)

    found = at_once(
        lambda: actions.decline_referral(referral=ours, reason="area", by=by, at=later),
        lambda: actions.decline_referral(referral=theirs, reason="area", by=stranger, at=later),
    )

    assert [one.status for one in found] == ["declined", "declined"]
    assert Need.objects.get(pk=need.pk).status == "unmet"
