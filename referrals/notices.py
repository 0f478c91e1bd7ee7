"""What the clock says, to whom, and after how many working days: one table.

The sweep, the guards at sending, the switches and the page with the previews all read it.

Notices about one state form a ladder, and only the step that is due now goes: a reminder whose
deadline has passed meanwhile (the clock stood still, or it was switched off) is passed over and
leaves no row. A working day counts whole: what is due "after" five days goes on the sixth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.models import Consent, PartnerOrganisation, PersonEmail
from dma_crm.workdays import local_day
from referrals import clock
from referrals.elapsed import Days, calendars, passed, reached
from referrals.introductions.actions import OUTCOME_ASKED_AFTER
from referrals.introductions.sweeps import REMINDED_AFTER
from referrals.models import MutedNotice, Referral, ReferralNotice, ReferralStatus

RECIPIENT, SENDER, FOUNDER, BOTH = "recipient", "sender", "founder", "both"
TO = {
    RECIPIENT: _("To the organisation asked"),
    SENDER: _("To whoever referred"),
    FOUNDER: _("To the founder"),
    BOTH: _("To the two people"),
}
PERSON = ""  # no organisation has a say in it
QUERY_REMINDED_AFTER = 3
PROPOSAL_REMINDED_AFTER = 3


@dataclass(frozen=True)
class Notice:
    """`kind` is its name in rows and switches, `mail` the kind of mail that carries it.

    `after` answers working days for a response target, counted from the field `since` with the
    days of the organisation `counts`. `deadline` is such a field itself, one target after sending.
    `switch` is the organisation for which it can be switched off; `own` lets its people do so.
    For a person each can be.
    `proposed`: it is about an organisation proposed instead. `together`: of several referrals of
    one need that are due on one day one mail tells. Without `status` it is not swept for here: it
    comes with a step, from feedback, from introductions or once a week.
    """

    kind: str
    mail: str
    to: str
    label: Promise
    when: Promise
    after: Days
    status: str = ""
    since: str = ""
    counts: str = RECIPIENT
    on_the_day: bool = False
    occasion: str = ""
    switch: str = RECIPIENT
    own: bool = False
    proposed: bool = False
    together: bool = False

    def occasion_of(self, referral: Referral) -> str:
        """Tells one silence from the next: the moment it began; most kinds come once."""
        return stamp(getattr(referral, self.occasion)) if self.occasion else ""

    def sentence(self, target: int) -> str:
        return str(self.when) % {"n": self.after(target)}


def fixed(days: int) -> Days:
    return lambda _target: days


def reminder_day(target: int) -> int:
    """0.6 of the target, rounded to a whole working day, the first at the earliest."""
    return max(1, (6 * target + 5) // 10)


NOTICES = (
    Notice(
        "reminder",
        "referral_reminder",
        RECIPIENT,
        _("Reminder of the answer"),
        _("On working day %(n)s after sending, while there is no answer."),
        reminder_day,
        status=ReferralStatus.SENT,
        since="respond_by",
        on_the_day=True,
        own=True,
    ),
    Notice(
        "late",
        "referral_late",
        SENDER,
        _("No answer in time"),
        _("When %(n)s working days have passed since sending without an answer."),
        lambda target: target,
        status=ReferralStatus.SENT,
        since="respond_by",
        together=True,
    ),
    Notice(
        "late_founder",
        "referral_late_founder",
        FOUNDER,
        _("How things stand, to the founder"),
        _("At the same time, after %(n)s working days: we tell openly that we are waiting, too."),
        lambda target: target,
        status=ReferralStatus.SENT,
        since="respond_by",
        together=True,
    ),
    Notice(
        "expired",
        "referral_expired",
        SENDER,
        _("Referral expired"),
        _(
            "When %(n)s working days have passed without an answer (30 while a query is open),"
            " with proposals whom to ask instead."
        ),
        lambda target: clock.EXPIRES_AFTER_TARGETS * target,
    ),
    Notice(
        "query_reminder",
        "referral_query_reminder",
        SENDER,
        _("Reminder of an open query"),
        _("On working day %(n)s after the query, while it is not answered."),
        fixed(QUERY_REMINDED_AFTER),
        status=ReferralStatus.QUERY,
        since="status_since",
        counts=SENDER,
        on_the_day=True,
        occasion="status_since",
        switch=SENDER,
        own=True,
    ),
    Notice(
        "proposal_reminder",
        "referral_proposal_reminder",
        SENDER,
        _("Reminder of a proposal"),
        _("On working day %(n)s after another organisation was proposed for an accepted case."),
        fixed(PROPOSAL_REMINDED_AFTER),
        status=ReferralStatus.ACCEPTED,
        since="modified_at",
        counts=SENDER,
        on_the_day=True,
        occasion="modified_at",
        switch=SENDER,
        own=True,
        proposed=True,
    ),
    Notice(
        "uncontacted",
        "referral_uncontacted",
        RECIPIENT,
        _("Still active? No first contact yet"),
        _("When %(n)s working days have passed since the acceptance without a first contact."),
        fixed(clock.CONTACT_AFTER),
        status=ReferralStatus.ACCEPTED,
        since="modified_at",
        occasion="modified_at",
        own=True,
    ),
    Notice(
        "silent",
        "referral_silent",
        RECIPIENT,
        _("Still active? Nothing new"),
        _("When nothing has been noted on a case in progress for %(n)s working days."),
        fixed(clock.SILENT_AFTER),
        status=ReferralStatus.IN_PROGRESS,
        since="modified_at",
        occasion="modified_at",
        own=True,
    ),
    Notice(
        "resume",
        "referral_resume",
        RECIPIENT,
        _("Does it go on?"),
        _("On the day on which a paused case was to go on."),
        fixed(0),
        status=ReferralStatus.ON_HOLD,
        since="resume_on",
        on_the_day=True,
        occasion="modified_at",
        own=True,
    ),
    Notice(
        "weekly",
        "partner_weekly",
        RECIPIENT,
        _("Overview of the week"),
        _("At seven on the first working day of the week, if something waits."),
        fixed(0),
        own=True,
    ),
    Notice(
        "feedback",
        "founder_feedback",
        FOUNDER,
        _("Two questions to the founder"),
        _("%(n)s days after a referral was completed."),
        fixed(10),
    ),
    Notice(
        "impact",
        "impact_survey",
        FOUNDER,
        _("Questions on the impact"),
        _("6, 12 and 36 months after the first referral that helped."),
        fixed(0),
    ),
    Notice(
        "introduction_reminder",
        "introduction_reminder",
        BOTH,
        _("Introduction: reminder"),
        _("On working day %(n)s after the question, to whoever has not answered."),
        fixed(REMINDED_AFTER),
        switch=PERSON,
    ),
    Notice(
        "introduction_outcome",
        "introduction_outcome",
        BOTH,
        _("Introduction: question what came of it"),
        _("%(n)s days after the two were introduced."),
        fixed(OUTCOME_ASKED_AFTER.days),
        switch=PERSON,
    ),
)
BY_KIND = {notice.kind: notice for notice in NOTICES}
BY_MAIL = {notice.mail: notice for notice in NOTICES}
SWEPT = tuple(notice for notice in NOTICES if notice.status)


def due(
    notice: Notice, at: datetime, organisations: Iterable[PartnerOrganisation] | None = None
) -> QuerySet[Referral]:
    """Referrals to give this notice on now: each once, and none that was passed over.

    Where the recipient has proposed another organisation it is the sender who must decide.
    """
    organisations = calendars() if organisations is None else organisations
    test, today = reached if notice.on_the_day else passed, local_day(at)
    rows = Referral.objects.filter(
        test(
            notice.since, days_since(notice), today=today, of=notice.counts,
            organisations=organisations,
        ),
        may_be_told(notice, at),
        ~muted(notice),
        ~given(notice),
        status=notice.status,
    )  # fmt: skip
    if notice.proposed or notice.to != SENDER:
        rows = rows.filter(forward_to__isnull=not notice.proposed)
    if notice.to == RECIPIENT:
        rows = rows.exclude(is_away(today))
    in_time = notice.on_the_day and notice.since == "respond_by"
    return rows.filter(respond_by__gte=today) if in_time else rows


def together(notice: Notice, referral: Referral, at: datetime) -> list[Referral]:
    """All of its need that this notice speaks of then, by the day on which they were due."""
    rows = Referral.objects.filter(
        may_be_told(notice, at),
        ~muted(notice),
        need=referral.need_id,
        sender=referral.sender_id,
        status=notice.status,
        respond_by__lt=local_day(at),
    )
    if notice.to != SENDER:
        rows = rows.filter(forward_to=None)
    return list(rows.select_related("recipient", "forward_to").order_by("respond_by", "id"))


def is_away(today: date) -> Q:
    """Whoever is absent is not asked for anything meanwhile."""
    return Q(recipient__absent_from__lte=today, recipient__absent_until__gte=today)


def days_since(notice: Notice) -> Days:
    """`respond_by` is one target after sending, wherever queries and absence have moved it."""
    if notice.since == "respond_by":
        return lambda target: notice.after(target) - target
    return notice.after


def given(notice: Notice) -> Q:
    """There is a row of this occasion: one since the silence began."""
    rows = ReferralNotice.objects.filter(referral=OuterRef("pk"), kind=notice.kind)
    return Q(Exists(rows.filter(at__gte=OuterRef(notice.occasion)) if notice.occasion else rows))


def muted(notice: Notice) -> Q:
    rows = MutedNotice.objects.filter(kind=notice.kind)
    here = rows.filter(organisation=OuterRef(notice.switch))
    return Q(Exists(here)) | Q(Exists(rows.filter(person=OuterRef("need__person"))))


def is_muted(notice: Notice, referral: Referral) -> bool:
    return Referral.objects.filter(muted(notice), pk=referral.pk).exists()


def may_be_told(notice: Notice, at: datetime) -> Q:
    """What leaves the sender's house needs a consent that holds; a founder needs an address."""
    if notice.to == SENDER:
        return Q()
    consents = Consent.objects.covering(
        person_id=OuterRef("need__person"),
        recipient_id=OuterRef("recipient"),
        sender_id=OuterRef("sender"),
        at=at,
    )
    if notice.to == RECIPIENT:
        return Q(Exists(consents))
    emails = PersonEmail.objects.filter(person=OuterRef("need__person"))
    return Q(Exists(consents)) & Q(Exists(emails))


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def switchable(*, own: bool) -> list[Notice]:
    """For an organisation: what concerns it by the agency, what is sent to it by its own people."""
    return [notice for notice in NOTICES if notice.switch and (notice.own or not own)]
