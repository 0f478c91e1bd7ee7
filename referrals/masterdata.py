"""The rules on the order of steps that a fresh installation in Lower Saxony starts with.

Loaded by a migration, so this module may use nothing but the models it is handed. The agency
edits the rows under Verwaltung: what is told here was read in the named sources on `CHECKED_ON`
and is advice for a talk, not the law.
"""

from dataclasses import dataclass
from datetime import date

CHECKED_ON = date(2026, 11, 23)


@dataclass(frozen=True)
class Rule:
    code: str
    step: str
    german: str
    english: str
    advice: str
    advice_in_english: str
    source: str
    source_url: str
    topics: tuple[str, ...]
    employments: tuple[str, ...] = ()
    valid_from: date | None = None


RULES = [
    Rule(
        "gruendungszuschuss",
        "self_employment",
        "Gründungszuschuss (§ 93 SGB III)",
        "Start-up grant for the unemployed (section 93 SGB III)",
        "Vor dem Start der Selbstständigkeit erst den Gründungszuschuss bei der Agentur für Arbeit "
        "beantragen. Beim Start muss in der Regel noch ein Anspruch auf Arbeitslosengeld von "
        "mindestens 150 Tagen bestehen, und eine fachkundige Stelle bestätigt die Tragfähigkeit. "
        "Es ist eine Ermessensleistung: bitte bei der Agentur für Arbeit prüfen.",
        "Apply for the grant at the employment agency before self-employment starts. As a rule at "
        "least 150 days of unemployment benefit must be left then, and an expert body confirms "
        "that the plan is viable. It is discretionary: please check with the employment agency.",
        "§§ 93, 94 und 324 SGB III",
        "https://www.gesetze-im-internet.de/sgb_3/__93.html",
        ("funding", "legal_form", "personnel"),
        ("unemployed",),
    ),
    Rule(
        "avgs_coaching",
        "trade_registration",
        "AVGS-Gründungscoaching (§ 45 SGB III)",
        "Founder coaching by activation voucher (section 45 SGB III)",
        "Vor der Gewerbeanmeldung (auch im Nebengewerbe) erst den Aktivierungs- und "
        "Vermittlungsgutschein beantragen und das Coaching beginnen: Es führt an die "
        "Selbstständigkeit heran und steht nach der Gründung meist nicht mehr offen. Bitte bei der "
        "Agentur für Arbeit oder dem Jobcenter prüfen.",
        "Apply for the voucher and start the coaching before a trade is registered, even a side "
        "trade: it leads up to self-employment and is mostly closed after founding. Please check "
        "with the employment agency or job centre.",
        "§ 45 SGB III (Heranführung an eine selbständige Tätigkeit)",
        "https://www.gesetze-im-internet.de/sgb_3/__45.html",
        ("funding", "legal_form"),
        ("unemployed", "basic_income"),
    ),
    Rule(
        "einstiegsgeld",
        "self_employment",
        "Einstiegsgeld (§ 16b SGB II)",
        "Entry allowance (section 16b SGB II)",
        "Vor dem Start der hauptberuflichen Selbstständigkeit erst das Einstiegsgeld beim "
        "Jobcenter beantragen. Es ist eine Ermessensleistung und wird in der Regel nicht "
        "rückwirkend bewilligt: bitte beim Jobcenter prüfen.",
        "Apply for the allowance at the job centre before self-employment as a main occupation "
        "starts. It is discretionary and as a rule not granted for the past: please check with "
        "the job centre.",
        "§ 16b SGB II",
        "https://www.gesetze-im-internet.de/sgb_2/__16b.html",
        ("funding", "legal_form", "personnel"),
        ("basic_income",),
    ),
    Rule(
        "gruendungsstipendium",
        "trade_registration",
        "Gründungsstipendium Niedersachsen",
        "Founder scholarship of Lower Saxony",
        "Vor Gewerbeanmeldung oder Gründung erst die Bewilligung des Gründungsstipendiums "
        "abwarten: Bis dahin darf noch nicht gegründet sein. Gefördert werden innovative, "
        "digitale oder wissensorientierte Vorhaben mit einer begleitenden Einrichtung. Bitte bei "
        "der NBank prüfen.",
        "Wait for the approval of the scholarship before a trade is registered or a company "
        "formed: nothing may have been founded until then. It is for innovative, digital or "
        "knowledge-based ventures with an accompanying institution. Please check with the NBank.",
        "Richtlinie Gründungsstipendium Niedersachsen, Nr. 4.1",
        "https://www.foerderdatenbank.de/FDB/Content/DE/Foerderprogramm/Land/Niedersachsen/"
        "richtlinie-gruendungsstipendium.html",
        ("funding", "legal_form", "technology"),
        valid_from=date(2023, 6, 21),
    ),
    Rule(
        "exist",
        "company_formation",
        "EXIST-Gründungsstipendium",
        "EXIST founder scholarship",
        "Vor der Gründung einer Gesellschaft erst EXIST über das Gründungsnetzwerk der Hochschule "
        "beantragen: Gefördert wird die Vorbereitung, gegründet sein darf vorher in der Regel "
        "nicht. Bitte bei der Hochschule oder dem Projektträger prüfen.",
        "Apply for EXIST through the founder network of the university before a company is "
        "formed: preparation is what is funded, and as a rule nothing may have been founded "
        "before. Please check with the university or the project agency.",
        "EXIST, Programm des Bundeswirtschaftsministeriums",
        "https://www.exist.de/",
        ("funding", "technology"),
    ),
    Rule(
        "mikrostarter",
        "purchase_contract",
        "MikroSTARTer Niedersachsen",
        "MikroSTARTer Niedersachsen (micro loan)",
        "Vor Bestellungen, Aufträgen und Kaufverträgen erst den MikroSTARTer beantragen und die "
        "Bewilligung abwarten; bei einer Übernahme gilt das auch für den Kaufvertrag über den "
        "Betrieb. Vor dem Antrag steht die Erstberatung bei einer fachkundigen Stelle. Bitte bei "
        "der NBank prüfen.",
        "Apply for the loan and wait for its approval before anything is ordered or bought; in a "
        "takeover that goes for the purchase of the business too. A first consultation at an "
        "expert body comes before the application. Please check with the NBank.",
        "MikroSTARTer Niedersachsen (NBank): Antrag vor Beginn der Maßnahme",
        "https://www.foerderdatenbank.de/FDB/Content/DE/Foerderprogramm/Land/Niedersachsen/"
        "mikrostarter-niedersachsen.html",
        ("funding", "financing", "location", "succession"),
    ),
    Rule(
        "erp_gruenderkredit",
        "purchase_contract",
        "ERP-Gründerkredit – StartGeld (KfW)",
        "ERP founder loan StartGeld (KfW)",
        "Vor dem Beginn des Vorhabens und vor verbindlichen Verpflichtungen erst den Antrag bei "
        "der Hausbank stellen: Sie leitet ihn an die KfW weiter, begonnene Vorhaben und "
        "Umschuldungen werden in der Regel nicht finanziert. Bitte bei der Hausbank prüfen.",
        "Apply at the house bank before the venture begins and before any commitment is made: it "
        "passes the application on to the KfW, and what has begun or is refinanced is as a rule "
        "not funded. Please check with the house bank.",
        "KfW, ERP-Gründerkredit – StartGeld (067)",
        "https://www.kfw.de/067",
        ("funding", "financing", "location", "succession"),
    ),
]


def load(apps) -> None:
    """Create what is missing; rows that exist already are left as the agency worded them."""
    for position, rule in enumerate(RULES, start=1):
        create(apps, rule, position)


def create(apps, rule: Rule, position: int) -> None:
    row, created = apps.get_model("referrals", "OrderRule").objects.get_or_create(
        code=rule.code,
        defaults={
            "position": position,
            "names": {"de": rule.german, "en": rule.english},
            "step": rule.step,
            "advice": {"de": rule.advice, "en": rule.advice_in_english},
            "employments": list(rule.employments),
            "source": rule.source,
            "source_url": rule.source_url,
            "valid_from": rule.valid_from,
            "checked_on": CHECKED_ON,
        },
    )
    if created:
        topics = apps.get_model("contacts", "Topic").objects.filter(code__in=rule.topics)
        row.topics.set(topics)
