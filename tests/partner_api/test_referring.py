"""A partner refers a founder; whether we know the founder shows nowhere."""

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import AGENCY_ID
from contacts.actions import withdraw_consent
from contacts.models import Consent, PartnerOrganisation, Person, PersonState, Stage, Topic
from outbox.models import OutboundMail
from referrals.actions import send_referral
from referrals.errors import ConsentMissingError
from referrals.models import Referral
from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    actor,
)
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/referrals/"
EMAIL = "jana@gruenden.example"


def body(**changes) -> dict:
    given = timezone.now() - timedelta(hours=2)
    new = {
        "founder": {
            "given_name": "Jana",
            "family_name": "Muster",
            "emails": [EMAIL],
            "phones": ["+4953619999"],
        },
        "startup": "Käserei Muster",
        "topics": ["funding"],
        "question": "Welche Förderung passt zu einem Käseladen?",
        "postcode": "38440",
        "consent": {
            "given_at": given.isoformat(),
            "text": "Die IHK darf meine Daten an die Agentur weitergeben.",
            "evidence": "Formular, Akte 118",
        },
        "your_reference": "F-17",
    }
    return changed(new, changes)


def changed(new: dict, changes: dict) -> dict:
    new = copy.deepcopy(new)
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = new
        for parent in parents:
            place = place[parent]
        place[name] = value
    return new


def refer(api, new=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.post(URL, data=new or body(), content_type="application/json", headers=headers)


def test_founder_is_referred_to_the_agency(api, partner):
    answer = refer(api)

    assert answer.status_code == 201
    shown = answer.json()
    referral = Referral.objects.get()
    assert answer.headers["Location"] == f"http://testserver{URL}{referral.pk}/"
    assert api.get(answer.headers["Location"]).headers["ETag"] == answer.headers["ETag"]
    assert shown["recipient"]["id"] == str(AGENCY_ID)
    assert shown["sender"] == {"id": str(partner.pk), "name": partner.name}
    assert (shown["status"], shown["direction"]) == ("sent", "sent")
    assert (shown["topics"], shown["postcode"]) == (["funding"], "38440")
    assert shown["your_reference"] == "F-17"
    assert shown["founder"] is None
    assert shown["allowed_actions"] == ["withdraw"]
    assert not referral.agency_copied


def test_what_is_kept_of_it(api, partner):
    refer(api)

    person = Person.objects.get()
    assert (person.display_name, person.source.code) == ("Jana Muster", "partner")
    assert list(person.emails.values_list("address", flat=True)) == [EMAIL]
    assert list(person.phones.values_list("number", flat=True)) == ["+4953619999"]
    consent = person.consents.get()
    assert (consent.recipient_id, consent.purpose) == (AGENCY_ID, "referral")
    assert consent.text == "Die IHK darf meine Daten an die Agentur weitergeben."
    assert (consent.evidence, consent.evidence_note) == ("partner", "Formular, Akte 118")
    assert consent.shared_fields == ["name", "email", "phone"]
    assert consent.by_organisation_id == partner.pk
    need = person.needs.get()
    assert need.startup.name == "Käserei Muster"
    assert need.referrals.get().consent == consent
    assert OutboundMail.objects.filter(kind="referral_sent").count() == 1


def test_another_partner_is_asked_with_the_agency_in_copy(api):
    other = PartnerFactory()
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    agency.email = "agentur@dma.example"
    agency.save()

    shown = refer(api, body(recipient=str(other.pk))).json()

    assert shown["recipient"] == {"id": str(other.pk), "name": other.name}
    assert Referral.objects.get().agency_copied
    told = set(OutboundMail.objects.values_list("kind", "recipient"))
    assert told == {("referral_sent", other.email), ("referral_copied", "agentur@dma.example")}
    theirs = PartnerClient(secret_of(other))
    assert theirs.get(f"{URL}{shown['id']}/").json()["founder"] is None
    accepted = theirs.step(Referral.objects.get(), "accept").json()
    assert accepted["founder"]["display_name"] == "Jana Muster"
    assert accepted["founder"]["phones"] == ["+4953619999"]


def between_partners(api, **changes):
    """A founder goes from one partner to another: the other's client, and what it sees of it."""
    other = changes.pop("other", None) or PartnerFactory()
    shown = refer(api, body(recipient=str(other.pk), **changes)).json()
    theirs = PartnerClient(secret_of(other))
    return theirs, theirs.step(Referral.objects.get(pk=shown["id"]), "accept").json()


def test_another_partner_sees_what_it_was_told_and_not_what_we_know(api):
    a_known_person().emails.create(address="privat@gruenden.example")

    theirs, accepted = between_partners(api, founder__phones=["+4953618888"])

    founder = accepted["founder"]
    assert founder["display_name"] == "Jana Muster"
    assert (founder["emails"], founder["phones"]) == ([EMAIL], ["+4953618888"])
    [listed] = theirs.get(URL).json()["results"]
    assert listed["founder"] == founder


def test_what_was_told_goes_along_when_it_is_forwarded(api, partner):
    person, third = a_known_person(), PartnerFactory()
    theirs, accepted = between_partners(api)
    ConsentFactory(person=person, recipient=third)
    referral = Referral.objects.get()
    theirs.step(referral, "forward", {"recipient": str(third.pk)})

    assert api.step(referral, "confirm_forward").status_code == 200

    last = PartnerClient(secret_of(third)).step(referral.forwarded_as, "accept").json()
    assert last["founder"]["phones"] == accepted["founder"]["phones"] == ["+4953619999"]


def test_what_a_partner_says_was_agreed_to_widens_no_other_referral(api):
    person, other = a_known_person(), PartnerFactory()
    consent = ConsentFactory(person=person, recipient=other, shared_fields=["name"])
    ours = ReferralFactory(need__person=person, recipient=other, accepted=True, consent=consent)

    theirs, _accepted = between_partners(api, other=other)

    founder = theirs.get(f"{URL}{ours.pk}/").json()["founder"]
    assert founder["display_name"] == "Johanna Muster-Alt"
    assert (founder["emails"], founder["phones"]) == ([], [])


def test_the_agency_sends_under_no_consent_that_only_a_partner_speaks_of(api):
    between_partners(api, other=(other := PartnerFactory()))
    draft = ReferralFactory(need__person=Person.objects.get(), recipient=other, consent=False)
    draft.need.topics.set(Topic.objects.filter(code="taxes"))

    with pytest.raises(ConsentMissingError):
        send_referral(referral=draft, by=actor(), at=timezone.now())


def a_known_person() -> Person:
    """With all that could show: another name, a phone, a postcode, a venture far on its way."""
    person = PersonFactory(
        given_name="Johanna", family_name="Muster-Alt", postcode="38448", email=EMAIL,
        phone="+491701234567",
    )  # fmt: skip
    startup = StartupFactory(
        name="KÄSEREI Muster", postcode="38446", stage=Stage.objects.get(code="growth")
    )
    AffiliationFactory(person=person, startup=startup)
    return person


OURS = {"id", "reference", "need", "status_since", "created_at", "modified_at", "respond_by"}


def test_answer_is_the_same_for_a_person_we_know(api):
    unknown = refer(api, body(founder__emails=["neu@gruenden.example"], postcode=""))
    person = a_known_person()
    known = refer(api, body(postcode=""))

    assert (unknown.status_code, known.status_code) == (201, 201)
    first, second = unknown.json(), known.json()
    assert set(first) == set(second)
    assert {k: v for k, v in first.items() if k not in OURS} == {
        k: v for k, v in second.items() if k not in OURS
    }
    assert Referral.objects.filter(need__person=person).count() == 1


def test_person_we_know_is_never_changed(api):
    person = a_known_person()

    refer(api)

    assert Person.objects.get() == person
    person.refresh_from_db()
    assert person.display_name == "Johanna Muster-Alt"
    assert (person.postcode, person.version) == ("38448", 1)
    assert list(person.phones.values_list("number", flat=True)) == ["+491701234567"]
    assert person.needs.get().startup.name == "KÄSEREI Muster"


def test_what_the_partner_told_is_kept_for_the_agency_alone(api):
    a_known_person()

    shown = refer(api).json()

    step = Referral.objects.get().steps.get(action="create")
    assert step.text.split() == ["Jana", "Muster", EMAIL, "+4953619999"]
    steps = api.get(f"{URL}{shown['id']}/steps/").json()["results"]
    assert [row["action"] for row in steps] == ["send"]


def test_only_the_exact_address_finds_a_person(api):
    PersonFactory(given_name="Jana", family_name="Muster", phone="+4953619999")
    PersonFactory(given_name="Jana", family_name="Muster", email="jana.muster@gruenden.example")

    refer(api, body(founder__emails=["JANA@gruenden.example "]))

    assert Person.objects.count() == 3
    assert Person.objects.filter(emails__address=EMAIL).count() == 1


def test_of_several_with_the_address_the_one_of_that_name_is_meant(api):
    PersonFactory(given_name="Max", family_name="Muster", email=EMAIL)
    jana = PersonFactory(given_name="Jana", family_name="Müster", email=EMAIL)

    refer(api, body(founder__family_name="Muester"))
    assert Referral.objects.get().need.person == jana

    refer(api, body(founder__given_name="Kim", topics=["taxes"]))
    assert Person.objects.count() == 3


def test_locked_person_is_not_told_from_an_unknown_one(api):
    PersonFactory(email=EMAIL, state=PersonState.RESTRICTED)

    assert refer(api).status_code == 201
    assert Person.objects.count() == 2


def test_own_double_is_refused(api):
    refer(api)

    answer = refer(api, body(question="Noch einmal"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:dma-crm:problem:duplicate"
    assert Referral.objects.count() == 1
    assert refer(api, body(topics=["taxes"])).status_code == 201


@pytest.mark.parametrize("address", [f"x{EMAIL}", f"{EMAIL}.de", EMAIL.replace("a", "_", 1)])
def test_a_like_address_is_no_double(api, address):
    refer(api)

    answer = refer(api, body(founder__emails=[address], founder__family_name="Anders"))

    assert answer.status_code == 201


@pytest.mark.parametrize("known", [True, False])
def test_own_double_is_the_same_whether_we_know_the_person(api, known):
    if known:
        person = a_known_person()
        person.emails.create(address="zweite@gruenden.example")

    statuses = [
        refer(api).status_code,
        refer(api).status_code,
        refer(api, body(founder__emails=["zweite@gruenden.example"])).status_code,
    ]

    assert statuses == [201, 409, 201]


def test_referral_of_somebody_else_is_no_double(api):
    """Could leak: the agency and another partner have sent this person on the same topic."""
    refer(api)
    person, other = Person.objects.get(), PartnerFactory()
    open_one = ReferralFactory(need__person=person, recipient=other, sent=True)
    open_one.need.topics.set(Referral.objects.first().need.topics.all())
    stranger = PartnerClient(secret_of(PartnerFactory()))

    assert refer(stranger).status_code == 201
    assert refer(api, body(recipient=str(other.pk))).status_code == 201
    assert Person.objects.count() == 1


LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"founder__emails": []}, "/founder/emails"),
        ({"founder__emails": ["jana"]}, "/founder/emails/0"),
        ({"founder__emails": ["a@b.example"] * 6}, "/founder/emails"),
        ({"founder__phones": ["0536 19999"]}, "/founder/phones/0"),
        ({"founder__phones": ["+0536"]}, "/founder/phones/0"),
        ({"founder__family_name": " "}, "/founder/family_name"),
        ({"founder__given_name": "x" * 101}, "/founder/given_name"),
        ({"founder__birth_date": "2000-01-01"}, "/founder/birth_date"),
        ({"founder": []}, "/founder"),
        ({"topics": []}, "/topics"),
        ({"topics": ["no-such-topic"]}, "/topics"),
        ({"topics": "funding"}, "/topics"),
        ({"question": ""}, "/question"),
        ({"question": "x" * 2001}, "/question"),
        ({"postcode": "12345678901"}, "/postcode"),
        ({"startup": "x" * 151}, "/startup"),
        ({"consent__given_at": "2999-01-01T00:00:00Z"}, "/consent/given_at"),
        ({"consent__given_at": LONG_AGO}, "/consent/given_at"),
        ({"consent__given_at": "2026-03-01T09:00:00"}, "/consent/given_at"),
        ({"consent__given_at": "0001-01-01T00:00:00+23:59"}, "/consent/given_at"),
        ({"consent__given_at": "9999-12-31T23:59:59-23:59"}, "/consent/given_at"),
        ({"consent__given_at": "2026-13-01T09:00:00Z"}, "/consent/given_at"),
        ({"consent__given_at": 20260301}, "/consent/given_at"),
        ({"consent__text": ""}, "/consent/text"),
        ({"consent__evidence": ""}, "/consent/evidence"),
        ({"consent__evidence": "x" * 301}, "/consent/evidence"),
        ({"consent": None}, "/consent"),
        ({"recipient": "0190a0a0-0000-7000-8000-000000000000"}, "/recipient"),
        ({"recipient": 7}, "/recipient"),
        ({"status": "accepted"}, "/status"),
        ({"sender": "x"}, "/sender"),
    ],
)
def test_wrong_bodies_are_400_and_nothing_is_kept(api, changes, pointer):
    answer = refer(api, body(**changes))

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (Person.objects.count(), Consent.objects.count()) == (0, 0)


def test_topic_out_of_use_is_unknown(api):
    topic = Referral._meta.apps.get_model("contacts.Topic").objects.get(code="funding")
    topic.active = False
    topic.save()

    assert refer(api).status_code == 400


def test_partner_out_of_use_cannot_be_asked(api):
    assert refer(api, body(recipient=str(PartnerFactory(active=False).pk))).status_code == 400


@pytest.mark.parametrize("state", ["itself", "full", "without an address"])
def test_what_stands_in_the_way_is_409(api, partner, state):
    other = {
        "itself": lambda: partner,
        "full": lambda: PartnerFactory(capacity="full"),
        "without an address": lambda: PartnerFactory(email=""),
    }[state]()

    assert refer(api, body(recipient=str(other.pk))).status_code == 409
    assert Person.objects.count() == 0


def test_repeat_of_a_key_answers_201_and_has_no_second_effect(api):
    new = body()
    first = refer(api, new, Idempotency_Key="k-1")
    again = refer(api, new, Idempotency_Key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert Referral.objects.count() == 1
    assert refer(api, body(postcode="1"), Idempotency_Key="k-1").status_code == 422


def test_key_that_may_only_read_refers_nobody(partner):
    reader = PartnerClient(secret_of(partner, scopes=["referrals:read"]))

    assert refer(reader).status_code == 403


def test_consent_withdrawn_between_sending_and_fetching(api):
    other = PartnerFactory()
    shown = refer(api, body(recipient=str(other.pk))).json()
    theirs = PartnerClient(secret_of(other))
    theirs.step(Referral.objects.get(), "accept")

    withdraw_consent(consent=Consent.objects.get(), by=actor(), at=timezone.now())

    seen = theirs.get(f"{URL}{shown['id']}/").json()
    assert (seen["status"], seen["withdrawn_reason"]) == ("withdrawn", "consent")
    assert (seen["founder"], seen["question"]) == (None, "")
    assert api.get(f"{URL}{shown['id']}/").json()["status"] == "withdrawn"


def test_taking_it_back_leaves_room_for_another(api):
    refer(api)
    api.step(Referral.objects.get(), "withdraw", {"reason": "mistake"})

    assert refer(api).status_code == 201
