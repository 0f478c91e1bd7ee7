"""What our pages show of founders' answers: to the agency what they say, to partners numbers."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from contacts.models import PartnerOrganisation, PersonState
from contacts.registry import Case, TimelineItem
from contacts.timeline import about as about_people
from referrals.feedback.counting import Voices, voices_by_recipient
from referrals.models import FounderFeedback, ImpactSurvey, Referral
from referrals.panels import about


def feedback_of(referral: Referral, actor: Actor) -> FounderFeedback | None:
    """The agency reads it; of somebody who is restricted nobody does."""
    if not actor.is_agency:
        return None
    rows = FounderFeedback.objects.visible_to(actor).filter(
        referral=referral, referral__need__person__state=PersonState.ACTIVE
    )
    feedback = rows.select_related("follow_up").first()
    if feedback:
        feedback.said = said(feedback)
    return feedback


def said(feedback: FounderFeedback) -> str:
    """Both answers in a few words; "" before there are any."""
    if feedback.answered_at is None:
        return ""
    if not feedback.contacted:
        return _("nobody has been in touch")
    return _("was in touch and helped") if feedback.helped else _("was in touch, but did not help")


def feedback_on_timeline(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    rows = FounderFeedback.objects.visible_to(actor).answered().filter(about(case, "referral__"))
    rows = rows.filter(referral__need__person__state=PersonState.ACTIVE)
    rows = rows.select_related("referral__recipient").order_by("-answered_at", "-id")
    return [feedback_item(row) for row in rows[:limit]]


def feedback_item(row: FounderFeedback) -> TimelineItem:
    return TimelineItem(
        "referral",
        row.answered_at,
        f"{row.referral.recipient.spoken_name}: {said(row)}",
        text=row.comment,
        url=row.referral.get_absolute_url(),
        badge=row.referral.reference,
        word=_("Founder's answer"),
    )


def impact_on_timeline(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    rows = ImpactSurvey.objects.visible_to(actor).answered().filter(about_people(case))
    rows = rows.filter(Q(person__state=PersonState.ACTIVE)).order_by("-answered_at", "-id")
    return [impact_item(row) for row in rows[:limit]]


def impact_item(row: ImpactSurvey) -> TimelineItem:
    title = _("%(months)s months later: %(said)s") % {
        "months": row.months,
        "said": ", ".join(facts(row)),
    }
    return TimelineItem("referral", row.answered_at, title, text=row.comment, word=_("Impact"))


def facts(row: ImpactSurvey) -> list[str]:
    if not row.founded:
        return [_("not founded")]
    if not row.running:
        return [_("founded"), _("no longer running")]
    jobs = ngettext("%(n)s person works there", "%(n)s people work there", row.jobs or 0)
    return [_("founded"), _("running"), *([jobs % {"n": row.jobs}] if row.jobs else [])]


def partner_voices(partner: PartnerOrganisation, actor: Actor) -> dict | None:
    """All that was ever said of what this organisation received, small numbers hidden."""
    received = Referral.objects.visible_to(actor).filter(recipient=partner)
    voices = voices_by_recipient(received).get(partner.pk, Voices())
    if not voices.asked:
        return None
    labels = (_("Asked"), _("Answered"), _("Say: was in touch"), _("Say: it helped"))
    pairs = zip(labels, voices.shown(), strict=True)
    return {"rows": [{"term": term, "value": str(value)} for term, value in pairs]}
