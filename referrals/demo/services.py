"""What the demo's partners offer, and which of them helps with which topic."""

from datetime import timedelta

from accounts.actors import Actor
from accounts.demo import since
from accounts.models import Change
from contacts.demo.partners import created
from contacts.models import PartnerOrganisation
from dma_crm.demo import Demo
from referrals.models import Service, ServiceStatus

EARLY, LATE = ("orientation", "conception", "founding"), ("consolidation", "growth")
HERE = ["384", "385", "383", "381"]
# partner, name, topics, stages, area, cost, waiting days, description, why this one
SERVICES = [
    (
        "ihk", "Gründungsberatung", "business_plan legal_form idea funding", EARLY, HERE,
        "kostenfrei", 10,
        "Einzelberatung zu Konzept, Rechtsform und Formalitäten, vor Ort oder per Video.",
        "Prüft Konzept und Formalitäten in einem Termin.",
    ),
    (
        "ihk", "Fachkundige Stellungnahme zum Gründungszuschuss", "funding business_plan", EARLY,
        HERE, "80 Euro", 14,
        "Stellungnahme zur Tragfähigkeit für die Agentur für Arbeit, nach Durchsicht der"
        " Unterlagen.",
        "Stellt die Stellungnahme aus, die der Antrag verlangt.",
    ),
    (
        "ihk", "Sprechtag Steuern und Buchhaltung", "taxes", (), HERE, "kostenfrei", 20,
        "Dreißig Minuten mit einer Steuerkanzlei aus der Region, jeden zweiten Mittwoch.",
        "Der nächste Steuersprechtag passt zur offenen Frage.",
    ),
    (
        "ihk", "Unternehmensnachfolge", "succession", (), HERE, "kostenfrei", 10,
        "Moderation zwischen Inhaber*in und Nachfolge, Börse nexxt-change.",
        "Begleitet Übergaben von der Bewertung bis zum Vertrag.",
    ),
    (
        "wag", "Gründungscoaching", "idea business_plan marketing network", EARLY, HERE,
        "kostenfrei", 7,
        "Sechs Termine mit festen Ansprechpersonen, von der Idee bis zu den ersten Kund*innen.",
        "Begleitet über mehrere Monate und kennt die Branche.",
    ),
    (
        "wag", "Prototypen und Pilotprojekte", "technology growth", (), [], "nach Absprache", 15,
        "Vermittlung von Pilotkunden aus Mobilität und Produktion, Unterstützung beim Testaufbau.",
        "Hat Zugang zu Betrieben, die Prototypen erproben.",
    ),
    (
        "wag", "Büro- und Werkstattflächen", "location", (), ["384"], "ab 9 Euro je Quadratmeter",
        5, "Flächen für junge Unternehmen, auch tageweise und mit Besprechungsräumen.",
        "Hat freie Flächen in der gesuchten Größe.",
    ),
    (
        "wmg", "Standort- und Ladenlokalsuche", "location", (), ["384"], "kostenfrei", 5,
        "Leerstände der Innenstadt und der Ortsteile, Kontakt zu Vermieter*innen, Zwischennutzung.",
        "Kennt die Leerstände und die Vermieter*innen.",
    ),
    (
        "wmg", "Lotsendienst für Genehmigungen", "legal_form location", EARLY, ["384"],
        "kostenfrei", 5,
        "Eine Anlaufstelle für Bauamt, Gaststättenerlaubnis und Sondernutzung.",
        "Führt durch die Ämter der Stadt.",
    ),
    (
        "arbeitsagentur", "Gründungszuschuss", "funding personnel", EARLY, HERE, "kostenfrei", 12,
        "Beratung zum Gründungszuschuss und zur freiwilligen Arbeitslosenversicherung.",
        "Zuständig für den Gründungszuschuss.",
    ),
    (
        "arbeitsagentur", "Arbeitgeber-Service", "personnel", LATE, HERE, "kostenfrei", 7,
        "Personalsuche, Eingliederungszuschüsse, Beschäftigung von Auszubildenden.",
        "Hilft bei der ersten Einstellung.",
    ),
    (
        "hwk", "Betriebsberatung Handwerk", "legal_form business_plan financing", EARLY, [],
        "kostenfrei", 21,
        "Gründungsberatung im Handwerk, Eintragung in die Handwerksrolle, Ausnahmebewilligungen.",
        "Klärt die Eintragung in die Handwerksrolle.",
    ),
    (
        "hwk", "Nachfolge im Handwerk", "succession", (), [], "kostenfrei", 21,
        "Bewertung von Betrieben und Begleitung der Übergabe.",
        "Bewertet Handwerksbetriebe nach einem anerkannten Verfahren.",
    ),
    (
        "nbank", "Förderberatung", "funding financing", (), [], "kostenfrei", 10,
        "Welche Landes- und Bundesprogramme passen, und was vor dem Antrag zu tun ist.",
        "Kennt alle Programme des Landes.",
    ),
    (
        "nbank", "MikroSTARTer Niedersachsen", "financing", EARLY, [], "Zinssatz nach Programm", 20,
        "Darlehen von 5.000 bis 25.000 Euro ohne Hausbank.",
        "Der Betrag liegt im Rahmen des Programms.",
    ),
    (
        "ostfalia", "Entrepreneurship Hub", "idea technology network", EARLY, [], "kostenfrei", 7,
        "Beratung für Ausgründungen, Gründungsstipendien, Austausch mit anderen Teams.",
        "Begleitet technische Vorhaben und Stipendien.",
    ),
    (
        "ostfalia", "Labore und Werkstätten", "technology", (), [], "Nutzungsgebühr", 14,
        "Messplätze, 3D-Druck und Elektroniklabor nach Einweisung.",
        "Hat die Messplätze, die für den Prototyp fehlen.",
    ),
    (
        "ostfalia", "Sprechstunde Digitalisierung", "digital marketing", (), [], "kostenfrei", 10,
        "Eine Stunde zu Shop, Software oder Datenschutz, mit Studierendenprojekten als Folge.",
        "Bietet einen unabhängigen Blick auf Shop und Software.",
    ),
    (
        "volksbank", "Gründungsfinanzierung", "financing", EARLY, HERE, "Zinssatz nach Prüfung", 10,
        "Kredit, Kontokorrent und Begleitung von KfW- und NBank-Darlehen.",
        "Begleitet Förderkredite als Hausbank.",
    ),
    (
        "volksbank", "Finanzierung von Wachstum", "growth financing", LATE, HERE,
        "Zinssatz nach Prüfung", 10,
        "Investitionen, Betriebsmittel und Leasing für Unternehmen, die wachsen.",
        "Finanziert Investitionen junger Betriebe.",
    ),
]  # fmt: skip


def make_services(demo: Demo) -> None:
    """Puts into `demo.made` the "offers": by topic code the services with why each would fit."""
    by = Actor.of(demo.made["admin"]).as_history()
    offers: dict[str, list[tuple[Service, str]]] = {code: [] for code in demo.made["topics"]}
    rows, topics, stages = [], [], []
    for n, (key, name, codes, phases, area, cost, wait, text, why) in enumerate(SERVICES):
        service = service_of(demo, demo.made["partners"][key], n, name, area, cost, wait, text)
        rows.append(service)
        topics += [(service, demo.made["topics"][code]) for code in codes.split()]
        stages += [(service, demo.made["stages"][code]) for code in phases]
        for code in codes.split():
            offers[code].append((service, why))
    demo.write(Service, rows)
    demo.link(Service.topics.through, "topic", topics)
    demo.link(Service.stages.through, "stage", stages)
    demo.write(Change, [created(service, service.created_at, by) for service in rows])
    demo.made["offers"] = offers


def service_of(
    demo: Demo,
    partner: PartnerOrganisation,
    n: int,
    name: str,
    area: list[str],
    cost: str,
    waiting_days: int,
    description: str,
) -> Service:
    at = since(demo) + timedelta(minutes=1 + n)
    return Service(
        id=demo.new_id(at),
        partner=partner,
        name=name,
        description=description,
        postcode_prefixes=area,
        cost=cost,
        languages=["de", "en"] if n % 3 == 0 else ["de"],
        waiting_days=waiting_days,
        status=ServiceStatus.PUBLISHED,
        assured_on=demo.workday(-5 - 7 * n),
        created_at=at,
        modified_at=at,
    )
