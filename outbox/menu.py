from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.navigation import administration, main
from outbox.audience import readers
from outbox.wording import trouble_lazy


def register() -> None:
    """Under Verwaltung; in a demo also in the main menu, where its readers find it."""
    entry = {"roles": readers(), "icon": "mailbox"}
    administration.register(
        "outbox:mails", _("Outbox"), order=70, description=trouble_lazy(), **entry
    )
    if settings.DEMO:
        main.register("outbox:mails", _("Outbox"), order=95, **entry)
