"""Demo data of founders' answers: what the clock has asked, and what most of them said."""

from datetime import datetime, timedelta
from typing import Any

from contacts.models import ConsentPurpose, LegalBasis, Person
from dma_crm.demo import Demo
from outbox.demo import kept_mail
from referrals.feedback.answering import CHANGEABLE_FOR
from referrals.feedback.asking import ASKED_OUTCOMES, FEEDBACK_AFTER, HELPFUL, LINK_LIFE
from referrals.feedback.mails import FEEDBACK_MAIL, IMPACT_MAIL
from referrals.models import (
    FounderFeedback,
    ImpactSurvey,
    LinkBearer,
    Outcome,
    Referral,
    ReferralStatus,
)

# Of a hundred: who answers, who was contacted, whom it helped by what the partner says.
ANSWERS, CONTACTED = 58, 95
HELPED = {Outcome.HELPED: 93, Outcome.PARTLY_HELPED: 70}
FOUNDED, RUNNING = 64, 95
MONTH = timedelta(days=31)
KIND = [
    "Sehr freundlich, danke!", "Ging schneller als gedacht.", "Der Termin hat sich gelohnt.",
    "Danke auch an die DMA für den Kontakt.", "Die Checkliste nutze ich heute noch.",
]  # fmt: skip
UNKIND = ["Ich habe leider nichts gehört.", "Es kam nur eine automatische Antwort."]


def make_answers(demo: Demo) -> None:
    rows = Referral.objects.filter(status=ReferralStatus.COMPLETED, outcome__in=ASKED_OUTCOMES)
    rows = rows.select_related("need__person").order_by("closed_at", "pk")
    feedback: list[LinkBearer] = []
    surveys: list[LinkBearer] = []
    helped: set = set()
    for row in rows:
        person = row.need.person
        if person.pk not in demo.made["addresses"]:
            continue
        if asked := moment(demo, row.closed_at + FEEDBACK_AFTER):
            feedback.append(about(demo, row, asked))
        if row.outcome in HELPFUL and person.pk not in helped:
            helped.add(person.pk)
            surveys += impact(demo, row)
    demo.write(FounderFeedback, feedback)
    demo.write(ImpactSurvey, surveys)


def moment(demo: Demo, at: datetime) -> datetime | None:
    """The clock comes round within five minutes, if it has by now."""
    at += timedelta(seconds=demo.dice.randint(1, 300))
    return at if at < demo.now - timedelta(days=1) else None


def about(demo: Demo, referral: Referral, at: datetime) -> LinkBearer:
    row = asked(demo, FounderFeedback, FEEDBACK_MAIL, referral, at, referral=referral)
    if has_answered(demo, row, at):
        row.contacted = demo.chance(CONTACTED)
        row.helped = demo.chance(HELPED.get(Outcome(referral.outcome), 25))
        row.comment = comment(demo, row.contacted)
        row.helped = row.helped if row.contacted else None
    return row


def comment(demo: Demo, contacted: bool) -> str:
    if not demo.chance(35 if contacted else 80):
        return ""
    return demo.dice.choice(KIND if contacted else UNKIND)


def impact(demo: Demo, referral: Referral) -> list[LinkBearer]:
    """After six and twelve months; three years ago there was no demo."""
    found, founded = [], demo.chance(FOUNDED)
    for months in (6, 12):
        at = moment(demo, referral.closed_at + months * MONTH)
        if at is None:
            break
        person, startup_id = referral.need.person, referral.need.startup_id
        own = {"person": person, "startup_id": startup_id, "months": months}
        row = asked(demo, ImpactSurvey, IMPACT_MAIL, referral, at, **own)
        if has_answered(demo, row, at):
            row.founded = founded or demo.chance(months)
            row.running = demo.chance(RUNNING) if row.founded else None
            row.jobs = demo.weighted({1: 60, 2: 20, 3: 10, 5: 6, 9: 2}) if row.running else None
        found.append(row)
    return found


def asked(
    demo: Demo,
    model: type[LinkBearer],
    kind: str,
    of: Referral,
    at: datetime,
    **fields: Any,
) -> Any:
    person: Person = of.need.person
    row = model(id=demo.new_id(at), created_at=at, modified_at=at, **fields)
    row.token_hash = model.hash_of(row.token)
    row.expires_at = at + LINK_LIFE
    mail = kept_mail(
        demo,
        kind=kind,
        key=f"{kind}:{row.pk}",
        recipient=demo.made["addresses"][person.pk],
        recipient_name=person.display_name,
        subjects={"survey": row.pk, "referral": of.pk, "person": person.pk},
        purpose=ConsentPurpose.FOLLOW_UP,
        legal_basis=LegalBasis.PUBLIC_TASK,
        at=at,
    )
    demo.made["mails"].append(mail)
    return row


def has_answered(demo: Demo, row: Any, at: datetime) -> bool:
    """Within a few days, which may not be over yet."""
    answered_at = at + timedelta(minutes=demo.dice.randint(20, 6 * 24 * 60))
    if not demo.chance(ANSWERS) or answered_at > demo.now - timedelta(hours=12):
        return False
    row.answered_at = row.modified_at = answered_at
    row.expires_at = answered_at + CHANGEABLE_FOR
    return True
