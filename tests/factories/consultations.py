import factory

from consultations.models import ConfidentialNote, Consultation
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
