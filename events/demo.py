"""Demo data of events: a year of talks and workshops, and who came or is going to come."""

from datetime import date, datetime, timedelta

from accounts.demo import since
from contacts.models import Person
from dma_crm import demo as demo_data
from dma_crm.demo import Demo, local
from events.models import (
    TICKET_LENGTH,
    TICKET_LETTERS,
    Event,
    EventFormat,
    EventState,
    Registration,
    RegistrationKind,
    RegistrationState,
    Room,
    Venue,
)
from events.registration_texts import CURRENT

F = EventFormat
VENUES = {
    "cube": (
        "DigitalCube", "Willy-Brandt-Platz", "3", "38440",
        "Am Hauptbahnhof, stufenlos erreichbar, Aufzug zum Saal im ersten Stock.",
    ),
    "schiller40": (
        "Schiller40", "Schillerstraße", "40", "38440",
        "Coworking der Stadt. Eingang vom Hof, Klingel „Veranstaltung“, stufenlos.",
    ),
}  # fmt: skip
# of the venue above: name, seats
ROOMS = {
    "cube": [("Saal", 120), ("Werkstatt 1", 20)],
    "schiller40": [("Bühne", 80), ("AR/VR-Studio", 12), ("Sendestudio", 24)],
}
# title, slug, in one sentence, format, place (None: online), host, topics, hour, minutes, seats
EVENTS = [
    (
        "Gründen im Nebenerwerb", "gruenden-im-nebenerwerb",
        "Was anzumelden ist, was der Arbeitgeber wissen muss und ab wann es sich lohnt.",
        F.TALK, "cube", "agency", "legal_form taxes", 18, 90, 60,
    ),
    (
        "Vom Einfall zum Geschäftsmodell", "vom-einfall-zum-geschaeftsmodell",
        "Ein Nachmittag mit dem Business Model Canvas, mitgebracht wird nur die eigene Idee.",
        F.WORKSHOP, "schiller40", "agency", "idea business_plan", 14, 180, 16,
    ),
    (
        "Sprechtag Gründungszuschuss", "sprechtag-gruendungszuschuss",
        "Halbstündige Einzelgespräche zu Antrag, Fristen und Stellungnahme.",
        F.CONSULTING_DAY, "cube", "arbeitsagentur", "funding", 9, 240, 8,
    ),
    (
        "Gründungsabend", "gruendungsabend",
        "Drei Teams erzählen, was im ersten Jahr schiefging. Danach Suppe und Gespräche.",
        F.NETWORKING, "schiller40", "agency", "network", 18, 180, 80,
    ),
    (
        "Der Businessplan, den eine Bank liest", "businessplan-fuer-die-bank",
        "Gliederung, Zahlenteil und die Fragen, die im Bankgespräch kommen.",
        F.SEMINAR, "cube", "ihk", "business_plan financing", 16, 150, 30,
    ),
    (
        "Prototypen bauen ohne eigene Werkstatt", "prototypen-bauen",
        "Rundgang durch Labore und Werkstätten, die man mieten kann.",
        F.WORKSHOP, "schiller40", "wag", "technology", 15, 150, 20,
    ),
    (
        "Preise kalkulieren, die tragen", "preise-kalkulieren",
        "Stundensatz und Stückpreis rechnen, mit Beispielen aus Handwerk und Dienstleistung.",
        F.WORKSHOP, None, "agency", "marketing business_plan", 17, 120, None,
    ),
    (
        "Steuern im ersten Jahr", "steuern-im-ersten-jahr",
        "Fragebogen, Umsatzsteuer und Rücklagen, erklärt von einer Steuerkanzlei.",
        F.TALK, None, "ihk", "taxes", 18, 90, None,
    ),
    (
        "Nachfolge: einen Betrieb übernehmen", "betrieb-uebernehmen",
        "Bewertung, Finanzierung und Übergabe, mit zwei Beispielen aus dem Landkreis.",
        F.TALK, "cube", "hwk", "succession financing", 18, 120, 50,
    ),
    (
        "Förderprogramme im Überblick", "foerderprogramme-im-ueberblick",
        "Was Land und Bund gerade fördern, und was vor dem Antrag nicht passieren darf.",
        F.TALK, "cube", "nbank", "funding financing", 17, 90, 60,
    ),
    (
        "Sichtbar werden ohne großes Budget", "sichtbar-werden",
        "Website, Kartendienste und Lokalpresse für kleine Unternehmen.",
        F.SEMINAR, "schiller40", "ostfalia", "marketing digital", 16, 120, 24,
    ),
    (
        "Die erste Einstellung", "die-erste-einstellung",
        "Vom Minijob bis zur Fachkraft: Meldungen, Kosten und Zuschüsse.",
        F.SEMINAR, "cube", "arbeitsagentur", "personnel growth", 16, 120, 30,
    ),
]  # fmt: skip
# The week as a whole, then its parts; as EVENTS, and after how many working days.
PROGRAMME = (
    "DigiWeek Wolfsburg", "digiweek",
    "Vier Tage für alle, die ihr Vorhaben digitaler machen wollen, jeder Teil einzeln wählbar.",
    F.BIG_EVENT, "cube", "agency", "digital network", 9, 0, None,
)  # fmt: skip
PARTS = [
    (
        "Auftakt: Was Künstliche Intelligenz im Büro abnimmt", "digiweek-auftakt",
        "Drei Betriebe aus der Region zeigen, was bei ihnen läuft, und was nicht.",
        F.TALK, "cube", "agency", "digital", 9, 90, 100,
    ),
    (
        "Onlineshop an einem Nachmittag", "digiweek-onlineshop",
        "Vom ersten Artikel bis zur Rechnung, am eigenen Rechner.",
        F.WORKSHOP, "schiller40", "wag", "digital marketing", 14, 180, 12,
    ),
    (
        "Datenschutz für kleine Unternehmen", "digiweek-datenschutz",
        "Was wirklich Pflicht ist, mit Vorlagen zum Mitnehmen.",
        F.SEMINAR, "cube", "ihk", "legal_form digital", 16, 120, 20,
    ),
    (
        "Abend der digitalen Teams", "digiweek-abend",
        "Sechs Teams stellen sich vor, danach Gespräche.",
        F.NETWORKING, "schiller40", "agency", "network", 18, 180, 80,
    ),
]  # fmt: skip
PROGRAMME_IN = 32  # working days from today, a part a day
COMING = [4, 9, 14, 21, 29, 40]  # working days from today
PAST_EVERY = 21
FULL, WAITING = 2, 3  # which of the coming ones has no seat left, and how many wait
TEXT = (
    "Die Teilnahme ist kostenfrei. Wer Unterstützung braucht, etwa beim Hören oder beim"
    " Weg zum Ort, meldet sich bitte vorab bei uns."
)


def make_events(demo: Demo) -> None:
    venues = {key: venue(demo, *fields) for key, fields in VENUES.items()}
    demo.write(Venue, list(venues.values()))
    rooms = {key: [room(demo, venues[key], *one) for one in ROOMS[key]] for key in VENUES}
    demo.write(Room, [one for several in rooms.values() for one in several])
    past = range(-PAST_EVERY, -len(EVENTS) * PAST_EVERY, -PAST_EVERY)
    days = [demo.workday(offset) for offset in (*COMING, *past)]
    plans = [EVENTS[n % len(EVENTS)] for n in range(len(days))]
    rows = [event(demo, venues, day, *plan) for day, plan in zip(days, plans, strict=True)]
    for row, plan in zip(rows, plans, strict=True):
        row.room = smallest_for(row, rooms.get(plan[4] or "", []))
    demo.write(Event, rows)
    demo.made["events"], demo.made["venues"] = rows, venues
    link_topics(demo, rows, plans)


def link_topics(demo: Demo, rows: list[Event], plans: list[tuple]) -> None:
    topics = demo.made["topics"]
    pairs = [
        (row, topics[c]) for row, plan in zip(rows, plans, strict=True) for c in plan[6].split()
    ]
    demo.link(Event.topics.through, "topic", pairs)


def make_programme(demo: Demo) -> None:
    """A week with parts, for which nobody has registered yet."""
    venues = demo.made["venues"]
    days = [demo.workday(PROGRAMME_IN + n) for n in range(len(PARTS))]
    parts = [event(demo, venues, day, *plan) for day, plan in zip(days, PARTS, strict=True)]
    whole = event(demo, venues, days[0], *PROGRAMME)
    whole.registration, whole.ends_at = RegistrationKind.PARTS, parts[-1].ends_at
    for part in parts:
        part.parent = whole
    demo.write(Event, [whole])
    demo.write(Event, parts)
    link_topics(demo, [whole, *parts], [PROGRAMME, *PARTS])


def venue(
    demo: Demo, name: str, street: str, house_number: str, postcode: str, access: str
) -> Venue:
    at = since(demo)
    return Venue(
        id=demo.new_id(at),
        name=name,
        street=street,
        house_number=house_number,
        postcode=postcode,
        town="Wolfsburg",
        access=access,
        created_at=at,
        modified_at=at,
    )


def room(demo: Demo, venue: Venue, name: str, seats: int) -> Room:
    at = since(demo)
    return Room(
        id=demo.new_id(at), venue=venue, name=name, seats=seats, created_at=at, modified_at=at
    )


def smallest_for(event: Event, rooms: list[Room]) -> Room | None:
    fitting = [room for room in rooms if (room.seats or 0) >= (event.capacity or 0)]
    return min(fitting, key=lambda room: room.seats or 0, default=None)


def event(
    demo: Demo, venues: dict[str, Venue], day: date, title: str, slug: str, summary: str,
    format: str, place: str | None, host: str, _topics: str, hour: int, minutes: int,
    seats: int | None,
) -> Event:  # fmt: skip
    """Published six weeks ahead, or as long ago as the demo reaches back."""
    starts_at = local(day, minute=hour * 60)
    at = announced(demo, starts_at)
    return Event(
        id=demo.new_id(at),
        slug=f"{slug}-{day:%Y-%m-%d}",
        title=title,
        summary=summary,
        description=TEXT,
        format=format,
        state=EventState.PUBLISHED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        venue=venues[place] if place else None,
        online=place is None,
        host=demo.made["partners"].get(host, demo.made["agency"]),
        capacity=seats,
        created_by=demo.made["manager"],
        created_at=at,
        modified_at=at,
    )


def announced(demo: Demo, starts_at: datetime) -> datetime:
    weeks_before = demo.moment((starts_at - timedelta(weeks=6)).date())
    return min(weeks_before, demo.moment(demo.last_workday))


def make_registrations(demo: Demo) -> None:
    """People we know, as many as fit; one coming event is full, and three wait."""
    addresses = demo.made["addresses"]
    people = [case.person for case in demo.made["cases"] if case.person.pk in addresses]
    rows: list[Registration] = []
    for n, event in enumerate(demo.made["events"]):
        known = [person for person in people if person.created_at < event.created_at]
        few = demo.dice.randint(4, 14)
        wanted = event.capacity + WAITING if n == FULL else min(event.capacity or few, few)
        guests = demo.dice.sample(known, min(len(known), wanted))
        rows += [guest(demo, event, person, place) for place, person in enumerate(guests, start=1)]
    demo.write(Registration, rows)


def guest(demo: Demo, event: Event, person: Person, place: int) -> Registration:
    """Right after the announcement; four of five come."""
    at = event.created_at + timedelta(minutes=place)
    address = demo.made["addresses"][person.pk]
    waits = event.capacity is not None and place > event.capacity
    came = event.ends_at < demo.now and demo.chance(80)
    row = Registration(
        id=demo.new_id(at),
        event=event,
        name=person.display_name,
        email=address,
        search=Registration.searched_by(person.display_name, address),
        privacy_version=CURRENT,
        state=RegistrationState.WAITING if waits else RegistrationState.CONFIRMED,
        state_since=at,
        queue=place,
        confirmed_at=at,
        checked_in_at=event.starts_at if came else None,
        person=person,
        ticket_code="".join(demo.dice.choices(TICKET_LETTERS, k=TICKET_LENGTH)),
        created_at=at,
        modified_at=at,
    )
    row.token_hash = Registration.hash_of(row.token)
    return row


demo_data.register(make_events, order=80)
demo_data.register(make_registrations, order=95)
demo_data.register(make_programme, order=96)
