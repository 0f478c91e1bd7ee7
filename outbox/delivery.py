"""The sweep that sends what is due. Why this way: docs/adr/0005-outbox.md.

Between the server's last word and our note of it lies a gap that SMTP does not close. A mail whose
sender died in there goes out again under the same Message-ID, or waits for a person (`hold`).
"""

import contextlib
import functools
import logging
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import CharField, JSONField

from dma_crm.logs import following
from dma_crm.statements import Given, Update
from outbox.addresses import ascii_address
from outbox.checking import DATABASE_GONE, Checks
from outbox.claims import (
    AT,
    OURS,
    Clock,
    claim_due,
    free,
    give_back,
    hand_over,
    held,
    recover_abandoned,
)
from outbox.composing import composed
from outbox.models import Leased, MailState, OutboundMail, Transport
from outbox.registry import is_held, kind_of
from outbox.retries import next_attempt
from outbox.signing import known_sender
from outbox.smtp import DeliveryError, MailServer
from outbox.suppression import note_bounce

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 60.0  # the built-in loop has other jobs too
PATIENT_FOR = timedelta(minutes=15)
PROMPT_SECONDS = 0.5
SENT = Update(
    lambda: OURS.filter(state=MailState.SENDING),
    state=MailState.SENT,
    transport=Given("transport", CharField()),
    sent_at=AT,
    subjects=Given("subjects", JSONField()),
    payload="",
    last_error="",
    claim_token=None,
    lease_until=None,
    modified_at=AT,
)


def deliver(*, at: datetime) -> Counter[str]:
    """Send what is due; answers how many mails ended in which state. Safe to run at once."""
    clock = Clock.from_moment(at)
    done: Counter[str] = Counter()
    recover_abandoned(at=at)
    with mail_server() as server, known_sender():
        while clock.elapsed() < SWEEP_SECONDS and (mails := claim_due(at=clock.now())):
            try:
                deliver_batch(mails, server, clock, done)
            except ServerGoneError as gone:
                done[gone.state] += 1
                break
    return done


def deliver_batch(
    mails: list[OutboundMail], server: MailServer | None, clock: Clock, done: Counter[str]
) -> None:
    """Claimed and checked together. Who is not reached within PROMPT_SECONDS is given back, so

    that no check is old when its mail goes, and one slow recipient delays nobody.
    """
    began, left = clock.elapsed(), deque(mails)
    checks = Checks(mails, at=clock.now())
    try:
        while left and clock.elapsed() - began < PROMPT_SECONDS:
            mail = left.popleft()
            with following(mail.request_id):
                done[deliver_one(mail, server, clock, checks)] += 1
            checks.room.note(mail)
    finally:
        write = functools.partial(give_back, list(left), at=clock.now())
        persistently(write, seconds=patience(mails[0], clock))


class NoWayOutError(Exception):
    """Such a mail needs `List-Unsubscribe`."""


class ServerGoneError(Exception):
    """No mail can be sent now; `state` is what became of the one that was tried."""

    def __init__(self, state: str):
        super().__init__(state)
        self.state = state


def mail_server() -> contextlib.AbstractContextManager[MailServer | None]:
    if settings.MAIL_SERVER is None:
        return contextlib.nullcontext()
    return MailServer(settings.MAIL_SERVER)


def deliver_one(mail: OutboundMail, server: MailServer | None, clock: Clock, checks: Checks) -> str:
    """Check, build and send one claimed mail, outside transactions; answers its new state."""
    try:
        later = checks.throttled_until(mail, at=clock.now())
        refusal = "" if later else checks.why_not(mail, at=clock.now())
        message = None if later or refusal else built(mail, at=clock.now())
    except DATABASE_GONE:
        raise
    except Exception as error:
        note_unbuildable(mail, error)
        reason = f"unbuildable: {type(error).__name__}"
        return settle(mail, clock, state=MailState.DEAD, last_error=reason)
    if later:
        return settle_throttled(mail, clock, later)
    if message is None:
        return settle(mail, clock, state=MailState.CANCELLED, last_error=refusal, payload="")
    return handed_over(mail, message, server, clock, checks)


def built(mail: OutboundMail, *, at: datetime) -> EmailMessage:
    """Raises NoWayOutError for a mail that nobody has to get and nobody could stop.

    What it was made of is noted with the row when it has gone.
    """
    kind = kind_of(mail)
    message = kind.build(mail)
    if not (kind.transactional or message.unsubscribe):
        raise NoWayOutError
    mail.subjects = mail.subjects | message.made_of
    return composed(mail, message, at=at)


def handed_over(
    mail: OutboundMail,
    message: EmailMessage,
    server: MailServer | None,
    clock: Clock,
    checks: Checks,
) -> str:
    if server is None:
        return settle_sent(mail, clock, Transport.KEPT)
    if not hand_over(mail, at=clock.now()):
        return "lost"
    try:
        server.send(
            message,
            sender=ascii_address(settings.BOUNCE_ADDRESS),
            recipient=ascii_address(mail.recipient),
        )
    except DeliveryError as error:
        state = settle(mail, clock, **after_failure(mail, error, at=clock.now()))
        if error.no_mailbox:
            note_bounce(mail, error.reason, at=clock.now())
            checks.note_bounce(mail)
        if error.for_all:
            raise ServerGoneError(state) from error
        return state
    return settle_sent(mail, clock, Transport.SMTP)


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


def settle_sent(mail: OutboundMail, clock: Clock, transport: Transport) -> str:
    """What the mail carried is not needed any more."""
    at = clock.now()
    write = functools.partial(
        SENT.write,
        pk=mail.pk,
        token=mail.claim_token,
        transport=transport,
        subjects=mail.subjects,
        at=at,
    )
    state = settled(mail, clock, write, state=MailState.SENT, last_error="")
    mail.sent_at = at
    return state


def settle_throttled(mail: OutboundMail, clock: Clock, later: datetime) -> str:
    """Waiting for room is no attempt."""
    waits = {"due_at": later, "attempts": mail.attempts - 1}
    return settle(mail, clock, state=MailState.QUEUED, last_error="throttled", **waits)


def settle(mail: OutboundMail, clock: Clock, *, state: str, last_error: str, **changes: Any) -> str:
    """Any other result than that it is sent."""
    said = {"state": state, "last_error": last_error}
    write = functools.partial(held(mail).update, **free(clock.now()), **said, **changes)
    return settled(mail, clock, write, **said)


def settled(
    mail: OutboundMail, clock: Clock, write: Callable[[], int], *, state: str, last_error: str
) -> str:
    """Write the result if the claim is still ours, and free the claim."""
    if not persistently(write, seconds=patience(mail, clock)):
        logger.warning("mail %s was claimed by somebody else meanwhile", mail.pk)
        return "lost"
    log_outcome(mail, state, last_error)
    return str(state)


def log_outcome(mail: OutboundMail, state: str, last_error: str) -> None:
    """Without the words of a refusal, which the owners of a kind write for people."""
    error = "not_allowed" if last_error.startswith("not_allowed") else last_error or "-"
    told = (mail.pk, state, mail.kind, mail.attempts, error)
    logger.info("mail %s is %s: kind %s, attempt %s, %s", *told)


def patience(row: Leased, clock: Clock) -> float:
    """Seconds for which the claim still holds."""
    return (row.lease_until - clock.now()).total_seconds() if row.lease_until else 0.0


def persistently(write: Callable[[], int], *, seconds: float, pause: float = 0.5) -> int:
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
