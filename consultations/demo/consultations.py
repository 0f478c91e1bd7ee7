"""Writes down every talk of every case."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Change, ReadLog
from consultations.demo.wording import CONFIDENTIAL, NEXT, NOTES, OPENINGS, READING_REASONS
from consultations.models import (
    ConfidentialNote,
    Consultation,
    ConsultationChannel,
    ConsultationResult,
    ConsultationState,
)
from consultations.notes import CHANGED
from contacts.demo.cases import Case, Talk
from dma_crm.demo import Demo
from referrals.models import Referral

CHANNELS = {
    ConsultationChannel.PHONE: 44, ConsultationChannel.IN_PERSON: 30, ConsultationChannel.VIDEO: 17,
    ConsultationChannel.MAIL: 7, ConsultationChannel.EVENT: 2,
}  # fmt: skip
MINUTES = {"first": (35, 75), "further": (15, 50), "short": (5, 12)}
RESULTS = {
    ConsultationResult.OPEN: 62, ConsultationResult.ANSWERED: 28, ConsultationResult.SIGNPOSTED: 10,
}  # fmt: skip
SECRET, READ, WITH_COLLEAGUE = 7, 45, 4  # of a hundred


def make_consultations(demo: Demo) -> None:
    partners = referred_to(demo)
    talks = [(case, talk) for case in demo.made["cases"] for talk in case.talks]
    rows = [consultation(demo, case, talk, partners) for case, talk in talks]
    demo.number(Consultation.REFERENCE_PREFIX, rows)
    demo.write(Consultation, rows)
    pairs = list(zip(rows, talks, strict=True))
    topics = [(row, topic) for row, (_case, talk) in pairs for topic in talk.topics]
    demo.link(Consultation.topics.through, "topic", topics)
    others = [(row, person) for row, (case, _talk) in pairs for person in case.others]
    demo.link(Consultation.others.through, "person", others)
    demo.link(Consultation.colleagues.through, "user", list(colleagues(demo, rows)))
    demo.write(Change, [completed(row) for row in rows])
    write_notes(demo, rows)


def referred_to(demo: Demo) -> dict[tuple, str]:
    """Who was asked for help in the talk of that person at that moment."""
    sent = Referral.objects.filter(sender=demo.made["agency"]).order_by("-reference")
    rows = sent.values_list("need__person", "created_at", "recipient__short_name")
    return {(person, at): name for person, at, name in rows.iterator()}


def consultation(demo: Demo, case: Case, talk: Talk, partners: dict[tuple, str]) -> Consultation:
    least, most = MINUTES[talk.kind]
    minutes, result = demo.dice.randint(least, most), result_of(demo, case, talk)
    begun = talk.at - timedelta(minutes=min(minutes, 25))
    return Consultation(
        id=demo.new_id(begun),
        person=case.person,
        startup=case.startup,
        advisor=talk.advisor,
        held_on=timezone.localdate(talk.at),
        channel=demo.weighted(CHANNELS),
        kind=talk.kind,
        contact_minutes=minutes,
        preparation_minutes=demo.dice.choice([None, 5, 10, 15]),
        summary=summary(demo, case, talk, result, partners.get((case.person.pk, talk.at), "")),
        result=result,
        state=ConsultationState.COMPLETE,
        completed_at=talk.at,
        version=2,
        created_at=begun,
        modified_at=talk.at,
    )


def result_of(demo: Demo, case: Case, talk: Talk) -> str:
    if talk.referred:
        return ConsultationResult.REFERRED
    if talk is case.talks[-1] and case.startup.stage.code == "ended":
        return ConsultationResult.ENDED
    return demo.weighted(RESULTS)


def summary(demo: Demo, case: Case, talk: Talk, result: str, partner: str) -> str:
    dice = demo.dice
    sentences = [dice.choice(OPENINGS[talk.kind])]
    sentences += [dice.choice(NOTES[topic.code]) for topic in talk.topics]
    sentences.append(dice.choice(NEXT[result]))
    return " ".join(filter(None, sentences)).format(activity=case.activity, partner=partner)


def colleagues(demo: Demo, rows: list[Consultation]) -> Iterator[tuple]:
    for row in rows:
        if demo.chance(WITH_COLLEAGUE):
            others = [user for user in demo.made["advisors"] if user.pk != row.advisor_id]
            yield row, demo.dice.choice(others)


def completed(row: Consultation) -> Change:
    """Typing a draft leaves no history: it begins with the complete note."""
    return Change(
        record_type="consultations.consultation",
        record_id=row.pk,
        version=2,
        fields={"state": ["draft", "complete"]},
        at=row.completed_at,
        **Actor.of(row.advisor).as_history(),
    )


# --- what stays between founder and advisor ---


def write_notes(demo: Demo, rows: list[Consultation]) -> None:
    notes = [note_to(demo, row) for row in rows if demo.chance(SECRET)]
    demo.write(ConfidentialNote, notes)
    demo.write(Change, [first_written(note) for note in notes])
    demo.write(ReadLog, [entry for note in notes for entry in readings(demo, note)])


def note_to(demo: Demo, row: Consultation) -> ConfidentialNote:
    at = row.completed_at
    return ConfidentialNote(
        id=demo.new_id(at),
        consultation=row,
        text=demo.dice.choice(CONFIDENTIAL),
        created_at=at,
        modified_at=at,
    )


def first_written(note: ConfidentialNote) -> Change:
    """That it was written, never what."""
    return Change(
        record_type="consultations.confidentialnote",
        record_id=note.pk,
        version=1,
        fields=CHANGED,
        at=note.created_at,
        **Actor.of(note.consultation.advisor).as_history(),
    )


def readings(demo: Demo, note: ConfidentialNote) -> Iterator[ReadLog]:
    """Mostly by whoever wrote it; now and then by the manager, who says why."""
    row = note.consultation
    moment = demo.later(note.created_at, 2, 30) if demo.chance(READ) else None
    if moment:
        by_manager = demo.chance(25)
        yield ReadLog(
            user=demo.made["manager"] if by_manager else row.advisor,
            note_id=note.pk,
            subject=row.reference,
            at=moment,
            reason=demo.dice.choice(READING_REASONS) if by_manager else "",
        )
