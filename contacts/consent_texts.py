"""The wording people consent to, each with the version that is stored beside its text.

A text is never changed once it was used: a new wording gets a new version and becomes current.
The German texts are what is read out or signed, so they are data and no msgids.
"""

from collections.abc import Iterable

from contacts.models import ConsentPurpose, PartnerOrganisation, SharedField

SPOKEN_FIELDS = {
    SharedField.NAME: "Name",
    SharedField.EMAIL: "E-Mail-Adresse",
    SharedField.PHONE: "Telefonnummer",
}
# version -> purpose -> text with {agency}, {recipient}, {fields}
TEXTS = {
    "2026-01": {
        ConsentPurpose.REFERRAL: (
            "Ich bin damit einverstanden, dass {agency} mein Anliegen und diese Angaben an"
            " {recipient} weitergibt: {fields}. {recipient} darf mich dazu ansprechen. Ich kann"
            " die Einwilligung jederzeit ohne Angabe von Gründen mit Wirkung für die Zukunft"
            " widerrufen."
        ),
        ConsentPurpose.NEWSLETTER: (
            "Ich möchte den Newsletter von {agency} per E-Mail erhalten. Ich kann ihn jederzeit"
            " abbestellen."
        ),
        ConsentPurpose.FOLLOW_UP: (
            "{agency} darf mir nach der Beratung per E-Mail schreiben und nachfragen, wie es"
            " weitergeht. Ich kann das jederzeit widerrufen."
        ),
        ConsentPurpose.EVENT: (
            "{agency} darf meine Angaben nutzen, um meine Anmeldung zu Veranstaltungen zu"
            " bearbeiten. Ich kann das jederzeit widerrufen."
        ),
        ConsentPurpose.INTRODUCTION: (
            "{agency} darf die von mir angekreuzten Angaben an die mir beschriebene Person"
            " weitergeben, sobald auch sie zugestimmt hat. Sie darf mich dann ansprechen. Ich kann"
            " die Einwilligung jederzeit ohne Angabe von Gründen mit Wirkung für die Zukunft"
            " widerrufen."
        ),
    },
}
CURRENT = "2026-01"
GAP = "…"


def current_text(
    purpose: str,
    *,
    agency_name: str,
    recipient: PartnerOrganisation | None = None,
    shared_fields: Iterable[str] = (),
) -> tuple[str, str]:
    """(text, version) of the current wording, naming who receives what; gaps show as dots."""
    chosen = set(shared_fields)
    fields = ", ".join(word for field, word in SPOKEN_FIELDS.items() if field in chosen)
    text = TEXTS[CURRENT][ConsentPurpose(purpose)].format(
        agency=agency_name, recipient=recipient.name if recipient else GAP, fields=fields or GAP
    )
    return text, CURRENT
