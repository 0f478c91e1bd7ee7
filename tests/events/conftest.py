import pytest
from django.test import Client

from tests.factories import UserFactory


@pytest.fixture
def client_of():
    """A client logged in as a fresh user of that role."""

    def made(role="advisor"):
        client = Client()
        user = UserFactory(partner=True) if role == "partner" else UserFactory(role=role)
        client.user = user
        client.force_login(user)
        return client

    return made
