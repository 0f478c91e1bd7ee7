"""What Heute lists: for an advisor her own, for managers and administrators the team's.

Every list is bounded and one query (a prefetch counts as part of its list).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from accounts.absence import desk_of, represented_by
from accounts.actors import AGENCY_ID, Actor
from accounts.models import Role, User
from consultations.appointments.lists import met_soon, near
from consultations.models import Appointment, Consultation
from contacts.case import with_rights
from contacts.models import Affiliation, FollowUp, FollowUpKind, StageKind, Startup
from referrals.models import Referral, ReferralStatus
from referrals.reminders import reminded_on
from referrals.rules import may_remind

SHOWN = 30
DUE_SHOWN = 10
CASES_SHOWN = 10
ANSWERED = [
    ReferralStatus.ACCEPTED,
    ReferralStatus.IN_PROGRESS,
    ReferralStatus.DECLINED,
    ReferralStatus.COMPLETED,
    ReferralStatus.EXPIRED,
]
UNREAD = Q(status=ReferralStatus.COMPLETED, acknowledged_at__isnull=True)


@dataclass(frozen=True)
class Today:
    """The lists of one page; `team` says whose they are."""

    day: date
    team: bool
    follow_ups: list[FollowUp] = field(default_factory=list)
    asked: list[Referral] = field(default_factory=list)
    answered: list[Referral] = field(default_factory=list)
    waiting: list[Referral] = field(default_factory=list)
    idle: list[Startup] = field(default_factory=list)
    drafts: list[Consultation] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)

    @property
    def due(self) -> list[FollowUp]:
        return self.follow_ups[:DUE_SHOWN]

    @property
    def more_due(self) -> bool:
        return len(self.follow_ups) > DUE_SHOWN

    @property
    def is_quiet(self) -> bool:
        """Nothing asks for anything: the moment for cases without a next step."""
        late = any(row.late for row in self.waiting)
        return not (self.follow_ups or self.asked or self.answered or late)


def today_of(actor: Actor, *, at: datetime) -> Today:
    day, represented = timezone.localdate(at), represented_by(actor)
    sent = sent_by_us(actor)
    return Today(
        day=day,
        team=actor.role != Role.ADVISOR,
        follow_ups=due(actor, day, represented),
        asked=marked(asked(actor, sent), represented),
        answered=marked(
            sent.filter(answered_lately(day)).order_by("-status_since")[:SHOWN], represented
        ),
        waiting=marked(waiting(sent, day, actor), represented),
        idle=idle(actor, at),
        drafts=list(Consultation.objects.drafts_of(actor).order_by("-modified_at")[:SHOWN]),
        appointments=near(own(Appointment.objects.visible_to(actor), actor, "advisor"), at),
    )


def marked(rows: Iterable[Referral], represented: dict[int, User]) -> list[Referral]:
    """Each knowing in `in_place_of` for which colleague the reader looks at it."""
    rows = list(rows)
    for row in rows:
        row.in_place_of = represented.get(row.need.owner_id)
    return rows


def desk(rows: Any, actor: Actor, owner: str) -> Any:
    """As `own`, with those of colleagues whom an advisor represents today."""
    return rows.filter(desk_of(actor, owner)) if actor.role == Role.ADVISOR else rows


def own(rows: Any, actor: Actor, owner: str) -> Any:
    """An advisor's rows are hers; those who lead see all."""
    return rows.filter(**{owner: actor.user_id}) if actor.role == Role.ADVISOR else rows


def sent_by_us(actor: Actor) -> Any:
    referrals = desk(Referral.objects.visible_to(actor), actor, "need__owner")
    return referrals.with_names().filter(sender_id=AGENCY_ID)


def due(actor: Actor, day: date, represented: dict[int, User]) -> list[FollowUp]:
    """One more than shown tells that there are."""
    return with_rights(due_tasks(actor, day)[: DUE_SHOWN + 1], actor, represented)


def due_tasks(actor: Actor, day: date) -> Any:
    """Tasks alone: a mail due today goes by itself."""
    tasks = FollowUp.objects.visible_to(actor).due(day).filter(kind=FollowUpKind.TASK)
    tasks = desk(tasks, actor, "assignee").exclude(person__state="restricted")
    names = tasks.select_related("person", "startup", "assignee", "run__series")
    return names.order_by("due_on", "id")


def asked(actor: Actor, sent: Any) -> list[Referral]:
    return list(asking(actor, sent)[:SHOWN])


def asking(actor: Actor, sent: Any) -> Any:
    """What waits for a word of ours: queries, forwarding proposals, and founders sent to us."""
    of_ours = sent.filter(
        Q(status=ReferralStatus.QUERY)
        | Q(forward_to__isnull=False, status__in=[ReferralStatus.SENT, ReferralStatus.ACCEPTED])
    )
    to_us = Referral.objects.visible_to(actor).filter(
        recipient_id=AGENCY_ID, status=ReferralStatus.SENT
    )
    keys = Q(pk__in=of_ours.order_by().values("pk")) | Q(pk__in=to_us.values("pk"))
    rows = Referral.objects.filter(keys).with_names().select_related("forward_to")
    return rows.order_by("status_since")


def answered_lately(day: date) -> Q:
    """Since yesterday; a completed one stays until somebody has taken note of its outcome."""
    since = timezone.make_aware(datetime.combine(day - timedelta(days=1), datetime.min.time()))
    return Q(status__in=ANSWERED, status_since__gte=since) | UNREAD


def unanswered(sent: Any) -> Any:
    return sent.filter(status=ReferralStatus.SENT, forward_to__isnull=True)


def waiting(sent: Any, day: date, actor: Actor) -> list[Referral]:
    """Sent and unanswered, the most urgent first; `late` ones say how long they have waited."""
    open_ones = unanswered(sent).annotate(reminded=reminded_on(day))
    rows = list(open_ones.order_by("respond_by", "id")[:SHOWN])
    for row in rows:
        row.late = row.respond_by < day
        row.waited = waited(row, day) if row.late else time_left(row)
        row.may_remind = may_remind(row, actor)
    return rows


def waited(row: Referral, day: date) -> str:
    days = (day - timezone.localdate(row.sent_at)).days
    return ngettext("waiting for %(n)s day", "waiting for %(n)s days", days) % {"n": days}


def time_left(row: Referral) -> str:
    return gettext("answer by %(day)s") % {"day": date_format(row.respond_by, "j. F")}


def idle(actor: Actor, at: datetime) -> list[Startup]:
    """Ventures on their way for which nothing is planned: neither for them nor for their people."""
    tasks = FollowUp.objects.open()
    people = Affiliation.objects.filter(startup=OuterRef(OuterRef("pk")), until=None)
    planned = Exists(tasks.filter(startup=OuterRef("pk")))
    planned_for_people = Exists(tasks.filter(person__in=people.values("person")))
    rows = own(Startup.objects.visible_to(actor), actor, "owner").filter(
        stage__kind=StageKind.OPEN, stage__active=True
    )
    rows = rows.exclude(planned).exclude(planned_for_people).exclude(met_soon(people, at))
    rows = rows.select_related("stage", "owner")
    return list(rows.order_by("stage_since", "id")[:CASES_SHOWN])
