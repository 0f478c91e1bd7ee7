"""From what a recipient reads to the bytes on the wire.

Headers are parsed and folded by the email package, each once: that took most of the time of a mail.
Only a mailbox that needs neither quotes nor folding is written as it stands.
The frame of the parts around them is written here, because it is always the same (RFC 2046).
"""

import base64
import binascii
import functools
import re
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings

from outbox.addresses import ascii_address
from outbox.messages import Message, one_line
from outbox.models import OutboundMail
from outbox.signing import sender

NAME_LENGTH = 100
PLAIN_LENGTH = 76  # of name and value of a header: a line less its colon and blank
PLAIN_NAME = re.compile(r"(?:[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*)?")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[a-z0-9.-]+")
CALENDAR_FILE = "termin.ics"
STOP = "List-Unsubscribe"
# "=_" stands in no text in quoted-printable and in no base64 (RFC 2045, section 6.7).
ALTERNATIVES, ALL = "=_alternatives", "=_all"


def composed(mail: OutboundMail, message: Message, *, at: datetime) -> bytes:
    """Raises BadAddressError (a ValueError) when an address fits in no header."""
    headers = [
        mailbox("From", sender().name, settings.MAIL_FROM),
        mailbox("To", mail.recipient_name, mail.recipient),
        mailbox("Reply-To", "", message.reply_to) if message.reply_to else b"",
        header("Subject", one_line(message.subject)),
        date_of(at.replace(microsecond=0)),
        line("Message-ID", mail.message_id),
        line("Auto-Submitted", "auto-generated"),
        way_out(message.unsubscribe) if message.unsubscribe else b"",
        line("MIME-Version", "1.0"),
    ]
    return b"".join([*headers, content_of(message)])


def way_out(address: str) -> bytes:
    """Longer than a line it stays whole (RFC 5322 allows 998 characters): the email package would

    write it as an encoded word, which mail programs do not decode there.
    """
    return line(STOP, f"<{address}>") + line(f"{STOP}-Post", "List-Unsubscribe=One-Click")


def line(name: str, value: str) -> bytes:
    """A header whose value is ours, well-formed and ASCII."""
    return f"{name}: {value}\r\n".encode("ascii")


@functools.lru_cache(maxsize=1)
def date_of(second: datetime) -> bytes:
    return line("Date", format_datetime(second))


@functools.lru_cache(maxsize=1000)
def header(name: str, value: str) -> bytes:
    _name, parsed = SMTP.header_store_parse(name, value)
    return SMTP.fold_binary(name, parsed)


@functools.lru_cache(maxsize=1000)
def mailbox(name: str, display_name: str, address: str) -> bytes:
    """One that is plain needs neither quotes nor folding, and nobody to work that out."""
    shown, spec = one_line(display_name)[:NAME_LENGTH], ascii_address(address)
    whole = f"{shown} <{spec}>" if shown else spec
    is_plain = PLAIN_NAME.fullmatch(shown) and PLAIN_ADDRESS.fullmatch(spec)
    if is_plain and len(name) + len(whole) <= PLAIN_LENGTH:
        return line(name, whole)
    return SMTP.fold_binary(name, SMTP.header_factory(name, Address(shown, addr_spec=spec)))


def content_of(message: Message) -> bytes:
    """Content headers and body; a calendar is there twice: as an alternative for programs with a

    calendar, as a file for all others.
    """
    alternatives = [text_part("plain", message.text)]
    if message.html:
        alternatives.append(text_part("html", message.html))
    if not message.calendar:
        return parts("alternative", ALTERNATIVES, alternatives)
    alternatives.append(text_part("calendar", message.calendar, f"; method={message.method}"))
    together = parts("alternative", ALTERNATIVES, alternatives)
    return parts("mixed", ALL, [together, file_part(message.calendar.encode())])


def parts(kind: str, boundary: str, each: list[bytes]) -> bytes:
    if len(each) == 1:
        return each[0]
    head = line("Content-Type", f'multipart/{kind}; boundary="{boundary}"')
    between = f"\r\n--{boundary}\r\n".encode()
    return b"".join([head, *(between + one for one in each), f"\r\n--{boundary}--\r\n".encode()])


def text_part(subtype: str, text: str, parameters: str = "") -> bytes:
    """In quoted-printable, its lines ended as the wire wants them."""
    head = line("Content-Type", f'text/{subtype}; charset="utf-8"{parameters}')
    head += line("Content-Transfer-Encoding", "quoted-printable")
    lines = b"\r\n".join([*text.encode().splitlines(), b""])
    return head + b"\r\n" + binascii.b2a_qp(lines, istext=True)


def file_part(content: bytes) -> bytes:
    head = line("Content-Type", "application/ics")
    head += line("Content-Transfer-Encoding", "base64")
    head += line("Content-Disposition", f'attachment; filename="{CALENDAR_FILE}"')
    return head + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")
