"""Whether mails may go: asked for all that go together, answered right before each goes."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError

from outbox.models import OutboundMail
from outbox.registry import gather, kind_of
from outbox.suppression import key_of, suppressed_among
from outbox.throttle import Room

logger = logging.getLogger(__name__)
DATABASE_GONE = (OperationalError, InterfaceError)
REASON_LENGTH = 300


class Checks:
    """Consent, restriction and erasure may have come since a mail was queued, or a bounce."""

    def __init__(self, mails: list[OutboundMail], *, at: datetime):
        self.room = Room(mails, at=at)
        self.suppressed = suppressed_among(mail.recipient for mail in mails)
        self.gather(mails, at=at)

    def gather(self, mails: list[OutboundMail], *, at: datetime) -> None:
        """Where one mail's fault breaks the question for all, each asks for itself."""
        try:
            gather(mails, at=at)
        except DATABASE_GONE:
            raise
        except Exception as error:
            logger.warning("mails cannot be asked for at once: %s", type(error).__name__)

    def throttled_until(self, mail: OutboundMail, *, at: datetime) -> datetime | None:
        return self.room.throttled_until(mail, at=at)

    def why_not(self, mail: OutboundMail, *, at: datetime) -> str:
        """Why it must not go, as a code; "" if it may."""
        kind = kind_of(mail)
        refusal = kind.may_go(mail, at) if kind.may_go else ""
        if refusal:
            return f"not_allowed: {refusal}"[:REASON_LENGTH]
        standing = not kind.essential and key_of(mail.recipient) in self.suppressed
        return "suppressed" if standing else ""

    def note_bounce(self, mail: OutboundMail) -> None:
        self.suppressed.add(key_of(mail.recipient))
