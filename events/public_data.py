"""A public event as data, for sites that show it in their own look: docs/embedding.md."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from events.models import Event, Venue
from events.seats import left_of
from events.wording import street_of


def described(event: Event, *, at: datetime) -> dict:
    """Of a row of `seats.with_sure_seats`, with its topics fetched."""
    return {
        "id": str(event.pk),
        "url": full_url(event.get_absolute_url()),
        "title": event.title,
        "summary": event.summary,
        "description": event.description,
        "format": event.format,
        "format_label": event.get_format_display(),
        "state": event.state,
        "state_label": event.get_state_display(),
        "starts_at": local(event.starts_at),
        "ends_at": local(event.ends_at),
        "online": event.online,
        "venue": venue(event.venue) if event.venue else None,
        "host": {"reference": event.host.reference, "name": event.host.name},
        "topics": [{"code": topic.code, "label": topic.label} for topic in event.topics.all()],
        "registration_open": event.takes_guests(at),
        "seats_left": left_of(event),
        "calendar_url": full_url(reverse("events:event_calendar", args=[event.slug])),
        "image_url": full_url(reverse("events:picture", args=[event.slug])),
        "modified_at": local(event.modified_at),
    }


def venue(place: Venue) -> dict:
    return {
        "name": place.name,
        "street": street_of(place),
        "postcode": place.postcode,
        "town": place.town,
        "access": place.access,
    }


def local(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def full_url(path: str) -> str:
    """For whoever is elsewhere, in the language of this answer."""
    return settings.BASE_URL + path + ("?lang=en" if get_language() == "en" else "")
