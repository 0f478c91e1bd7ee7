"""The document says what the API does, without a warning."""

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.utils import timezone
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from accounts.actors import Actor
from outbox.webhooks.actions import ping_endpoint
from partner_api.urls import urlpatterns
from referrals.actions import accept_referral
from tests.factories import ApiKeyFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db
PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
ALWAYS = {"401", "406", "429", "500", "503"}


@pytest.fixture(scope="module")
def written() -> str:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--lang", "en", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def document(written):
    return yaml.safe_load(written)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def resolved(document, example):
    """Problems are examples that stand once."""
    if "$ref" not in example:
        return example
    return document["components"]["examples"][example["$ref"].rsplit("/", 1)[1]]


def contents(document):
    """Every body and answer of the document with its schema and examples."""
    for path, method, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media in body.get("content", {}).values():
                yield f"{method} {path}", media


def test_document_is_openapi_3_1(document):
    validate_schema(document)
    assert document["openapi"] == "3.1.1"


def test_published_document_is_fresh(written):
    """If it is not: manage.py spectacular --lang en --file docs/openapi.yaml"""
    assert PUBLISHED.read_text(encoding="utf-8") == written


def test_every_route_is_in_the_document(document):
    routes = {f"/api/v1/{route.pattern}" for route in urlpatterns}
    ours = {re.sub(r"<uuid:(\w+)>", r"{\1}", route).replace("{pk}", "{id}") for route in routes}

    assert set(document["paths"]) == ours - {"/api/v1/schema/", "/api/v1/docs/"}


def test_every_operation_has_a_name_of_its_own_a_tag_and_a_text(document):
    names = [operation["operationId"] for _path, _method, operation in operations(document)]

    assert len(names) == len(set(names)) == 37
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations(document):
        assert set(operation["tags"]) <= tags, (path, method)
        assert operation["summary"]
        assert operation["description"]


def test_every_operation_names_its_problems(document):
    for path, method, operation in operations(document):
        answers = operation["responses"]
        wanted = set(ALWAYS)
        wanted |= {"404"} if "{id}" in path else set()
        wanted |= {"400", "409", "415", "422"} if method == "post" else set()
        assert wanted <= set(answers), (path, method)
        for status in wanted:
            assert list(answers[status]["content"]) == ["application/problem+json"]


def test_enums_have_names_and_bodies_take_nothing_unknown(document):
    schemas = document["components"]["schemas"]

    assert [name for name in schemas if name.endswith("Enum")] == ["NullEnum"]
    bodies = [name for name in schemas if name.endswith("Request")]
    assert len(bodies) == 17
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_no_body_shows_a_text_that_is_about_our_code(document):
    schemas = document["components"]["schemas"]
    texts = {name: each.get("description", "") for name, each in schemas.items()}

    assert texts["ForwardBodyRequest"] == texts["EmptyBodyRequest"] == ""
    assert texts["ConsentBodyRequest"].startswith("The founder agreed")


def test_every_operation_takes_a_language(document):
    for path, method, operation in operations(document):
        names = {each["name"] for each in operation["parameters"]}
        assert "lang" in names, (path, method)


def test_what_a_patch_leaves_out_has_no_default(document):
    patches = [name for name in document["components"]["schemas"] if name.startswith("Patched")]
    assert len(patches) == 2
    for name in patches:
        properties = document["components"]["schemas"][name]["properties"]
        assert not [each for each in properties.values() if "default" in each], name


def test_every_body_and_answer_has_examples_that_fit(document):
    """Problems as much as what was asked for."""
    count = 0
    for where, media in contents(document):
        schema = {**media["schema"], "components": document["components"]}
        for name, example in media["examples"].items():
            example = resolved(document, example)
            errors = list(Draft202012Validator(schema).iter_errors(example["value"]))
            assert not errors, (where, name, errors[:1])
            count += 1

    assert count > 300


def test_every_answer_names_the_headers_it_always_has(document):
    headers = document["components"]["headers"]
    assert set(headers) == {"ETag", "Location", "Retry-After", "WWW-Authenticate"}
    for path, method, operation in operations(document):
        answers = operation["responses"]
        assert set(answers["429"]["headers"]) == {"Retry-After"}
        if "201" in answers:
            assert {"Location", "ETag"} == set(answers["201"]["headers"]), (path, method)
        if "304" in answers:
            assert "ETag" in answers["304"]["headers"], (path, method)


def test_deliveries_are_in_the_document_with_examples_that_fit(document):
    assert set(document["webhooks"]) == {"referral", "ping"}
    for each in document["webhooks"].values():
        media = each["post"]["requestBody"]["content"]["application/json"]
        schema = {**media["schema"], "components": document["components"]}
        for example in media["examples"].values():
            Draft202012Validator(schema).validate(example["value"])


def test_deliveries_are_what_the_document_says(document, sent):
    """What is really queued, held against it."""
    WebhookEndpointFactory(organisation=sent.recipient)
    endpoint = sent.recipient.webhook_endpoints.get()
    by, at = Actor.of_key(ApiKeyFactory(organisation=sent.recipient)), timezone.now()
    ping_endpoint(endpoint=endpoint, by=by, at=at)
    accept_referral(referral=sent, by=by, at=at)

    for name, type in {"referral": "referral.accepted", "ping": "ping"}.items():
        body = json.loads(endpoint.deliveries.get(type=type).body)
        media = document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
        schema = {**media["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(body)
        assert set(body["data"]) == set(media["examples"]["Delivery"]["value"]["data"])


def test_answers_have_the_fields_the_document_names(api, sent, document):
    schema = document["components"]["schemas"]

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
