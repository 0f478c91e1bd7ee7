"""Many clocks at once on PostgreSQL: each notice goes once; and without its row, many times."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from outbox.models import OutboundMail
from referrals import actions, notices, tasks
from referrals.models import Referral, ReferralNotice
from tests.referrals.test_races import CLIENTS, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


@pytest.fixture
def due(world):
    """Three days after the sending."""
    return world.sent(), world.now + timedelta(days=3)


def test_of_many_clocks_one_tells(world, due):
    referral, at = due

    done = at_once(*[lambda: tasks.run_clock(at=at)] * CLIENTS)

    assert sum(each["reminder"] for each in done) == 1
    assert ReferralNotice.objects.filter(referral=referral, kind="reminder").count() == 1
    assert OutboundMail.objects.filter(kind="referral_reminder").count() == 1


def test_all_that_read_it_as_due_and_one_tells(world, due):
    """Nobody gets as far as the others' row before all have read."""
    _referral, at = due
    notice, read = notices.BY_KIND["reminder"], threading.Barrier(CLIENTS)

    def tell():
        row = notices.due(notice, at).get()
        read.wait(10)
        return actions.give_notice(notice=notice, referral=row, at=at)

    assert sorted(at_once(*[tell] * CLIENTS)) == [False] * (CLIENTS - 1) + [True]


def test_without_the_row_all_would_tell(world, due):
    """The negative control: whoever sees no row writes its mail, under a key of its own."""
    referral, at = due
    notice, read = notices.BY_KIND["reminder"], threading.Barrier(CLIENTS)

    def tell_unguarded(number):
        row = Referral.objects.get(pk=referral.pk)
        told = ReferralNotice.objects.filter(referral=row, kind=notice.kind).exists()
        read.wait(10)
        with transaction.atomic():
            ReferralNotice.objects.create(
                referral=row, kind=notice.kind, occasion=str(number), at=at
            )
        return not told

    works = [lambda number=number: tell_unguarded(number) for number in range(CLIENTS)]
    assert at_once(*works) == [True] * CLIENTS
    assert ReferralNotice.objects.count() == CLIENTS


def test_of_many_clocks_one_lets_it_expire(world, due):
    referral, _at = due
    at = world.now + timedelta(days=60)

    done = at_once(*[lambda: tasks.run_clock(at=at)] * CLIENTS)

    assert sum(each["expired"] for each in done) == 1
    assert referral.steps.filter(action="expire").count() == 1
    assert OutboundMail.objects.filter(kind="referral_expired").count() == 1
