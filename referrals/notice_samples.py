"""Each mail of the clock as it would read: about a referral that was made up, so about nobody."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import AGENCY_ID
from contacts.models import Consent, PartnerOrganisation, Person, Topic
from outbox.messages import Message, render
from referrals import clock
from referrals.models import Need, Outcome, Referral, ReferralStatus, Service
from referrals.notices import FOUNDER, RECIPIENT, Notice
from referrals.suggestions import Suggestion
from referrals.workdays import local_day

TOKEN = "beispiel"  # noqa: S105 - opens nothing
LATELY = timedelta(days=10)


def sample(notice: Notice, at: datetime) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        return render(f"referrals/{notice.mail}", context_of(notice, at))


def context_of(notice: Notice, at: datetime) -> dict[str, Any]:
    """The names that the mails use; each takes what it needs."""
    referral = sample_referral(notice, at)
    readers = {FOUNDER: _("Kim Sample"), RECIPIENT: _("Robin Example")}
    topic = Topic.objects.order_by("position", "code").first()
    address = settings.BASE_URL + reverse("referrals:answer", args=[TOKEN])
    return {
        "name": readers.get(notice.to, _("Alex Advisor")),
        "referral": referral,
        "topics": topic.label if topic else _("Business plan"),
        "message": _("Which legal form is planned?"),
        "url": address,
        "need_url": address,
        "stop_url": address,
        "owner": _("Alex Advisor"),
        "target": referral.recipient.response_target_days,
        "founder_told": True,
        "from_query": False,
        "has_founded": False,
        "last_day": clock.last_day(referral),
        "outcomes": Outcome.choices,
        "alternatives": [alternative()],
    }


def sample_referral(notice: Notice, at: datetime) -> Referral:
    """Never saved."""
    since = at - LATELY
    partner = PartnerOrganisation(
        name=_("Sample Chamber"), contact_name=_("Robin Example"), phone="05361 000000"
    )
    return Referral(
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
