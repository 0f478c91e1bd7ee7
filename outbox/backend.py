"""Django's mail API ends in the outbox too: the login library's mails go this way."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from outbox.kinds import queue_account_mail
from outbox.messages import Message, one_line


class OutboxBackend(BaseEmailBackend):
    """Queues one mail per recipient, so that one bad address holds no other."""

    @transaction.atomic
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for email in email_messages:
            for recipient in email.recipients():
                address = parseaddr(recipient)[1] or recipient
                queue_account_mail(recipient=address, message=read(email), at=timezone.now())
        return len(email_messages)


def read(email: EmailMessage) -> Message:
    alternatives = getattr(email, "alternatives", [])
    html = [str(content) for content, kind in alternatives if kind == "text/html"]
    reply_to = next(iter(email.reply_to), "")
    return Message(one_line(str(email.subject)), str(email.body), "".join(html[:1]), reply_to)
