"""Partners' systems hear of each change of state, once, and nothing about people."""

import json
from datetime import timedelta

import pytest

from accounts.actors import AGENCY_ID, Actor
from contacts.actions import withdraw_consent
from contacts.models import PartnerOrganisation
from outbox.models import WebhookDelivery
from outbox.webhooks.events import event_names
from referrals import actions
from referrals.models import ReferralChangedError, ReferralError, ReferralStatus
from tests.factories import ConsentFactory, ReferralFactory, WebhookEndpointFactory
from tests.referrals.conftest import MAIL, PHONE

pytestmark = pytest.mark.django_db


@pytest.fixture
def listening(world):
    """The agency and both partners have a system; answers what each was told."""
    organisations = {
        "agency": PartnerOrganisation.objects.get(pk=AGENCY_ID),
        "partner": world.partner,
        "other": world.other,
    }
    for organisation in organisations.values():
        WebhookEndpointFactory(organisation=organisation)

    def told():
        rows = WebhookDelivery.objects.order_by("created_at", "id")
        return {
            name: list(rows.filter(endpoint__organisation=each).values_list("type", flat=True))
            for name, each in organisations.items()
        }

    return told


def types(*statuses):
    return [f"referral.{status}" for status in statuses]


def test_there_is_an_event_for_each_state_but_the_draft():
    names = {name for name in event_names() if name.startswith("referral.")}

    assert names == {f"referral.{status}" for status in ReferralStatus} - {"referral.draft"}


def test_both_sides_hear_of_each_state_the_one_that_acts_as_well(world, listening):
    referral = world.sent()
    by, at = world.colleague, world.now
    actions.ask_referral(referral=referral, text="Seit wann?", by=by, at=at)
    actions.answer_query(referral=referral, text="Seit 2025.", by=world.advisor, at=at)
    actions.accept_referral(referral=referral, by=by, at=at)
    actions.start_referral(referral=referral, first_contact_on=at.date(), by=by, at=at)
    resume_on = at.date() + timedelta(days=7)
    actions.hold_referral(referral=referral, resume_on=resume_on, by=by, at=at)
    actions.resume_referral(referral=referral, by=by, at=at)
    actions.complete_referral(referral=referral, outcome="helped", by=by, at=at)
    actions.acknowledge_outcome(referral=referral, by=world.advisor, at=at)

    course = types(
        *("sent", "query", "sent", "accepted", "in_progress", "on_hold", "in_progress"),
        "completed",
    )
    assert listening() == {"agency": course, "partner": course, "other": []}


def test_what_is_told_is_the_state_and_nothing_about_people(world, listening):
    referral = world.accepted()

    delivery = WebhookDelivery.objects.filter(type="referral.accepted").first()

    assert json.loads(delivery.body) == {
        "type": "referral.accepted",
        "timestamp": "2026-03-10T09:00:00.000Z",
        "data": {
            "id": str(referral.pk),
            "reference": referral.reference,
            "status": "accepted",
            "version": referral.version,
        },
    }
    for body in WebhookDelivery.objects.values_list("body", flat=True):
        for word in (MAIL, PHONE, world.person.family_name, "Plan", "Özlem"):
            assert word not in body


def test_an_undone_answer_is_told_as_the_state_it_leads_to(world, listening):
    referral = world.sent()
    by, at = world.colleague, world.now
    actions.decline_referral(referral=referral, reason="area", by=by, at=at)
    actions.undo_answer(referral=referral, by=by, at=at)

    assert listening()["partner"] == types("sent", "declined", "sent")
    versions = [
        json.loads(body)["data"]["version"]
        for body in WebhookDelivery.objects.filter(endpoint__organisation=world.partner)
        .order_by("created_at", "id")
        .values_list("body", flat=True)
    ]
    assert versions == sorted(set(versions))


def test_a_withdrawn_draft_stays_its_senders(world, listening):
    draft = world.draft()

    actions.withdraw_referral(referral=draft, reason="mistake", by=world.advisor, at=world.now)

    assert listening() == {"agency": types("withdrawn"), "partner": [], "other": []}


def test_a_withdrawn_consent_is_told_of_what_was_sent(world, listening):
    referral = world.sent()

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)

    assert listening()["partner"] == types("sent", "withdrawn")


def test_a_withdrawn_consent_tells_no_recipient_of_a_draft(world, listening):
    referral = ReferralFactory(recipient=world.partner)

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)

    assert listening() == {"agency": types("withdrawn"), "partner": [], "other": []}


def test_an_expired_one_is_told(world, listening):
    referral = world.sent()

    later = world.now + timedelta(days=60)
    actions.expire_referral(referral=referral, by=Actor.system(), at=later)

    assert listening()["partner"] == types("sent", "expired")


def test_a_forwarded_one_and_its_successor_are_told(world, listening):
    ConsentFactory(person=world.person, recipient=world.other, given_at=world.now)
    referral = world.sent()
    actions.propose_forward(
        referral=referral, recipient=world.other, by=world.colleague, at=world.now
    )

    actions.confirm_forward(referral=referral, by=world.advisor, at=world.now)

    assert listening() == {
        "agency": types("sent", "forwarded", "sent"),
        "partner": types("sent", "forwarded"),
        "other": types("sent"),
    }


def test_who_loses_a_race_tells_nobody(world, listening):
    referral = world.sent()
    stale = type(referral).objects.get(pk=referral.pk)
    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)

    with pytest.raises(ReferralError) as caught:
        actions.decline_referral(referral=stale, reason="area", by=world.colleague, at=world.now)

    assert isinstance(caught.value, ReferralChangedError)
    assert listening()["partner"] == types("sent", "accepted")
