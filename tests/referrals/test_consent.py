"""Consent withdrawn: everything open stops at once, and contact data is gone in that moment."""

import pytest

from contacts.actions import withdraw_consent
from contacts.models import Consent
from outbox.models import OutboundMail, WebhookDelivery
from referrals import actions, disclosure
from referrals.models import Referral
from tests.factories import ConsentFactory, ReferralFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db
OPEN = ["draft", "sent", "query", "accepted", "in_progress", "on_hold"]
CLOSED = ["completed", "declined", "forwarded", "expired"]


@pytest.mark.parametrize("state", OPEN)
def test_every_open_one_is_withdrawn_by_the_system(state, world):
    referral = ReferralFactory(**({} if state == "draft" else {state: True}))

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.withdrawn_reason) == ("withdrawn", "consent")
    step = stored.steps.get()
    assert (step.before, step.channel, step.by_user_id) == (state, "system", None)
    told = OutboundMail.objects.filter(kind="referral_withdrawn").count()
    assert told == (0 if state == "draft" else 1)


@pytest.mark.parametrize("state", CLOSED)
def test_closed_ones_stay_closed(state, world):
    referral = ReferralFactory(**{state: True})

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.version) == (state, 1)
    assert OutboundMail.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "responsible", "told"),
    [
        ("completed", "Kim Yılmaz", True),
        ("declined", "Kim Yılmaz", True),
        ("forwarded", "Kim Yılmaz", True),
        ("declined", "", False),
        ("expired", "", False),
    ],
)
def test_who_accepted_once_is_told_to_delete_its_copy(state, responsible, told, world):
    referral = ReferralFactory(**{state: True}, responsible=responsible)
    WebhookEndpointFactory(organisation=referral.recipient)

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.version) == (state, 2 if told else 1)
    assert OutboundMail.objects.filter(kind="referral_consent_gone").count() == told
    types = list(WebhookDelivery.objects.values_list("type", flat=True))
    assert types == ([f"referral.{state}"] if told else [])


def test_only_this_person_and_this_partner_are_meant(world):
    ours = world.accepted()
    elsewhere = world.sent(recipient=world.other)
    another = ReferralFactory(sent=True, recipient=world.partner)

    withdraw_consent(consent=ours.consent, by=world.advisor, at=world.now)

    left = Referral.objects.exclude(status="withdrawn")
    assert set(left) == {elsewhere, another}
    ours.need.refresh_from_db()
    assert ours.need.status == "open"


def test_contact_data_is_hidden_at_once_also_of_completed_ones(world):
    referral = world.accepted()
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)
    assert disclosure.founder_of(referral, world.colleague, world.now) is not None

    withdraw_consent(consent=referral.consent, by=world.advisor, at=world.now)
    stored = Referral.objects.get(pk=referral.pk)
    assert disclosure.founder_of(stored, world.colleague, world.now) is None

    # An older consent that nobody withdrew does not bring them back.
    ConsentFactory(person=world.person, recipient=world.partner)
    assert disclosure.founder_of(stored, world.colleague, world.now) is None


def test_a_newsletter_consent_stops_nothing(world):
    referral = world.sent()
    newsletter = ConsentFactory(person=world.person, purpose="newsletter", recipient=None)

    withdraw_consent(consent=newsletter, by=world.advisor, at=world.now)

    assert Referral.objects.get(pk=referral.pk).status == "sent"
    assert Consent.objects.active(world.now).count() == 1
    assert disclosure.founder_of(referral, world.colleague, world.now) is None
