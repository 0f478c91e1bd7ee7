"""What other pages show of the clock: switches of a partner or person, what has got stuck."""

from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Role
from contacts.models import PartnerOrganisation, Person
from dma_crm.workdays import local_day, working_days_between
from referrals import rules
from referrals.models import MutedNotice, Referral
from referrals.notices import BY_KIND

MOST_SHOWN = 5


def partner_switches(partner: PartnerOrganisation, actor: Actor) -> dict | None:
    if actor.role not in {Role.PARTNER, Role.MANAGER, Role.ADMIN}:
        return None
    return {
        "off": labels(MutedNotice.objects.visible_to(actor).filter(organisation=partner)),
        "url": reverse("referrals:partner_notices", args=[partner.reference]),
    }


def person_switches(person: Person, actor: Actor) -> dict | None:
    if actor.role != Role.ADVISOR:
        return None
    return {
        "off": labels(MutedNotice.objects.visible_to(actor).filter(person=person)),
        "url": reverse("referrals:person_notices", args=[person.reference]),
    }


def labels(rows: QuerySet[MutedNotice]) -> list[str]:
    kinds = set(rows.values_list("kind", flat=True))
    return [str(notice.label) for kind, notice in BY_KIND.items() if kind in kinds]


def stuck_today(day: Any, actor: Actor) -> dict | None:
    """On Heute: who does not answer, and who does not react to "still active?"."""
    if not actor.is_agency:
        return None
    at = timezone.now()
    unanswered, silent = (
        [(row, words(row)) for row in shown(rows, actor)]
        for rows, words in (
            (Referral.objects.stuck(at), lambda row: waiting_words(row, at)),
            (Referral.objects.unresponsive(at), lambda row: _("No reaction to “still active?”")),
        )
    )
    rows = [
        {"referral": row, "words": said, "may_remind": rules.may_remind(row, actor)}
        for row, said in chain(unanswered, silent)
    ]
    return {"rows": rows[:MOST_SHOWN], "more": len(rows) > MOST_SHOWN} if rows else None


def shown(rows: QuerySet[Referral], actor: Actor) -> QuerySet[Referral]:
    """An advisor's own; those who lead see all."""
    rows = rows.visible_to(actor).select_related("need__person", "recipient")
    own = rows.filter(need__owner_id=actor.user_id) if actor.role == Role.ADVISOR else rows
    return own.order_by("respond_by", "id")[: MOST_SHOWN + 1]


def waiting_words(referral: Referral, at) -> str:
    sent = local_day(referral.sent_at)
    n = working_days_between(sent, local_day(at), referral.recipient)
    return ngettext("no answer for %(n)s working day", "no answer for %(n)s working days", n) % {
        "n": n
    }
