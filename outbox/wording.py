"""Mails in the words of the pages."""

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.models import MailState, OutboundMail, Transport
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


def facts_of(mail: OutboundMail) -> list[dict]:
    name = f"{mail.recipient_name} <{mail.recipient}>" if mail.recipient_name else mail.recipient
    return [
        {"term": _("Recipient"), "value": name},
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
    count = len(rows.values_list("pk")[:COUNTED_UP_TO])
    if not count:
        return _("Which mails have gone out and which are waiting.")
    return ngettext(
        "%(count)s mail could not be delivered.", "%(count)s mails could not be delivered.", count
    ) % {"count": f"{count}+" if count == COUNTED_UP_TO else count}


trouble_lazy = lazy(trouble, str)
