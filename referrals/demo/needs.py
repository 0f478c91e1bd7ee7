"""Needs as the agency's own lists show them: several partners at once, one instead of another,
stuck ones, and what waits for the round table. Old ones that nobody could help with were settled.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.actors import Actor
from accounts.models import Change
from contacts.demo.cases import Case
from dma_crm.demo import Demo
from referrals.demo.book import Book, Story
from referrals.demo.course import Course
from referrals.models import Need, NeedStatus

SETTLED_AFTER = timedelta(days=35)
SETTLED_NOTES = [
    "Hat inzwischen selbst jemanden gefunden.",
    "Vorhaben geändert, die Frage stellt sich nicht mehr.",
    "Im Gespräch geklärt, es braucht keine weitere Stelle.",
    "Gründung verschoben, meldet sich wieder.",
]
# topic, how many working days ago, and what came of each who was asked
TOGETHER: list[tuple[str, int, dict[str, Story]]] = [
    ("financing", 6, {"volksbank": [("accept", 3, 3)], "nbank": [], "ihk": []}),
    (
        "technology",
        9,
        {"ostfalia": [("accept", 2, 2), ("start", 3, 3)], "wag": [("decline", 4, 4)]},
    ),
]
# topic, who declined, who may be asked with one click
ONE_CLICK = ("marketing", "wag", "ostfalia")
# topic, who declined, who was asked instead
INSTEAD = ("marketing", "wag", "ostfalia")
# topic, who declined, the words for the round table
TABLED: list[tuple[str, list[str], str]] = [
    (
        "location", ["wmg", "wag"],
        "Sucht seit Wochen eine kleine Ladenfläche mit Werkstatt in der Innenstadt, höchstens"
        " 60 Quadratmeter. Wer kennt einen Leerstand zur Zwischennutzung?",
    ),
    (
        "succession", ["hwk"],
        "Möchte einen Betrieb übernehmen, dessen Zahlen seit Jahren nicht aufbereitet sind. Wer"
        " kann eine erste Bewertung begleiten?",
    ),
    (
        "network", [],
        "Sucht eine Person mit Erfahrung im Export nach Skandinavien für zwei, drei Gespräche.",
    ),
]  # fmt: skip
UNASKED = [("digital", 16), ("taxes", 13)]
SILENT = ("wmg", "location", 11)
# A partner refers a founder to another one, with us in copy.
BETWEEN_PARTNERS: list[tuple[str, str, str, int, Story]] = [
    ("ihk", "volksbank", "financing", 4, [("accept", 2, 2)]),
    ("wag", "nbank", "funding", 3, []),
]


def make_needs(book: Book, hosts: Iterator[Case], *, own: Iterator[Case]) -> list[Change]:
    """Needs and referrals go into the book; the history of what was decided is handed back.

    `own` cases are the demo account's.
    """
    leave_one_click(book, host_for(book, own, list(ONE_CLICK[1:])), *ONE_CLICK)
    for topic, days_ago, stories in TOGETHER:
        ask_together(book, host_for(book, hosts, [*stories]), topic, days_ago, stories)
    ask_instead(book, host_for(book, hosts, [*INSTEAD[1:]]), *INSTEAD)
    for topic, days_ago in UNASKED:
        new_need(book, next(hosts), topic, book.demo.moment(book.demo.workday(-days_ago)))
    key, topic, days_ago = SILENT
    ask_together(book, host_for(book, hosts, [key]), topic, days_ago, {key: []})
    for sender, recipient, topic, days_ago, story in BETWEEN_PARTNERS:
        between(book, host_for(book, hosts, [recipient]), sender, recipient, topic, days_ago, story)
    return [table(book, hosts, topic, keys, text) for topic, keys, text in TABLED]


def host_for(book: Book, hosts: Iterator[Case], keys: list[str]) -> Case:
    """Somebody whom none of these partners knows yet."""
    partners = [book.demo.made["partners"][key] for key in keys]
    return next(h for h in hosts if all(book.is_new(h.person, one) for one in partners))


def new_need(book: Book, case: Case, topic: str, at: datetime) -> Need:
    return book.need(
        person=case.person,
        startup=case.startup,
        activity=case.activity,
        topics=[book.demo.made["topics"][topic]],
        stage=case.stage_at(at),
        owner=case.owner,
        at=at,
    )


def ask(book: Book, need: Need, case: Case, key: str, topic: str, at: datetime, **more) -> Course:
    """Sent at once, with the service that fits the topic where the partner has one."""
    demo, partner = book.demo, book.demo.made["partners"][key]
    offers = [offer for offer in demo.made["offers"][topic] if offer[0].partner is partner]
    service, why = offers[0] if offers else (None, "")
    course = book.refer(need, partner, owner=case.owner, at=at, service=service, reason=why, **more)
    course.send(at)
    return course


def ask_together(
    book: Book, case: Case, topic: str, days_ago: int, stories: dict[str, Story]
) -> None:
    at = book.demo.moment(book.demo.workday(-days_ago))
    need = new_need(book, case, topic, at)
    for n, (key, story) in enumerate(stories.items()):
        course = ask(book, need, case, key, topic, at + timedelta(seconds=n))
        book.play(course, story)


def leave_one_click(book: Book, case: Case, topic: str, declined: str, agreed: str) -> None:
    """Declined lately; the founder has agreed to the next best partner as well."""
    demo, recipient = book.demo, book.demo.made["partners"][agreed]
    at = demo.moment(demo.workday(-4))
    need = new_need(book, case, topic, at)
    course = ask(book, need, case, declined, topic, at)
    book.pairs.add((need.person_id, recipient.pk))
    book.consent(need.person, recipient, by=Actor.of(case.owner), at=at)
    book.play(course, [("decline", 2, 2)])


def ask_instead(book: Book, case: Case, topic: str, declined: str, instead: str) -> None:
    """The one step of `replace_referral` beside the new referral."""
    demo = book.demo
    at = demo.moment(demo.workday(-8))
    need = new_need(book, case, topic, at)
    old = ask(book, need, case, declined, topic, at)
    book.play(old, [("decline", 3, 3)])
    asked_at = demo.moment(demo.workday(-3))
    old.replace(asked_at)
    ask(book, need, case, instead, topic, asked_at, replaces=old.referral)


def between(
    book: Book, case: Case, sender: str, recipient: str, topic: str, days_ago: int, story: Story
) -> None:
    demo = book.demo
    at = demo.moment(demo.workday(-days_ago))
    need = new_need(book, case, topic, at)
    partners = demo.made["partners"]
    course = book.refer(need, partners[recipient], owner=case.owner, at=at, sender=partners[sender])
    course.send(at)
    book.play(course, story)


# --- the round table ---


def table(book: Book, hosts: Iterator[Case], topic: str, keys: list[str], text: str) -> Change:
    demo, case = book.demo, host_for(book, hosts, keys)
    at = demo.moment(demo.workday(-14))
    need = new_need(book, case, topic, at)
    for key in keys:
        book.play(ask(book, need, case, key, topic, at), [("decline", 3, 3)])
    tabled_at = demo.moment(demo.workday(-5))
    fields = {"table_text": ["", text], "tabled_at": [None, tabled_at.isoformat()]}
    need.table_text, need.tabled_at = text, tabled_at
    return changed(need, fields, Actor.of(case.owner), tabled_at)


def settle_old(demo: Demo, needs: list[Need], courses: list[Course]) -> list[Change]:
    """What nobody could help with for long was settled in a talk."""
    closed = {course.referral.need_id: course.referral.closed_at for course in courses}
    changes = []
    for need in needs:
        at = closed.get(need.pk)
        old = at and at < demo.now - SETTLED_AFTER
        if need.status not in (NeedStatus.UNMET, NeedStatus.OPEN) or not (old and need.owner):
            continue
        day = demo.later(at, 5, 20)
        note = demo.dice.choice(SETTLED_NOTES)
        fields = {
            "status": [need.status, NeedStatus.HELPED.value],
            "decision": [None, "settled"],
            "note": [None, note],
        }
        need.status = NeedStatus.HELPED.value
        changes.append(changed(need, fields, Actor.of(need.owner), day))
    return changes


def changed(need: Need, fields: dict, by: Actor, at: datetime) -> Change:
    need.version, need.modified_at = need.version + 1, at
    return Change(
        record_type=need._meta.label_lower,
        record_id=need.pk,
        version=need.version,
        fields=fields,
        at=at,
        **by.as_history(),
    )
