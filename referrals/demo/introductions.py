"""Two introductions of the demo account: one waits for the second answer, one has taken place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.actors import Actor
from accounts.models import Change
from contacts.consent_texts import current_text
from contacts.demo.cases import Case
from contacts.models import ALL_SHARED_FIELDS, Consent, ConsentPurpose, Evidence, LegalBasis
from dma_crm.demo import Demo
from dma_crm.workdays import add_working_days
from outbox.demo import kept_mail
from referrals.clock import end_of, local_day
from referrals.introductions import mails
from referrals.introductions.actions import OUTCOME_ASKED_AFTER, holder_of
from referrals.introductions.proposing import EXPIRES_AFTER
from referrals.models import Introduction, IntroductionParty, IntroductionStatus


@dataclass(frozen=True)
class Plot:
    """`proposed` and `answers` count working days back from today; None has not answered."""

    purpose: str
    abouts: tuple[str, str]
    proposed: int
    answers: tuple[int | None, int | None]


PLOTS = [
    Plot(
        "Sie stehen beide vor der Frage, wie man die ersten Kundinnen und Kunden gewinnt, und"
        " könnten sich dazu austauschen.",
        (
            "Gründet gerade mit dieser Idee: {activity}. Hat schon einen Stand auf dem Markt"
            " ausprobiert und erzählt gern davon.",
            "Gründet gerade mit dieser Idee: {activity}. Kennt sich mit Werbung im Netz aus und"
            " möchte Verkaufsgespräche üben.",
        ),
        proposed=3,
        answers=(2, None),
    ),
    Plot(
        "Erfahrungen mit der Suche nach Räumen in der Innenstadt, vielleicht auch eine gemeinsame"
        " Anmietung",
        (
            "Sucht einen kleinen Laden in der Innenstadt. Das Vorhaben: {activity}.",
            "Hat im letzten Jahr lange nach Räumen gesucht und kennt die Fallstricke von"
            " Gewerbemietverträgen. Das Vorhaben: {activity}.",
        ),
        proposed=9,
        answers=(8, 6),
    ),
]


def make_introductions(demo: Demo) -> None:
    hosts = hosts_of(demo)
    tales = [Tale(demo, plot, (next(hosts), next(hosts))) for plot in PLOTS]
    introductions = [tale.row for tale in tales]
    demo.number(Introduction.REFERENCE_PREFIX, introductions)
    demo.write(Introduction, introductions)
    for tale in tales:
        tale.write()


def hosts_of(demo: Demo):
    """Cases of the demo account that are on their way, whose founders can be written to."""
    own = (case for case in demo.made["cases"] if case.owner == demo.made["advisors"][0])
    return (case for case in own if case.is_open and case.person.pk in demo.made["addresses"])


class Tale:
    """One introduction as its actions would have left it."""

    def __init__(self, demo: Demo, plot: Plot, cases: tuple[Case, Case]):
        self.demo, self.by = demo, Actor.of(demo.made["advisors"][0])
        at = demo.moment(demo.workday(-plot.proposed))
        self.row = Introduction(
            id=demo.new_id(at), owner_id=self.by.user_id, purpose=plot.purpose, status_since=at,
            created_at=at, modified_at=at,
        )  # fmt: skip
        self.changes = [self.change({}, self.by, at)]
        self.consents: list[Consent] = []
        told = zip(cases, plot.abouts, strict=True)
        self.parties = [self.party(case, about, at) for case, about in told]
        for party in self.parties:
            self.mail("introduction_proposed", party, at)
        for party, days in zip(self.parties, plot.answers, strict=True):
            if days:
                self.agree(party, demo.moment(demo.workday(-days)))

    def change(self, fields: dict, by: Actor, at: datetime) -> Change:
        return Change(
            record_type=Introduction._meta.label_lower, record_id=self.row.pk,
            version=self.row.version, fields=fields, at=at, **by.as_history(),
        )  # fmt: skip

    def party(self, case: Case, about: str, at: datetime) -> IntroductionParty:
        row = IntroductionParty(
            id=self.demo.new_id(at), introduction=self.row, person=case.person,
            about=about.format(activity=case.activity), offered_fields=list(ALL_SHARED_FIELDS),
            expires_at=end_of(add_working_days(local_day(at), EXPIRES_AFTER)),
            created_at=at, modified_at=at,
        )  # fmt: skip
        row.token_hash = IntroductionParty.hash_of(row.token)
        return row

    def agree(self, party: IntroductionParty, at: datetime) -> None:
        """Shares name and e-mail; the second one to agree joins the two."""
        by = holder_of(party)
        party.agreed, party.answered_at, party.modified_at = True, at, at
        party.shared_fields = ["name", "email"]
        party.consent = self.consent(party, by, at)
        fields: dict = {f"agreed:{party.pk}": [None, True]}
        self.row.version += 1
        self.row.modified_at = at
        if all(each.agreed for each in self.parties):
            fields |= {"status": [self.row.status, IntroductionStatus.INTRODUCED]}
            self.join(at)
        self.changes.append(self.change(fields, by, at))

    def consent(self, party: IntroductionParty, by: Actor, at: datetime) -> Consent:
        name = self.demo.made["agency"].name
        text, version = current_text(ConsentPurpose.INTRODUCTION, agency_name=name)
        consent = Consent(
            id=self.demo.new_id(at), person=party.person, purpose=ConsentPurpose.INTRODUCTION,
            shared_fields=party.shared_fields, text=text, text_version=version,
            evidence=Evidence.FORM, given_at=at, at=at, created_at=at, modified_at=at,
            **by.as_history(),
        )  # fmt: skip
        self.consents.append(consent)
        return consent

    def join(self, at: datetime) -> None:
        self.row.status, self.row.status_since = IntroductionStatus.INTRODUCED, at
        self.row.introduced_at = at
        for party in self.parties:
            party.expires_at = end_of(local_day(at) + OUTCOME_ASKED_AFTER)
            self.mail(mails.MADE, party, at + timedelta(seconds=1))

    def mail(self, kind: str, party: IntroductionParty, at: datetime) -> None:
        made = kind == mails.MADE
        self.demo.made["mails"].append(
            kept_mail(
                self.demo,
                kind=kind,
                key=mails.key(kind, party),
                recipient=self.demo.made["addresses"][party.person_id],
                recipient_name=party.person.display_name,
                subjects={"party": party.pk, "person": party.person_id},
                purpose=ConsentPurpose.INTRODUCTION,
                legal_basis=LegalBasis.CONSENT if made else LegalBasis.PUBLIC_TASK,
                at=at,
            )
        )

    def write(self) -> None:
        for consent in self.consents:
            consent.evidence_note = self.row.reference
        self.demo.write(Consent, self.consents)
        self.demo.write(IntroductionParty, self.parties)
        self.demo.write(Change, self.changes)
