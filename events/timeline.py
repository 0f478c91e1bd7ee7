"""Events on the line of a case: who registered, came, or did not."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import PersonState
from contacts.registry import Case, TimelineItem
from events.models import EventState, Registration, RegistrationState
from events.questions import answers_of

SHOWN = (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITING)


def registrations_of(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """Newest event first. What was cancelled is no news of the case."""
    rows = Registration.objects.visible_to(actor).filter(
        person_id__in=case.person_ids, person__state=PersonState.ACTIVE, state__in=SHOWN
    )
    rows = rows.exclude(event__state=EventState.CANCELLED).select_related("event")
    now = timezone.now()
    items = (item_of(row, now) for row in rows.order_by("-event__starts_at", "-id")[:limit])
    return [item for item in items if item]


def item_of(row: Registration, now) -> TimelineItem | None:
    """A contact is only where somebody came; a seat that was never given is nothing at all."""
    planned = row.event.ends_at >= now and not row.checked_in_at
    if planned:
        kind, word = "event", row.get_state_display()
    elif row.checked_in_at:
        kind, word = "event", _("Attended")
    elif row.state == RegistrationState.CONFIRMED:
        kind, word = "change", _("Did not come")
    else:
        return None
    return TimelineItem(
        kind,
        row.event.starts_at,
        row.event.title,
        text=" · ".join(answer for _question, answer in answers_of(row)),
        url=row.event.get_absolute_url(),
        by=row.name,
        badge=word,
        planned=planned,
        word=_("Event"),
    )
