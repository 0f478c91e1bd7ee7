"""Whom to ask instead: the best suggestions among those whom nobody has asked for this need yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Role
from contacts.models import Consent
from referrals.actions.referring import REPLACEABLE
from referrals.actions.sending import UNDER_WAY
from referrals.actions.settling import HELPED_BY_SOMEBODY
from referrals.models import Need, Referral, ReferralStatus
from referrals.rating import Wish
from referrals.suggestions import Matches, Suggestion, match

SHOWN = 3


@dataclass(frozen=True)
class Alternative:
    """`consented`: one click sends it; else its button opens the form with the consent."""

    suggestion: Suggestion
    consented: bool


def alternatives_to(referral: Referral, at: datetime) -> list[Alternative]:
    need = referral.need
    suggestions = fitting(need, at)
    partners = [suggestion.partner for suggestion in suggestions]
    consents = Consent.objects.active(at).filter(
        person_id=need.person_id, purpose="referral", person__state="active", recipient__in=partners
    )
    agreed = set(consents.values_list("recipient_id", flat=True))
    return [Alternative(one, one.partner.pk in agreed) for one in suggestions]


def fitting(need: Need, at: datetime, limit: int = SHOWN) -> list[Suggestion]:
    return askable(need, at, limit).fitting


def askable(need: Need, at: datetime, limit: int = SHOWN) -> Matches:
    """Those that can be asked: not asked before, and with an address to be asked at."""
    asked, startup = asked_already(need), need.startup
    wish = Wish(
        topics=tuple(need.topics.all()),
        stage=need.stage,
        legal_form=startup.legal_form if startup else "",
        postcode=need.postcode,
        languages=tuple(need.person.languages),
    )
    found = match(wish, at=at, limit=limit + len(asked) + SHOWN)
    fitting, unfit = (
        [one for one in group if one.partner.pk not in asked and one.partner.email]
        for group in (found.fitting, found.unfit)
    )
    return Matches(fitting[:limit], unfit)


def asked_already(need: Need) -> set:
    """For this need, whatever became of it; or on such a topic for this person, still under way.

    Whoever was asked by mistake may be asked again.
    """
    here = Q(need=need) & ~Q(status=ReferralStatus.WITHDRAWN)
    elsewhere = Q(
        need__person_id=need.person_id, need__topics__in=need.topics.all(), status__in=UNDER_WAY
    )
    return set(Referral.objects.filter(here | elsewhere).values_list("recipient_id", flat=True))


def is_replaceable(referral: Referral) -> bool:
    """Declined or expired, and nobody has been asked in its place."""
    if referral.status not in REPLACEABLE:
        return False
    return not any(row.replaces_id == referral.pk for row in referral.need.referrals.all())


def beside(referral: Referral, actor: Actor, at: datetime) -> dict:
    """What the agency sees on the page of a referral that fell through or was replaced."""
    if not actor.is_agency:
        return {}
    shown = {"instead_of": referral.replaces if referral.replaces_id else None}
    if referral.status not in REPLACEABLE:
        return shown
    shown["instead"] = list(referral.alternatives.select_related("recipient"))
    helped = referral.need.status in HELPED_BY_SOMEBODY
    if shown["instead"] or helped or actor.role != Role.ADVISOR:
        return shown
    found = alternatives_to(referral, at)
    return {**shown, "alternatives": found, "replaced": referral, "may_act": True}


def to_replace(referrals: list[Referral]) -> Referral | None:
    """Of a need's referrals the last one that fell through and was not replaced."""
    replaced = {row.replaces_id for row in referrals}
    open_ends = [r for r in referrals if r.status in REPLACEABLE and r.pk not in replaced]
    return max(open_ends, key=lambda row: (row.closed_at, row.pk), default=None)
