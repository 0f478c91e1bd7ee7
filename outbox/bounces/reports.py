"""What a delivery status notification says (RFC 3464). Nothing in it is to be believed yet.

Whoever knows the address writes into that mailbox, so all of this is hostile input.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
REPLY_CODE = re.compile(r"\b(5\d\d)\b")
MOST_PARTS = 50
GENERIC = "5.0.0"  # what a mail server writes for another that gave no code of its own


@dataclass(frozen=True)
class Failure:
    """What became of one recipient. `code` is the SMTP reply, where `status` says nothing."""

    addresses: tuple[str, ...]
    status: str
    code: int = 0

    @property
    def permanent(self) -> bool:
        return self.status.startswith("5")


@dataclass(frozen=True)
class Report:
    message_ids: tuple[str, ...]
    failures: tuple[Failure, ...]


def report_in(raw: bytes) -> Report | None:
    """None for what is no report: replies, out-of-office notes, advertising, and what is broken."""
    mail = email.message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return None
    ids: list[str] = []
    failures: list[Failure] = []
    for part in parts_of(mail):
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            failures += failures_in(part)
        elif returned := returned_headers(part, kind):
            ids.append(text(returned, "Message-ID").strip())
    return Report(tuple(filter(None, ids)), tuple(failures)) if failures else None


def parts_of(mail: Message) -> list[Message]:
    """Only those right below: what is inside of them was written by somebody else still."""
    parts = mail.get_payload()
    first = parts[:MOST_PARTS] if isinstance(parts, list) else []
    return [part for part in first if isinstance(part, Message)]


def returned_headers(part: Message, kind: str) -> Message | None:
    if kind in {"message/rfc822", "message/global"}:
        return next(iter(parts_of(part)), None)
    if kind in {"text/rfc822-headers", "message/global-headers"}:
        content = part.get_payload(decode=True)
        return email.message_from_bytes(content) if isinstance(content, bytes) else None
    return None


def failures_in(part: Message) -> Iterator[Failure]:
    for block in parts_of(part):
        found = STATUS.search(text(block, "Status"))
        if found and text(block, "Action").strip().lower() in {"failed", "delayed"}:
            fields = (text(block, name) for name in ("Original-Recipient", "Final-Recipient"))
            addresses = tuple(filter(None, (field.rpartition(";")[2].strip() for field in fields)))
            yield Failure(addresses, found[1], reply_code(block, found[1]))


def reply_code(block: Message, status: str) -> int:
    found = REPLY_CODE.search(text(block, "Diagnostic-Code")) if status == GENERIC else None
    return int(found[1]) if found else 0


def text(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:1000]
