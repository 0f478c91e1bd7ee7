"""What the recording form proposes from what has been said so far."""

import pytest

from contacts.actions import create_person
from contacts.models import Consent, Topic
from referrals.models import Need
from tests.consultations.test_recording import said
from tests.factories import (
    NOW,
    AffiliationFactory,
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
NEW = "/beratungen/neu/"


@pytest.fixture
def web(client):
    client.force_login(UserFactory())
    return client


def topic(code="funding"):
    return Topic.objects.get(code=code)


def test_ventures_of_the_person_appear_and_a_single_one_is_meant(web):
    tie = AffiliationFactory()
    AffiliationFactory(person=tie.person, startup=StartupFactory(name="Alt"), until=NOW.date())

    one = web.get(f"{NEW}vorhaben/", {"person": tie.person.pk})
    AffiliationFactory(person=tie.person, startup=StartupFactory(name="Zweites"))
    two = web.get(f"{NEW}vorhaben/", {"person": tie.person.pk}).content.decode()
    nobody = web.get(f"{NEW}vorhaben/", {"person": ""}).content.decode()

    page = one.content.decode()
    assert f'value="{tie.startup.pk}" checked' in page
    assert "Alt" not in page
    assert "case-changed" in one.headers["HX-Trigger-After-Settle"]
    assert "Zweites" in two
    assert f'value="{tie.startup.pk}" checked' not in two
    assert 'type="radio"' not in nobody


def test_partners_that_fit_come_with_their_reasons(web):
    service = ServiceFactory()
    service.topics.set([topic()])
    other = PartnerFactory(name="Sparkasse")
    startup = StartupFactory(postcode="38440")

    response = web.post(
        f"{NEW}vorschlaege/",
        {"topics": [topic().pk], "startup": startup.pk, "other_partner": other.pk},
    )

    page = response.content.decode()
    assert service.partner.name in page
    assert "Thema Förderung und Zuschüsse" in page
    assert f'value="{service.partner.pk}">' in page
    assert f'value="{other.pk}" checked' in page
    assert "partners-changed" in response.headers["HX-Trigger-After-Settle"]


def test_without_a_topic_no_partner_is_suggested(web):
    ServiceFactory()

    page = web.post(f"{NEW}vorschlaege/", {}).content.decode()

    assert "Wählen Sie ein Thema" in page
    assert "checkbox" not in page


def test_checks_show_consent_room_and_preview_of_each_partner(web):
    person = PersonFactory(postcode="38440", phone="+495361123456")
    known, full = PartnerFactory(short_name="IHK"), PartnerFactory(capacity="full")
    ConsentFactory(person=person, recipient=known)

    page = web.post(
        f"{NEW}vermittlung/",
        {
            "person": person.pk,
            "partners": [known.pk, full.pk],
            "consents": [full.pk],
            "overrides": [full.pk],
            "topics": [topic().pk],
            "question": "Welcher Zuschuss?",
            "new_startup": "Lastenrad",
        },
    ).content.decode()

    assert "IHK: Einwilligung vom 10.03.2026 liegt vor" in page
    assert f'id="consent-{full.pk}" value="{full.pk}" checked' in page
    assert f'name="overrides" value="{full.pk}" checked' in page
    assert "Das sieht IHK" in page
    for words in ("Welcher Zuschuss?", "38440", "Orientierung", "Förderung und Zuschüsse"):
        assert words in page
    for secret in (person.family_name, "Lastenrad", "+495361123456"):
        assert secret not in page


def test_preview_is_what_will_be_handed_over(web):
    """The need made of the same form says the same."""
    partner = PartnerFactory()
    startup = StartupFactory(postcode="38448")
    tie = AffiliationFactory(startup=startup)
    form = said(
        family_name="", person=tie.person.pk, startup=startup.pk, topics=[topic().pk],
        partners=[partner.pk], consents=[partner.pk], question="Kredit?",
    )  # fmt: skip
    preview = web.post(f"{NEW}vermittlung/", form).content.decode()

    web.post(NEW, form)

    need = Need.objects.get()
    for words in (need.postcode, need.stage.label, need.question, topic().label):
        assert words in preview
    assert Consent.objects.count() == 1


def test_near_duplicate_is_shown_with_its_reasons(web):
    known = create_person(
        given_name="Zoe", family_name="Brandis", town="Gifhorn", by=actor(), at=NOW
    )

    page = web.post(
        f"{NEW}dubletten/", {"given_name": "Zoë", "family_name": "Brandis", "email": "Z@x.example"}
    ).content.decode()
    nobody = web.post(f"{NEW}dubletten/", {"family_name": "Wolters"}).content.decode()

    assert f'data-take-person="{known.pk}"' in page
    assert "Gifhorn" in page
    assert nobody.strip() == ""


def test_options_of_the_comboboxes(web):
    person = create_person(
        given_name="Zoë", family_name="Müller", town="Gifhorn", by=actor(), at=NOW
    )

    people = web.get(f"{NEW}personen/", {"q": "mueller"}).json()
    partners = web.get(f"{NEW}partner/", {"q": "mueller"}).json()

    assert people == {
        "results": [{"id": str(person.pk), "label": "Zoë Müller", "hint": "Gifhorn", "far": False}]
    }
    assert partners == {"results": []}
