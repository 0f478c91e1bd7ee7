"""A partner looks after its own keys and webhooks; another organisation's are not there."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.keys import find_key
from accounts.models import ApiKey
from outbox.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from outbox.webhooks.errors import MESSAGES
from tests.factories import (
    ApiKeyFactory,
    PartnerFactory,
    UserFactory,
    WebhookAttemptFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)

pytestmark = pytest.mark.django_db
URL = "https://crm.partner.example/hooks"


@pytest.fixture
def ihk():
    return PartnerFactory(name="IHK Lüneburg-Wolfsburg")


@pytest.fixture
def portal(client, ihk):
    client.force_login(UserFactory(partner=True, organisation=ihk))
    return client


def shown(response) -> str:
    return response.content.decode()


def secret_in(response) -> str:
    return re.search(r'id="secret" value="([^"]+)"', shown(response))[1]


def test_a_key_is_made_for_ones_own_organisation_and_shown_once(portal, ihk):
    given = {"name": "Fachverfahren", "scopes": ["referrals:read"], "lifetime": "182"}

    made = portal.post(reverse("portal:key_create"), given)

    key = find_key(secret_in(made), timezone.now())
    assert (key.organisation, key.name, key.scopes) == (ihk, "Fachverfahren", ["referrals:read"])
    assert "no-store" in made["Cache-Control"]
    listed = shown(portal.get(reverse("portal:keys")))
    assert str(key) in listed
    assert secret_in(made) not in listed


def test_an_organisation_in_the_form_makes_no_key_for_it(portal, ihk):
    other = PartnerFactory()
    given = {"scopes": ["referrals:read"], "lifetime": "182", "organisation": str(other.pk)}

    portal.post(reverse("portal:key_create"), given)

    assert ApiKey.objects.get().organisation == ihk


def test_a_key_without_scopes_is_refused_with_a_reason(portal):
    response = portal.post(reverse("portal:key_create"), {"lifetime": "182"})

    assert response.status_code == 422
    assert not ApiKey.objects.exists()


def test_revoking_asks_first_and_holds_at_once(portal, ihk):
    key, foreign = ApiKeyFactory(organisation=ihk), ApiKeyFactory()
    url = reverse("portal:key_revoke", args=[key.pk])

    assert "Widerrufen" in shown(portal.get(url)) or "widerrufen" in shown(portal.get(url))
    portal.post(url)

    key.refresh_from_db()
    assert key.revoked_at
    assert str(foreign) not in shown(portal.get(reverse("portal:keys")))
    assert portal.post(reverse("portal:key_revoke", args=[foreign.pk])).status_code == 404


def test_a_webhook_is_made_and_its_secret_shown_once(portal, ihk):
    given = {"url": URL, "events": ["referral.accepted"]}

    made = portal.post(reverse("portal:webhook_create"), given)

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.organisation, endpoint.url) == (ihk, URL)
    assert endpoint.events == ["referral.accepted"]
    assert secret_in(made).startswith("whsec_")
    page = shown(portal.get(reverse("portal:webhook", args=[endpoint.pk])))
    assert secret_in(made) not in page


def test_events_stand_in_the_order_of_a_referral(portal):
    form = portal.get(reverse("portal:webhook_create")).context["form"]

    names = [name for name, _words in form.fields["events"].choices]
    assert names[:3] == ["referral.sent", "referral.query", "referral.accepted"]


@pytest.mark.parametrize("url", ["http://crm.example/", "https://127.0.0.1/", "ftp://x", "x" * 501])
def test_an_address_that_cannot_be_called_stays_in_the_form(portal, url):
    response = portal.post(reverse("portal:webhook_create"), {"url": url})

    assert response.status_code == 422
    assert url in shown(response)
    assert not WebhookEndpoint.objects.exists()


def test_change_rotate_and_switch(portal, ihk):
    endpoint = WebhookEndpointFactory(organisation=ihk)
    before = endpoint.secret

    portal.post(reverse("portal:webhook_edit", args=[endpoint.pk]), {"url": URL + "/2"})
    rotated = portal.post(reverse("portal:webhook_rotate", args=[endpoint.pk]))
    portal.post(reverse("portal:webhook_disable", args=[endpoint.pk]))

    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.state) == (URL + "/2", "disabled")
    assert endpoint.previous_secret == before
    assert secret_in(rotated).startswith("whsec_")
    portal.post(reverse("portal:webhook_enable", args=[endpoint.pk]))
    endpoint.refresh_from_db()
    assert endpoint.state == "active"


def test_a_change_that_is_refused_keeps_the_old_address(portal, ihk):
    endpoint = WebhookEndpointFactory(organisation=ihk)
    url = reverse("portal:webhook_edit", args=[endpoint.pk])

    assert endpoint.url in shown(portal.get(url))
    assert portal.post(url, {"url": "https://10.0.0.1/"}).status_code == 422

    endpoint.refresh_from_db()
    assert endpoint.url == URL


def test_a_trial_and_sending_again(portal, ihk):
    endpoint = WebhookEndpointFactory(organisation=ihk)
    dead = WebhookDeliveryFactory(endpoint=endpoint, state=DeliveryState.DEAD)
    WebhookAttemptFactory(delivery=dead, status_code=500, error="status")

    portal.post(reverse("portal:webhook_ping", args=[endpoint.pk]))
    log = shown(portal.get(reverse("portal:delivery", args=[dead.pk])))
    portal.post(reverse("portal:delivery_resend", args=[dead.pk]))

    assert WebhookDelivery.objects.filter(endpoint=endpoint, type="ping").count() == 2
    assert "500" in log
    dead.refresh_from_db()
    assert dead.state == DeliveryState.QUEUED


def test_a_switched_off_webhook_says_so_instead_of_sending(portal, ihk):
    endpoint = WebhookEndpointFactory(organisation=ihk, state="disabled", disabled_reason="gone")

    response = portal.post(reverse("portal:webhook_ping", args=[endpoint.pk]), follow=True)

    with translation.override("de"):
        assert str(MESSAGES["disabled"]) in shown(response)
    assert not WebhookDelivery.objects.exists()


def test_deleting_asks_first_and_takes_the_log_along(portal, ihk):
    delivery = WebhookDeliveryFactory(endpoint__organisation=ihk)
    url = reverse("portal:webhook_delete", args=[delivery.endpoint.pk])

    assert portal.get(url).status_code == 200
    portal.post(url)

    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_lists_show_ones_own_in_constant_queries(portal, ihk, django_assert_num_queries):
    WebhookEndpointFactory()
    WebhookEndpointFactory.create_batch(3, organisation=ihk)
    ApiKeyFactory.create_batch(3, organisation=ihk)

    with django_assert_num_queries(4):
        page = shown(portal.get(reverse("portal:webhooks")))
    assert page.count("https://crm.partner.example/hooks") == 3
    with django_assert_num_queries(4):
        portal.get(reverse("portal:keys"))
