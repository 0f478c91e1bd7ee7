"""The overview of the week for each partner: what waits for them, and nothing where nothing does.

It goes at seven, local time, on the first working day of the week, late until noon; what the jobs
missed then, the reminders of the clock make good by themselves. It says nothing twice: what the
clock reminds of on that day (from eight on), or has in the days before, has a mail of its own and
is left out here. So is what came in since midnight.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.filters import midnight
from accounts.models import Channel, User
from contacts.models import LegalBasis, PartnerOrganisation
from dma_crm import jobs
from dma_crm.workdays import ONE_DAY, is_working_day, local_day
from outbox.actions import queue_mail
from outbox.messages import Message, render
from outbox.models import OutboundMail
from outbox.registry import register_kind
from outbox.unsubscribing import unsubscribe_address
from referrals import clock, notices
from referrals.actions.links import keep_link
from referrals.actions.notices import mute
from referrals.elapsed import calendars, passed
from referrals.models import AnswerLink, Referral, ReferralNotice, ReferralStatus

NOTICE = notices.BY_KIND["weekly"]
KIND = NOTICE.mail
FIRST, LAST = time(7), time(12)
QUIET = timedelta(days=3)  # over a weekend
SHOWN = 10
REMINDERS = [each for each in notices.SWEPT if each.to == notices.RECIPIENT]


@dataclass(frozen=True)
class Row:
    """What the recipient may see before acceptance, and no more: no name, no contact."""

    referral: Referral
    topics: str
    url: str


@dataclass(frozen=True)
class Part:
    title: Promise
    rows: list[Row]
    more: int


def is_time(at: datetime) -> bool:
    local = timezone.localtime(at)
    return FIRST <= local.time() < LAST and is_first_working_day(local.date())


def is_first_working_day(day: date) -> bool:
    before = [day - n * ONE_DAY for n in range(1, day.weekday() + 1)]
    return is_working_day(day) and not any(is_working_day(each) for each in before)


def queue_overviews(*, at: datetime) -> int:
    """One per address and week, however often and by how many it is run."""
    if not is_time(at):
        return 0
    waiting = all_waiting(at).order_by().values("recipient")
    organisations = PartnerOrganisation.objects.filter(pk__in=waiting).order_by("pk")
    return sum(
        queue(organisation, address, name, at=at)
        for organisation in organisations
        for address, name in addresses_of(organisation)
    )


def addresses_of(organisation: PartnerOrganisation) -> list[tuple[str, str]]:
    """Where all notices of the clock go; without an address of record each of its people."""
    if organisation.email:
        return [(organisation.email, organisation.contact_name or organisation.name)]
    people = User.objects.filter(organisation=organisation, is_active=True).order_by("pk")
    return [(user.email, str(user)) for user in people]


@transaction.atomic
def queue(organisation: PartnerOrganisation, address: str, name: str, *, at: datetime) -> bool:
    """With links that open: they live on with the case."""
    day = local_day(at)
    mail = queue_mail(
        kind=KIND,
        dedupe_key=key_of(organisation, day, address),
        recipient=address,
        recipient_name=name,
        subjects={"organisation": organisation.pk, "day": day},
        purpose="referral",
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        at=at,
    )
    if mail is None:
        return False
    for rows in lists(organisation.pk, at).values():
        for referral in rows[:SHOWN]:
            keep_link(referral, at)
    return True


def key_of(organisation: PartnerOrganisation, day: date, address: str) -> str:
    return f"{KIND}:{organisation.pk}:{day}:{address}"


def may_go(mail: OutboundMail, at: datetime) -> str:
    organisation = PartnerOrganisation.objects.filter(pk=mail.subjects["organisation"]).first()
    known = dict(addresses_of(organisation)) if organisation else {}
    if mail.recipient not in known:
        return "address_changed"
    if not is_time(at) or mail.subjects["day"] != local_day(at).isoformat():
        return "too_late"
    waiting = all_waiting(at).filter(recipient=mail.subjects["organisation"])
    return "" if waiting.exists() else "nothing_to_do"


def build(mail: OutboundMail) -> Message:
    return message_for(
        UUID(mail.subjects["organisation"]),
        name=mail.recipient_name,
        at=timezone.now(),
        unsubscribe=unsubscribe_address(mail),
    )


def message_for(organisation: UUID, *, name: str, at: datetime, unsubscribe: str) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "name": name,
            "parts": parts_of(organisation, at),
            "list_url": settings.BASE_URL + reverse("referrals:referrals"),
            "stop_url": unsubscribe,
        }
        return render(f"referrals/{KIND}", context, unsubscribe=unsubscribe)


def stop(mail: OutboundMail, at: datetime) -> None:
    """For the whole organisation; its people switch it on again under Erinnerungen."""
    organisation = PartnerOrganisation.objects.filter(pk=mail.subjects["organisation"]).first()
    if organisation:
        by = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK, organisation_id=organisation.pk)
        mute({"organisation": organisation}, [NOTICE.kind], [NOTICE], by=by, at=at)


TITLES = {"unanswered": _("Waiting for your answer"), "silent": _("No news, no outcome yet")}


def parts_of(organisation: UUID, at: datetime) -> list[Part]:
    """Each that is not empty, bounded."""
    parts = [part(TITLES[name], rows) for name, rows in lists(organisation, at).items()]
    return [each for each in parts if each.rows]


def part(title: Promise, rows: QuerySet[Referral]) -> Part:
    links = AnswerLink.objects.filter(revoked_at=None)
    with_links = rows.prefetch_related("need__topics", Prefetch("answer_links", queryset=links))
    shown = [row_of(referral) for referral in with_links[:SHOWN]]
    more = rows.order_by().count() - SHOWN if len(shown) == SHOWN else 0
    return Part(title, shown, max(0, more))


def row_of(referral: Referral) -> Row:
    link = next(iter(referral.answer_links.all()), None)
    path = reverse("referrals:answer", args=[link.token]) if link else referral.get_absolute_url()
    topics = ", ".join(topic.label for topic in referral.need.topics.all())
    return Row(referral, topics, settings.BASE_URL + path)


def lists(organisation: UUID, at: datetime) -> dict[str, QuerySet[Referral]]:
    rows = all_waiting(at).filter(recipient=organisation).select_related("need")
    return {
        "unanswered": rows.filter(status=ReferralStatus.SENT).order_by("respond_by", "id"),
        "silent": rows.exclude(status=ReferralStatus.SENT).order_by("modified_at", "id"),
    }


def all_waiting(at: datetime) -> QuerySet[Referral]:
    """Of all partners. The agency's own people have Heute."""
    today, organisations = local_day(at), calendars()
    spoken = ReferralNotice.objects.filter(referral=OuterRef("pk"), at__gte=at - QUIET)
    rows = Referral.objects.filter(
        is_waiting(today, organisations),
        notices.may_be_told(NOTICE, at),
        ~notices.muted(NOTICE),
        ~Exists(spoken),
        recipient__is_agency=False,
        forward_to=None,
        sent_at__lt=midnight(today),
    ).exclude(notices.is_away(today))
    for each in REMINDERS:
        rows = rows.exclude(pk__in=notices.due(each, at, organisations).order_by().values("pk"))
    return rows


def is_waiting(today: date, organisations: list[PartnerOrganisation]) -> Q:
    """Unanswered; nothing new for as long as the clock takes to ask; a pause that is over."""
    silent = partial(passed, "modified_at", today=today, organisations=organisations)
    accepted, working = (
        silent(lambda _target, n=days: n) for days in (clock.CONTACT_AFTER, clock.SILENT_AFTER)
    )
    return (
        Q(status=ReferralStatus.SENT)
        | Q(accepted, status=ReferralStatus.ACCEPTED)
        | Q(working, status=ReferralStatus.IN_PROGRESS)
        | Q(status=ReferralStatus.ON_HOLD, resume_on__lt=today)
    )


def register() -> None:
    jobs.register("referrals.weekly", every_seconds=300, work=queue_overviews)
    register_kind(
        KIND,
        build=build,
        may_go=may_go,
        body_visible=False,
        transactional=False,
        stop=stop,
        stopping=_(
            "Your organisation will then not get the overview of the week any more. Everything"
            " else stays, and in the portal you can switch it on again."
        ),
        label=NOTICE.label,
    )
