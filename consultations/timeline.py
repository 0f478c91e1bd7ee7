"""Consultations on the line of a case: complete ones, with the note that every advisor may read."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from consultations.models import Consultation
from contacts.registry import Case, TimelineItem
from contacts.timeline import about

EXCERPT = 400


def consultations_of(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """Drafts and confidential notes never appear here, whoever looks."""
    present = Consultation.others.through.objects.filter(person__in=case.person_ids)
    concerned = about(case) | Q(pk__in=present.values("consultation"))
    rows = Consultation.objects.complete().visible_to(actor).filter(concerned).with_names()
    return [item_of(one) for one in rows.order_by("-held_on", "-id")[:limit]]


def item_of(consultation: Consultation) -> TimelineItem:
    topics = ", ".join(topic.label for topic in consultation.topics.all())
    text = consultation.summary
    return TimelineItem(
        kind="consultation",
        on=consultation.held_on,
        title=topics or consultation.get_kind_display(),
        text=text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()} …",
        url=consultation.get_absolute_url(),
        by=_("%(channel)s, %(name)s")
        % {"channel": consultation.get_channel_display(), "name": consultation.advisor},
    )
