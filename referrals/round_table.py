"""What a room full of partners may see of a need. Templates of the round table get these alone.

No name, no address, no question, no note and no reference (a partner who has a referral of the
need knows its number); whoever declined is not named, only why.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Change
from referrals.models import Need, Referral, ReferralStatus

MOST_TABLED = 100
AREA_DIGITS, POSTCODE_DIGITS = 2, 5
FELL_THROUGH = (ReferralStatus.DECLINED, ReferralStatus.EXPIRED, ReferralStatus.COMPLETED)


@dataclass(frozen=True)
class Card:
    """`key` is for the form alone and is never shown."""

    key: UUID
    number: int
    topics: list[str]
    stage: str
    area: str
    open_for: str
    text: str
    answers: list[str]
    discussed_on: date | None


def on_the_table(actor: Actor) -> QuerySet[Need]:
    """In the order in which they were marked, so that numbers stay during a meeting."""
    needs = Need.objects.visible_to(actor).filter(tabled_at__isnull=False, person__state="active")
    return needs.order_by("tabled_at", "pk")


def cards(actor: Actor, at: datetime) -> list[Card]:
    """In four queries however many."""
    rows = on_the_table(actor).select_related("stage").prefetch_related("topics", "referrals")
    needs = list(rows[:MOST_TABLED])
    discussed = discussions(needs)
    return [card(need, n, discussed.get(need.pk), at) for n, need in enumerate(needs, start=1)]


def discussions(needs: Iterable[Need]) -> dict[UUID, datetime]:
    """When each was last spoken about and stayed open."""
    changes = Change.objects.filter(
        record_type=Need._meta.label_lower,
        record_id__in=[need.pk for need in needs],
        fields__decision__1="open",
    )
    return dict(changes.values_list("record_id").annotate(Max("at")).order_by())


def card(need: Need, number: int, discussed_at: datetime | None, at: datetime) -> Card:
    return Card(
        key=need.pk,
        number=number,
        topics=[topic.label for topic in need.topics.all()],
        stage=need.stage.label if need.stage else "",
        area=area_of(need.postcode),
        open_for=open_for(need, at),
        text=need.table_text,
        answers=answers(need.referrals.all()),
        discussed_on=localdate(discussed_at) if discussed_at else None,
    )


def area_of(postcode: str) -> str:
    """The first two digits of a German postcode stand for half a million people."""
    digits = postcode.isascii() and postcode.isdigit()
    known = digits and len(postcode) == POSTCODE_DIGITS
    return f"{postcode[:AREA_DIGITS]}…" if known else ""


def open_for(need: Need, at: datetime) -> str:
    days = (localdate(at) - localdate(need.created_at)).days
    if not days:
        return _("since today")
    return ngettext("for %(n)s day", "for %(n)s days", days) % {"n": days}


def answers(referrals: Iterable[Referral]) -> list[str]:
    """Why those who were asked could not help, each reason once with how often it was given."""
    reasons = Counter(reason(row) for row in referrals if row.status in FELL_THROUGH)
    return [f"{n} × {said}" for said, n in sorted(reasons.items(), key=lambda it: (-it[1], it[0]))]


def reason(referral: Referral) -> str:
    if referral.status == ReferralStatus.EXPIRED:
        return _("No answer")
    return referral.get_decline_reason_display() or referral.get_outcome_display()
