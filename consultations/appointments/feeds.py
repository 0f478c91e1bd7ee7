"""An advisor's own calendar under a secret address, which is a key: kept as a digest only."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import AGENCY_ROLES, User
from consultations.appointments.calendars import calendar_of, day_entry, entry_of, written
from consultations.appointments.models import Appointment, AppointmentState, CalendarFeed
from contacts.models import FollowUp
from dma_crm.crypto import keyed_digest

BACK, AHEAD = timedelta(days=30), timedelta(days=366)
MOST = 500


def digest_of(token: str) -> str:
    return keyed_digest("calendar-feed", token)


def open_feed(*, user: User, with_names: bool, at: datetime) -> str:
    """A new secret; the one before ends with it."""
    token = secrets.token_urlsafe(32)
    row = {"digest": digest_of(token), "with_names": with_names, "modified_at": at}
    CalendarFeed.objects.update_or_create(user=user, defaults=row)
    return token


def close_feed(*, user: User) -> None:
    """What asks for it from now on is told that there is nothing."""
    CalendarFeed.objects.filter(user=user).delete()


def feed_of(token: str) -> CalendarFeed | None:
    """None for whoever does not work here any more, as for a wrong secret."""
    rows = CalendarFeed.objects.select_related("user").filter(digest=digest_of(token))
    return rows.filter(user__is_active=True, user__role__in=AGENCY_ROLES).first()


def calendar_file(feed: CalendarFeed, *, at: datetime) -> bytes:
    """Appointments of the last month and the next year, and open follow-ups as whole days."""
    actor = Actor.of(feed.user)
    calendar = calendar_of("PUBLISH", **{"x-wr-calname": _("Appointments")})
    for appointment in appointments(feed, actor, at):
        calendar.add_component(appointment_entry(appointment, feed))
    for follow_up in follow_ups(feed, actor, at):
        calendar.add_component(follow_up_entry(follow_up, feed))
    return written(calendar)


def appointments(feed: CalendarFeed, actor: Actor, at: datetime) -> QuerySet[Appointment]:
    rows = Appointment.objects.visible_to(actor).filter(advisor=feed.user)
    rows = rows.exclude(state=AppointmentState.CANCELLED).select_related("person")
    return rows.filter(starts_at__gt=at - BACK, starts_at__lt=at + AHEAD).order_by("starts_at")[
        :MOST
    ]


def follow_ups(feed: CalendarFeed, actor: Actor, at: datetime) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.visible_to(actor).open().filter(assignee=feed.user)
    days = (timezone.localdate(at - BACK), timezone.localdate(at + AHEAD))
    return rows.filter(due_on__range=days).order_by("due_on", "id")[:MOST]


def appointment_entry(appointment: Appointment, feed: CalendarFeed) -> Any:
    """The place may be somebody's address or number: it goes with the name."""
    summary = _("Appointment %(reference)s") % {"reference": appointment}
    if feed.with_names:
        summary = f"{appointment.person.display_name} ({appointment})"
    entry = entry_of(appointment, summary)
    if feed.with_names and appointment.place:
        entry.add("location", appointment.place)
    entry.add("url", settings.BASE_URL + appointment.get_absolute_url())
    return entry


def follow_up_entry(follow_up: FollowUp, feed: CalendarFeed) -> Any:
    reference = {"reference": follow_up.reference}
    summary = _("Follow-up %(reference)s") % reference
    if feed.with_names:
        summary = f"{follow_up.subject} ({follow_up.reference})"
    entry = day_entry(follow_up, day=follow_up.due_on, summary=summary)
    entry.add("url", settings.BASE_URL + follow_up.get_absolute_url())
    return entry
