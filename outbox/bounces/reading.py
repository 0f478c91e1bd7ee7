"""The sweep over the mailbox of returned mails.

Each mail is looked at once, in the order of its number. What it says is written in one transaction
with how far we are: a process that dies in between reads that one again, to the same effect.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from outbox.bounces.mailbox import Mailbox
from outbox.bounces.reports import Failure, Report, report_in
from outbox.models import MailboxPosition, MailState, OutboundMail, Transport
from outbox.suppression import key_of, note_bounce, says_no_mailbox

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500
RECENT = timedelta(days=14)  # mail servers give up after five days at most (RFC 5321, 4.5.4.1)


def read_bounces(*, at: datetime) -> int:
    """How many of our mails have come back. Raises MailboxError."""
    if settings.BOUNCES is None:
        return 0
    with Mailbox(settings.BOUNCES).opened() as mailbox:
        position = position_in(mailbox)
        numbers = mailbox.numbers_after(position.last)[:MOST_AT_ONCE]
        return sum(look_at(mailbox, number, position, at=at) for number in numbers)


def position_in(mailbox: Mailbox) -> MailboxPosition:
    """From the beginning where the numbers count no more."""
    there, validity = mailbox.settings, mailbox.validity()
    name = f"{there['username']}@{there['host']}:{there['port']}/{there['folder']}"[-300:]
    position, _new = MailboxPosition.objects.get_or_create(mailbox=name)
    if position.validity != validity:
        position.validity, position.last = validity, 0
    return position


def look_at(mailbox: Mailbox, number: int, position: MailboxPosition, *, at: datetime) -> int:
    report = understood(mailbox.read(number), number)
    position.last, position.modified_at = number, at
    with transaction.atomic():
        returned = note_report(report, at=at) if report else 0
        position.save()
    if returned:
        mailbox.mark_read(number)
    return returned


def understood(raw: bytes, number: int) -> Report | None:
    """The email package breaks on some of what can be written; that is left to people."""
    try:
        return report_in(raw)
    except Exception as error:  # whatever hostile input brings about
        logger.warning("mail %s in the mailbox cannot be read: %s", number, type(error).__name__)
        return None


def note_report(report: Report, *, at: datetime) -> int:
    """Believed only of a mail that we sent to this very address a short while ago."""
    sent = OutboundMail.objects.filter(
        message_id__in=[clean(one) for one in report.message_ids],
        state=MailState.SENT,
        transport=Transport.SMTP,
        sent_at__gte=at - RECENT,
    )
    pairs = [(mail, failure) for mail in sent for failure in report.failures]
    return sum(note_failure(*pair, at=at) for pair in pairs if concerns(*pair))


def clean(message_id: str) -> str:
    """PostgreSQL takes no NUL."""
    return message_id.replace("\0", "")[:120]


def concerns(mail: OutboundMail, failure: Failure) -> bool:
    return key_of(mail.recipient) in {key_of(address) for address in failure.addresses}


def note_failure(mail: OutboundMail, failure: Failure, *, at: datetime) -> bool:
    """As if the server had refused it at once. What is only late may still arrive."""
    rows = OutboundMail.objects.filter(pk=mail.pk, state=MailState.SENT)
    if not failure.permanent:
        return bool(rows.update(last_error=f"delayed: {failure.status}", modified_at=at))
    reason = f"bounced: {failure.status}"
    if not rows.update(state=MailState.DEAD, last_error=reason, modified_at=at):
        return False
    logger.info("mail %s has come back: %s", mail.pk, failure.status)
    if says_no_mailbox(failure.code, "" if failure.code else failure.status):
        note_bounce(mail, reason, at=at)
    return True
