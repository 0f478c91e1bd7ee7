"""Who sees what, when: unique tokens are planted where they could leak."""

from datetime import timedelta

import pytest

from contacts.models import Consent
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions, disclosure
from referrals.models import Referral
from tests.factories import (
    ConfidentialNoteFactory,
    ConsentFactory,
    ReferralFactory,
    UserFactory,
    actor,
)
from tests.referrals.conftest import MAIL, PHONE

pytestmark = pytest.mark.django_db
NAME, NOTE = "Tok3nmann", "TOK3N-NOTIZ"
SECRETS = {NAME, MAIL, PHONE, NOTE}


def leaks(response) -> set[str]:
    text = response.content.decode()
    return {secret for secret in SECRETS if secret in text}


def pages(client, world, referral) -> dict[str, set[str]]:
    """What each way in shows of the secrets: mail link, portal and its list."""
    note = ConfidentialNoteFactory(text=NOTE)
    note.consultation.person = world.person
    note.consultation.save()
    client.logout()
    link = referral.answer_links.filter(revoked_at=None).first()
    shown = {"link": leaks(client.get(f"/antwort/{link.token}/"))}
    client.force_login(world.partner_user)
    shown["portal"] = leaks(client.get(referral.get_absolute_url()))
    shown["list"] = leaks(client.get("/vermittlungen/?tab=erhalten"))
    return shown


@pytest.fixture
def today(world):
    """Pages know only the real clock."""
    from django.utils import timezone  # noqa: PLC0415 - this fixture's own

    return world.at(timezone.now())


@pytest.mark.parametrize("step", ["sent", "query", "declined"])
def test_before_acceptance_nothing_names_the_person(client, today, step):
    referral = today.sent()
    if step == "query":
        actions.ask_referral(referral=referral, text="?", by=today.colleague, at=today.now)
    if step == "declined":
        actions.decline_referral(referral=referral, reason="area", by=today.colleague, at=today.now)

    assert pages(client, today, referral) == {"link": set(), "portal": set(), "list": set()}


def test_after_acceptance_the_consented_data_appears_and_no_note(client, today):
    referral = today.accepted()

    seen = {NAME, MAIL, PHONE}
    assert pages(client, today, referral) == {"link": seen, "portal": seen, "list": {NAME}}


def test_only_the_consented_fields_appear(client, today):
    ConsentFactory(
        person=today.person, recipient=today.partner, shared_fields=["email"], given_at=today.now
    )
    referral = today.accepted(consent=None)

    assert pages(client, today, referral) == {"link": {MAIL}, "portal": {MAIL}, "list": set()}


def test_after_withdrawal_everything_is_gone(client, today):
    referral = today.accepted()
    actions.withdraw_for_consent(consent=referral.consent, by=today.advisor, at=today.now)

    question = "Wer hilft beim Plan?"
    assert pages(client, today, referral) == {"link": set(), "portal": set(), "list": set()}
    assert question not in client.get(referral.get_absolute_url()).content.decode()
    client.force_login(today.advisor_user)
    assert question in client.get(referral.get_absolute_url()).content.decode()


def test_an_expired_consent_hides_the_data(client, today):
    referral = today.accepted()
    Consent.objects.update(expires_at=today.now - timedelta(seconds=1))

    assert pages(client, today, referral) == {"link": set(), "portal": set(), "list": set()}


def test_no_mail_to_a_partner_names_the_person(today):
    """Each kind that goes to recipients is built and searched."""
    referral = today.sent()
    given = {"referral": referral, "at": today.now}
    actions.ask_referral(text="?", by=today.colleague, **given)
    actions.answer_query(text="Ja.", by=today.advisor, **given)
    actions.propose_forward(recipient=today.other, by=today.colleague, **given)
    actions.refuse_forward(by=today.advisor, **given)
    actions.withdraw_referral(reason="mistake", by=today.advisor, **given)
    mails = OutboundMail.objects.filter(recipient=today.partner.email)

    texts = {mail.kind: kind_of(mail).build(mail) for mail in mails}

    assert set(texts) == {
        "referral_sent",
        "referral_answered",
        "referral_forward_decided",
        "referral_withdrawn",
    }
    for message in texts.values():
        whole = message.subject + message.text + message.html
        assert not any(secret in whole for secret in SECRETS)


def test_who_founder_of_answers(world):
    referral = world.accepted()
    answers = {
        "recipient": world.colleague,
        "link": world.link(referral),
        "stranger": world.stranger,
        "sender": world.advisor,
        "manager": actor("manager"),
    }

    seen = {who for who, by in answers.items() if disclosure.founder_of(referral, by, world.now)}

    assert seen == {"recipient", "link"}


def test_the_agency_reads_what_it_received(world):
    referral = ReferralFactory(accepted=True)
    agency = referral.sender
    ConsentFactory(person=referral.need.person, recipient=agency)
    Referral.objects.filter(pk=referral.pk).update(sender=world.partner, recipient=agency)
    referral = Referral.objects.get(pk=referral.pk)

    for by in (world.advisor, actor("manager"), actor("admin")):
        assert disclosure.founder_of(referral, by, world.now) is not None
    assert disclosure.founder_of(referral, world.colleague, world.now) is None


def test_the_id_is_stable_for_one_organisation_and_differs_between_two(world):
    ours = world.accepted()
    theirs = world.sent(recipient=world.other)
    other = world.stranger
    actions.accept_referral(referral=theirs, by=other, at=world.now)

    first = disclosure.founder_of(ours, world.colleague, world.now)
    again = disclosure.founder_of(ours, world.link(ours), world.now)
    elsewhere = disclosure.founder_of(theirs, other, world.now)

    assert first == again
    assert len({first.id, elsewhere.id, world.person.pk}) == 3
    assert (first.display_name, first.emails, first.phones) == (
        "Zoë Tok3nmann",
        (MAIL,),
        (PHONE,),
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_many_founders_cost_as_much_as_one(world, rows, django_assert_num_queries):
    ReferralFactory.create_batch(rows, recipient=world.partner, accepted=True)
    referrals = list(Referral.objects.select_related("need"))
    by = world.colleague

    with django_assert_num_queries(4):
        founders = disclosure.founders_of(referrals, by, world.now)

    assert all(founders[row.pk] for row in referrals)


def test_visibility_is_by_side(world):
    received, draft = world.sent(), world.draft(recipient=world.partner, need=world.need())
    sent_by_them = ReferralFactory(sent=True)
    Referral.objects.filter(pk=sent_by_them.pk).update(sender=world.partner)
    foreign = ReferralFactory(sent=True)

    def seen(by):
        return set(Referral.objects.visible_to(by))

    assert seen(world.colleague) == {received, sent_by_them}
    assert seen(world.link(received)) == {received}
    assert seen(world.link(draft)) == set()
    assert seen(actor("manager")) == {received, draft, sent_by_them, foreign}
    assert seen(actor("advisor", is_active=False)) == set()


@pytest.mark.parametrize("user", ["stranger", "gone"])
def test_a_foreign_referral_answers_like_a_missing_one(client, today, user):
    referral, draft = today.sent(), today.draft(need=today.need())
    client.force_login(UserFactory(role="partner", organisation=today.other))
    missing = client.get("/vermittlungen/V-2020-9999/")
    if user == "gone":
        client.force_login(today.partner_user)
        foreign = client.get(draft.get_absolute_url())
    else:
        foreign = client.get(referral.get_absolute_url())
        posted = client.post(referral.get_absolute_url() + "annehmen/", {"responsible": "X"})
        assert posted.status_code == 404

    assert (missing.status_code, foreign.status_code) == (404, 404)
    if user == "stranger":
        assert foreign.content == missing.content
