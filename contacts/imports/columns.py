"""Which of our fields a column of someone's spreadsheet holds, told by its heading."""

from dataclasses import dataclass

from contacts.folding import words

PEOPLE = "people"
FIRMS = "firms"

# Heading (folded, letters only) -> field. A heading is looked up whole, then without its last
# words ("geb. am", "Erstkontakt am", "Fördersumme (€)").
HEADINGS = {
    "number": "nr, lfd nr, lfdnr, nummer, id, kundennummer, kundennr",
    "salutation": "anrede, geschlecht, salutation, gender, sex",
    "title": "titel, akad titel, akademischer titel, akad grad, title",
    "name": "name, teilnehmer, teilnehmerin, teilnehmer in, teilnehmende, vollständiger name, "
    "vor und nachname, name vorname, nachname vorname, vorname nachname, full name, kontakt, "
    "person",
    "given_name": "vorname, vornamen, rufname, first name, firstname, given name",
    "family_name": "nachname, familienname, zuname, last name, lastname, surname, family name",
    "birth_date": "geburtsdatum, geb, geb am, geburtstag, geboren, geb datum, birthday, "
    "date of birth",
    "street": "straße, str, straße hausnummer, straße und hausnummer, straße hausnr, straße nr, "
    "street",
    "house_number": "hausnummer, hausnr, haus nr, hnr",
    "postcode": "plz, postleitzahl, zip, postcode, postal code",
    "town": "ort, stadt, wohnort, plz ort, plz und ort, city, town",
    "address": "adresse, anschrift, postanschrift, address",
    "phone": "telefon, telefonnummer, tel, tel priv, tel privat, tel nr, festnetz, fon, rufnummer, "
    "telefon privat, telefon geschäftlich, tel dienstl, tel gesch, phone, telephone",
    "mobile": "mobil, handy, mobiltelefon, mobilnummer, mobilfunk, handynummer, mobile, cell phone",
    "email": "e mail, email, mail, e mail adresse, email adresse, mailadresse, emailadresse",
    "firm": "firma, unternehmen, firma projekt, arbeitgeber, organisation, company, institution, "
    "startup, start up, projekt, vorhaben, gründungsvorhaben",
    "firm_name": "firmenname, name der firma, name des unternehmens, firma name, "
    "unternehmensname, firmierung, company name",
    "first_contact": "erstkontakt, datum erstkontakt, erstgespräch, kontakt seit, "
    "erster kontakt, first contact",
    "funding": "fördersumme, förderung, förderbetrag, funding",
    "newsletter": "newsletter, nl",
    "note": "bemerkung, bemerkungen, notiz, notizen, anmerkung, anmerkungen, kommentar, note, "
    "notes",
    "legal_form": "rechtsform, gesellschaftsform, legal form",
    "website": "webseite, website, homepage, internet, web, url, internetseite, www",
    "vat_id": "ust idnr, ust id, ustid, ustidnr, umsatzsteuer id, vat id",
    "register_number": "registernummer, handelsregister, handelsregisternummer, hrb, register nr",
    "founded_on": "gegründet, gegründet am, gründung, gründungsdatum, gründungsjahr, founded",
    "revenue": "umsatz, jahresumsatz, revenue",
    "contact_person": "ansprechpartner, ansprechpartnerin, ansprechpartner in, ansprechperson, "
    "kontaktperson, contact person",
    "event": "veranstaltung, event, seminar, workshop",
    "event_on": "datum, veranstaltungsdatum, termin, date",
    "event_time": "uhrzeit, zeit, beginn, time",
    "fee": "beitrag, gebühr, teilnahmegebühr, kosten, fee",
    "paid": "bezahlt, paid",
    "attended": "anwesend, teilgenommen, erschienen, attended",
}
FIELD_OF_HEADING = {
    " ".join(words(heading)): field
    for field, headings in HEADINGS.items()
    for heading in headings.split(", ")
}
# "Name der Firma", "Titel der Veranstaltung": what follows turns these headings into another.
ONLY_WHOLE = {"name", "title", "event_on"}
ONLY_FIRMS = {"firm_name", "legal_form", "vat_id", "register_number", "founded_on", "revenue"}
ONLY_PEOPLE = {"given_name", "family_name", "birth_date", "salutation", "title", "mobile", "event"}


@dataclass(frozen=True)
class Columns:
    """`fields` names the heading of each field found; `unknown` holds the other headings."""

    kind: str | None
    fields: dict[str, str]
    unknown: tuple[str, ...]

    def pick(self, values: dict[str, str]) -> dict[str, str]:
        """The cells of one row under the names of our fields."""
        return {field: values.get(heading, "") for field, heading in self.fields.items()}


def field_of(heading: str) -> str | None:
    """Our field for one heading, or None. Case, umlauts, punctuation, trailing words are free."""
    said = words(heading)[:6]
    for length in range(len(said), 0, -1):
        field = FIELD_OF_HEADING.get(" ".join(said[:length]))
        if field and (length == len(said) or field not in ONLY_WHOLE):
            return field
    return None


def map_columns(headings: list[str]) -> Columns:
    """Match a header row; of two headings for one field the first one counts.

    `kind` is `people`, `firms` or None where neither a name nor a firm can be found. A bare
    "Name" is the family name beside a "Vorname", and the firm's name in a list of firms.
    """
    found: dict[str, str] = {}
    for heading in headings:
        found.setdefault(field_of(heading) or "", heading)
    found.pop("", None)
    kind = _kind(found)
    _settle_name(found, kind)
    used = set(found.values())
    return Columns(kind, found, tuple(heading for heading in headings if heading not in used))


def _kind(found: dict[str, str]) -> str | None:
    firm_signs, people_signs = len(ONLY_FIRMS & set(found)), len(ONLY_PEOPLE & set(found))
    if firm_signs > people_signs and {"firm_name", "firm", "name"} & set(found):
        return FIRMS
    if {"name", "given_name", "family_name"} & set(found):
        return PEOPLE
    return FIRMS if {"firm_name", "firm"} & set(found) else None


def _settle_name(found: dict[str, str], kind: str | None) -> None:
    if kind == FIRMS and "firm_name" not in found:
        found["firm_name"] = found.pop("firm", None) or found.pop("name")
    if "given_name" in found and "family_name" not in found and "name" in found:
        found["family_name"] = found.pop("name")
