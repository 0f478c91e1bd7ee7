"""Needs that nobody is helping with, and why: the list that the agency works through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.filters import midnight
from dma_crm.workdays import is_working_day, working_days_between
from referrals.models import Need, NeedStatus, Referral, ReferralStatus

UNASKED_FOR = 10  # working days
MOST_COUNTED = 99


@dataclass(frozen=True)
class Snag:
    """Why it is stuck, since when, and the step that would get it going."""

    words: str
    since: datetime
    label: str
    url: str


def stuck_needs(actor: Actor, at: datetime) -> QuerySet[Need]:
    """All have declined, somebody does not answer, or for ten working days nobody was asked."""
    silent = Referral.objects.stuck(at).filter(need=OuterRef("pk"))
    moved = Referral.objects.filter(need=OuterRef("pk"), modified_at__gte=unasked_before(at))
    unmet = Q(status=NeedStatus.UNMET)
    unanswered = Q(status=NeedStatus.WAITING) & Q(Exists(silent))
    unasked = Q(status=NeedStatus.OPEN, created_at__lt=unasked_before(at)) & ~Q(Exists(moved))
    needs = Need.objects.visible_to(actor).filter(person__state="active")
    return needs.filter(unmet | unanswered | unasked)


def unasked_before(at: datetime) -> datetime:
    """Whatever is older has waited for more than ten working days."""
    day, left = localdate(at), UNASKED_FOR
    while left or not is_working_day(day):
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return midnight(day)


def count_stuck(actor: Actor, at: datetime) -> str:
    return counted(stuck_needs(actor, at))


def counted(needs: QuerySet[Need]) -> str:
    """As a tab shows it: never more than two digits."""
    n = needs.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if n > MOST_COUNTED else str(n)


def snags(needs: Iterable[Need], at: datetime) -> dict[UUID, Snag]:
    """For needs read `with_referrals`, in one query however many."""
    needs = list(needs)
    silent = set(Referral.objects.stuck(at).filter(need__in=needs).values_list("pk", flat=True))
    return {need.pk: snag(need, list(need.referrals.all()), silent, at) for need in needs}


def snag(need: Need, referrals: list[Referral], silent: set[Any], at: datetime) -> Snag:
    if need.status == NeedStatus.WAITING:
        return unanswered(min_by_sending(r for r in referrals if r.pk in silent), at)
    if need.status == NeedStatus.UNMET:
        return unmet(need, referrals)
    return unasked(need, referrals, at)


def min_by_sending(referrals: Iterable[Referral]) -> Referral:
    return min(referrals, key=lambda row: (row.sent_at, row.pk))


def unanswered(referral: Referral, at: datetime) -> Snag:
    n = working_days_between(localdate(referral.sent_at), localdate(at))
    said = ngettext(
        "%(name)s has not answered for %(n)s working day.",
        "%(name)s has not answered for %(n)s working days.",
        n,
    ) % {"n": n, "name": referral.recipient.spoken_name}
    return Snag(said, referral.sent_at, _("Open the referral"), referral.get_absolute_url())


def unmet(need: Need, referrals: list[Referral]) -> Snag:
    over = [row for row in referrals if row.closed_at and row.status != ReferralStatus.WITHDRAWN]
    names = ", ".join(f"{row.recipient.spoken_name} ({ended(row)})" for row in over)
    said = (
        _("The organisation asked could not help: %(names)s.") % {"names": names}
        if len(over) == 1
        else _("None of the %(n)s organisations asked could help: %(names)s.")
        % {"n": len(over), "names": names}
    )
    since = max((row.closed_at for row in over), default=need.created_at)
    return Snag(said, since, _("Ask others"), ask_url(need))


def ended(referral: Referral) -> str:
    if referral.status == ReferralStatus.EXPIRED:
        return str(_("No answer"))
    reason = referral.get_decline_reason_display() or referral.get_outcome_display()
    return str(reason or referral.get_status_display())


def unasked(need: Need, referrals: list[Referral], at: datetime) -> Snag:
    since = max((row.modified_at for row in referrals), default=need.created_at)
    draft = next((row for row in referrals if row.status == ReferralStatus.DRAFT), None)
    n = working_days_between(localdate(since), localdate(at))
    if draft:
        said = ngettext(
            "A draft to %(name)s has not been sent for %(n)s working day.",
            "A draft to %(name)s has not been sent for %(n)s working days.",
            n,
        ) % {"n": n, "name": draft.recipient.spoken_name}
        return Snag(said, since, _("Open the draft"), draft.get_absolute_url())
    said = ngettext(
        "Nobody has been asked for %(n)s working day.",
        "Nobody has been asked for %(n)s working days.",
        n,
    ) % {"n": n}
    return Snag(said, since, _("Ask a partner"), ask_url(need))


def ask_url(need: Need) -> str:
    return reverse("referrals:need_ask", args=[need.reference])
