"""What introductions add to jobs, mails, menus and pages of the apps below."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AGENCY_ROLES, Role
from accounts.navigation import create, main
from contacts import registry
from referrals.introductions import erasing, mail_kinds, panels
from referrals.introductions.actions import stop_for_consent


def register() -> None:
    registry.on_consent_withdrawn(stop_for_consent)
    registry.on_erasure(erasing.erase)
    registry.register_timeline(panels.introduction_steps)
    registry.register_panel(
        registry.case_panels,
        "referrals/introductions/_case_panel.html",
        panels.open_introductions,
        order=25,
    )
    registry.register_panel(
        registry.today_panels, "referrals/introductions/_today.html", panels.news, order=40
    )
    mail_kinds.register()
    entry = {"icon": "arrow-left-right"}
    main.register(
        "referrals:introductions",
        pgettext_lazy("narrow menu", "Introductions"),
        roles=AGENCY_ROLES,
        order=55,
        **entry,
    )
    create.register(
        "referrals:introduction_create", _("Introduction"), roles={Role.ADVISOR}, order=25, **entry
    )
