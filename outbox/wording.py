"""Mails in the words of the pages."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.freezing import current_freeze
from outbox.models import (
    DeliveryFreeze,
    MailState,
    OutboundMail,
    SuppressedAddress,
    Transport,
    WebhookDelivery,
)
from outbox.reasons import in_words
from outbox.registry import label_of

TONES = {
    MailState.QUEUED: "info",
    MailState.SENDING: "info",
    MailState.SENT: "good",
    MailState.DEAD: "danger",
    MailState.CANCELLED: "neutral",
    MailState.UNCERTAIN: "warning",
}
COUNTED_UP_TO = 100


def state_of(mail: OutboundMail) -> dict[str, str]:
    """Word and tone; a mail that was kept has not been sent, and says so."""
    if mail.transport == Transport.KEPT:
        return {"word": _("Kept in the outbox"), "tone": "neutral"}
    return {"word": mail.get_state_display(), "tone": TONES[MailState(mail.state)]}


def row_of(mail: OutboundMail) -> dict:
    return {
        "mail": mail,
        "kind": label_of(mail.kind),
        "reason": in_words(mail.last_error),
        **state_of(mail),
    }


def suppression_row(row: SuppressedAddress) -> dict:
    return {"row": row, "reason": row.get_reason_display(), "detail": in_words(row.detail)}


def facts_of(mail: OutboundMail) -> list[dict]:
    name = f"{mail.recipient_name} <{mail.recipient}>" if mail.recipient_name else mail.recipient
    return [
        {"term": _("Recipient"), "value": name or "–"},
        {"term": _("Kind"), "value": label_of(mail.kind)},
        {"term": _("Queued"), "value": mail.created_at},
        {"term": _("Due"), "value": mail.due_at if mail.state == MailState.QUEUED else ""},
        {"term": _("Sent"), "value": mail.sent_at},
        {"term": _("Attempts"), "value": str(mail.attempts)},
        {"term": _("Reason"), "value": in_words(mail.last_error)},
        {"term": "Message-ID", "value": mail.message_id},
    ]


def trouble() -> str:
    """What a look into Verwaltung should tell at once."""
    rows = OutboundMail.objects.filter(state__in=[MailState.DEAD, MailState.UNCERTAIN])
    count = counted(rows)
    if not count:
        return _("Which mails have gone out and which are waiting.")
    return ngettext(
        "%(count)s mail could not be delivered.", "%(count)s mails could not be delivered.", count
    ) % {"count": capped(count)}


trouble_lazy = lazy(trouble, str)


def counted(rows: QuerySet) -> int:
    """Never further than anybody would read."""
    return len(rows.order_by().values_list("pk")[:COUNTED_UP_TO])


def capped(count: int) -> str:
    return f"{count}+" if count == COUNTED_UP_TO else str(count)


def waiting(*, at: datetime) -> dict[str, str]:
    """How much would leave at once."""
    queues = {"mails": OutboundMail.objects.due(at), "webhooks": WebhookDelivery.objects.due(at)}
    return {name: capped(counted(rows)) for name, rows in queues.items()}


def freeze_text(freeze: DeliveryFreeze) -> str:
    """Since when, by whom and why nothing leaves."""
    moment = date_format(timezone.localtime(freeze.at), "SHORT_DATETIME_FORMAT")
    told = {"moment": moment, "who": freeze.by_label, "reason": freeze.reason}
    if not freeze.by_label:
        text = _("Delivery of all mails and webhooks is stopped since %(moment)s: %(reason)s")
    else:
        text = _(
            "Delivery of all mails and webhooks is stopped since %(moment)s by %(who)s: %(reason)s"
        )
    return text % told


def freeze_warning() -> str:
    """Empty while delivery runs."""
    freeze = current_freeze()
    return freeze_text(freeze) if freeze else ""


def delivery_state() -> str:
    return freeze_warning() or _("Stop all mails and webhooks, and let them go on.")


delivery_state_lazy = lazy(delivery_state, str)
