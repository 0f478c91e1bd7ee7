import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from dma_crm.demo import PASSWORD as DEMO_PASSWORD
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def log_in(client, email, password=PASSWORD, **more):
    return client.post("/login/", {"login": email, "password": password, **more})


def test_right_password_leads_home(client):
    UserFactory(email="anke@dma.example")

    assert log_in(client, " Anke@DMA.example ")["Location"] == "/"
    assert client.get("/konto/").status_code == 200


def test_login_leads_to_the_page_asked_for_but_never_away(client):
    UserFactory(email="anke@dma.example")

    assert log_in(client, "anke@dma.example", next="/konto/")["Location"] == "/konto/"
    assert log_in(Client(), "anke@dma.example", next="//evil.example")["Location"] == "/"


def test_known_and_unknown_accounts_get_the_same_answer(client):
    UserFactory(email="anke@dma.example")

    answers = [
        log_in(Client(), email, "falsch").content.decode()
        for email in ("anke@dma.example", "niemand@dma.example")
    ]

    same = [re.sub(r'value="[^"]*"', "", answer).replace("anke@", "niemand@") for answer in answers]
    assert same[0] == same[1]
    assert "E-Mail-Adresse oder Passwort stimmt nicht." in same[0]


def test_inactive_account_is_refused(client):
    UserFactory(email="anke@dma.example", is_active=False)

    log_in(client, "anke@dma.example")

    assert client.get("/konto/").status_code == 302


def test_sixth_wrong_password_is_told_to_wait(client):
    UserFactory(email="anke@dma.example")
    for _attempt in range(5):
        log_in(client, "anke@dma.example", "falsch")

    assert "Zu viele" in log_in(client, "anke@dma.example").content.decode()
    assert client.get("/konto/").status_code == 302


def test_too_many_logins_from_one_address_are_429(client):
    for number in range(30):
        log_in(client, f"person{number}@dma.example", "falsch")

    response = log_in(client, "person@dma.example", "falsch")

    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "Zu viele Versuche" in response.content.decode()


def test_signup_is_closed(client):
    data = {"email": "neu@dma.example", "password1": "geheimnis-77", "password2": "geheimnis-77"}

    page = client.post("/konto/signup/", data).content.decode()

    assert "Keine eigene Registrierung" in page
    assert not User.objects.exists()


def test_second_address_of_the_login_leads_to_the_first(client):
    assert client.get("/konto/login/?next=/konto/")["Location"] == "/login/?next=/konto/"


def test_logout_needs_post(client_of):
    client = client_of()

    client.get("/konto/logout/")
    assert client.get("/konto/").status_code == 200

    assert client.post("/konto/logout/")["Location"] == "/login/"
    assert client.get("/konto/").status_code == 302


def test_password_field_takes_pasted_text(client):
    page = client.get("/login/").content.decode()

    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_demo_offers_its_accounts(client, settings):
    settings.DEMO = True
    UserFactory(email="beratung@dma.example", is_demo=True)
    UserFactory(email="echt@dma.example")
    UserFactory(partner=True, email="ihk@partner.example", is_demo=True)

    page = client.get("/login/").content.decode()

    assert page.count(f'name="password" value="{DEMO_PASSWORD}"') == 2
    assert page.index("beratung@dma.example") < page.index("ihk@partner.example")
    assert "echt@dma.example" not in page


def test_without_demo_no_account_is_offered(client, settings):
    settings.DEMO = False
    UserFactory(email="beratung@dma.example", is_demo=True)

    assert "beratung@dma.example" not in client.get("/login/").content.decode()


def test_password_reset_mail_leads_to_a_new_password(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    user = UserFactory(email="anke@dma.example")

    client.post("/konto/password/reset/", {"email": "anke@dma.example"})
    message = mail.outbox[0]
    assert (message.subject, message.to) == ("Passwort wählen", ["anke@dma.example"])
    path = re.search(r"https?://[^/]+(/konto/password/reset/key/\S+)", message.body)[1]
    form = client.get(path)["Location"]
    client.post(form, {"password1": "neues-geheimnis", "password2": "neues-geheimnis"})

    user.refresh_from_db()
    assert user.check_password("neues-geheimnis")


def test_password_reset_answers_the_same_for_unknown_addresses(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    UserFactory(email="anke@dma.example")

    answers = [
        client.post("/konto/password/reset/", {"email": email})
        for email in ("anke@dma.example", "niemand@dma.example")
    ]

    assert [answer["Location"] for answer in answers] == ["/konto/password/reset/done/"] * 2
    assert [message.to for message in mail.outbox] == [["anke@dma.example"]]


def test_changed_password_works(client_of):
    client = client_of()
    data = {"oldpassword": PASSWORD, "password1": "neues-geheim", "password2": "neues-geheim"}

    client.post("/konto/password/change/", data)

    client.user.refresh_from_db()
    assert client.user.check_password("neues-geheim")
    assert client.get("/konto/").status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_django_admin_has_no_login_of_its_own(client, client_of):
    assert client.get("/django-admin/login/")["Location"].startswith("/login/?next=")
    assert client_of("manager").get("/django-admin/login/").status_code == 403
    assert client_of("admin").get("/django-admin/").status_code == 200
