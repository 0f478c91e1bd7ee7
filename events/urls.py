"""Below /veranstaltungen/ each one-segment path is an event, but for files: see slugs.RESERVED."""

from django.urls import path

from events.views import (
    dates,
    door,
    embedding,
    exports,
    feedback,
    programmes,
    public,
    registering,
    registrations,
    sharing,
    staff,
    venues,
)

app_name = "events"
MANAGED = "verwaltung/veranstaltungen/"
GUESTS = f"{MANAGED}<slug:slug>/anmeldungen/"
ASKED = "anmeldung/<str:token>/rueckmeldung/"
VENUES = "verwaltung/veranstaltungsorte/"

urlpatterns = [
    path("veranstaltungen/", public.events, name="events"),
    path("veranstaltungen/kalender.ics", public.calendar, name="calendar"),
    path("veranstaltungen/feed.xml", sharing.feed, name="feed"),
    path("veranstaltungen.json", sharing.events_json, name="json"),
    path("einbettung/veranstaltungen/", sharing.embedded, name="embedded"),
    path("veranstaltungen/<slug:slug>.ics", public.event_calendar, name="event_calendar"),
    path("veranstaltungen/<slug:slug>/", public.event, name="event"),
    path("veranstaltungen/<slug:slug>/bild.png", sharing.picture, name="picture"),
    path("veranstaltungen/<slug:slug>/anmelden/", registering.register, name="register"),
    path("veranstaltungen/<slug:slug>/anmelden/danke/", registering.thanks, name="registered"),
    path("anmeldung/<str:token>/", registering.registration, name="registration"),
    path("anmeldung/<str:token>/absagen/", registering.cancel, name="registration_cancel"),
    path(ASKED, feedback.feedback, name="feedback"),
    path(f"{ASKED}danke/", feedback.feedback_thanks, name="feedback_thanks"),
    path("verwaltung/einbettung/", embedding.embedding, name="embedding"),
    path(MANAGED, staff.manage, name="manage"),
    path(f"{MANAGED}neu/", staff.event_create, name="event_create"),
    path(f"{MANAGED}<slug:slug>/", staff.event_edit, name="event_edit"),
    path(f"{MANAGED}<slug:slug>/veroeffentlichen/", staff.publish, name="publish"),
    path(f"{MANAGED}<slug:slug>/zurueckziehen/", staff.unpublish, name="unpublish"),
    path(f"{MANAGED}<slug:slug>/rueckmeldungen/", feedback.voices, name="voices"),
    path(f"{MANAGED}<slug:slug>/absagen/", staff.cancel, name="cancel"),
    path(f"{MANAGED}<slug:slug>/kopieren/", dates.copy, name="copy"),
    path(
        f"{MANAGED}<slug:slug>/alle-veroeffentlichen/",
        dates.publish_following,
        name="publish_following",
    ),
    path(f"{MANAGED}<slug:slug>/alle-absagen/", dates.cancel_following, name="cancel_following"),
    path(f"{MANAGED}<slug:slug>/einlass/", door.door, name="door"),
    path(f"{MANAGED}<slug:slug>/einlass/stand/", door.door_state, name="door_state"),
    path(f"{MANAGED}<slug:slug>/einlass/melden/", door.door_report, name="door_report"),
    path("einlass/<str:code>/", door.ticket, name="ticket"),
    path(f"{MANAGED}<slug:slug>/teile/neu/", programmes.part_create, name="part_create"),
    path(GUESTS, registrations.guests, name="guests"),
    path(f"{GUESTS}export.csv", exports.guests_csv, name="guests_csv"),
    path(f"{GUESTS}export.xlsx", exports.guests_xlsx, name="guests_xlsx"),
    path(f"{GUESTS}namensschilder.pdf", exports.guest_badges, name="guest_badges"),
    path(f"{GUESTS}drucken/", exports.guests_print, name="guests_print"),
    path(f"{GUESTS}neu/", registrations.guest_create, name="guest_create"),
    path(f"{GUESTS}<uuid:pk>/", registrations.guest, name="guest"),
    path(f"{GUESTS}<uuid:pk>/da/", registrations.check_in, name="check_in"),
    path(f"{GUESTS}<uuid:pk>/nicht-da/", registrations.undo_check_in, name="undo_check_in"),
    path(f"{GUESTS}<uuid:pk>/absagen/", registrations.guest_cancel, name="guest_cancel"),
    path(f"{GUESTS}<uuid:pk>/kontakt/", registrations.guest_person, name="guest_person"),
    path(VENUES, venues.venues, name="venues"),
    path(f"{VENUES}neu/", venues.venue_create, name="venue_create"),
    path(f"{VENUES}<uuid:pk>/", venues.venue_edit, name="venue_edit"),
    path(f"{VENUES}<uuid:pk>/raeume/neu/", venues.room_create, name="room_create"),
    path(f"{VENUES}raeume/<uuid:pk>/", venues.room_edit, name="room_edit"),
]
