"""Own services are written, published ones read, also as HSDS."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from contacts.models import Stage, Topic
from referrals.models import Service
from tests.factories import PartnerFactory, ServiceFactory
from tests.partner_api import hsds_rules
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/services/"
NEW = {
    "name": "Förderberatung",
    "topics": ["funding", "taxes"],
    "stages": ["conception"],
    "legal_forms": ["gmbh"],
    "postcode_prefixes": ["38", "391"],
    "eligibility": "Vor der Gewerbeanmeldung",
    "languages": ["de", "en"],
    "waiting_days": 7,
    "full_until": "2027-01-31",
    "status": "published",
}


@pytest.fixture
def keeper(partner):
    return PartnerClient(secret_of(partner, scopes=["services:write"]))


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_own_and_published_services_are_listed(api, partner):
    own = ServiceFactory(partner=partner, status="draft")
    published = ServiceFactory()
    ServiceFactory(status="draft")  # could leak: another's draft
    ServiceFactory(status="paused")
    ServiceFactory(partner__active=False)

    assert set(ids(api.get(URL))) == {str(own.pk), str(published.pk)}
    assert ids(api.get(f"{URL}?own=true")) == [str(own.pk)]
    assert ids(api.get(f"{URL}?own=false")) == [str(published.pk)]
    assert ids(api.get(f"{URL}?partner={published.partner_id}")) == [str(published.pk)]


def test_filter_by_topic(api):
    taxes, other = ServiceFactory(), ServiceFactory()
    taxes.topics.set(Topic.objects.filter(code="taxes"))
    other.topics.set(Topic.objects.filter(code="funding"))

    assert ids(api.get(f"{URL}?topic=taxes")) == [str(taxes.pk)]


@pytest.mark.parametrize(
    "query", ["topic=none", "partner=7", "own=perhaps", "status=draft", "page_size=0", "cursor=x"]
)
def test_wrong_parameters_are_400(api, query):
    assert api.get(f"{URL}?{query}").status_code == 400


def test_pages_walk_by_partner_and_name(api):
    partners = [PartnerFactory(sort_name=name) for name in ("ab", "zz")]
    rows = [ServiceFactory(partner=row, name=name) for row in partners for name in ("1", "2")]

    first = api.get(f"{URL}?page_size=3").json()
    second = api.get(first["next"]).json()

    shown = [row["id"] for page in (first, second) for row in page["results"]]
    assert shown == [str(row.pk) for row in rows]
    assert second["next"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_for_any_number_of_rows(api, rows, django_assert_num_queries):
    for service in ServiceFactory.create_batch(rows):
        service.topics.set(Topic.objects.all()[:2])
        service.stages.set(Stage.objects.all()[:2])
    api.get(URL)

    with django_assert_num_queries(4):  # the key, the page, topics, phases
        assert len(api.get(URL).json()["results"]) == rows


def test_service_is_made(keeper, partner):
    answer = keeper.post(URL, data=NEW, content_type="application/json")

    assert answer.status_code == 201
    shown = answer.json()
    assert answer.headers["Location"] == f"http://testserver{URL}{shown['id']}/"
    assert {name: shown[name] for name in NEW} == {**NEW, "topics": shown["topics"]}
    assert set(shown["topics"]) == {"funding", "taxes"}
    assert shown["partner"] == {"id": str(partner.pk), "name": partner.name}
    assert shown["own"]
    assert keeper.get(answer.headers["Location"]).headers["ETag"] == answer.headers["ETag"]


def test_least_service_is_a_draft(keeper):
    answer = keeper.post(
        URL, data={"name": "Neu", "topics": ["taxes"]}, content_type="application/json"
    )

    assert answer.json()["status"] == "draft"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 151}, "/name"),
        ({"name": "Vergeben"}, "/name"),
        ({"topics": []}, "/topics"),
        ({"topics": ["none"]}, "/topics"),
        ({"stages": ["none"]}, "/stages"),
        ({"legal_forms": ["undecided"]}, "/legal_forms/0"),
        ({"postcode_prefixes": ["38a"]}, "/postcode_prefixes/0"),
        ({"postcode_prefixes": ["٣٨"]}, "/postcode_prefixes/0"),
        ({"postcode_prefixes": ["38"] * 51}, "/postcode_prefixes"),
        ({"languages": ["klingon"]}, "/languages/0"),
        ({"waiting_days": -1}, "/waiting_days"),
        ({"waiting_days": 10**30}, "/waiting_days"),
        ({"full_until": "31.01.2027"}, "/full_until"),
        ({"status": "gone"}, "/status"),
        ({"partner": "x"}, "/partner"),
        ({"version": 1}, "/version"),
    ],
)
def test_wrong_bodies_are_400_and_point_at_the_field(keeper, partner, changes, pointer):
    ServiceFactory(partner=partner, name="Vergeben")

    answer = keeper.post(URL, data=NEW | changes, content_type="application/json")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Service.objects.count() == 1


def test_repeat_of_a_key_makes_one_service(keeper):
    headers = {"Idempotency-Key": "k-1"}
    answers = [
        keeper.post(URL, data=NEW, content_type="application/json", headers=headers)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Service.objects.count() == 1


def patch(client, service, changes, **headers):
    url = f"{URL}{service.pk}/"
    return client.patch(url, data=changes, content_type="application/json", headers=headers)


def test_what_is_left_out_of_a_change_stays(keeper, partner):
    service = ServiceFactory(partner=partner, name="Alt", cost="kostenlos")
    service.topics.set(Topic.objects.filter(code="taxes"))

    answer = patch(keeper, service, {"full_until": "2027-01-31"})

    assert answer.status_code == 200
    service.refresh_from_db()
    assert (service.full_until, service.cost, service.version) == (
        date(2027, 1, 31),
        "kostenlos",
        2,
    )
    assert answer.json()["topics"] == ["taxes"]
    assert patch(keeper, service, {"topics": ["funding"], "full_until": None}).json()["topics"] == [
        "funding"
    ]


def test_if_match_of_an_old_state_is_412(keeper, partner):
    service = ServiceFactory(partner=partner)
    etag = keeper.get(f"{URL}{service.pk}/").headers["ETag"]
    assert patch(keeper, service, {"cost": "10 €"}, **{"If-Match": etag}).status_code == 200

    answer = patch(keeper, service, {"cost": "20 €"}, **{"If-Match": etag})

    assert answer.status_code == 412
    assert Service.objects.get().cost == "10 €"


def test_unchanged_service_is_304(api):
    url = f"{URL}{ServiceFactory().pk}/"
    etag = api.get(url).headers["ETag"]

    assert api.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_services_of_others_are_not_changed(keeper):
    published, draft = ServiceFactory(), ServiceFactory(status="draft")

    answers = [patch(keeper, row, {"cost": "0"}) for row in (published, draft)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert keeper.get(f"{URL}{draft.pk}/").status_code == 404


def test_writing_needs_its_scope(api, partner):
    assert api.post(URL, data=NEW, content_type="application/json").status_code == 403
    assert patch(api, ServiceFactory(partner=partner), {}).status_code == 403


def test_change_at_the_same_moment_is_409(keeper, partner, monkeypatch):
    """Somebody saves between our reading and our writing."""
    service = ServiceFactory(partner=partner)
    seen = Service.objects.get()
    Service.objects.update(version=2)
    monkeypatch.setattr("partner_api.services.views.ServiceView.found", lambda *_args, **_kw: seen)

    assert patch(keeper, service, {"cost": "1"}).status_code == 409


# --- HSDS ---


def whole_service(**fields) -> Service:
    """Everything that HSDS has a place for."""
    partner = PartnerFactory(
        short_name="IHK", about="Die Kammer", contact_name="Kim Yılmaz", phone="+4953619999",
        website="https://ihk.example", street="Am Fallersleber Tor", house_number="1",
        postcode="38440", town="Wolfsburg",
    )  # fmt: skip
    service = ServiceFactory(
        partner=partner, description="Beratung", eligibility="Alle", cost="kostenlos",
        languages=["de"], postcode_prefixes=["38"], assured_on=date(2026, 11, 1), **fields,
    )  # fmt: skip
    service.topics.set(Topic.objects.filter(code="funding"))
    service.stages.set(Stage.objects.filter(code="conception"))
    return service


def hsds(api, query="") -> dict:
    page = api.get(f"{URL}hsds/{query}").json()
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(hsds_rules.PAGE, format_checker=checker).validate(page)
    return page


def test_hsds_of_whole_and_bare_services_keeps_the_rules(api):
    whole = whole_service()
    ServiceFactory(partner__email="")

    page = hsds(api)

    assert page["total_items"] == 2
    shown = next(row for row in page["contents"] if row["id"] == str(whole.pk))
    assert set(shown) == set(hsds_rules.SERVICE["properties"]) - {"alert"}
    assert shown["organization"]["alternate_name"] == "IHK"
    [place] = shown["service_at_locations"]
    assert place["location"]["addresses"][0]["address_1"] == "Am Fallersleber Tor 1"
    terms = [row["taxonomy_term"] for row in shown["attributes"]]
    assert [(term["code"], term["taxonomy"]["name"]) for term in terms] == [
        ("funding", "Themen"),
        ("conception", "Phasen"),
    ]
    assert shown["service_areas"][0]["extent"] == "38"


def test_hsds_rules_can_be_broken(api):
    """The negative control: a record without what is required does not pass."""
    whole_service()
    page = hsds(api)
    del page["contents"][0]["organization"]["description"]

    assert list(Draft202012Validator(hsds_rules.PAGE).iter_errors(page))


def test_hsds_has_what_is_published_by_anybody_and_nothing_else(api, partner):
    ServiceFactory(partner=partner, status="draft")  # could leak: our own draft
    published = ServiceFactory()

    assert [row["id"] for row in hsds(api)["contents"]] == [str(published.pk)]


def test_hsds_says_that_a_service_is_full(api):
    today = timezone.localdate()
    whole_service(full_until=today)
    ServiceFactory(full_until=today - timedelta(days=1), partner__sort_name="zz")

    full, free = hsds(api)["contents"]

    assert (full["status"], free["status"]) == ("temporarily closed", "active")
    assert full["alert"] == f"Voll bis {today.isoformat()}"


def test_hsds_ids_of_parts_stay(api):
    whole_service()

    assert hsds(api) == hsds(api)


def test_hsds_pages(api):
    ServiceFactory.create_batch(3)

    first, last, beyond = (hsds(api, f"?per_page=2&page={number}") for number in (1, 2, 3))

    assert (first["total_pages"], first["size"], first["first_page"]) == (2, 2, True)
    assert (last["size"], last["last_page"], last["first_page"]) == (1, True, False)
    assert (beyond["empty"], beyond["contents"]) == (True, [])
    assert hsds(api, "?lang=en")["contents"][0]["languages"] == []


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "page=x", "search=x"])
def test_hsds_wrong_parameters_are_400(api, query):
    assert api.get(f"{URL}hsds/?{query}").status_code == 400


def test_empty_catalogue_is_one_empty_page(api):
    page = hsds(api)

    assert (page["total_items"], page["total_pages"], page["empty"]) == (0, 1, True)
