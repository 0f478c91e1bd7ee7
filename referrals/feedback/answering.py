"""What founders answer by their link. It can be changed for two weeks, then it stands."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.models import AGENCY_ROLES, Channel, Role, User
from contacts.actions import complete_follow_up, plan_follow_up, reopen_follow_up
from contacts.models import FollowUp, Person, PersonState
from dma_crm.workdays import add_working_days
from referrals.feedback.conditions import KINDS
from referrals.models import (
    FounderFeedback,
    ImpactSurvey,
    LinkBearer,
    MutedNotice,
    Referral,
    ReferralError,
)

CHANGEABLE_FOR = timedelta(days=14)
BY_LINK = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK)


class LinkClosedError(ReferralError):
    code = "link_closed"
    message = gettext_lazy("This link does not open any more.")


def person_of(row: FounderFeedback | ImpactSurvey) -> Person:
    return row.person if isinstance(row, ImpactSurvey) else row.referral.need.person


def opens(row: FounderFeedback | ImpactSurvey, at: datetime) -> bool:
    """Data of a restricted person is used for nothing, not even by themselves."""
    return at < row.expires_at and person_of(row).state == PersonState.ACTIVE


@transaction.atomic
def answer_feedback(
    *,
    feedback: FounderFeedback,
    contacted: bool,
    helped: bool | None,
    comment: str = "",
    by: Actor = BY_LINK,
    at: datetime,
) -> FounderFeedback:
    """Raises LinkClosedError. Of two submits the later stands; a lost case becomes one task."""
    row = held(feedback, at)
    before = row.contacted
    keep(row, at, contacted=contacted, helped=helped if contacted else None, comment=comment)
    if before != contacted:
        look_after(row, by=by, at=at)
    return row


@transaction.atomic
def answer_impact(
    *,
    survey: ImpactSurvey,
    founded: bool,
    running: bool | None = None,
    jobs: int | None = None,
    comment: str = "",
    by: Actor = BY_LINK,
    at: datetime,
) -> ImpactSurvey:
    """Raises LinkClosedError. Without a founding nothing runs; what does not run has no jobs."""
    row = held(survey, at)
    running = running if founded else None
    keep(row, at, founded=founded, running=running, jobs=jobs if running else None, comment=comment)
    return row


def held(row: LinkBearer, at: datetime) -> Any:
    """The row as it stands now, for us alone until we are done."""
    fresh = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if not opens(fresh, at):
        raise LinkClosedError
    return fresh


def keep(row: FounderFeedback | ImpactSurvey, at: datetime, **answers: Any) -> None:
    """The first answer starts the two weeks."""
    written = {**answers, "modified_at": at}
    if row.answered_at is None:
        written |= {"answered_at": at, "expires_at": at + CHANGEABLE_FOR}
    for name, value in written.items():
        setattr(row, name, value)
    row.save(update_fields=list(written))


def look_after(row: FounderFeedback, *, by: Actor, at: datetime) -> None:
    """Nobody got in touch: the referral is lost, and its owner finds a task. One, ever."""
    if row.contacted and row.follow_up:
        complete_follow_up(follow_up=row.follow_up, by=by, at=at)
    elif row.contacted is False and row.follow_up:
        reopen_follow_up(follow_up=row.follow_up, by=by, at=at)
    elif row.contacted is False:
        row.follow_up = remind_owner(row.referral, by=by, at=at)
        row.save(update_fields=["follow_up"])


def remind_owner(referral: Referral, *, by: Actor, at: datetime) -> FollowUp | None:
    assignee = owner_of(referral)
    if assignee is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(partner)s has not been in touch (%(reference)s)") % {
            "partner": referral.recipient.spoken_name,
            "reference": referral.reference,
        }
    return plan_follow_up(
        due_on=add_working_days(timezone.localdate(at), 1),
        subject=subject,
        assignee=assignee,
        person=referral.need.person,
        startup=referral.need.startup,
        referral=referral,
        by=by,
        at=at,
    )


def owner_of(referral: Referral) -> User | None:
    """Of the need, else of the person, else a manager, so that nobody's case gets lost."""
    owners = (referral.need.owner, referral.need.person.owner)
    able = (user for user in owners if user and user.is_active and user.role in AGENCY_ROLES)
    managers = User.objects.agency().filter(role=Role.MANAGER)
    return next(able, None) or managers.order_by("pk").first()


def no_more_questions(*, person: Person, by: Actor = BY_LINK, at: datetime) -> None:
    """Neither of these mails any more; saying it twice is saying it once."""
    rows = [
        MutedNotice(
            kind=kind, person=person, at=at, created_at=at, modified_at=at, **by.as_history()
        )
        for kind in KINDS
    ]
    MutedNotice.objects.bulk_create(rows, ignore_conflicts=True)


def has_founded(survey: ImpactSurvey) -> bool:
    """We know it already, so it is not asked again."""
    startup = survey.startup
    if startup and startup.founded_on and startup.founded_on <= timezone.localdate():
        return True
    earlier = ImpactSurvey.objects.filter(Q(founded=True), person=survey.person_id)
    return earlier.exclude(pk=survey.pk).exists()
