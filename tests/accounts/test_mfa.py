"""Once through the second factor: enrol, log in with a code, use a recovery code, switch it off."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from dma_crm.crypto import decrypt
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture(autouse=True)
def _code_of_just_now_holds(settings):
    """Thirty seconds may end between making a code and sending it."""
    settings.MFA_TOTP_TOLERANCE = 1


@pytest.fixture
def confirmed():
    """A client that has logged in and typed the password once more, as these pages ask."""
    client = Client()
    UserFactory(email="anke@dma.example")
    client.post("/login/", {"login": "anke@dma.example", "password": PASSWORD})
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def enrolled(confirmed):
    """A user whose client has just activated the app; `client.secret` is what the app knows."""
    page = confirmed.get("/konto/mfa/totp/activate/").content.decode()
    confirmed.secret = re.search(r'id="authenticator_secret"[^>]* value="([A-Z2-7]+)"', page)[1]
    confirmed.post("/konto/mfa/totp/activate/", {"code": code_of(confirmed.secret)})
    return confirmed


def test_secret_is_encrypted_at_rest(enrolled):
    stored = Authenticator.objects.get(type="totp").data["secret"]

    assert stored != enrolled.secret
    assert decrypt(stored) == enrolled.secret


def test_password_alone_no_longer_opens(enrolled):
    other = Client()

    response = other.post("/login/", {"login": "anke@dma.example", "password": PASSWORD})

    assert response["Location"] == "/konto/mfa/authenticate/"
    assert other.get("/konto/").status_code == 302
    assert "Zwei-Faktor-Anmeldung" in other.get("/konto/mfa/authenticate/").content.decode()


def test_recovery_code_opens_once(enrolled):
    page = enrolled.get("/konto/mfa/recovery-codes/").content.decode()
    code = re.search(r"<textarea[^>]*>\s*(\w+)", page)[1]

    opened = []
    for _time in range(2):
        other = Client()
        other.post("/login/", {"login": "anke@dma.example", "password": PASSWORD})
        other.post("/konto/mfa/authenticate/", {"code": code})
        opened.append(other.get("/konto/").status_code)

    assert opened == [200, 302]


def test_wrong_code_is_refused_in_german(enrolled):
    other = Client()
    other.post("/login/", {"login": "anke@dma.example", "password": PASSWORD})

    page = other.post("/konto/mfa/authenticate/", {"code": "000000"}).content.decode()

    assert "Falscher Code." in page
    assert other.get("/konto/").status_code == 302


def test_it_can_be_switched_off(enrolled):
    enrolled.post("/konto/mfa/totp/deactivate/")

    assert not Authenticator.objects.filter(type="totp").exists()
    assert (
        Client().post("/login/", {"login": "anke@dma.example", "password": PASSWORD})["Location"]
        == "/"
    )


def test_it_asks_for_the_password_first():
    client = Client()
    UserFactory(email="anke@dma.example")
    client.post("/login/", {"login": "anke@dma.example", "password": PASSWORD})

    response = client.get("/konto/mfa/totp/activate/")

    assert response["Location"].startswith("/konto/reauthenticate/?next=")


@pytest.mark.ignore_template_errors  # of the library: it names a field that it left out
@pytest.mark.parametrize("path", ["", "webauthn/", "webauthn/add/", "totp/activate/"])
def test_pages_speak_german(confirmed, path):
    response = confirmed.get(f"/konto/mfa/{path}")

    assert response.status_code == 200
    assert 'lang="de"' in response.content.decode()


def test_overview_shows_what_is_active(enrolled):
    page = enrolled.get("/konto/mfa/").content.decode()

    assert "/konto/mfa/totp/deactivate/" in page
    assert "/konto/mfa/recovery-codes/" in page
