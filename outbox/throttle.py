"""Nobody gets more than MAILS_PER_HOUR mails an hour: the rest waits, what must be said goes first.

A limit against floods, not a quota: of two processes that look at once both may send.
"""

from datetime import datetime, timedelta

from django.conf import settings

from outbox.models import OutboundMail
from outbox.registry import kind_of, transactional_kinds

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def throttled_until(mail: OutboundMail, *, at: datetime) -> datetime | None:
    """When this mail may be tried again; None if it may go now, as `essential` ones always may."""
    kind = kind_of(mail)
    if kind.essential or not settings.MAILS_PER_HOUR:
        return None
    full_until = next_place(mail.recipient, at=at)
    if full_until or kind.transactional:
        return full_until
    return at + MINUTE if something_first(mail.recipient, at=at) else None


def next_place(recipient: str, *, at: datetime) -> datetime | None:
    """When the oldest of the last MAILS_PER_HOUR mails is an hour old; None if there is room."""
    within = OutboundMail.objects.filter(recipient=recipient, sent_at__gt=at - HOUR)
    place = settings.MAILS_PER_HOUR - 1
    for mail in within.order_by("-sent_at").only("sent_at")[place : place + 1]:
        assert mail.sent_at  # the filter asks for it
        return mail.sent_at + HOUR
    return None


def something_first(recipient: str, *, at: datetime) -> bool:
    waiting = OutboundMail.objects.due(at).filter(recipient=recipient, sent_at=None)
    return waiting.filter(kind__in=transactional_kinds()).exists()
