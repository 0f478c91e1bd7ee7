"""Two people who might like to meet, their advisor, and what she proposes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Person
from outbox.delivery import deliver
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals.introductions import actions
from referrals.introductions.proposing import Side, propose_introduction
from referrals.introductions.sweeps import run_introductions
from referrals.models import Introduction, IntroductionParty
from tests.factories import PersonFactory, UserFactory

ALL = ("name", "email", "phone")
ZOE, MIRO = "zoe.tok3n@gruendung.example", "miro.tok3n@gruendung.example"
ZOES_PHONE, MIROS_PHONE = "+4917139200011", "+4917139200012"


@dataclass
class Pair:
    now: datetime
    user: User
    zoe: Person
    miro: Person

    @classmethod
    def made(cls, now: datetime) -> "Pair":
        zoe = PersonFactory(given_name="Zoë", family_name="Tok3nmann", email=ZOE, phone=ZOES_PHONE)
        miro = PersonFactory(
            given_name="Miro", family_name="Tok3nberg", email=MIRO, phone=MIROS_PHONE
        )
        user = UserFactory(name="Aylin Krüger", email="aylin@dma.example")
        return cls(now, user, zoe, miro)

    @property
    def advisor(self) -> Actor:
        return Actor.of(self.user)

    def at(self, now: datetime) -> "Pair":
        return replace(self, now=now)

    def sides(self, **more: Any) -> tuple[Side, Side]:
        given = {"first": self.zoe, "second": self.miro, "fields": ALL} | more
        return (
            Side(given["first"], "Baut Regale aus altem Holz.", given["fields"]),
            Side(given["second"], "Verkauft seit Jahren Küchen.", given["fields"]),
        )

    def propose(self, **more: Any) -> Introduction:
        given = {"sides": self.sides(), "purpose": "Wie man Möbel verkauft", "by": self.advisor}
        return propose_introduction(**{**given, **more}, at=self.now)

    def asked(self) -> Introduction:
        """Proposed, and both mails have gone out."""
        row = self.propose()
        self.deliver()
        return row

    def joined(self) -> Introduction:
        row = self.asked()
        self.agree(row, self.zoe)
        self.agree(row, self.miro)
        return self.fresh(row)

    def party(self, row: Introduction, person: Person) -> IntroductionParty:
        rows = IntroductionParty.objects.select_related("person", "introduction__owner")
        return rows.get(introduction=row, person=person)

    def agree(self, row: Introduction, person: Person, fields=ALL) -> Introduction:
        party = self.party(row, person)
        by = actions.holder_of(party)
        given = {"party": party, "shared_fields": fields, "by": by, "at": self.now}
        return actions.agree_to_introduction(**given)

    def decline(self, row: Introduction, person: Person, text="") -> Introduction:
        party = self.party(row, person)
        by = actions.holder_of(party)
        return actions.decline_introduction(party=party, text=text, by=by, at=self.now)

    def tell(self, row: Introduction, person: Person, outcome="met") -> Introduction:
        party = self.party(row, person)
        by = actions.holder_of(party)
        return actions.report_outcome(party=party, outcome=outcome, by=by, at=self.now)

    def run(self) -> int:
        return run_introductions(at=self.now)

    def deliver(self) -> None:
        """Everything due leaves, or is held back by its guard."""
        deliver(at=self.now)

    def url(self, row: Introduction, person: Person, verb="") -> str:
        token = self.party(row, person).token
        return f"/kontaktvermittlung/{token}/{verb + '/' if verb else ''}"

    @staticmethod
    def fresh(row: Introduction) -> Introduction:
        return Introduction.objects.get(pk=row.pk)


def mails(kind: str = "", to: str = "", **more: Any) -> list[OutboundMail]:
    rows = OutboundMail.objects.filter(kind__startswith=f"introduction_{kind}", **more)
    return list((rows.filter(recipient=to) if to else rows).order_by("recipient"))


def left(kind: str) -> list[str]:
    """To whom such a mail has gone out."""
    return [mail.recipient for mail in mails(kind, state="sent")]


def message(kind: str, to: str):
    (mail,) = mails(kind, to)
    return kind_of(mail).build(mail)
