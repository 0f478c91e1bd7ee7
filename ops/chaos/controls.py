"""What goes wrong without the outbox's two rules; a harness that does not see it proves nothing."""

import time
from datetime import datetime

from dma_crm.statements import Given
from outbox import delivery, results
from outbox.batches import Batch
from outbox.claims import LEASE, rows_of
from outbox.models import OutboundMail, Transport

PAUSE = 0.2  # seconds


def apply(name: str) -> None:
    if name:
        {"without_claim": without_claim, "sent_first": sent_first}[name]()


def without_claim() -> None:
    """Everybody sends what they find."""
    delivery.claim_due = unclaimed
    results.held = lambda mail: rows_of(mail).filter(pk=mail.pk)
    results.TURN.build = OutboundMail.objects.filter(pk__any_of=Given("pks")).all


def unclaimed(*, at: datetime) -> list[OutboundMail]:
    """Slowly enough that all are at it at once, however fast mails go."""
    mails = list(OutboundMail.objects.due(at).order_by("due_at")[:1])
    time.sleep(PAUSE)
    for mail in mails:
        mail.lease_until = at + LEASE  # nobody else knows
    return mails


def sent_first() -> None:
    """Noted as sent before the server has it."""
    hand_over = Batch.hand_over

    def noted_first(batch, ready):
        results.note_turn(ready.mail, None, Transport.SMTP, batch.clock)
        return hand_over(batch, ready)

    Batch.hand_over = noted_first
