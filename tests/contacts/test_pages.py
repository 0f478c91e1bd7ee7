"""Every page of contacts: who may open it, what it says, and that nothing leaks."""

import pytest
from django.urls import reverse

from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    FollowUpFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AGENCY = {"advisor", "manager", "admin"}
ADVISOR, OVERSEERS, EVERYBODY = {"advisor"}, {"manager", "admin"}, AGENCY | {"partner"}
# route -> (who may GET it, name of the record its address names)
READ = {
    "people": (AGENCY, ""),
    "person": (AGENCY, "person"),
    "person_create": (ADVISOR, ""),
    "person_edit": (ADVISOR, "person"),
    "duplicate_hint": (ADVISOR, ""),
    "consent_create": (ADVISOR, "person"),
    "consent_withdraw": (ADVISOR, "consent"),
    "startups": (AGENCY, ""),
    "startup": (AGENCY, "startup"),
    "startup_create": (ADVISOR, ""),
    "startup_edit": (ADVISOR, "startup"),
    "startup_stage": (ADVISOR, "startup"),
    "affiliation_create": (ADVISOR, "startup"),
    "partners": (AGENCY, ""),
    "partner": (AGENCY, "partner"),
    "partner_create": (OVERSEERS, ""),
    "partner_edit": (AGENCY, "partner"),
    "follow_ups": (AGENCY, ""),
    "follow_up": (AGENCY, "follow_up"),
    "follow_up_create": (ADVISOR, ""),
    "agency": (OVERSEERS, ""),
    "topics": (AGENCY, ""),
    "stages": (AGENCY, ""),
    "sources": (AGENCY, ""),
    "mail_templates": (AGENCY, ""),
    "topics_create": (OVERSEERS, ""),
    "mail_templates_create": (OVERSEERS, ""),
}
WRITE = {
    "follow_up_done": (ADVISOR, "follow_up"),
    "follow_up_reopen": (ADVISOR, "follow_up"),
    "follow_up_postpone": (ADVISOR, "follow_up"),
    "follow_up_unpostpone": (ADVISOR, "follow_up"),
    "follow_up_hand_over": (ADVISOR | {"manager"}, "follow_up"),
    "affiliation_end": (ADVISOR, "affiliation"),
}


def login(client, role):
    user = UserFactory(partner=True) if role == "partner" else UserFactory(role=role)
    client.force_login(user)
    return user


def address(route, record, user):
    if not record:
        return reverse(f"contacts:{route}")
    made = {
        "person": PersonFactory,
        "startup": StartupFactory,
        "partner": PartnerFactory,
        "consent": ConsentFactory,
        "affiliation": AffiliationFactory,
        "follow_up": lambda: FollowUpFactory(**({} if user.organisation else {"assignee": user})),
    }[record]()
    key = made.pk if record in {"consent", "affiliation"} else made.reference
    return reverse(f"contacts:{route}", args=[key])


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("route", READ)
def test_page_opens_for_its_roles_only(client, route, role):
    audience, record = READ[route]
    user = login(client, role)

    status = client.get(address(route, record, user)).status_code

    # Organisations are every role's page, but a partner's own one only: a foreign one is missing.
    foreign = 404 if route in {"partner", "partner_edit"} else 403
    assert status == (200 if role in audience else foreign)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("route", WRITE)
def test_button_works_for_its_roles_only(client, route, role):
    audience, record = WRITE[route]
    user = login(client, role)
    url = address(route, record, user)

    assert client.post(url).status_code == (302 if role in audience else 403)
    assert client.get(url).status_code == (405 if role in audience else 403)


@pytest.mark.parametrize("route", [*READ, *WRITE])
def test_stranger_is_asked_to_log_in(client, route):
    record = (READ | WRITE)[route][1]
    response = client.get(address(route, record, UserFactory()))

    assert response.status_code == 302
    assert response.url.startswith("/login/")


@pytest.mark.parametrize(
    "path",
    [
        "/personen/P-2026-9999/",
        "/startups/S-2026-9999/",
        "/partner/O-2026-9999/",
        "/wiedervorlagen/W-2026-9999/",
        "/verwaltung/themen/nirgends/",
        "/agentur/logo/abc.png",
    ],
)
def test_missing_record_is_not_found(client, path):
    client.force_login(UserFactory(admin=True))

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("state", ["restricted", "anonymised"])
@pytest.mark.parametrize("role", sorted(AGENCY))
def test_locked_person_is_hidden_from_every_page(client, state, role):
    user = login(client, role)
    person = PersonFactory(state=state, given_name="", family_name="Verborgen", owner=user)
    startup = AffiliationFactory(person=person).startup
    ConsentFactory(person=person)
    follow_up = FollowUpFactory(person=person, assignee=user, subject="Verborgen anrufen")

    assert client.get(person.get_absolute_url()).status_code == 404
    assert client.get(follow_up.get_absolute_url()).status_code == 404
    for url in (
        startup.get_absolute_url(),
        "/personen/?owner=all",
        "/startups/?owner=all",
        "/wiedervorlagen/?owner=all",
    ):
        assert "Verborgen" not in client.get(url).content.decode()


def test_partner_user_sees_and_edits_the_own_organisation_only(client):
    user = UserFactory(partner=True)
    other = PartnerFactory(name="Fremd GmbH")
    client.force_login(user)
    own = user.organisation

    assert client.get("/partner/eigene/").url == own.get_absolute_url()
    assert own.name in client.get(own.get_absolute_url()).content.decode()
    form = client.get(own.get_absolute_url() + "bearbeiten/").content.decode()
    assert 'name="full_until"' in form
    assert 'name="response_target_days"' not in form
    assert client.get(other.get_absolute_url()).status_code == 404
    answer = client.post(other.get_absolute_url() + "bearbeiten/", {"email": "x@x.example"})
    assert answer.status_code == 404
    other.refresh_from_db()
    assert other.email != "x@x.example"


def test_advisor_edits_only_the_contacts_of_an_organisation(client):
    client.force_login(UserFactory())
    partner = PartnerFactory(name="Alt")
    data = {"name": "Neu", "contact_name": "Kim", "email": "kim@x.example", "version": 1}

    client.post(partner.get_absolute_url() + "bearbeiten/", data)

    partner.refresh_from_db()
    assert (partner.name, partner.contact_name, partner.email) == ("Alt", "Kim", "kim@x.example")


def test_advisor_may_not_close_what_belongs_to_others(client):
    client.force_login(UserFactory())
    follow_up = FollowUpFactory()

    for button in ("erledigt/", "oeffnen/", "verschieben/", "uebergeben/"):
        assert client.post(follow_up.get_absolute_url() + button).status_code == 404

    follow_up.refresh_from_db()
    assert follow_up.state == "open"
