"""A service is full until a day, or free; what somebody must bring along is said with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(world):
    made = ServiceFactory(partner=world.partner, name="Sprechtag")
    made.topics.add(world.topic)
    return made


def address(service) -> str:
    return f"/partner/{service.partner.reference}/leistungen/{service.pk}/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_full_until_and_free_again(client, world, service):
    client.force_login(world.partner_user)
    day = timezone.localdate() + timedelta(days=14)

    page = client.post(f"{address(service)}voll/", {"full_until": day.isoformat()}, follow=True)
    service.refresh_from_db()
    assert (service.full_until, service.version) == (day, 2)
    assert "„Sprechtag“ ist voll bis" in text(page)
    assert "Wieder frei" in text(page)

    page = client.post(f"{address(service)}voll/", {"full_until": ""}, follow=True)
    service.refresh_from_db()
    assert service.full_until is None
    assert "„Sprechtag“ ist wieder frei." in text(page)


@pytest.mark.parametrize("day", ["2020-01-01", "2027-02-29", "9999-12-31", "x" * 99])
def test_days_that_make_no_sense_change_nothing(client, world, service, day):
    client.force_login(world.partner_user)

    page = client.post(f"{address(service)}voll/", {"full_until": day}, follow=True)

    service.refresh_from_db()
    assert (service.full_until, service.version) == (None, 1)
    assert "message-danger" in text(page)


def test_a_day_that_has_passed_counts_no_more(client, world, service):
    type(service).objects.update(full_until=timezone.localdate() - timedelta(days=1))
    client.force_login(world.partner_user)

    page = text(client.get("/partner/eigene/leistungen/", follow=True))

    assert "Wieder frei" not in page
    assert "Voll bis …" in page


def test_the_form_keeps_both(client, world, service):
    client.force_login(world.partner_user)
    day = timezone.localdate() + timedelta(days=7)

    client.post(
        address(service),
        {
            "name": "Sprechtag",
            "topics": [world.topic.pk],
            "status": "published",
            "version": 1,
            "eligibility": "Ein Plan auf zwei Seiten.",
            "full_until": day.isoformat(),
        },
    )

    service.refresh_from_db()
    assert (service.eligibility, service.full_until) == ("Ein Plan auf zwei Seiten.", day)
    assert "Ein Plan auf zwei Seiten." in text(
        client.get("/partner/eigene/leistungen/", follow=True)
    )


def test_only_the_own_people_and_administrators_say_so(client, world, service):
    for role, expected in [("advisor", 403), ("manager", 403), ("admin", 302)]:
        client.force_login(UserFactory(role=role))
        assert client.post(f"{address(service)}voll/").status_code == expected
    client.force_login(UserFactory(role="partner", organisation=world.other))
    assert client.post(f"{address(service)}voll/").status_code == 404
    assert client.get("/partner/eigene/leistungen/")["Location"] == (
        f"/partner/{world.other.reference}/leistungen/"
    )
