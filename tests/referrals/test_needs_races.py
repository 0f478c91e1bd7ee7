"""Two who decide at once on PostgreSQL: one does, the other is told; and without the guard both."""

import threading

import pytest

from contacts.actions import withdraw_consent
from contacts.models import Consent, FollowUp
from referrals import actions
from referrals.actions import Ask
from referrals.errors import AskRefusedError, NotOnTableError
from referrals.models import Need, Referral, ReferralChangedError
from tests.factories import ConsentFactory, PartnerFactory
from tests.referrals.test_races import _postgresql, at_once

__all__ = ["_postgresql"]  # the fixture that skips this file on SQLite
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def agreed(world, n: int) -> list:
    partners = PartnerFactory.create_batch(n)
    for partner in partners:
        ConsentFactory(person=world.person, recipient=partner, given_at=world.now)
    return partners


def test_of_two_decisions_at_the_table_one_counts(world):
    need = world.need()
    actions.table_need(need=need, text="Sucht Rat.", by=world.advisor, at=world.now)
    by, others = world.advisor, PartnerFactory.create_batch(4)

    def decide(partner):
        copy = Need.objects.get(pk=need.pk)
        return lambda: actions.refer_at_table(need=copy, recipient=partner, by=by, at=world.now)

    found = at_once(*map(decide, others))

    assert sum(isinstance(one, Referral) for one in found) == 1
    assert sum(isinstance(one, NotOnTableError) for one in found) == 3
    assert (Referral.objects.count(), FollowUp.objects.count()) == (1, 1)


def test_without_the_lock_all_would_decide(world):
    """The negative control: whoever read that it is tabled goes on."""
    need = world.need()
    actions.table_need(need=need, text="Sucht Rat.", by=world.advisor, at=world.now)
    read = threading.Barrier(4)

    def decide_unguarded():
        tabled = Need.objects.get(pk=need.pk).tabled_at
        read.wait(10)
        return bool(tabled and Need.objects.filter(pk=need.pk).update(tabled_at=None))

    assert at_once(*[decide_unguarded] * 4) == [True] * 4


def test_of_two_who_replace_one_does(world):
    sent = world.sent()
    actions.decline_referral(referral=sent, reason="area", by=world.colleague, at=world.now)
    by, partners = world.advisor, agreed(world, 4)

    def replace(partner):
        copy = Referral.objects.get(pk=sent.pk)
        return lambda: actions.replace_referral(
            referral=copy, ask=Ask(partner), by=by, at=world.now
        )

    found = at_once(*map(replace, partners))

    assert sum(isinstance(one, ReferralChangedError) for one in found) == 3
    assert Referral.objects.filter(replaces=sent).count() == 1


def test_consent_withdrawn_while_several_are_asked(world):
    """Either nobody was asked, or the referral was stopped again; never a deadlock."""
    by, partners = world.advisor, agreed(world, 3)
    for _time in range(5):
        Consent.objects.update(withdrawn_at=None)
        need = world.need()
        consent = Consent.objects.get(recipient=partners[-1])
        asks = [Ask(partner) for partner in partners]

        asked, _withdrawn = at_once(
            lambda need=need, asks=asks: actions.refer_need(
                need=need, asks=asks, by=by, at=world.now
            ),
            lambda consent=consent: withdraw_consent(consent=consent, by=by, at=world.now),
        )

        states = list(need.referrals.order_by("pk").values_list("status", flat=True))
        if isinstance(asked, AskRefusedError):
            assert states == []
        else:
            assert states == ["sent", "sent", "withdrawn"]
        need.referrals.all().update(status="withdrawn", withdrawn_reason="mistake")
