"""How each notice is worded, and whether it may still go when its turn comes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID
from contacts.models import Consent, PersonEmail
from outbox.messages import Message, render
from outbox.models import MailState, OutboundMail
from outbox.registry import register_kind
from referrals import notice_mails, notices
from referrals.mails import SETTLE_FIRST, SETTLING, recipient_of, sender_of
from referrals.models import DISCLOSED_STATUSES, OPEN_STATUSES, Referral, ReferralStatus

Guard = Callable[[Referral, OutboundMail, datetime], str]
RECORD_GONE, STATE_CHANGED, CONSENT_GONE, NEVER_TOLD, SUPERSEDED = (
    "record_gone",
    "state_changed",
    "consent_gone",
    "never_told",
    "superseded",
)
NOT_TOLD = {MailState.QUEUED, MailState.CANCELLED, MailState.DEAD}


def build(mail: OutboundMail) -> Message:
    """Raises Referral.DoesNotExist when what it speaks of is gone."""
    referral = referral_of(mail)
    side = sender_of if speaks_to_recipient(mail) else recipient_of
    answering = side(referral, timezone.now())
    with translation.override(settings.LANGUAGE_CODE):
        context = context_of(referral, mail) | notice_mails.more(referral, mail)
        return render(f"referrals/{mail.kind}", context, reply_to=answering[0])


def referral_of(mail: OutboundMail) -> Referral:
    rows = Referral.objects.select_related(
        "need__person", "need__stage", "need__owner", "sender", "recipient", "forward_to", "consent"
    )
    return rows.get(pk=mail.subjects["referral"])


def speaks_to_recipient(mail: OutboundMail) -> bool:
    return mail.kind in TO_RECIPIENT or mail.kind in TO_FOUNDER


def context_of(referral: Referral, mail: OutboundMail) -> dict[str, Any]:
    """`url` opens the answer page for partners, the referral's own page for the agency."""
    message = referral.messages.last()
    return {
        "name": mail.recipient_name,
        "referral": referral,
        "topics": ", ".join(topic.label for topic in referral.need.topics.all()),
        "message": message.text if message else "",
        "asked_at": message.at if message else referral.status_since,
        "url": settings.BASE_URL + path_of(referral, mail),
        "owner": sender_of(referral, timezone.now())[1],
        "target": referral.recipient.response_target_days,
    }


def path_of(referral: Referral, mail: OutboundMail) -> str:
    link = referral.answer_links.filter(revoked_at=None).first()
    if mail.kind in TO_RECIPIENT and referral.recipient_id != AGENCY_ID and link:
        return reverse("referrals:answer", args=[link.token])
    return referral.get_absolute_url()


def in_states(*states: str) -> Guard:
    def guard(referral: Referral, mail: OutboundMail, at: datetime) -> str:
        return "" if referral.status in states else STATE_CHANGED

    return guard


def waits_with_consent(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    waits = referral.status in OPEN_STATUSES - {ReferralStatus.DRAFT}
    return covered(referral, at) if waits else STATE_CHANGED


def covered(referral: Referral, at: datetime) -> str:
    covering = Consent.objects.covering(
        person_id=referral.need.person_id,
        recipient_id=referral.recipient_id,
        sender_id=referral.sender_id,
        at=at,
    )
    return "" if covering.exists() else CONSENT_GONE


def not_undone(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    undone = referral.steps.filter(action="undo", version__gt=int(mail.subjects["version"]))
    taken = referral.status in DISCLOSED_STATUSES
    return "" if taken and not undone.exists() else STATE_CHANGED


def founder_may_know(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    """Consent holds and the address is still the person's own."""
    own = PersonEmail.objects.filter(
        person_id=referral.need.person_id, address=mail.recipient, person__state="active"
    )
    if not own.exists():
        return RECORD_GONE
    return not_undone(referral, mail, at) or covered(referral, at)


def was_told(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    """What never went out needs no correction; it will not go any more."""
    first = OutboundMail.objects.filter(pk=mail.subjects["original"])
    return "" if first.exclude(state__in=NOT_TOLD).exists() else NEVER_TOLD


def still_asked(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    """Nothing has happened since somebody asked, and what is asked about may be told."""
    same = referral.version == int(mail.subjects["version"])
    return covered(referral, at) if same else STATE_CHANGED


def always(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    return ""


S = ReferralStatus
TO_RECIPIENT: dict[str, Guard] = {
    "referral_sent": waits_with_consent,
    "referral_link": waits_with_consent,
    "referral_reminded": still_asked,
    "referral_answered": waits_with_consent,
    "referral_forward_decided": always,
    "referral_withdrawn": in_states(S.WITHDRAWN),
    "referral_consent_gone": always,
}
TO_FOUNDER: dict[str, Guard] = {
    "referral_accepted_founder": founder_may_know,
    "referral_undone_founder": was_told,
}
TO_SENDER: dict[str, Guard] = {
    "referral_copied": waits_with_consent,
    "referral_accepted": not_undone,
    "referral_query": in_states(S.QUERY),
    "referral_declined": in_states(S.DECLINED),
    "referral_forward_proposed": in_states(S.SENT, S.ACCEPTED),
    "referral_completed": in_states(S.COMPLETED),
    "referral_expired": in_states(S.EXPIRED),
    "referral_undone": was_told,
}
for notice in notices.SWEPT:
    side = {notices.RECIPIENT: TO_RECIPIENT, notices.FOUNDER: TO_FOUNDER}.get(notice.to, TO_SENDER)
    side[notice.mail] = notice_mails.still_due
GUARDS = TO_RECIPIENT | TO_FOUNDER | TO_SENDER
LABELS = {
    "referral_sent": _("New referral"),
    "referral_link": _("New answer link"),
    "referral_reminded": _("Reminder by hand"),
    "referral_answered": _("Answer to a query"),
    "referral_forward_decided": _("Decision on a proposal"),
    "referral_withdrawn": _("Referral withdrawn"),
    "referral_consent_gone": _("Consent withdrawn after the end"),
    "referral_accepted_founder": _("Acceptance, to the founder"),
    "referral_undone_founder": _("Correction, to the founder"),
    "referral_copied": _("Copy of a referral between partners"),
    "referral_accepted": _("Referral accepted"),
    "referral_query": _("Query about a referral"),
    "referral_declined": _("Referral declined"),
    "referral_forward_proposed": _("Another organisation proposed"),
    "referral_completed": _("Outcome of a referral"),
    "referral_expired": _("Referral expired"),
    "referral_undone": _("Answer taken back"),
    **{notice.mail: notice.label for notice in notices.SWEPT},
}


def may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked again at the moment of sending: between the step and now consent may be gone."""
    try:
        referral = referral_of(mail)
    except Referral.DoesNotExist:
        return RECORD_GONE
    return GUARDS[mail.kind](referral, mail, at) or (SUPERSEDED if superseded(mail, at) else "")


def superseded(mail: OutboundMail, at: datetime) -> bool:
    """Within a minute something else happened of which the same people are told."""
    if mail.kind not in SETTLE_FIRST:
        return False
    soon_after = OutboundMail.objects.filter(
        state__in=(MailState.QUEUED, MailState.SENDING, MailState.SENT),
        created_at__gt=mail.created_at,
        created_at__lte=mail.created_at + SETTLING,
        kind__in=SETTLE_FIRST,
        recipient=mail.recipient,
        subjects__referral=mail.subjects["referral"],
    )
    return any(later.state == MailState.SENT or not may_go(later, at) for later in soon_after)


def register() -> None:
    for kind in GUARDS:
        register_kind(kind, build=build, may_go=may_go, label=LABELS[kind])
