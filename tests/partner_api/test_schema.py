"""The document says what the API does, without a warning."""

import io

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


def document() -> dict:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_document_is_openapi_3_1_without_warnings():
    schema = document()

    validate_schema(schema)
    assert schema["openapi"] == "3.1.1"
    assert len([path for path in schema["paths"] if "{id}" in path]) == 15


def test_every_operation_names_its_problems():
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"200", "400", "401", "403", "404"} <= set(answers), (path, method)
            assert list(answers["401"]["content"]) == ["application/problem+json"]
            if method == "post":
                assert {"409", "412", "422"} <= set(answers)


def test_answers_have_the_fields_the_document_names(api, sent):
    schema = document()["components"]["schemas"]

    shown = api.get(f"/api/v1/referrals/{sent.pk}/").json()
    page = api.get("/api/v1/referrals/").json()

    assert set(shown) == set(schema["ReferralAnswer"]["properties"])
    assert set(page) == set(schema["ReferralPageAnswer"]["properties"])


def test_docs_page_and_document_are_public(client):
    page = client.get("/api/v1/docs/")

    assert page.status_code == 200
    assert b"<style" not in page.content
    assert client.get("/api/v1/schema/").status_code == 200
    assert "swagger" in client.get("/api/v1/docs/?script=").content.decode().lower()


@pytest.mark.parametrize("url", ["/api/v1/nothing/", "/api/v1/referrals/4711/", "/api/nothing"])
def test_unknown_addresses_answer_a_problem(api, url):
    answer = api.get(url)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
