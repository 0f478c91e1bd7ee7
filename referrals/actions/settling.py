"""Ending what still waits: somebody else helps, or nobody has to help any more."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import save_changes
from accounts.models import Role
from referrals.actions.closing import withdraw_referral
from referrals.actions.values import text_of
from referrals.errors import WrongSideError
from referrals.models import (
    Need,
    NeedStatus,
    Referral,
    ReferralChangedError,
    ReferralStatus,
    StepNotAllowedError,
    WithdrawalReason,
)

NOTE_LENGTH = 500
HELPED_BY_SOMEBODY = frozenset({NeedStatus.HELPING, NeedStatus.HELPED})
UNANSWERED = (ReferralStatus.SENT, ReferralStatus.QUERY)


def unanswered(need: Need, by: Actor):
    """What we have asked and nobody has answered, in the order in which all lock them."""
    return need.referrals.filter(sender_id=by.organisation_id, status__in=UNANSWERED).order_by("pk")


@transaction.atomic
def withdraw_others(*, need: Need, by: Actor, at: datetime) -> list[Referral]:
    """Once somebody is helping. One who accepts at this very moment stays."""
    if by.role != Role.ADVISOR:
        raise WrongSideError
    need.refresh_from_db(fields=["status"])
    if need.status not in HELPED_BY_SOMEBODY:
        raise StepNotAllowedError
    return withdraw_all(unanswered(need, by), WithdrawalReason.OTHER_PARTNER, by=by, at=at)


def withdraw_all(rows, reason: str, *, by: Actor, at: datetime) -> list[Referral]:
    withdrawn = []
    for referral in rows.select_related("need", "recipient"):
        try:
            withdrawn.append(withdraw_referral(referral=referral, reason=reason, by=by, at=at))
        except ReferralChangedError:  # answered meanwhile, which is what was hoped for
            continue
    return withdrawn


@transaction.atomic
def settle_need(*, need: Need, note: str, by: Actor, at: datetime) -> Need:
    """Nobody has to help any more, and the note says why; what waits is withdrawn.

    A need that somebody is helping with keeps that state: its outcome will say how it ended.
    """
    if by.role != Role.ADVISOR:
        raise WrongSideError
    note = text_of("note", note, limit=NOTE_LENGTH, required=True)
    drafts = need.referrals.filter(sender_id=by.organisation_id, status=ReferralStatus.DRAFT)
    waiting = unanswered(need, by) | drafts.order_by("pk")
    withdraw_all(waiting, WithdrawalReason.NOT_NEEDED, by=by, at=at)
    fresh = Need.objects.select_for_update().get(pk=need.pk)
    changes: dict[str, Any] = {"tabled_at": None}
    if fresh.status not in HELPED_BY_SOMEBODY:
        changes["status"] = NeedStatus.SETTLED
    decision = {"decision": [None, "settled"], "note": [None, note]}
    save_changes(fresh, changes, related=decision, by=by, at=at)
    return fresh
