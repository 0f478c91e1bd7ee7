"""Cases: a venture, its founders, and the days on which somebody talked with them.

Later parts hang on to `demo.made["cases"]`: referrals happen on days of talks, consultations are
the notes of them, follow-ups lead from one to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, pairwise

from accounts.actors import Actor
from accounts.models import Change, User
from contacts.actions.startups import sort_name
from contacts.demo.partners import created
from contacts.demo.people import People
from contacts.demo.wording import PLACES, lines
from contacts.models import (
    Affiliation,
    AffiliationRole,
    FoundingKind,
    LegalForm,
    Occupation,
    Person,
    Stage,
    StageChange,
    StageKind,
    Startup,
    Topic,
)
from contacts.search.index import index_many
from dma_crm.demo import Demo

STARTUPS, PAIRS_EVERY, TWINS = 120, 12, 5
TWIN = ("Jürgen", "Müller", "mr")
SENT_BY = {None: 90, "ihk": 6, "wag": 4}
# Sent by a partner so many working days ago, taken by nobody yet.
NEWCOMERS = [("ihk", 1), ("ihk", 2), ("wag", 1), ("wag", 3)]
GIVES_UP, STOPS, MOVES_ON = 21, 14, 45  # of a hundred
OWNERS = (44, 30, 26)  # of a hundred cases; the demo account has the most
WAY = ["orientation", "conception", "founding", "consolidation", "growth"]
STARTS = {0: 58, 1: 28, 2: 9, 3: 5}
TOPICS_OF_STAGE = {
    "orientation": ["idea", "business_plan", "network", "funding", "personnel"],
    "conception": ["business_plan", "funding", "financing", "marketing", "legal_form", "location"],
    "founding": ["legal_form", "taxes", "financing", "location", "funding", "personnel"],
    "consolidation": ["marketing", "taxes", "digital", "personnel", "network"],
    "growth": ["growth", "personnel", "financing", "digital", "location"],
}
TOPICS_OF_FIELD = {
    "tech": ["technology", "funding"],
    "mobility": ["technology", "network"],
    "green": ["funding", "technology"],
    "craft": ["legal_form", "location"],
    "food": ["location", "financing"],
    "retail": ["location", "marketing"],
    "health": ["legal_form", "personnel"],
    "creative": ["marketing", "taxes"],
    "service": ["marketing", "taxes"],
    "social": ["funding", "network"],
}
LEGAL_FORMS = {
    "tech": [LegalForm.GMBH, LegalForm.UG, LegalForm.GMBH],
    "mobility": [LegalForm.UG, LegalForm.GMBH, LegalForm.SOLE],
    "green": [LegalForm.GBR, LegalForm.SOLE, LegalForm.UG],
    "craft": [LegalForm.SOLE, LegalForm.EK],
    "food": [LegalForm.SOLE, LegalForm.GBR, LegalForm.UG],
    "retail": [LegalForm.SOLE, LegalForm.EK, LegalForm.GBR],
    "health": [LegalForm.FREELANCE, LegalForm.SOLE, LegalForm.PARTG],
    "creative": [LegalForm.FREELANCE, LegalForm.GBR],
    "service": [LegalForm.SOLE, LegalForm.UG],
    "social": [LegalForm.EV, LegalForm.UG, LegalForm.EG],
}
FOUNDINGS = {
    FoundingKind.NEW: 78, FoundingKind.TAKEOVER: 9, FoundingKind.UNKNOWN: 8,
    FoundingKind.SPIN_OFF: 5,
}  # fmt: skip
OCCUPATIONS = {Occupation.MAIN: 58, Occupation.SIDE: 30, Occupation.UNKNOWN: 12}
ENDINGS = [
    "Hat eine Festanstellung angenommen.",
    "Finanzierung kam nicht zustande.",
    "Aus familiären Gründen aufgegeben.",
    "Markt vor Ort zu klein, rechnet sich nicht.",
    "Ladenlokal nicht bekommen, sucht nicht weiter.",
]
PAUSES = [
    "Elternzeit bis zum Frühjahr.",
    "Wartet auf den Förderbescheid.",
    "Krankheit, meldet sich.",
]


@dataclass
class Talk:
    """A conversation, and whether somebody was referred in it (referrals set that)."""

    at: datetime
    advisor: User
    kind: str
    stage: Stage
    topics: list[Topic]
    referred: bool = False


@dataclass
class Case:
    startup: Startup
    activity: str
    person: Person
    owner: User
    sent_by: str | None = None
    others: list[Person] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    changes: list[StageChange] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.startup.stage.kind == StageKind.OPEN

    def stage_at(self, at: datetime) -> Stage:
        return [change.after for change in self.changes if change.at <= at][-1]


def make_cases(demo: Demo) -> None:
    people, ventures = People(demo), ventures_from(demo)
    demo.made["stages"] = {stage.code: stage for stage in Stage.objects.all()}
    demo.made["topics"] = {topic.code: topic for topic in Topic.objects.all()}
    cases = [make_case(demo, people, next(ventures), n) for n in range(STARTUPS * demo.scale)]
    add_twin(demo, people, cases[TWINS])
    demo.made["newcomers"] = [
        (key, newcomer(demo, people, days)) for key, days in NEWCOMERS * demo.scale
    ]
    people.write()
    write(demo, cases)
    index_many([*people.rows, *(case.startup for case in cases)])
    demo.made["cases"], demo.made["people"] = cases, people


def ventures_from(demo: Demo) -> Iterator[list[str]]:
    """Those with a name of their own first, then trades that bear their founder's name."""
    named, trades = lines("ventures.txt"), lines("trades.txt")
    yield from demo.dice.sample(named, len(named))
    yield from cycle(trades)


def make_case(demo: Demo, people: People, venture: list[str], n: int) -> Case:
    name, kind, wz_code, activity, pitch = venture
    day = demo.dice.randrange(3, demo.workdays.index(demo.last_workday))
    at = demo.moment(demo.workdays[day])
    owner = demo.dice.choices(demo.made["advisors"], weights=OWNERS)[0]
    place = demo.weighted(PLACES)
    sent_by = demo.weighted(SENT_BY) if n != TWINS else None
    arrived = demo.moment(demo.workdays[day - demo.dice.choice([1, 2])]) if sent_by else at
    name_of = TWIN if n == TWINS else None
    person = people.draw(at=arrived, owner=owner, place=place, name=name_of)
    if sent_by:
        person.source = people.sources["partner"]
    startup = Startup(
        id=demo.new_id(at + timedelta(milliseconds=1)),
        name=name.format(family=person.family_name),
        pitch=pitch,
        founding_kind=demo.weighted(FOUNDINGS),
        occupation=demo.weighted(OCCUPATIONS),
        activity=activity,
        wz_code=wz_code,
        wz_edition=2008,
        postcode=place[0],
        town=place[1],
        owner=owner,
        created_at=at,
    )
    startup.sort_name = sort_name(startup.name)
    case = Case(startup, activity, person, owner, sent_by)
    if n % PAIRS_EVERY == 0:
        case.others.append(people.draw(at=at + timedelta(seconds=1), owner=owner, place=place))
    go_the_way(demo, case, kind)
    settle(demo, case, kind)
    return case


def go_the_way(demo: Demo, case: Case, kind: str) -> None:
    """Talk after talk, now and then into the next phase, until nobody calls any more."""
    stages, at = demo.made["stages"], case.startup.created_at
    position = demo.weighted(STARTS)
    change_stage(case, stages[WAY[position]], at)
    while at:
        stage = case.changes[-1].after
        case.talks.append(talk(demo, case, at, stage, kind))
        if len(case.talks) > 1 and demo.chance(MOVES_ON) and position + 1 < len(WAY):
            position += 1
            change_stage(case, stages[WAY[position]], at + timedelta(minutes=2))
        gone_on = not demo.chance(GIVES_UP)
        at = demo.later(at, 8, 40 + 12 * len(case.talks)) if gone_on else None
    if len(case.talks) > 1 and demo.chance(STOPS):
        code, reasons = demo.dice.choice([("ended", ENDINGS), ("paused", PAUSES)])
        moment = case.talks[-1].at + timedelta(minutes=4)
        change_stage(case, stages[code], moment, demo.dice.choice(reasons))


def talk(demo: Demo, case: Case, at: datetime, stage: Stage, kind: str) -> Talk:
    pool = TOPICS_OF_STAGE[stage.code] + TOPICS_OF_FIELD[kind]
    if case.startup.founding_kind == FoundingKind.TAKEOVER:
        pool = [*pool, "succession", "succession"]
    codes = dict.fromkeys(demo.dice.choices(pool, k=demo.dice.choice([1, 1, 2])))
    short = "short" if demo.chance(12) else "further"
    return Talk(
        at=at,
        advisor=case.owner if demo.chance(92) else demo.dice.choice(demo.made["advisors"]),
        kind=short if case.talks else "first",
        stage=stage,
        topics=[demo.made["topics"][code] for code in codes],
    )


def change_stage(case: Case, stage: Stage, at: datetime, reason: str = "") -> None:
    before = case.changes[-1].after if case.changes else None
    case.changes.append(
        StageChange(
            startup=case.startup,
            before=before,
            after=stage,
            reason=reason,
            at=at,
            **Actor.of(case.owner).as_history(),
        )
    )


def settle(demo: Demo, case: Case, kind: str) -> None:
    """What follows from how far the venture has come."""
    startup, last = case.startup, case.changes[-1]
    startup.stage, startup.stage_since, startup.modified_at = last.after, last.at, last.at
    startup.version = len(case.changes)
    founding = [change.at for change in case.changes if change.after.code in WAY[3:]]
    if founding:
        startup.founded_on = founding[0].date() - timedelta(days=demo.dice.randrange(5, 40))
    elif case.is_open:
        startup.planned_founding_on = demo.workday(demo.dice.randrange(15, 90))
    if founding or last.after.code == "founding":
        startup.legal_form = demo.dice.choice(LEGAL_FORMS[kind])


def add_twin(demo: Demo, people: People, case: Case) -> None:
    """The same man called a second time and was written down by a colleague who spelt him out."""
    man, at = case.person, demo.moment(demo.workday(-3))
    colleague = next(user for user in demo.made["advisors"] if user != case.owner)
    place = (man.postcode, man.town)
    twin = people.person(("Juergen", "Mueller", "mr"), at=at, owner=colleague, place=place)
    number = next(phone.number for phone in people.phones if phone.person is man)
    twin.street, twin.house_number, twin.birth_date = man.street, man.house_number, None
    people.give(twin, number)


def newcomer(demo: Demo, people: People, days_ago: int) -> Person:
    at, place = demo.moment(demo.workday(-days_ago)), demo.weighted(PLACES)
    person = people.draw(at=at, owner=None, place=place)
    person.source = people.sources["partner"]
    return person


def write(demo: Demo, cases: list[Case]) -> None:
    demo.number(Startup.REFERENCE_PREFIX, [case.startup for case in cases])
    demo.write(Startup, [case.startup for case in cases])
    demo.write(StageChange, [change for case in cases for change in case.changes])
    demo.write(Affiliation, [tie for case in cases for tie in affiliations(case)])
    demo.write(Change, [entry for case in cases for entry in history(case)])


def affiliations(case: Case) -> Iterator[Affiliation]:
    for person in (case.person, *case.others):
        yield Affiliation(
            person=person,
            startup=case.startup,
            role=AffiliationRole.FOUNDER,
            since=person.first_contact_on,
            created_at=person.created_at,
            modified_at=person.created_at,
        )


def history(case: Case) -> Iterator[Change]:
    """As `create_startup` and `change_stage` would have written it."""
    by = Actor.of(case.owner).as_history()
    yield created(case.startup, case.startup.created_at, by)
    for version, (first, second) in enumerate(pairwise(case.changes), start=2):
        yield Change(
            record_type="contacts.startup",
            record_id=case.startup.pk,
            version=version,
            fields={
                "stage_id": [first.after_id, second.after_id],
                "stage_since": [first.at.isoformat(), second.at.isoformat()],
            },
            at=second.at,
            **by,
        )
