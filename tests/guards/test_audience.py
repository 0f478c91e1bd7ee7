"""Every URL × method × role against the table written by hand."""

import contextlib
import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.factories import UserFactory
from tests.guards.audience_table import API_FOR_ANYONE, ELSEWHERE, TABLE, Route
from tests.guards.routes import all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
ROLES = ("anonymous", "advisor", "manager", "admin", "partner")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LET_IN = {200, 204, 302, 304, 400, 409, 422, 429, 503}
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|form|use|object)\b[^>]*?"
    r"\b(?:src|href|action|data)\s*=\s*[\"']?\s*((?:https?:)?//[^\"'\s>]+)"
)
WALKED = [name for name, _entry in all_routes() if not name.startswith(tuple(ELSEWHERE))]


def client_for(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(
            UserFactory(**{"partner": True} if role == "partner" else {"role": role})
        )
    return client


def test_every_route_has_a_name_and_a_line_in_the_table():
    names = [name for name, _entry in all_routes()]

    assert [name for name in names if name.split(":")[-1] == "None"] == []
    assert sorted(set(WALKED) - set(TABLE)) == []
    assert sorted(set(TABLE) - set(names)) == []
    assert [prefix for prefix in ELSEWHERE if not any(n.startswith(prefix) for n in names)] == []


def test_no_two_routes_share_a_name():
    assert sorted(name for name in set(WALKED) if WALKED.count(name) > 1) == []


def test_every_view_of_ours_declares_the_audience_of_its_line():
    declared = {
        name: getattr(entry.callback, "audience", None)
        for name, entry in all_routes()
        if name in TABLE and TABLE[name].ours
    }

    assert {n: d for n, d in declared.items() if d != TABLE[n].audience} == {}


@pytest.mark.parametrize("name", sorted(set(WALKED)))
def test_each_role_gets_what_the_table_says(name):
    route = TABLE.get(name)
    if route is None:
        pytest.fail(f"{name} is not in tests/guards/audience_table.py")
    address = reverse(name.partition("<")[0], kwargs=route.row())
    wrong = []
    for role in ROLES:
        client = client_for(role)
        for method in methods(route, role):
            wrong += asked(client, route, role, method, address)
    assert wrong == []


def methods(route: Route, role: str) -> tuple[str, ...]:
    """Who is refused whatever the method need not be asked with the rare ones."""
    rare = route.ours and role == max(frozenset().union(*route.methods.values()))
    return METHODS if rare else ("GET", "POST")


def asked(client: Client, route: Route, role: str, method: str, address: str) -> list[str]:
    """One request, undone afterwards; answers what is wrong with the response."""
    with transaction.atomic():
        response = send(client, route, method, address)
        transaction.set_rollback(True)
    return [
        f"{role} {method} {address}: {fault}" for fault in faults(response, route, role, method)
    ]


def send(client: Client, route: Route, method: str, address: str):
    send_it = getattr(client, method.lower())
    return send_it(address, route.params) if method in {"GET", "POST"} else send_it(address)


def faults(response, route: Route, role: str, method: str) -> list[str]:
    status, expected = response.status_code, expectation(route, role, method)
    met = outcome(response) == expected or (not route.ours and expected == library(response))
    found = [] if met else [f"{status}, expected: {expected}"]
    if "Content-Security-Policy" not in response.headers:
        found.append("no Content-Security-Policy")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        found += [f"loads from {host}" for host in LOADED.findall(response.content.decode())]
    return found


def expectation(route: Route, role: str, method: str) -> str:
    everybody = frozenset().union(*route.methods.values())
    if role not in everybody:
        return "login" if role == "anonymous" else "forbidden"
    if method not in route.methods:
        return "not allowed"
    return "missing" if role in route.hidden else "let in"


def outcome(response) -> str:
    status, location = response.status_code, response.headers.get("Location", "")
    if status == 302 and location.startswith("/login/?next="):
        return "login"
    words = {403: "forbidden", 404: "missing", 405: "not allowed"}
    return words.get(status, "let in" if status in LET_IN else "broken")


def library(response) -> str:
    """Its pages that show only, or lack what they would show, are no concern of the table."""
    return "let in" if outcome(response) in {"let in", "missing", "not allowed"} else ""


def test_administrators_see_the_admin():
    assert client_for("admin").get("/django-admin/accounts/user/").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_admin_is_for_administrators(role):
    client = client_for(role)
    for address in admin_addresses():
        response = client.get(address, follow=True)
        if role == "admin":  # 403: our own admin pages neither add nor delete
            assert response.status_code in {200, 403, 404, 405}, address
        elif role == "anonymous":
            assert response.request["PATH_INFO"] == "/login/", address
        else:
            assert response.status_code == 403, address


def admin_addresses() -> list[str]:
    """Those without a row in them, and not the one that wants parameters."""
    found = []
    for name, _entry in all_routes():
        if name.startswith("admin:") and name != "admin:autocomplete":
            with contextlib.suppress(NoReverseMatch):
                found.append(reverse(name))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_api_is_closed_without_a_key(role):
    """Not even a login in the browser opens it."""
    client = client_for(role)
    for name, entry in all_routes():
        if not name.startswith("partner_api:") or name in API_FOR_ANYONE:
            continue
        address = reverse(name, kwargs=api_row(entry))
        for method in METHODS:
            response = getattr(client, method.lower())(address)
            assert response.status_code in {401, 405}, (method, address, response.status_code)
            assert response["Content-Type"] == "application/problem+json"


def api_row(entry) -> dict:
    """Ids of nothing: a stranger learns nothing about which exist."""
    return dict.fromkeys(entry.pattern.converters, "0191e1c5-0000-7000-8000-000000000000")


def test_requests_of_the_walk_leave_nothing_behind():
    """The negative control of `asked`: what a POST writes is rolled back."""
    client = client_for("admin")
    before = count_users()

    with transaction.atomic():
        client.post(
            reverse("accounts:user_create"),
            {"name": "A", "email": "a@b.example", "role": "advisor"},
        )
        assert count_users() == before + 1
        transaction.set_rollback(True)

    assert count_users() == before


def count_users() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user")
        return cursor.fetchone()[0]
