"""What contacts adds to menus, jobs, mails and the case page."""

from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from accounts.navigation import administration, create, main, organisation
from contacts import examinations, mail_trials, registry, tasks, timeline
from contacts.context_processors import read_agency
from contacts.views.catalogue import CATALOGUES
from dma_crm import jobs
from outbox.registry import register_kind
from outbox.signing import Sender, register_sender

OVERSEERS = (Role.MANAGER, Role.ADMIN)


def register() -> None:
    register_navigation()
    register_administration()
    examinations.register()
    registry.register_timeline(timeline.stage_changes)
    registry.register_timeline(timeline.closed_follow_ups)
    registry.register_timeline(timeline.stopped_series)
    register_sender(sender)
    register_kind(
        tasks.FOLLOW_UP_MAIL,
        build=tasks.build_follow_up,
        gather=tasks.gather_follow_ups,
        may_go=tasks.follow_up_may_go,
        label=_("Follow-up mail"),
        transactional=False,
        stop=tasks.stop_follow_ups,
        stopping=_(
            "We will then no longer write to you by ourselves to ask how things are going. What you"
            " have asked us for, such as a referral, stays as it is."
        ),
    )
    register_kind(
        mail_trials.KIND,
        build=mail_trials.build,
        may_go=mail_trials.may_go,
        label=_("Trial of a mail template"),
    )
    jobs.register("contacts.follow_ups", every_seconds=300, work=tasks.send_due_follow_ups)
    jobs.register("contacts.series", every_seconds=300, work=tasks.stop_series_of_locked)


def register_navigation() -> None:
    agency = {"roles": AGENCY_ROLES}
    main.register("contacts:people", _("People"), order=20, icon="people", key="p", **agency)
    main.register("contacts:startups", _("Startups"), order=30, icon="flower1", **agency)
    main.register("contacts:partners", _("Partners"), order=40, icon="building", **agency)
    main.register(
        "contacts:own_organisation",
        _("My organisation"),
        order=40,
        icon="building",
        roles=(Role.PARTNER,),
        covers=("/partner/", "/organisation/", "/schnittstelle/"),
    )
    organisation.register(
        "contacts:own_organisation", _("Contact and capacity"), roles=(Role.PARTNER,), order=10
    )
    main.register("contacts:follow_ups", _("Follow-ups"), order=60, icon="calendar-check", **agency)
    advisor = {"roles": (Role.ADVISOR,)}
    create.register(
        "contacts:follow_up_create",
        _("Follow-up"),
        order=30,
        icon="calendar-plus",
        key="w",
        **advisor,
    )
    create.register("contacts:person_create", _("Person"), order=40, icon="person-plus", **advisor)
    create.register("contacts:startup_create", _("Startup"), order=50, icon="flower1", **advisor)


def register_administration() -> None:
    for order, each in enumerate(CATALOGUES, start=31):
        administration.register(
            f"contacts:{each.key}",
            each.title,
            roles=OVERSEERS,
            order=order,
            icon=each.icon,
            description=each.lead,
        )
    administration.register(
        "contacts:agency",
        _("Agency"),
        roles=OVERSEERS,
        order=30,
        icon="building",
        description=_("Name, logo, addresses and what stands below every page and mail."),
    )


def sender() -> Sender:
    agency = read_agency()
    return Sender(name=agency.name, footer=agency.mail_footer)
