"""Who is asked what, and when: sweeps that the clock calls, however often.

A referral counts as closed when its recipient has named an outcome (completed), not four days
later when the outcome is acknowledged: by then the founder has forgotten. Declined and expired
ones are not asked about: nobody was to get in touch, so both questions would be a mockery, and
the founder hears of alternatives instead. Nor is somebody who has given up founding.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Person, PersonEmail
from referrals.feedback import mails
from referrals.feedback.conditions import FEEDBACK, IMPACT, obstacles
from referrals.models import (
    IMPACT_MONTHS,
    FounderFeedback,
    ImpactSurvey,
    Outcome,
    Referral,
    ReferralStatus,
)

FEEDBACK_AFTER = timedelta(days=10)
LATEST = timedelta(days=90)  # what a standstill or an import made older than that is let go
PAUSE = timedelta(days=1)  # between two of these mails to one person
LINK_LIFE = timedelta(days=60)
MOST_AT_ONCE = 200
ASKED_OUTCOMES = tuple(outcome for outcome in Outcome if outcome != Outcome.FOUNDER_STOPPED)
HELPFUL = (Outcome.HELPED, Outcome.PARTLY_HELPED)


def ask_founders(*, at: datetime) -> int:
    """Queue the mails about referrals closed ten days ago; how many."""
    return sum(ask_founder(referral=row, at=at) for row in one_each(due_for_feedback(at)))


def ask_impact(*, at: datetime) -> int:
    """Queue the impact questions that are due; how many.

    What was due longer than LATEST ago is passed over, so that of two steps the later is asked.
    """
    return sum(
        ask_about_impact(referral=row, months=months, at=at)
        for months in reversed(IMPACT_MONTHS)
        for row in one_each(due_for_impact(months, at))
    )


def one_each(referrals: QuerySet[Referral]) -> Iterable[Referral]:
    """The oldest of each person; the others come tomorrow."""
    rows = referrals.select_related("need").order_by("closed_at", "id")[:MOST_AT_ONCE]
    first: dict = {}
    for row in rows:
        first.setdefault(row.need.person_id, row)
    return first.values()


def due_for_feedback(at: datetime) -> QuerySet[Referral]:
    rows = closed_between(at - FEEDBACK_AFTER, ASKED_OUTCOMES).filter(feedback=None)
    return askable(rows, FEEDBACK, at)


def due_for_impact(months: int, at: datetime) -> QuerySet[Referral]:
    """Of each person the first referral that helped, if that was so many months ago."""
    helpful = Referral.objects.filter(status=ReferralStatus.COMPLETED, outcome__in=HELPFUL)
    before = Q(closed_at__lt=OuterRef("closed_at")) | Q(
        closed_at=OuterRef("closed_at"), pk__lt=OuterRef("pk")
    )
    earlier = helpful.filter(before, need__person=OuterRef("need__person"))
    asked = ImpactSurvey.objects.filter(person=OuterRef("need__person"), months=months)
    rows = closed_between(months_before(at, months), HELPFUL)
    return askable(rows.exclude(Exists(earlier)).exclude(Exists(asked)), IMPACT, at)


def closed_between(latest: datetime, outcomes: Iterable[str]) -> QuerySet[Referral]:
    """A range of one index (status, closed_at), however old the table is."""
    return Referral.objects.filter(
        status=ReferralStatus.COMPLETED,
        closed_at__lte=latest,
        closed_at__gt=latest - LATEST,
        outcome__in=outcomes,
    )


def askable(referrals: QuerySet[Referral], kind: str, at: datetime) -> QuerySet[Referral]:
    """Those whose person may be asked, has an address, and was not asked within the day."""
    reachable = PersonEmail.objects.filter(person=OuterRef("need__person"))
    lately = {"created_at__gt": at - PAUSE}
    feedback = FounderFeedback.objects.filter(
        referral__need__person=OuterRef("need__person"), **lately
    )
    impact = ImpactSurvey.objects.filter(person=OuterRef("need__person"), **lately)
    for obstacle in obstacles(kind, at).values():
        referrals = referrals.exclude(obstacle)
    return referrals.filter(Exists(reachable)).exclude(Exists(feedback)).exclude(Exists(impact))


@transaction.atomic
def ask_founder(*, referral: Referral, at: datetime) -> bool:
    """False where another clock was faster or something stands in the way by now."""
    person = held(referral)
    if not due_for_feedback(at).filter(pk=referral.pk).exists():
        return False
    feedback = FounderFeedback.bearing(referral=referral, expires_at=at + LINK_LIFE, at=at)
    feedback.save(force_insert=True)
    mails.founder_feedback(feedback, person, at=at)
    return True


@transaction.atomic
def ask_about_impact(*, referral: Referral, months: int, at: datetime) -> bool:
    """False as for `ask_founder`. `referral` is the first that helped."""
    person = held(referral)
    if not due_for_impact(months, at).filter(pk=referral.pk).exists():
        return False
    survey = ImpactSurvey.bearing(
        person=person,
        startup_id=referral.need.startup_id,
        months=months,
        expires_at=at + LINK_LIFE,
        at=at,
    )
    survey.save(force_insert=True)
    mails.impact_survey(survey, referral, at=at)
    return True


def held(referral: Referral) -> Person:
    """Two clocks that would ask one person of two things wait here for each other."""
    return Person.objects.select_for_update(no_key=True).get(pk=referral.need.person_id)


def months_before(at: datetime, months: int) -> datetime:
    """The same day of that month, or its last: 31 August less six months is 28 February."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
