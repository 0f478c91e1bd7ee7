"""What happens to referrals: most in the past, some at this moment so that the desk is full.

A story is a list of steps with the least and most working days since the one before.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle

from contacts.demo.cases import Case, Talk
from contacts.models import Stage, Topic
from dma_crm.demo import Demo, local
from referrals.demo.book import Book, Story
from referrals.demo.course import JUST_NOW, LATELY, Course
from referrals.demo.needs import make_needs, settle_old

REFERRED, ALSO_ANOTHER, UNNOTICED = 46, 14, 15  # of a hundred
END: Story = [("start", 1, 6), ("complete", 5, 30)]
PAST: dict[str, tuple[int, Story]] = {
    "helped": (52, [("accept", 0, 4), *END]),
    "asked": (9, [("ask", 0, 3), ("answer", 0, 2), ("accept", 0, 3), *END]),
    "paused": (
        5,
        [("accept", 0, 4), ("start", 1, 5), ("hold", 3, 9), ("resume", 0, 0), ("complete", 5, 20)],
    ),
    "short": (4, [("accept", 0, 3), ("complete", 2, 8)]),
    "declined": (11, [("decline", 0, 4)]),
    "asked_and_declined": (3, [("ask", 0, 3), ("answer", 0, 2), ("decline", 0, 3)]),
    "withdrawn": (4, [("withdraw", 1, 4)]),
    "expired": (4, [("expire", 0, 0)]),
    "forwarded": (
        4,
        [("forward", 0, 3), ("confirm_forward", 0, 2), ("accept", 0, 4), *END],
    ),
    "kept": (2, [("forward", 0, 3), ("refuse_forward", 0, 2), ("accept", 0, 3), *END]),
    "undone": (2, [("accept", 0, 3), ("undo", 0, 0), ("decline", 0, 1)]),
}
# As it stands now: who is asked, on which topic, how many working days ago, and what came since.
NOW: list[tuple[str, str, int, Story]] = [
    ("ihk", "business_plan", 1, []),
    ("ihk", "funding", 2, []),
    ("ihk", "legal_form", 3, []),
    ("ihk", "taxes", 7, []),
    ("wag", "idea", 1, []),
    ("wag", "marketing", 2, []),
    ("wag", "location", 4, []),
    ("wag", "network", 8, []),
    ("arbeitsagentur", "funding", 9, []),
    ("nbank", "funding", 7, []),
    ("volksbank", "financing", 2, []),
    ("ihk", "business_plan", 4, [("ask", 2, 2)]),
    ("wag", "technology", 3, [("ask", 1, 1)]),
    ("nbank", "financing", 6, [("ask", 2, 2)]),
    ("ihk", "legal_form", 3, [("forward", 1, 1)]),
    ("wag", "location", 2, [("forward", 1, 1)]),
    ("wmg", "location", 6, [("forward", 1, 1), ("confirm_forward", 1, 1)]),
    ("ihk", "succession", 2, [("accept", JUST_NOW, 0)]),
    ("wag", "marketing", 3, [("decline", JUST_NOW, 0)]),
    ("ihk", "funding", 4, [("accept", LATELY, 0)]),
    ("volksbank", "financing", 5, [("accept", LATELY, 0)]),
    ("wmg", "location", 12, [("accept", 2, 2)]),
    ("ihk", "business_plan", 14, [("accept", 2, 2), ("start", 3, 3)]),
    ("wag", "marketing", 16, [("accept", 3, 3), ("start", 2, 2)]),
    ("volksbank", "financing", 24, [("accept", 2, 2), ("start", 4, 4), ("hold", 6, 6)]),
    ("ihk", "business_plan", 19, [("accept", 2, 2), ("start", 3, 3), ("complete", 10, 10)]),
    ("wag", "network", 17, [("accept", 1, 1), ("start", 3, 3), ("complete", 9, 9)]),
    ("nbank", "funding", 21, [("accept", 3, 3), ("start", 3, 3), ("complete", 12, 12)]),
    ("arbeitsagentur", "personnel", 6, [("accept", 1, 1), ("withdraw_consent", 3, 3)]),
]
DRAFTS = [("volksbank", "financing", True), ("ihk", "taxes", True), ("nbank", "funding", False)]
# What contacts' newcomers need, and what we did.
TO_US: list[tuple[str, Story]] = [
    ("idea", []), ("network", []), ("business_plan", []), ("marketing", [("ask", 1, 1)]),
]  # fmt: skip
ACTIVITIES = [
    "Café mit Kinderbetreuung", "Reparaturdienst für Haushaltsgeräte", "Werkstatt für Oldtimer",
    "Sprachkurse für Pflegekräfte", "Vermietung von Veranstaltungstechnik",
]  # fmt: skip


def make_referrals(demo: Demo) -> None:
    demo.made["addresses"] = {row.person_id: row.address for row in demo.made["people"].emails}
    book = Book(demo)
    for case in demo.made["cases"]:
        arrive(book, case)
        for talk in case.talks:
            if demo.chance(REFERRED):
                refer_in(book, case, talk)
    hosts = hosts_of(demo)
    for copy in range(demo.scale):
        at_this_moment(book, hosts, first=copy == 0)
    newcomers(book)
    decided = make_needs(book, hosts[False], own=hosts[True])
    book.roll_up()
    book.write([*decided, *settle_old(demo, book.needs, book.courses)])


def arrive(book: Book, case: Case) -> None:
    """Some founders come from a partner, who sent them with their consent."""
    if case.sent_by is None:
        return
    demo, talk = book.demo, case.talks[0]
    need = need_of(book, case, talk.topics, case.person.created_at, talk.stage, owner=None)
    sender = demo.made["partners"][case.sent_by]
    at = case.person.created_at
    course = book.refer(need, demo.made["agency"], owner=case.owner, at=at, sender=sender)
    course.send(at)
    course.accept(talk.at - timedelta(minutes=12))
    course.start(talk.at)
    play_out(book, course, [("complete", 2, 15)])


def refer_in(book: Book, case: Case, talk: Talk) -> None:
    demo = book.demo
    stage = case.stage_at(talk.at)
    offers = [offer for topic in talk.topics for offer in demo.made["offers"][topic.code]]
    service, why = demo.dice.choice(offers)
    if not book.is_new(case.person, service.partner):
        return
    need = need_of(book, case, talk.topics, talk.at, stage, owner=talk.advisor)
    talk.referred = True
    send(book, need, service, why, talk)
    others = [o for o in offers if book.is_new(case.person, o[0].partner)]
    if others and demo.chance(ALSO_ANOTHER):
        send(book, need, *demo.dice.choice(others), talk)


def send(book: Book, need, service, why: str, talk: Talk) -> None:
    course = book.refer(
        need, service.partner, owner=talk.advisor, at=talk.at, service=service, reason=why
    )
    course.send(talk.at)
    stories = {name: weight for name, (weight, _story) in PAST.items()}
    play_out(book, course, PAST[book.demo.weighted(stories)][1])


def play_out(book: Book, course: Course, story: Story) -> None:
    """Most outcomes are taken note of by somebody, the others by the clock."""
    late = book.demo.chance(UNNOTICED)
    end = ("acknowledge_late", 0, 0) if late else ("acknowledge", 0, 6)
    completes = any(verb == "complete" for verb, _least, _most in story)
    book.play(course, [*story, end] if completes else story)


def need_of(book: Book, case: Case, topics: list[Topic], at: datetime, stage: Stage, owner):
    return book.need(
        person=case.person,
        startup=case.startup if at >= case.startup.created_at else None,
        activity=case.activity,
        topics=topics,
        stage=stage,
        owner=owner,
        at=at,
    )


# --- at this moment ---


def hosts_of(demo: Demo) -> dict[bool, Iterator[Case]]:
    """Cases on their way that had their first talk long enough ago; True: of the demo account."""
    settled = local(demo.workday(-30))
    fit = [case for case in demo.made["cases"] if case.is_open and case.talks[0].at < settled]
    first = demo.made["advisors"][0]
    own = [case for case in fit if case.owner == first]
    return {True: cycle(own), False: cycle(fit)}


def at_this_moment(book: Book, hosts: dict[bool, Iterator[Case]], *, first: bool) -> None:
    """The first time over all of it belongs to the demo account."""
    demo = book.demo
    for key, topic, days_ago, story in NOW:
        course, talk = draft(book, hosts[first], key, topic, demo.workday(-days_ago))
        course.send(talk.at)
        book.play(course, story)
    for key, topic, consented in DRAFTS:
        draft(book, hosts[first], key, topic, demo.workday(-1), consented=consented)


def draft(
    book: Book, hosts: Iterator[Case], key: str, topic: str, day: date, *, consented: bool = True
) -> tuple[Course, Talk]:
    """In a talk of that day with somebody whom this partner does not know yet."""
    demo, partner = book.demo, book.demo.made["partners"][key]
    case = next(host for host in hosts if book.is_new(host.person, partner))
    at = demo.moment(day)
    talk = Talk(at, case.owner, "further", case.stage_at(at), [demo.made["topics"][topic]], True)
    case.talks.append(talk)
    case.talks.sort(key=lambda each: each.at)
    need = need_of(book, case, talk.topics, at, talk.stage, owner=case.owner)
    offers = demo.made["offers"][topic]
    service, why = next(offer for offer in offers if offer[0].partner is partner)
    course = book.refer(
        need, partner, owner=case.owner, at=at, service=service, reason=why, consented=consented
    )
    return course, talk


def newcomers(book: Book) -> None:
    """Founders whom partners have just sent us; nobody has taken them yet."""
    demo = book.demo
    for n, (key, person) in enumerate(demo.made["newcomers"]):
        topic, story = TO_US[n % len(TO_US)]
        at, agency = person.created_at, demo.made["agency"]
        need = book.need(
            person=person,
            startup=None,
            activity=demo.dice.choice(ACTIVITIES),
            topics=[demo.made["topics"][topic]],
            stage=None,
            owner=None,
            at=at,
        )
        sender = demo.made["partners"][key]
        owner = demo.made["advisors"][0]
        course = book.refer(need, agency, owner=owner, at=at, sender=sender)
        course.send(at)
        book.play(course, story)
