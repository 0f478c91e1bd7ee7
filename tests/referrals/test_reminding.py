"""One click asks the recipient how things stand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions
from referrals.errors import (
    ConsentMissingError,
    NoAddressError,
    RemindedTodayError,
    WrongSideError,
)
from referrals.models import StepNotAllowedError
from tests.factories import ReferralFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world):
    return world.at(timezone.now())


def remind(world, referral, by=None, **later):
    return actions.remind_recipient(
        referral=referral, by=by or world.advisor, at=world.now + timedelta(**later)
    )


def reminders() -> list[OutboundMail]:
    return list(OutboundMail.objects.filter(kind="referral_reminded").order_by("created_at"))


def test_the_partner_reads_who_asks_and_answers_by_link(world):
    referral = world.sent(need=world.need(owner=world.advisor_user))

    remind(world, referral)

    (mail,) = reminders()
    told = kind_of(mail).build(mail)
    assert told.subject == f"Bitte um Antwort: {referral.reference}"
    assert f"{world.advisor_user.name} bittet Sie um eine kurze Antwort" in told.text
    assert "/antwort/" in told.text
    assert "Tok3nmann" not in told.text
    assert told.reply_to == world.advisor_user.email
    assert kind_of(mail).may_go(mail, world.now) == ""


@pytest.mark.parametrize("state", ["accepted", "in_progress"])
def test_after_acceptance_the_result_is_one_click_away(world, state):
    referral = world.accepted()
    if state == "in_progress":
        actions.start_referral(
            referral=referral, first_contact_on=world.now.date(), by=world.colleague, at=world.now
        )

    remind(world, referral)

    (mail,) = reminders()
    told = kind_of(mail).build(mail)
    assert told.subject == f"Wie steht es? {referral.reference} (Businessplan)"
    assert "?ergebnis=helped" in told.text


def test_nothing_changes_but_that_somebody_is_written_to(world):
    referral = world.sent()
    before = (referral.version, referral.modified_at, referral.steps.count())

    remind(world, referral)

    referral.refresh_from_db()
    assert (referral.version, referral.modified_at, referral.steps.count()) == before


def test_once_a_day_whoever_presses(world):
    referral = world.sent()
    remind(world, referral)

    with pytest.raises(RemindedTodayError):
        remind(world, referral, minutes=1)
    remind(world, referral, days=1)

    assert len(reminders()) == 2


def test_who_has_answered_meanwhile_is_not_asked(world):
    referral = world.sent()
    remind(world, referral)
    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)

    (mail,) = reminders()
    assert kind_of(mail).may_go(mail, world.now) == "state_changed"


def test_without_consent_nobody_is_reminded_of_a_person(world):
    referral = world.sent()
    remind(world, referral)
    referral.consent.withdrawn_at = world.now
    referral.consent.save()

    (mail,) = reminders()
    assert kind_of(mail).may_go(mail, world.now) == "consent_gone"
    with pytest.raises(ConsentMissingError):
        remind(world, referral, days=1)


def test_without_an_address_the_day_is_not_used_up(world):
    referral = world.sent()
    referral.recipient.email = ""
    referral.recipient.save()

    with pytest.raises(NoAddressError):
        remind(world, referral)

    assert not referral.notices.exists()


@pytest.mark.parametrize("state", ["draft", "declined", "completed", "on_hold"])
def test_where_nobody_owes_anything_nobody_is_reminded(world, state):
    referral = ReferralFactory(
        recipient=world.partner, **({} if state == "draft" else {state: True})
    )

    with pytest.raises(StepNotAllowedError):
        remind(world, referral)


def test_a_proposal_waits_for_the_sender(world):
    referral = world.sent()
    actions.propose_forward(
        referral=referral, recipient=world.other, by=world.colleague, at=world.now
    )

    with pytest.raises(StepNotAllowedError):
        remind(world, referral)


def test_only_the_sender_reminds(world):
    referral = world.sent()

    for by in (world.colleague, world.stranger, world.link(referral)):
        with pytest.raises(WrongSideError):
            remind(world, referral, by=by)
    assert reminders() == []


# --- pages ---


def test_one_click_in_the_list(client, today):
    late = today.at(today.now - timedelta(days=30)).sent(need=today.need())
    client.force_login(today.advisor_user)
    address = "/vermittlungen/?tab=ueberfaellig"
    button = f'action="/vermittlungen/{late.reference}/erinnern/"'

    assert button in client.get(address).content.decode()
    assert button not in client.get("/vermittlungen/").content.decode()
    answer = client.post(f"/vermittlungen/{late.reference}/erinnern/", {"next": address})

    assert answer.url == address
    page = client.get(address).content.decode()
    assert "IHK bekommt eine Erinnerung." in page
    assert button not in page
    assert "Heute erinnert" in page
    assert len(reminders()) == 1
    client.post(f"/vermittlungen/{late.reference}/erinnern/", {"next": "//evil.example"})
    page = client.get(late.get_absolute_url()).content.decode()
    assert "heute schon erinnert" in page
    assert len(reminders()) == 1


def test_the_page_says_what_was_said_beside_the_steps(client, today):
    late = today.sent()
    remind(today, late)
    late.notices.create(kind="late", at=today.now)
    late.notices.create(kind="once_upon_a_time", at=today.now)
    client.force_login(today.advisor_user)

    page = client.get(late.get_absolute_url()).content.decode()

    for words in ("Erinnerung von Hand", "Keine Antwort in der Frist", "once_upon_a_time"):
        assert words in page
    client.force_login(today.partner_user)
    assert "Keine Antwort in der Frist" not in client.get(late.get_absolute_url()).content.decode()


def test_onlookers_are_offered_no_reminder(client, today):
    late = today.at(today.now - timedelta(days=30)).sent(need=today.need())
    client.force_login(UserFactory(role="manager"))

    for address in (late.get_absolute_url(), "/vermittlungen/?tab=ueberfaellig", "/"):
        assert "/erinnern/" not in client.get(address).content.decode()


def test_heute_reminds_those_who_do_not_react(client, today):
    late = today.at(today.now - timedelta(days=40)).sent(need=today.need(owner=today.advisor_user))
    client.force_login(today.advisor_user)

    button = f"/vermittlungen/{late.reference}/erinnern/"
    assert client.get("/").content.decode().count(button) == 2  # unanswered, and stuck
    remind(today, late)
    page = client.get("/").content.decode()
    assert page.count("Heute erinnert") == 1
    page = client.get(late.get_absolute_url()).content.decode()
    assert button not in page
    assert "Heute erinnert" in page
