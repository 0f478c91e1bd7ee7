"""What became of a mail, written as long as its claim is ours."""

import functools
import logging
import time
import traceback
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    Field,
    JSONField,
    Q,
    UUIDField,
    Value,
    When,
)

from dma_crm.logs import following
from dma_crm.statements import Given, Update
from outbox.checking import DATABASE_GONE
from outbox.claims import AT, Clock, free, held
from outbox.models import Leased, MailState, OutboundMail, Transport
from outbox.registry import is_held
from outbox.retries import next_attempt
from outbox.smtp import DeliveryError

logger = logging.getLogger(__name__)
PATIENT_FOR = timedelta(minutes=15)
Written = TypeVar("Written")
LOST = "lost"  # claimed by somebody else meanwhile, or erased
HAS_GONE = Q(pk=Given("gone", UUIDField()))


def of_gone(column: str, value: Any) -> Case:
    field = OutboundMail._meta.get_field(column)
    assert isinstance(field, Field)
    return Case(When(HAS_GONE, then=value), default=F(column), output_field=field)


# A claim that is ours is in no state but SENDING. Rows are found by their keys alone: an index of
# states would lead past all that was sent since it was cleaned.
TURN = Update(
    lambda: OutboundMail.objects.filter(
        HAS_GONE | Q(lease_until__gt=AT, recipient=Given("recipient", CharField())),
        pk__any_of=Given("pks"),
        claim_token=Given("token", UUIDField()),
    ),
    state=of_gone("state", Value(MailState.SENT)),
    transport=of_gone("transport", Given("transport", CharField())),
    sent_at=of_gone("sent_at", AT),
    subjects=of_gone("subjects", Given("subjects", JSONField())),
    payload=of_gone("payload", Value("")),
    last_error=of_gone("last_error", Value("")),
    claim_token=of_gone("claim_token", None),
    lease_until=of_gone("lease_until", None),
    handing_over_at=Case(
        When(HAS_GONE, then=F("handing_over_at")),
        default=Given("handing_over_at", DateTimeField()),
    ),
    modified_at=AT,
)


def note_turn(
    sent: OutboundMail | None, then: OutboundMail | None, transport: str, clock: Clock
) -> Collection[UUID]:
    """Which of the two are still ours: `sent` has gone, `then` may reach the server from now on.

    What a mail carried is not needed any more once it has gone.
    """
    at = clock.now()
    rows = [row for row in (sent, then) if row]
    write = functools.partial(
        TURN.write,
        pks=[row.pk for row in rows],
        token=rows[0].claim_token,
        gone=sent.pk if sent else None,
        subjects=sent.subjects if sent else {},
        transport=transport,
        handing_over_at=at if transport == Transport.SMTP else None,
        recipient=then.recipient if then else "",
        at=at,
    )
    noted = persistently(write, seconds=patience(rows[0], clock))
    if sent:
        sent.sent_at = at
    for row in rows:
        if row is sent or row.pk not in noted:
            with following(row.request_id):
                log_result(row, MailState.SENT if row.pk in noted else LOST, "")
    return noted


def after_failure(mail: OutboundMail, error: DeliveryError, *, at: datetime) -> dict[str, Any]:
    """No attempt of the mail is used up while the server is gone, or as good as gone."""
    unused = {"state": MailState.QUEUED, "attempts": mail.attempts - 1, "last_error": error.reason}
    if error.for_all:
        return unused
    if error.permanent:
        return {"state": MailState.DEAD, "last_error": error.reason}
    if error.in_doubt and is_held(mail):
        return {"state": MailState.UNCERTAIN, "last_error": error.reason}
    unheard = error.reason == "no_answer" and not error.in_doubt
    if unheard and mail.created_at > at - PATIENT_FOR:
        return {**unused, "due_at": next_attempt(1, at=at)}
    due_at = next_attempt(mail.attempts, at=at)
    if due_at is None:
        return {"state": MailState.DEAD, "last_error": error.reason}
    return {"state": MailState.QUEUED, "due_at": due_at, "last_error": error.reason}


def settle(mail: OutboundMail, clock: Clock, *, state: str, last_error: str, **changes: Any) -> str:
    """Any other result than that it is sent; frees the claim. Answers the state, or LOST."""
    said = {"state": state, "last_error": last_error}
    write = functools.partial(held(mail).update, **free(clock.now()), **said, **changes)
    result = str(state) if persistently(write, seconds=patience(mail, clock)) else LOST
    log_result(mail, result, last_error)
    return result


def log_result(mail: OutboundMail, state: str, last_error: str) -> None:
    """Without the words of a refusal, which the owners of a kind write for people."""
    error = "not_allowed" if last_error.startswith("not_allowed") else last_error or "-"
    told = (mail.pk, state, mail.kind, mail.attempts, error)
    if state == LOST:
        logger.warning("mail %s is not ours any more: claimed by others, or erased", mail.pk)
    else:
        logger.info("mail %s is %s: kind %s, attempt %s, %s", *told)


def patience(row: Leased, clock: Clock) -> float:
    """Seconds for which the claim still holds."""
    return (row.lease_until - clock.now()).total_seconds() if row.lease_until else 0.0


def persistently(write: Callable[[], Written], *, seconds: float, pause: float = 0.5) -> Written:
    """Repeat a write through a database outage, for as long as the claim holds."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return write()
        except DATABASE_GONE:
            if time.monotonic() + pause > give_up:
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)


def note_unbuildable(mail: OutboundMail, error: Exception) -> None:
    """Where it failed, without the error's text, which may name people."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("mail %s cannot be built: %s\n%s", mail.pk, type(error).__name__, frames)
