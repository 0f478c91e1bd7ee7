from django.urls import path

from contacts.views import (
    agency,
    capacity,
    cases,
    catalogue,
    consents,
    erasing,
    follow_ups,
    mail_templates,
    partners,
    people,
    search,
    series,
    startups,
)
from contacts.views import follow_up_writes as writes

app_name = "contacts"

PERSON, STARTUP = "personen/<str:reference>/", "startups/<str:reference>/"
PARTNER, FOLLOW_UP = "partner/<str:reference>/", "wiedervorlagen/<str:reference>/"
TEMPLATES = "verwaltung/mailvorlagen/"
TEMPLATE = TEMPLATES + "<slug:code>/"

urlpatterns = [
    path("suche/", search.search, name="search"),
    path("suche/vorschlaege/", search.search_suggestions, name="search_suggestions"),
    path("personen/", people.people, name="people"),
    path("personen/neu/", people.person_create, name="person_create"),
    path("personen/dubletten-hinweis/", people.duplicate_hint, name="duplicate_hint"),
    path(PERSON, cases.person, name="person"),
    path(PERSON + "bearbeiten/", people.person_edit, name="person_edit"),
    path(PERSON + "loeschen/", erasing.person_erase, name="person_erase"),
    path(PERSON + "einwilligungen/neu/", consents.consent_create, name="consent_create"),
    path(
        "einwilligungen/<uuid:pk>/widerrufen/", consents.consent_withdraw, name="consent_withdraw"
    ),
    path("startups/", startups.startups, name="startups"),
    path("startups/neu/", startups.startup_create, name="startup_create"),
    path(STARTUP, cases.startup, name="startup"),
    path(STARTUP + "bearbeiten/", startups.startup_edit, name="startup_edit"),
    path(STARTUP + "phase/", startups.startup_stage, name="startup_stage"),
    path(STARTUP + "personen/neu/", startups.affiliation_create, name="affiliation_create"),
    path("zugehoerigkeiten/<int:pk>/beenden/", startups.affiliation_end, name="affiliation_end"),
    path("partner/", partners.partners, name="partners"),
    path("partner/neu/", partners.partner_create, name="partner_create"),
    path("partner/eigene/", partners.own_organisation, name="own_organisation"),
    path(PARTNER, partners.partner, name="partner"),
    path(PARTNER + "bearbeiten/", partners.partner_edit, name="partner_edit"),
    path(PARTNER + "kapazitaet/", capacity.capacity, name="capacity"),
    path(PARTNER + "abwesenheit/", capacity.organisation_absence, name="organisation_absence"),
    path("wiedervorlagen/", follow_ups.follow_ups, name="follow_ups"),
    path("wiedervorlagen/neu/", follow_ups.follow_up_create, name="follow_up_create"),
    path("wiedervorlagen/vorschau/", follow_ups.mail_preview, name="mail_preview"),
    path("wiedervorlagen/mehrere/", writes.follow_ups_bulk, name="follow_ups_bulk"),
    path("wiedervorlagen/mehrere/zurueck/", writes.follow_ups_undo, name="follow_ups_undo"),
    path("wiedervorlagen/serie/starten/", series.series_start, name="series_start"),
    path("wiedervorlagen/serie/<uuid:pk>/beenden/", series.series_stop, name="series_stop"),
    path("wiedervorlagen/serie/<uuid:pk>/fortsetzen/", series.series_resume, name="series_resume"),
    path(FOLLOW_UP, follow_ups.follow_up, name="follow_up"),
    path(FOLLOW_UP + "erledigt/", writes.follow_up_done, name="follow_up_done"),
    path(FOLLOW_UP + "oeffnen/", writes.follow_up_reopen, name="follow_up_reopen"),
    path(FOLLOW_UP + "verschieben/", writes.follow_up_postpone, name="follow_up_postpone"),
    path(FOLLOW_UP + "zurueck/", writes.follow_up_unpostpone, name="follow_up_unpostpone"),
    path(FOLLOW_UP + "uebergeben/", writes.follow_up_hand_over, name="follow_up_hand_over"),
    path("verwaltung/agentur/", agency.agency_edit, name="agency"),
    path(TEMPLATES + "neu/vorschau/", mail_templates.trial, name="mail_template_trial"),
    path(TEMPLATE + "fassungen/", mail_templates.versions, name="mail_template_versions"),
    path(
        TEMPLATE + "fassungen/<int:number>/wiederherstellen/",
        mail_templates.restore,
        name="mail_template_restore",
    ),
    path("agentur/logo/<slug:digest>.png", agency.logo, name="logo"),
]

for each in catalogue.CATALOGUES:
    base, given = f"verwaltung/{each.path}/", {"key": each.key}
    urlpatterns += [
        path(base, catalogue.rows, given, name=each.key),
        path(f"{base}neu/", catalogue.row_create, given, name=f"{each.key}_create"),
        path(f"{base}<slug:code>/", catalogue.row_edit, given, name=f"{each.key}_edit"),
    ]
