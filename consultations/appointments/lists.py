"""Appointments on the line of a case and on Heute."""

from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from consultations.appointments.clock import hours_of
from consultations.appointments.models import Appointment, AppointmentState
from contacts.case import due_words
from contacts.registry import Case, TimelineItem
from contacts.timeline import about

UNRECORDED = timedelta(days=14)  # so long Heute reminds of recording what was said
MOST = 30


def appointments_of(case: Case, actor: Actor, limit: int) -> list[TimelineItem]:
    """What took place stands there as its consultation."""
    rows = Appointment.objects.visible_to(actor).filter(about(case)).with_names()
    rows = rows.exclude(state=AppointmentState.HELD)
    now = timezone.now()
    return [item_of(row, now) for row in rows.order_by("-starts_at", "-id")[:limit]]


def item_of(row: Appointment, now: datetime) -> TimelineItem:
    facts = {"channel": row.get_channel_display(), "name": row.advisor}
    return TimelineItem(
        kind="change",
        on=row.starts_at,
        title=f"{row.subject or _('Consultation')}, {hours_of(row)}",
        text=row.place,
        url=row.get_absolute_url(),
        by=_("%(channel)s, %(name)s") % facts,
        badge="" if row.starts_at > now or not row.is_open else _("not recorded yet"),
        planned=row.is_open,
        word=_("Appointment") if row.is_open else _("Appointment called off"),
    )


def near(rows: QuerySet, now: datetime) -> list[Appointment]:
    """Today's and tomorrow's, after those of the last days that nobody has recorded."""
    today = timezone.localdate(now)
    end = timezone.make_aware(datetime.combine(today + timedelta(days=2), time.min))
    rows = rows.agreed().filter(starts_at__gte=now - UNRECORDED, starts_at__lt=end)
    found = list(rows.with_names().order_by("starts_at", "id")[:MOST])
    for row in found:
        row.due = due_words(timezone.localdate(row.starts_at), today)
        row.hours = hours_of(row)
        row.begun = row.starts_at <= now
    return found


def met_soon(people: QuerySet, at: datetime) -> Q:
    """Whether something is agreed with a venture of the outer query or one of its `people`."""
    coming = Appointment.objects.agreed().filter(starts_at__gt=at)
    with_it = coming.filter(startup=OuterRef("pk"))
    return Q(Exists(with_it)) | Q(Exists(coming.filter(person__in=people.values("person"))))
