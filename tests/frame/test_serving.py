import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured

from dma_crm import serving
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings):
    settings.DEMO = settings.DEBUG = False
    settings.SECRET_KEY_GIVEN = settings.ENCRYPTION_KEYS_GIVEN = True
    return settings


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        serving.refuse_unsafe_serving()
    return str(caught.value)


def test_production_serves(production):
    UserFactory()

    assert serving.refuse_unsafe_serving() is None


def test_demo_accounts_are_served_in_a_demo_only(production):
    UserFactory(is_demo=True)

    assert "demo accounts" in refusal()

    production.DEMO = True
    assert serving.refuse_unsafe_serving() is None


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS"])
def test_made_up_secrets_serve_no_real_people(production, name):
    setattr(production, f"{name}_GIVEN", False)

    assert refusal() == f"Refusing to serve: {name} is not set"

    production.DEBUG = True
    assert serving.refuse_unsafe_serving() is None


def test_demo_accounts_are_refused_while_debugging_too(production):
    production.DEBUG = True
    UserFactory(is_demo=True)

    assert "demo accounts" in refusal()


def test_web_process_asks_when_it_starts(production, monkeypatch):
    monkeypatch.setenv("DMA_SERVING", "")
    production.DEMO = True
    wsgi = importlib.import_module("dma_crm.wsgi")
    production.DEMO = False
    UserFactory(is_demo=True)

    with pytest.raises(ImproperlyConfigured):
        importlib.reload(wsgi)
