"""What the clock does to introductions; safe to run twice, at once, or after a standstill.

Each notice leaves a mark on its party, set by one conditional UPDATE: once, however often it runs.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from contacts.models import Consent, ConsentPurpose
from dma_crm.workdays import working_days_between
from referrals.clock import end_of, local_day
from referrals.introductions import mails
from referrals.introductions.actions import (
    OUTCOME_ASKED_AFTER,
    OUTCOME_OPEN_FOR,
    close_introduction,
    stop_introduction,
)
from referrals.models import Introduction, IntroductionParty, IntroductionStatus

S = IntroductionStatus
SYSTEM = Actor.system()
REMINDED_AFTER = 5  # working days
ENDED_UNJOINED = (S.DECLINED, S.WITHDRAWN, S.EXPIRED)


def run_introductions(*, at: datetime) -> int:
    """How many things were done. What has run out is ended before anybody is reminded of it."""
    sweeps = (stop_over, remind_silent, ask_outcomes, close_silent, lapse_consents)
    return sum(sweep(at) for sweep in sweeps)


def stop_over(at: datetime) -> int:
    over = IntroductionParty.objects.filter(introduction=OuterRef("pk")).filter(
        Q(expires_at__lte=at) | ~Q(person__state="active")
    )
    rows = Introduction.objects.filter(Exists(over), status=S.PROPOSED)
    return sum(stop_introduction(introduction=row, by=SYSTEM, at=at) for row in rows.iterator())


def remind_silent(at: datetime) -> int:
    silent = IntroductionParty.objects.filter(
        introduction__status=S.PROPOSED,
        introduction__created_at__lte=at - timedelta(days=REMINDED_AFTER),
        agreed=None,
        reminded_at=None,
    ).select_related("introduction", "person")
    today = local_day(at)
    return sum(
        once(party, "reminded_at", mails.introduction_reminder, at)
        for party in silent.iterator()
        if working_days_between(local_day(party.introduction.created_at), today) >= REMINDED_AFTER
    )


def ask_outcomes(at: datetime) -> int:
    """From the day three weeks after they were joined; the link then opens for four weeks more."""
    joined_before = end_of(local_day(at) - OUTCOME_ASKED_AFTER)
    unasked = IntroductionParty.objects.filter(
        introduction__status=S.INTRODUCED,
        introduction__introduced_at__lt=joined_before,
        outcome="",
        outcome_asked_at=None,
    ).select_related("person")
    expires_at = end_of(local_day(at) + OUTCOME_OPEN_FOR)
    return sum(
        once(party, "outcome_asked_at", mails.introduction_outcome, at, expires_at=expires_at)
        for party in unasked.iterator()
    )


@transaction.atomic
def once(
    party: IntroductionParty, mark: str, tell: Callable[..., bool], at: datetime, **fields
) -> bool:
    unmarked = IntroductionParty.objects.filter(pk=party.pk, **{mark: None})
    if not unmarked.update(**{mark: at}, **fields, modified_at=at):
        return False
    tell(party, at=at)
    return True


def close_silent(at: datetime) -> int:
    """Whoever was asked four weeks ago and has not said what came of it will not say it."""
    awaited = IntroductionParty.objects.filter(introduction=OuterRef("pk"), outcome="").filter(
        Q(outcome_asked_at=None) | Q(outcome_asked_at__gt=at - OUTCOME_OPEN_FOR)
    )
    rows = Introduction.objects.filter(~Exists(awaited), status=S.INTRODUCED)
    return sum(close_introduction(introduction=row, by=SYSTEM, at=at) for row in rows.iterator())


def lapse_consents(at: datetime) -> int:
    """A consent was given to one introduction; with it, it ends."""
    idle = Consent.objects.filter(
        purpose=ConsentPurpose.INTRODUCTION,
        withdrawn_at=None,
        expires_at=None,
        introductions__introduction__status__in=ENDED_UNJOINED,
    )
    rows = Consent.objects.filter(pk__in=idle.values("pk"))
    return rows.update(expires_at=at, modified_at=at)
