from datetime import timedelta

import factory

from consultations.appointments.feeds import digest_of
from consultations.models import Appointment, CalendarFeed, ConfidentialNote, Consultation
from tests.factories.accounts import UserFactory
from tests.factories.base import NOW, reference
from tests.factories.contacts import PersonFactory


class ConsultationFactory(factory.django.DjangoModelFactory):
    """Complete; `open_draft=True` is one that its advisor still writes."""

    class Meta:
        model = Consultation

    class Params:
        open_draft = factory.Trait(state="draft", completed_at=None)

    reference = reference("B")
    person = factory.SubFactory(PersonFactory)
    advisor = factory.SubFactory(UserFactory)
    held_on = NOW.date()
    summary = "Erstes Gespräch über die Idee."
    state = "complete"
    completed_at = NOW


class ConfidentialNoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ConfidentialNote

    consultation = factory.SubFactory(ConsultationFactory)
    text = "Nur unter uns."


class AppointmentFactory(factory.django.DjangoModelFactory):
    """Agreed, in a week, at the agency."""

    class Meta:
        model = Appointment

    reference = reference("T")
    person = factory.SubFactory(PersonFactory)
    advisor = factory.SubFactory(UserFactory)
    starts_at = NOW + timedelta(days=7)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(hours=1))
    place = "Porschestraße 2, 38440 Wolfsburg"


class CalendarFeedFactory(factory.django.DjangoModelFactory):
    """A row made with `token`, which only the object in hand knows."""

    class Meta:
        model = CalendarFeed

    user = factory.SubFactory(UserFactory)
    token = factory.Sequence(lambda n: f"geheim-{n}")

    @classmethod
    def _create(cls, model_class, *args, token, **kwargs):
        feed = super()._create(model_class, *args, digest=digest_of(token), **kwargs)
        feed.token = token
        return feed
