"""Why a mail was not sent, in words. The row keeps `code` or `code: detail`."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS = {
    "unreachable": _("The mail server cannot be reached"),
    "no_answer": _("The mail server broke off or did not answer in time"),
    "smtp": _("The mail server refused the mail"),
    "unbuildable": _("The mail could not be written"),
    "not_allowed": _("The mail must not go any more"),
    "suppressed": _("The address is on the suppression list"),
    "throttled": _("This address has had many mails within an hour; the next one waits"),
    "bounced": _("The mail came back"),
    "delayed": _("The mail is late, a server on its way is still trying"),
    "mailbox_unreachable": _("The mailbox for returned mails cannot be reached"),
    "mailbox_refused": _("The mailbox for returned mails refuses us"),
    "abandoned": _("The process that was sending it ended"),
    "cancelled_by_hand": _("Cancelled by hand"),
    "erased": _("The data of the recipient has been erased"),
}


def in_words(last_error: str) -> str:
    code, _colon, detail = last_error.partition(": ")
    if code not in REASONS:
        return last_error
    if not detail:
        return str(REASONS[code])
    return gettext("%(reason)s (%(detail)s)") % {"reason": REASONS[code], "detail": detail}
