from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from dma_crm.doctor import Finding


def no_demo_accounts() -> str:
    """Demo accounts have a password that everybody knows."""
    if User.objects.filter(is_demo=True, is_active=True).exists():
        return "there are demo accounts with a public password (set DEMO=1, or remove them)"
    return ""


def demo_accounts(at: datetime) -> Finding:
    if settings.DEMO:
        return Finding(_("This is a demo: everybody knows the password of its accounts."))
    if no_demo_accounts():
        return Finding(
            _("There are demo accounts whose password everybody knows: nothing is served."),
            _("Set DEMO=1 where nobody real works, else begin with an empty database."),
        )
    return Finding(_("There are no demo accounts."))
