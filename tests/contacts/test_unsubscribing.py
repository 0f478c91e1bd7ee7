"""Follow-up mails can be stopped by whoever gets them, with one click and without a login."""

from datetime import timedelta

import pytest
from django.db.models import OuterRef
from django.test import Client

from accounts.actors import Actor
from contacts import tasks
from contacts.actions import object_to, record_consent
from contacts.models import Consent, FollowUp, MailTemplate, Objection, Person, objected
from outbox import delivery
from outbox.models import OutboundMail
from outbox.registry import kind_of
from outbox.unsubscribing import token_of, unsubscribe_address
from tests.factories import (
    ConsentFactory,
    FollowUpFactory,
    OutboundMailFactory,
    PersonFactory,
    UserFactory,
)
from tests.outbox.conftest import sink, smtp  # noqa: F401 - a real SMTP server

pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:8000"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def planned(person, **fields):
    template = MailTemplate.objects.first()
    return FollowUpFactory(person=person, kind="mail", template=template, **fields)


@pytest.fixture
def person():
    return PersonFactory(email="zoe@x.example")


@pytest.fixture
def mail(person, now):
    """Queued, by whoever may answer it."""
    planned(person, assignee=UserFactory(name="Anke", email="anke@dma.example"))
    tasks.send_due_follow_ups(at=now)
    return OutboundMail.objects.get()


def objects(person, at):
    stopped = objected(OuterRef("pk"), "follow_up", at)
    return Person.objects.filter(stopped, pk=person.pk).exists()


def test_the_mail_names_its_way_out_and_the_advisor(mail, smtp, now):  # noqa: F811
    delivery.deliver(at=now)

    [message] = smtp.messages()
    address = unsubscribe_address(mail)
    assert message["List-Unsubscribe"] == f"<{address}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Reply-To"] == "anke@dma.example"
    for part in ("plain", "html"):
        text = message.get_body((part,)).get_content()
        assert f"Hier abbestellen: {'<a href=' if part == 'html' else address}" in text
        assert address in text


def test_answers_to_who_has_left_reach_the_agency(person, now):
    planned(person, assignee=UserFactory(email="gone@dma.example", is_active=False))
    tasks.send_due_follow_ups(at=now)

    assert tasks.build_follow_up(OutboundMail.objects.get()).reply_to == "gruenden@dma.example"


def test_looking_changes_nothing(client, mail, person, now):
    for ask in (client.get, client.head):
        response = ask(unsubscribe_address(mail).removeprefix(BASE))
        assert response.status_code == 200
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]

    assert not Objection.objects.exists()
    assert not objects(person, now)


@pytest.mark.parametrize("body", [ONE_CLICK, {}])
def test_one_click_stops_what_waits_and_what_is_planned(mail, person, smtp, now, body):  # noqa: F811
    ConsentFactory(person=person, purpose="follow_up", recipient=None)
    later = planned(person, due_on=now.date() + timedelta(days=7))
    strict = Client(enforce_csrf_checks=True)

    for _twice in range(2):
        response = strict.post(unsubscribe_address(mail).removeprefix(BASE), body)
        assert response.status_code == 200
        assert "schicken wir Ihnen nicht mehr" in response.content.decode()
    assert not response.cookies

    objection = Objection.objects.get()
    assert (objection.person, objection.purpose, objection.channel) == (
        person,
        "follow_up",
        "mail_link",
    )
    assert Consent.objects.get().withdrawn_at == objection.created_at
    assert delivery.deliver(at=now) == {"cancelled": 1}
    assert smtp.received == []
    assert tasks.send_due_follow_ups(at=now + timedelta(days=7)) == 0
    assert list(FollowUp.objects.open()) == [later], "its owner decides what to do instead"


def test_a_consent_given_later_outranks_it(client, person, now):
    by = Actor.of(UserFactory())
    object_to(person=person, purpose="follow_up", by=by, at=now)
    assert objects(person, now)

    given = {"purpose": "follow_up", "evidence": "spoken", "given_at": now}
    record_consent(person=person, **given, by=by, at=now)

    assert not objects(person, now)


@pytest.mark.parametrize("with_consent", [False, True])
def test_the_case_says_so_until_a_new_consent(client, person, now, with_consent):
    advisor = UserFactory(role="advisor")
    client.force_login(advisor)
    object_to(person=person, purpose="follow_up", by=Actor.of(advisor), at=now)
    if with_consent:
        ConsentFactory(person=person, purpose="follow_up", recipient=None, expires_at=None)

    text = client.get(person.get_absolute_url()).content.decode()

    assert ("abbestellt" in text) is not with_consent


def test_a_link_that_is_none_stops_nothing(client, mail):
    whole = token_of(mail.pk)
    other = token_of(OutboundMailFactory(kind="test").pk)  # a mail that everybody must get
    unknown = token_of(OutboundMailFactory(kind="nobody_knows").pk)
    wrong = "A" if whole[-2] != "A" else "B"

    for token in ("x", "ä" * 43, whole[:-1], whole[:-2] + wrong + whole[-1], other, unknown):
        response = client.post(f"/abbestellen/{token}/")
        assert response.status_code == 404
        assert "nicht vollständig" in response.content.decode()
    assert not Objection.objects.exists()


def test_a_person_who_was_deleted_meanwhile_is_no_error(client, mail, person):
    FollowUp.objects.all().delete()
    person.delete()

    assert client.post(unsubscribe_address(mail).removeprefix(BASE)).status_code == 200


def test_what_nobody_has_to_get_has_a_way_out(mail, smtp, now, monkeypatch):  # noqa: F811
    kinds = [kind_of(OutboundMail(kind=name)) for name in ("founder_feedback", "impact_survey")]
    assert [kind.transactional for kind in [*kinds, kind_of(mail)]] == [False] * 3

    monkeypatch.setattr(tasks, "unsubscribe_address", lambda mail: "")
    assert delivery.deliver(at=now) == {"dead": 1}
    mail.refresh_from_db()
    assert mail.last_error == "unbuildable: NoWayOutError"
    assert smtp.received == []
