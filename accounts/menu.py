from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.navigation import administration, main, organisation

OVERSEERS = (Role.MANAGER, Role.ADMIN)


def register() -> None:
    """Verwaltung in the main menu, this app's own pages there and in a partner's organisation."""
    main.register(
        "accounts:administration", _("Administration"), roles=OVERSEERS, order=100, icon="gear"
    )
    organisation.register("accounts:team", _("Colleagues"), roles=(Role.PARTNER,), order=30)
    administration.register(
        "accounts:users",
        _("Team and users"),
        roles=OVERSEERS,
        order=10,
        icon="people",
        description=_("Who may log in, with which role, and who is away."),
    )
    administration.register(
        "accounts:keys",
        _("API keys"),
        roles=(Role.ADMIN,),
        order=20,
        icon="key",
        description=_("Keys with which partner systems read and answer referrals."),
    )
    administration.register(
        "accounts:read_log",
        _("Read log"),
        roles=(Role.ADMIN,),
        order=80,
        icon="shield-lock",
        description=_("Who has read which confidential note, when and why."),
    )
    administration.register(
        "accounts:system_status",
        _("System status"),
        roles=OVERSEERS,
        order=90,
        icon="clock-history",
        description=_("Whether the background jobs run, which version, which database."),
    )
