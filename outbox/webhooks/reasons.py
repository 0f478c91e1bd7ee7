"""Why a delivery failed, in words. The row keeps `code` or `code: status`."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox.webhooks.errors import MESSAGES

REASONS = {
    "timeout": _("No answer within 10 seconds"),
    "not_resolved": _("The name of the receiver leads nowhere"),
    "unreachable": _("The receiver cannot be reached or broke off"),
    "tls": _("No secure connection: the receiver's certificate was not accepted"),
    "bad_answer": _("The answer was not HTTP"),
    "redirect": _("The receiver redirects, which is not followed"),
    "gone": _("The receiver is gone for good"),
    "status": _("The receiver did not take it"),
    "unsigned": _("The secret cannot be read any more: give this webhook a new one"),
    "broken": _("It could not be sent"),
    "abandoned": _("The process that was sending it ended"),
    "disabled": _("The webhook is switched off"),
}


def in_words(last_error: str) -> str:
    code, _colon, status = last_error.partition(": ")
    words = REASONS.get(code) or MESSAGES.get(code)
    if not words:
        return last_error
    if not status:
        return str(words)
    return gettext("%(reason)s (%(detail)s)") % {"reason": words, "detail": status}
