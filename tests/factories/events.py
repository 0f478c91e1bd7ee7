from datetime import timedelta

import factory

from accounts.actors import AGENCY_ID
from contacts.models import PartnerOrganisation
from dma_crm.models import new_id
from events.models import Event, Feedback, Registration, Room, Venue
from tests.factories.base import NOW


class VenueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"DigitalCube {n}")


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Room

    venue = factory.SubFactory(VenueFactory)
    name = factory.Sequence(lambda n: f"Saal {n}")


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


class RegistrationFactory(factory.django.DjangoModelFactory):
    """Confirmed and at the end of the line; traits for the other states."""

    class Meta:
        model = Registration

    class Params:
        held = factory.Trait(
            state="held", confirmed_at=None, respond_by=NOW + timedelta(minutes=30)
        )
        waiting = factory.Trait(state="waiting")
        offered = factory.Trait(state="offered", respond_by=NOW + timedelta(days=1))
        cancelled = factory.Trait(state="cancelled")

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: f"Gast {n}")
    email = factory.Sequence(lambda n: f"gast{n}@gruendung.example")
    search = factory.LazyAttribute(lambda row: Registration.searched_by(row.name, row.email))
    state = "confirmed"
    state_since = NOW
    confirmed_at = NOW
    queue = factory.Sequence(lambda n: n + 1)
    created_at = NOW
    id = factory.LazyFunction(new_id)
    token_hash = factory.LazyAttribute(
        lambda row: Registration.hash_of(Registration(pk=row.id).token)
    )


class FeedbackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Feedback

    event = factory.SubFactory(EventFactory, past=True)
    voice = factory.Sequence(lambda n: Feedback.voice_of(n))
    helped = 4
    recommends = True
