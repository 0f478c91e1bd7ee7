"""The event as schema.org describes it, for search engines and city calendars."""

from django.conf import settings
from django.utils import timezone

from events.models import Event, EventState
from events.wording import street_of

STATUS = {
    EventState.PUBLISHED: "https://schema.org/EventScheduled",
    EventState.CANCELLED: "https://schema.org/EventCancelled",
}


def structured(event: Event) -> dict:
    """https://schema.org/Event; a draft, which only its makers see, counts as scheduled."""
    host = event.host
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary or event.description,
        "url": settings.BASE_URL + event.get_absolute_url(),
        "startDate": timezone.localtime(event.starts_at).isoformat(),
        "endDate": timezone.localtime(event.ends_at).isoformat(),
        "eventStatus": STATUS.get(event.state, STATUS[EventState.PUBLISHED]),
        "eventAttendanceMode": f"https://schema.org/{attendance_mode(event)}",
        "location": places(event),
        "organizer": filled({"@type": "Organization", "name": host.name, "url": host.website}),
        "maximumAttendeeCapacity": event.capacity,
    }
    return filled(data)


def filled(data: dict) -> dict:
    return {name: value for name, value in data.items() if value}


def attendance_mode(event: Event) -> str:
    if event.online:
        return "MixedEventAttendanceMode" if event.venue else "OnlineEventAttendanceMode"
    return "OfflineEventAttendanceMode"


def places(event: Event) -> list[dict]:
    url = settings.BASE_URL + event.get_absolute_url()
    online = [{"@type": "VirtualLocation", "url": url}] if event.online else []
    return [place(event.venue), *online] if event.venue else online


def place(venue) -> dict:
    address = {
        "@type": "PostalAddress",
        "streetAddress": street_of(venue),
        "postalCode": venue.postcode,
        "addressLocality": venue.town,
    }
    return {"@type": "Place", "name": venue.name, "address": filled(address)}
