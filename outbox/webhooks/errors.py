"""What cannot be done with a webhook, and why, in words for whoever tried."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "not_allowed": _("Only the organisation itself and administrators manage its webhooks."),
    "invalid_url": _("This is not an address that can be called."),
    "https_required": _("The address must begin with https://."),
    "port_not_allowed": _("The port must be 443 or 1024 and above."),
    "not_public": _("This address is not reachable from the internet."),
    "unknown_event": _("There is no such event."),
    "unknown_field": _("There is no such field."),
    "too_many": _("An organisation can have up to 20 webhooks."),
    "disabled": _("This webhook is switched off."),
    "delivery_moved": _("This delivery is being sent just now."),
}


class WebhookError(Exception):
    """`code` for machines, `message` for people, `field` names the input or is empty."""

    def __init__(self, code: str, *, field: str = ""):
        super().__init__(code)
        self.code = code
        self.field = field
        self.message = MESSAGES[code]
