"""Eight organisations of the region, as they might stand in the address book.

The organisations are real, their entries here are not: addresses end in .example, phone numbers
come from ranges kept for fiction, and whoever speaks for them is called Beispiel or Muster.
"""

from datetime import date, timedelta

from accounts.actors import AGENCY_ID, Actor
from accounts.demo import make_user, since
from accounts.models import Change, Role
from contacts.actions.startups import sort_name
from contacts.models import Capacity, PartnerKind, PartnerOrganisation
from contacts.search.index import index_many
from dma_crm.demo import Demo

K = PartnerKind
# key, name, short name, kind, about, contact, street, number, postcode, town, answers within
PARTNERS = [
    (
        "ihk", "IHK Lüneburg-Wolfsburg", "IHK", K.CHAMBER,
        "Industrie- und Handelskammer: Gründungsberatung, Stellungnahmen, Formalitäten.",
        "Kim Beispiel", "Am Mühlengraben", "22", "38440", "Wolfsburg", 5,
    ),
    (
        "wag", "Wolfsburg AG", "Wolfsburg AG", K.COMPANY,
        "Wirtschafts- und Strukturförderung von Stadt und Volkswagen: Gründung, Mobilität, Fläche.",
        "Alex Muster", "Major-Hirst-Straße", "11", "38442", "Wolfsburg", 5,
    ),
    (
        "wmg", "Wolfsburg Wirtschaft und Marketing GmbH", "WMG", K.MUNICIPALITY,
        "Wirtschaftsförderung der Stadt: Standorte, Ladenlokale, Genehmigungen, Innenstadt.",
        "Robin Beispiel", "Porschestraße", "2", "38440", "Wolfsburg", 4,
    ),
    (
        "arbeitsagentur", "Agentur für Arbeit Helmstedt", "Arbeitsagentur", K.EMPLOYMENT,
        "Gründungszuschuss und soziale Absicherung beim Weg aus dem Arbeitslosengeld.",
        "Toni Muster", "Magdeburger Tor", "18", "38350", "Helmstedt", 7,
    ),
    (
        "hwk", "Handwerkskammer Braunschweig-Lüneburg-Stade", "Handwerkskammer", K.CHAMBER,
        "Betriebsberatung, Meisterpflicht und Eintragung in die Handwerksrolle, Nachfolge.",
        "Sascha Beispiel", "Burgplatz", "2", "38100", "Braunschweig", 5,
    ),
    (
        "nbank", "Investitions- und Förderbank Niedersachsen (NBank)", "NBank", K.BANK,
        "Förderbank des Landes: MikroSTARTer, Gründungsstipendium, Beratung zu Programmen.",
        "Chris Muster", "Günther-Wagner-Allee", "12", "30177", "Hannover", 6,
    ),
    (
        "ostfalia", "Ostfalia Hochschule für angewandte Wissenschaften", "Ostfalia", K.UNIVERSITY,
        "Entrepreneurship Hub: Ausgründungen, Stipendien, Labore und Prototypen.",
        "Dominique Beispiel", "Robert-Koch-Platz", "8a", "38440", "Wolfsburg", 5,
    ),
    (
        "volksbank", "Volksbank BRAWO", "Volksbank BRAWO", K.BANK,
        "Gründungsfinanzierung, Kontokorrent und Begleitung von Förderkrediten.",
        "Noa Muster", "Am Mühlengraben", "2", "38440", "Wolfsburg", 5,
    ),
]  # fmt: skip
LOGINS = {"ihk": "ihk@partner.example", "wag": "wag@partner.example"}


def make_partners(demo: Demo) -> None:
    """Puts them into `demo.made` as "partners" by key, their users as "partner_users"."""
    at, by = since(demo), Actor.of(demo.made["admin"]).as_history()
    partners = {row[0]: partner_from(demo, n, *row) for n, row in enumerate(PARTNERS)}
    restrict(partners, demo.today)
    demo.number(PartnerOrganisation.REFERENCE_PREFIX, partners.values())
    demo.write(PartnerOrganisation, list(partners.values()))
    demo.write(Change, [created(partner, at, by) for partner in partners.values()])
    demo.made["agency"] = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    index_many([*partners.values(), demo.made["agency"]])
    demo.made["partners"] = partners
    demo.made["partner_users"] = {
        key: make_user(demo, email, partners[key].contact_name, Role.PARTNER, partners[key])
        for key, email in LOGINS.items()
    }


def partner_from(
    demo: Demo, n: int, key: str, name: str, short_name: str, kind: str, about: str, contact: str,
    street: str, house_number: str, postcode: str, town: str, target: int,
) -> PartnerOrganisation:  # fmt: skip
    at = since(demo) + timedelta(seconds=n)
    return PartnerOrganisation(
        id=demo.new_id(at),
        name=name,
        sort_name=sort_name(name),
        short_name=short_name,
        kind=kind,
        about=about,
        contact_name=contact,
        email=f"gruendung@{key}.example",
        phone=f"+493023125{900 + n}",
        website=f"https://www.{key}.example",
        street=street,
        house_number=house_number,
        postcode=postcode,
        town=town,
        response_target_days=target,
        created_at=at,
        modified_at=at,
    )


def restrict(partners: dict[str, PartnerOrganisation], today: date) -> None:
    """One takes no cases for a while, one few, one is away this week."""
    partners["hwk"].capacity = Capacity.FULL
    partners["hwk"].full_until = today + timedelta(days=24)
    partners["nbank"].capacity = Capacity.LIMITED
    partners["ostfalia"].absent_from = today - timedelta(days=2)
    partners["ostfalia"].absent_until = today + timedelta(days=9)


def created(record, at, by: dict) -> Change:
    """The first line of a record's history."""
    return Change(record_type=record._meta.label_lower, record_id=record.pk, version=1, at=at, **by)
