"""What the mails of the clock say beyond the others, and whether they may still go."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from contacts.models import PersonEmail
from outbox.models import OutboundMail
from referrals import clock, needs_page, notices
from referrals.alternatives import fitting
from referrals.models import (
    CLOSED_NEEDS,
    NeedStatus,
    Outcome,
    Referral,
    ReferralNotice,
    ReferralStatus,
)
from referrals.notices import BY_MAIL

OUTCOMES = {"outcomes": Outcome.choices}


def still_due(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    """The silence it speaks of lasts, nobody has switched it off, and who reads it may know.

    A mail about several referrals goes while one of them is still to be told of.
    """
    notice = BY_MAIL[mail.kind]
    if notice.to == notices.FOUNDER and not is_theirs(mail, referral):
        return "record_gone"
    reason = obstacle(notice, referral, mail, at)
    others = reason and notice.together and notices.together(notice, referral, at)
    return "" if others else reason


def obstacle(notice: notices.Notice, referral: Referral, mail: OutboundMail, at: datetime) -> str:
    rows = Referral.objects.filter(pk=referral.pk)
    same = notice.occasion_of(referral) == mail.subjects["since"]
    if referral.status != notice.status or not same or not fits_proposal(referral, notice):
        return "state_changed"
    if not rows.filter(notices.may_be_told(notice, at)).exists():
        return "consent_gone"
    return "muted" if notices.is_muted(notice, referral) else ""


def fits_proposal(referral: Referral, notice: notices.Notice) -> bool:
    """Once another organisation is proposed, it is the sender's turn and nobody else is asked."""
    if notice.proposed:
        return referral.forward_to_id is not None
    return referral.forward_to_id is None or notice.to == notices.SENDER


def is_theirs(mail: OutboundMail, referral: Referral) -> bool:
    """The address is still the person's own."""
    own = PersonEmail.objects.filter(person_id=referral.need.person_id, person__state="active")
    return own.filter(address=mail.recipient).exists()


def more(referral: Referral, mail: OutboundMail) -> dict[str, Any]:
    """What only some mails speak of, added to the context of all mails of referrals."""
    if mail.kind == "referral_expired":
        return expired(referral, mail.created_at)
    if mail.kind == "referral_declined":
        return {"elsewhere": elsewhere(referral)}
    notice = BY_MAIL.get(mail.kind)
    if notice and notice.together:
        return late(notice, referral, mail.created_at)
    return OUTCOMES if notice or mail.kind == "referral_reminded" else {}


def late(notice: notices.Notice, referral: Referral, at: datetime) -> dict[str, Any]:
    """All of one need that have not answered; the mail may have been begun about another one."""
    waiting = notices.together(notice, referral, at) or [referral]
    for row in waiting:
        row.last_day = clock.last_day(row)
    told = ReferralNotice.objects.filter(kind="late_founder", referral__in=waiting)
    return {
        "referral": waiting[0],
        "url": settings.BASE_URL + waiting[0].get_absolute_url(),
        "waiting": waiting,
        "founder_told": told.exists(),
        "need_url": need_url(referral),
    }


def expired(referral: Referral, at: datetime) -> dict[str, Any]:
    """The agency may ask others at once, unless somebody helps already; a partner refers anew."""
    ours = referral.sender.is_agency
    asked = referral.steps.filter(action="expire", before=ReferralStatus.QUERY)
    settled = referral.need.status in {NeedStatus.HELPING, *CLOSED_NEEDS}
    return {
        "from_query": asked.exists(),
        "elsewhere": elsewhere(referral),
        "settled": settled,
        "alternatives": fitting(referral.need, at) if ours and not settled else [],
        "need_url": need_url(referral) if ours else "",
    }


def elsewhere(referral: Referral) -> str:
    """How its need stands where others were asked as well; "" where now somebody is missing.

    To the agency alone: a partner reads nothing of what others were asked.
    """
    need = referral.need
    if not referral.sender.is_agency or need.status in {NeedStatus.OPEN, NeedStatus.UNMET}:
        return ""
    return needs_page.state_of(need, needs_page.rows_of(need))


def need_url(referral: Referral) -> str:
    return settings.BASE_URL + reverse("referrals:need", args=[referral.need.reference])
