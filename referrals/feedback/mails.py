"""The mails that ask, and whether they may still go when their turn comes."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID
from contacts.models import ConsentPurpose, LegalBasis, PartnerOrganisation, Person, PersonEmail
from outbox.actions import queue_mail
from outbox.messages import Message, render
from outbox.models import OutboundMail
from outbox.registry import register_kind
from referrals.feedback.answering import has_founded
from referrals.feedback.conditions import FEEDBACK, IMPACT, obstacles
from referrals.mails import address_at
from referrals.models import FounderFeedback, ImpactSurvey, LinkBearer, Referral

FEEDBACK_MAIL, IMPACT_MAIL = "founder_feedback", "impact_survey"
KIND_OF = {FEEDBACK_MAIL: FEEDBACK, IMPACT_MAIL: IMPACT}
MODEL_OF: dict[str, type[LinkBearer]] = {FEEDBACK_MAIL: FounderFeedback, IMPACT_MAIL: ImpactSurvey}


def founder_feedback(feedback: FounderFeedback, person: Person, *, at: datetime) -> None:
    queue(FEEDBACK_MAIL, feedback, feedback.referral, person, at=at)


def impact_survey(survey: ImpactSurvey, referral: Referral, *, at: datetime) -> None:
    queue(IMPACT_MAIL, survey, referral, survey.person, at=at)


def queue(kind: str, row: LinkBearer, referral: Referral, person: Person, *, at: datetime) -> None:
    queue_mail(
        kind=kind,
        dedupe_key=f"{kind}:{row.pk}",
        recipient=person.emails.all()[0].address,
        recipient_name=person.display_name,
        subjects={"survey": row.pk, "referral": referral.pk, "person": person.pk},
        purpose=ConsentPurpose.FOLLOW_UP,
        legal_basis=LegalBasis.PUBLIC_TASK,
        at=at,
    )


def build(mail: OutboundMail) -> Message:
    """Raises DoesNotExist when what it asks about is gone."""
    row = MODEL_OF[mail.kind].objects.get(pk=mail.subjects["survey"])
    referral = Referral.objects.select_related(
        "sender", "recipient", "need__person", "need__owner"
    ).get(pk=mail.subjects["referral"])
    stop = address("stop", row, mail.kind)
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    reply_to, owner = address_at(referral, agency, timezone.now())
    context: dict[str, Any] = {
        "name": mail.recipient_name,
        "referral": referral,
        "topics": ", ".join(topic.label for topic in referral.need.topics.all()),
        "has_founded": isinstance(row, ImpactSurvey) and has_founded(row),
        "owner": owner,
        "url": address("page", row, mail.kind),
        "stop_url": stop,
    }
    return render(f"referrals/{mail.kind}", context, reply_to=reply_to, unsubscribe=stop)


def address(page: str, row: LinkBearer, kind: str) -> str:
    name = KIND_OF[kind] if page == "page" else f"{KIND_OF[kind]}_{page}"
    return settings.BASE_URL + reverse(f"referrals:{name}", args=[row.token])


def may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked at the moment of sending: days may lie between this and the clock."""
    row = MODEL_OF[mail.kind].objects.filter(pk=mail.subjects["survey"]).first()
    referral = Referral.objects.filter(pk=mail.subjects["referral"])
    if row is None or not referral.exists():
        return "record_gone"
    if row.answered_at or at >= row.expires_at:
        return "state_changed"
    own = PersonEmail.objects.filter(person_id=mail.subjects["person"], address=mail.recipient)
    if not own.exists():
        return "address_changed"
    found = obstacles(KIND_OF[mail.kind], at).items()
    return next((reason for reason, obstacle in found if referral.filter(obstacle).exists()), "")


def register() -> None:
    labels = {FEEDBACK_MAIL: _("Two questions to the founder"), IMPACT_MAIL: _("Impact questions")}
    for kind, label in labels.items():
        register_kind(
            kind,
            build=build,
            may_go=may_go,
            label=label,
            transactional=False,
        )
