"""Demo data of the outbox: what other parts queued has gone, as a demo sends it: kept here."""

from datetime import datetime, timedelta
from typing import Any

from dma_crm import demo as demo_data
from dma_crm.demo import Demo
from outbox.actions import message_id_of, short_key
from outbox.models import MailState, OutboundMail, Transport

DEAD = 2  # so many of the newest follow-up mails could not be delivered
REFUSED = "smtp: 550"


def open_box(demo: Demo) -> None:
    """`demo.made["mails"]` collects what is to be written."""
    demo.made["mails"] = []


def kept_mail(
    demo: Demo,
    *,
    kind: str,
    key: str,
    recipient: str,
    recipient_name: str,
    subjects: dict[str, Any],
    purpose: str,
    legal_basis: str,
    at: datetime,
) -> OutboundMail:
    """As `queue_mail` writes it and the next sweep leaves it."""
    sent_at = at + timedelta(seconds=demo.dice.randint(1, 5))
    key = short_key(key)
    return OutboundMail(
        id=demo.new_id(at),
        kind=kind,
        dedupe_key=key,
        recipient=recipient,
        recipient_name=recipient_name,
        purpose=purpose,
        legal_basis=legal_basis,
        subjects={name: str(value) for name, value in subjects.items()},
        state=MailState.SENT,
        transport=Transport.KEPT,
        due_at=at,
        attempts=1,
        sent_at=sent_at,
        message_id=message_id_of(key),
        created_at=at,
        modified_at=sent_at,
    )


def write_box(demo: Demo) -> None:
    mails = sorted(demo.made["mails"], key=lambda mail: (mail.created_at, mail.pk))
    for mail in [mail for mail in mails if mail.kind == "follow_up"][-DEAD:]:
        bounce(mail)
    demo.write(OutboundMail, mails)


def bounce(mail: OutboundMail) -> None:
    """The recipient's server knows no such mailbox."""
    mail.state, mail.transport, mail.sent_at = MailState.DEAD, "", None
    mail.last_error = REFUSED


demo_data.register(open_box, order=5)
demo_data.register(write_box, order=90)
