from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from outbox import delivery, suppression
from outbox.kinds import queue_account_mail
from outbox.messages import Message
from outbox.models import OutboundMail, SuppressedAddress
from tests.factories import OutboundMailFactory, SuppressedAddressFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/sperrliste/"


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(role="admin", name="Kim Beispiel"))
    return client


def shown(response):
    return [row["row"].address for row in response.context["rows"]]


def suppress(address, now, reason="by_hand"):
    by = Actor.system()
    return suppression.suppress_address(address=address, reason=reason, by=by, at=now)


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        ("zoe@x.example", "Zoe@X.Example"),
        (" Zoe@müller.example", "zoe@xn--mller-kva.example"),
        ("zoë@x.example", "ZOË@x.example"),
    ],
)
def test_a_mail_to_a_suppressed_address_is_cancelled(smtp, now, listed, written):
    suppress(listed, now)
    mail = OutboundMailFactory(recipient=written, payload="geheim")
    OutboundMailFactory(recipient="other@x.example")

    assert delivery.deliver(at=now) == {"cancelled": 1, "sent": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.last_error, mail.payload) == ("cancelled", "suppressed", "")
    assert smtp.to() == ["other@x.example"]


def test_what_was_lifted_goes_again(smtp, now):
    row = suppress("zoe@gruenden.example", now)
    suppression.lift_suppression(row=row, by=Actor.system(), at=now)
    OutboundMailFactory()

    assert delivery.deliver(at=now) == {"sent": 1}


def test_mails_one_needs_to_log_in_go_all_the_same(smtp, now):
    suppress("zoe@x.example", now)
    message = Message("Neues Passwort", "Hier entlang", "")
    queue_account_mail(recipient="zoe@x.example", message=message, at=now)

    assert delivery.deliver(at=now) == {"sent": 1}


def test_a_mailbox_that_does_not_exist_is_suppressed(smtp, now):
    mail = OutboundMailFactory(recipient="550-Zoe@x.example")
    OutboundMailFactory(recipient="450-a@x.example")

    delivery.deliver(at=now)

    [row] = SuppressedAddress.objects.all()
    assert (row.address, row.reason, row.detail) == (
        "550-zoe@x.example",
        "bounced",
        "smtp: 550 5.1.1",
    )
    assert (row.mail, row.channel) == (mail, "system")


@pytest.mark.parametrize(
    ("code", "status", "hard"),
    [
        (550, "5.1.1", True),
        (550, "5.1.10", True),
        (550, "5.2.1", True),
        (550, "", True),
        (551, "", True),
        (553, "", True),
        (550, "5.7.1", False),
        (554, "5.7.606", False),
        (552, "5.2.2", False),
        (554, "", False),
        (503, "", False),
        (450, "4.1.1", False),
    ],
)
def test_only_what_is_said_of_the_mailbox_counts(code, status, hard):
    assert suppression.says_no_mailbox(code, status) is hard


def test_a_second_reason_leaves_the_first_and_lifting_twice_is_told(now):
    first = suppress("zoe@x.example", now, reason="complained")
    assert suppress("ZOE@x.example", now) == first

    suppression.lift_suppression(row=first, by=Actor.system(), at=now)
    with pytest.raises(suppression.AlreadyLiftedError):
        suppression.lift_suppression(row=first, by=Actor.system(), at=now)

    assert suppress("zoe@x.example", now) != first, "history stays, a new entry begins"
    assert list(SuppressedAddress.objects.values_list("reason", flat=True)) == [
        "by_hand",
        "complained",
    ]


def test_the_list_costs_the_same_for_1_as_for_3(admin_client, now):
    SuppressedAddressFactory(address="0@x.example", mail=OutboundMailFactory())
    admin_client.get(LIST)
    with CaptureQueriesContext(connection) as for_one:
        admin_client.get(LIST)
    for minute in (1, 2):
        at = now + timedelta(minutes=minute)
        SuppressedAddressFactory(address=f"{minute}@x.example", at=at, mail=OutboundMailFactory())
    with CaptureQueriesContext(connection) as for_three:
        page = admin_client.get(LIST)

    assert shown(page) == ["2@x.example", "1@x.example", "0@x.example"]
    assert len(for_one) == len(for_three)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["b@y.example", "a@x.example"]),
        ("address=X.ex", ["a@x.example"]),
        ("reason=complained", ["b@y.example"]),
        ("state=lifted", ["c@x.example"]),
        ("state=all", ["c@x.example", "b@y.example", "a@x.example"]),
        ("state=none", []),
    ],
)
def test_the_list_is_filtered(admin_client, now, query, wanted):
    SuppressedAddressFactory(address="a@x.example", at=now)
    later = now + timedelta(minutes=1)
    SuppressedAddressFactory(address="b@y.example", reason="complained", at=later)
    SuppressedAddressFactory(address="c@x.example", lifted_at=now, at=now + timedelta(minutes=2))

    response = admin_client.get(f"{LIST}?{query}")

    assert shown(response) == wanted
    assert response.status_code == (422 if query == "state=none" else 200)


def test_an_address_is_entered_and_taken_off_by_hand(admin_client):
    admin_client.post(
        f"{LIST}neu/",
        {"address": "Zoe@X.example", "reason": "complained", "detail": "am Telefon"},
    )
    row = SuppressedAddress.objects.get()
    assert (row.address, row.reason, row.by_label) == (
        "zoe@x.example",
        "complained",
        "Kim Beispiel",
    )
    text = admin_client.get(LIST).content.decode()
    assert "Hat sich über unsere E-Mails beschwert" in text
    assert "am Telefon" in text

    admin_client.post(f"{LIST}{row.pk}/aufheben/")
    again = admin_client.post(f"{LIST}{row.pk}/aufheben/", follow=True)

    row.refresh_from_db()
    assert (row.lifted_by_label, bool(row.lifted_at)) == ("Kim Beispiel", True)
    assert "error" in [message.level_tag for message in again.context["messages"]]


def test_an_address_must_be_one(admin_client):
    response = admin_client.post(f"{LIST}neu/", {"address": "zoe", "reason": "bounced"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"address", "reason"}
    assert not SuppressedAddress.objects.exists()


def test_a_cancelled_mail_leads_to_its_address_on_the_list(admin_client, smtp, now):
    suppress("zoe@gruenden.example", now)
    mail = OutboundMailFactory()
    delivery.deliver(at=now)

    text = admin_client.get(f"/verwaltung/postausgang/{mail.pk}/").content.decode()

    assert "Die Adresse steht auf der Sperrliste" in text
    assert f'href="{LIST}?address=zoe%40gruenden.example&amp;state=all"' in text
    assert OutboundMail.objects.get().state == "cancelled"
