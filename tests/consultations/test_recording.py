"""The recording form as page and panel, without JavaScript, and with input that makes no sense."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.actions import Held
from consultations.models import Consultation
from consultations.views.recording import waiting
from contacts.actions import create_person
from contacts.models import FollowUp, Person, Startup, Topic
from dma_crm.models import new_id
from referrals.models import Referral
from tests.factories import (
    NOW,
    AffiliationFactory,
    ConsultationFactory,
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
def advisor():
    return UserFactory()


@pytest.fixture
def web(client, advisor):
    client.force_login(advisor)
    return client


def topic(code="funding"):
    return Topic.objects.get(code=code)


def said(**fields):
    return {
        "token": new_id(),
        "family_name": "Brandes",
        "channel": "phone",
        "summary": "Will gründen.",
        **fields,
    }


def test_two_fields_are_enough_and_lead_to_the_case(web):
    response = web.post(NEW, said())

    person = Person.objects.get()
    assert (response.status_code, response.url) == (302, f"/personen/{person.reference}/")
    assert Consultation.objects.get().summary == "Will gründen."


def test_venture_leads_to_its_case(web):
    response = web.post(NEW, said(new_startup="Lastenrad"))

    assert response.url == f"/startups/{Startup.objects.get().reference}/"


def test_panel_gets_the_form_alone_and_leaves_by_redirect(web):
    htmx = {"HTTP_HX_REQUEST": "true"}

    opened = web.get(NEW, **htmx).content.decode()
    saved = web.post(NEW, said(), **htmx)

    assert "<html" not in opened
    assert 'hx-target="#panel-body"' in opened
    assert saved.headers["HX-Redirect"] == f"/personen/{Person.objects.get().reference}/"


def test_same_form_sent_twice_is_one_consultation(web):
    form = said()

    first, second = web.post(NEW, form), web.post(NEW, form)

    assert first.url == second.url
    assert Consultation.objects.count() == 1


def test_other_words_in_a_form_that_was_saved_are_not_lost(web):
    form = said()
    web.post(NEW, form)

    response = web.post(NEW, form | {"summary": "Noch etwas"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Noch etwas" in page
    assert Consultation.objects.get().get_absolute_url() in page


def test_form_of_somebody_else_is_not_there(web):
    foreign = ConsultationFactory(open_draft=True)

    assert web.post(NEW, said(token=foreign.pk)).status_code == 404


def test_form_of_a_discarded_draft_says_so(web, advisor):
    draft = ConsultationFactory(open_draft=True, state="discarded", advisor=advisor)

    response = web.post(NEW, said(token=draft.pk))

    assert response.status_code == 422
    assert "Diese Beratung ist schon gespeichert." in response.content.decode()


def test_everything_at_once_is_told_in_one_message(web, advisor):
    partner = PartnerFactory(short_name="IHK")
    service = ServiceFactory(partner=partner)
    service.topics.set([topic()])
    form = said(
        given_name="Zoë", email="zoe@gruenden.example", phone="05361 1", new_startup="Lastenrad",
        topics=[topic().pk], confidential="Insolvenz", follow_up="1w",
        partners=[partner.pk], consents=[partner.pk], question="Zuschuss?",
    )  # fmt: skip

    page = web.post(NEW, form, follow=True).content.decode()

    assert "An IHK gesendet." in page
    assert "Insolvenz" not in page
    referral = Referral.objects.get()
    assert (referral.status, referral.service) == ("sent", service)
    assert FollowUp.objects.get().due_on == timezone.localdate() + timedelta(days=7)


def test_held_referral_is_told_with_the_way_on(web):
    partner = PartnerFactory(short_name="IHK")
    form = said(topics=[topic().pk], partners=[partner.pk], question="Zuschuss?")

    page = web.post(NEW, form, follow=True).content.decode()

    assert "Die Vermittlung an IHK ist noch nicht gesendet" in page
    assert f'href="/vermittlungen/{Referral.objects.get().reference}/"' in page


def test_partner_that_went_out_of_use_meanwhile_is_refused(web):
    gone = PartnerFactory(active=False)

    response = web.post(NEW, said(topics=[topic().pk], partners=[gone.pk], question="Was?"))

    assert response.status_code == 422
    assert not Consultation.objects.exists()


def test_full_partner_is_overridden_by_its_tick(web):
    full = PartnerFactory(capacity="full")
    form = said(
        topics=[topic().pk], partners=[full.pk], consents=[full.pk], overrides=[full.pk],
        question="Zuschuss?",
    )  # fmt: skip

    web.post(NEW, form)

    assert Referral.objects.get().status == "sent"


@pytest.mark.parametrize("by", ["id", "name", "short"])
def test_other_partner_is_found_by_id_or_name(web, by):
    partner = PartnerFactory(name="Sparkasse", short_name="SPK")
    given = {
        "id": {"other_partner": partner.pk, "partner_name": "was immer"},
        "name": {"partner_name": "sparkasse"},
        "short": {"partner_name": "SPK"},
    }[by]
    form = said(topics=[topic().pk], consents=[partner.pk], question="Kredit?", **given)

    web.post(NEW, form)

    assert Referral.objects.get().recipient == partner


def test_partner_ticked_and_searched_is_asked_once(web):
    partner = PartnerFactory()
    form = said(
        topics=[topic().pk], partners=[partner.pk], other_partner=partner.pk, question="Kredit?"
    )

    web.post(NEW, form)

    assert Referral.objects.count() == 1


def test_name_without_script_offers_who_it_may_be(web):
    known = create_person(given_name="Zoë", family_name="Brandes", by=actor(), at=NOW)

    response = web.post(NEW, said(family_name="", who="Brandes"))

    page = response.content.decode()
    assert response.status_code == 422
    assert f'<input type="radio" name="person" value="{known.pk}">' in page


def test_case_page_prefills_person_and_venture(web):
    tie = AffiliationFactory()

    by_venture = web.get(NEW, {"startup": tie.startup.reference}).content.decode()
    by_person = web.get(NEW, {"person": tie.person.reference}).content.decode()
    unknown = web.get(NEW, {"startup": "S-0000-0000", "person": "x"})

    assert f'value="{tie.person.pk}"' in by_venture
    assert f'name="startup" value="{tie.startup.pk}" checked' in by_venture
    assert f'value="{tie.person.display_name}"' in by_person
    assert unknown.status_code == 200


def test_venture_without_people_is_kept(web):
    startup = StartupFactory()

    page = web.get(NEW, {"startup": startup.reference}).content.decode()

    assert f'name="startup" value="{startup.pk}" checked' in page


LONG = "x" * 10_001


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"family_name": ""}, "Bitte sagen Sie, mit wem Sie gesprochen haben."),
        ({"family_name": "", "given_name": "Zoë"}, "Bitte geben Sie den Nachnamen an."),
        ({"family_name": "", "who": "Niemand"}, "Bitte wählen Sie die Person aus der Liste"),
        ({"family_name": "x" * 101}, "100"),
        ({"family_name": "", "who": "x" * 201}, "200"),
        ({"summary": ""}, "Notiz"),
        ({"summary": LONG}, "10000"),
        ({"confidential": LONG}, "10000"),
        ({"channel": "pigeon"}, "pigeon"),
        ({"topics": ["999999"]}, "999999"),
        ({"topics": ["9" * 25]}, "9" * 25),
        ({"topics": [str(2**63)]}, str(2**63)),
        ({"topics": ["x"]}, "x"),
        ({"person": "00000000-0000-7000-8000-000000000009"}, "Wer"),
        ({"person": "x"}, "Wer"),
        ({"startup": "00000000-0000-7000-8000-000000000009"}, "Vorhaben"),
        ({"new_startup": "x" * 151}, "150"),
        ({"email": "zoe@"}, "E-Mail"),
        ({"held_on": "29.02.2027"}, "Datum"),
        ({"held_on": "31.12.9999"}, "Datum"),
        ({"held_on": "0001-01-01"}, "Datum"),
        ({"held_on": "2099-01-01"}, "nicht in der Zukunft"),
        ({"contact_minutes": "1441"}, "1440"),
        ({"contact_minutes": "9" * 5000}, "Minuten"),
        ({"kind": "x"}, "Art"),
        ({"result": "x"}, "Ergebnis"),
        ({"follow_up": "9w"}, "9w"),
        ({"follow_up_on": "29.02.2027"}, "oder am"),
        ({"follow_up_on": "31.12.9999"}, "oder am"),
        ({"follow_up_on": "2020-01-01"}, "in den nächsten fünf Jahren"),
        ({"follow_up": "1w", "follow_up_what": "keep_in_touch"}, "keine E-Mail-Adresse bekannt"),
        ({"follow_up_what": "x"}, "geschieht"),
        ({"partners": ["00000000-0000-7000-8000-000000000009"]}, "Vermitteln an"),
        ({"partners": ["00000000-0000-7000-8000-000000000001"]}, "Vermitteln an"),
        ({"partner_name": "Gibt es nicht"}, "gibt es nicht"),
        ({"question": "x" * 2001}, "2000"),
        ({"token": "x"}, "Token"),
        ({"version": "9" * 5000}, "Version"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_written(web, wrong, told):
    response = web.post(NEW, said(**wrong))

    page = response.content.decode()
    assert response.status_code == 422
    assert "data-error-summary" in page
    assert told in page
    assert not Consultation.objects.exists()
    assert not Person.objects.exists()


def test_partner_needs_question_and_topic(web):
    page = web.post(NEW, said(partners=[PartnerFactory().pk])).content.decode()

    assert "Bitte sagen Sie in einem Satz, worum Sie bitten." in page
    assert "Bitte wählen Sie ein Thema" in page


def test_question_that_is_too_long_is_told_once(web):
    form = said(partners=[PartnerFactory().pk], question="x" * 2001, topics=["999999"])

    page = web.post(NEW, form).content.decode()

    assert "Bitte sagen Sie in einem Satz" not in page
    assert "Bitte wählen Sie ein Thema" not in page


def test_at_most_five_partners_at_once(web):
    partners = [PartnerFactory().pk for _ in range(6)]

    page = web.post(
        NEW, said(partners=partners, question="?", topics=[topic().pk])
    ).content.decode()

    assert "höchstens fünf" in page


def test_locked_person_takes_no_consultation(web):
    locked = PersonFactory(state="restricted")

    response = web.post(NEW, said(family_name="", person=locked.pk))

    assert response.status_code == 422
    assert not Consultation.objects.exists()


def test_mail_follow_up_goes_to_a_person_with_an_address(web):
    person = PersonFactory(email="zoe@gruenden.example")
    form = said(family_name="", person=person.pk, follow_up="1m", follow_up_what="keep_in_touch")

    web.post(NEW, form)

    assert FollowUp.objects.get().kind == "mail"


def test_mail_follow_up_takes_the_address_just_given(web):
    web.post(NEW, said(email="z@gruenden.example", follow_up="3d", follow_up_what="keep_in_touch"))

    assert FollowUp.objects.get().kind == "mail"


def test_strange_letters_come_back_as_they_were_typed(web):
    words = "🚲 <script>alert(1)</script> \u202eשלום\u202c Łódź ẞ"
    web.post(NEW, said(summary=words, family_name="O’Neill <b>"))

    consultation = Consultation.objects.get()
    page = web.get(consultation.get_absolute_url()).content.decode()
    assert consultation.summary == words
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "O’Neill &lt;b&gt;" in page


def test_nul_is_refused(web):
    assert web.post(NEW, said(summary="a\x00b")).status_code == 400
    assert not Consultation.objects.exists()


def test_partner_gone_while_typing_is_named_without_a_draft():
    held = Held(PartnerFactory(short_name="IHK"), "Wird nicht mehr genutzt.")

    said = "Die Vermittlung an IHK ist noch nicht gesendet: Wird nicht mehr genutzt."
    assert waiting(held) == said
