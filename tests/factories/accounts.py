import hashlib
from datetime import timedelta
from functools import cache

import factory
from django.contrib.auth.hashers import make_password

from accounts.models import DEFAULT_SCOPES, ApiKey, Role, User
from tests.factories.base import NOW

PASSWORD = "mutterboden"


@cache
def hashed(password: str) -> str:
    """Hashing is slow on purpose: once per password and process."""
    return make_password(password)


class UserFactory(factory.django.DjangoModelFactory):
    """An advisor; `role="partner"` needs `organisation`. Their password is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@dma.example")
    name = factory.Sequence(lambda n: f"Anke Beispiel {n}")
    role = Role.ADVISOR

    class Params:
        manager = factory.Trait(role=Role.MANAGER)
        admin = factory.Trait(role=Role.ADMIN)
        partner = factory.Trait(
            role=Role.PARTNER,
            organisation=factory.SubFactory("tests.factories.contacts.PartnerFactory"),
        )

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.password = hashed(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class ApiKeyFactory(factory.django.DjangoModelFactory):
    """A row only; a key that works is made by `accounts.actions.create_api_key`."""

    class Meta:
        model = ApiKey

    organisation = factory.SubFactory("tests.factories.contacts.PartnerFactory")
    prefix = factory.Sequence(lambda n: f"dma_{n:08d}")
    digest = factory.LazyAttribute(lambda key: hashlib.sha256(key.prefix.encode()).hexdigest())
    scopes = factory.LazyFunction(lambda: list(DEFAULT_SCOPES))
    expires_at = NOW + timedelta(days=365)
