"""What other pages show of introductions: a box on the case, one on Heute, timeline entries."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Role
from contacts.registry import Case, TimelineItem
from referrals.introductions import words
from referrals.models import Introduction, IntroductionStatus

S = IntroductionStatus
MOST_SHOWN = 10
NEWS = (S.INTRODUCED, S.DECLINED, S.EXPIRED)


def of_people(case: Case, actor: Actor):
    """Introductions belong to people, never to a venture."""
    rows = Introduction.objects.visible_to(actor)
    return rows.filter(parties__person_id__in=case.person_ids).distinct().with_names()


def marked(rows) -> list[Introduction]:
    """What a row says beyond its fields."""
    introductions = list(rows)
    for row in introductions:
        row.pair, row.state, row.tone = (
            words.pair_of(row),
            words.state_of(row),
            words.tone(row.status),
        )
    return introductions


def open_introductions(case: Case, actor: Actor) -> dict | None:
    if not actor.is_agency or not case.person_ids:
        return None
    rows = of_people(case, actor).open().order_by("-modified_at", "-id")[:MOST_SHOWN]
    return {"introductions": marked(rows), "create_url": create_url(case, actor)}


def create_url(case: Case, actor: Actor) -> str:
    """For a venture with several people the form asks who it is."""
    if actor.role != Role.ADVISOR:
        return ""
    url = reverse("referrals:introduction_create")
    return f"{url}?person={case.person_ids[0]}" if len(case.person_ids) == 1 else url


def introduction_steps(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """The proposal, and where it stands since."""
    if not actor.is_agency:
        return []
    rows = of_people(case, actor).order_by("-modified_at", "-id")[:limit]
    return [item for row in rows for item in items_of(row)]


def items_of(row: Introduction) -> list[TimelineItem]:
    moments = [(row.created_at, S.PROPOSED), (row.introduced_at, S.INTRODUCED)]
    moments.append((row.closed_at, row.status))
    return [item_of(row, at, status) for at, status in moments if at]


def item_of(row: Introduction, at: datetime, status: str) -> TimelineItem:
    return TimelineItem(
        "referral",
        at,
        f"{words.pair_of(row)}: {words.happened(status)}",
        url=row.get_absolute_url(),
        by=str(row.owner) if status in {S.PROPOSED, S.WITHDRAWN} else "",
        badge=row.reference,
        word=_("Introduction"),
    )


def news(subject, actor: Actor) -> dict | None:
    """Since yesterday: an advisor's own, everybody's for those who lead; nothing new, no box."""
    yesterday = timezone.localdate() - timedelta(days=1)
    since = timezone.make_aware(datetime.combine(yesterday, time.min))
    rows = Introduction.objects.visible_to(actor).filter(status__in=NEWS, status_since__gte=since)
    if actor.role == Role.ADVISOR:
        rows = rows.filter(owner_id=actor.user_id)
    shown = marked(rows.with_names().order_by("-status_since", "-id")[:MOST_SHOWN])
    return {"introductions": shown} if shown else None
