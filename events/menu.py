"""Where events show up: the main menu, Verwaltung, and a box on Heute."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from accounts.navigation import administration, create, main
from contacts import registry
from events.models import Event, EventState
from events.wording import place_in_words, when_in_words

AHEAD = timedelta(days=28)
MOST = 3


def register() -> None:
    entry = {"order": 80, "icon": "calendar-event"}
    main.register("events:manage", _("Events"), roles=AGENCY_ROLES, **entry)
    main.register("events:events", _("Events"), roles=[Role.PARTNER], **entry)
    create.register(
        "events:event_create", _("Event"), roles=AGENCY_ROLES, order=70, icon="calendar-plus"
    )
    administration.register(
        "events:venues",
        _("Venues"),
        roles=AGENCY_ROLES,
        order=60,
        icon="geo-alt",
        description=_("Where events take place, and how guests get in."),
    )
    administration.register(
        "events:embedding",
        _("Events on your website"),
        roles=AGENCY_ROLES,
        order=62,
        icon="code-slash",
        description=_("The list of events as a frame, as data, as a feed."),
    )
    registry.register_panel(registry.today_panels, "events/_today.html", next_events, order=50)


def row_of(event: Event) -> dict:
    return {"event": event, "when": when_in_words(event), "place": place_in_words(event)}


def opens_today(event: Event, now: datetime) -> bool:
    """Whether somebody will stand at its door before the day is over."""
    is_today = timezone.localdate(event.starts_at) <= timezone.localdate(now)
    return is_today and event.takes_registrations and not event.by_parts


def next_events(subject, actor) -> dict | None:
    """The published ones of the next four weeks; nothing to say, no box."""
    now = timezone.now()
    rows = Event.objects.visible_to(actor).upcoming(now).filter(state=EventState.PUBLISHED)
    rows = rows.filter(starts_at__lt=now + AHEAD).select_related("venue", "room")[:MOST]
    shown = [{**row_of(event), "today": opens_today(event, now)} for event in rows]
    return {"events": shown} if shown else None
