"""Below /veranstaltungen/ each one-segment path is an event, but for files: see slugs.RESERVED."""

from django.urls import path

from events.views import public, staff, venues

app_name = "events"
MANAGED = "verwaltung/veranstaltungen/"
VENUES = "verwaltung/veranstaltungsorte/"

urlpatterns = [
    path("veranstaltungen/", public.events, name="events"),
    path("veranstaltungen/kalender.ics", public.calendar, name="calendar"),
    path("veranstaltungen/<slug:slug>.ics", public.event_calendar, name="event_calendar"),
    path("veranstaltungen/<slug:slug>/", public.event, name="event"),
    path(MANAGED, staff.manage, name="manage"),
    path(f"{MANAGED}neu/", staff.event_create, name="event_create"),
    path(f"{MANAGED}<slug:slug>/", staff.event_edit, name="event_edit"),
    path(f"{MANAGED}<slug:slug>/veroeffentlichen/", staff.publish, name="publish"),
    path(f"{MANAGED}<slug:slug>/zurueckziehen/", staff.unpublish, name="unpublish"),
    path(f"{MANAGED}<slug:slug>/absagen/", staff.cancel, name="cancel"),
    path(VENUES, venues.venues, name="venues"),
    path(f"{VENUES}neu/", venues.venue_create, name="venue_create"),
    path(f"{VENUES}<uuid:pk>/", venues.venue_edit, name="venue_edit"),
]
