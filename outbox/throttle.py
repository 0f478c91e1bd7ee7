"""Nobody gets more than MAILS_PER_HOUR mails an hour: the rest waits, what must be said goes first.

A limit against floods, not a quota: of two processes that look at once both may send.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from dma_crm.statements import Given, Statement
from outbox.models import QUEUED, SENDING, OutboundMail
from outbox.registry import kind_of, transactional_kinds

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AT = Given("at", models.DateTimeField())


def theirs():
    return OutboundMail.objects.filter(recipient__any_of=Given("recipients")).order_by()


SENT = Statement(
    lambda: theirs().filter(sent_at__gt=AT).order_by("sent_at").values_list("recipient", "sent_at")
)
TO_BE_SAID = Statement(
    lambda: (
        theirs()
        .filter(state__in=[QUEUED, SENDING], due_at__lte=AT, sent_at=None)
        .filter(kind__any_of=Given("kinds"))
        .values_list("recipient", "id")
    )
)


class Room:
    """How many mails the recipients of these have had within an hour, and what is to be said."""

    def __init__(self, mails: Iterable[OutboundMail], *, at: datetime):
        self.sent: dict[str, list[datetime]] = defaultdict(list)
        self.to_be_said: dict[str, set] = defaultdict(set)
        recipients = {mail.recipient for mail in mails}
        if not settings.MAILS_PER_HOUR:
            return
        for recipient, sent_at in SENT.rows(recipients=recipients, at=at - HOUR):
            self.sent[recipient].append(sent_at)
        asked = {"recipients": recipients, "kinds": transactional_kinds(), "at": at}
        for recipient, pk in TO_BE_SAID.rows(**asked):
            self.to_be_said[recipient].add(pk)

    def throttled_until(self, mail: OutboundMail, *, at: datetime) -> datetime | None:
        """When this mail may be tried again; None if it may go now: `essential` ones always may."""
        kind = kind_of(mail)
        if kind.essential or not settings.MAILS_PER_HOUR:
            return None
        full_until = self.next_place(mail.recipient, at=at)
        if full_until or kind.transactional:
            return full_until
        return at + MINUTE if self.to_be_said[mail.recipient] else None

    def next_place(self, recipient: str, *, at: datetime) -> datetime | None:
        """When the oldest of the last MAILS_PER_HOUR mails is an hour old; None: there is room."""
        sent = self.sent[recipient]
        within = sent[bisect_right(sent, at - HOUR) :]
        place = settings.MAILS_PER_HOUR
        return within[-place] + HOUR if len(within) >= place else None

    def note(self, mail: OutboundMail) -> None:
        """It has gone, or will not go now."""
        if mail.sent_at:
            self.sent[mail.recipient].append(mail.sent_at)
        self.to_be_said[mail.recipient].discard(mail.pk)
