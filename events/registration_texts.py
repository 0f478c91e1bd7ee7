"""What guests read about their data, each with the version that is stored beside a registration.

A text is never changed once it was used: a new wording gets a new version and becomes current.
These are data and no msgids, like contacts/consent_texts.py.
"""

from django.conf import settings

# version -> language -> text with {agency} and {kept}
PRIVACY = {
    "2026-11": {
        "de": (
            "{agency} nutzt Ihre Angaben, um Ihre Anmeldung zu bearbeiten: um Ihren Platz zu"
            " bestätigen, an den Termin zu erinnern und bei Änderungen Bescheid zu geben. Das"
            " geschieht im Rahmen der öffentlichen Aufgabe (Art. 6 Abs. 1 Buchstabe e DSGVO)."
            " Andere Teilnehmende und Dritte erhalten Ihre Angaben nicht. Sie können sich"
            " jederzeit über den Link in der E-Mail abmelden."
        ),
        "en": (
            "{agency} uses your details to handle your registration: to confirm your seat, to"
            " remind you of the date and to tell you of changes. This is done in the public task"
            " (Art. 6 (1) e GDPR). Other guests and third parties do not get your details. You"
            " can cancel at any time by the link in the e-mail."
        ),
    }
}
CONTACT = {
    "2026-11": {
        "de": (
            "{agency} darf meine Angaben als Kontakt speichern und mir zu meinem"
            " Gründungsvorhaben schreiben. Ich kann das jederzeit widerrufen."
        ),
        "en": (
            "{agency} may keep my details as a contact and write to me about my venture. I can"
            " withdraw this at any time."
        ),
    }
}
# Since then with the period, which is a setting.
PRIVACY["2026-12"] = {language: f"{text}{{kept}}" for language, text in PRIVACY["2026-11"].items()}
CONTACT["2026-12"] = CONTACT["2026-11"]
CURRENT = "2026-12"
KEPT = {
    "de": " Name, Adresse und Antworten löschen wir {days} Tage nach der Veranstaltung.",
    "en": " We delete name, address and answers {days} days after the event.",
}


def privacy_text(language: str, agency_name: str) -> str:
    days = settings.GUESTS_KEPT_DAYS
    kept = KEPT[language].format(days=days) if days else ""
    return PRIVACY[CURRENT][language].format(agency=agency_name, kept=kept)


def contact_text(version: str, language: str, agency_name: str) -> str:
    return CONTACT[version][language].format(agency=agency_name)
