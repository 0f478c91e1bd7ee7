"""Each mail of the clock as it would read: about a referral that was made up, so about nobody."""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import AGENCY_ID
from accounts.models import User
from contacts.models import Consent, PartnerOrganisation, Person, Topic
from dma_crm.workdays import local_day
from outbox.messages import Message, render
from referrals import clock, weekly
from referrals.models import Introduction, Need, Outcome, Referral, ReferralStatus, Service
from referrals.notices import BOTH, FOUNDER, RECIPIENT, Notice
from referrals.suggestions import Suggestion

TOKEN = "beispiel"  # noqa: S105 - opens nothing
LATELY = timedelta(days=10)


def sample(notice: Notice, at: datetime) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        return render(f"referrals/{notice.mail}", context_of(notice, at))


def context_of(notice: Notice, at: datetime) -> dict[str, Any]:
    """The names that the mails use; each takes what it needs."""
    referral = sample_referral(notice, at)
    referral.last_day = clock.last_day(referral)
    readers = {FOUNDER: _("Kim Sample"), BOTH: _("Kim Sample"), RECIPIENT: _("Robin Example")}
    topic = Topic.objects.order_by("position", "code").first()
    address = settings.BASE_URL + reverse("referrals:answer", args=[TOKEN])
    return {
        "name": readers.get(notice.to, _("Alex Advisor")),
        "referral": referral,
        "topics": topic.label if topic else _("Business plan"),
        "message": _("Which legal form is planned?"),
        "asked_at": referral.status_since,
        "url": address,
        "need_url": address,
        "stop_url": address,
        "owner": _("Alex Advisor"),
        "target": referral.recipient.response_target_days,
        "founder_told": True,
        "from_query": False,
        "elsewhere": "",
        "settled": False,
        "has_founded": False,
        "waiting": [referral],
        "outcomes": Outcome.choices,
        "alternatives": [alternative()],
        "parts": weekly_parts(referral, address),
        "list_url": address,
    } | (introduced(referral, at) if notice.to == BOTH else {})


def introduced(referral: Referral, at: datetime) -> dict[str, Any]:
    """What mails of introductions name; there the owner is a person of ours."""
    return {
        "introduction": Introduction(
            purpose=_("How to win the first customers in the trades."), introduced_at=at - LATELY
        ),
        "about_other": _("Has sold kitchens for years and likes to tell how."),
        "last_day": referral.last_day,
        "owner": User(name=_("Alex Advisor")),
    }


def weekly_parts(referral: Referral, address: str) -> list[weekly.Part]:
    waiting = copy(referral)
    waiting.status = ReferralStatus.SENT
    row = weekly.Row(waiting, _("Business plan"), address)
    return [weekly.Part(weekly.TITLES["unanswered"], [row], 0)]


def sample_referral(notice: Notice, at: datetime) -> Referral:
    """Never saved."""
    since = at - LATELY
    partner = PartnerOrganisation(
        name=_("Sample Chamber"), contact_name=_("Robin Example"), phone="05361 000000"
    )
    return Referral(
        forward_to=PartnerOrganisation(name=_("Example Bank")) if notice.proposed else None,
        forward_text=_("It fits better there.") if notice.proposed else "",
        reference=_("V-SAMPLE"),
        need=Need(person=Person(family_name=_("Kim Sample"))),
        sender=PartnerOrganisation.objects.get(pk=AGENCY_ID),
        recipient=partner,
        consent=Consent(given_at=since),
        status=notice.status or ReferralStatus.COMPLETED,
        status_since=since,
        modified_at=since,
        sent_at=since,
        closed_at=since,
        respond_by=clock.respond_by(partner, since),
        resume_on=local_day(at),
    )


def alternative() -> Suggestion:
    partner = PartnerOrganisation(name=_("Example Bank"))
    reasons = [_("Answers quickly"), _("Free")]
    return Suggestion(partner, Service(name=_("Advice on funding")), 0, reasons, [])
