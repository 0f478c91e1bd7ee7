"""From what a recipient reads to the bytes on the wire. Headers are made by the email package.

What many mails have in common is parsed and folded once: that took most of the time of a mail.
"""

import binascii
import functools
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
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
# "=_" stands in no text in quoted-printable and in no base64 (RFC 2045, section 6.7).
ALTERNATIVES = 'multipart/alternative; boundary="=_alternatives"'
OWN_WORDS = ("date", "message-id")  # of which we know that they are well-formed


class MailPolicy(EmailPolicy):
    """The email package writes an address longer than a line as an encoded word, which mail

    programs do not decode there: it stays whole (RFC 5322 allows 998 characters).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == STOP:
            return f"{name}: {value}{self.linesep}".encode("ascii", "replace")
        return folded(name, value)


@functools.lru_cache(maxsize=1000)
def folded(name: str, value: BaseHeader) -> bytes:
    return EmailPolicy.fold_binary(POLICY, name, value)


def headers_by_name() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in OWN_WORDS:
        registry.map_to_type(name, UnstructuredHeader)  # type: ignore[arg-type]  # a mixin, as all
    return registry


POLICY = MailPolicy(linesep=SMTP.linesep, header_factory=headers_by_name())


def composed(mail: OutboundMail, message: Message, *, at: datetime) -> EmailMessage:
    """Raises BadAddressError (a ValueError) when an address fits in no header."""
    composed = EmailMessage(policy=POLICY)
    composed["From"] = mailbox("From", sender().name, settings.MAIL_FROM)
    composed["To"] = mailbox("To", mail.recipient_name, mail.recipient)
    if message.reply_to:
        composed["Reply-To"] = mailbox("Reply-To", "", message.reply_to)
    composed["Subject"] = header("Subject", one_line(message.subject))
    composed["Date"] = format_datetime(at)
    composed["Message-ID"] = mail.message_id
    composed["Auto-Submitted"] = header("Auto-Submitted", "auto-generated")
    if message.unsubscribe:
        composed[STOP] = f"<{message.unsubscribe}>"
        composed[f"{STOP}-Post"] = header(f"{STOP}-Post", "List-Unsubscribe=One-Click")
    composed["MIME-Version"] = header("MIME-Version", "1.0")
    if message.html:
        composed["Content-Type"] = header("Content-Type", ALTERNATIVES)
        composed.attach(written(EmailMessage(policy=POLICY), "plain", message.text))
        composed.attach(written(EmailMessage(policy=POLICY), "html", message.html))
    else:
        written(composed, "plain", message.text)
    if message.calendar:
        add_calendar(composed, message.calendar, message.method)
    return composed


@functools.lru_cache(maxsize=1000)
def header(name: str, value: str) -> BaseHeader:
    """Where a header is set to one that has been parsed, it is not parsed again."""
    _name, parsed = POLICY.header_store_parse(name, value)
    return parsed


@functools.lru_cache(maxsize=1000)
def mailbox(name: str, display_name: str, address: str) -> BaseHeader:
    box = Address(one_line(display_name)[:NAME_LENGTH], addr_spec=ascii_address(address))
    return POLICY.header_factory(name, box)


def written(part: EmailMessage, subtype: str, text: str) -> EmailMessage:
    """The text in quoted-printable, its lines ended as the wire wants them."""
    part["Content-Type"] = header("Content-Type", f'text/{subtype}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = header("Content-Transfer-Encoding", "quoted-printable")
    lines = b"\r\n".join([*text.encode().splitlines(), b""])
    part.set_payload(binascii.b2a_qp(lines, istext=True).decode("ascii"))
    return part


def add_calendar(composed: EmailMessage, calendar: str, method: str) -> None:
    """Twice: as an alternative for programs with a calendar, as a file for all others."""
    composed.add_alternative(
        calendar, subtype="calendar", params={"method": method}, cte="quoted-printable"
    )
    content = calendar.encode()
    composed.add_attachment(content, maintype="application", subtype="ics", filename=CALENDAR_FILE)
