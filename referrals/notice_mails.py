"""What the mails of the clock say beyond the others, and whether they may still go."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from contacts.models import PersonEmail
from outbox.models import OutboundMail
from referrals import clock, notices
from referrals.alternatives import fitting
from referrals.models import Outcome, Referral, ReferralStatus
from referrals.notices import BY_MAIL


def still_due(referral: Referral, mail: OutboundMail, at: datetime) -> str:
    """The silence it speaks of lasts, nobody has switched it off, and who reads it may know."""
    notice, rows = BY_MAIL[mail.kind], Referral.objects.filter(pk=referral.pk)
    same = notice.occasion_of(referral) == mail.subjects["since"]
    proposed = referral.forward_to_id and notice.to != notices.SENDER
    if referral.status != notice.status or not same or proposed:
        return "state_changed"
    if notice.to == notices.FOUNDER and not is_theirs(mail, referral):
        return "record_gone"
    if not rows.filter(notices.may_be_told(notice, at)).exists():
        return "consent_gone"
    return "muted" if notices.is_muted(notice, referral) else ""


def is_theirs(mail: OutboundMail, referral: Referral) -> bool:
    """The address is still the person's own."""
    own = PersonEmail.objects.filter(person_id=referral.need.person_id, person__state="active")
    return own.filter(address=mail.recipient).exists()


def more(referral: Referral, mail: OutboundMail) -> dict[str, Any]:
    """What only some mails speak of, added to the context of all mails of referrals."""
    if mail.kind == "referral_expired":
        return expired(referral, mail.created_at)
    if mail.kind == "referral_late":
        told = referral.notices.filter(kind="late_founder").exists()
        return {"founder_told": told, "last_day": clock.last_day(referral)}
    asks = mail.kind in BY_MAIL or mail.kind == "referral_reminded"
    return {"outcomes": Outcome.choices} if asks else {}


def expired(referral: Referral, at: datetime) -> dict[str, Any]:
    """The agency may ask others at once; a partner refers anew."""
    ours = referral.sender.is_agency
    asked = referral.steps.filter(action="expire", before=ReferralStatus.QUERY)
    return {
        "from_query": asked.exists(),
        "alternatives": fitting(referral.need, at) if ours else [],
        "need_url": need_url(referral) if ours else "",
    }


def need_url(referral: Referral) -> str:
    return settings.BASE_URL + reverse("referrals:need", args=[referral.need.reference])
