"""Each form of accounts against texts that break things elsewhere: never a 500."""

import pytest
from django.db import transaction

from accounts.models import User
from tests.factories import ApiKeyFactory, PartnerFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
FORMS = {
    "/login/": ["login", "password", "next"],
    "/konto/password/reset/": ["email"],
    "/konto/": ["name", "phone", "single_key_shortcuts"],
    "/konto/abwesenheit/": ["absent_from", "absent_until", "deputy"],
    "/konto/password/change/": ["oldpassword", "password1", "password2"],
    "/konto/reauthenticate/": ["password", "next"],
    "/verwaltung/benutzer/neu/": ["name", "email", "phone", "role", "organisation", "is_active"],
    "/verwaltung/api-schluessel/neu/": ["organisation", "name", "scopes", "lifetime"],
}
TEXTS = {
    "nul": "a\x00b",
    "overlong": "x" * 20_000,
    "emoji": "🦄👩🏽‍🚀",
    "right to left": "\u202eabc שלום",
    "markup": "<script>alert(1)</script>",
    "sql": "' OR 1=1 --",
    "digits": "9" * 5_000,
    "negative": "-1",
    "no date": "29.02.2027",
    "last date": "9999-12-31",
    "blank": " \t\r\n",
    "format": "{0}%s{{ 7|add:7 }}",
}


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("path", FORMS)
def test_form_answers(client_of, client, path, hostile):
    client = client if path in {"/login/", "/konto/password/reset/"} else client_of("admin")
    with transaction.atomic():
        response = client.post(path, dict.fromkeys(FORMS[path], hostile))

    assert response.status_code in {200, 302, 400, 422, 429}
    assert b"<script>alert(1)" not in response.content


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
def test_lists_answer(client_of, hostile):
    client = client_of("admin")
    ApiKeyFactory(organisation=PartnerFactory())

    for path in ("benutzer/", "api-schluessel/", "leseprotokoll/"):
        query = dict.fromkeys(("cursor", "role", "user", "since", "until", "subject"), hostile)
        assert client.get(f"/verwaltung/{path}", query).status_code in {200, 400, 422}


@pytest.mark.parametrize("path", ["/verwaltung/benutzer/99999999999999999999999/", "/konto/%00/"])
def test_impossible_addresses_are_not_found(client_of, path):
    assert client_of("admin").get(path).status_code in {400, 404}


def test_markup_in_names_is_shown_as_text(client_of):
    UserFactory(name="<script>alert(1)</script>")

    page = client_of("manager").get("/verwaltung/benutzer/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_lone_surrogate_is_refused(client_of):
    client = client_of("admin")

    response = client.generic(
        "POST",
        "/konto/",
        b"name=%ED%A0%80&phone=1",
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code in {302, 400, 422}
    assert "\ud800" not in User.objects.get(pk=client.user.pk).name
