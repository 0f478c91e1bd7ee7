"""What this app adds to those below it; called once, when all apps are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from accounts.navigation import administration, create, main, organisation
from contacts import registry
from dma_crm import jobs
from referrals import (
    erasing,
    mail_kinds,
    notice_panels,
    order_notes,
    panels,
    tasks,
    webhooks,
    weekly,
)
from referrals.actions import move_deadlines, withdraw_for_consent
from referrals.feedback import registration as feedback
from referrals.introductions import registration as introductions

CLOCK_EVERY = 300


def register() -> None:
    registry.on_consent_withdrawn(withdraw_for_consent)
    registry.on_absence_changed(move_deadlines)
    registry.on_erasure(erasing.erase)
    registry.register_timeline(panels.referral_steps)
    registry.register_panel(
        registry.case_panels, "referrals/_case_panel.html", panels.open_needs, order=20
    )
    registry.register_panel(
        registry.today_panels, "referrals/_today_panel.html", panels.unmet_needs, order=10
    )
    registry.register_panel(
        registry.founding_panels, "referrals/_order_panel.html", order_notes.of_case, order=10
    )
    registry.register_panel(
        registry.partner_panels, "referrals/_partner_panel.html", panels.partner_services, order=20
    )
    panel = "referrals/_notice_panel.html"
    registry.register_panel(
        registry.partner_panels, panel, notice_panels.partner_switches, order=60
    )
    registry.register_panel(registry.person_panels, panel, notice_panels.person_switches, order=60)
    registry.register_panel(
        registry.today_panels, "referrals/_stuck_panel.html", notice_panels.stuck_today, order=15
    )
    jobs.register("referrals.clock", every_seconds=CLOCK_EVERY, work=tasks.tick)
    mail_kinds.register()
    feedback.register()
    introductions.register()
    webhooks.register()
    weekly.register()
    register_menus()


def register_menus() -> None:
    everybody = AGENCY_ROLES | {Role.PARTNER}
    main.register(
        "referrals:needs", _("Needs"), roles=AGENCY_ROLES, order=45, icon="question-circle"
    )
    main.register(
        "referrals:referrals",
        _("Referrals"),
        roles=everybody,
        order=50,
        icon="signpost-split",
        key="v",
    )
    create.register(
        "referrals:referral_create",
        _("Referral"),
        roles={Role.ADVISOR},
        order=20,
        icon="signpost-split",
        key="v",
    )
    organisation.register("referrals:own_services", _("Services"), roles={Role.PARTNER}, order=20)
    administration.register(
        "referrals:order_rules",
        _("Order of steps"),
        roles={Role.MANAGER, Role.ADMIN},
        order=36,
        icon="list-check",
        description=_("What must be applied for before a step is taken, with its source."),
    )
    administration.register(
        "referrals:notices",
        _("Reminders"),
        roles=AGENCY_ROLES,
        order=37,
        icon="bell",
        description=_("What is sent by itself, to whom and when, with a preview of each mail."),
    )
