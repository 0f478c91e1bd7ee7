"""Every write to the outbox but delivery itself."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dma_crm.crypto import keyed_digest
from dma_crm.statements import Given, Statement
from outbox.addresses import own_domain
from outbox.models import MailState, OutboundMail

logger = logging.getLogger(__name__)
KEY_LENGTH = 200
RETRIED = (MailState.DEAD, MailState.UNCERTAIN)
CANCELLED = (MailState.QUEUED, MailState.UNCERTAIN, MailState.DEAD)
OF_KEYS = Statement(
    lambda: OutboundMail.objects.filter(dedupe_key__any_of=Given("keys")).values_list("pk")
)


class MailMovedError(Exception):
    """The mail is no longer in a state in which this can be done."""

    code = "mail_moved"
    message = _("This mail has moved on in the meantime. Please look at it again.")


def queue_mail(**written: Any) -> OutboundMail | None:
    """Write `mail_of(...)` in the caller's transaction; None if there is one with that key."""
    mail = mail_of(**written)
    return mail if queue_mails([mail]) else None


def queue_mails(mails: list[OutboundMail]) -> int:
    """How many of them are new: where a row has the key already, that one stays."""
    if not mails:
        return 0
    OutboundMail.objects.bulk_create(mails, ignore_conflicts=True)
    there = {pk for (pk,) in OF_KEYS.rows(keys=[mail.dedupe_key for mail in mails])}
    return sum(mail.pk in there for mail in mails)


def mail_of(
    *,
    kind: str,
    dedupe_key: str,
    recipient: str,
    recipient_name: str = "",
    subjects: dict[str, Any],
    purpose: str,
    legal_basis: str = "",
    due_at: datetime | None = None,
    payload: str = "",
    at: datetime,
) -> OutboundMail:
    """A row that is not written yet.

    `dedupe_key` says what happened and to whom it is told (`referral:<id>:sent:<step>:<to>`).
    `subjects` are ids as text. `payload` is for what cannot be built again, encrypted; it is
    removed once sent.
    """
    key = short_key(dedupe_key)
    return OutboundMail(
        kind=kind,
        dedupe_key=key,
        recipient=recipient,
        recipient_name=recipient_name[:200],
        subjects={name: str(value) for name, value in subjects.items()},
        purpose=purpose,
        legal_basis=legal_basis,
        due_at=due_at or at,
        payload=payload,
        message_id=message_id_of(key),
        created_at=at,
        modified_at=at,
    )


def short_key(key: str) -> str:
    """Keys that are too long for the column keep their beginning and a digest of the whole."""
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 65]}:{hashlib.sha256(key.encode()).hexdigest()}"


def message_id_of(dedupe_key: str) -> str:
    """The same for every attempt at the same key, so that a receiver shows a duplicate once."""
    return f"<{keyed_digest('message-id', dedupe_key)[:40]}@{own_domain()}>"


def delay_mail(*, dedupe_key: str, until: datetime, at: datetime) -> bool:
    """Let the mail of that key wait longer; False unless it waits and no server has seen it.

    Whoever changes what it speaks of calls this in the same transaction: no worker takes the mail
    before that is written, so that it cannot tell the old state.
    """
    rows = OutboundMail.objects.filter(dedupe_key=short_key(dedupe_key), state=MailState.QUEUED)
    return bool(rows.filter(handing_over_at=None).update(due_at=until, modified_at=at))


def retry_mail(*, mail: OutboundMail, by: Actor, at: datetime) -> OutboundMail:
    """Send a dead or uncertain mail again: same id, same Message-ID, a fresh row of attempts."""
    fresh = {"due_at": at, "attempts": 0, "handing_over_at": None, "last_error": ""}
    return move(mail, RETRIED, {"state": MailState.QUEUED, **fresh}, by=by, at=at)


def cancel_mail(*, mail: OutboundMail, by: Actor, at: datetime) -> OutboundMail:
    """Never send it; what it carried is removed."""
    changes = {"state": MailState.CANCELLED, "payload": "", "last_error": "cancelled_by_hand"}
    return move(mail, CANCELLED, changes, by=by, at=at)


def cancel_waiting(*, keys: Iterable[str], reason: str, at: datetime) -> list[str]:
    """Mails that nobody has begun to send go no more; the keys of those that were caught."""
    waiting = OutboundMail.objects.filter(state=MailState.QUEUED)
    changes = {"state": MailState.CANCELLED, "payload": "", "last_error": reason}
    return [
        key
        for key in keys
        if waiting.filter(dedupe_key=short_key(key)).update(**changes, modified_at=at)
    ]


@transaction.atomic
def move(
    mail: OutboundMail,
    states: tuple[MailState, ...],
    changes: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> OutboundMail:
    """Raises MailMovedError unless the row still is in one of `states`."""
    rows = OutboundMail.objects.filter(pk=mail.pk, state__in=states)
    if not rows.update(**changes, modified_at=at):
        raise MailMovedError
    logger.info("mail %s is %s by user %s", mail.pk, changes["state"], by.user_id)
    mail.refresh_from_db()
    return mail
