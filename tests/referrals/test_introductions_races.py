"""Two who answer at the same moment on PostgreSQL take turns; without the lock nobody is joined."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Change
from contacts.actions import withdraw_consent
from contacts.errors import ContactsError
from contacts.models import Consent
from referrals.introductions import actions
from referrals.models import Introduction, IntroductionParty
from tests.referrals.introducing import Pair, left, mails

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROUNDS = 5


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


@pytest.fixture
def pair(transactional_db):
    return Pair.made(timezone.now())


def at_once(*works):
    """Run each in a thread of its own, all starting together; results or the errors raised."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait(10)
            return work()
        except ContactsError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(60) for future in [pool.submit(run, work) for work in works]]


def another(pair, row) -> Introduction:
    """The next round begins with the two free again."""
    Introduction.objects.filter(pk=row.pk).update(status="closed", introduced_at=pair.now)
    return pair.propose()


def test_both_who_agree_at_once_are_joined_once(pair):
    row = pair.propose()
    for _round in range(ROUNDS):
        works = [
            lambda who=who, row=row: pair.agree(row, who)
            for who in (pair.zoe, pair.miro, pair.zoe, pair.miro)
        ]

        found = at_once(*works)

        assert all(isinstance(one, Introduction) for one in found)
        parties = IntroductionParty.objects.filter(introduction=row)
        assert pair.fresh(row).status == "introduced"
        keys = {f"introduction_made:{party.pk}" for party in parties}
        assert {mail.dedupe_key for mail in mails("made")} >= keys
        assert Change.objects.filter(record_id=row.pk, fields__has_key="status").count() == 1
        assert Consent.objects.filter(evidence_note=row.reference).count() == 2
        row = another(pair, row)
    assert len(mails("made")) == 2 * ROUNDS


def test_without_the_lock_each_waits_for_the_other(pair):
    """The negative control: both look before either has written, and nobody joins them."""
    row = pair.propose()
    looked = threading.Barrier(2)

    def agree_unguarded(who):
        with transaction.atomic():
            IntroductionParty.objects.filter(introduction=row, person=who).update(
                agreed=True, answered_at=pair.now
            )
            silent = IntroductionParty.objects.filter(introduction=row, agreed=None).count()
            looked.wait(10)
        return silent

    assert at_once(*[lambda who=who: agree_unguarded(who) for who in (pair.zoe, pair.miro)]) == [
        1,
        1,
    ]


def test_an_agreement_and_a_withdrawal_at_once_leave_one_of_the_two(pair):
    row = pair.propose()
    ends = set()
    for _round in range(ROUNDS):
        pair.agree(row, pair.zoe)

        at_once(
            lambda row=row: pair.agree(row, pair.miro),
            lambda row=row: actions.withdraw_introduction(
                introduction=row, by=pair.advisor, at=pair.now
            ),
        )

        status = pair.fresh(row).status
        party = pair.party(row, pair.miro)
        ends.add(status)
        assert (status, party.agreed) in {("introduced", True), ("withdrawn", None)}
        made = [mail for mail in mails("made") if mail.dedupe_key.endswith(str(party.pk))]
        assert len(made) == (status == "introduced")
        row = another(pair, row)
    assert ends <= {"introduced", "withdrawn"}


@pytest.mark.parametrize("way", ["link", "case page"])
def test_taking_back_and_agreeing_at_once_pass_nothing_on(pair, way):
    """Whichever comes first; and nobody waits in a circle."""
    row = pair.propose()
    for _round in range(ROUNDS):
        pair.deliver()
        pair.agree(row, pair.zoe)
        consent = Consent.objects.get(evidence_note=row.reference)
        back = {
            "link": lambda row=row: pair.decline(row, pair.zoe),
            "case page": lambda consent=consent: withdraw_consent(
                consent=consent, by=pair.advisor, at=pair.now
            ),
        }

        at_once(back[way], lambda row=row: pair.agree(row, pair.miro))
        pair.deliver()

        assert pair.fresh(row).status == "declined"
        assert left("made") == []
        row = another(pair, row)


def test_two_proposals_of_the_same_two_leave_one(pair):
    turned = pair.sides(first=pair.miro, second=pair.zoe)

    found = at_once(pair.propose, lambda: pair.propose(sides=turned), pair.propose)

    codes = sorted(getattr(one, "code", "proposed") for one in found)
    assert codes == ["duplicate", "duplicate", "proposed"]
    assert Introduction.objects.count() == 1


def test_of_many_clocks_one_asks(pair):
    pair.joined()
    pair.deliver()
    moved = pair.at(pair.now + timedelta(days=25))

    at_once(*[moved.run] * 4)

    assert len(mails("outcome")) == 2
