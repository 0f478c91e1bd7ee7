"""Who works on which mail: claims with a lease, and what becomes of abandoned ones.

The conditional UPDATE decides everywhere. The row lock only spares PostgreSQL the wait for a row
that somebody else is just claiming; SQLite has none, Django leaves it out there without a word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from django.db import transaction

from outbox.models import MailState, OutboundMail
from outbox.registry import is_held
from outbox.retries import ATTEMPTS

LEASE = timedelta(seconds=120)
RECOVERED_AT_ONCE = 100


@dataclass
class Clock:
    """Time goes on from the `at` that a sweep was started with."""

    at: datetime
    started: float

    @classmethod
    def from_moment(cls, at: datetime) -> "Clock":
        return cls(at, monotonic())

    def elapsed(self) -> float:
        return monotonic() - self.started

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.elapsed())


def claim_next(*, at: datetime) -> OutboundMail | None:
    """The mail that has waited longest, now ours for LEASE; None if there is none for us.

    Looks before it opens a transaction: on SQLite that would take the write lock each time.
    """
    due = OutboundMail.objects.due(at).order_by("due_at", "id")
    if not due.exists():
        return None
    with transaction.atomic():
        mail = due.select_for_update(skip_locked=True).first()
        return mail if mail and claim(mail, at=at) else None


def claim(mail: OutboundMail, *, at: datetime) -> bool:
    """False if somebody else was faster."""
    claimed: dict[str, Any] = {
        "state": MailState.SENDING,
        "claim_token": uuid4(),
        "lease_until": at + LEASE,
        "attempts": mail.attempts + 1,
        "handing_over_at": None,
        "modified_at": at,
    }
    rows = OutboundMail.objects.filter(pk=mail.pk, state=MailState.QUEUED)
    if not rows.update(**claimed):
        return False
    for name, value in claimed.items():
        setattr(mail, name, value)
    return True


def hand_over(mail: OutboundMail, *, at: datetime) -> bool:
    """Note that from now on the mail may reach the server; False if it is not ours any more."""
    ours = held(mail).filter(lease_until__gt=at)
    return bool(ours.update(handing_over_at=at, modified_at=at))


def held(mail: OutboundMail):
    return OutboundMail.objects.filter(
        pk=mail.pk, claim_token=mail.claim_token, state=MailState.SENDING
    )


def recover_abandoned(*, at: datetime) -> int:
    """Take back what dead or hanging workers claimed."""
    abandoned = OutboundMail.objects.abandoned(at).order_by("lease_until")[:RECOVERED_AT_ONCE]
    return sum(recover(mail, at=at) for mail in abandoned)


def recover(mail: OutboundMail, *, at: datetime) -> int:
    rows = held(mail).filter(lease_until__lt=at)
    free = {"claim_token": None, "lease_until": None, "modified_at": at}
    return rows.update(**free, **after_abandonment(mail, at=at))


def after_abandonment(mail: OutboundMail, *, at: datetime) -> dict[str, Any]:
    """Before the handover it surely was not sent; after it nobody knows."""
    if mail.handing_over_at and is_held(mail):
        return {"state": MailState.UNCERTAIN, "last_error": "abandoned"}
    if mail.attempts >= ATTEMPTS:
        return {"state": MailState.DEAD, "last_error": "abandoned"}
    return {"state": MailState.QUEUED, "due_at": at, "last_error": "abandoned"}
