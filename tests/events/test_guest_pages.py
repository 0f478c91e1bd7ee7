"""The agency's list of registrations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Person
from contacts.search.index import index_record
from dma_crm.models import new_id
from events.models import Event, Registration
from tests.events.guests import fresh, join
from tests.factories import EventFactory, PersonFactory, RegistrationFactory

pytestmark = pytest.mark.django_db


def ahead(**fields):
    start = timezone.now() + timedelta(days=7)
    return EventFactory(**{"starts_at": start, "ends_at": start + timedelta(hours=2), **fields})


def url_of(event, path=""):
    return f"/verwaltung/veranstaltungen/{event.slug}/anmeldungen/{path}"


def names(response):
    return [row.name for row in response.context["page"]]


def test_list_counts_and_filters(client_of):
    event = ahead(capacity=5)
    RegistrationFactory(event=event, name="Jörg Müller", checked_in_at=timezone.now())
    RegistrationFactory(event=event, name="Zoë Kern", email="zoe.mueller@gruendung.example")
    RegistrationFactory(event=event, name="Wartet", waiting=True)
    RegistrationFactory(event=event, name="Weg", cancelled=True)
    RegistrationFactory(name="Andere Veranstaltung")  # could leak
    client = client_of()

    page = client.get(url_of(event))
    assert names(page) == ["Jörg Müller", "Zoë Kern", "Wartet", "Weg"]
    assert [one["value"] for one in page.context["counts"]] == [2, 0, 1, 3, 1]
    for query, found in {
        "q=muller": ["Jörg Müller", "Zoë Kern"],
        "q=MÜLLER": ["Jörg Müller", "Zoë Kern"],
        "q=zoe.mueller@": ["Zoë Kern"],
        "state=came": ["Jörg Müller"],
        "state=missing": ["Zoë Kern"],
        "state=waiting": ["Wartet"],
        "state=unsinn": ["Jörg Müller", "Zoë Kern", "Wartet", "Weg"],
        "q=niemand": [],
    }.items():
        assert names(client.get(f"{url_of(event)}?{query}")) == found


def test_two_thousand_make_pages_of_few_queries(client_of, django_assert_max_num_queries):
    event, person = ahead(), PersonFactory()
    rows = []
    for n in range(2000):
        row = Registration.bearing(
            at=timezone.now(), event=event, name=f"Gast {n}", state="confirmed", queue=n + 1,
            state_since=timezone.now(), person=person,
        )  # fmt: skip
        rows.append(row)
    Registration.objects.bulk_create(rows, batch_size=500)
    client = client_of()

    with django_assert_max_num_queries(8):
        page = client.get(url_of(event))

    assert len(names(page)) == 50
    assert page.context["counts"][0]["value"] == 2000
    assert len(page.content) < 120_000


def test_an_empty_list_says_so(client_of):
    assert "Noch hat sich niemand angemeldet." in client_of().get(url_of(ahead())).content.decode()


def test_staff_adds_checks_in_and_undoes(client_of):
    event, client = ahead(capacity=1), client_of()

    done = client.post(url_of(event, "neu/"), {"name": "Am Telefon", "email": ""})
    assert done.url == url_of(event)
    row = Registration.objects.get()
    assert "der Agentur" in client.get(url_of(event, f"{row.pk}/")).content.decode()
    for path in ("da/", "da/"):
        client.post(url_of(event, f"{row.pk}/{path}"))
    came = fresh(row).checked_in_at
    assert came
    page = client.get(url_of(event)).content.decode()
    assert "War da" in page
    client.post(url_of(event, f"{row.pk}/nicht-da/"))

    assert fresh(row).checked_in_at is None


def test_bad_input_and_a_full_house_are_told(client_of):
    event, client = ahead(capacity=1, registration="seats"), client_of()
    url = url_of(event, "neu/")
    for data in (
        {"name": ""},
        {"name": "x" * 121},
        {"name": "Zoë", "email": "kein"},
        {"name": "Zoë", "email": "zoë@gruendung.example"},
    ):
        assert client.post(url, data).status_code == 422
    client.post(url, {"name": "Zoë"})

    page = client.post(url, {"name": "Uwe"})

    assert page.status_code == 422
    assert "Alle Plätze sind vergeben." in page.content.decode()


def test_only_managers_cancel(client_of):
    event = ahead()
    row = join(event, at=timezone.now())
    url = url_of(event, f"{row.pk}/absagen/")

    assert client_of("advisor").post(url).status_code == 403
    assert client_of("partner").post(url).status_code == 403
    assert fresh(row).state == "confirmed"
    assert client_of("manager").post(url).status_code == 302
    assert fresh(row).state == "cancelled"
    page = client_of("manager").post(url_of(event, f"{row.pk}/da/"), follow=True)
    assert "Diese Anmeldung hat keinen Platz" in page.content.decode()


def test_a_guest_of_another_event_is_not_found(client_of):
    row = RegistrationFactory()

    assert client_of().get(url_of(ahead(), f"{row.pk}/")).status_code == 404
    assert client_of().get(url_of(row.event, f"{new_id()}/")).status_code == 404


def test_an_advisor_links_the_person_that_may_be_it(client_of):
    known = PersonFactory(given_name="Zoë", family_name="Kern", email="zoe@privat.example")
    index_record(known)
    row = join(ahead(), name="Zoe Kern", at=timezone.now())
    client, url = client_of(), url_of(row.event, f"{row.pk}/")

    page = client.get(url)
    assert [near.person for near in page.context["near_duplicates"]] == [known]
    client.post(f"{url}kontakt/", {"person": known.reference})

    assert fresh(row).person == known
    page = client.get(url).content.decode()
    assert f"/beratungen/neu/?person={known.reference}" in page
    assert client.post(f"{url}kontakt/", {"person": "P-1999-0001"}).status_code == 404


def test_an_advisor_makes_a_contact_with_one_click(client_of):
    row = join(ahead(), name="Zoë Kern", at=timezone.now())
    client, url = client_of(), url_of(row.event, f"{row.pk}/")

    client.post(f"{url}kontakt/")
    again = client.post(f"{url}kontakt/", follow=True)

    person = Person.objects.get()
    assert (str(person), person.source.code) == ("Zoë Kern", "event")
    assert "Das geht nicht mehr." in again.content.decode()
    assert client_of("manager").post(f"{url}kontakt/").status_code == 403


def test_seats_cut_below_the_registered_are_refused_on_the_form(client_of):
    event = ahead(capacity=3)
    for n in (1, 2):
        join(event, n, at=timezone.now())
    client, url = client_of(), f"/verwaltung/veranstaltungen/{event.slug}/"
    page = client.get(url)
    data = {k: v for k, v in page.context["form"].initial.items() if v not in (None, "")}

    refused = client.post(url, {**data, "capacity": "1"})

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["capacity"])
    assert Event.objects.get().capacity == 3


def test_full_without_a_waiting_list_is_warned_of(client_of):
    event = ahead(capacity=1, registration="seats")
    client, url = client_of(), f"/verwaltung/veranstaltungen/{event.slug}/"
    assert "Gäste werden abgewiesen" not in client.get(url).content.decode()

    join(event, at=timezone.now())

    assert "Gäste werden abgewiesen" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"registration_opens_at": "2027-06-01T12:00"}, "registration_opens_at"),
        ({"registration_closes_at": "2028-01-01T12:00"}, "registration_closes_at"),
        ({"registration_closes_at": "2027-03-28T02:30"}, "registration_closes_at"),
        ({"registration_closes_at": "9999-12-31T23:59"}, "registration_closes_at"),
        ({"registration": "vielleicht"}, "registration"),
        ({"online_link": "javascript:alert(1)"}, "online_link"),
        ({"question_1_label": "x" * 151}, "question_1_label"),
    ],
)
def test_a_window_that_cannot_be_is_told_at_its_field(client_of, fields, field):
    event, client = ahead(), client_of()
    day = {"day": "2027-05-01", "starts": "18:00", "ends": "20:00"}
    data = {"title": "Neu", "format": "talk", "host": event.host_id, "version": "1", **day}

    page = client.post(f"/verwaltung/veranstaltungen/{event.slug}/", {**data, **fields})

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
