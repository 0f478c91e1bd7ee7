from datetime import timedelta

import factory

from accounts.actors import AGENCY_ID
from contacts.models import PartnerOrganisation
from events.models import Event, Venue
from tests.factories.base import NOW


class VenueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"DigitalCube {n}")


class EventFactory(factory.django.DjangoModelFactory):
    """Published and a week ahead of NOW; `past=True` is a week behind it."""

    class Meta:
        model = Event

    class Params:
        past = factory.Trait(
            starts_at=NOW - timedelta(days=7), ends_at=NOW - timedelta(days=7, hours=-2)
        )
        draft = factory.Trait(state="draft")
        cancelled = factory.Trait(state="cancelled")

    slug = factory.Sequence(lambda n: f"gruendungsabend-{n}")
    title = factory.Sequence(lambda n: f"Gründungsabend {n}")
    format = "talk"
    state = "published"
    starts_at = NOW + timedelta(days=7)
    ends_at = NOW + timedelta(days=7, hours=2)
    host = factory.LazyFunction(lambda: PartnerOrganisation.objects.get(pk=AGENCY_ID))
