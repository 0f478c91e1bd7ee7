"""Founders: names, addresses of .example, phone numbers that belong to nobody."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from accounts.actors import Actor
from accounts.models import Change, User
from contacts.actions.people import sort_name
from contacts.demo.partners import created
from contacts.demo.wording import GIVEN, LANGUAGES, words
from contacts.folding import fold
from contacts.models import Employment, Person, PersonEmail, PersonPhone, Source
from dma_crm.demo import Demo

MAIL_HOSTS = ("post.example", "mail.example", "web.example", "online.example")
TITLES = {"": 93, "Dr.": 5, "Prof. Dr.": 1, "M. Sc.": 1}
EMPLOYMENTS = {
    Employment.EMPLOYED: 38,
    Employment.UNEMPLOYED: 18,
    Employment.SELF_EMPLOYED: 14,
    Employment.STUDENT: 12,
    Employment.UNKNOWN: 12,
    Employment.BASIC_INCOME: 6,
}
SOURCES = {
    "website": 28, "recommendation": 27, "event": 17, "partner": 14, "press": 9, "other": 5,
}  # fmt: skip
# Ranges that the Bundesnetzagentur keeps for films and examples.
MOBILES = [f"+491713920{n:03d}" for n in range(100)] + [f"+4917604069{n:03d}" for n in range(100)]
LANDLINES = [
    f"{area}{n:03d}"
    for area in ("+496990009", "+494066969", "+492214710", "+498999998", "+493023125")
    for n in range(900)
]


class People:
    """Draws people; no name twice until the curated ones are used up, no number twice at all."""

    def __init__(self, demo: Demo):
        self.demo = demo
        self.rows: list[Person] = []
        self.emails: list[PersonEmail] = []
        self.phones: list[PersonPhone] = []
        self.sources = {source.code: source for source in Source.objects.all()}
        self.families = self.spread(words("families"))
        self.streets = words("streets")
        self.mobiles = iter(demo.dice.sample(MOBILES, len(MOBILES)))
        self.landlines = iter(demo.dice.sample(LANDLINES, len(LANDLINES)))
        self.mailboxes: set[str] = set()

    def spread(self, names: list[str]) -> Iterator[str]:
        """Each name once in random order, then also compound ones."""
        dice, heads, tails = self.demo.dice, words("heads"), words("tails")
        yield from dice.sample(names, len(names))
        while True:
            known = self.demo.chance(30)
            yield dice.choice(names) if known else dice.choice(heads) + dice.choice(tails)

    def draw(
        self,
        *,
        at: datetime,
        owner: User | None,
        place: tuple[str, str],
        name: tuple[str, str, str] | None = None,
    ) -> Person:
        given, form = self.demo.dice.choice(GIVEN)
        name = name or (given, next(self.families), form)
        person = self.person(name, at=at, owner=owner, place=place)
        self.add_email(person)
        self.add_phone(person)
        return person

    def person(
        self,
        name: tuple[str, str, str],
        *,
        at: datetime,
        owner: User | None,
        place: tuple[str, str],
    ) -> Person:
        given, family, form = name
        demo, dice = self.demo, self.demo.dice
        postcode, town = place
        person = Person(
            id=demo.new_id(at),
            given_name=given,
            family_name=family,
            sort_name=sort_name(given, family),
            title=demo.weighted(TITLES),
            form_of_address=form,
            birth_date=date(demo.today.year - 24, 1, 1) - timedelta(days=dice.randrange(13_000)),
            street=dice.choice(self.streets),
            house_number=str(dice.randint(1, 88)),
            postcode=postcode,
            town=town,
            languages=list(demo.weighted(LANGUAGES)),
            employment=demo.weighted(EMPLOYMENTS),
            source=self.sources[demo.weighted(SOURCES)],
            first_contact_on=at.date(),
            owner=owner,
            created_at=at,
            modified_at=at,
        )
        if not demo.chance(70):
            person.birth_date = None
        self.rows.append(person)
        return person

    def add_email(self, person: Person) -> None:
        name = f"{person.given_name}.{person.family_name}"
        local = fold(name).replace(" ", "-").replace("'", "")
        address = f"{local}@{self.demo.dice.choice(MAIL_HOSTS)}"
        if address in self.mailboxes:
            address = address.replace("@", f"{len(self.mailboxes)}@")
        self.mailboxes.add(address)
        self.emails.append(
            PersonEmail(
                person=person,
                address=address,
                created_at=person.created_at,
                modified_at=person.created_at,
            )
        )

    def add_phone(self, person: Person) -> None:
        """Three of four have a mobile number, until all those kept for fiction are given out."""
        number = next(self.mobiles, "") if self.demo.chance(75) else ""
        self.give(person, number or next(self.landlines, ""))

    def give(self, person: Person, number: str) -> None:
        if number:
            self.phones.append(
                PersonPhone(
                    person=person,
                    number=number,
                    created_at=person.created_at,
                    modified_at=person.created_at,
                )
            )

    def write(self) -> None:
        self.demo.number(Person.REFERENCE_PREFIX, self.rows)
        self.demo.write(Person, self.rows)
        self.demo.write(PersonEmail, self.emails)
        self.demo.write(PersonPhone, self.phones)
        self.demo.write(Change, [self.first_change(person) for person in self.rows])

    def first_change(self, person: Person) -> Change:
        """Whoever takes a person on has written them down; the others came from a partner."""
        by = Actor.of(person.owner) if person.owner else Actor.system()
        return created(person, person.created_at, by.as_history())
