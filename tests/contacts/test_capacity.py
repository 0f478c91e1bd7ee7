"""Full until …, free again, absent: one click each, for the own organisation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.history import changes_of
from contacts.forms.capacity import days_offered
from tests.factories import PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return PartnerFactory()


@pytest.fixture
def today():
    return timezone.localdate()


def login(client, role, partner):
    own = {"organisation": partner} if role == "partner" else {}
    client.force_login(UserFactory(role=role, **own))


def post(client, partner, verb, **given):
    return client.post(f"/partner/{partner.reference}/{verb}/", given, follow=True)


@pytest.mark.parametrize("role", ["partner", "manager", "admin"])
def test_full_until_a_day_and_free_again(client, partner, today, role):
    login(client, role, partner)
    day = today + timedelta(days=14)

    page = post(client, partner, "kapazitaet", capacity="full", full_until=day.isoformat())
    partner.refresh_from_db()
    assert (partner.capacity, partner.full_until, partner.version) == ("full", day, 2)
    assert "Wieder frei" in page.content.decode()
    assert changes_of(partner).first().fields["capacity"] == ["open", "full"]

    post(client, partner, "kapazitaet", capacity="open")
    partner.refresh_from_db()
    assert (partner.capacity, partner.full_until) == ("open", None)


def test_few_places_and_until_further_notice(client, partner):
    login(client, "partner", partner)

    for capacity in ("limited", "full"):
        post(client, partner, "kapazitaet", capacity=capacity)
        partner.refresh_from_db()
        assert (partner.capacity, partner.full_until) == (capacity, None)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"capacity": "evil"},
        {"capacity": "full", "full_until": "2020-01-01"},
        {"capacity": "full", "full_until": "2027-02-29"},
        {"capacity": "full", "full_until": "9999-12-31"},
    ],
)
def test_bad_input_changes_nothing_and_is_told(client, partner, given):
    login(client, "partner", partner)

    page = post(client, partner, "kapazitaet", **given)

    partner.refresh_from_db()
    assert (partner.capacity, partner.version) == ("open", 1)
    assert "message-danger" in page.content.decode()


def test_absence_begins_and_ends(client, partner, today):
    login(client, "partner", partner)
    until = today + timedelta(days=7)

    page = post(client, partner, "abwesenheit", absent_from=today, absent_until=until)
    partner.refresh_from_db()
    assert (partner.absent_from, partner.absent_until) == (today, until)
    assert "Abwesenheit beenden" in page.content.decode()
    post(client, partner, "abwesenheit")
    partner.refresh_from_db()
    assert (partner.absent_from, partner.absent_until) == (None, None)


@pytest.mark.parametrize(
    "given",
    [
        {"absent_from": "2026-12-24"},
        {"absent_until": "2026-12-24"},
        {"absent_from": "2026-12-24", "absent_until": "2026-12-23"},
        {"absent_from": "x", "absent_until": "2026-12-23"},
    ],
)
def test_half_an_absence_is_none(client, partner, given):
    login(client, "partner", partner)

    page = post(client, partner, "abwesenheit", **given)

    partner.refresh_from_db()
    assert partner.absent_from is None
    assert "message-danger" in page.content.decode()


@pytest.mark.parametrize("verb", ["kapazitaet", "abwesenheit"])
def test_others_do_not_exist_and_advisors_may_not(client, partner, verb):
    other = PartnerFactory()
    login(client, "partner", partner)
    assert post(client, other, verb, capacity="full").status_code == 404
    login(client, "advisor", partner)
    assert post(client, partner, verb, capacity="full").status_code == 403
    agency = client.get("/partner/").wsgi_request.actor.organisation_id
    login(client, "admin", partner)
    assert client.post(f"/partner/{agency}/{verb}/").status_code == 404


def test_weeks_offered(today):
    assert [(o["weeks"], o["day"] - today) for o in days_offered(today)] == [
        (2, timedelta(14)),
        (4, timedelta(28)),
        (8, timedelta(56)),
    ]
