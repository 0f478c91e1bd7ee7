"""From what a recipient reads to the bytes on the wire. Headers are made by the email package."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

from django.conf import settings

from outbox.addresses import ascii_address
from outbox.messages import Message, one_line
from outbox.models import OutboundMail
from outbox.signing import sender

NAME_LENGTH = 100
CALENDAR_FILE = "termin.ics"
STOP = "List-Unsubscribe"


class MailPolicy(EmailPolicy):
    """The email package writes an address longer than a line as an encoded word, which mail

    programs do not decode there: it stays whole (RFC 5322 allows 998 characters).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == STOP:
            return f"{name}: {value}{self.linesep}".encode("ascii", "replace")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep=SMTP.linesep)


def composed(mail: OutboundMail, message: Message, *, at: datetime) -> EmailMessage:
    """Raises BadAddressError (a ValueError) when an address fits in no header."""
    composed = EmailMessage(policy=POLICY)
    composed["From"] = mailbox(sender().name, settings.MAIL_FROM)
    composed["To"] = mailbox(mail.recipient_name, mail.recipient)
    if message.reply_to:
        composed["Reply-To"] = mailbox("", message.reply_to)
    composed["Subject"] = one_line(message.subject)
    composed["Date"] = format_datetime(at)
    composed["Message-ID"] = mail.message_id
    composed["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        composed[STOP] = f"<{message.unsubscribe}>"
        composed[f"{STOP}-Post"] = "List-Unsubscribe=One-Click"
    composed.set_content(message.text, cte="quoted-printable")
    if message.html:
        composed.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar:
        add_calendar(composed, message.calendar, message.method)
    return composed


def add_calendar(composed: EmailMessage, calendar: str, method: str) -> None:
    """Twice: as an alternative for programs with a calendar, as a file for all others."""
    composed.add_alternative(
        calendar, subtype="calendar", params={"method": method}, cte="quoted-printable"
    )
    content = calendar.encode()
    composed.add_attachment(content, maintype="application", subtype="ics", filename=CALENDAR_FILE)


def mailbox(name: str, address: str) -> Address:
    return Address(one_line(name)[:NAME_LENGTH], addr_spec=ascii_address(address))
