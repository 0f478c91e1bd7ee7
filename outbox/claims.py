"""Who works on what: claims with a lease, and what becomes of abandoned ones.

The conditional UPDATE decides everywhere. The row lock only spares PostgreSQL the wait for a row
that somebody else is just claiming; SQLite has none, Django leaves it out there without a word.
"""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

from django.db import models, transaction
from django.db.models.functions import Coalesce

from dma_crm.logs import following
from dma_crm.statements import Given, Statement, Update
from outbox.models import QUEUED, SENDING, DeliveryFreeze, Leased, MailState, OutboundMail
from outbox.registry import is_held
from outbox.retries import ATTEMPTS

logger = logging.getLogger(__name__)
AT = Given("at", models.DateTimeField())
LEASE = timedelta(seconds=120)
RECOVERED_AT_ONCE = 100
BATCH = 50
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


class Line:
    """The due rows of one model, in the order in which they have waited.

    While delivery is frozen there is nothing for anybody, which costs no statement of its own.
    """

    def __init__(self, due: Callable[[], models.QuerySet], *, most: int):
        def in_order():
            return (
                due().filter(~models.Exists(DeliveryFreeze.objects.open())).order_by("due_at", "id")
            )

        self.waiting = Statement(lambda: in_order().values_list("pk")[:1])
        self.first = Statement(
            lambda: in_order().select_for_update(skip_locked=True, of=("self",))[:most]
        )

    def claim_first(self, *, at: datetime, **values: Any) -> list[Any]:
        """What has waited longest, now ours for LEASE; nothing if there is none for us.

        Looks before it opens a transaction: on SQLite that would take the write lock each time.
        """
        if not self.waiting.rows(at=at, **values):
            return []
        with transaction.atomic():
            return claim(self.first.instances(at=at, **values), at=at)


ABANDONED = Statement(
    lambda: OutboundMail.objects.abandoned(AT).order_by("lease_until")[:RECOVERED_AT_ONCE]
)
MAILS = Line(lambda: OutboundMail.objects.due(AT), most=BATCH)


def claim_due(*, at: datetime) -> list[OutboundMail]:
    """The mails that have waited longest, as many as one process sends in a moment."""
    return MAILS.claim_first(at=at)


def claim(rows: list[Row], *, at: datetime) -> list[Row]:
    """Those with which nobody else was faster."""
    if not rows:
        return []
    token = uuid4()
    claimed = claiming(type(rows[0]))
    ours = claimed.write(pks=[row.pk for row in rows], token=token, until=at + LEASE, at=at)
    rows = [row for row in rows if row.pk in ours]
    for row in rows:
        row.state, row.claim_token, row.lease_until = SENDING, token, at + LEASE
        row.attempts += 1
        row.modified_at = at
    return rows


@functools.cache
def claiming(model: type[Leased]) -> Update:
    """Rows are found by the key: an index of states would lead to all that wait."""
    as_it_is = Coalesce("state", models.Value(""))
    return Update(
        lambda: (
            model._default_manager.filter(pk__any_of=Given("pks"))
            .annotate(as_it_is=as_it_is)
            .filter(as_it_is=QUEUED)
        ),
        state=SENDING,
        attempts=models.F("attempts") + 1,
        claim_token=Given("token", models.UUIDField()),
        lease_until=Given("until", models.DateTimeField()),
        modified_at=AT,
        **model.UNTRIED,
    )


def give_back(rows: list[Row], *, at: datetime) -> int:
    """Due as before: nobody has tried them, so no attempt is used up."""
    if not rows:
        return 0
    token = rows[0].claim_token
    ours = rows_of(rows[0]).filter(pk__in=[row.pk for row in rows], claim_token=token)
    return ours.filter(state=SENDING).update(
        state=QUEUED, attempts=models.F("attempts") - 1, **free(at)
    )


def held(row: Leased) -> models.QuerySet:
    return rows_of(row).filter(pk=row.pk, claim_token=row.claim_token, state=SENDING)


def rows_of(row: Leased) -> models.QuerySet:
    return type(row)._default_manager.all()


def free(at: datetime) -> dict[str, Any]:
    """The columns of a row that nobody works on any more."""
    return {"claim_token": None, "lease_until": None, "modified_at": at}


def recover_abandoned(*, at: datetime) -> int:
    """Take back what dead or hanging workers claimed."""
    abandoned = ABANDONED.instances(at=at)
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
