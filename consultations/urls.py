from django.urls import path

from consultations.appointments import feed_views
from consultations.appointments import views as appointments
from consultations.views import drafts, pages, proposals, recording, today

app_name = "consultations"
APPOINTMENT = "termine/<str:reference>/"
urlpatterns = [
    path("", today.today, name="today"),
    path("termine/neu/", appointments.appointment_create, name="appointment_create"),
    path("termine/im-kalender/", feed_views.feed, name="feed"),
    path("termine/im-kalender/beenden/", feed_views.feed_close, name="feed_close"),
    path(APPOINTMENT, appointments.appointment, name="appointment"),
    path(APPOINTMENT + "bearbeiten/", appointments.appointment_edit, name="appointment_edit"),
    path(APPOINTMENT + "absagen/", appointments.appointment_cancel, name="appointment_cancel"),
    path(
        APPOINTMENT + "wieder-ansetzen/",
        appointments.appointment_restore,
        name="appointment_restore",
    ),
    path("kalender/<str:token>.ics", feed_views.calendar, name="calendar"),
    path("beratungen/", pages.consultations, name="consultations"),
    path("beratungen/neu/", recording.consultation_create, name="consultation_create"),
    path("beratungen/neu/personen/", proposals.person_options, name="person_options"),
    path("beratungen/neu/dubletten/", proposals.duplicates, name="duplicates"),
    path("beratungen/neu/partner/", proposals.partner_options, name="partner_options"),
    path("beratungen/neu/vorhaben/", proposals.ventures, name="ventures"),
    path("beratungen/neu/vorschlaege/", proposals.partner_cards, name="partner_cards"),
    path("beratungen/neu/serie/", proposals.series_preview, name="series_preview"),
    path("beratungen/neu/vermittlung/", proposals.referral_checks, name="referral_checks"),
    path("beratungen/entwurf/", drafts.draft_save, name="draft"),
    path("beratungen/<str:reference>/", pages.consultation, name="consultation"),
    path("beratungen/<str:reference>/korrigieren/", pages.consultation_correct, name="correct"),
    path("beratungen/<str:reference>/notiz/", pages.note_read, name="note_read"),
    path("beratungen/<str:reference>/notiz/speichern/", pages.note_write, name="note_write"),
    path("beratungen/<str:reference>/verwerfen/", drafts.draft_discard, name="draft_discard"),
    path(
        "beratungen/<str:reference>/wiederherstellen/", drafts.draft_restore, name="draft_restore"
    ),
]
