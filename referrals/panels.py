"""What other apps' pages show of referrals: boxes and entries of the timeline."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role
from contacts.models import PartnerOrganisation
from contacts.registry import Case, TimelineItem
from referrals import words
from referrals.actions.services import may_edit
from referrals.models import CLOSED_NEEDS, Need, NeedStatus, ReferralStep, Service

MOST_SHOWN = 20
UNMET_SHOWN = 5


def about(case: Case, prefix: str = "") -> Q:
    """Needs of the venture, and those of its people that belong to no venture."""
    people = Q(**{f"{prefix}need__person_id__in": case.person_ids})
    if case.startup_id is None:
        return people
    alone = Q(**{f"{prefix}need__startup": None})
    return Q(**{f"{prefix}need__startup_id": case.startup_id}) | people & alone


def referral_steps(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """The newest steps of all referrals of the case, in one query."""
    steps = (
        ReferralStep.objects.visible_to(actor)
        .filter(about(case, "referral__"))
        .exclude(action="create")
        .select_related("referral__recipient", "referral__sender", "by_user", "by_organisation")
        .order_by("-at", "-id")
    )
    return [step_item(step) for step in steps[:limit]] if actor.is_agency else []


def step_item(step: ReferralStep) -> TimelineItem:
    referral = step.referral
    other = referral.sender if referral.recipient.is_agency else referral.recipient
    return TimelineItem(
        "referral",
        step.at,
        f"{other.spoken_name}: {words.done(step.action)}",
        text=step.text,
        url=referral.get_absolute_url(),
        by=who(step),
        badge=referral.reference,
    )


def who(step) -> str:
    """The person where one is known, else the organisation; the clock has no name."""
    if step.by_user_id:
        return str(step.by_user)
    organisation = step.by_organisation.spoken_name if step.by_organisation_id else ""
    return step.by_label or organisation


def open_needs(case: Case, actor: Actor) -> dict | None:
    """Needs that are not settled, the newest first, each with all its referrals."""
    if not actor.is_agency:
        return None
    rows = Need.objects.visible_to(actor).filter(needs_about(case)).with_referrals()
    needs = list(rows.exclude(status__in=CLOSED_NEEDS).order_by("-created_at", "-id")[:MOST_SHOWN])
    for need in needs:
        need.tone = words.need_tone(need.status)
        for referral in need.referrals.all():
            referral.tone = words.tone(referral.status)
    return {
        "needs": needs,
        "create_url": create_url(case) if actor.role == Role.ADVISOR else "",
    }


def needs_about(case: Case) -> Q:
    """Those of the venture, and those of its people that belong to no venture."""
    people = Q(person_id__in=case.person_ids)
    if case.startup_id is None:
        return people
    return Q(startup_id=case.startup_id) | people & Q(startup=None)


def unmet_needs(day: Any, actor: Actor) -> dict | None:
    """On Heute, with the way to go on."""
    needs = list(unmet_of(actor).with_referrals()[: UNMET_SHOWN + 1])
    if not needs:
        return None
    return {"needs": needs[:UNMET_SHOWN], "more": len(needs) > UNMET_SHOWN}


def unmet_of(actor: Actor) -> Any:
    """What nobody could help with so far, an advisor's own, oldest first."""
    rows = Need.objects.visible_to(actor).filter(status=NeedStatus.UNMET, person__state="active")
    if actor.role == Role.ADVISOR:
        rows = rows.filter(owner_id=actor.user_id)
    return rows.select_related("person").order_by("created_at", "id")


def create_url(case: Case) -> str:
    person = f"person={case.person_ids[0]}" if case.person_ids else ""
    startup = f"startup={case.startup_id}" if case.startup_id else ""
    query = "&".join(filter(None, [person, startup]))
    return reverse("referrals:referral_create") + (f"?{query}" if query else "")


def partner_services(partner: PartnerOrganisation, actor: Actor) -> dict | None:
    if partner.is_agency:
        return None
    services = Service.objects.visible_to(actor).filter(partner=partner)
    return {
        "services": list(services.order_by("name")[:MOST_SHOWN]),
        "services_url": reverse("referrals:services", args=[partner.reference]),
        "may_edit": may_edit(partner.pk, actor),
    }
