"""The rows a fresh installation starts with; the agency edits them under Verwaltung.

Loaded by a migration, so this module may use nothing but the models it is handed.
"""

from accounts.actors import AGENCY_ID

STAGES = [
    ("orientation", "Orientierung", "Orientation", "open"),
    ("conception", "Konzeption", "Conception", "open"),
    ("founding", "Gründung", "Founding", "open"),
    ("consolidation", "Festigung", "Consolidation", "open"),
    ("growth", "Wachstum", "Growth", "open"),
    ("paused", "Pausiert", "Paused", "paused"),
    ("ended", "Beendet", "Ended", "ended"),
]
TOPICS = [
    ("idea", "Geschäftsidee", "Business idea"),
    ("business_plan", "Businessplan", "Business plan"),
    ("funding", "Förderung und Zuschüsse", "Grants and subsidies"),
    ("financing", "Finanzierung und Kredit", "Financing and loans"),
    ("legal_form", "Rechtsform und Formalitäten", "Legal form and formalities"),
    ("taxes", "Steuern und Buchhaltung", "Taxes and bookkeeping"),
    ("marketing", "Marketing und Vertrieb", "Marketing and sales"),
    ("digital", "Digitalisierung und IT", "Digital and IT"),
    ("location", "Standort und Räume", "Location and space"),
    ("network", "Netzwerk und Kontakte", "Network and contacts"),
    ("technology", "Technologie und Prototyp", "Technology and prototype"),
    ("personnel", "Personal und soziale Absicherung", "Staff and social security"),
    ("succession", "Nachfolge", "Succession"),
    ("growth", "Wachstum und Skalierung", "Growth and scaling"),
]
SOURCES = [
    ("website", "Website", "Website"),
    ("recommendation", "Empfehlung", "Recommendation"),
    ("partner", "Partnerorganisation", "Partner organisation"),
    ("event", "Veranstaltung", "Event"),
    ("press", "Presse und Social Media", "Press and social media"),
    ("import", "Datenübernahme", "Import"),
    ("other", "Sonstiges", "Other"),
]
MAIL_TEMPLATES = [
    (
        "after_first_consultation",
        "Nach der Erstberatung",
        "After the first consultation",
        "Wie geht es mit Ihrem Vorhaben voran?",
        "{greeting}\n\nvor Kurzem haben wir über Ihr Vorhaben gesprochen. "
        "Wie ist der Stand, und wobei können wir Sie als Nächstes unterstützen?\n\n"
        "Antworten Sie einfach auf diese E-Mail oder rufen Sie uns an.\n\n"
        "Viele Grüße\n{advisor}",
    ),
    (
        "after_referral",
        "Nach einer Vermittlung",
        "After a referral",
        "Hat Ihnen das Gespräch weitergeholfen?",
        "{greeting}\n\nwir haben Sie an eine unserer Partnerorganisationen vermittelt. "
        "Hat Ihnen das Gespräch weitergeholfen? Ist noch etwas offen?\n\n"
        "Eine kurze Antwort auf diese E-Mail genügt.\n\nViele Grüße\n{advisor}",
    ),
    (
        "keep_in_touch",
        "In Kontakt bleiben",
        "Keep in touch",
        "Was macht Ihr Vorhaben?",
        "{greeting}\n\nwir haben eine Weile nichts voneinander gehört. "
        "Wenn Sie möchten, sprechen wir gern über Ihre nächsten Schritte.\n\n"
        "Viele Grüße\n{advisor}",
    ),
]
SERIES = [
    (
        "after_first_consultation",
        "Nach der Erstberatung",
        "After the first consultation",
        [
            (1, "weeks", "Nachfragen: Wie geht es voran?", "after_first_consultation"),
            (4, "weeks", "Anrufen: Ist eine Folgeberatung sinnvoll?", None),
            (3, "months", "In Kontakt bleiben: Was macht das Vorhaben?", "keep_in_touch"),
        ],
    ),
]


def load(apps) -> None:
    """Create what is missing; rows that exist already are left as the agency worded them."""
    load_catalogues(apps)
    load_agency(apps)


def load_catalogues(apps) -> None:
    for position, (code, german, english, kind) in enumerate(STAGES, start=1):
        create(apps, "Stage", code, position, german, english, kind=kind)
    for position, (code, german, english) in enumerate(TOPICS, start=1):
        create(apps, "Topic", code, position, german, english)
    for position, (code, german, english) in enumerate(SOURCES, start=1):
        create(apps, "Source", code, position, german, english)
    for position, (code, german, english, subject, body) in enumerate(MAIL_TEMPLATES, start=1):
        create(apps, "MailTemplate", code, position, german, english, subject=subject, body=body)


def load_series(apps) -> None:
    template, step = (apps.get_model("contacts", name) for name in ("MailTemplate", "SeriesStep"))
    for position, (code, german, english, steps) in enumerate(SERIES, start=1):
        series, created = create(apps, "FollowUpSeries", code, position, german, english)
        for number, (after, unit, subject, mail) in enumerate(steps if created else []):
            step.objects.create(
                series=series,
                position=number,
                after=after,
                unit=unit,
                subject=subject,
                template=template.objects.filter(code=mail).first(),
            )


def create(apps, model: str, code: str, position: int, german: str, english: str, **more):
    return apps.get_model("contacts", model).objects.get_or_create(
        code=code,
        defaults={"position": position, "names": {"de": german, "en": english}, **more},
    )


def load_agency(apps) -> None:
    organisation, _created = apps.get_model(
        "contacts", "PartnerOrganisation"
    ).objects.get_or_create(
        pk=AGENCY_ID,
        defaults={
            "reference": "O-0000",
            "name": "Digitale Mutterboden Agentur",
            "sort_name": "digitale mutterboden agentur",
            "short_name": "DMA",
            "kind": "agency",
            "is_agency": True,
            "email": "gruenden@dma.example",
            "town": "Wolfsburg",
            "postcode": "38440",
        },
    )
    apps.get_model("contacts", "Agency").objects.get_or_create(
        organisation=organisation,
        defaults={
            "claim": "Anlaufstelle für Gründer*innen in Wolfsburg",
            "mail_footer": "Digitale Mutterboden Agentur · Wolfsburg",
            "accessibility_contact": "gruenden@dma.example",
        },
    )
