import pytest
from django.test import Client

from tests.factories import UserFactory


@pytest.fixture
def client_of():
    """A client logged in as a fresh user of that role; `organisation` makes a partner user."""

    def made(role="manager", organisation=None):
        client = Client()
        fields = {"role": "partner", "organisation": organisation} if organisation else {}
        client.user = UserFactory(**{"role": role, **fields})
        client.force_login(client.user)
        return client

    return made
