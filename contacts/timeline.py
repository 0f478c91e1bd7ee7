"""One timeline per case: what every app knows of it, planned on top, newest first below."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts import registry
from contacts.models import EndReason, FollowUp, FollowUpState, SeriesRun, StageChange
from contacts.registry import TIMELINE_LENGTH, Case, TimelineItem

WORDS = {
    "consultation": _("Consultation"),
    "referral": _("Referral"),
    "event": _("Event"),
    "mail": _("E-mail"),
    "change": _("Phase"),
}
CANCELLED = FollowUp.objects.filter(state=FollowUpState.CANCELLED)
CONTACT_KINDS = ("consultation", "mail", "event")


@dataclass(frozen=True)
class Timeline:
    """`planned` soonest first, `past` newest first."""

    planned: list[TimelineItem]
    past: list[TimelineItem]

    @property
    def last_contact(self) -> TimelineItem | None:
        return next((item for item in self.past if item.kind in CONTACT_KINDS), None)

    def nodes(self) -> list[dict]:
        return [as_node(item) for item in self.past]

    def planned_nodes(self) -> list[dict]:
        return [as_node(item) for item in self.planned]


def timeline_of(case: Case, actor: Actor) -> Timeline:
    items = [
        item
        for source in registry.timeline_sources
        for item in source(case, actor, TIMELINE_LENGTH)
    ]
    items.sort(key=moment, reverse=True)
    planned = [item for item in reversed(items) if item.planned]
    return Timeline(planned, [item for item in items if not item.planned][:TIMELINE_LENGTH])


def moment(item: TimelineItem) -> datetime:
    """A day without a time stands before the times of that day."""
    if isinstance(item.on, datetime):
        return item.on
    return timezone.make_aware(datetime.combine(item.on, time.min))


def as_node(item: TimelineItem) -> dict:
    """As components/timeline.html wants it."""
    return {
        "kind": "planned" if item.planned else "stage" if item.kind == "change" else item.kind,
        "word": item.word or WORDS.get(item.kind, item.kind),
        "when": spoken(item.day),
        "iso": item.day.isoformat(),
        "title": item.title,
        "text": item.text,
        "url": item.url,
        "who": item.by,
        "badge": item.badge,
        "tone": "",
    }


def spoken(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def about(case: Case) -> Q:
    """What belongs to the venture, and what belongs to its people but to no venture."""
    people = Q(person_id__in=case.person_ids)
    if case.startup_id is None:
        return people
    return Q(startup_id=case.startup_id) | (people & Q(startup_id__isnull=True))


def stage_changes(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    if case.startup_id is None:
        return []
    rows = StageChange.objects.filter(startup_id=case.startup_id).select_related(
        "before", "after", "by_user"
    )
    return [stage_item(row) for row in rows.order_by("-at", "-id")[:limit]]


def stage_item(row: StageChange) -> TimelineItem:
    title = row.after.label if row.before is None else f"{row.before.label} → {row.after.label}"
    by = str(row.by_user) if row.by_user_id else row.by_label
    return TimelineItem("change", row.at, title, text=row.reason, by=by)


def closed_follow_ups(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """Done ones; open ones stand above the timeline, where they can be done."""
    rows = (
        FollowUp.objects.visible_to(actor)
        .filter(about(case), state=FollowUpState.DONE)
        .select_related("closed_by", "assignee", "template")
    )
    return [follow_up_item(row) for row in rows.order_by("-closed_at", "-id")[:limit]]


def follow_up_item(row: FollowUp) -> TimelineItem:
    sent = row.is_mail_sent
    return TimelineItem(
        "mail" if sent else "change",
        row.closed_at,
        row.subject,
        text=row.template.subject if sent else "",
        url=row.get_absolute_url(),
        by=str(row.assignee if sent else row.closed_by or ""),
        word=_("Follow-up mail") if sent else _("Follow-up done"),
    )


def stopped_series(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """Series that ended before their last step, with what came to nothing by it."""
    rows = (
        SeriesRun.objects.visible_to(actor)
        .filter(about(case), ended_at__isnull=False)
        .exclude(end_reason=EndReason.FINISHED)
        .select_related("series", "ended_by")
        .prefetch_related(Prefetch("follow_ups", CANCELLED, to_attr="cancelled"))
    )
    return [series_item(row) for row in rows.order_by("-ended_at", "-id")[:limit]]


def series_item(row: SeriesRun) -> TimelineItem:
    dropped = ", ".join(f"{each.subject} ({spoken(each.due_on)})" for each in row.cancelled)
    return TimelineItem(
        "change",
        row.ended_at,
        f"{row.series}: {row.get_end_reason_display()}",
        text=_("No longer planned: %(subjects)s") % {"subjects": dropped} if dropped else "",
        by=str(row.ended_by or ""),
        word=_("Series ended"),
    )
