"""The mail of the morning to each advisor: what can be acted on today, and what was said last.

It goes at seven, local time, on the working days that the advisor has chosen and is there. Where
the jobs stood still it comes late, but not after noon: by then half of what it lists is done, the
rest stands on Heute, and the next one comes in the morning. It is Heute in short: the same rows,
but for cases without a next step, which are due on no day and would leave no day empty.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.models import Channel, Role, User
from consultations import today
from consultations.models import Consultation
from contacts.models import LegalBasis, Person, PersonState, Startup
from dma_crm import jobs
from dma_crm.workdays import is_working_day, local_day
from outbox.actions import queue_mail
from outbox.messages import Message, one_line, render
from outbox.models import OutboundMail
from outbox.registry import register_kind
from outbox.unsubscribing import unsubscribe_address
from referrals.panels import unmet_of
from referrals.worklist import answer_due

KIND = "digest"
FIRST, LAST = time(7), time(12)
SHOWN = 5  # of each list; how many more there are is said
QUOTED = 160  # characters of a summary


@dataclass(frozen=True)
class Line:
    """Something to act on; `person` and `startup` are whom it is about, by id."""

    title: str
    about: str
    when: str
    url: str
    person: UUID | None
    startup: UUID | None = None
    said: str = ""
    said_on: date | None = None


@dataclass(frozen=True)
class Section:
    title: Promise
    lines: list[Line]
    more: int


def is_time(at: datetime) -> bool:
    local = timezone.localtime(at)
    return is_working_day(local.date()) and FIRST <= local.time() < LAST


def wants(user: User, day: date) -> bool:
    here = user.is_active and user.role == Role.ADVISOR and not user.absent_on(day)
    return here and day.weekday() in user.digest_weekdays


def queue_digests(*, at: datetime) -> int:
    """One per advisor and local day, however often and by how many it is run."""
    if not is_time(at):
        return 0
    day = local_day(at)
    users = [user for user in User.objects.advisors().order_by("pk") if wants(user, day)]
    keys = {key_of(user, day): user for user in users}
    there = OutboundMail.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True)
    missing = keys.keys() - set(there)
    return sum(queue(user, day, at=at) for key, user in keys.items() if key in missing)


def key_of(user: User, day: date) -> str:
    return f"{KIND}:{user.pk}:{day}"


def queue(user: User, day: date, *, at: datetime) -> bool:
    mail = queue_mail(
        kind=KIND,
        dedupe_key=key_of(user, day),
        recipient=user.email,
        recipient_name=str(user),
        subjects={"user": user.pk, "day": day},
        purpose=KIND,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        at=at,
    )
    return mail is not None


def may_go(mail: OutboundMail, at: datetime) -> str:
    """On a day on which nothing can be done there is nothing to read either."""
    user = User.objects.filter(pk=mail.subjects["user"]).first()
    if user is None or user.email != mail.recipient:
        return "address_changed"
    if not is_time(at) or mail.subjects["day"] != local_day(at).isoformat():
        return "too_late"
    if not wants(user, local_day(at)):
        return "switched_off"
    return "" if sections_of(Actor.of(user), at=at) else "nothing_to_do"


def build(mail: OutboundMail) -> Message:
    user = User.objects.get(pk=mail.subjects["user"])
    return message_for(user, at=timezone.now(), unsubscribe=unsubscribe_address(mail))


def stop(mail: OutboundMail, at: datetime) -> None:
    """Whoever holds its link wants no more of them; the profile switches them on again."""
    user = User.objects.filter(pk=mail.subjects["user"]).first()
    if user:
        by = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK)
        accounts.choose_digest(user=user, weekdays=[], by=by, at=at)


def message_for(user: User, *, at: datetime, unsubscribe: str) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        sections = sections_of(Actor.of(user), at=at)
        context = {
            "name": str(user),
            "day": local_day(at),
            "sections": sections,
            "count": sum(len(section.lines) + section.more for section in sections),
            "url": settings.BASE_URL + reverse("consultations:today"),
            "profile_url": settings.BASE_URL + reverse("accounts:profile"),
            "stop_url": unsubscribe,
        }
        return render(f"consultations/{KIND}", context, unsubscribe=unsubscribe)


def sections_of(actor: Actor, *, at: datetime) -> list[Section]:
    """Those that are not empty, each bounded, with what was said last to whom they are about.

    Nothing about people whose data is locked or anonymised.
    """
    day = local_day(at)
    sent, known = today.sent_by_us(actor), Q(need__person__state=PersonState.ACTIVE)
    late = today.unanswered(sent).filter(known, respond_by__lt=day).order_by("respond_by", "id")
    lists: list[tuple[Promise, QuerySet, Callable[[Any, date], Line]]] = [
        (_("Due follow-ups"), today.due_tasks(actor, day), of_follow_up),
        (_("Questions to us"), today.asking(actor, sent).filter(known), of_question),
        (_("Unanswered referrals"), late, of_late),
        (
            _("Outcomes to take note of"),
            sent.filter(known, today.UNREAD).order_by("status_since", "id"),
            of_outcome,
        ),
        (
            _("Needs that nobody is helping with"),
            unmet_of(actor).prefetch_related("topics"),
            of_need,
        ),
    ]
    sections = [section(title, rows, line, day) for title, rows, line in lists]
    return quoted([each for each in sections if each.lines], actor)


def section(
    title: Promise, rows: QuerySet, line: Callable[[Any, date], Line], day: date
) -> Section:
    lines = [line(row, day) for row in rows[:SHOWN]]
    more = rows.order_by().count() - SHOWN if len(lines) == SHOWN else 0
    return Section(title, lines, max(0, more))


def of_follow_up(row: Any, day: date) -> Line:
    about = row.person.display_name if row.person else row.startup.name
    when = answer_due(row.due_on, day).words
    return Line(row.subject, about, when, address(row), row.person_id, row.startup_id)


def of_referral(row: Any, when: str) -> Line:
    person = row.need.person
    other = row.sender if row.recipient.is_agency else row.recipient
    title = f"{row.reference} · {other.spoken_name}"
    return Line(title, person.display_name, when, address(row), person.pk)


def of_question(row: Any, day: date) -> Line:
    """A query, a proposal to ask somebody else, or somebody who was sent to us."""
    if row.recipient.is_agency:
        return of_referral(row, gettext("waits for our answer"))
    if row.forward_to:
        proposed = gettext("proposes %(name)s instead")
        return of_referral(row, proposed % {"name": row.forward_to.spoken_name})
    return of_referral(row, gettext("asks back"))


def of_late(row: Any, day: date) -> Line:
    return of_referral(row, today.waited(row, day))


def of_outcome(row: Any, day: date) -> Line:
    return of_referral(row, row.get_outcome_display())


def of_need(row: Any, day: date) -> Line:
    topics = ", ".join(topic.label for topic in row.topics.all())
    days = (day - local_day(row.created_at)).days
    since = ngettext("for %(n)s day", "for %(n)s days", days) % {"n": days}
    person = row.person
    return Line(topics or row.reference, person.display_name, since, address(row), person.pk)


def address(row: Any) -> str:
    return settings.BASE_URL + row.get_absolute_url()


def quoted(sections: list[Section], actor: Actor) -> list[Section]:
    """With the note that every advisor may read of the last consultation, never a confidential one.

    Each person is quoted once, where they come first.
    """
    lines = [line for each in sections for line in each.lines]
    people = last_talks(Person, "person", {line.person for line in lines if line.person}, actor)
    alone = {line.startup for line in lines if line.startup and not line.person}
    startups = last_talks(Startup, "startup", alone, actor)
    return [
        replace(
            each, lines=[quote(line, people if line.person else startups) for line in each.lines]
        )
        for each in sections
    ]


def quote(line: Line, talks: dict[UUID, Consultation]) -> Line:
    talk = talks.pop(line.person or line.startup, None)  # type: ignore[arg-type]
    if talk is None:
        return line
    said = one_line(talk.summary)
    short = said if len(said) <= QUOTED else said[:QUOTED].rsplit(" ", 1)[0] + " …"
    return replace(line, said=short, said_on=talk.held_on)


def last_talks(
    model: type, name: str, ids: Iterable[UUID], actor: Actor
) -> dict[UUID | None, Consultation]:
    """By whom it was with: the newest that has a note, in one query."""
    talks = Consultation.objects.visible_to(actor).complete().exclude(summary="")
    talks = talks.filter(person__state=PersonState.ACTIVE)
    newest = talks.filter(**{name: OuterRef("pk")}).order_by("-held_on", "-id").values("pk")[:1]
    chosen = model.objects.filter(pk__in=ids).annotate(talk=Subquery(newest)).values("talk")  # type: ignore[attr-defined]
    found = Consultation.objects.filter(pk__in=chosen)
    return {getattr(talk, f"{name}_id"): talk for talk in found}


def register() -> None:
    jobs.register("consultations.digest", every_seconds=300, work=queue_digests)
    register_kind(
        KIND,
        build=build,
        may_go=may_go,
        body_visible=False,
        transactional=False,
        stop=stop,
        stopping=_(
            "The mail of the morning will then not come any more. In your profile you can choose"
            " its days again."
        ),
        label=_("Mail of the morning"),
    )
