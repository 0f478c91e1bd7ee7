"""Every error is a page in German, below /api/ a problem."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory

from accounts.history import EditConflict
from accounts.middleware import ActorMiddleware
from dma_crm import errors
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged_in():
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(UserFactory())
    return client


def failing(error):
    def fail(execute, sql, params, many, context):
        raise error

    return connection.execute_wrapper(fail)


def test_unknown_page(client):
    response = client.get("/gibt-es-nicht/")

    assert response.status_code == 404
    assert "Seite nicht gefunden" in response.content.decode()


def test_unknown_address_of_the_api_is_a_problem(client):
    response = client.get("/api/gibt-es-nicht/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Seite nicht gefunden",
        "status": 404,
        "detail": "",
        "errors": [],
    }


def test_problem_speaks_the_language_asked_for(client):
    response = client.get("/api/gibt-es-nicht/", headers={"Accept-Language": "en"})

    assert response.json()["title"] == "Page not found"


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (errors.bad_request, 400),
        (errors.permission_denied, 403),
        (errors.not_found, 404),
        (errors.too_many_requests, 429),
    ],
)
@pytest.mark.parametrize("path", ["/x/", "/api/x/"])
def test_each_handler_answers_page_or_problem(handler, status, path):
    request = RequestFactory().get(path)
    error = {400: BadRequest(), 403: PermissionDenied()}.get(status)

    response = handler(request, error)

    assert response.status_code == status
    kind = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
    assert response["Content-Type"] == kind
    assert ("Retry-After" in response.headers) == (status == 429)


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("closed")])
@pytest.mark.parametrize("path", ["/konto/", "/api/v1/referrals/"])
def test_lost_database_is_503(logged_in, error, path):
    headers = {"Authorization": "Bearer dma_aaaaaaaa_" + "a" * 43}
    with failing(error):
        response = logged_in.get(path, headers=headers)

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
    else:
        assert "Gerade nicht erreichbar" in response.content.decode()


def test_anything_else_is_500_with_its_number_and_no_detail(logged_in):
    with failing(RuntimeError("a secret")):
        response = logged_in.get("/konto/", headers={"X-Request-ID": "abc-12345"})

    page = response.content.decode()
    assert response.status_code == 500
    assert "abc-12345" in page
    assert "a secret" not in page


def test_next_request_works_again(logged_in):
    with failing(OperationalError("gone")):
        logged_in.get("/konto/")

    assert logged_in.get("/konto/").status_code == 200


@pytest.mark.parametrize("path", ["/x/", "/api/x/"])
def test_forgotten_edit_conflict_is_409(path):
    request = RequestFactory().get(path)
    middleware = ActorMiddleware(lambda request: None)

    assert middleware.process_exception(request, EditConflict(None)).status_code == 409
    assert middleware.process_exception(request, KeyError()) is None


def test_form_without_token_offers_to_go_on(logged_in):
    referer = {"Referer": "http://testserver/konto/?a=1"}

    response = logged_in.post("/konto/abwesenheit/", {}, headers=referer)

    assert response.status_code == 403
    assert 'href="/konto/?a=1"' in response.content.decode()


def test_expired_session_leads_through_the_login_back_to_the_form():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/konto/", {}, headers={"Referer": "http://evil.example/"})

    assert "Ihre Sitzung ist zur Sicherheit abgelaufen." in response.content.decode()
    assert 'href="/login/?next=%2Fkonto%2F"' in response.content.decode()


def test_page_of_form_without_a_query():
    request = RequestFactory().post("/x/", headers={"Referer": "http://testserver/konto/"})

    assert errors.page_of_form(request) == "/konto/"


def test_token_error_below_api_is_a_problem():
    response = errors.csrf_failure(RequestFactory().post("/api/x/"))

    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")


def test_broken_multipart_is_a_bad_request(client):
    response = client.generic("POST", "/login/", b"--x", content_type="multipart/form-data")

    assert response.status_code == 400


def test_too_many_fields_are_a_bad_request(client):
    response = client.post("/login/", {f"f{number}": "" for number in range(2_001)})

    assert response.status_code == 400
