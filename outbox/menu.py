from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.navigation import administration, main
from outbox.audience import readers
from outbox.webhooks.wording import webhook_trouble_lazy
from outbox.wording import delivery_state_lazy, trouble_lazy


def register() -> None:
    """Under Verwaltung; advisors, who have no such page, find it in the main menu of a demo."""
    administration.register(
        "outbox:mails",
        _("Outbox"),
        roles=readers(),
        order=70,
        icon="mailbox",
        description=trouble_lazy(),
    )
    administration.register(
        "outbox:delivery",
        _("Delivery"),
        roles={Role.ADMIN},
        order=72,
        icon="pause-circle",
        description=delivery_state_lazy(),
    )
    administration.register(
        "outbox:suppressions",
        _("Suppression list"),
        roles={Role.ADMIN},
        order=73,
        icon="envelope-exclamation",
        description=_("Addresses that get no mail, because they do not exist or do not want any."),
    )
    administration.register(
        "outbox:webhooks",
        _("Webhooks"),
        roles={Role.ADMIN},
        order=75,
        icon="plug",
        description=webhook_trouble_lazy(),
    )
    if settings.DEMO:
        main.register("outbox:mails", _("Outbox"), roles=(Role.ADVISOR,), order=95, icon="mailbox")
