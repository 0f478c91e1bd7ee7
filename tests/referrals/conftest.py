"""One founder, the agency, a partner that is asked and one that is not."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from accounts.actors import Actor
from accounts.models import User
from contacts.models import PartnerOrganisation, Person, Topic
from referrals import actions
from referrals.models import Referral
from tests.factories import ConsentFactory, PartnerFactory, PersonFactory, UserFactory

MAIL = "zoe.tok3n@gruendung.example"
PHONE = "+4953611234567"


@dataclass
class World:
    now: datetime
    advisor_user: User
    partner_user: User
    partner: PartnerOrganisation
    other: PartnerOrganisation
    person: Person
    topic: Topic

    @property
    def advisor(self) -> Actor:
        return Actor.of(self.advisor_user)

    @property
    def colleague(self) -> Actor:
        return Actor.of(self.partner_user)

    @property
    def stranger(self) -> Actor:
        return Actor.of(UserFactory(role="partner", organisation=self.other))

    def link(self, referral: Referral) -> Actor:
        return Actor.of_link(organisation_id=referral.recipient_id, referral_id=referral.pk)

    def need(self, **more):
        given = {"person": self.person, "topics": [self.topic], "question": "Wer hilft beim Plan?"}
        return actions.create_need(**{**given, **more}, by=self.advisor, at=self.now)

    def draft(self, *, consent=True, recipient=None, **more) -> Referral:
        recipient = recipient or self.partner
        if consent:
            ConsentFactory(person=self.person, recipient=recipient, given_at=self.now)
        return actions.create_referral(
            need=more.pop("need", None) or self.need(), recipient=recipient, by=self.advisor,
            at=self.now, **more,
        )  # fmt: skip

    def sent(self, **more) -> Referral:
        draft = self.draft(**more)
        return actions.send_referral(referral=draft, by=self.advisor, at=self.now)

    def accepted(self, **more) -> Referral:
        sent = self.sent(**more)
        return actions.accept_referral(referral=sent, by=self.colleague, at=self.now)

    def at(self, moment: datetime) -> "World":
        return replace(self, now=moment)


@pytest.fixture
def world(db, now):
    """A Tuesday; the partner answers within five working days."""
    partner = PartnerFactory(
        name="IHK Lüneburg-Wolfsburg", short_name="IHK", contact_name="Özlem Krüger"
    )
    return World(
        now=now,
        advisor_user=UserFactory(),
        partner_user=UserFactory(role="partner", organisation=partner),
        partner=partner,
        other=PartnerFactory(name="Wolfsburg AG"),
        person=PersonFactory(given_name="Zoë", family_name="Tok3nmann", email=MAIL, phone=PHONE),
        topic=Topic.objects.get(code="business_plan"),
    )
