import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from dma_crm.logs import RequestIdFilter, request_id
from dma_crm.middleware import (
    ContentSecurityPolicyMiddleware,
    HostileInputMiddleware,
    LanguageMiddleware,
    NoStoreMiddleware,
    RequestIdMiddleware,
    unstorable,
)
from tests.factories import UserFactory

FORM = "application/x-www-form-urlencoded"
get = RequestFactory().get
post = RequestFactory().generic


def answer(request):
    return HttpResponse("ok")


def test_request_id_of_a_proxy_is_taken_if_well_formed():
    middleware = RequestIdMiddleware(answer)

    given = middleware(get("/", headers={"X-Request-ID": "abc-12345"}))
    made = middleware(get("/", headers={"X-Request-ID": "x\ny"}))

    assert given["X-Request-ID"] == "abc-12345"
    assert len(made["X-Request-ID"]) == 32


def test_log_lines_carry_the_id_of_their_request_only():
    def logging_view(request):
        record = logging.makeLogRecord({})
        RequestIdFilter().filter(record)
        return HttpResponse(record.request_id)

    response = RequestIdMiddleware(logging_view)(get("/", headers={"X-Request-ID": "abc-12345"}))

    assert response.content == b"abc-12345"
    assert request_id.get() == "-"


def test_request_id_is_forgotten_after_an_exception():
    def broken(request):
        raise KeyError

    with pytest.raises(KeyError):
        RequestIdMiddleware(broken)(get("/"))

    assert request_id.get() == "-"


def test_policy_allows_no_inline_code_and_no_host():
    policy = ContentSecurityPolicyMiddleware(answer)(get("/"))["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in policy


def test_a_view_may_set_a_policy_of_its_own():
    def view(request):
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    response = ContentSecurityPolicyMiddleware(view)(get("/"))

    assert response["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "en", "de"),
        ("/?lang=en", "de", "en"),
        ("/?lang=fr", "en", "de"),
        ("/api/v1/", "en", "en"),
        ("/api/v1/", "fr", "de"),
        ("/api/v1/", None, "de"),
    ],
)
def test_language(path, accepted, language):
    def view(request):
        return HttpResponse(f"{translation.get_language()} {request.LANGUAGE_CODE}")

    headers = {"Accept-Language": accepted} if accepted else {}
    response = LanguageMiddleware(view)(get(path, headers=headers))

    assert response.content.decode() == f"{language} {language}"
    assert response["Content-Language"] == language


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"])
def test_unstorable_text(text):
    assert unstorable(text)


def test_ordinary_text_is_storable():
    assert not unstorable("Zoë 🦄 \u202e\t\n")


@pytest.mark.parametrize(
    "request_",
    [
        post("GET", "/", QUERY_STRING="q=%00"),
        post("GET", "/", QUERY_STRING="a%00=1"),
        post("GET", "/%00/"),
        post("POST", "/", b"name=a%00b", content_type=FORM),
    ],
)
@pytest.mark.django_db
def test_nul_is_refused_with_a_page(request_):
    response = HostileInputMiddleware(answer)(request_)

    assert response.status_code == 400
    assert "Anfrage" in response.content.decode()


def test_nul_is_refused_as_a_problem_below_api():
    response = HostileInputMiddleware(answer)(post("GET", "/api/v1/x", QUERY_STRING="q=%00"))

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "request_",
    [
        post("GET", "/", QUERY_STRING="q=%C3%BC"),
        post("POST", "/", b"name=Zo%C3%AB", content_type=FORM),
        post("POST", "/", b'"\\u0000"', content_type="application/json"),
    ],
)
def test_ordinary_input_passes(request_):
    assert HostileInputMiddleware(answer)(request_).status_code == 200


def test_pages_are_kept_in_no_cache_unless_their_view_says_so():
    def public(request):
        return HttpResponse(headers={"Cache-Control": "max-age=300"})

    assert NoStoreMiddleware(answer)(get("/"))["Cache-Control"] == "no-store, private"
    assert NoStoreMiddleware(public)(get("/"))["Cache-Control"] == "max-age=300"


def test_an_answer_of_the_api_may_be_asked_for_again_by_its_etag():
    assert NoStoreMiddleware(answer)(get("/api/v1/x/"))["Cache-Control"] == "no-cache, private"


def test_a_logged_in_person_leaves_nothing_behind_for_the_next_one(client, db):
    client.force_login(UserFactory())

    assert client.get("/personen/")["Cache-Control"] == "no-store, private"
    assert client.get("/nichts/")["Cache-Control"] == "no-store, private"
    assert client.get("/api/v1/referrals/")["Cache-Control"] == "no-cache, private"
