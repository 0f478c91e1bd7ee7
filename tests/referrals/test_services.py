"""A partner's services: its own people and administrators write, the agency reads."""

import pytest

from accounts.history import EditConflict, changes_of
from contacts.models import Topic
from referrals import actions, panels
from referrals.errors import InvalidValueError, WrongSideError
from referrals.models import Service
from tests.factories import ServiceFactory, UserFactory, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(world):
    service = ServiceFactory(partner=world.partner, name="Gründungsberatung")
    service.topics.add(world.topic)
    return service


def base(world):
    return f"/partner/{world.partner.reference}/leistungen/"


def given(world, **more):
    return {
        "name": "Sprechtag",
        "topics": [world.topic.pk],
        "postcode_prefixes": "38, 391 38",
        "languages": ["de", "tr"],
        "status": "published",
        **more,
    }


def login(client, world, role):
    client.force_login(world.partner_user if role == "partner" else UserFactory(role=role))


@pytest.mark.parametrize(
    ("role", "edits"), [("partner", True), ("admin", True), ("advisor", False), ("manager", False)]
)
def test_who_reads_and_who_writes(client, world, service, role, edits):
    login(client, world, role)
    page = client.get(base(world))

    assert page.context["page"].rows == [service]
    assert page.context["may_edit"] is edits
    status = 200 if edits else 403
    assert client.get(f"{base(world)}neu/").status_code == status
    assert client.get(f"{base(world)}{service.pk}/").status_code == status
    assert client.post(f"{base(world)}neu/", given(world)).status_code == (422 if edits else 403)


def test_another_partner_s_services_do_not_exist(client, world, service):
    client.force_login(UserFactory(role="partner", organisation=world.other))

    for path in ("", "neu/", f"{service.pk}/"):
        assert client.get(base(world) + path).status_code == 404
    own = f"/partner/{world.other.reference}/leistungen/"
    assert client.get(own).context["page"].rows == []
    assert client.get(f"{own}{service.pk}/").status_code == 404


def create(client, world, **more):
    token = client.get(f"{base(world)}neu/").context["form"].fields["token"].initial()
    return client.post(f"{base(world)}neu/", given(world, token=token, **more))


def test_a_new_service(client, world):
    login(client, world, "partner")

    assert create(client, world).status_code == 302

    service = Service.objects.get()
    assert (service.name, service.partner, service.status) == (
        "Sprechtag",
        world.partner,
        "published",
    )
    assert (service.postcode_prefixes, service.languages) == (["38", "391"], ["de", "tr"])
    assert list(service.topics.all()) == [world.topic]


def test_only_phases_of_ventures_on_their_way_are_offered(client, world):
    login(client, world, "partner")

    boxes = client.get(f"{base(world)}neu/").context["form"].fields["stages"].queryset

    assert {stage.kind for stage in boxes} == {"open"}


def test_a_name_that_is_taken_is_told(client, world, service):
    login(client, world, "partner")

    page = create(client, world, name=service.name)

    assert page.status_code == 422
    assert "gibt es schon" in page.content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"topics": []}, "topics"),
        ({"topics": ["evil"]}, "topics"),
        ({"postcode_prefixes": "38x"}, "postcode_prefixes"),
        ({"postcode_prefixes": "٣٨"}, "postcode_prefixes"),
        ({"postcode_prefixes": ",".join(str(n) for n in range(51))}, "postcode_prefixes"),
        ({"languages": ["klingon"]}, "languages"),
        ({"legal_forms": ["evil"]}, "legal_forms"),
        ({"waiting_days": "-1"}, "waiting_days"),
        ({"waiting_days": "9" * 50}, "waiting_days"),
        ({"assured_on": "2027-02-29"}, "assured_on"),
        ({"status": "evil"}, "status"),
    ],
)
def test_bad_input_is_told_at_its_field(client, world, more, field):
    login(client, world, "partner")

    page = create(client, world, **more)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert Service.objects.count() == 0


def test_editing_keeps_history(client, world, service):
    login(client, world, "partner")
    other = Topic.objects.exclude(pk=world.topic.pk).first()

    client.post(
        f"{base(world)}{service.pk}/", given(world, version=1, topics=[other.pk], cost="frei")
    )

    service.refresh_from_db()
    assert (service.name, service.cost, service.version) == ("Sprechtag", "frei", 2)
    assert list(service.topics.all()) == [other]
    assert changes_of(service).get().fields["cost"] == ["", "frei"]


def test_of_two_edits_the_second_sees_both(client, world, service):
    login(client, world, "partner")
    mine = given(world, version=1, topics=[Topic.objects.last().pk])
    actions.update_service(
        service=service, changes={"cost": "50 €"}, version=1, by=world.colleague, at=world.now
    )

    page = client.post(f"{base(world)}{service.pk}/", mine)

    assert page.status_code == 409
    assert {row["theirs"] for row in page.context["conflict"]["rows"]} >= {"50 €", "Businessplan"}
    service.refresh_from_db()
    assert (service.cost, service.version) == ("50 €", 2)


def test_an_edit_of_topics_alone_asks_for_the_version_too(world, service):
    with pytest.raises(EditConflict):
        actions.update_service(
            service=service, changes={"topics": []}, version=7, by=world.colleague, at=world.now
        )


@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_the_agency_writes_no_services(world, service, role):
    by = actor(role)

    with pytest.raises(WrongSideError):
        actions.create_service(
            partner=world.partner, name="X", topics=[world.topic], by=by, at=world.now
        )
    with pytest.raises(WrongSideError):
        actions.update_service(service=service, changes={}, version=1, by=by, at=world.now)


def test_renaming_to_a_taken_name_is_refused(client, world, service):
    other = ServiceFactory(partner=world.partner, name="Sprechtag")

    with pytest.raises(InvalidValueError):
        actions.update_service(
            service=other,
            changes={"name": service.name},
            version=1,
            by=world.colleague,
            at=world.now,
        )
    login(client, world, "partner")
    page = client.post(f"{base(world)}{other.pk}/", given(world, version=1, name=service.name))
    assert page.status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_many(client, world, rows, django_assert_num_queries):
    ServiceFactory.create_batch(rows, partner=world.partner)
    login(client, world, "partner")
    client.get(base(world))

    with django_assert_num_queries(7):
        page = client.get(base(world))

    assert len(page.context["page"]) == rows


def test_the_partner_s_page_shows_what_the_reader_may_see(world, service):
    draft = ServiceFactory(partner=world.partner, status="draft")

    panel = panels.partner_services(world.partner, world.colleague)
    assert (set(panel["services"]), panel["may_edit"]) == ({service, draft}, True)
    assert panels.partner_services(world.draft().sender, world.advisor) is None
    assert set(Service.objects.visible_to(world.stranger)) == {service}


def test_an_empty_list_says_so(client, world):
    for role in ("partner", "advisor"):
        login(client, world, role)
        assert "Noch keine Leistungen" in client.get(base(world)).content.decode()
