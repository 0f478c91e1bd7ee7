"""The search page and the suggestions of the combobox."""

import pytest
from django.urls import reverse

from accounts import navigation
from contacts.search.index import index_many
from tests.factories import PartnerFactory, PersonFactory, StartupFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE, SUGGESTIONS = reverse("contacts:search"), reverse("contacts:search_suggestions")


@pytest.fixture
def advisor(client):
    client.force_login(UserFactory())
    return client


def kaya():
    records = [
        PersonFactory(given_name="Zoë", family_name="Kaya", town="Wolfsburg"),
        StartupFactory(name="Kaya Käse"),
        PartnerFactory(name="Kaya Stiftung"),
    ]
    index_many(records)
    return records


def test_search_page_groups_its_hits(advisor):
    person, startup, partner = kaya()
    answer = advisor.get(PAGE, {"q": "  kaya "})

    assert answer.context["query"] == "kaya"
    assert {
        group["label"]: [hit.url for hit in group["hits"]] for group in answer.context["groups"]
    } == {
        "Personen": [person.get_absolute_url()],
        "Startups": [startup.get_absolute_url()],
        "Partner": [partner.get_absolute_url()],
    }
    assert f'href="{person.get_absolute_url()}"' in answer.text


def test_search_page_jumps_to_a_reference(advisor):
    person = kaya()[0]
    answer = advisor.get(PAGE, {"q": person.reference.lower()})
    assert (answer.status_code, answer["Location"]) == (302, person.get_absolute_url())
    assert advisor.get(PAGE, {"q": "P-1999-0001"}).context["found"] == 0


def test_search_page_without_a_hit_keeps_what_was_typed(advisor):
    kaya()
    answer = advisor.get(PAGE, {"q": 'Nie <b>"Gesehen"&'})

    assert answer.context["found"] == 0
    typed = "?name=Nie+%3Cb%3E%22Gesehen%22%26"
    assert [link["url"] for link in answer.context["create"]] == [
        reverse("contacts:person_create") + typed,
        reverse("contacts:startup_create") + typed,
    ]
    assert "<b>" not in answer.text


def test_search_page_with_nothing_typed_asks(advisor):
    kaya()
    answer = advisor.get(PAGE)
    assert answer.status_code == 200
    assert answer.context["groups"] == []
    assert answer.context["create"] == []


def test_search_page_says_that_there_are_more(advisor):
    index_many([PersonFactory(family_name="Kaya") for _ in range(60)])
    answer = advisor.get(PAGE, {"q": "Kaya"})
    assert answer.context["found"] == 60
    assert answer.context["more"] is True


def test_managers_may_create_partners_only(client):
    client.force_login(UserFactory(manager=True))
    links = client.get(PAGE, {"q": "Neu"}).context["create"]
    assert [link["url"] for link in links] == [reverse("contacts:partner_create") + "?name=Neu"]


def test_suggestions_are_what_the_combobox_reads(advisor):
    person = kaya()[0]
    assert advisor.get(SUGGESTIONS, {"q": "zoe kaya"}).json() == {
        "results": [
            {
                "id": str(person.pk),
                "label": "Zoë Kaya",
                "hint": "Wolfsburg",
                "kind": "Person",
                "url": person.get_absolute_url(),
            }
        ]
    }


def test_suggestions_pick_people_only_where_asked(advisor):
    kaya()
    answer = advisor.get(SUGGESTIONS, {"q": "kaya", "kinds": "person"}).json()
    assert [one["label"] for one in answer["results"]] == ["Zoë Kaya"]
    assert advisor.get(SUGGESTIONS, {"q": "nichts", "kinds": "person"}).json() == {"results": []}


def test_suggestions_offer_to_create_what_is_missing(advisor):
    assert advisor.get(SUGGESTIONS, {"q": "Neu & Co"}).json() == {
        "results": [],
        "create": {
            "label": "Person „Neu & Co“ anlegen",
            "url": reverse("contacts:person_create") + "?name=Neu+%26+Co",
        },
    }
    assert advisor.get(SUGGESTIONS).json() == {"results": []}


def test_suggestions_name_pages_of_the_navigation(advisor):
    page = next(item for item in navigation.main.for_role("advisor"))
    answer = advisor.get(SUGGESTIONS, {"q": str(page.label)[:3]}).json()
    assert {"label": str(page.label), "kind": "Seite", "url": reverse(page.url_name)} in answer[
        "results"
    ]


@pytest.mark.parametrize("url", [PAGE, SUGGESTIONS])
def test_search_is_for_the_agency_only(client, url):
    kaya()
    assert client.get(url, {"q": "Kaya"}).status_code == 302
    client.force_login(UserFactory(partner=True))
    assert client.get(url, {"q": "Kaya"}).status_code == 403
    client.force_login(UserFactory())
    assert client.post(url, {"q": "Kaya"}).status_code == 405


@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_forms_behind_the_create_links_hold_what_was_typed(client, role):
    client.force_login(UserFactory(role=role))
    links = client.get(PAGE, {"q": "Käse Werk"}).context["create"]
    forms = [client.get(link["url"]).context["form"] for link in links]
    names = [form["name"].value() for form in forms if "name" in form.fields]
    assert names == ["Käse Werk"]
    people = [form["family_name"].value() for form in forms if "family_name" in form.fields]
    assert people == (["Werk"] if role == "advisor" else [])
