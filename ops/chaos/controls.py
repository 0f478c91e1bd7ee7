"""What goes wrong without the outbox's two rules; a harness that does not see it proves nothing."""

from django.db.models import UUIDField

from dma_crm.statements import Given
from outbox import delivery
from outbox.claims import rows_of
from outbox.models import OutboundMail, Transport


def apply(name: str) -> None:
    if name:
        {"without_claim": without_claim, "sent_first": sent_first}[name]()


def without_claim() -> None:
    """Everybody sends what they find."""
    delivery.claim_due = lambda *, at: list(OutboundMail.objects.due(at).order_by("due_at")[:1])
    delivery.hand_over = lambda mail, *, at: True
    delivery.held = lambda mail: rows_of(mail).filter(pk=mail.pk)
    delivery.SENT.build = OutboundMail.objects.filter(pk=Given("pk", UUIDField())).all


def sent_first() -> None:
    """Noted as sent before the server has it."""
    send = delivery.handed_over

    def handed_over(mail, message, server, clock, checks):
        delivery.settle_sent(mail, clock, Transport.SMTP)
        return send(mail, message, server, clock, checks)

    delivery.handed_over, delivery.hand_over = handed_over, lambda mail, *, at: True
