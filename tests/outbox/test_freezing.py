from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.navigation import administration
from outbox import delivery, freezing
from outbox.claims import BATCH
from outbox.models import DeliveryFreeze, OutboundMail, WebhookDelivery
from outbox.webhooks import delivery as webhooks
from tests.factories import (
    DeliveryFreezeFactory,
    OutboundMailFactory,
    UserFactory,
    WebhookDeliveryFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/verwaltung/zustellung/"
TOLD = "Die Zustellung aller E-Mails und Webhooks ist seit 10.03.2026 10:00 angehalten"


@pytest.fixture
def admin(client):
    user = UserFactory(role="admin", name="Kim Beispiel")
    client.force_login(user)
    return Actor.of(user)


def frozen(admin, now, reason="Falscher Text"):
    return freezing.freeze_delivery(reason=reason, by=admin, at=now)


def test_nothing_leaves_while_delivery_is_frozen_and_all_of_it_afterwards(smtp, now, admin):
    OutboundMailFactory.create_batch(2)
    WebhookDeliveryFactory()
    freeze = frozen(admin, now)

    assert delivery.deliver(at=now) == {}
    assert webhooks.deliver(at=now) == {}
    assert smtp.received == []
    assert OutboundMail.objects.filter(state="queued", attempts=0).count() == 2
    assert WebhookDelivery.objects.filter(state="queued", attempts=0).count() == 1

    freezing.release_delivery(freeze=freeze, by=admin, at=now)
    assert delivery.deliver(at=now) == {"sent": 2}


def test_a_sweep_that_is_under_way_stops_at_the_next_claim(now, admin):
    OutboundMailFactory.create_batch(BATCH + 3)
    first, *_others = delivery.claim_due(at=now)
    frozen(admin, now)

    assert first is not None
    assert delivery.claim_due(at=now) == []


@pytest.mark.parametrize("is_frozen", [False, True])
@pytest.mark.parametrize("sweep", [delivery.deliver, webhooks.deliver])
def test_an_idle_sweep_costs_two_queries(smtp, now, django_assert_num_queries, sweep, is_frozen):
    if is_frozen:
        DeliveryFreezeFactory()
        OutboundMailFactory()
        WebhookDeliveryFactory()

    with django_assert_num_queries(2):
        sweep(at=now)


def test_of_two_who_freeze_the_first_stands(admin, now):
    first = frozen(admin, now)

    second = frozen(admin, now + timedelta(minutes=1), reason="Noch ein Grund")

    assert second == first
    assert [row.reason for row in DeliveryFreeze.objects.all()] == ["Falscher Text"]
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryFreezeFactory()


def test_an_old_page_releases_no_later_freeze(client, admin, now):
    old = frozen(admin, now)
    freezing.release_delivery(freeze=old, by=admin, at=now)
    later = frozen(admin, now, reason="Später")

    response = client.post(f"{PAGE}{old.pk}/freigeben/", follow=True)

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert freezing.current_freeze() == later


def test_an_administrator_stops_and_releases_delivery(client, admin):
    client.post(PAGE, {"reason": "Falscher Text"})
    freeze = freezing.current_freeze()
    assert (freeze.reason, freeze.by_label) == ("Falscher Text", "Kim Beispiel")
    OutboundMailFactory.create_batch(2)

    page = client.get(PAGE)
    assert page.context["waiting"] == {"mails": "2", "webhooks": "0"}
    assert "Falscher Text" in page.content.decode()

    client.post(f"{PAGE}{freeze.pk}/freigeben/")
    assert freezing.current_freeze() is None
    freeze.refresh_from_db()
    assert (freeze.released_by_label, bool(freeze.released_at)) == ("Kim Beispiel", True)
    assert "Falscher Text" in client.get(PAGE).content.decode(), "it stays as history"


def test_who_stops_delivery_says_why(client, admin):
    assert client.post(PAGE, {"reason": " "}).status_code == 422
    assert freezing.current_freeze() is None


@pytest.mark.parametrize(
    "path",
    ["verwaltung/postausgang/", "verwaltung/webhooks/", "verwaltung/systemstatus/", "verwaltung/"],
)
def test_it_is_said_loudly_where_one_looks(client, admin, now, path):
    assert TOLD not in client.get(f"/{path}").content.decode()
    frozen(admin, now)

    assert f"{TOLD} (Kim Beispiel): Falscher Text" in client.get(f"/{path}").content.decode()


def test_in_a_demo_advisors_read_it_too_but_are_led_nowhere(client, settings):
    settings.DEMO = True
    client.force_login(UserFactory(role="advisor"))
    DeliveryFreezeFactory()

    text = client.get("/verwaltung/postausgang/").content.decode()

    assert f"{TOLD}: Aus einer Sicherung" in text
    assert f'href="{PAGE}"' not in text


def test_only_administrators_have_it_in_their_menu():
    [item] = [item for item in administration.items if item.url_name == "outbox:delivery"]

    assert item.roles == {"admin"}


@pytest.mark.parametrize(("reason", "kept"), [("Aus Sicherung", "Aus Sicherung"), (" ", "–")])
def test_the_command_stops_delivery_and_leaves_an_older_stop(capsys, reason, kept):
    call_command("freeze_delivery", reason)
    call_command("freeze_delivery", "Noch einmal")

    assert freezing.current_freeze().reason == kept
    assert "Noch einmal" not in capsys.readouterr().out
