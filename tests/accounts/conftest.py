import pytest
from django.test import Client

from tests.factories import UserFactory


@pytest.fixture
def client_of():
    """A client logged in as a fresh user of that role; `client.user` is the user."""

    def made(role="advisor", **fields):
        fields = {"partner": True} | fields if role == "partner" else {"role": role} | fields
        client = Client()
        client.user = UserFactory(**fields)
        client.force_login(client.user)
        return client

    return made
