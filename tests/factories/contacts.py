import factory

from accounts.actors import Actor
from contacts.models import (
    ALL_SHARED_FIELDS,
    Affiliation,
    Consent,
    FollowUp,
    FollowUpSeries,
    PartnerOrganisation,
    Person,
    PersonEmail,
    PersonPhone,
    SeriesRun,
    SeriesStep,
    Stage,
    Startup,
)
from tests.factories.accounts import UserFactory
from tests.factories.base import NOW, reference


class PersonFactory(factory.django.DjangoModelFactory):
    """Not yet in the search index; `email="…"` and `phone="…"` add one each."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    reference = reference("P")
    given_name = "Zoë"
    family_name = factory.Sequence(lambda n: f"Müller{n}")
    sort_name = factory.LazyAttribute(lambda p: f"{p.family_name} {p.given_name}".lower())

    @factory.post_generation
    def email(self, create, extracted, **kwargs):
        if create and extracted:
            PersonEmail.objects.create(person=self, address=extracted)

    @factory.post_generation
    def phone(self, create, extracted, **kwargs):
        if create and extracted:
            PersonPhone.objects.create(person=self, number=extracted)


class StartupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Startup

    reference = reference("S")
    name = factory.Sequence(lambda n: f"Käsewerk {n}")
    sort_name = factory.LazyAttribute(lambda s: s.name.lower())
    stage = factory.LazyFunction(lambda: Stage.objects.get(code="orientation"))
    stage_since = NOW


class PartnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartnerOrganisation

    reference = reference("O")
    name = factory.Sequence(lambda n: f"Wirtschaftsförderung Nord {n}")
    sort_name = factory.LazyAttribute(lambda p: p.name.lower())
    email = factory.Sequence(lambda n: f"anfragen{n}@partner.example")


class AffiliationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Affiliation

    person = factory.SubFactory(PersonFactory)
    startup = factory.SubFactory(StartupFactory)


class ConsentFactory(factory.django.DjangoModelFactory):
    """To be passed on to one partner with all fields."""

    class Meta:
        model = Consent

    person = factory.SubFactory(PersonFactory)
    purpose = "referral"
    recipient = factory.SubFactory(PartnerFactory)
    shared_fields = list(ALL_SHARED_FIELDS)
    text = "Ich bin einverstanden."
    text_version = "2026-01"
    evidence = "spoken"
    given_at = NOW
    at = NOW
    channel = "screen"


class FollowUpSeriesFactory(factory.django.DjangoModelFactory):
    """Without steps."""

    class Meta:
        model = FollowUpSeries

    code = factory.Sequence(lambda n: f"reihe_{n}")
    names = factory.LazyAttribute(lambda series: {"de": f"Reihe {series.code}"})


class SeriesStepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SeriesStep

    series = factory.SubFactory(FollowUpSeriesFactory)
    position = factory.Sequence(lambda n: n)
    after = 1
    unit = "weeks"
    subject = "Anrufen"


class SeriesRunFactory(factory.django.DjangoModelFactory):
    """Running, without follow-ups."""

    class Meta:
        model = SeriesRun

    series = factory.SubFactory(FollowUpSeriesFactory)
    person = factory.SubFactory(PersonFactory)
    assignee = factory.SubFactory(UserFactory)


class FollowUpFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FollowUp

    reference = reference("W")
    due_on = NOW.date()
    subject = "Nachfragen"
    assignee = factory.SubFactory(UserFactory)
    person = factory.SubFactory(PersonFactory)


def actor(role="advisor", **fields) -> Actor:
    """An Actor of a fresh user."""
    return Actor.of(UserFactory(**{"role": role, **fields}))
