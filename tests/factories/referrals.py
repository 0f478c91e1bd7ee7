from datetime import timedelta

import factory

from accounts.actors import AGENCY_ID
from contacts.models import Consent, PartnerOrganisation
from dma_crm.models import new_id
from referrals.models import (
    AnswerLink,
    FounderFeedback,
    ImpactSurvey,
    Introduction,
    IntroductionParty,
    Need,
    OrderCheck,
    OrderRule,
    Referral,
    Service,
)
from tests.factories.accounts import UserFactory
from tests.factories.base import NOW, reference
from tests.factories.contacts import (
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
)


class NeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Need

    reference = reference("A")
    person = factory.SubFactory(PersonFactory)
    question = "Welche Förderung passt?"


class ReferralFactory(factory.django.DjangoModelFactory):
    """A draft of the agency; traits name later states. Sent ones have a consent behind them."""

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    class Params:
        sent = factory.Trait(status="sent", sent_at=NOW, respond_by=NOW.date() + timedelta(days=7))
        query = factory.Trait(status="query", sent_at=NOW)
        accepted = factory.Trait(status="accepted", sent_at=NOW, responsible="Kim Yılmaz")
        in_progress = factory.Trait(
            status="in_progress", sent_at=NOW, responsible="Kim Yılmaz", first_contact_on=NOW.date()
        )
        on_hold = factory.Trait(status="on_hold", sent_at=NOW, resume_on=NOW.date())
        completed = factory.Trait(status="completed", sent_at=NOW, outcome="helped", closed_at=NOW)
        declined = factory.Trait(
            status="declined", sent_at=NOW, decline_reason="capacity", closed_at=NOW
        )
        withdrawn = factory.Trait(
            status="withdrawn", sent_at=NOW, withdrawn_reason="not_needed", closed_at=NOW
        )
        forwarded = factory.Trait(status="forwarded", sent_at=NOW, closed_at=NOW)
        expired = factory.Trait(status="expired", sent_at=NOW, closed_at=NOW)

    reference = reference("V")
    need = factory.SubFactory(NeedFactory)
    sender = factory.LazyFunction(lambda: PartnerOrganisation.objects.get(pk=AGENCY_ID))
    recipient = factory.SubFactory(PartnerFactory)
    status_since = NOW
    created_at = NOW
    modified_at = NOW

    @factory.post_generation
    def consent(self, create, extracted, **kwargs):
        """`consent=False` leaves it without one, which cannot be sent."""
        if not create or extracted is False:
            return
        self.consent = (
            extracted
            if isinstance(extracted, Consent)
            else ConsentFactory(person=self.need.person, recipient=self.recipient)
        )
        self.save(update_fields=["consent"])


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service

    partner = factory.SubFactory(PartnerFactory)
    name = factory.Sequence(lambda n: f"Gründungsberatung {n}")
    status = "published"


class AnswerLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AnswerLink

    referral = factory.SubFactory(ReferralFactory, sent=True)
    expires_at = NOW + timedelta(days=30)
    id = factory.LazyFunction(new_id)
    token_hash = factory.LazyAttribute(
        lambda link: AnswerLink.hash_of(AnswerLink(pk=link.id).token)
    )


class OrderRuleFactory(factory.django.DjangoModelFactory):
    """Valid for ever and for everybody; `topics=[…]` point to it."""

    class Meta:
        model = OrderRule
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"regel_{n}")
    names = factory.LazyAttribute(lambda rule: {"de": f"Förderung {rule.code}"})
    step = "self_employment"
    advice = {"de": "Vor dem Start erst beantragen, bitte beim Träger prüfen."}
    source = "Richtlinie"
    checked_on = NOW.date()
    created_at = NOW
    modified_at = NOW

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        if create and extracted:
            self.topics.set(extracted)


class OrderCheckFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrderCheck

    rule = factory.SubFactory(OrderRuleFactory)
    startup = factory.SubFactory(StartupFactory)
    at = NOW
    channel = "screen"


class FounderFeedbackFactory(factory.django.DjangoModelFactory):
    """Asked; `answered` ones say that they were contacted and helped."""

    class Meta:
        model = FounderFeedback

    class Params:
        answered = factory.Trait(answered_at=NOW, contacted=True, helped=True)

    referral = factory.SubFactory(ReferralFactory, completed=True)
    created_at = NOW
    expires_at = NOW + timedelta(days=60)
    id = factory.LazyFunction(new_id)
    token_hash = factory.LazyAttribute(
        lambda row: FounderFeedback.hash_of(FounderFeedback(pk=row.id).token)
    )


class ImpactSurveyFactory(factory.django.DjangoModelFactory):
    """Asked; `answered` ones say that they founded and work there alone."""

    class Meta:
        model = ImpactSurvey

    class Params:
        answered = factory.Trait(answered_at=NOW, founded=True, running=True, jobs=1)

    person = factory.SubFactory(PersonFactory)
    months = 6
    created_at = NOW
    expires_at = NOW + timedelta(days=60)
    id = factory.LazyFunction(new_id)
    token_hash = factory.LazyAttribute(
        lambda row: ImpactSurvey.hash_of(ImpactSurvey(pk=row.id).token)
    )


class IntroductionPartyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IntroductionParty

    introduction = factory.SubFactory("tests.factories.referrals.IntroductionFactory", between=())
    person = factory.SubFactory(
        PersonFactory, email=factory.Sequence(lambda n: f"kontakt{n}@gruendung.example")
    )
    about = "Baut Prototypen aus Holz und hat Erfahrung im Vertrieb."
    offered_fields = ["name", "email", "phone"]
    expires_at = NOW + timedelta(days=30)
    id = factory.LazyFunction(new_id)
    token_hash = factory.LazyAttribute(
        lambda party: IntroductionParty.hash_of(IntroductionParty(pk=party.id).token)
    )


class IntroductionFactory(factory.django.DjangoModelFactory):
    """Proposed, with two people who have not answered; `between=(person, person)` names them."""

    class Meta:
        model = Introduction
        skip_postgeneration_save = True

    reference = reference("K")
    owner = factory.SubFactory(UserFactory)
    purpose = "Austausch über den Vertrieb von Möbeln"
    status_since = NOW
    created_at = NOW
    modified_at = NOW

    @factory.post_generation
    def between(self, create, extracted, **kwargs):
        if create and extracted is None:
            IntroductionPartyFactory.create_batch(2, introduction=self, **kwargs)
        elif create:
            for person in extracted:
                IntroductionPartyFactory(introduction=self, person=person, **kwargs)
