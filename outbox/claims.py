"""Who works on what: claims with a lease, and what becomes of abandoned ones.

The conditional UPDATE decides everywhere. The row lock only spares PostgreSQL the wait for a row
that somebody else is just claiming; SQLite has none, Django leaves it out there without a word.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

from django.db import models, transaction

from dma_crm.logs import following
from outbox.models import QUEUED, SENDING, DeliveryFreeze, Leased, MailState, OutboundMail
from outbox.registry import is_held
from outbox.retries import ATTEMPTS

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
RECOVERED_AT_ONCE = 100
Row = TypeVar("Row", bound=Leased)


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
    """The mail that has waited longest."""
    return claim_first(OutboundMail.objects.due(at), at=at, handing_over_at=None)


def claim_first(due: models.QuerySet[Row], *, at: datetime, **fields: Any) -> Row | None:
    """What of `due` has waited longest, now ours for LEASE; None if there is none for us.

    Looks before it opens a transaction: on SQLite that would take the write lock each time.
    While delivery is frozen there is nothing for anybody, which costs no statement of its own.
    """
    due = due.filter(~models.Exists(DeliveryFreeze.objects.open())).order_by("due_at", "id")
    if not due.exists():
        return None
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True, of=("self",)).first()
        return row if row and claim(row, at=at, **fields) else None


def claim(row: Leased, *, at: datetime, **fields: Any) -> bool:
    """False if somebody else was faster."""
    claimed: dict[str, Any] = {
        "state": SENDING,
        "claim_token": uuid4(),
        "lease_until": at + LEASE,
        "attempts": row.attempts + 1,
        "modified_at": at,
        **fields,
    }
    rows = rows_of(row).filter(pk=row.pk, state=QUEUED)
    if not rows.update(**claimed):
        return False
    for name, value in claimed.items():
        setattr(row, name, value)
    return True


def hand_over(mail: OutboundMail, *, at: datetime) -> bool:
    """Note that from now on the mail may reach the server; False if it is not ours any more."""
    ours = held(mail).filter(lease_until__gt=at)
    return bool(ours.update(handing_over_at=at, modified_at=at))


def held(row: Leased) -> models.QuerySet:
    return rows_of(row).filter(pk=row.pk, claim_token=row.claim_token, state=SENDING)


def rows_of(row: Leased) -> models.QuerySet:
    return type(row)._default_manager.all()


def free(at: datetime) -> dict[str, Any]:
    """The columns of a row that nobody works on any more."""
    return {"claim_token": None, "lease_until": None, "modified_at": at}


def recover_abandoned(*, at: datetime) -> int:
    """Take back what dead or hanging workers claimed."""
    abandoned = OutboundMail.objects.abandoned(at).order_by("lease_until")[:RECOVERED_AT_ONCE]
    return sum(recover(mail, at=at, **after_abandonment(mail, at=at)) for mail in abandoned)


def recover(row: Leased, *, at: datetime, **changes: Any) -> int:
    recovered = held(row).filter(lease_until__lt=at).update(**free(at), **changes)
    if recovered:
        with following(row.request_id):
            what = row._meta.model_name
            logger.warning("%s %s was abandoned, is %s", what, row.pk, changes["state"])
    return recovered


def after_abandonment(mail: OutboundMail, *, at: datetime) -> dict[str, Any]:
    """Before the handover it surely was not sent; after it nobody knows."""
    if mail.handing_over_at and is_held(mail):
        return {"state": MailState.UNCERTAIN, "last_error": "abandoned"}
    if mail.attempts >= ATTEMPTS:
        return {"state": MailState.DEAD, "last_error": "abandoned"}
    return {"state": MailState.QUEUED, "due_at": at, "last_error": "abandoned"}
