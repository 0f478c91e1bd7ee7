from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.navigation import organisation


def register() -> None:
    """In "Meine Organisation", after contact, services and colleagues."""
    roles = (Role.PARTNER,)
    organisation.register("portal:keys", _("API keys"), roles=roles, order=40)
    organisation.register("portal:webhooks", _("Webhooks"), roles=roles, order=50)
